//! Codes that an operator gives to what is sold: products and their headings.

/// Most letters of a code.
pub const CODE_MAX: usize = 30;
/// What a code must be.
pub const CODE_LIMIT: &str = "2 to 30 lower-case letters, digits and hyphens, a letter first";

/// Whether a text is a code. It stands in keys, in files of prices and in names of ledger accounts, so it is as plain as these need it.
pub fn is_code(text: &str) -> bool {
    (2..=CODE_MAX).contains(&text.len())
        && text.as_bytes()[0].is_ascii_lowercase()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_plain() {
        for good in ["voice", "a1", "inbound-toll-free", "a--", "x23456789012345678901234567890"] {
            assert!(is_code(good), "{good}");
        }
        for bad in ["", "a", "1a", "-a", "Voice", "a b", "a_b", "a:b", "a/b", "ä1", "x234567890123456789012345678901"]
        {
            assert!(!is_code(bad), "{bad}");
        }
    }
}
