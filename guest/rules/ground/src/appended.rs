//! Entries that a turn only writes: many, mostly in key order, and put in their order among the others at the end.
//!
//! What was appended in key order stays one piece, and is copied as one where nothing else belongs into it.

use crate::text::ascii;
use crate::texts::{Mark, Texts};
use std::cmp::Ordering;

/// Key and value in turn, as they came.
#[derive(Default)]
pub(crate) struct Appended {
    texts: Texts,
    pieces: Vec<Piece>,
}

/// Entries one behind another whose keys rise and begin with the same byte.
struct Piece {
    first: Mark,
    last: Mark,
}

/// One piece, or one entry from elsewhere, on its way into key order.
#[derive(Clone, Copy)]
struct Part<'a> {
    first: &'a str,
    last: &'a str,
    what: What<'a>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    /// Appended: from here to there.
    Piece(Mark, Mark),
    /// The value.
    Entry(&'a str),
}

impl Appended {
    /// Adds an entry whose key and value are written here. They may only append.
    pub(crate) fn append(&mut self, write_key: impl FnOnce(&mut String), write: impl FnOnce(&mut String)) {
        let here = self.texts.mark();
        self.texts.write(write_key);
        match self.pieces.last_mut() {
            Some(piece) if follows(self.texts.at(piece.last), self.texts.at(here)) => piece.last = here,
            _ => self.pieces.push(Piece { first: here, last: here }),
        }
        self.texts.write(write);
    }

    /// Makes room.
    pub(crate) fn reserve(&mut self, entries: usize, bytes: usize) {
        self.texts.reserve(2 * entries, bytes);
    }

    /// All entries with others, which have other keys, by key.
    pub(crate) fn with<'a>(&'a self, others: impl Iterator<Item = (&'a str, &'a str)>) -> Texts {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.first).chain([self.texts.mark()]);
        let pieces = self.pieces.iter().zip(ends).map(|(piece, end)| Part {
            first: self.texts.at(piece.first),
            last: self.texts.at(piece.last),
            what: What::Piece(piece.first, end),
        });
        let others = others.map(|(key, value)| Part { first: key, last: key, what: What::Entry(value) });
        let mut parts: Vec<Part<'_>> = pieces.chain(others).collect();
        parts.sort_by(|one, other| one.first.cmp(other.first));
        let bytes = parts.iter().map(|part| self.bytes(part)).sum();
        let mut all = Texts::with_room(self.texts.len() + 2 * parts.len(), bytes);
        let mut left = parts.as_slice();
        while let Some(first) = left.first() {
            // All that reach into one another.
            let (mut count, mut last) = (1, first.last);
            while let Some(next) = left.get(count).filter(|next| next.first <= last) {
                last = last.max(next.last);
                count += 1;
            }
            let (together, rest) = left.split_at(count);
            match together {
                [alone] => self.push(&mut all, alone),
                _ => self.merge(&mut all, together),
            }
            left = rest;
        }
        all
    }

    fn bytes(&self, part: &Part<'_>) -> usize {
        match part.what {
            What::Piece(first, end) => self.texts.between(first, end).len(),
            What::Entry(value) => part.first.len() + value.len(),
        }
    }

    fn push(&self, all: &mut Texts, part: &Part<'_>) {
        match part.what {
            What::Piece(first, end) => all.push_between(&self.texts, first, end),
            What::Entry(value) => {
                all.push(part.first);
                all.push(value);
            }
        }
    }

    /// Entry by entry.
    fn merge(&self, all: &mut Texts, parts: &[Part<'_>]) {
        let mut entries = Vec::new();
        for part in parts {
            match part.what {
                What::Entry(_) => entries.push((beginning(part.first), *part)),
                What::Piece(first, end) => {
                    let mut here = first;
                    while here != end {
                        let (key, next) = (self.texts.at(here), self.texts.behind(self.texts.behind(here)));
                        let entry = Part { first: key, last: key, what: What::Piece(here, next) };
                        entries.push((beginning(key), entry));
                        here = next;
                    }
                }
            }
        }
        // Sorted runs one after another, which a stable sort merges.
        entries.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.first.cmp(other.1.first)));
        entries.iter().for_each(|(_, entry)| self.push(all, entry));
    }
}

/// Whether a key may stand right behind another one in a piece.
fn follows(before: &str, key: &str) -> bool {
    before.as_bytes().first() == key.as_bytes().first() && ascii::order(before, key) == Ordering::Less
}

/// The first 16 bytes of a key as numbers, which order as keys do. Cheaper to compare than text.
fn beginning(key: &str) -> (u64, u64) {
    let key = key.as_bytes();
    let first = key.first_chunk::<16>().copied().unwrap_or_else(|| {
        // A byte of a key is never zero.
        let mut padded = [0; 16];
        padded[..key.len()].copy_from_slice(key);
        padded
    });
    let whole = u128::from_be_bytes(first);
    ((whole >> 64) as u64, whole as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Dice;
    use std::collections::BTreeMap;

    #[test]
    fn entries_come_in_key_order_however_they_were_appended() {
        let mut dice = Dice(7);
        for _ in 0..2_000 {
            let mut appended = Appended::default();
            let (mut expected, mut others) = (BTreeMap::new(), BTreeMap::new());
            let mut next = 0;
            for number in 0..dice.throw(40) {
                // Mostly rising, of few first letters, some longer than a word.
                next = if dice.throw(6) == 0 { dice.throw(60) } else { next + 1 + dice.throw(3) };
                let area = ["d", "t", "w"][dice.throw(3) as usize];
                let key = format!("{area}/{next:0width$}", width = [1, 4, 14, 20][dice.throw(4) as usize]);
                let value = format!("{{\"n\":{number}}}");
                if expected.contains_key(&key) {
                    continue;
                }
                expected.insert(key.clone(), value.clone());
                if dice.throw(4) == 0 {
                    others.insert(key, value);
                } else {
                    appended.append(|text| text.push_str(&key), |text| text.push_str(&value));
                }
            }
            let all = appended.with(others.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            let expected: Vec<(&str, &str)> =
                expected.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!(all.pairs().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn what_rises_is_one_piece() {
        let mut appended = Appended::default();
        for key in ["d/1", "d/2", "d/3", "w/1", "w/2", "t/1"] {
            appended.append(|text| text.push_str(key), |text| text.push('1'));
        }
        assert_eq!(appended.pieces.len(), 3);
        let all = appended.with([("k", "2"), ("w/15", "2")].into_iter());
        let shown: Vec<String> = all.pairs().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(shown, ["d/1=1", "d/2=1", "d/3=1", "k=2", "t/1=1", "w/1=1", "w/15=2", "w/2=1"]);
        assert!(Appended::default().with(std::iter::empty()).is_empty());
    }
}
