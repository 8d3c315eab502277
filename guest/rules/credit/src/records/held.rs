//! What a restore has found and nothing explains: until a person has decided, it holds money of its account, or the keys of its clients (CRD-7).
//!
//! | key | what |
//! |---|---|
//! | `held/<account>` | what waits and what it holds |

use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What of an account waits for a person, at `held/<account>`; gone when nothing does.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Held {
    /// Version of the record.
    pub v: u32,
    /// By the key of the movement.
    pub items: BTreeMap<String, Item>,
}

/// One thing that waits.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Kind of the queue's entry.
    pub kind: String,
    /// What of it cannot be spent; zero: it holds no money.
    #[serde(default, skip_serializing_if = "no_money")]
    pub amount: Money,
    /// Whether nobody knows for which key of a client it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unkeyed: bool,
}

fn no_money(amount: &Money) -> bool {
    *amount == Money::ZERO
}

impl Record for Held {
    const KIND: &'static str = "what a restore has held";
}

/// Kind of an entry about a refund.
pub const REFUND: &str = "refund-without-record";

/// Kind of an entry about a payment.
pub const PAYMENT: &str = "payment-without-charge";

/// Kind of an entry: nobody knows for which clients' keys an account's payments were.
pub const UNKEYED: &str = "payment-without-reference";

/// Kind of an entry about a number.
pub const NUMBER: &str = "number-without-record";

/// Where it lies.
pub fn held_key(account: AuthId) -> String {
    format!("held/{account}")
}

/// Whether a refund of a history that was lost waits for a person.
pub fn is_held(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(turn.get::<Held>(&held_key(account))?.is_some_and(|held| held.items.values().any(|item| item.kind == REFUND)))
}

/// What waits so cannot be spent: a part of what the account's wallet calls reserved.
pub fn held_amount(turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
    let mut sum = Money::ZERO;
    for item in turn.get::<Held>(&held_key(account))?.unwrap_or_default().items.values() {
        sum = sum.plus(item.amount)?;
    }
    Ok(sum)
}

/// The kind of entry that a person must look at before a key of this account's clients can be taken as new.
pub(crate) fn hides_keys(turn: &Turn<'_>, account: AuthId, of: impl Fn(&str) -> bool) -> Result<Option<String>, Fault> {
    let held = turn.get::<Held>(&held_key(account))?.unwrap_or_default();
    Ok(held.items.into_values().find(|item| item.unkeyed && of(&item.kind)).map(|item| item.kind))
}
