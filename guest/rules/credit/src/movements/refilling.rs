//! What can be given back to the lots of paid charges (R18).

use crate::records::refunds;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};
use coinbox_ledger::charges;
use coinbox_ledger::charges::{Charge, by_key, of_payment};
use coinbox_ledger::lots::{self, LotKind, Place};
use coinbox_ledger::wallet::{self, NewCredit, Wallet};

/// Charges that are looked at, newest first.
pub(crate) const LOOKED_AT: usize = 1_000;

/// How an amount that is given back fell on what is owed and on lots.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Refilled {
    /// Paid receivables with.
    pub paid: Money,
    /// Went back to cash lots.
    pub cash: Money,
    /// No lot lacks it.
    pub left: Money,
}

/// What the lot of a paid charge lacks, without what a refund or the bank has taken of the payment: that much can be given back to it.
pub fn room(turn: &Turn<'_>, account: AuthId, wallet: &Wallet, charge: &Charge) -> Result<Money, Fault> {
    let Some((number, place)) = charge.lot() else { return Ok(Money::ZERO) };
    let spent = charge.amount().minus(wallet::rest_of(turn, account, wallet, *number, place)?)?;
    if spent == Money::ZERO {
        return Ok(Money::ZERO);
    }
    let gone = charge.charged_back().plus(refunds::of_charge(turn, account, charge.key())?)?;
    Ok(spent.minus(gone)?.max(Money::ZERO))
}

/// What a lot lacks that can be given back to it: of a payment's lot [`room`].
pub(crate) fn room_of(turn: &Turn<'_>, account: AuthId, wallet: &Wallet, place: &Place) -> Result<Money, Fault> {
    let Some((lot, _)) = lots::find(turn, account, place.number(), place)? else { return Ok(Money::ZERO) };
    if lot.kind == LotKind::Cash
        && let Some(charge) = charge_of(turn, account, &lot.origin)?
    {
        return room(turn, account, wallet, &charge);
    }
    Ok(lot.amount.minus(wallet::rest_of(turn, account, wallet, lot.number, place)?)?)
}

/// The charge of a payment, if it has one.
pub fn charge_of(turn: &Turn<'_>, account: AuthId, key: &str) -> Result<Option<Charge>, Fault> {
    match by_key(turn, key)?.filter(|(owner, _)| *owner == account) {
        Some((_, charge)) => Ok(Some(charge)),
        None => of_payment(turn, account, key),
    }
}

/// Gives an amount back: first what is owed is paid, the rest goes back to the lots that were spent last. Oldest cash is spent first
/// (CRD-2), so those are the newest that anything was taken from.
pub(crate) fn refill_last_spent(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    amount: Money,
) -> Result<Refilled, Fault> {
    let mut done = Refilled { left: amount, ..Refilled::default() };
    let (charges, _) = charges::list_all(turn, account, LOOKED_AT)?;
    for charge in &charges {
        let Some((number, place)) = charge.lot() else { continue };
        // What pays debts takes no room: the same lot can be asked again.
        while done.left > Money::ZERO {
            let part = room(turn, account, wallet, charge)?.min(done.left);
            if part == Money::ZERO {
                break;
            }
            let paid = wallet::refill(turn, account, wallet, *number, place, part)?
                .ok_or_else(|| Fault::problem("lot-missing", vec![Fact::new("charge", charge.number())]))?
                .paid;
            done.paid = done.paid.plus(paid)?;
            done.cash = done.cash.plus(part)?.minus(paid)?;
            done.left = done.left.minus(part)?;
        }
        if done.left == Money::ZERO {
            break;
        }
    }
    Ok(done)
}

/// Gives an amount back as `refill_last_spent` does; what no recharge lacks becomes promotional credit. Answers that, too.
pub fn give_back(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    amount: Money,
    origin: &str,
) -> Result<(Refilled, Money), Fault> {
    let mut done = refill_last_spent(turn, account, wallet, amount)?;
    if done.left == Money::ZERO {
        return Ok((done, Money::ZERO));
    }
    let (kind, amount, since) = (LotKind::Promotional, done.left, turn.now());
    let credited = wallet::credit(turn, account, wallet, &NewCredit { kind, amount, since, expires: None, origin })?;
    done.paid = done.paid.plus(credited.paid)?;
    done.left = Money::ZERO;
    Ok((done, credited.kept))
}
