//! Many texts in one: what crosses the contract at once instead of text by text.

use serde::{Deserialize, Serialize};

/// Texts one directly after another, and how many bytes each of them has.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Texts {
    text: String,
    lengths: Vec<u32>,
}

/// [`Texts`] as they have crossed the contract: nobody has looked at them.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Given {
    /// All of them, one directly after another.
    pub text: String,
    /// The bytes of each.
    pub lengths: Vec<u32>,
}

/// Why lengths do not fit their text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// They add up to another number of bytes than the text has.
    Sum,
    /// The text in this place begins or ends inside a character.
    InsideCharacter(usize),
}

impl Texts {
    /// No text yet, with room.
    pub fn with_room(texts: usize, bytes: usize) -> Texts {
        Texts { text: String::with_capacity(bytes), lengths: Vec::with_capacity(texts) }
    }

    /// From what has crossed the contract. Each length is checked.
    pub fn of(given: Given) -> Result<Texts, Misfit> {
        let Given { text, lengths } = given;
        let mut at = 0_usize;
        for (place, length) in lengths.iter().enumerate() {
            at = at.checked_add(*length as usize).filter(|at| *at <= text.len()).ok_or(Misfit::Sum)?;
            if !text.is_char_boundary(at) {
                return Err(Misfit::InsideCharacter(place));
            }
        }
        if at == text.len() { Ok(Texts { text, lengths }) } else { Err(Misfit::Sum) }
    }

    /// As they cross the contract.
    pub fn given(self) -> Given {
        Given { text: self.text, lengths: self.lengths }
    }

    /// All of them, one directly after another.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of each.
    pub fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Makes room.
    pub fn reserve(&mut self, texts: usize, bytes: usize) {
        self.lengths.reserve(texts);
        self.text.reserve(bytes);
    }

    /// Adds one.
    pub fn push(&mut self, text: &str) {
        self.write(|all| all.push_str(text));
    }

    /// Adds the one that is written here. It may only append.
    pub fn write(&mut self, write: impl FnOnce(&mut String)) {
        let before = self.text.len();
        write(&mut self.text);
        self.lengths.push(u32::try_from(self.text.len() - before).expect("texts of one call have less than 4 GiB"));
    }

    /// Each of them, in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter { rest: &self.text, lengths: self.lengths.iter() }
    }

    /// Two and two: keys with their values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut each = self.iter();
        std::iter::from_fn(move || Some((each.next()?, each.next()?)))
    }
}

/// A place between two texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    texts: usize,
    bytes: usize,
}

impl Texts {
    /// Behind the last one.
    pub(crate) fn mark(&self) -> Mark {
        Mark { texts: self.lengths.len(), bytes: self.text.len() }
    }

    /// The text behind a place.
    pub(crate) fn at(&self, mark: Mark) -> &str {
        &self.text[mark.bytes..self.behind(mark).bytes]
    }

    /// One text further.
    pub(crate) fn behind(&self, mark: Mark) -> Mark {
        Mark { texts: mark.texts + 1, bytes: mark.bytes + self.lengths[mark.texts] as usize }
    }

    /// All text between two places.
    pub(crate) fn between(&self, first: Mark, end: Mark) -> &str {
        &self.text[first.bytes..end.bytes]
    }

    /// Adds those that another one has between two places.
    pub(crate) fn push_between(&mut self, other: &Texts, first: Mark, end: Mark) {
        self.text.push_str(other.between(first, end));
        self.lengths.extend_from_slice(&other.lengths[first.texts..end.texts]);
    }
}

/// Each of some texts, in order.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    rest: &'a str,
    lengths: std::slice::Iter<'a, u32>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.rest.split_at(*self.lengths.next()? as usize);
        self.rest = rest;
        Some(first)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.lengths.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Texts {
        let mut all = Texts::default();
        texts.into_iter().for_each(|text| all.push(text.as_ref()));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        for texts in [vec![], vec![""], vec!["a", "", "\u{e4}\u{1f600}", "bc"]] {
            let all: Texts = texts.iter().collect();
            assert_eq!(all.iter().collect::<Vec<_>>(), texts);
            assert_eq!((all.len(), all.is_empty()), (texts.len(), texts.is_empty()));
            assert_eq!(Texts::of(all.clone().given()), Ok(all));
        }
        let pairs: Texts = ["k", "1", "l", "2", "odd"].into_iter().collect();
        assert_eq!(pairs.pairs().collect::<Vec<_>>(), [("k", "1"), ("l", "2")]);
    }

    #[test]
    fn lengths_add_up_and_divide_no_character() {
        let of = |text: &str, lengths: &[u32]| {
            Texts::of(Given { text: text.to_owned(), lengths: lengths.to_vec() }).map(|texts| texts.len())
        };
        assert_eq!(of("a\u{e4}b", &[1, 2, 1]), Ok(3));
        for lengths in [&[1, 2][..], &[1, 2, 2], &[], &[4, u32::MAX], &[u32::MAX, u32::MAX, 6]] {
            assert_eq!(of("a\u{e4}b", lengths), Err(Misfit::Sum), "{lengths:?}");
        }
        assert_eq!(of("a\u{e4}b", &[1, 1, 2]), Err(Misfit::InsideCharacter(1)));
        assert_eq!(of("", &[]), Ok(0));
    }
}
