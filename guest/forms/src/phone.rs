//! Phone numbers: those that are rented, and the other side of a call or message, which need not have one.

use crate::letters;

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
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OtherSide {
    /// A number, or a short code: 3 to 15 digits.
    Number,
    /// None: withheld, the name of a sender, a URI of SIP, nothing at all.
    NoNumber,
}

/// What stands for the other side. None: neither; a number that is written in another way is not taken for none, since it would cost
/// something else.
pub fn other_side(text: &str) -> Option<OtherSide> {
    if is_digits(text, 3, 15) {
        return Some(OtherSide::Number);
    }
    let fits = text.len() <= OTHER_SIDE_MAX && letters::first_unprintable(text).is_none();
    (fits && !is_miswritten(text)).then_some(OtherSide::NoNumber)
}

/// Digits with what people write between them, or a URI of a number.
fn is_miswritten(text: &str) -> bool {
    let text = text.trim();
    let rest = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    rest.chars().any(char::is_numeric)
        && rest.chars().all(|letter| letter.is_numeric() || letter.is_whitespace() || "+-()./".contains(letter))
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

    /// Case 12-the-other-side-is-no-number.
    #[test]
    fn the_other_side_is_a_number_or_none_but_no_miswritten_number() {
        for number in ["14155550123", "911", "00123", "123456789012345"] {
            assert_eq!(other_side(number), Some(OtherSide::Number), "{number:?}");
        }
        let long = "x".repeat(OTHER_SIDE_MAX);
        for none in
            ["", "anonymous", "AMAZON", "sip:bob@example.com", "sip:+14155550123@example.com", "7eleven", "Café", &long]
        {
            assert_eq!(other_side(none), Some(OtherSide::NoNumber), "{none:?}");
        }
        let longer = "x".repeat(OTHER_SIDE_MAX + 1);
        for bad in [
            "+14155550123",
            "1 415 555",
            "(415) 555-0123",
            "12",
            "1234567890123456",
            "tel:+14155550123",
            "TEL:911",
            "a\nb",
            "a\u{e000}",
            "١٢٣",
            "1.5",
            &longer,
        ] {
            assert_eq!(other_side(bad), None, "{bad:?}");
        }
    }
}
