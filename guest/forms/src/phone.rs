//! Phone numbers: those that are rented, and the other side of a call or message, which need not have one.

use crate::{ascii, letters};
use std::borrow::Cow;

/// What a rented number must be.
pub const NUMBER_LIMIT: &str = "5 to 15 digits, no leading zero";
/// What a country calling code must be.
pub const CALLING_CODE_LIMIT: &str = "1 to 4 digits that the number begins with";
/// What the other side must be where a number is called.
pub const CALLED_LIMIT: &str = "3 to 15 digits";
/// What the other side must be where it need not be a number.
pub const OTHER_SIDE_LIMIT: &str =
    "3 to 15 digits, or what the network gave in place of a number: at most 255 letters that can be printed";
/// Longest text in place of a number, in bytes: URIs of SIP are as long.
pub const OTHER_SIDE_MAX: usize = 255;

/// Digits and nothing else, this many.
pub fn is_digits(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && ascii::are_digits(text)
}

/// A number that can be rented: E.164 without plus.
pub fn is_number(text: &str) -> bool {
    is_digits(text, 5, 15) && !text.starts_with('0')
}

/// A country calling code of this number.
pub fn is_calling_code_of(code: &str, number: &str) -> bool {
    is_digits(code, 1, 4) && number.starts_with(code)
}

/// The other side of a call or message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OtherSide<'text> {
    /// A number, or a short code: its 3 to 15 digits, by which a price is looked for.
    Number(Cow<'text, str>),
    /// None: withheld, the name of a sender, a URI of SIP, an extension of the house, nothing at all.
    NoNumber,
}

/// What stands for the other side where a number is called: 3 to 15 digits. None: it is no such thing.
pub fn called(text: &str) -> Option<OtherSide<'_>> {
    is_digits(text, 3, 15).then_some(OtherSide::Number(Cow::Borrowed(text)))
}

/// What stands for the other side where it need not be a number. What comes in was used whatever the network says of its sender (R14): a
/// number that says itself that it is international (`+1 415 …`, `tel:+1-415-…`) is that number, anything else that is no number is none.
/// None: it cannot be kept, since it is too long or cannot be printed.
pub fn other_side(text: &str) -> Option<OtherSide<'_>> {
    if let Some(number) = called(text) {
        return Some(number);
    }
    if text.len() > OTHER_SIDE_MAX || letters::first_unprintable(text).is_some() {
        return None;
    }
    Some(international(text).map_or(OtherSide::NoNumber, |digits| OtherSide::Number(Cow::Owned(digits))))
}

/// The digits behind a plus, without what people and RFC 3966 write between them, and without the parameters of a URI.
fn international(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    let number = rest.strip_prefix('+')?.split(';').next().unwrap_or_default().replace("(0)", "");
    let digits: String =
        number.chars().filter(|letter| !(letter.is_whitespace() || "-().".contains(*letter))).collect();
    is_digits(&digits, 3, 15).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case 09-one-number-spoils-the-search.
    #[test]
    fn rented_numbers_have_no_leading_zero() {
        assert!(["14155550100", "12345", "123456789012345"].into_iter().all(is_number));
        for bad in ["0014155550100", "0", "1234", "1234567890123456", "+14155550100", "1415x", "", "１２３４５"] {
            assert!(!is_number(bad), "{bad:?}");
        }
        assert!(is_calling_code_of("1", "14155550100") && !is_calling_code_of("44", "14155550100"));
        assert!(!is_calling_code_of("", "14155550100") && !is_calling_code_of("14155", "14155550100"));
    }

    fn number(text: &str) -> Option<String> {
        match other_side(text) {
            Some(OtherSide::Number(digits)) => Some(digits.into_owned()),
            _ => None,
        }
    }

    /// Case 12-the-other-side-is-no-number.
    #[test]
    fn the_other_side_is_a_number_or_none() {
        for digits in ["14155550123", "911", "00123", "123456789012345"] {
            assert_eq!(number(digits).as_deref(), Some(digits));
            assert_eq!(called(digits), Some(OtherSide::Number(Cow::Borrowed(digits))));
        }
        for written in [
            "+14155550123",
            "tel:+14155550123",
            "TEL:+1-415-555-0123",
            "tel:+14155550123;phone-context=x;ext=12",
            "+1 (415) 555-0123",
            " +1.415.555.0123",
            "+1 (0) 415 555 0123",
        ] {
            assert_eq!(number(written).as_deref(), Some("14155550123"), "{written:?}");
            assert_eq!(called(written), None, "{written:?}");
        }
        let long = "x".repeat(OTHER_SIDE_MAX);
        for none in [
            "",
            "anonymous",
            "AMAZON",
            "sip:bob@example.com",
            "sip:+14155550123@example.com",
            "7eleven",
            "Café",
            // Extensions of the house, more digits than a number has, and numbers that do not say of which country.
            "0",
            "7",
            "12",
            "1234567890123456",
            "+1234567890123456",
            "+12",
            "+",
            "tel:911",
            "(415) 555-0123",
            "1 415 555",
            "4155550123;phone-context=+1",
            "*67",
            "١٢٣",
            "1.5",
            &long,
        ] {
            assert_eq!(other_side(none), Some(OtherSide::NoNumber), "{none:?}");
            assert_eq!(called(none), None, "{none:?}");
        }
        let longer = "x".repeat(OTHER_SIDE_MAX + 1);
        for bad in ["a\nb", "a\u{e000}", "+1415\t5550123", &longer] {
            assert_eq!(other_side(bad), None, "{bad:?}");
        }
    }
}
