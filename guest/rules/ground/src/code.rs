//! Codes of products and headings as small values: copied and compared without allocation, ordered as price lists have them.

use coinbox_forms::code::{CODE_MAX, is_code};
use std::cmp::Ordering;
use std::fmt;

/// Place of its rank, of the length of its text, and of the first byte of its text.
const RANK: usize = 0;
const LENGTH: usize = 1;
const TEXT: usize = 2;
/// Rank of a code that is not built in, and of a text that is no code.
const OTHER: u8 = 254;
const NO_CODE: u8 = 255;

/// A code: at most 30 bytes of text with a rank. Built-in codes come first, in their own order, then all others by text.
///
/// A text that is no code has a value too, so that a wrong event can be kept as it came: of a longer one its first 30 bytes.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(crate) struct Code([u8; 32]);

impl Code {
    /// A built-in code.
    pub(crate) const fn built_in(rank: u8, text: &str) -> Code {
        Code::with(rank, text.as_bytes(), text.len())
    }

    const fn with(rank: u8, text: &[u8], length: usize) -> Code {
        let mut bytes = [0; 32];
        bytes[RANK] = rank;
        // At most CODE_MAX, which is below 256.
        bytes[LENGTH] = length as u8;
        let mut place = 0;
        while place < length {
            bytes[TEXT + place] = text[place];
            place += 1;
        }
        Code(bytes)
    }

    /// The value of a text, which may be no code.
    pub(crate) fn read(text: &str, built_in: impl Iterator<Item = Code>) -> Code {
        if let Some(known) = { built_in }.find(|known| known.bytes() == text.as_bytes()) {
            return known;
        }
        if is_code(text) {
            return Code::with(OTHER, text.as_bytes(), text.len());
        }
        let length = (0..=text.len().min(CODE_MAX)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        Code::with(NO_CODE, text.as_bytes(), length)
    }

    fn bytes(&self) -> &[u8] {
        &self.0[TEXT..TEXT + usize::from(self.0[LENGTH])]
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// Place among the built-in ones.
    pub(crate) fn rank(&self) -> Option<usize> {
        let rank = self.0[RANK];
        (rank < OTHER).then_some(usize::from(rank))
    }

    /// Whether its text is a code.
    pub(crate) fn is_formed(&self) -> bool {
        self.0[RANK] != NO_CODE
    }

    /// Four numbers that tell it from every other code: cheaper to compare than bytes, and in no order that means anything.
    pub(crate) fn words(&self) -> [u64; 4] {
        std::array::from_fn(|word| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&self.0[word * 8..word * 8 + 8]);
            u64::from_le_bytes(bytes)
        })
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.words() == other.words()
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Code) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        self.0[RANK].cmp(&other.0[RANK]).then_with(|| self.bytes().cmp(other.bytes()))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A type of codes with its built-in ones, each with the letter that it has in keys and in the ledger.
macro_rules! codes {
    ($(#[$what:meta])* $name:ident { $($(#[$doc:meta])* $constant:ident = $rank:literal $text:literal $letter:literal,)* }) => {
        $(#[$what])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name($crate::code::Code);

        impl $name {
            $($(#[$doc])* pub const $constant: $name = $name($crate::code::Code::built_in($rank, $text));)*

            /// The built-in ones, in the order of price lists. All others follow them by their text.
            pub const BUILT_IN: [$name; [$($letter),*].len()] = [$($name::$constant),*];

            /// The letters of the built-in ones.
            const LETTERS: [char; [$($letter),*].len()] = [$($letter),*];

            /// The value of a text. A text that is no code has one too, which keeps its first 30 bytes: see `is_formed`.
            pub fn read(text: &str) -> $name {
                $name($crate::code::Code::read(text, $name::BUILT_IN.into_iter().map(|known| known.0)))
            }

            /// The text.
            pub fn name(&self) -> &str {
                self.0.as_str()
            }

            /// Whether the text is a code: 2 to 30 lower-case letters, digits and hyphens, a letter first.
            pub fn is_formed(self) -> bool {
                self.0.is_formed()
            }

            /// Whether it is built in.
            pub fn is_built_in(self) -> bool {
                self.0.rank().is_some()
            }

            /// Place of a built-in one in `BUILT_IN`.
            pub fn rank(self) -> Option<usize> {
                self.0.rank()
            }

            /// Four numbers that tell it from every other one, to be compared quickly. Their order means nothing.
            pub fn words(self) -> [u64; 4] {
                self.0.words()
            }

            /// The letter of a built-in one.
            pub fn letter(self) -> Option<char> {
                self.0.rank().map(|rank| $name::LETTERS[rank])
            }

            /// The built-in one of a letter.
            fn of_letter(letter: char) -> Option<$name> {
                $name::LETTERS.iter().position(|known| *known == letter).map(|rank| $name::BUILT_IN[rank])
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(self.name())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                $crate::text::read_text(deserializer, "a code", |text| Some($name::read(text)))
            }
        }
    };
}

pub(crate) use codes;
