//! Rent that an account could not pay, and what of it is paid: any credit pays unpaid rent first (NUM-4, R81).

use crate::wallet;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{DAY_MS, Fault, Instant};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// Rent that an account could not pay, at `rent/<account>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Rent {
    /// Version of the record.
    pub v: u32,
    /// All that was ever owed.
    pub owed: Money,
    /// All that was ever paid of it.
    pub paid: Money,
    /// How much of what was ever owed has counted as unpaid when it was last written; days in `open` may have been added since.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub due: Money,
    /// Days on which rent was left unpaid, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Unpaid>,
}

/// One UTC day on which rent was left unpaid.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Unpaid {
    /// The first such posting of the day.
    pub since: Instant,
    /// What had ever been owed after the last one.
    pub to: Money,
    /// How many of the mails about it have been sent.
    pub warned: u32,
}

fn is_zero(amount: &Money) -> bool {
    *amount == Money::ZERO
}

impl Rent {
    /// How much of what was ever owed counts as unpaid by now, paid or not: of a postpaid account not yet what its next invoice asks for.
    pub fn due(&self, turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
        let prepaid = wallet::need(turn, account)?.credit_limit().is_none();
        Ok(if prepaid { self.owed } else { self.due_by(turn.now()) })
    }

    /// [`Rent::due`] of an account that pays by invoice.
    pub fn due_by(&self, now: Instant) -> Money {
        let since = self.open.iter().filter(|open| open.since <= now).map(|open| open.to);
        since.max().unwrap_or(Money::ZERO).max(self.due)
    }
}

impl Record for Rent {
    const KIND: &'static str = "unpaid rent";
}

/// Key of the record.
pub fn key(account: AuthId) -> String {
    format!("rent/{account}")
}

/// The record of an account; none: it never owed rent.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Option<Rent>, Fault> {
    turn.get(&key(account))
}

/// How much of the rent that it ever owed an account has paid.
pub fn paid(turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
    Ok(load(turn, account)?.map_or(Money::ZERO, |rent| rent.paid))
}

/// Rent that counts as unpaid: any credit pays it first (R81). Of a postpaid account that is not yet the rent that its next invoice asks for
/// (decision 14).
pub fn unpaid(turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
    let Some(rent) = load(turn, account)?.filter(|rent| rent.owed > rent.paid) else { return Ok(Money::ZERO) };
    Ok(rent.due(turn, account)?.minus(rent.paid)?.max(Money::ZERO))
}

/// Notes that so much of the rent that was owed is paid.
pub fn pay(turn: &mut Turn<'_>, account: AuthId, amount: Money) -> Result<(), Fault> {
    if amount > Money::ZERO {
        let mut rent: Rent = turn.need(&key(account))?;
        rent.paid = rent.paid.plus(amount)?;
        turn.put(&key(account), &rent);
    }
    Ok(())
}

impl Unpaid {
    /// When the numbers of this day go.
    pub fn deadline(&self, policy: &Policy) -> Instant {
        self.since + policy.rent_grace_ms
    }

    /// Moments of its mails: at once, and so many days before the release.
    pub fn mails(&self, policy: &Policy) -> Vec<Instant> {
        let before = policy.rent_warning_days.iter().map(|days| self.deadline(policy) - i64::from(*days) * DAY_MS);
        std::iter::once(self.since).chain(before).collect()
    }
}
