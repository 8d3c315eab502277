//! What an authenticator app shows (RFC 6238), written apart from the rules.

use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The code of a secret in Base32 at a moment.
pub(super) fn code(secret: &str, at: i64) -> anyhow::Result<String> {
    let mut bits = String::new();
    for letter in secret.chars() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).context("a secret in Base32")?;
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> = (0..bits.len() / 8)
        .map(|place| u8::from_str_radix(&bits[8 * place..8 * place + 8], 2))
        .collect::<Result<_, _>>()?;
    let mut mac = Hmac::<Sha1>::new_from_slice(&bytes)?;
    mac.update(&u64::try_from(at / 30_000)?.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let start = usize::from(digest[19] % 16);
    let word = u32::from_be_bytes([digest[start], digest[start + 1], digest[start + 2], digest[start + 3]]);
    Ok(format!("{:06}", word % (1 << 31) % 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::code;

    /// RFC 6238, appendix B: the last six digits for `12345678901234567890`.
    #[test]
    fn the_vectors_of_the_standard() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, digits) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(code(secret, seconds * 1000).expect("a code"), digits);
        }
    }
}
