//! What a credit note gives back of an invoice that was paid: of the kind in which it was paid (INV-5, R18, CRD-12).

use crate::movements::claims::{note_corrected, recall};
use crate::movements::putting::{Back, Putting};
use crate::movements::refilling::{LOOKED_AT, room};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::charges;
use coinbox_ledger::charges::{Charge, Dispute};
use coinbox_ledger::lots::{self, LotKind, Place};
use coinbox_ledger::wallet::{self, Wallet};

/// An invoice whose payment is given back.
pub struct Corrected<'a> {
    /// The days that it covers, the last one included.
    pub days: (Instant, Instant),
    /// Until when gifts were its discount.
    pub end: Instant,
    /// The invoice that is corrected.
    pub number: &'a str,
    /// What of it payments have paid at most; the rest is of gifts.
    pub cash: Money,
}

/// Gives back what was paid of an invoice: what payments have paid goes back to them, of those that have paid this invoice first, then to
/// those before its end that were spent last, then to later ones; what gifts have paid after its cycle goes back to their lots. Where a payment was taken back by
/// the bank, what stands in its place goes back: what of it is still owed is paid, a write-off of it is recovered. What no payment lacks becomes promotional credit.
pub fn give_back_of(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    corrected: &Corrected<'_>,
    amount: Money,
    origin: &str,
) -> Result<Back, Fault> {
    let mut back = Back::default();
    let mut putting = Putting { account, charge: None, origin, wallet, back: &mut back };
    let of_cash = amount.min(corrected.cash);
    let mut left = to_payments(turn, &mut putting, corrected, of_cash)?.plus(amount.minus(of_cash)?)?;
    for gift in wallet::take_gifts(turn, account, corrected.days, corrected.end, left)? {
        if let Some(claim) = gift.claim {
            note_corrected(turn, account, claim, &gift.part, gift.since)?;
        }
        left = left.minus(gift.part.amount)?;
        putting.put(turn, &gift.part.place, gift.part.amount)?;
    }
    if left > Money::ZERO {
        left = to_payments(turn, &mut putting, corrected, left)?;
    }
    if left > Money::ZERO {
        putting.new_lot(turn, LotKind::Promotional, None, left)?;
    }
    Ok(back)
}

/// Gives back to payments. Answers what none of them lacks.
fn to_payments(
    turn: &mut Turn<'_>,
    putting: &mut Putting<'_>,
    corrected: &Corrected<'_>,
    amount: Money,
) -> Result<Money, Fault> {
    let mut left = amount;
    let account = putting.account;
    let (listed, _) = charges::list_all(turn, account, LOOKED_AT)?;
    let mut charges = Vec::new();
    for charge in listed {
        charges.push((relation(turn, account, &charge, corrected)?, charge));
    }
    // The newest first, as they are listed.
    charges.sort_by_key(|(relation, _)| match relation {
        Relation::HasPaid(_) => 0,
        Relation::Before => 1,
        Relation::After => 2,
    });
    let of_it = charges.iter().filter(|(relation, _)| matches!(relation, Relation::HasPaid(_)));
    // What payments that stand have paid of it comes before what stands in the place of others.
    for (relation, charge) in of_it.clone() {
        if let Relation::HasPaid(paid) = relation {
            let part = left.min(*paid);
            left = left.minus(part)?.plus(to_payment(turn, putting, charge, corrected, part)?)?;
        }
    }
    for (_, charge) in of_it {
        left = to_its_place(turn, putting, charge, left)?;
    }
    for (_, charge) in &charges {
        left = to_payment(turn, putting, charge, corrected, left)?;
        left = to_its_place(turn, putting, charge, left)?;
    }
    Ok(left)
}

/// Gives back to one payment. Answers what it does not lack.
fn to_payment(
    turn: &mut Turn<'_>,
    putting: &mut Putting<'_>,
    charge: &Charge,
    corrected: &Corrected<'_>,
    amount: Money,
) -> Result<Money, Fault> {
    let (account, mut left) = (putting.account, amount);
    let Some((_, place)) = charge.lot() else { return Ok(left) };
    // What pays debts takes no room: the same lot can be asked again.
    while left > Money::ZERO {
        let part = room(turn, account, putting.wallet, charge)?.min(left);
        if part == Money::ZERO {
            break;
        }
        forget_paid(turn, account, place, corrected, part)?;
        let given = putting.refill(turn, place, part)?;
        if given == Money::ZERO {
            break;
        }
        left = left.minus(given)?;
    }
    Ok(left)
}

/// Gives back of what stands in the place of a payment that the bank has taken back. Answers what is left.
fn to_its_place(
    turn: &mut Turn<'_>,
    putting: &mut Putting<'_>,
    charge: &Charge,
    amount: Money,
) -> Result<Money, Fault> {
    if amount == Money::ZERO || charge.charged_back() == Money::ZERO {
        return Ok(amount);
    }
    let (recalled, left) = recall(turn, putting.account, putting.wallet, charge.number(), amount)?;
    putting.back.owed = putting.back.owed.plus(recalled.owed)?;
    putting.back.written_off = putting.back.written_off.plus(recalled.written_off)?;
    for part in recalled.lots {
        putting.put(turn, &part.place, part.amount)?;
    }
    Ok(left)
}

fn is_of(month: Month, (from, to): (Instant, Instant)) -> bool {
    month.first() <= to && from < month.end()
}

/// What a payment has to do with an invoice, in the order in which credit notes of it go back to them.
enum Relation {
    /// It has paid so much as debts of it, or had paid some before it was taken back.
    HasPaid(Money),
    /// It came before the end of the cycle, so that the cycle's charges may have been taken from it.
    Before,
    /// Nothing of the cycle was taken from it.
    After,
}

fn relation(turn: &Turn<'_>, account: AuthId, charge: &Charge, corrected: &Corrected<'_>) -> Result<Relation, Fault> {
    let of_days = |part: &&lots::OfMonth| is_of(part.month, corrected.days);
    let reopened = |dispute: &Dispute| !dispute.is_won() && dispute.unpaid().iter().any(|part| of_days(&part));
    let found = match charge.lot() {
        Some((number, place)) => lots::find(turn, account, *number, place)?,
        None => None,
    };
    let mut paid = Money::ZERO;
    for part in found.iter().flat_map(|(lot, _)| &lot.paid).filter(of_days) {
        paid = paid.plus(part.amount)?;
    }
    Ok(match found {
        _ if paid > Money::ZERO => Relation::HasPaid(paid),
        _ if charge.invoice() == Some(corrected.number) => Relation::HasPaid(paid),
        _ if charge.disputes().iter().any(reopened) => Relation::HasPaid(paid),
        Some((lot, _)) if lot.since >= corrected.end => Relation::After,
        _ => Relation::Before,
    })
}

/// What a payment has paid of the invoice is given back: should the bank take the payment back, that does not open the invoice again (R84).
fn forget_paid(
    turn: &mut Turn<'_>,
    account: AuthId,
    place: &Place,
    corrected: &Corrected<'_>,
    amount: Money,
) -> Result<(), Fault> {
    let Some((mut lot, used)) = lots::find(turn, account, place.number(), place)? else { return Ok(()) };
    let mut left = amount;
    let months: Vec<Month> =
        lot.paid.iter().rev().map(|part| part.month).filter(|month| is_of(*month, corrected.days)).collect();
    for month in months {
        left = left.minus(lot.take_paid(month, left)?)?;
    }
    lots::keep(turn, account, &lot, used);
    Ok(())
}
