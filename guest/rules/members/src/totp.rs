//! Codes of authenticator apps: RFC 6238 with SHA-1, six digits, thirty seconds, which is what every app can do.

use coinbox_ground::vocabulary::Instant;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// How long a code is shown.
const PERIOD_MS: Instant = 30_000;
/// How many steps a clock may be ahead or behind.
const SKEW: u64 = 1;
/// Letters of RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes in Base32, without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut count) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(BASE32[(held >> count) as usize & 31]));
        }
        held &= (1 << count) - 1;
    }
    if count > 0 {
        text.push(char::from(BASE32[(held << (5 - count)) as usize & 31]));
    }
    text
}

/// What [`base32`] has written.
pub(crate) fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let value = BASE32.iter().position(|known| *known == letter)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(held >> count).ok()?);
            held &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// The code of one step.
fn code(secret: &[u8], step: u64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("keys of HMAC have any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word = digest[offset..offset + 4].iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// What an app shows at a moment.
#[cfg(test)]
pub(crate) fn shown_at(secret: &[u8], at: Instant) -> String {
    code(secret, u64::try_from(at / PERIOD_MS).unwrap_or(0))
}

/// The step of this code, if it is the code of now or of a step beside it, and of a later step than `after`. All steps are compared, so that the time
/// does not say which one it was.
pub(crate) fn step_of(secret: &[u8], given: &str, now: Instant, after: u64) -> Option<u64> {
    let present = u64::try_from(now / PERIOD_MS).unwrap_or(0);
    let steps = present.saturating_sub(SKEW)..=present + SKEW;
    steps.fold(None, |found, step| {
        let same = bool::from(code(secret, step).as_bytes().ct_eq(given.as_bytes()));
        if same && step > after && found.is_none() { Some(step) } else { found }
    })
}

/// What apps take from a QR code.
pub(crate) fn uri(brand: &str, email: &str, secret: &str) -> String {
    let (brand, email) = (percent(brand), percent(email));
    format!("otpauth://totp/{brand}:{email}?secret={secret}&issuer={brand}&algorithm=SHA1&digits=6&period=30")
}

/// Text with everything but unreserved characters (RFC 3986) written as `%XX`.
fn percent(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => written.push(char::from(byte)),
            _ => written.push_str(&format!("%{byte:02X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, SHA-1: eight digits there, of which six are the last ones.
    #[test]
    fn the_vectors_of_the_standard() {
        for (seconds, digits) in [
            (59_i64, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let step = u64::try_from(seconds / 30).expect("a step");
            assert_eq!(code(SECRET, step), digits[2..], "{seconds}");
            assert_eq!(step_of(SECRET, &digits[2..], seconds * 1000, 0), Some(step));
        }
    }

    /// Attack 26: a code once, and none of an earlier step after it.
    #[test]
    fn a_step_is_good_once_and_only_forwards() {
        let now = 1_111_111_111_000;
        let step = 1_111_111_111 / 30;
        let of = |step: u64| code(SECRET, step);
        assert_eq!(step_of(SECRET, &of(step), now, step - 1), Some(step));
        assert_eq!(step_of(SECRET, &of(step), now, step), None, "the same step again");
        assert_eq!(step_of(SECRET, &of(step - 1), now, step), None, "an earlier step after it");
        assert_eq!(step_of(SECRET, &of(step + 1), now, step), Some(step + 1));
        assert_eq!(step_of(SECRET, &of(step + 2), now, 0), None, "too far ahead");
        assert_eq!(step_of(SECRET, &of(step - 2), now, 0), None, "too old");
        for bad in ["", "000000", "05047", "0504711", "O50471", "０５０４７１"] {
            assert_eq!(step_of(SECRET, bad, now, 0), None, "{bad}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(from_base32(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(from_base32("M1"), None);
    }

    #[test]
    fn uris_say_everything_and_nothing_gets_out_of_its_place() {
        assert_eq!(
            uri("Acme & Co", "a+b@c.example", "MZXW6YTB"),
            "otpauth://totp/Acme%20%26%20Co:a%2Bb%40c.example?secret=MZXW6YTB&issuer=Acme%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }
}
