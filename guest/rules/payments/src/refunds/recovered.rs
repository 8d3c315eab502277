//! Refunds of a history that was lost: the gateway has made them, and a reconciliation finds out which they are (CRD-7, CRD-12).
//!
//! What has gone back is taken off the lot that it came from, as a payment is put on. What no lot covers waits for a person.

use super::booking;
use super::making::give_back;
use crate::queue::resolved::Resolved;
use coinbox_access::{functions, once};
use coinbox_credit::records::reconciliation::lot_of;
use coinbox_credit::records::refunds::{
    Cause, NewRefund, Refund, RefundState, by_key, load, parse_gateway_key, refunds, renumber, save,
};
use coinbox_credit::watch::recharge;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::{Movement, Paid, PaymentOutcome};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charges::{self, Charge};
use coinbox_ledger::wallet;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::policy::Policy;

const PAGE: usize = 100;

/// What became of a refund that the gateway lists.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Found {
    /// The records explain it, now or already.
    Explained,
    /// It was taken off the account.
    TakenOff,
    /// No lot covers so much of it, and why: a person decides.
    Uncovered(Money, &'static str),
}

/// The key without its last part, the count of tries: one refund has the same in all of them.
fn without_tries(key: &str) -> &str {
    key.rsplit_once('-').map_or(key, |(refund, _)| refund)
}

/// Finds out what a refund is that the gateway lists, and books it. Its amount is in the currency of its account and above zero, its account is there.
pub(crate) fn recover(
    turn: &mut Turn<'_>,
    account: AuthId,
    movement: &Movement,
    metadata: Option<&Metadata>,
) -> Result<Found, Fault> {
    let amount = Money::from_micros(movement.amount);
    if let Some((account, refund)) = by_key(turn, &movement.key)? {
        if refund.amount() != amount {
            return Ok(Found::Uncovered(amount, "other-amount-than-fixed"));
        }
        if let (Some(paid), false) = (&movement.paid, refund.is_settled()) {
            booking::book(turn, account, refund.number(), PaymentOutcome::Paid(paid.clone()))?;
        }
        return Ok(Found::Explained);
    }
    let Some((_, number)) = parse_gateway_key(&movement.key) else { return Ok(Found::Explained) };
    let later_try = load(turn, account, number)?
        .filter(|refund| without_tries(refund.key()) == without_tries(&movement.key) && refund.amount() == amount);
    if let Some(refund) = later_try {
        if refund.is_settled() {
            return Ok(Found::Uncovered(amount, "refund-paid-twice"));
        }
        take_over(turn, account, refund, movement, metadata)?;
        return Ok(Found::Explained);
    }
    let Some(charge_key) = movement.charge_key.as_deref() else {
        return Ok(Found::Uncovered(amount, "of-an-unknown-charge"));
    };
    // Fixed again by this history, which has not sent it.
    if let Some(refund) = unsent(turn, account, charge_key, amount)? {
        take_over(turn, account, refund, movement, metadata)?;
        return Ok(Found::Explained);
    }
    adopt(turn, account, number, charge_key, movement, metadata)
}

/// A refund of this payment and amount that is due and was not sent yet, or has failed.
fn unsent(turn: &Turn<'_>, account: AuthId, charge_key: &str, amount: Money) -> Result<Option<Refund>, Fault> {
    let mut after = None;
    loop {
        let (page, more) = refunds(turn, account, after, PAGE)?;
        after = page.last().map(Refund::number);
        let found = page.into_iter().find(|refund| {
            matches!(refund.state(), RefundState::Due | RefundState::Failed(_))
                && refund.charge_key() == charge_key
                && refund.amount() == amount
        });
        if found.is_some() || !more {
            return Ok(found);
        }
    }
}

/// Puts the key that the gateway knows in the place of the refund's own, which it does not.
fn take_over(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut refund: Refund,
    movement: &Movement,
    metadata: Option<&Metadata>,
) -> Result<(), Fault> {
    refund.take_over(&movement.key, metadata.and_then(Metadata::asked));
    hand_over(turn, account, refund, movement)
}

/// Writes down that the gateway has a refund: it is booked if it is paid, and asked about if it is not.
fn hand_over(turn: &mut Turn<'_>, account: AuthId, mut refund: Refund, movement: &Movement) -> Result<(), Fault> {
    let number = refund.number();
    refund.hand_over(movement.received.clamp(0, turn.now()));
    if parse_gateway_key(refund.key()).is_some_and(|(_, in_key)| in_key != number) {
        renumber(turn, refund.key(), number);
    }
    save(turn, account, &refund);
    turn.timer(&refund.job(account), Lane::Normal, turn.now());
    remember(turn, account, &refund);
    match &movement.paid {
        Some(paid) => booking::pay_quietly(turn, account, refund, paid),
        None => Ok(()),
    }
}

