//! What a debit, new credit, and what is given back do to wallet, lots and receivables (R2, R17, R18).

use crate::lots::{self, Lot, LotKind, OfMonth, Place};
use crate::wallet::payer::Payer;
use crate::wallet::receivables::{Settled, owe, pay_owed};
use crate::wallet::record::Wallet;
use crate::wallet::stored::{need, save};
use crate::{LedgerAccount, Posting};
use coinbox_ground::calendar::Month;
use coinbox_ground::counters::Numbers;
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};

/// Opens the wallet of a new account.
pub fn open(turn: &mut Turn<'_>, account: AuthId, currency: Currency) {
    let wallet = Wallet::new(currency);
    save(turn, account, &wallet);
}

/// Open lots that are taken from an account at its closing: as many as are added up.
const OPEN_LOTS_MAX: usize = 10_000;

/// Takes all that is left of an account: its lots are used up, nothing is owed. What that is, is the caller's to post. Open reservations
/// and orders end by their own jobs.
pub fn empty(turn: &mut Turn<'_>, account: AuthId, wallet: &mut Wallet) -> Result<(), Fault> {
    // Less than anybody could pay: it is rounded away.
    forgive(turn, account, wallet, &Payer::Rounded)?;
    for lot in lots::open(turn, account, OPEN_LOTS_MAX)? {
        lots::retire(turn, account, lot);
    }
    wallet.balance = Money::ZERO;
    wallet.trip = Money::from_micros(i64::MIN);
    step_to_first(turn, account, wallet)
}

/// Removes what is owed as if it were paid. Answers how much that was; what stands against it is the caller's to post.
pub fn forgive(turn: &mut Turn<'_>, account: AuthId, wallet: &mut Wallet, payer: &Payer) -> Result<Money, Fault> {
    if wallet.balance >= Money::ZERO {
        return Ok(Money::ZERO);
    }
    let owed = wallet.balance.negated()?;
    let paid = pay_owed(turn, account, wallet, owed, payer)?.amount;
    wallet.balance = wallet.balance.plus(paid)?;
    Ok(paid)
}

/// How a debit fell on the kinds of credit.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Split {
    /// From trial lots.
    pub trial: Money,
    /// From promotional lots.
    pub promotional: Money,
    /// From cash lots.
    pub cash: Money,
    /// Not covered: now owed.
    pub owed: Money,
}

impl Split {
    fn add(&mut self, kind: LotKind, amount: Money) -> Result<(), Fault> {
        let part = match kind {
            LotKind::Trial => &mut self.trial,
            LotKind::Promotional => &mut self.promotional,
            LotKind::Cash => &mut self.cash,
        };
        *part = part.plus(amount)?;
        Ok(())
    }

    /// The customer's side of the transaction.
    pub fn postings(&self, account: AuthId) -> [Posting; 4] {
        [
            Posting(LedgerAccount::CreditsTrial, Some(account), self.trial),
            Posting(LedgerAccount::CreditsPromotional, Some(account), self.promotional),
            Posting(LedgerAccount::CreditsCash, Some(account), self.cash),
            Posting(LedgerAccount::Receivables, Some(account), self.owed),
        ]
    }
}

/// Takes an amount of zero or more in spending order; what the lots cannot cover becomes a receivable (R2). Adds to `split`.
pub fn debit(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    amount: Money,
    split: &mut Split,
) -> Result<(), Fault> {
    debit_noting(turn, account, wallet, amount, split, &mut |_, _| {})
}

/// [`debit`] that tells which lots have given how much, in their order.
pub fn debit_noting(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    amount: Money,
    split: &mut Split,
    note: &mut dyn FnMut(&Place, Money),
) -> Result<(), Fault> {
    wallet.balance = wallet.balance.minus(amount)?;
    let mut left = amount;
    loop {
        let Some(place) = &wallet.place else {
            if left > Money::ZERO {
                owe(turn, account, left)?;
                split.owed = split.owed.plus(left)?;
            }
            return Ok(());
        };
        let taken = left.min(wallet.rest);
        split.add(place.kind(), taken)?;
        note(place, taken);
        wallet.rest = wallet.rest.minus(taken)?;
        left = left.minus(taken)?;
        if wallet.rest > Money::ZERO {
            return Ok(());
        }
        let spent = lots::need(turn, account, place)?;
        lots::retire(turn, account, spent);
        step_to_first(turn, account, wallet)?;
    }
}

