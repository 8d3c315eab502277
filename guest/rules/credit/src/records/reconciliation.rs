//! How far a reconciliation after a restore has come, and which movements of another history it has booked (CRD-7).
//!
//! How it is done is in `payments::reconcile`.
//!
//! | key | what |
//! |---|---|
//! | `store/reconcile`, `store/reconcile-stock` | where it stands; gone when it is done |
//! | `store/not-listed/<kind>` | that the gateway or the stock does not look back to the backup: a person must look |
//! | `moved/<key>` | that a movement of another history has been booked |

use crate::records::held;
use coinbox_access::credentials::Who;
use coinbox_access::requests::{About, Permitted};
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{JobKind, Store};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{DAY_MS, Fault, Instant, MINUTE_MS, Refusal};
use coinbox_ledger::lots::Place;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The job that asks the gateway what it has moved since a backup.
pub const PAYMENTS_JOB: JobKind<Store> = JobKind::new("reconcile");

/// The job that asks the stock what it has given and taken since a backup.
pub const STOCK_JOB: JobKind<Store> = JobKind::new("reconcile-stock");

/// Who knows what happened outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outside {
    /// The gateway: charges and refunds.
    Payments,
    /// The stock of numbers: orders and releases.
    Stock,
}

impl Outside {
    /// Where it lies how far it has come.
    pub fn key(self) -> &'static str {
        match self {
            Outside::Payments => "store/reconcile",
            Outside::Stock => "store/reconcile-stock",
        }
    }

    /// The key of the job that asks for its movements.
    pub fn job(self) -> String {
        match self {
            Outside::Payments => PAYMENTS_JOB.key(),
            Outside::Stock => STOCK_JOB.key(),
        }
    }

    /// Kinds of queue entries: it gives no list, and its list does not go back far enough.
    pub fn entries(self) -> (&'static str, &'static str) {
        match self {
            Outside::Payments => ("reconciliation-stuck", NOT_LISTED_PAYMENTS),
            Outside::Stock => ("orders-stuck", NOT_LISTED_ORDERS),
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Outside::Payments => "gateway",
            Outside::Stock => "stock",
        }
    }

    /// Whether an entry of the queue hides keys of clients of this kind.
    pub(crate) fn hides(self, kind: &str) -> bool {
        (kind == held::NUMBER) == (self == Outside::Stock)
    }
}

/// Kind of an entry: the gateway's list does not go back far enough.
pub const NOT_LISTED_PAYMENTS: &str = "movements-not-listed";

/// Kind of an entry: the stock's list does not go back far enough.
pub const NOT_LISTED_ORDERS: &str = "orders-not-listed";

/// Where the reconciliation stands, at `store/reconcile` or `store/reconcile-stock`; gone when it is done.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Version of the record.
    pub v: u32,
    /// Since when.
    pub since: Instant,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The attempt under way or done last; 0: none.
    pub attempt: u32,
    /// Movements that the store lacked.
    pub booked: u32,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Instant>,
    /// Whether it waits in the operator's queue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stuck: bool,
    /// From which moment on the pages so far were complete, if that is later than the backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_since: Option<Instant>,
}

impl Reconciliation {
    /// The moment of the backup.
    pub fn backup(&self) -> Instant {
        self.since.saturating_add(OVERLAP_MS)
    }
}

impl Record for Reconciliation {
    const KIND: &'static str = "reconciliation";
}

/// That the gateway or the stock does not look back to the backup, at `store/not-listed/<kind>`; gone when a person has looked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NotListed {
    /// Version of the record.
    pub v: u32,
    /// Since when it stands in the queue.
    pub since: Instant,
}

impl Record for NotListed {
    const KIND: &'static str = "what was not listed";
}

/// That a movement of another history has been booked, at `moved/<key>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Moved {
    /// Version of the record.
    pub v: u32,
    /// When it was written down.
    pub at: Instant,
    /// The account and the lot that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<(AuthId, u32, Place)>,
}

impl Moved {
    /// A movement that became no lot.
    pub fn new(at: Instant) -> Moved {
        Moved { v: 1, at, lot: None }
    }
}

