//! What is counted per account: lots, charges, mails; and how much was charged in the running periods (R22).

use crate::calendar::{self, Period};
use crate::ids::AuthId;
use crate::money::Money;
use crate::turn::{Record, Turn};
use crate::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// The counters of one account, at `num/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Numbers {
    v: u32,
    lots: u32,
    charges: u32,
    mails: u32,
    hang_ups: u32,
    /// Redeemed coupons (CRD-13).
    #[serde(default, skip_serializing_if = "is_zero")]
    redemptions: u32,
    /// Claims on coupons of another store.
    #[serde(default, skip_serializing_if = "is_zero")]
    claims: u32,
    /// Orders of phone numbers.
    #[serde(default, skip_serializing_if = "is_zero")]
    orders: u32,
    /// Releases of phone numbers.
    #[serde(default, skip_serializing_if = "is_zero")]
    releases: u32,
    /// Refunds (CRD-12).
    #[serde(default, skip_serializing_if = "is_zero")]
    refunds: u32,
    /// Codes to phones of members.
    #[serde(default, skip_serializing_if = "is_zero")]
    codes: u32,
    /// Manual charges without a final answer: they block automatic ones (R11).
    #[serde(default)]
    open_manual: u32,
    /// The charge without a final answer that pays a debt: a second one would take the money twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    debt: Option<u32>,
    /// Charged in the periods that hold the moment of the last charge.
    charged: Vec<Charged>,
}

/// How many charges, refunds, orders or releases of one account a history that was lost may have made.
const REACH_MAX: u32 = 1_000_000;

fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Charged {
    period: Period,
    first: Instant,
    amount: Money,
}

impl Record for Numbers {
    const KIND: &'static str = "account counters";
}

fn key(account: AuthId) -> String {
    format!("num/{account}")
}

impl Numbers {
    /// The counters, all zero for a new account.
    pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Numbers, Fault> {
        Ok(turn.get(&key(account))?.unwrap_or(Numbers {
            v: 1,
            lots: 0,
            charges: 0,
            mails: 0,
            hang_ups: 0,
            redemptions: 0,
            claims: 0,
            orders: 0,
            releases: 0,
            refunds: 0,
            codes: 0,
            open_manual: 0,
            debt: None,
            charged: Vec::new(),
        }))
    }

    fn count(turn: &mut Turn<'_>, account: AuthId, pick: impl FnOnce(&mut Numbers) -> &mut u32) -> Result<u32, Fault> {
        let mut numbers = Numbers::load(turn, account)?;
        let counter = pick(&mut numbers);
        *counter = counter.checked_add(1).ok_or_else(|| {
            Fault::problem("counter-exhausted", vec![crate::vocabulary::Fact::new("account", account)])
        })?;
        let number = *counter;
        turn.put(&key(account), &numbers);
        Ok(number)
    }

