//! Identifiers: auth IDs, tokens, keys of records.

use crate::call::Call;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Auth ID of a main account (`MA…`) or a sub-account (`SA…`): 20 characters (SEC-1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuthId([u8; 20]);

/// By byte. Compared as numbers: there is no faster way without the vector instructions of a native processor.
impl Ord for AuthId {
    fn cmp(&self, other: &AuthId) -> std::cmp::Ordering {
        self.as_numbers().cmp(&other.as_numbers())
    }
}

impl PartialOrd for AuthId {
    fn partial_cmp(&self, other: &AuthId) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl AuthId {
    /// Checks the form: `MA` or `SA` and 18 upper-case letters and digits.
    pub fn parse(text: &str) -> Option<AuthId> {
        let bytes: [u8; 20] = text.as_bytes().try_into().ok()?;
        let known = bytes.starts_with(b"MA") || bytes.starts_with(b"SA");
        let body = bytes[2..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        (known && body).then_some(AuthId(bytes))
    }

    /// Whether it names a main account.
    pub fn is_main(&self) -> bool {
        self.0.starts_with(b"MA")
    }

    /// The characters as big-endian numbers, which order as the characters do.
    fn as_numbers(&self) -> (u64, u64, u32) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = self.0;
        (
            u64::from_be_bytes([a, b, c, d, e, f, g, h]),
            u64::from_be_bytes([i, j, k, l, m, n, o, p]),
            u32::from_be_bytes([q, r, s, t]),
        )
    }

    /// The 20 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII by construction")
    }

    /// A new one from random bytes.
    pub fn draw(call: &Call<'_>, prefix: &[u8; 2]) -> AuthId {
        let mut bytes = [0; 20];
        bytes[..2].copy_from_slice(prefix);
        draw_letters(call, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", &mut bytes[2..]);
        AuthId(bytes)
    }
}

impl fmt::Display for AuthId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for AuthId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for AuthId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AuthId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AuthId, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        AuthId::parse(&text).ok_or_else(|| serde::de::Error::custom("not an auth ID"))
    }
}

/// A new API token: 40 letters and digits (SEC-1).
pub fn draw_token(call: &Call<'_>) -> String {
    let mut bytes = [0; 40];
    draw_letters(call, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", &mut bytes);
    String::from_utf8(bytes.to_vec()).expect("ASCII by construction")
}

/// A new coupon code: `XXXX-XXXX-XXXX` of letters and digits that nobody takes for one another (CRD-13).
pub fn draw_code(call: &Call<'_>) -> String {
    let mut bytes = [0; 12];
    draw_letters(call, b"ABCDEFGHJKMNPQRSTUVWXYZ23456789", &mut bytes);
    let parts: Vec<&str> =
        bytes.chunks(4).map(|part| std::str::from_utf8(part).expect("ASCII by construction")).collect();
    parts.join("-")
}

/// Fills with evenly distributed letters: bytes that would favour the first letters are dropped.
fn draw_letters(call: &Call<'_>, letters: &[u8], target: &mut [u8]) {
    let fair = 256 / letters.len() * letters.len();
    let mut pool: Vec<u8> = Vec::new();
    for place in target {
        *place = loop {
            match pool.pop() {
                Some(byte) if usize::from(byte) < fair => break letters[usize::from(byte) % letters.len()],
                Some(_) => {}
                None => pool.extend(call.random().to_le_bytes()),
            }
        };
    }
}

/// A moment as 13 digits, so that keys sort by time. Moments before 1970 count as 1970; the latest is in the year 2286.
pub fn time_key(at: i64) -> String {
    let mut key = String::with_capacity(13);
    crate::text::push_padded(&mut key, at.clamp(0, 9_999_999_999_999).unsigned_abs(), 13);
    key
}
