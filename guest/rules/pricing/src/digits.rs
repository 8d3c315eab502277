//! Digits of phone numbers: prefixes as numbers, country calling codes, and the regions that price rows are kept by.

use coinbox_forms::ascii;
use coinbox_ground::text::{power, push_padded};
use std::fmt;

/// Longest prefix and longest number in digits (E.164).
pub(crate) const DIGITS_MAX: usize = 15;

/// Up to 15 digits as one number: a 1 followed by the digits. Taking the last digit off is a division by ten, and prefixes of one
/// length sort by their digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Prefix(u64);

impl Prefix {
    /// No digits at all.
    pub const EMPTY: Prefix = Prefix(1);

    /// Reads 1 to 15 digits.
    pub fn parse(text: &str) -> Option<Prefix> {
        if text.len() > DIGITS_MAX {
            return None;
        }
        Some(Prefix(power(text.len()) + ascii::number(text)?))
    }

    /// Appends the digits.
    pub fn append_to(self, text: &mut String) {
        let length = self.length();
        if length > 0 {
            push_padded(text, self.0 - power(length as usize), length as usize);
        }
    }

    /// A 1 with the digits behind it.
    pub(crate) fn as_number(self) -> u64 {
        self.0
    }

    /// How many digits.
    pub fn length(self) -> u32 {
        self.0.ilog10()
    }

    /// The first `length` digits, or all of them if there are fewer.
    pub fn first(self, length: u32) -> Prefix {
        self.first_of(self.length(), length)
    }

    /// [`Prefix::first`] of a prefix of `all` digits.
    fn first_of(self, all: u32, length: u32) -> Prefix {
        if length >= all { self } else { Prefix(self.0 / power((all - length) as usize)) }
    }

    /// Without the last digit; none of nothing.
    pub fn shorter(self) -> Option<Prefix> {
        (self.0 >= 10).then_some(Prefix(self.0 / 10))
    }
}

/// The digits.
impl fmt::Display for Prefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(16);
        self.append_to(&mut text);
        formatter.write_str(&text)
    }
}

/// Country calling codes of two digits (ITU E.164). 1 and 7 have one digit, all others three.
const TWO_DIGITS: [u8; 44] = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62,
    63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];

/// By number: whether it is a country calling code of two digits.
const HAS_TWO_DIGITS: [bool; 100] = {
    let mut has = [false; 100];
    let mut place = 0;
    while place < TWO_DIGITS.len() {
        has[TWO_DIGITS[place] as usize] = true;
        place += 1;
    }
    has
};

/// Codes that many countries or areas share are kept by this many digits.
const SHARED_DIGITS: u32 = 4;

/// Digits of the country calling code that begins these digits; none: there are too few to tell.
fn calling_code_length(digits: Prefix) -> Option<u32> {
    calling_code_length_of(digits, digits.length())
}

/// [`calling_code_length`] of so many digits.
fn calling_code_length_of(digits: Prefix, length: u32) -> Option<u32> {
    // None, one or two digits behind a 1.
    let leading = digits.first_of(length, 2).0;
    let first = if length > 1 { leading / 10 } else { leading };
    if first == 11 || first == 17 {
        Some(1)
    } else if length < 2 {
        None
    } else if HAS_TWO_DIGITS[(leading - 100) as usize] {
        Some(2)
    } else {
        (length >= 3).then_some(3)
    }
}

/// The country calling code that begins these digits; none: there are too few to tell.
pub(crate) fn calling_code(digits: Prefix) -> Option<u32> {
    let length = calling_code_length(digits)?;
    u32::try_from(digits.first(length).0 - power(length as usize)).ok()
}

/// The region that a row of this prefix is kept in: its country calling code (with the next three digits for 1 and 7, where
/// there are that many), or [`Prefix::EMPTY`] for prefixes that are shorter than a country calling code.
pub(crate) fn region(prefix: Prefix) -> Prefix {
    regions(prefix)[0]
}

/// The regions that can hold a prefix of this number. Every match in the first is longer than every match in the second.
pub(crate) fn regions(number: Prefix) -> [Prefix; 2] {
    let all = number.length();
    match calling_code_length_of(number, all) {
        None => [Prefix::EMPTY; 2],
        Some(1) => {
            let kept = if all >= SHARED_DIGITS { SHARED_DIGITS } else { 1 };
            [number.first_of(all, kept), number.first_of(all, 1)]
        }
        Some(length) => [number.first_of(all, length), Prefix::EMPTY],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prefix(text: &str) -> Prefix {
        Prefix::parse(text).expect("digits")
    }

    #[test]
    fn digits_keep_leading_zeros() {
        assert_eq!(prefix("0044").to_string(), "0044");
        assert_eq!(prefix("0044").length(), 4);
        assert_eq!(prefix("0044").first(2), prefix("00"));
        assert_eq!(prefix("0").shorter(), Some(Prefix::EMPTY));
        assert_eq!(Prefix::EMPTY.shorter(), None);
        for bad in ["", "1234567890123456", "12a", "+1", " 1", "١"] {
            assert_eq!(Prefix::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn regions_follow_the_calling_codes() {
        for (digits, expected) in [
            ("1", "1"),
            ("141", "1"),
            ("1415", "1415"),
            ("14155550100", "1415"),
            ("7", "7"),
            ("79161", "7916"),
            ("4", ""),
            ("44", "44"),
            ("447700", "44"),
            ("3", ""),
            ("35", ""),
            ("355", "355"),
            ("3551", "355"),
            ("00", ""),
            ("001", "001"),
            ("999123", "999"),
            ("98", "98"),
            ("20", "20"),
            ("211", "211"),
        ] {
            assert_eq!(region(prefix(digits)).to_string(), expected, "{digits}");
        }
        assert!(TWO_DIGITS.is_sorted());
    }

    proptest! {
        /// Whatever prefix a number has, its row is in one of the number's regions, longer ones first.
        #[test]
        fn a_number_looks_where_its_rows_are(number in "[0-9]{3,15}", length in 1_u32..=15) {
            let number = prefix(&number);
            let row = number.first(length);
            let place = regions(number).iter().position(|place| *place == region(row));
            prop_assert!(place.is_some());
            if let Some(shorter) = row.shorter().filter(|shorter| *shorter != Prefix::EMPTY) {
                prop_assert!(regions(number).iter().position(|place| *place == region(shorter)) >= place);
            }
        }
    }
}