fn step_to_first(turn: &Turn<'_>, account: AuthId, wallet: &mut Wallet) -> Result<(), Fault> {
    let next = lots::first(turn, account)?;
    wallet.rest = next.as_ref().map_or(Money::ZERO, |lot| lot.rest);
    wallet.place = next.map(|lot| lot.place());
    note_behind(turn, account, wallet)
}

/// Notes when the first promotional lot behind a trial lot expires.
fn note_behind(turn: &Turn<'_>, account: AuthId, wallet: &mut Wallet) -> Result<(), Fault> {
    wallet.behind = match &wallet.place {
        Some(place) if place.kind() == LotKind::Trial => {
            let first = lots::first_promotional(turn, account)?;
            Some(first.and_then(|lot| lot.expires).unwrap_or(0))
        }
        _ => None,
    };
    Ok(())
}

/// What is left of lots whose time is over while their jobs have not run yet: it can pay for nothing (R17).
pub fn late_rest(turn: &Turn<'_>, account: AuthId, wallet: &Wallet) -> Result<Money, Fault> {
    let mut late = Money::ZERO;
    if wallet.may_hold_late(turn.now()) {
        for lot in lots::open(turn, account, OPEN_LOTS_MAX)? {
            if lot.expires.is_some_and(|expires| expires <= turn.now()) {
                // What is left of the current lot stands in the wallet.
                let current = wallet.place.as_ref() == Some(&lot.place());
                late = late.plus(if current { wallet.rest } else { lot.rest })?;
            }
        }
    }
    Ok(late)
}

/// The first lot whose time is over, if there is one (R17). Only promotional lots expire, and they lie in order of expiry, behind
/// trial lots at most.
pub fn late(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Place>, Fault> {
    let mut wallet = need(turn, account)?;
    if !wallet.may_hold_late(turn.now()) {
        return Ok(None);
    }
    if wallet.behind.is_none() {
        note_behind(turn, account, &mut wallet)?;
        save(turn, account, &wallet);
    }
    let first = lots::first_promotional(turn, account)?.map(|lot| lot.place());
    Ok(first.filter(|place| place.expires().is_some_and(|expires| expires <= turn.now())))
}

/// Writes the current lot's rest back to its record, so that the records are exact.
fn settle_current(turn: &mut Turn<'_>, account: AuthId, wallet: &Wallet) -> Result<(), Fault> {
    if let Some(place) = &wallet.place {
        let mut lot = lots::need(turn, account, place)?;
        lot.rest = wallet.rest;
        lots::put(turn, account, &lot);
    }
    Ok(())
}

/// New credit.
#[derive(Clone, PartialEq, Debug)]
pub struct NewCredit<'a> {
    /// Origin.
    pub kind: LotKind,
    /// Above zero.
    pub amount: Money,
    /// When it was paid or given.
    pub since: Instant,
    /// When what is left is removed.
    pub expires: Option<Instant>,
    /// The charge's key or the ledger transaction.
    pub origin: &'a str,
}

/// What became of new credit.
#[derive(Clone, PartialEq, Debug)]
pub struct Credited {
    /// Paid receivables with.
    pub paid: Money,
    /// How much of that are charges, by the month since which they were owed (R86).
    pub charges: Vec<(Month, Money)>,
    /// Became a lot.
    pub kept: Money,
    /// The lot, also when receivables took all of it.
    pub lot: Lot,
}

