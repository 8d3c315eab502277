//! The operator's queue: what waits for a person, and what a person decides about it.
//!
//! Entries lie under `q/<since>/…`, oldest first. Those about charges and refunds go away when these are settled. A payment that no
//! charge explains goes away when the operator names the account it belongs to, gives it back, or dismisses it; a refund that no record
//! explains when it is taken off an account, or dismissed.

mod resolve;
#[cfg(test)]
mod tests;

pub use resolve::{Claim, Resolution, Resolved, resolve_payment};

use crate::access::credentials;
use crate::ground::call::{Call, Record, end_of_prefix, successor};
use crate::ground::ids::{AuthId, time_key};
use crate::ground::money::Money;
use crate::ground::text::is_name;
use crate::ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, int_text};
use crate::operator::Error;
use crate::payments::charges::{self, ShownCharge};
use crate::payments::dunning;
use crate::payments::refunds::{self, ShownRefund};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "q/";

/// Something that waits for a person, at `q/<since>/…`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct QueueEntry {
    v: u32,
    /// None: it names no account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<AuthId>,
    kind: String,
    since: Instant,
    charge: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refund: Option<u32>,
    /// Of a payment that no charge explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payment: Option<Payment>,
    /// Of a refund that no record explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) given_back: Option<Payment>,
    /// The key of the movement for which its account is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) holds: Option<String>,
    note: String,
}

/// What is known of a payment that no charge explains, or of a refund that no record does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    /// The key that the gateway knows it by.
    pub(crate) key: String,
    /// None: the gateway's notice did not say, or not in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Money>,
    /// When it was paid.
    pub(crate) at: Instant,
}

impl Record for QueueEntry {
    const KIND: &'static str = "operator queue entry";
}

impl QueueEntry {
    /// An entry about nothing but what its note says.
    pub(crate) fn new(account: Option<AuthId>, kind: &str, since: Instant, note: String) -> QueueEntry {
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
    pub(crate) fn of_charge(account: AuthId, kind: &str, since: Instant, charge: u32, note: String) -> QueueEntry {
        QueueEntry { charge: Some(charge), ..QueueEntry::new(Some(account), kind, since, note) }
    }
}

/// Key of an entry about a charge.
pub(crate) fn charge_key(since: Instant, account: AuthId, number: u32) -> String {
    format!("{PREFIX}{}/{account}/{number:08}", time_key(since))
}

/// Key of an entry about a refund.
pub(crate) fn refund_key(since: Instant, account: AuthId, number: u32) -> String {
    format!("{PREFIX}{}/{account}/refund/{number:08}", time_key(since))
}

/// Key of an entry about a payment.
pub(crate) fn payment_key(since: Instant, key: &str) -> String {
    format!("{PREFIX}{}/payment/{key}", time_key(since))
}

/// Key of an entry about something there is one of: an account's closing, the reconciliation.
pub(crate) fn single_key(since: Instant, what: &str) -> String {
    format!("{PREFIX}{}/{what}", time_key(since))
}

/// Something that waits for a person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct QueueItem {
    pub id: String,
    pub auth_id: String,
    pub kind: String,
    #[serde(with = "int_text")]
    pub since: Instant,
    #[serde(default)]
    pub charge: Option<ShownCharge>,
    #[serde(default)]
    pub refund: Option<ShownRefund>,
    pub note: String,
}

/// A page of the queue, oldest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct QueuePage {
    pub items: Vec<QueueItem>,
    #[serde(default)]
    pub next: Option<String>,
}

/// What waits for a person, oldest first.
pub fn list_queue(call: &Call<'_>, caller: &Caller, after: Option<String>, limit: u32) -> Result<QueuePage, Error> {
    credentials::permit(call, caller, "operator.list-queue", None)?;
    let mut checks = Checks::new();
    checks.require((1..=100).contains(&limit), "limit", FieldRule::WrongForm, "1 to 100");
    checks.require(
        after.as_deref().is_none_or(|after| is_name(after, 300)),
        "after",
        FieldRule::WrongForm,
        "the `next` of a page",
    );
    checks.done()?;
    let first = after.map_or_else(|| PREFIX.to_owned(), |after| successor(&format!("{PREFIX}{after}")));
    let (page, more) =
        call.span::<QueueEntry>(&first, &end_of_prefix(PREFIX), usize::try_from(limit).unwrap_or(100))?;
    let items: Result<Vec<QueueItem>, Fault> = page.into_iter().map(|(key, entry)| show(call, &key, entry)).collect();
    let items = items?;
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(QueuePage { items, next })
}

fn show(call: &Call<'_>, key: &str, entry: QueueEntry) -> Result<QueueItem, Fault> {
    let charge = match (entry.account, entry.charge) {
        (Some(account), Some(number)) => charges::load(call, account, number)?.map(|charge| charge.shown(account)),
        _ => None,
    };
    let refund = match (entry.account, entry.refund) {
        (Some(account), Some(number)) => refunds::load(call, account, number)?.map(|refund| refund.shown(account)),
        _ => None,
    };
    let note = match entry.account {
        // What of it is owed changes with every payment.
        Some(account) if entry.kind == dunning::NOT_COLLECTED => {
            format!("{} is owed, and {}", dunning::waiting(call, account)?, entry.note)
        }
        _ => entry.note,
    };
    Ok(QueueItem {
        id: key.trim_start_matches(PREFIX).to_owned(),
        auth_id: entry.account.map(|account| account.to_string()).unwrap_or_default(),
        kind: entry.kind,
        since: entry.since,
        charge,
        refund,
        note,
    })
}
