//! The hot wallet: balance, reserved, current lot's rest, and the trip below which more must be thought about.
//!
//! One record of under 150 bytes an account, at `w/<account>`: all that a debit reads and writes as long as it stays above
//! the **trip**, the highest amount of available at which an alert, an automatic recharge or the zero-stop could begin.

use crate::lots::{LotKind, Place};
use coinbox_ground::currency::Currency;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

pub(crate) const CLOSED: u8 = 1;

pub(super) const OVERRIDES: u8 = 2;

/// The hot record of an account. Field names are short because it is written at every debit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Wallet {
    pub(super) v: u32,
    /// Balance: rest of all lots, less what is owed (R1).
    #[serde(rename = "b")]
    pub balance: Money,
    /// Open reservations.
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    pub reserved: Money,
    /// Credit limit of a postpaid account (CRD-15); none: prepaid.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Money>,
    /// Rest of the current lot.
    #[serde(rename = "l", default, skip_serializing_if = "is_zero")]
    pub rest: Money,
    /// Place of the current lot; none: there is no open lot.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// While the current lot is a trial lot, which never expires: when the first promotional lot behind it does; 0: none does. It
    /// may not be known of wallets that an older version has written.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Instant>,
    /// Below this much available, the rules have to look again.
    #[serde(rename = "t")]
    pub trip: Money,
    /// What holds of it, a bit each.
    #[serde(rename = "s", default, skip_serializing_if = "is_nothing")]
    pub flags: u8,
    /// Of every amount of the account, for ever (CRD-17).
    #[serde(rename = "m", default, skip_serializing_if = "Currency::is_usd")]
    pub(super) currency: Currency,
}

pub(super) fn is_zero(amount: &Money) -> bool {
    *amount == Money::ZERO
}

pub(crate) fn is_nothing(flags: &u8) -> bool {
    *flags == 0
}

impl Record for Wallet {
    const KIND: &'static str = "wallet";
}

impl Wallet {
    /// The wallet of a new account.
    pub(crate) fn new(currency: Currency) -> Wallet {
        Wallet {
            v: 1,
            balance: Money::ZERO,
            reserved: Money::ZERO,
            limit: None,
            rest: Money::ZERO,
            place: None,
            behind: None,
            trip: Money::from_micros(i64::MIN),
            flags: 0,
            currency,
        }
    }

    /// What is left less open reservations: what may be promised (R1, R29).
    pub fn available(&self) -> Result<Money, Fault> {
        Ok(self.left()?.minus(self.reserved)?)
    }

    /// What alerts and the stop of running calls look at: the balance (R2), or what is left of the credit limit (R29).
    pub fn left(&self) -> Result<Money, Fault> {
        Ok(self.balance.plus(self.limit.unwrap_or(Money::ZERO))?)
    }

    /// The currency of every amount of the account (CRD-17).
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// What a payment of exactly what is owed would take: whole smallest units, rounded half-up (R4, R24). Zero: nothing is owed, or less than
    /// the gateway can move.
    pub fn owed_whole(&self) -> Result<Money, Fault> {
        if self.balance >= Money::ZERO {
            return Ok(Money::ZERO);
        }
        Ok(self.balance.negated()?.to_whole_half_up(self.currency)?)
    }

    /// The credit limit of a postpaid account.
    pub fn credit_limit(&self) -> Option<Money> {
        self.limit
    }

    /// Sets the credit limit; none: prepaid.
    pub fn set_limit(&mut self, limit: Option<Money>) {
        self.limit = limit;
    }

    /// Whether the account is closed: then usage is rejected (R14).
    pub fn is_closed(&self) -> bool {
        self.flags & CLOSED != 0
    }

    /// Whether the account has price overrides.
    pub fn has_overrides(&self) -> bool {
        self.flags & OVERRIDES != 0
    }

    /// Notes that the account is closed.
    pub fn close(&mut self) {
        self.flags |= CLOSED;
    }

    /// This wallet as the ledger, the open orders and reservations, and the lots would have it.
    pub fn rebuilt(&self, balance: Money, reserved: Money, rest: Money, place: Option<Place>) -> Wallet {
        Wallet { balance, reserved, rest, place, ..self.clone() }
    }

    /// Whether a lot may have outlived its time: then `late` tells which, before anything is spent (R17).
    pub fn may_hold_late(&self, now: Instant) -> bool {
        match &self.place {
            Some(place) if place.kind() == LotKind::Trial => {
                self.behind.is_none_or(|expires| expires != 0 && expires <= now)
            }
            Some(place) => place.expires().is_some_and(|expires| expires <= now),
            None => false,
        }
    }

    /// Rest of the current lot and its place.
    pub fn current(&self) -> Option<(&Place, Money)> {
        self.place.as_ref().map(|place| (place, self.rest))
    }
}
