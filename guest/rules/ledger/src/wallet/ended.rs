//! What has made an end of what was owed and was no payment: gifts and write-offs, by the days since which it was owed, at
//! `ended/<account>/<day>`. A credit note gives back what gifts have paid as gifts, and nothing of what was written off (INV-5, CRD-12, R24).

use crate::lots::{FromLot, LotKind};
use crate::wallet::payer::{Claim, Payer, span_of_days};
use crate::wallet::record::is_zero;
use coinbox_ground::calendar;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn, successor};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// One end of something.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Ended {
    /// A lot that was given, or a write-off.
    #[serde(rename = "p")]
    payer: Payer,
    #[serde(rename = "a")]
    amount: Money,
    /// How much of it are charges: while their cycle runs, a gift is its discount (R86).
    #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
    charges: Money,
    /// Since when it was owed.
    #[serde(rename = "s")]
    since: Instant,
    /// When it was.
    #[serde(rename = "t")]
    at: Instant,
    /// Charge and number of the chargeback that had left it.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    claim: Option<(u32, u32)>,
}

impl Ended {
    /// What a gift has paid of an invoice whose cycle ended then, beyond its discount.
    fn beyond_discount(&self, end: Instant) -> Result<Money, Fault> {
        match self.payer {
            Payer::Lot(_) if self.at < end => Ok(self.amount.minus(self.charges)?.max(Money::ZERO)),
            Payer::Lot(_) => Ok(self.amount),
            _ => Ok(Money::ZERO),
        }
    }
}

/// All of a day.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct Day {
    v: u32,
    #[serde(rename = "e")]
    ended: Vec<Ended>,
}

impl Record for Day {
    const KIND: &'static str = "gifts and write-offs that have ended what was owed";
}

/// Entries of a day that are told apart; a further one is counted with the last of its kind.
const ENDED_MAX: usize = 1_000;
/// Days that are read at a time.
const DAYS: usize = 1_000;

fn key(account: AuthId, since: Instant) -> String {
    format!("ended/{account}/{}", calendar::day_name(since))
}

/// What a payer has ended of one day: when it was first owed, how much no chargeback had left, and of that charges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfDay {
    pub since: Instant,
    pub amount: Money,
    pub charges: Money,
}

/// Notes what a gift or a write-off has ended. Of what chargebacks had left, only debts of invoices are of their days.
pub(super) fn note(
    turn: &mut Turn<'_>,
    account: AuthId,
    payer: &Payer,
    days: Vec<OfDay>,
    claims: &[(Claim, Instant)],
) -> Result<(), Fault> {
    let noted = match payer {
        Payer::Lot(place) => place.kind() != LotKind::Cash,
        Payer::WrittenOff => true,
        Payer::Rounded | Payer::Corrected => false,
    };
    if !noted {
        return Ok(());
    }
    let at = turn.now();
    let mut all: Vec<(Instant, Ended)> = Vec::new();
    for OfDay { since, amount, charges } in days {
        all.push((since, Ended { payer: payer.clone(), amount, charges, since, at, claim: None }));
    }
    for (claim, since) in claims.iter().filter(|(claim, _)| claim.of_invoice) {
        let (amount, charges, id) = (claim.amount, Money::ZERO, Some((claim.charge, claim.nth)));
        all.push((*since, Ended { payer: payer.clone(), amount, charges, since: *since, at, claim: id }));
    }
    for (since, ended) in all.into_iter().filter(|(_, ended)| ended.amount > Money::ZERO) {
        let key = key(account, since);
        let mut day = turn.get::<Day>(&key)?.unwrap_or_default();
        let full = day.ended.len() >= ENDED_MAX;
        match day.ended.iter_mut().rev().find(|known| full && known.payer.is_like(&ended.payer)) {
            Some(known) => {
                known.amount = known.amount.plus(ended.amount)?;
                known.charges = known.charges.plus(ended.charges)?;
            }
            None => day.ended.push(ended),
        }
        day.v = 1;
        turn.put(&key, &day);
    }
    Ok(())
}