    /// The next lot's number.
    pub fn next_lot(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.lots)
    }

    /// The next charge's number.
    pub fn next_charge(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.charges)
    }

    /// A charge of a history that was lost has this number: the next ones come behind it. `false`: it is too far away to be one.
    pub fn reach_charge(turn: &mut Turn<'_>, account: AuthId, number: u32) -> Result<bool, Fault> {
        Numbers::reach(turn, account, number, |numbers| &mut numbers.charges)
    }

    /// As [`Numbers::reach_charge`], for a refund.
    pub fn reach_refund(turn: &mut Turn<'_>, account: AuthId, number: u32) -> Result<bool, Fault> {
        Numbers::reach(turn, account, number, |numbers| &mut numbers.refunds)
    }

    /// As [`Numbers::reach_charge`], for an order.
    pub fn reach_order(turn: &mut Turn<'_>, account: AuthId, number: u32) -> Result<bool, Fault> {
        Numbers::reach(turn, account, number, |numbers| &mut numbers.orders)
    }

    /// As [`Numbers::reach_charge`], for a release.
    pub fn reach_release(turn: &mut Turn<'_>, account: AuthId, number: u32) -> Result<bool, Fault> {
        Numbers::reach(turn, account, number, |numbers| &mut numbers.releases)
    }

    fn reach(
        turn: &mut Turn<'_>,
        account: AuthId,
        number: u32,
        pick: impl FnOnce(&mut Numbers) -> &mut u32,
    ) -> Result<bool, Fault> {
        let mut numbers = Numbers::load(turn, account)?;
        let counter = pick(&mut numbers);
        if number == 0 || number > counter.saturating_add(REACH_MAX) {
            return Ok(false);
        }
        *counter = number.max(*counter);
        turn.put(&key(account), &numbers);
        Ok(true)
    }

    /// The next mail's number.
    pub fn next_mail(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.mails)
    }

    /// The next hang-up order's number.
    pub fn next_hang_up(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.hang_ups)
    }

    /// The next redemption's number.
    pub fn next_redemption(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.redemptions)
    }

    /// The next claim's number.
    pub fn next_claim(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.claims)
    }

    /// The next order's number.
    pub fn next_order(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.orders)
    }

    /// The next release's number.
    pub fn next_release(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.releases)
    }

    /// The next refund's number.
    pub fn next_refund(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.refunds)
    }

    /// The next code's number.
    pub fn next_code(turn: &mut Turn<'_>, account: AuthId) -> Result<u32, Fault> {
        Numbers::count(turn, account, |numbers| &mut numbers.codes)
    }

    /// Whether a manual charge has no final answer yet.
    pub fn has_open_manual(&self) -> bool {
        self.open_manual > 0
    }

    /// Counts a manual charge that was made, or takes out one that is final.
    pub fn count_open_manual(turn: &mut Turn<'_>, account: AuthId, made: bool) -> Result<(), Fault> {
        let mut numbers = Numbers::load(turn, account)?;
        numbers.open_manual =
            if made { numbers.open_manual.saturating_add(1) } else { numbers.open_manual.saturating_sub(1) };
        turn.put(&key(account), &numbers);
        Ok(())
    }

    /// The charge under way that pays a debt: an invoice, or what a person settles.
    pub fn debt_charge(&self) -> Option<u32> {
        self.debt
    }

    /// Notes the charge that pays a debt from now on.
    pub fn set_debt_charge(turn: &mut Turn<'_>, account: AuthId, charge: u32) -> Result<(), Fault> {
        let mut numbers = Numbers::load(turn, account)?;
        numbers.debt = Some(charge);
        turn.put(&key(account), &numbers);
        Ok(())
    }

    /// The charge is final: if it was the one that pays a debt, none does now.
    pub fn end_debt_charge(turn: &mut Turn<'_>, account: AuthId, charge: u32) -> Result<(), Fault> {
        let mut numbers = Numbers::load(turn, account)?;
        if numbers.debt == Some(charge) {
            numbers.debt = None;
            turn.put(&key(account), &numbers);
        }
        Ok(())
    }

    /// What was charged in the period that holds `at`: paid, pending and unknown, automatic and manual (R22).
    pub fn charged_in(&self, period: Period, at: Instant) -> Money {
        let (first, _) = calendar::bounds(period, at);
        self.charged
            .iter()
            .find(|charged| charged.period == period && charged.first == first)
            .map_or(Money::ZERO, |charged| charged.amount)
    }

    /// Counts a charge made at `at`, or takes it out again (negative) when it was declined or given up.
    pub fn add_charged(turn: &mut Turn<'_>, account: AuthId, at: Instant, amount: Money) -> Result<(), Fault> {
        let mut numbers = Numbers::load(turn, account)?;
        for period in [Period::Day, Period::Week, Period::Month] {
            let (first, _) = calendar::bounds(period, at);
            match numbers.charged.iter_mut().find(|charged| charged.period == period) {
                Some(charged) if charged.first == first => charged.amount = charged.amount.plus(amount)?,
                // A later period has begun meanwhile: what is taken out belongs to one that no cap asks about any more.
                Some(charged) if charged.first > first => {}
                Some(charged) => *charged = Charged { period, first, amount },
                None => numbers.charged.push(Charged { period, first, amount }),
            }
        }
        turn.put(&key(account), &numbers);
        Ok(())
    }
}
