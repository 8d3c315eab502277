//! The rows of one product, heading and region: as they are stored, and sorted to be searched.

use crate::digits::Prefix;
use crate::row::Row;
use coinbox_ground::turn::Record;
use serde::{Deserialize, Serialize};

/// Rows as they are stored, in order of length, then digits, of their prefixes.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StoredRows {
    pub(super) v: u32,
    pub(super) rows: Vec<Row>,
}

impl Record for StoredRows {
    const KIND: &'static str = "price rows";
}

/// Rows of one product, heading and region, ready to be searched.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Chunk {
    rows: Vec<Row>,
    /// Bit n: there is a prefix of n digits.
    lengths: u16,
}

impl Chunk {
    /// From rows in any order, without two of one prefix.
    pub(crate) fn new(mut rows: Vec<Row>) -> Chunk {
        // As they are stored.
        if !rows.is_sorted_by_key(|row| row.prefix) {
            rows.sort_unstable_by_key(|row| row.prefix);
        }
        let lengths = rows.iter().fold(0, |lengths, row| lengths | 1 << row.prefix.length());
        Chunk { rows, lengths }
    }

    /// The row with the longest prefix of this number. The row with an empty prefix is for no number ([`Prefix::EMPTY`]) and for nothing
    /// else: it is not what is left for numbers without a price.
    pub(crate) fn find(&self, number: Prefix) -> Option<&Row> {
        let longest = 15 - self.lengths.leading_zeros().min(15);
        let mut length = number.length().min(longest);
        let mut prefix = number.first(length);
        loop {
            if prefix == Prefix::EMPTY && number != Prefix::EMPTY {
                return None;
            }
            if self.lengths & 1 << length != 0
                && let Ok(place) = self.rows.binary_search_by_key(&prefix, |row| row.prefix)
            {
                return Some(&self.rows[place]);
            }
            prefix = prefix.shorter()?;
            length -= 1;
        }
    }

    /// All rows, by length, then digits.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::rate::Rate;
    use proptest::prelude::*;

    fn row(prefix: &str, rate: &str, first_increment: u16, next_increment: u16) -> Row {
        Row {
            prefix: Prefix::parse(prefix).expect("digits"),
            country: *b"ZZ",
            rate: Rate::parse(rate).expect("rate"),
            first_increment,
            next_increment,
        }
    }

    #[test]
    fn stored_rows_are_read_back() {
        let stored = StoredRows { v: 1, rows: vec![row("0044", "0.0085", 60, 6)] };
        let text = serde_json::to_string(&stored).expect("plain");
        assert_eq!(text, r#"{"v":1,"rows":[["0044","ZZ","0.0085",60,6]]}"#);
        assert_eq!(serde_json::from_str::<StoredRows>(&text).expect("readable"), stored);
        for bad in [r#"["1","zz","1",1,1]"#, r#"["1","ZZ","-1",1,1]"#, r#"["1","ZZ","1",1]"#] {
            assert!(serde_json::from_str::<Row>(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_longest_prefix_is_found(prefixes in prop::collection::btree_set("[0-2]{1,6}", 0..40), number in "[0-2]{3,15}") {
            let naive = prefixes.iter().filter(|prefix| number.starts_with(prefix.as_str())).max_by_key(|prefix| prefix.len());
            let chunk = Chunk::new(prefixes.iter().map(|prefix| row(prefix, "1", 1, 1)).collect());
            let found = chunk.find(Prefix::parse(&number).expect("digits")).map(|row| row.prefix.to_string());
            prop_assert_eq!(found.as_ref(), naive);
        }
    }
}
