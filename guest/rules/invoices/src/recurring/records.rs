//! Recurring charges as they are stored: a record each, at `recur/<account>/<reference>`.

use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_pricing::Row;
use serde::{Deserialize, Serialize};

/// Most recurring charges of a main account; those of its sub-accounts, and those that ended in this month, count. Totals of a month keep
/// each reference apart, so their records bound it.
pub const CHARGES_MAX: usize = 500;
/// The largest quantity.
pub const QUANTITY_MAX: u32 = 10_000;
/// Longest reference.
const REFERENCE_MAX: usize = 60;

/// Beginning of the keys.
pub(super) const PREFIX: &str = "recur/";

/// A recurring charge. It stays for the rest of the month in which it ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Recurring {
    pub(super) v: u32,
    /// Main account or sub-account that it is for.
    pub(super) holder: AuthId,
    pub(super) product: Product,
    pub(super) heading: Heading,
    pub(super) quantity: u32,
    /// The price that was taken last: it holds when there is none any more.
    pub(super) price: Row,
    pub(super) started: Instant,
    /// The month that was taken last, so that none is taken twice.
    pub(super) through: Month,
    /// The last month that it is charged for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Month>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Instant>,
}

/// A charge with its key.
pub(super) type Entry = (String, Recurring);

impl Record for Recurring {
    const KIND: &'static str = "recurring charge";
}

impl Recurring {
    /// Since when it has been over by a moment; none: it goes on.
    pub(super) fn over_since(&self, now: Instant) -> Option<Instant> {
        self.ended.or_else(|| self.last.map(Month::end).filter(|end| *end <= now))
    }
}

/// Whether a text is a reference: it is a part of keys, and of codes that are written between spaces and slashes.
pub(super) fn is_reference(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    (1..=REFERENCE_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

/// What a reference must be.
pub(super) const REFERENCE_LIMIT: &str = "1 to 60 letters, digits and .-_:";

/// Beginning of the keys of a main account.
pub(super) fn prefix(account: AuthId) -> String {
    format!("{PREFIX}{account}/")
}

/// Key of a charge.
pub(super) fn key(account: AuthId, reference: &str) -> String {
    format!("{}{reference}", prefix(account))
}

/// Main account and reference in a key.
pub(super) fn parse_key(key: &str) -> Option<(AuthId, &str)> {
    let (account, reference) = key.strip_prefix(PREFIX)?.split_once('/')?;
    Some((AuthId::parse(account)?, reference))
}

/// Reference in a key.
pub(super) fn reference_of(key: &str) -> &str {
    parse_key(key).map_or("", |(_, reference)| reference)
}

/// All charges of a main account, in order of reference.
pub(super) fn all(turn: &Turn<'_>, account: AuthId) -> Result<Vec<Entry>, Fault> {
    let (charges, _) = turn.list(&prefix(account), CHARGES_MAX)?;
    Ok(charges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::main_id;

    #[test]
    fn a_reference_is_read_back_from_its_key() {
        let key = key(main_id("A"), "camp:7.a-B_c");
        assert_eq!(parse_key(&key), Some((main_id("A"), "camp:7.a-B_c")));
        assert!(is_reference("camp:7.a-B_c") && is_reference(&"x".repeat(60)));
        for bad in ["", "a b", "a/b", "ä", "a,b", "a\"", &"x".repeat(61)] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
