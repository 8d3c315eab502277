//! What waits for a person, as it is listed.

use coinbox_access::{self as access, functions};
use coinbox_credit::records::dunning;
use coinbox_credit::records::refunds::{self, ShownRefund};
use coinbox_ground::interfaces::operator::Error;
use coinbox_ground::queue::{PREFIX, QueueEntry};
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, Instant, int_text};
use coinbox_ledger::charges;
use coinbox_ledger::charges::ShownCharge;
use serde::{Deserialize, Serialize};

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
pub fn list_queue(turn: &Turn<'_>, caller: &Caller, after: Option<String>, limit: u32) -> Result<QueuePage, Error> {
    access::query(turn, caller, functions::OPERATOR_LIST_QUEUE)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, 100);
    checks.page_after(after.as_deref().is_none_or(|after| is_name(after, 300)));
    checks.done()?;
    let first = after.map_or_else(|| PREFIX.to_owned(), |after| successor(&format!("{PREFIX}{after}")));
    let (page, more) =
        turn.span::<QueueEntry>(&first, &end_of_prefix(PREFIX), usize::try_from(limit).unwrap_or(100))?;
    let items: Result<Vec<QueueItem>, Fault> = page.into_iter().map(|(key, entry)| show(turn, &key, entry)).collect();
    let items = items?;
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(QueuePage { items, next })
}

fn show(turn: &Turn<'_>, key: &str, entry: QueueEntry) -> Result<QueueItem, Fault> {
    let charge = match (entry.account, entry.charge) {
        (Some(account), Some(number)) => charges::load(turn, account, number)?.map(|charge| charge.shown(account)),
        _ => None,
    };
    let refund = match (entry.account, entry.refund) {
        (Some(account), Some(number)) => refunds::load(turn, account, number)?.map(|refund| refund.shown(account)),
        _ => None,
    };
    let note = match entry.account {
        // What of it is owed changes with every payment.
        Some(account) if entry.kind == dunning::NOT_COLLECTED => {
            format!("{} is owed, and {}", dunning::waiting(turn, account)?, entry.note)
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
