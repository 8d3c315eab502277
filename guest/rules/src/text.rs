//! Plain text forms that several records share: decimal numbers, identifiers, digests.

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
    if whole.is_empty() || whole.len() > 19 || fraction.len() > decimals || !all_digits(whole) || !all_digits(fraction) {
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
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Printable ASCII without space, 1 to `longest` bytes.
pub(crate) fn is_name(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_graphic())
}