/// Adds credit: first it pays what is owed, unpaid rent before all else, the rest becomes a lot (R2, R81).
pub fn credit(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    new: &NewCredit<'_>,
) -> Result<Credited, Fault> {
    let number = Numbers::next_lot(turn, account)?;
    let mut lot = Lot::new(number, new.kind, new.amount, new.since, new.expires, new.origin);
    let payer = Payer::Lot(lot.place());
    let Settled { amount: paid, months, charges } = pay_owed(turn, account, wallet, new.amount, &payer)?;
    let kept = new.amount.minus(paid)?;
    wallet.balance = wallet.balance.plus(new.amount)?;
    lot.rest = kept;
    if new.kind == LotKind::Cash {
        lot.paid = months;
    }
    if kept > Money::ZERO {
        settle_current(turn, account, wallet)?;
        lots::put(turn, account, &lot);
        step_to_first(turn, account, wallet)?;
    } else {
        lots::retire(turn, account, lot.clone());
    }
    Ok(Credited { paid, charges, kept, lot })
}

/// What is left of a lot; zero: it is used up.
pub fn rest_of(turn: &Turn<'_>, account: AuthId, wallet: &Wallet, number: u32, place: &Place) -> Result<Money, Fault> {
    if let Some((current, rest)) = wallet.current().filter(|(current, _)| *current == place) {
        debug_assert_eq!(current.number(), number, "a place names its lot");
        return Ok(rest);
    }
    Ok(lots::find(turn, account, number, place)?.map_or(Money::ZERO, |(lot, _)| lot.rest))
}

/// What a lot that was given back to has paid of what is owed.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Refill {
    /// All of it.
    pub paid: Money,
    /// By the months since whose days it was owed.
    pub months: Vec<OfMonth>,
    /// How much of it are charges, by the month since which they were owed (R86).
    pub charges: Vec<(Month, Money)>,
}

/// Gives back to a lot that has been spent from (R18): first what is owed is paid. Answers what receivables took; none: the lot does not lack so
/// much.
pub fn refill(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    number: u32,
    place: &Place,
    amount: Money,
) -> Result<Option<Refill>, Fault> {
    settle_current(turn, account, wallet)?;
    let Some((mut lot, used)) = lots::find(turn, account, number, place)? else { return Ok(None) };
    if lot.rest.plus(amount)? > lot.amount {
        return Ok(None);
    }
    let payer = Payer::Lot(place.clone());
    let Settled { amount: paid, months, charges } = pay_owed(turn, account, wallet, amount, &payer)?;
    let kept = amount.minus(paid)?;
    wallet.balance = wallet.balance.plus(amount)?;
    if kept > Money::ZERO {
        lot.rest = lot.rest.plus(kept)?;
        if used {
            lots::revive(turn, account, &lot);
        } else {
            lots::put(turn, account, &lot);
        }
    }
    step_to_first(turn, account, wallet)?;
    Ok(Some(Refill { paid, months, charges }))
}

/// Takes an amount from one lot, out of spending order. Answers how much of it was there.
pub fn take_from(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    number: u32,
    place: &Place,
    amount: Money,
) -> Result<Money, Fault> {
    settle_current(turn, account, wallet)?;
    let Some((mut lot, false)) = lots::find(turn, account, number, place)? else { return Ok(Money::ZERO) };
    let taken = amount.min(lot.rest);
    lot.rest = lot.rest.minus(taken)?;
    wallet.balance = wallet.balance.minus(taken)?;
    if lot.rest == Money::ZERO {
        lots::retire(turn, account, lot);
    } else {
        lots::put(turn, account, &lot);
    }
    step_to_first(turn, account, wallet)?;
    Ok(taken)
}

/// Removes what is left of a lot (R17). Answers how much that was.
pub fn expire(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    number: u32,
    place: &Place,
) -> Result<Money, Fault> {
    settle_current(turn, account, wallet)?;
    let Some((lot, false)) = lots::find(turn, account, number, place)? else { return Ok(Money::ZERO) };
    let rest = lot.rest;
    wallet.balance = wallet.balance.minus(rest)?;
    lots::retire(turn, account, lot);
    step_to_first(turn, account, wallet)?;
    Ok(rest)
}
