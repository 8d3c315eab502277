//! Plain text forms that several records share: decimal numbers, identifiers, digests.

pub use coinbox_forms::ascii;
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
    let all_digits = ascii::are_digits;
    if whole.is_empty() || whole.len() > 19 || fraction.len() > decimals || !all_digits(whole) || !all_digits(fraction)
    {
        return None;
    }
    if whole.len() + decimals <= 18 {
        // Most are so short: numbers of one word are enough.
        let read = |part: &str| if part.is_empty() { Some(0) } else { ascii::number(part) };
        let missing = decimals - fraction.len();
        let value =
            read(whole)?.wrapping_mul(power(decimals)).wrapping_add(read(fraction)?.wrapping_mul(power(missing)));
        return i64::try_from(value).ok().map(|value| if negative { -value } else { value });
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

/// A power of ten below 10^19.
pub fn power(exponent: usize) -> u64 {
    const POWERS: [u64; 20] = {
        let mut powers = [1; 20];
        let mut exponent = 1;
        while exponent < 20 {
            powers[exponent] = powers[exponent - 1] * 10;
            exponent += 1;
        }
        powers
    };
    POWERS[exponent]
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
    !text.is_empty() && text.len() <= longest && ascii::are_graphic(text)
}

/// Bytes in a place where a processor reads them word by word.
#[repr(align(8))]
struct Aligned<const BYTES: usize>([u8; BYTES]);

/// Appends the first `count` of these characters. All are copied and the rest is taken back, because a copy of a length that is not known in advance is a
/// call of the host in a component.
fn push_first<const BYTES: usize>(text: &mut String, characters: &Aligned<BYTES>, count: usize) {
    text.push_str(std::str::from_utf8(&characters.0).expect("ASCII by construction"));
    text.truncate(text.len() + count - BYTES);
}

/// Appends the first 8 to 16 characters of two words.
fn push_sixteen(text: &mut String, [first, second]: [u64; 2], count: usize) {
    let both = u128::from(second) << 64 | u128::from(first);
    push_first(text, &Aligned(both.to_le_bytes()), count);
}

/// A word of one byte.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The eight digits of a number below 100 million, the first one in the lowest byte.
const fn eight_digits(number: u32) -> u64 {
    let halves = (number / 10_000) as u64 | ((number % 10_000) as u64) << 32;
    // Divisions by 100 and by 10, exact for numbers of four and of two digits.
    let hundreds = (halves.wrapping_mul(5243) >> 19) & 0x0000_007f_0000_007f;
    let pairs = hundreds | halves.wrapping_sub(hundreds.wrapping_mul(100)) << 16;
    let tens = (pairs.wrapping_mul(103) >> 10) & 0x000f_000f_000f_000f;
    tens | pairs.wrapping_sub(tens.wrapping_mul(10)) << 8
}

/// Appends decimal digits, with zeros in front up to `width`, at most 20.
pub fn push_padded(text: &mut String, number: u64, width: usize) {
    const HALF: u64 = 100_000_000;
    const WHOLE: u64 = HALF * HALF;
    if number >= WHOLE || width > 16 {
        push_padded(text, number / WHOLE, width.clamp(17, 20) - 16);
        push_padded(text, number % WHOLE, 16);
    } else if number >= HALF || width > 8 {
        let [high, low] = [number / HALF, number % HALF].map(|half| eight_digits(half as u32));
        let zeros = (high.trailing_zeros() as usize / 8).min(16 - width.max(9));
        let (high, low, shift) = (high | each(b'0'), low | each(b'0'), 8 * zeros);
        // At most seven zeros: their places are filled by the digits behind them.
        let shown = if zeros == 0 { [high, low] } else { [high >> shift | low << (64 - shift), low >> shift] };
        push_sixteen(text, shown, 16 - zeros);
    } else {
        let digits = eight_digits(number as u32);
        // The last digit is always shown.
        let zeros = (digits.trailing_zeros() as usize / 8).min(7).min(8 - width);
        push_first(text, &Aligned(((digits | each(b'0')) >> (8 * zeros)).to_le_bytes()), 8 - zeros);
    }
}

/// Appends a whole number.
pub fn push_number(text: &mut String, number: i64) {
    if number < 0 {
        text.push('-');
    }
    push_padded(text, number.unsigned_abs(), 1);
}

/// Appends a point and eight decimals of a number below 100 million, without zeros at the end; nothing where all of them are.
pub(crate) fn push_decimals(text: &mut String, number: u32) {
    if number > 0 {
        let digits = eight_digits(number);
        text.push('.');
        let shown = Aligned((digits | each(b'0')).to_le_bytes());
        push_first(text, &shown, 8 - digits.leading_zeros() as usize / 8);
    }
}

/// Appends 16 lower-case hexadecimal digits.
pub fn push_hex(text: &mut String, number: u64) {
    let shown = [number >> 32, number & 0xffff_ffff].map(|half| {
        let pairs = (half | half << 16) & 0x0000_ffff_0000_ffff;
        let bytes = (pairs | pairs << 8) & 0x00ff_00ff_00ff_00ff;
        let digits = (bytes | bytes << 4) & 0x0f0f_0f0f_0f0f_0f0f;
        // 1 in each byte of a digit that is a letter.
        let letters = ((digits + each(6)) >> 4) & each(1);
        (digits + each(b'0') + letters.wrapping_mul(u64::from(b'a' - b'0' - 10))).swap_bytes()
    });
    push_sixteen(text, shown, 16);
}

/// Appends printable ASCII as JSON text, quotes included.
pub fn push_quoted(text: &mut String, ascii: &str) {
    text.push('"');
    if ascii::are_plain(ascii) {
        text.push_str(ascii);
    } else {
        for letter in ascii.chars() {
            if letter == '"' || letter == '\\' {
                text.push('\\');
            }
            text.push(letter);
        }
    }
    text.push('"');
}

/// Appends any text as JSON text, quotes included.
pub fn push_text(text: &mut String, any: &str) {
    if ascii::are_plain(any) {
        text.push('"');
        text.push_str(any);
        text.push('"');
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
        for width in 1..=20 {
            for power in 0..20 {
                for number in [10_u64.pow(power), 10_u64.pow(power) - 1, 10_u64.pow(power) / 7 * 3] {
                    assert_eq!(pushed(|text| push_padded(text, number, width)), format!("{number:0width$}"));
                }
            }
        }
        for number in (0..100_000_000).step_by(997).chain(99_990_000..100_000_000).chain(0..10_000) {
            assert_eq!(pushed(|text| push_padded(text, number, 1)), number.to_string());
        }
    }

    #[test]
    fn decimals_end_with_their_last_digit() {
        for (number, shown) in
            [(0, ""), (1, ".00000001"), (85, ".00000085"), (850_000, ".0085"), (99_999_999, ".99999999")]
        {
            assert_eq!(pushed(|text| push_decimals(text, number)), shown);
        }
        assert_eq!(pushed(|text| push_decimals(text, 10_000_000)), ".1");
    }

    #[test]
    fn decimal_text_of_any_length_is_read() {
        for (text, decimals, value) in [
            ("0", 6, Some(0)),
            ("-0.5", 6, Some(-500_000)),
            ("123456789012.345678", 6, Some(123_456_789_012_345_678)),
            ("1234567890123.345678", 6, Some(1_234_567_890_123_345_678)),
            ("9223372036854775807", 0, Some(i64::MAX)),
            ("-9223372036854775808", 0, Some(i64::MIN)),
            ("9223372036854775808", 0, None),
            ("999999999999999999", 0, Some(999_999_999_999_999_999)),
            ("1.123456789", 8, None),
            ("1.", 8, None),
            ("1.x", 8, None),
            ("x", 8, None),
            ("", 8, None),
            ("00000000000.00000001", 8, Some(1)),
        ] {
            assert_eq!(parse_signed(text, decimals), value, "{text}");
        }
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
