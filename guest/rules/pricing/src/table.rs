//! A table of the chunks of one call: looked up several times for each event, so by a hash and not by comparing names in order.
//!
//! It is never walked, so no result depends on where a hash puts anything.

use crate::digits::Prefix;

/// A chunk of one call: place of its version among the published ones, number of product and heading in the catalogue, region.
pub(crate) type ChunkName = (usize, u16, Prefix);

/// So many names are found one by one: a call of one event has two.
const FEW: usize = 6;

/// Values by the names of chunks.
pub(crate) struct Table<T> {
    entries: Vec<(ChunkName, T)>,
    /// Places of entries, one further than they are; 0: none. A power of two, at least twice as many as there are entries. None at all: they are few.
    slots: Vec<u32>,
}

impl<T> Table<T> {
    pub(crate) fn new() -> Table<T> {
        Table { entries: Vec::new(), slots: Vec::new() }
    }

    pub(crate) fn get(&self, name: &ChunkName) -> Option<&T> {
        self.place(name).map(|place| &self.entries[place].1)
    }

    pub(crate) fn contains_key(&self, name: &ChunkName) -> bool {
        self.place(name).is_some()
    }

    /// Puts a value there, in the place of the one before.
    pub(crate) fn insert(&mut self, name: ChunkName, value: T) {
        if let Some(place) = self.place(&name) {
            self.entries[place].1 = value;
            return;
        }
        self.entries.push((name, value));
        if self.entries.len() > FEW {
            if 2 * self.entries.len() > self.slots.len() {
                self.slots = vec![0; (4 * self.entries.len()).next_power_of_two()];
                for place in 0..self.entries.len() {
                    self.put(place);
                }
            } else {
                self.put(self.entries.len() - 1);
            }
        }
    }

    fn place(&self, name: &ChunkName) -> Option<usize> {
        if self.slots.is_empty() {
            return self.entries.iter().position(|(known, _)| known == name);
        }
        let mut slot = first_slot(name, self.slots.len());
        loop {
            let place = (self.slots[slot] as usize).checked_sub(1)?;
            if self.entries[place].0 == *name {
                return Some(place);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Finds a slot for an entry that has none.
    fn put(&mut self, place: usize) {
        let mut slot = first_slot(&self.entries[place].0, self.slots.len());
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = u32::try_from(place + 1).expect("a call meets few chunks");
    }
}

/// The upper bits of a product with a number that has no pattern.
fn first_slot((version, pair, region): &ChunkName, slots: usize) -> usize {
    let number = region.as_number() ^ (u64::from(*pair) << 40) ^ ((*version as u64) << 56);
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (slots - 1)
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
