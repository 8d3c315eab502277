//! Entries of the operator's queue: what waits for a person. Any area puts one there and takes it out; what a person decides about it lies in `payments::queue`.
//!
//! Entries lie under `q/<since>/…`, oldest first.

use crate::currency::Currency;
use crate::ids::{AuthId, time_key};
use crate::money::Money;
use crate::turn::Record;
use crate::vocabulary::Instant;
use serde::{Deserialize, Serialize};

/// Beginning of every key.
/// Kind of an entry about unusual spending: what sets it is `usage`, and what a person decides about it is `payments`.
pub const UNUSUAL_SPEND: &str = "unusual-spend";
/// First letters of the keys of entries.
pub const PREFIX: &str = "q/";

/// Something that waits for a person, at `q/<since>/…`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct QueueEntry {
    /// Version of the record.
    pub v: u32,
    /// None: it names no account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AuthId>,
    /// What it waits for, as a word of the contract.
    pub kind: String,
    /// Since when it waits.
    pub since: Instant,
    /// Number of the charge that it is about.
    pub charge: Option<u32>,
    /// Number of the refund that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<u32>,
    /// Of a payment that no charge explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// Of a refund that no record explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_back: Option<Payment>,
    /// The key of the movement for which its account is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// What is known of it, in words for the person who decides.
    pub note: String,
}

/// What is known of a payment that no charge explains, or of a refund that no record does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Payment {
    /// The key that the gateway knows it by.
    pub key: String,
    /// None: the gateway's notice did not say, or not in the currency of its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Of the amount (CRD-17).
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub currency: Currency,
    /// When it was paid.
    pub at: Instant,
}

impl Record for QueueEntry {
    const KIND: &'static str = "operator queue entry";
}

impl QueueEntry {
    /// An entry about nothing but what its note says.
    pub fn new(account: Option<AuthId>, kind: &str, since: Instant, note: String) -> QueueEntry {
        QueueEntry {
            v: 1,
            account,
            kind: kind.to_owned(),
            since,
            charge: None,
            refund: None,
            payment: None,
            given_back: None,
            holds: None,
            note,
        }
    }

    /// An entry about a charge.
    pub fn of_charge(account: AuthId, kind: &str, since: Instant, charge: u32, note: String) -> QueueEntry {
        QueueEntry { charge: Some(charge), ..QueueEntry::new(Some(account), kind, since, note) }
    }
}

/// Key of an entry about a charge.
pub fn charge_key(since: Instant, account: AuthId, number: u32) -> String {
    format!("{PREFIX}{}/{account}/{number:08}", time_key(since))
}

/// Key of an entry about a refund.
pub fn refund_key(since: Instant, account: AuthId, number: u32) -> String {
    format!("{PREFIX}{}/{account}/refund/{number:08}", time_key(since))
}

/// Key of an entry about a payment.
pub fn payment_key(since: Instant, key: &str) -> String {
    format!("{PREFIX}{}/payment/{key}", time_key(since))
}

/// Key of an entry about something there is one of: an account's closing, the reconciliation.
pub fn single_key(since: Instant, what: &str) -> String {
    format!("{PREFIX}{}/{what}", time_key(since))
}
