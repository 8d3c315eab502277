//! What chargebacks have left owed, and what has made an end of it: noted with the dispute, so that it goes back there when the dispute is won (R84).

use crate::movements::refilling::charge_of;
use coinbox_ground::calendar::{self, Month};
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::charges::{SettledBy, load, save};
use coinbox_ledger::lots::{self, FromLot, LotKind, Place};
use coinbox_ledger::wallet::{self, Claimed, Payer, Wallet};

/// Notes that a credit note has given back what a gift had paid of a chargeback's debt: when that is won, it is credit of the payment.
pub(crate) fn note_corrected(
    turn: &mut Turn<'_>,
    account: AuthId,
    (number, nth): (u32, u32),
    part: &FromLot,
    since: Instant,
) -> Result<(), Fault> {
    let Some(mut charge) = load(turn, account, number)? else { return Ok(()) };
    let Some(dispute) = charge.nth_dispute(nth) else { return Ok(()) };
    dispute.correct(&part.place, since, part.amount)?;
    save(turn, account, &charge);
    Ok(())
}

/// What stands in the place of a payment that was taken back and was not paid for.
#[derive(Default)]
pub(crate) struct Recalled {
    /// Was still owed.
    pub owed: Money,
    pub written_off: Money,
    /// Gifts.
    pub lots: Vec<FromLot>,
}

/// A credit note gives back what a payment was spent on that the bank has taken back: what of that is still owed is paid, the gifts that stand in its
/// place go back to their lots, and write-offs are recovered. When such a dispute is won, that is credit of the payment. What the payment had paid of issued invoices stays
/// out of it: that is owed of their days, and what gifts and write-offs have ended of it is known there (`ended/`).
pub(crate) fn recall(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    number: u32,
    amount: Money,
) -> Result<(Recalled, Money), Fault> {
    let (mut recalled, mut left) = (Recalled::default(), amount);
    let Some(mut charge) = load(turn, account, number)? else { return Ok((recalled, left)) };
    let is_gift = |place: &Place| place.kind() != LotKind::Cash;
    for (nth, dispute) in charge.standing_disputes() {
        let before = left;
        let owed = wallet::pay_claim(turn, account, wallet, (number, nth), Claimed::OfItsDay, left)?;
        recalled.owed = recalled.owed.plus(owed)?;
        left = left.minus(owed)?;
        let its_day = calendar::day_name(dispute.at());
        let stands_for_it = |settled: &SettledBy| match &settled.payer {
            _ if calendar::day_name(settled.since) != its_day => false,
            Payer::Lot(place) => is_gift(place),
            Payer::WrittenOff => true,
            Payer::Rounded | Payer::Corrected => false,
        };
        for settled in dispute.release_settled(&mut left, stands_for_it)? {
            match settled.payer {
                Payer::Lot(place) => recalled.lots.push(FromLot { place, amount: settled.amount }),
                _ => recalled.written_off = recalled.written_off.plus(settled.amount)?,
            }
        }
        recalled.lots.extend(dispute.release_taken(&mut left, is_gift)?);
        dispute.settle(&Payer::Corrected, dispute.at(), before.minus(left)?)?;
    }
    save(turn, account, &charge);
    Ok((recalled, left))
}

/// What a chargeback has taken elsewhere or left owed and its payment's own lot gives instead.
#[derive(Default)]
pub struct Released {
    /// Was still owed.
    pub owed: Money,
    /// What was written off.
    pub written_off: Money,
    /// What was rounded away.
    pub rounded: Money,
    /// Goes back to these lots.
    pub lots: Vec<FromLot>,
    /// All of it.
    pub amount: Money,
}

/// Something comes back to the lot of a payment that the bank has taken back itself. Had it been there, that chargeback would have taken it first (R33): it does so now,
/// and what it took elsewhere or left owed is released.
pub fn release(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    place: &Place,
    amount: Money,
) -> Result<Released, Fault> {
    let mut released = Released::default();
    let Some((mut lot, used)) = lots::find(turn, account, place.number(), place)? else { return Ok(released) };
    let Some(mut charge) = charge_of(turn, account, &lot.origin)? else { return Ok(released) };
    let mut ended = Vec::new();
    let number = charge.number();
    for (nth, dispute) in charge.standing_disputes() {
        let claim = (number, nth);
        let mut elsewhere = dispute.amount();
        for taken in dispute.taken().iter().filter(|taken| taken.place == *place) {
            elsewhere = elsewhere.minus(taken.amount)?;
        }
        let wanted = elsewhere.min(amount.minus(released.amount)?);
        let owed = wallet::pay_claim(turn, account, wallet, claim, Claimed::All, wanted)?;
        released.owed = released.owed.plus(owed)?;
        let mut left = wanted.minus(owed)?;
        // What a credit note has paid is credit of this very payment.
        let is_elsewhere = |settled: &SettledBy| settled.payer != Payer::Corrected;
        for settled in dispute.release_settled(&mut left, is_elsewhere)? {
            let part = settled.amount;
            match &settled.payer {
                Payer::WrittenOff => released.written_off = released.written_off.plus(part)?,
                Payer::Rounded => released.rounded = released.rounded.plus(part)?,
                Payer::Lot(place) => released.lots.push(FromLot { place: place.clone(), amount: part }),
                Payer::Corrected => {}
            }
            ended.push((settled.since, claim, settled.payer, part));
        }
        released.lots.extend(dispute.release_taken(&mut left, |taken| taken != place)?);
        let given = wanted.minus(left)?;
        if given == Money::ZERO {
            continue;
        }
        dispute.take_first(place, given);
        released.amount = released.amount.plus(given)?;
        // As much less of the debts that the payment had paid is open again.
        for part in dispute.limit_unpaid(elsewhere.minus(given)?)? {
            lot.add_paid(part)?;
        }
    }
    save(turn, account, &charge);
    lots::keep(turn, account, &lot, used);
    for (since, claim, payer, part) in ended {
        wallet::take_ended(turn, account, since, claim, &payer, part)?;
        take_paid(turn, account, &payer, since, part)?;
    }
    Ok(released)
}

/// What a lot had paid of a debt is given back to it.
pub fn take_paid(
    turn: &mut Turn<'_>,
    account: AuthId,
    payer: &Payer,
    since: Instant,
    amount: Money,
) -> Result<(), Fault> {
    if let Payer::Lot(place) = payer
        && let Some((mut lot, used)) = lots::find(turn, account, place.number(), place)?
    {
        lot.take_paid(Month::of(since), amount)?;
        lots::keep(turn, account, &lot, used);
    }
    Ok(())
}
