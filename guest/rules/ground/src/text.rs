//! Plain text forms that several records share: decimal numbers, identifiers, digests.

use serde::Deserializer;
use serde::de::Visitor;
use std::fmt;
use std::marker::PhantomData;

/// Reads an optional minus, digits, and an optional point with 1 to `decimals` digits, scaled by 10^`decimals`.
pub(crate) fn parse_signed(text: &str, decimals: usize) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 19 || fraction.len() > decimals || !all_digits(whole) || !all_digits(fraction)
    {
        return None;
    }
    let mut value: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        value = value * 10 + i128::from(byte - b'0');
    }
    for _ in fraction.len()..decimals {
        value *= 10;
    }
    i64::try_from(if negative { -value } else { value }).ok()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Printable ASCII without space, 1 to `longest` bytes.
pub fn is_name(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Every pair of digits of a base, one after another: text that need not be checked to be text.
const fn pairs<const BYTES: usize>(base: usize) -> [u8; BYTES] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut all = [0; BYTES];
    let mut pair = 0;
    while 2 * pair < BYTES {
        all[2 * pair] = DIGITS[pair / base];
        all[2 * pair + 1] = DIGITS[pair % base];
        pair += 1;
    }
    all
}

const fn ascii(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("digits are ASCII"),
    }
}

/// `00` to `99`.
const DECIMAL: &str = ascii(&pairs::<200>(10));
/// `00` to `ff`.
const HEXADECIMAL: &str = ascii(&pairs::<512>(16));

fn push_pair(text: &mut String, pairs: &'static str, pair: usize) {
    text.push_str(&pairs[2 * pair..2 * pair + 2]);
}

/// Appends decimal digits, with zeros in front up to `width`, at most 20.
pub fn push_padded(text: &mut String, number: u64, width: usize) {
    let mut pairs = [0_u8; 9];
    let mut first = pairs.len();
    let mut left = number;
    // Eight digits at a time: most of the divisions are then of 32 bits.
    while left > 99_999_999 {
        let mut part = (left % 100_000_000) as u32;
        left /= 100_000_000;
        for _ in 0..4 {
            first -= 1;
            pairs[first] = (part % 100) as u8;
            part /= 100;
        }
    }
    let mut leading = left as u32;
    while leading > 99 {
        first -= 1;
        pairs[first] = (leading % 100) as u8;
        leading /= 100;
    }
    text.reserve(20);
    let digits = 2 * (pairs.len() - first) + if leading > 9 { 2 } else { 1 };
    for _ in digits..width.min(20) {
        text.push('0');
    }
    if leading > 9 {
        push_pair(text, DECIMAL, leading as usize);
    } else {
        text.push(char::from(b'0' + leading as u8));
    }
    for pair in &pairs[first..] {
        push_pair(text, DECIMAL, usize::from(*pair));
    }
}

/// Appends a whole number.
pub fn push_number(text: &mut String, number: i64) {
    if number < 0 {
        text.push('-');
    }
    push_padded(text, number.unsigned_abs(), 1);
}

/// Appends 16 lower-case hexadecimal digits.
pub fn push_hex(text: &mut String, number: u64) {
    text.reserve(16);
    for byte in number.to_be_bytes() {
        push_pair(text, HEXADECIMAL, usize::from(byte));
    }
}

/// Appends printable ASCII as JSON text, quotes included.
pub fn push_quoted(text: &mut String, ascii: &str) {
    text.push('"');
    if ascii.bytes().any(|byte| byte == b'"' || byte == b'\\') {
        for letter in ascii.chars() {
            if letter == '"' || letter == '\\' {
                text.push('\\');
            }
            text.push(letter);
        }
    } else {
        text.push_str(ascii);
    }
    text.push('"');
}

/// Appends any text as JSON text, quotes included.
pub fn push_text(text: &mut String, any: &str) {
    if any.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        push_quoted(text, any);
    } else {
        text.push_str(&serde_json::to_string(any).expect("text is always JSON"));
    }
}

/// Reads a text of a record or an argument without keeping it. `read` answers `None` if the text is not what is expected.
pub fn read_text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    struct Reader<F, T>(&'static str, F, PhantomData<T>);

    impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Reader<F, T> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(self.0)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).ok_or_else(|| E::custom(format_args!("expected {}", self.0)))
        }
    }

    deserializer.deserialize_str(Reader(expected, read, PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(push: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        push(&mut text);
        text
    }

    #[test]
    fn numbers_print_as_the_standard_library_prints_them() {
        for number in [
            0,
            1,
            9,
            10,
            99,
            100,
            99_999_999,
            100_000_000,
            1_234_567_890_123,
            10_000_000_000_000_000,
            i64::MAX,
            -1,
            -10,
            i64::MIN,
        ] {
            assert_eq!(pushed(|text| push_number(text, number)), number.to_string());
        }
        for number in [0, 7, 1_772_323_200_000, u64::MAX] {
            assert_eq!(pushed(|text| push_padded(text, number, 13)), format!("{number:013}"));
            assert_eq!(pushed(|text| push_hex(text, number)), format!("{number:016x}"));
        }
        assert_eq!(pushed(|text| push_padded(text, 5, 30)), format!("{:020}", 5));
    }

    #[test]
    fn quoted_text_is_json() {
        let every: String = ('!'..='~').collect();
        for ascii in ["", "plain", r#"a"b\c"#, r"\\", "\"", &every] {
            assert_eq!(pushed(|text| push_quoted(text, ascii)), serde_json::to_string(ascii).expect("text"));
        }
        for any in ["", "a b", "Caf\u{e9} \"x\"", "\u{7f}\n", "sip:a@b"] {
            assert_eq!(pushed(|text| push_text(text, any)), serde_json::to_string(any).expect("text"));
        }
    }
}
