//! Which chunks a version has: read as a whole before the first event is priced by it, so straight into the form that is searched.

use crate::digits::Prefix;
use crate::places::{Place, name_of, parse_name, prefix};
use coinbox_ground::order;
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Fault;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// How many rows each chunk of a version holds.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Index(Vec<Regions>);

/// The chunks of one product and heading.
#[derive(Clone, PartialEq, Debug)]
struct Regions {
    pair: (Product, Heading),
    /// By region.
    rows: Vec<(Prefix, u32)>,
}

/// The stored form: `{"vo/44":12}`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct StoredIndex {
    v: u32,
    chunks: Index,
}

impl Record for StoredIndex {
    const KIND: &'static str = "price book index";
}

impl Index {
    pub(super) fn key(version: u32) -> String {
        prefix(version) + "index"
    }

    pub(super) fn load(turn: &Turn<'_>, version: u32) -> Result<Index, Fault> {
        Ok(turn.get::<StoredIndex>(&Index::key(version))?.unwrap_or_default().chunks)
    }

    pub(super) fn save(self, turn: &mut Turn<'_>, version: u32) {
        turn.put(&Index::key(version), &StoredIndex { v: 1, chunks: self });
    }

    /// By product, heading and region.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.counts().map(|(place, _)| place)
    }

    pub(super) fn holds(&self, (product, heading, region): &Place) -> bool {
        self.regions((*product, *heading))
            .is_ok_and(|part| self.0[part].rows.binary_search_by_key(region, |(region, _)| *region).is_ok())
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|part| part.rows.len()).sum()
    }

    /// Notes how many rows a chunk has.
    pub(super) fn note(&mut self, (product, heading, region): Place, count: u32) {
        let part = self.regions((product, heading)).unwrap_or_else(|part| {
            self.0.insert(part, Regions { pair: (product, heading), rows: Vec::new() });
            part
        });
        let rows = &mut self.0[part].rows;
        match rows.binary_search_by_key(&region, |(region, _)| *region) {
            Ok(place) => rows[place].1 = count,
            Err(place) => rows.insert(place, (region, count)),
        }
    }

    fn regions(&self, pair: (Product, Heading)) -> Result<usize, usize> {
        self.0.binary_search_by_key(&pair, |part| part.pair)
    }

    fn counts(&self) -> impl Iterator<Item = (Place, u32)> {
        self.0.iter().flat_map(|Regions { pair: (product, heading), rows }| {
            rows.iter().map(|(region, count)| ((*product, *heading, *region), *count))
        })
    }
}

/// By name.
impl Serialize for Index {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.counts().map(|(place, count)| (name_of(&place), count)).collect::<BTreeMap<_, _>>())
    }
}

impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Index, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Index;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("numbers of rows by the names of chunks")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Index, A::Error> {
        let mut parts: Vec<Regions> = Vec::new();
        while let Some(place) = map.next_key_seed(Name)? {
            let count: u32 = map.next_value()?;
            let Some((product, heading, region)) = place else { continue };
            match parts.last_mut() {
                Some(part) if part.pair == (product, heading) => part.rows.push((region, count)),
                _ => parts.push(Regions { pair: (product, heading), rows: vec![(region, count)] }),
            }
        }
        parts.sort_unstable_by_key(|part| part.pair);
        // Names of one pair follow one another, unless somebody else has written them.
        parts.dedup_by(|part, before| {
            let same = part.pair == before.pair;
            if same {
                before.rows.append(&mut part.rows);
            }
            same
        });
        parts.iter_mut().for_each(|part| order::sort(&mut part.rows));
        Ok(Index(parts))
    }
}

/// Reads the name of a chunk without keeping it. What is no such name is left out: nothing is ever stored under it.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<Place>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Place>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<Place>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a chunk")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<Place>, E> {
        Ok(parse_name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_read_as_it_was_written_in_whatever_order() {
        let text = r#"{"v":1,"chunks":{"lookup:request/44":2,"so/-":1,"vo/1":3,"vo/1415":4,"vo/44":12}}"#;
        let stored: StoredIndex = serde_json::from_str(text).expect("readable");
        assert_eq!(serde_json::to_string(&stored).expect("plain"), text);
        let place = |name: &str| parse_name(name).expect("a name");
        let names = ["vo/1", "vo/44", "vo/1415", "so/-", "lookup:request/44"];
        assert_eq!(stored.chunks.places().collect::<Vec<_>>(), names.map(place));
        assert_eq!(stored.chunks.count(), 5);
        assert!(names.iter().all(|name| stored.chunks.holds(&place(name))));
        assert!(["vo/-", "vo/4", "si/44", "lookup:answer/44"].iter().all(|name| !stored.chunks.holds(&place(name))));
        let mixed = r#"{"v":1,"chunks":{"vo/44":12,"lookup:request/44":2,"vo/1415":4,"no name":7,"vo/1":3,"so/-":1}}"#;
        assert_eq!(serde_json::from_str::<StoredIndex>(mixed).expect("readable"), stored);
        assert!(serde_json::from_str::<StoredIndex>(r#"{"v":1,"chunks":{"vo/44":-1}}"#).is_err());
    }

    #[test]
    fn counts_are_noted_in_order() {
        let (mut index, mut names) = (Index::default(), ["vo/44", "so/1", "vo/1", "data:mobile/-", "si/49", "vo/45"]);
        for (count, name) in (1..).zip(names) {
            index.note(parse_name(name).expect("a name"), count);
        }
        index.note(parse_name("vo/1").expect("a name"), 9);
        let counts: Vec<(String, u32)> = index.counts().map(|(place, count)| (name_of(&place), count)).collect();
        names = ["vo/1", "vo/44", "vo/45", "so/1", "si/49", "data:mobile/-"];
        assert_eq!(counts, names.map(str::to_owned).into_iter().zip([9, 1, 6, 2, 5, 4]).collect::<Vec<_>>());
    }
}
