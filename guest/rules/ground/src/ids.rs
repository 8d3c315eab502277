//! Identifiers: auth IDs, tokens, keys of records.

use crate::turn::Turn;
use crate::vocabulary::{Instant, MOMENT_MAX};
use coinbox_forms::ascii;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::{Hash, Hasher};

/// Auth ID of a main account (`MA…`) or a sub-account (`SA…`): 20 characters (SEC-1).
#[derive(Clone, Copy, Eq)]
pub struct AuthId([u8; 20]);

impl PartialEq for AuthId {
    fn eq(&self, other: &AuthId) -> bool {
        self.words() == other.words()
    }
}

impl Hash for AuthId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.words().hash(state);
    }
}

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
        (known && ascii::are_capitals_or_digits(&bytes[2..])).then_some(AuthId(bytes))
    }

    /// Whether it names a main account.
    pub fn is_main(&self) -> bool {
        self.0.starts_with(b"MA")
    }

    /// The characters as numbers, in no order that means anything.
    fn words(&self) -> (u64, u64, u32) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = self.0;
        (
            u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            u64::from_le_bytes([i, j, k, l, m, n, o, p]),
            u32::from_le_bytes([q, r, s, t]),
        )
    }

    /// A number of 32 bits that spreads auth IDs evenly, for tables of one call.
    pub fn spread(&self) -> u32 {
        let (first, middle, last) = self.words();
        let mixed =
            (first ^ middle.rotate_left(29) ^ u64::from(last).rotate_left(13)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as u32
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

    /// The auth ID that stands in a key right after this prefix.
    pub fn after(prefix: &str, key: &str) -> Option<AuthId> {
        key.strip_prefix(prefix)?.get(..20).and_then(AuthId::parse)
    }

    /// A new one from random bytes.
    pub fn draw(turn: &Turn<'_>, prefix: &[u8; 2]) -> AuthId {
        let mut bytes = [0; 20];
        bytes[..2].copy_from_slice(prefix);
        draw_letters(turn, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", &mut bytes[2..]);
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
pub fn draw_token(turn: &Turn<'_>) -> String {
    let mut bytes = [0; 40];
    draw_letters(turn, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", &mut bytes);
    String::from_utf8(bytes.to_vec()).expect("ASCII by construction")
}

/// A new coupon code: `XXXX-XXXX-XXXX` of letters and digits that nobody takes for one another (CRD-13).
pub fn draw_code(turn: &Turn<'_>) -> String {
    let mut bytes = [0; 12];
    draw_letters(turn, b"ABCDEFGHJKMNPQRSTUVWXYZ23456789", &mut bytes);
    let parts: Vec<&str> =
        bytes.chunks(4).map(|part| std::str::from_utf8(part).expect("ASCII by construction")).collect();
    parts.join("-")
}

/// Fresh letters and digits, for a secret.
pub fn draw_letters_and_digits(turn: &Turn<'_>, count: usize) -> String {
    drawn(turn, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", count)
}

/// Fresh digits, for a code that a person types.
pub fn draw_digits(turn: &Turn<'_>, count: usize) -> String {
    drawn(turn, b"0123456789", count)
}

fn drawn(turn: &Turn<'_>, letters: &[u8], count: usize) -> String {
    let mut bytes = vec![0; count];
    draw_letters(turn, letters, &mut bytes);
    String::from_utf8(bytes).expect("ASCII by construction")
}

/// Fills with evenly distributed letters: bytes that would favour the first letters are dropped.
fn draw_letters(turn: &Turn<'_>, letters: &[u8], target: &mut [u8]) {
    let fair = 256 / letters.len() * letters.len();
    let mut pool: Vec<u8> = Vec::new();
    for place in target {
        *place = loop {
            match pool.pop() {
                Some(byte) if usize::from(byte) < fair => break letters[usize::from(byte) % letters.len()],
                Some(_) => {}
                None => pool.extend(turn.random().to_le_bytes()),
            }
        };
    }
}

/// A moment as 13 digits, so that keys sort by time. Moments before 1970 count as 1970, those after [`MOMENT_MAX`] as that.
pub fn time_key(at: Instant) -> String {
    let mut key = String::with_capacity(13);
    crate::text::push_padded(&mut key, at.clamp(0, MOMENT_MAX).unsigned_abs(), 13);
    key
}

/// [`time_key`], but the newest moment comes first.
pub fn newest_first(at: Instant) -> String {
    time_key(MOMENT_MAX - at.clamp(0, MOMENT_MAX))
}

/// A number as 10 digits, so that the key with the highest number comes first.
pub fn highest_first(number: u32) -> String {
    format!("{:010}", u32::MAX - number)
}

/// The key by which the outside world knows what is asked of it, such as a charge. Never reused: the store name is drawn new whenever a history could
/// repeat.
pub fn outside_key(store: &str, account: AuthId, what: &str, number: u32) -> String {
    format!("cb-{store}-{account}-{what}-{number}")
}

/// Account and number in a key of [`outside_key`], whichever store made it.
pub fn parse_outside_key(key: &str, what: &str) -> Option<(AuthId, u32)> {
    let mut parts = key.strip_prefix("cb-")?.split('-');
    let (store, account, word, number) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // The key becomes part of stored keys: only what this function's counterpart could have written is one of ours.
    let plain = (1..=32).contains(&store.len()) && store.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (account, number) = (AuthId::parse(account)?, number.parse().ok()?);
    (word == what && plain && outside_key(store, account, what, number) == key).then_some((account, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{main_id, sub_id};

    #[test]
    fn keys_of_moments_and_numbers_order_as_they_say() {
        assert_eq!([time_key(-1), time_key(0)], ["0000000000000", "0000000000000"]);
        assert_eq!([time_key(MOMENT_MAX), time_key(i64::MAX)], ["9999999999999", "9999999999999"]);
        assert_eq!([newest_first(i64::MIN), newest_first(0)], ["9999999999999", "9999999999999"]);
        assert_eq!([newest_first(1), newest_first(i64::MAX)], ["9999999999998", "0000000000000"]);
        assert_eq!(
            [highest_first(0), highest_first(7), highest_first(u32::MAX)],
            ["4294967295", "4294967288", "0000000000"]
        );
    }

    #[test]
    fn an_outside_key_is_read_back_only_as_it_was_written() {
        let account = main_id("A");
        let key = outside_key("Store1", account, "charge", 7);
        assert_eq!(key, format!("cb-Store1-{account}-charge-7"));
        assert_eq!(parse_outside_key(&key, "charge"), Some((account, 7)));
        for bad in [
            format!("cb-Store1-{account}-charge-07"),
            format!("cb-Store1-{account}-charge-7-1"),
            format!("cb-Store1-{account}-charge-"),
            format!("cb-Store/1-{account}-charge-7"),
            format!("cb--{account}-charge-7"),
            format!("cb-{}-{account}-charge-7", "s".repeat(33)),
            "cb-Store1-MA-charge-7".to_owned(),
            format!("Store1-{account}-charge-7"),
        ] {
            assert_eq!(parse_outside_key(&bad, "charge"), None, "{bad}");
        }
        assert_eq!(parse_outside_key(&key, "refund"), None);
    }

    #[test]
    fn an_auth_id_is_read_behind_its_prefix_only() {
        let (main, sub) = (main_id("A"), sub_id("B"));
        assert_eq!(AuthId::after("w/", &format!("w/{main}")), Some(main));
        assert_eq!(AuthId::after("use/", &format!("use/{sub}/2026-03-01")), Some(sub));
        for bad in ["w/", "w/MA", "w/ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", "x/MA0123456789ABCDEFGH"] {
            assert_eq!(AuthId::after("w/", bad), None, "{bad}");
        }
    }
}
