//! A table of the chunks of one call: looked up several times for each event, so by a hash and not by comparing names in order.
//!
//! It is never walked, so no result depends on where a hash puts anything.

use crate::digits::Prefix;

/// A chunk of one call: place of its version among the published ones, number of product and heading in the catalogue, region.
pub(crate) type ChunkName = (usize, u16, Prefix);

/// How many drawers there are: about as many as a batch meets chunks.
const DRAWERS: usize = 64;

/// Values by the names of chunks.
pub(crate) struct Table<T>([Vec<(ChunkName, T)>; DRAWERS]);

impl<T> Table<T> {
    pub(crate) fn new() -> Table<T> {
        Table(std::array::from_fn(|_| Vec::new()))
    }

    pub(crate) fn get(&self, name: &ChunkName) -> Option<&T> {
        self.0[drawer(name)].iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(crate) fn contains_key(&self, name: &ChunkName) -> bool {
        self.get(name).is_some()
    }

    /// Puts a value there, in the place of the one before.
    pub(crate) fn insert(&mut self, name: ChunkName, value: T) {
        let drawer = &mut self.0[drawer(&name)];
        match drawer.iter_mut().find(|(known, _)| *known == name) {
            Some((_, before)) => *before = value,
            None => drawer.push((name, value)),
        }
    }
}

/// The upper bits of a product with a number that has no pattern.
fn drawer((version, pair, region): &ChunkName) -> usize {
    let number = region.as_number() ^ (u64::from(*pair) << 40) ^ ((*version as u64) << 56);
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_own_value() {
        let names: Vec<ChunkName> = (0..20)
            .flat_map(|version| (0..5_u16).map(move |pair| (version, pair)))
            .flat_map(|(version, pair)| {
                ["1", "1415", "44", "0044"].map(|region| (version, pair, Prefix::parse(region).expect("digits")))
            })
            .collect();
        let mut table = Table::new();
        for (place, name) in names.iter().enumerate() {
            assert!(!table.contains_key(name));
            table.insert(*name, place);
        }
        for (place, name) in names.iter().enumerate() {
            assert_eq!(table.get(name), Some(&place));
        }
        table.insert(names[3], 1000);
        assert_eq!(table.get(&names[3]), Some(&1000));
    }
}
