//! What a credit note gives back of an invoice that was paid: of the kind in which it was paid (INV-5, R18, CRD-12).

use super::disputes::{note_corrected, recall};
use super::putting::{Back, Putting};
use super::records::Charge;
use super::refilling::{LOOKED_AT, room};
use crate::calendar::Month;
use crate::call::Call;
use crate::ids::AuthId;
use crate::lots::{self, LotKind, Place};
use crate::money::Money;
use crate::vocabulary::{Fault, Instant};
use crate::wallet::{self, Wallet};

/// An invoice whose payment is given back.
pub(crate) struct Corrected<'a> {
    /// The days that it covers, the last one included.
    pub(crate) days: (Instant, Instant),
    /// Until when gifts were its discount.
    pub(crate) end: Instant,
    pub(crate) number: &'a str,
    /// What of it payments have paid at most; the rest is of gifts.
    pub(crate) cash: Money,
}

/// Gives back what was paid of an invoice: what payments have paid goes back to them, of those that have paid this invoice first, then to
/// those that were spent last; what gifts have paid after its cycle goes back to their lots. Where a payment was taken back by the bank, what stands
/// in its place goes back: a write-off of it is recovered. What no payment lacks becomes promotional credit.
pub(crate) fn give_back_of(
    call: &mut Call<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    corrected: &Corrected<'_>,
    amount: Money,
    origin: &str,
) -> Result<Back, Fault> {
    let mut back = Back::default();
    let mut putting = Putting { account, charge: None, origin, wallet, back: &mut back };
    let of_cash = amount.min(corrected.cash);
    let mut left = to_payments(call, &mut putting, corrected, of_cash)?.plus(amount.minus(of_cash)?)?;
    for gift in wallet::take_gifts(call, account, corrected.days, corrected.end, left)? {
        if let Some(claim) = gift.claim {
            note_corrected(call, account, claim, &gift.part, gift.since)?;
        }
        left = left.minus(gift.part.amount)?;
        putting.put(call, &gift.part.place, gift.part.amount)?;
    }
    if left > Money::ZERO {
        left = to_payments(call, &mut putting, corrected, left)?;
    }
    if left > Money::ZERO {
        putting.new_lot(call, LotKind::Promotional, None, left)?;
    }
    Ok(back)
}

/// Gives back to payments. Answers what none of them lacks.
fn to_payments(
    call: &mut Call<'_>,
    putting: &mut Putting<'_>,
    corrected: &Corrected<'_>,
    amount: Money,
) -> Result<Money, Fault> {
    let mut left = amount;
    let account = putting.account;
    let (listed, _) = call.list::<Charge>(&format!("ch/{account}/"), LOOKED_AT)?;
    let (mut of_it, mut others) = (Vec::new(), Vec::new());
    for (_, charge) in listed {
        let list = if has_paid(call, account, &charge, corrected)? { &mut of_it } else { &mut others };
        list.push(charge);
    }
    for charge in of_it.iter().chain(&others) {
        let Some((_, place)) = charge.lot() else { continue };
        // What pays debts takes no room: the same lot can be asked again.
        while left > Money::ZERO {
            let part = room(call, account, putting.wallet, charge)?.min(left);
            if part == Money::ZERO {
                break;
            }
            forget_paid(call, account, place, corrected, part)?;
            let given = putting.refill(call, place, part)?;
            if given == Money::ZERO {
                break;
            }
            left = left.minus(given)?;
        }
        if left > Money::ZERO && charge.charged_back > Money::ZERO {
            let (recalled, rest) = recall(call, account, charge.number, left)?;
            left = rest;
            putting.back.written_off = putting.back.written_off.plus(recalled.written_off)?;
            for part in recalled.lots {
                putting.put(call, &part.place, part.amount)?;
            }
        }
        if left == Money::ZERO {
            break;
        }
    }
    Ok(left)
}

fn is_of(month: Month, (from, to): (Instant, Instant)) -> bool {
    month.first() <= to && from < month.end()
}

/// Whether a payment has paid this invoice, or had before it was taken back.
fn has_paid(call: &Call<'_>, account: AuthId, charge: &Charge, corrected: &Corrected<'_>) -> Result<bool, Fault> {
    if charge.invoice() == Some(corrected.number) {
        return Ok(true);
    }
    let of_days = |parts: &[lots::OfMonth]| parts.iter().any(|part| is_of(part.month, corrected.days));
    if charge.disputes.iter().any(|dispute| dispute.won.is_none() && of_days(&dispute.unpaid)) {
        return Ok(true);
    }
    let Some((number, place)) = charge.lot() else { return Ok(false) };
    Ok(lots::find(call, account, *number, place)?.is_some_and(|(lot, _)| of_days(&lot.paid)))
}

/// What a payment has paid of the invoice is given back: should the bank take the payment back, that does not open the invoice again (R84).
fn forget_paid(
    call: &mut Call<'_>,
    account: AuthId,
    place: &Place,
    corrected: &Corrected<'_>,
    amount: Money,
) -> Result<(), Fault> {
    let Some((mut lot, used)) = lots::find(call, account, place.number(), place)? else { return Ok(()) };
    let mut left = amount;
    let months: Vec<Month> =
        lot.paid.iter().rev().map(|part| part.month).filter(|month| is_of(*month, corrected.days)).collect();
    for month in months {
        left = left.minus(lot.take_paid(month, left)?)?;
    }
    lots::keep(call, account, &lot, used);
    Ok(())
}
