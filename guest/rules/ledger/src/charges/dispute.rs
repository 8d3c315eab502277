//! Chargebacks as their charge keeps them, and what can happen to one.

use crate::lots::{FromLot, OfMonth, Place};
use crate::wallet::payer::Payer;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// A chargeback and what became of it (R84). Its fields change by its functions only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// The gateway's name for what it moved.
    reference: String,
    /// How much.
    amount: Money,
    /// When it was recorded.
    at: Instant,
    /// What it has taken of debts that the payment had paid, by their months, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unpaid: Vec<OfMonth>,
    /// The lots that it was taken from, in that order. An older version has not written it down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken: Vec<FromLot>,
    /// What has made an end of what it had left owed. What of the amount is neither here nor taken is still owed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    settled: Vec<SettledBy>,
    /// Number of its document.
    receipt: String,
    /// Whether the account was closed already, so that it was a loss.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lost: bool,
    /// When it was won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    won: Option<Instant>,
}

/// An end of a part of what a chargeback had left owed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SettledBy {
    /// Who or what has paid.
    #[serde(rename = "p")]
    pub payer: Payer,
    /// Since when it was owed.
    #[serde(rename = "t")]
    pub since: Instant,
    /// How much.
    #[serde(rename = "a")]
    pub amount: Money,
}

/// A chargeback that is recorded now.
pub struct NewDispute {
    /// The gateway's name for what it moved.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What it has taken of debts that the payment had paid, by their months, newest first.
    pub unpaid: Vec<OfMonth>,
    /// The lots that it was taken from, in that order.
    pub taken: Vec<FromLot>,
    /// Number of its document; empty: it waits for it.
    pub receipt: String,
    /// Whether the account is closed already, so that it is a loss.
    pub lost: bool,
}

/// Payers of one dispute that are told apart; a further one is counted with the last of its kind.
const SETTLED_MAX: usize = 1_000;

impl Dispute {
    /// A chargeback of which nothing has come yet.
    pub(super) fn record(new: NewDispute, now: Instant) -> Dispute {
        Dispute {
            reference: new.reference,
            amount: new.amount,
            at: now,
            unpaid: new.unpaid,
            taken: new.taken,
            settled: Vec::new(),
            receipt: new.receipt,
            lost: new.lost,
            won: None,
        }
    }

    /// The same chargeback, won: where its amount was is history, since everything goes back.
    pub(super) fn won_at(&self, now: Instant) -> Dispute {
        let (unpaid, taken, settled) = (Vec::new(), Vec::new(), Vec::new());
        Dispute { unpaid, taken, settled, won: Some(now), ..self.clone() }
    }

    /// Notes the number of its document.
    pub(super) fn number(&mut self, receipt: &str) {
        receipt.clone_into(&mut self.receipt);
    }

    /// Notes what has made an end of a part of what it had left owed.
    pub fn settle(&mut self, payer: &Payer, since: Instant, amount: Money) -> Result<(), Fault> {
        if amount == Money::ZERO {
            return Ok(());
        }
        let is_same = |known: &&mut SettledBy| known.payer == *payer && known.since == since;
        let full = self.settled.len() >= SETTLED_MAX;
        let mut known = self.settled.iter_mut().rev().find(is_same);
        if known.is_none() && full {
            known = self.settled.iter_mut().rev().find(|known| known.payer.is_like(payer));
        }
        match known {
            Some(known) => known.amount = known.amount.plus(amount)?,
            None => self.settled.push(SettledBy { payer: payer.clone(), since, amount }),
        }
        Ok(())
    }

    /// A credit note has given back what this lot had paid of what it had left owed: that is credit of the payment from now on.
    pub fn correct(&mut self, place: &Place, since: Instant, amount: Money) -> Result<(), Fault> {
        let payer = Payer::Lot(place.clone());
        let mut left = amount;
        for settled in self.settled.iter_mut().filter(|settled| settled.payer == payer && settled.since == since) {
            let less = left.min(settled.amount);
            settled.amount = settled.amount.minus(less)?;
            left = left.minus(less)?;
        }
        self.settled.retain(|settled| settled.amount > Money::ZERO);
        self.settle(&Payer::Corrected, since, amount.minus(left)?)
    }

    /// Takes up to `left` back from those who have made an end of it and are `wanted`, the last first. Answers what it took from whom.
    pub fn release_settled(
        &mut self,
        left: &mut Money,
        wanted: impl Fn(&SettledBy) -> bool,
    ) -> Result<Vec<SettledBy>, Fault> {
        let mut released = Vec::new();
        for settled in self.settled.iter_mut().rev() {
            let amount = (*left).min(settled.amount);
            if amount == Money::ZERO || !wanted(settled) {
                continue;
            }
            settled.amount = settled.amount.minus(amount)?;
            *left = left.minus(amount)?;
            released.push(SettledBy { payer: settled.payer.clone(), since: settled.since, amount });
        }
        self.settled.retain(|settled| settled.amount > Money::ZERO);
        Ok(released)
    }

    /// Gives up to `left` back to the lots that it was taken from and that are `wanted`, the last first. Answers what it gave to which.
    pub fn release_taken(&mut self, left: &mut Money, wanted: impl Fn(&Place) -> bool) -> Result<Vec<FromLot>, Fault> {
        let mut released = Vec::new();
        for taken in self.taken.iter_mut().rev().filter(|taken| wanted(&taken.place)) {
            let amount = (*left).min(taken.amount);
            if amount > Money::ZERO {
                taken.amount = taken.amount.minus(amount)?;
                *left = left.minus(amount)?;
                released.push(FromLot { place: taken.place.clone(), amount });
            }
        }
        self.taken.retain(|taken| taken.amount > Money::ZERO);
        Ok(released)
    }

    /// It has taken so much from this lot after all, before all others.
    pub fn take_first(&mut self, place: &Place, amount: Money) {
        self.taken.insert(0, FromLot { place: place.clone(), amount });
    }

    /// Of the debts that the payment had paid at most so much is open again, the newest first. Answers what is paid again, by its months.
    pub fn limit_unpaid(&mut self, most: Money) -> Result<Vec<OfMonth>, Fault> {
        let (mut most, mut paid) = (most, Vec::new());
        for part in &mut self.unpaid {
            let kept = part.amount.min(most);
            paid.push(OfMonth { month: part.month, amount: part.amount.minus(kept)? });
            part.amount = kept;
            most = most.minus(kept)?;
        }
        self.unpaid.retain(|part| part.amount > Money::ZERO);
        Ok(paid)
    }

    /// The gateway's name for what it moved.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// How much.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// When it was recorded.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// What it has taken of debts that the payment had paid, by their months, newest first.
    pub fn unpaid(&self) -> &[OfMonth] {
        &self.unpaid
    }

    /// The lots that it was taken from, in that order.
    pub fn taken(&self) -> &[FromLot] {
        &self.taken
    }

    /// What has made an end of what it had left owed.
    pub fn settled(&self) -> &[SettledBy] {
        &self.settled
    }

    /// Number of its document; empty: an older version made none, or it waits for it.
    pub fn receipt(&self) -> &str {
        &self.receipt
    }

    /// Whether the account was closed already, so that it was a loss.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Whether it was won.
    pub fn is_won(&self) -> bool {
        self.won.is_some()
    }
}