impl Record for Moved {
    const KIND: &'static str = "reconciled movement";
}

/// Longest key of a payment.
pub const KEY_BYTES_MAX: usize = 200;

/// The backup's moment and the gateway's clock may differ by this much: movements from before are looked at too.
pub const OVERLAP_MS: Instant = DAY_MS;

/// How soon a charge or an order looks again whether the store is reconciled: its customer may be waiting.
pub const LOOK_SOON_MS: Instant = 500;

/// How soon everything else looks again whether the store is reconciled.
pub const LOOK_LATER_MS: Instant = MINUTE_MS;

/// How soon a client may try again with a key that the store cannot judge yet.
pub const TRY_AGAIN_MS: Instant = 5_000;

/// Whether no new charge or refund may start yet.
pub fn is_open(turn: &Turn<'_>) -> Result<bool, Fault> {
    Ok(turn.text(Outside::Payments.key()).is_some())
}

/// Whether no new order or release may start yet.
pub fn is_stock_open(turn: &Turn<'_>) -> Result<bool, Fault> {
    Ok(turn.text(Outside::Stock.key()).is_some())
}

/// Carries out a command that reaches the gateway or the stock, once a key ([`Permitted::once_outside`]).
///
/// While the reconciliation is open a key that the store does not know is refused until that is over; where the reconciliation could not learn
/// everything, until a person has looked.
pub fn once_outside<T: About, A, E>(
    command: Permitted<'_, T>,
    turn: &mut Turn<'_>,
    outside: Outside,
    args: &impl Serialize,
    run: impl FnOnce(&mut Turn<'_>, &Who, T, Option<Asked>) -> Result<A, E>,
) -> Result<A, E>
where
    A: Serialize + DeserializeOwned,
    E: From<Fault>,
{
    command.once_outside(turn, args, |turn, account| refuses_unknown_key(turn, account, outside), run)
}

/// Why a key that the store does not know cannot be taken as new: it may have been used in a history that was lost.
fn refuses_unknown_key(turn: &Turn<'_>, account: Option<AuthId>, outside: Outside) -> Result<Option<Refusal>, Fault> {
    if turn.text(outside.key()).is_some() {
        return Ok(Some(Refusal::Reconciling(turn.now() + TRY_AGAIN_MS)));
    }
    let (_, not_listed) = outside.entries();
    if turn.text(&not_listed_key(not_listed)).is_some() {
        return Ok(Some(Refusal::UnknownSinceRestore(not_listed.to_owned())));
    }
    let Some(account) = account else { return Ok(None) };
    Ok(held::hides_keys(turn, account, |kind| outside.hides(kind))?.map(Refusal::UnknownSinceRestore))
}

/// Where it is noted that a list does not go back far enough.
pub fn not_listed_key(kind: &str) -> String {
    format!("store/not-listed/{kind}")
}

/// The lot that a payment became which no charge explains, by the payment's key.
pub fn lot_of(turn: &Turn<'_>, account: AuthId, key: &str) -> Result<Option<(u32, Place)>, Fault> {
    if !coinbox_ground::text::is_name(key, KEY_BYTES_MAX) {
        return Ok(None);
    }
    let lot = turn.get::<Moved>(&marker(key))?.and_then(|moved| moved.lot);
    Ok(lot.filter(|(owner, ..)| *owner == account).map(|(_, number, place)| (number, place)))
}

/// When a payment that no charge explains was booked.
pub fn booked_at(turn: &Turn<'_>, key: &str) -> Result<Option<Instant>, Fault> {
    Ok(turn.get::<Moved>(&marker(key))?.map(|moved| moved.at))
}

/// Notes that a person has decided about a payment: it is booked no more, whatever the gateway lists later.
pub fn note_resolved(turn: &mut Turn<'_>, key: &str) -> Result<(), Fault> {
    let moved = turn.get::<Moved>(&marker(key))?.unwrap_or_else(|| Moved::new(turn.now()));
    turn.put(&marker(key), &moved);
    Ok(())
}

/// Where it is noted that a movement has been booked.
pub fn marker(key: &str) -> String {
    format!("moved/{key}")
}