/// Notes that the end of a cycle has taken tax or rounding from gifts: they have paid it of the cycle's last day.
pub fn note_gifts(turn: &mut Turn<'_>, account: AuthId, since: Instant, lots: &[FromLot]) -> Result<(), Fault> {
    for FromLot { place, amount } in lots {
        let day = OfDay { since, amount: *amount, charges: Money::ZERO };
        note(turn, account, &Payer::Lot(place.clone()), vec![day], &[])?;
    }
    Ok(())
}

fn days_of(turn: &Turn<'_>, account: AuthId, days: (Instant, Instant)) -> Result<Vec<(String, Day)>, Fault> {
    let (mut from, end) = span_of_days("ended", account, Some(days));
    let mut all = Vec::new();
    loop {
        let (page, more) = turn.span::<Day>(&from, &end, DAYS)?;
        if let Some((last, _)) = page.last() {
            from = successor(last);
        }
        all.extend(page);
        if !more {
            return Ok(all);
        }
    }
}

/// What was written off of what was owed since some days, both included.
pub fn written_off_between(turn: &Turn<'_>, account: AuthId, days: (Instant, Instant)) -> Result<Money, Fault> {
    let mut sum = Money::ZERO;
    for (_, day) in days_of(turn, account, days)? {
        for ended in day.ended.iter().filter(|ended| ended.payer == Payer::WrittenOff) {
            sum = sum.plus(ended.amount)?;
        }
    }
    Ok(sum)
}

/// What gifts have paid of an invoice of these days, beyond its discount.
pub fn gifts_between(turn: &Turn<'_>, account: AuthId, days: (Instant, Instant), end: Instant) -> Result<Money, Fault> {
    let mut sum = Money::ZERO;
    for (_, day) in days_of(turn, account, days)? {
        for ended in &day.ended {
            sum = sum.plus(ended.beyond_discount(end)?)?;
        }
    }
    Ok(sum)
}

/// What one gift has paid of an invoice.
pub struct Gift {
    pub part: FromLot,
    pub since: Instant,
    pub claim: Option<(u32, u32)>,
}

/// Takes what gifts have paid of an invoice, beyond its discount, off their account: at most so much, the last ones first.
pub fn take_gifts(
    turn: &mut Turn<'_>,
    account: AuthId,
    days: (Instant, Instant),
    end: Instant,
    amount: Money,
) -> Result<Vec<Gift>, Fault> {
    let (mut left, mut gifts) = (amount, Vec::new());
    for (key, mut day) in days_of(turn, account, days)?.into_iter().rev() {
        if left == Money::ZERO {
            break;
        }
        for ended in day.ended.iter_mut().rev() {
            let part = ended.beyond_discount(end)?.min(left);
            if let (Payer::Lot(place), true) = (&ended.payer, part > Money::ZERO) {
                ended.amount = ended.amount.minus(part)?;
                left = left.minus(part)?;
                let part = FromLot { place: place.clone(), amount: part };
                gifts.push(Gift { part, since: ended.since, claim: ended.claim });
            }
        }
        keep(turn, &key, day);
    }
    Ok(gifts)
}

/// Takes off what has ended a chargeback's debt since a day: the dispute was won, or a credit note has given it back.
pub fn take_ended(
    turn: &mut Turn<'_>,
    account: AuthId,
    since: Instant,
    claim: (u32, u32),
    payer: &Payer,
    amount: Money,
) -> Result<(), Fault> {
    let key = key(account, since);
    let Some(mut day) = turn.get::<Day>(&key)? else { return Ok(()) };
    let mut left = amount;
    for ended in day.ended.iter_mut().filter(|ended| ended.claim == Some(claim) && ended.payer == *payer) {
        let part = left.min(ended.amount);
        ended.amount = ended.amount.minus(part)?;
        left = left.minus(part)?;
    }
    keep(turn, &key, day);
    Ok(())
}

fn keep(turn: &mut Turn<'_>, key: &str, mut day: Day) {
    day.ended.retain(|ended| ended.amount > Money::ZERO);
    if day.ended.is_empty() {
        turn.remove(key);
    } else {
        turn.put(key, &day);
    }
}