/// What the command has answered that has sent it.
fn remember(turn: &mut Turn<'_>, account: AuthId, refund: &Refund) {
    let Some(asked) = refund.asked_for() else { return };
    if asked.function == functions::OPERATOR_RESOLVE_PAYMENT.row().name {
        once::remember(turn, asked, &Resolved { transaction: None, refund: Some(refund.number()) });
    } else {
        let started = Started { job: refund.job(account), name: refund.number().to_string() };
        once::remember(turn, asked, &started);
    }
}

/// Writes a refund down that no record explains, and takes it off the lot of its charge.
fn adopt(
    turn: &mut Turn<'_>,
    account: AuthId,
    number: u32,
    charge_key: &str,
    movement: &Movement,
    metadata: Option<&Metadata>,
) -> Result<Found, Fault> {
    let charge = charges::by_key(turn, charge_key)?.filter(|(owner, _)| *owner == account).map(|(_, charge)| charge);
    let lot = match &charge {
        Some(charge) => charge.lot().cloned(),
        None => lot_of(turn, account, charge_key)?,
    };
    let amount = Money::from_micros(movement.amount);
    let Some((lot, place)) = lot else { return Ok(Found::Uncovered(amount, "of-an-unknown-charge")) };
    let mut wallet = wallet::need(turn, account)?;
    let taken = wallet::take_from(turn, account, &mut wallet, lot, &place, amount)?;
    wallet::save(turn, account, &wallet);
    let cause = metadata.and_then(|metadata| Cause::of_word(metadata.purpose())).unwrap_or(Cause::Closing);
    let new = NewRefund {
        cause,
        amount,
        charge_key,
        charge: charge.as_ref().map(Charge::number),
        card: charge.as_ref().map_or("", Charge::card_label),
        asked: metadata.and_then(Metadata::asked),
    };
    let uncovered = amount.minus(taken)?;
    let mut transactions = Vec::new();
    if taken > Money::ZERO {
        let id = ledger::next_id(turn)?;
        let postings = vec![
            Posting(LedgerAccount::CreditsCash, Some(account), taken),
            Posting(LedgerAccount::Refunds, None, taken.negated()?),
        ];
        ledger::post(turn, (&id, account), "refund-recovered", &movement.key, postings, Vec::new())?;
        transactions.push(id);
    }
    let refund = written(turn, account, number, &new, movement, uncovered)?;
    feed::event(account, "refund-recovered", "CRD-12")
        .facts(refund.facts())
        .fact("key", &movement.key)
        .fact("taken-off", taken)
        .fact("balance", wallet.balance)
        .transactions(transactions)
        .tell(turn);
    if cause == Cause::Closing {
        // The history that was lost has closed the account: nothing is charged to it by itself until its owner wants that again.
        recharge::switch_off(turn, account)?;
    }
    hand_over(turn, account, refund, movement)?;
    Ok(if uncovered > Money::ZERO {
        Found::Uncovered(uncovered, "more-than-is-left-of-its-lot")
    } else {
        Found::TakenOff
    })
}

/// The record of a refund of a history that was lost, under the number in its key if that is free.
fn written(
    turn: &mut Turn<'_>,
    account: AuthId,
    number: u32,
    new: &NewRefund<'_>,
    movement: &Movement,
    uncovered: Money,
) -> Result<Refund, Fault> {
    let policy = Policy::load(turn)?;
    let received = movement.received.clamp(0, turn.now());
    let free = load(turn, account, number)?.is_none() && Numbers::reach_refund(turn, account, number)?;
    let number = if free { number } else { Numbers::next_refund(turn, account)? };
    Ok(Refund::open(new, number, movement.key.clone(), received, &policy).found(uncovered))
}

/// A payment that waits for a person was given back in the history that was lost: recognises both.
pub(crate) fn recover_payment(
    turn: &mut Turn<'_>,
    account: AuthId,
    movement: &Movement,
    paid: &Paid,
    metadata: Option<&Metadata>,
) -> Result<(), Fault> {
    let charge_key = movement.charge_key.as_deref().unwrap_or_default();
    let new = NewRefund {
        cause: Cause::UnexplainedPayment,
        amount: Money::from_micros(movement.amount),
        charge_key,
        charge: None,
        card: "",
        asked: metadata.and_then(Metadata::asked),
    };
    let (mut refund, _) = give_back(turn, account, &new)?;
    refund.is_known_as(&movement.key);
    let movement = Movement { paid: Some(paid.clone()), ..movement.clone() };
    hand_over(turn, account, refund, &movement)
}
