//! Booking the payments and refunds that the gateway lists and the ledger lacks.

use super::crediting::credit_payment;
use super::kept::{self, keep, keep_refund};
use super::pages::{Page, finish_page};
use crate::charges::booking::{self, tell_paid_after_closing};
use crate::charges::recovered;
use crate::refunds::making::give_back;
use crate::refunds::recovered::{Found, recover, recover_payment};
use coinbox_credit::records::reconciliation::{Moved, Outside, marker, note_resolved};
use coinbox_credit::records::refunds::{self, Cause, NewRefund};
use coinbox_credit::watch::recharge;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::{Movement, MovementPage, Paid, PaymentOutcome};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_invoices::receipts::{self, Outcome, Receipt};
use coinbox_ledger::charges::{self, Charge};
use coinbox_ledger::wallet;
use coinbox_profiles::profile;

/// Books a page of payments and refunds; none: the gateway could not be asked.
pub(crate) fn finish(turn: &mut Turn<'_>, page: Option<MovementPage>) -> Result<Next, Fault> {
    let page =
        page.map(|page| Page { next: page.next, complete_since: page.complete_since, movements: page.movements });
    finish_page(turn, Outside::Payments, page, book)
}

/// Books one movement that the ledger may lack. Answers the account if something was booked.
fn book(turn: &mut Turn<'_>, movement: &Movement) -> Result<Option<AuthId>, Fault> {
    if movement.refund {
        return book_refund(turn, movement);
    }
    let Some((account, number)) = charges::parse_gateway_key(&movement.key) else { return Ok(None) };
    if let Some((account, charge)) = charges::by_key(turn, &movement.key)? {
        return book_known(turn, account, &charge, movement);
    }
    let marker = marker(&movement.key);
    if turn.text(&marker).is_some() {
        return Ok(None);
    }
    let amount = Money::from_micros(movement.amount);
    let currency = match currency_of(turn, account, movement)? {
        Ok(currency) => currency,
        Err(expected) => {
            if let Some(paid) = &movement.paid {
                kept::keep_movement(turn, account, movement, paid, &not_an_amount(expected))?;
            }
            return Ok(None);
        }
    };
    if wallet::load(turn, account)?.is_none() {
        kept::unkeep(turn, &movement.key)?;
        turn.put(&marker, &Moved::new(turn.now()));
        let under_way = Paid { reference: "under way".to_owned(), at: movement.received };
        let paid = movement.paid.as_ref().unwrap_or(&under_way);
        keep(turn, account, &movement.key, (Some(amount), currency), paid, "payment-for-unknown-account")?;
        return Ok(None);
    }
    let metadata = Metadata::read(&movement.metadata);
    if let Some(metadata) = &metadata {
        kept::unkeep(turn, &movement.key)?;
        if recovered::recover(turn, account, number, movement, metadata)? {
            return Ok(Some(account));
        }
    }
    // The gateway has kept no metadata: all that is known is the key.
    let Some(paid) = &movement.paid else {
        kept::keep_reference(turn, account, &movement.key)?;
        return Ok(None);
    };
    kept::unkeep(turn, &movement.key)?;
    kept::keep_reference(turn, account, &movement.key)?;
    book_unreferenced(turn, account, number, movement, paid)
}

/// The currency of a movement that is an amount in the currency of its account, or of an account that is not known; otherwise the one that it should be in.
fn currency_of(turn: &Turn<'_>, account: AuthId, movement: &Movement) -> Result<Result<Currency, Currency>, Fault> {
    let expected = wallet::load(turn, account)?.map(|wallet| wallet.currency());
    let named = Currency::parse(&movement.currency).filter(|_| movement.amount > 0);
    let fits = named.filter(|named| expected.is_none_or(|expected| expected == *named));
    Ok(fits.ok_or(expected.unwrap_or_default()))
}

/// Why a movement of an account is kept that is not in its currency, or not above zero.
fn not_an_amount(expected: Currency) -> String {
    format!("not-an-amount-in-{}", expected.code().to_ascii_lowercase())
}

/// Books a payment whose charge is on record. Answers the account if it was booked.
fn book_known(
    turn: &mut Turn<'_>,
    account: AuthId,
    charge: &Charge,
    movement: &Movement,
) -> Result<Option<AuthId>, Fault> {
    // What is under way is asked about by the charge's own job.
    let (false, Some(paid)) = (charge.is_paid(), &movement.paid) else { return Ok(None) };
    let currency = wallet::currency(turn, account)?;
    if movement.currency != currency.code() || Money::from_micros(movement.amount) != charge.amount() {
        kept::keep_movement(turn, account, movement, paid, "other-amount-than-charged")?;
        return Ok(None);
    }
    // The backup knows the charge; if it was open then, this is its outcome. If it was final, a person looks at it.
    booking::book(turn, account, charge.number(), PaymentOutcome::Paid(paid.clone()))?;
    Ok(charges::load(turn, account, charge.number())?.filter(Charge::is_paid).map(|_| account))
}

/// Books a payment of which only the key is known as a recharge.
fn book_unreferenced(
    turn: &mut Turn<'_>,
    account: AuthId,
    number: u32,
    movement: &Movement,
    paid: &Paid,
) -> Result<Option<AuthId>, Fault> {
    let amount = Money::from_micros(movement.amount);
    if profile::is_closed(turn, account)? {
        turn.put(&marker(&movement.key), &Moved::new(turn.now()));
        let cause = Cause::PaidAfterClosing;
        let new = NewRefund { cause, amount, charge_key: &movement.key, charge: None, card: "", asked: None };
        let (_, transaction) = give_back(turn, account, &new)?;
        tell_paid_after_closing(turn, account, &movement.key, amount, &paid.reference, transaction);
        return Ok(None);
    }
    let recovered = credit_payment(turn, account, &movement.key, amount, paid.at)?;
    let receipt = Receipt {
        amount,
        outcome: Outcome::Successful,
        method: "card",
        product: "recharge",
        description: "Recharge, recovered after a restore",
        card: "",
        reference: &paid.reference,
        charge: None,
        refers_to: Some(receipts::charge_name(number)),
        note: "",
        transactions: vec![recovered.transaction.clone()],
    };
    let receipt = receipts::issue(turn, account, receipt)?;
    feed::event(account, "recharge-recovered", "CRD-7")
        .fact("amount", amount)
        .fact("key", &movement.key)
        .fact("reference", &paid.reference)
        .fact("balance", recovered.balance)
        .fact("receipt", receipt)
        .transaction(recovered.transaction)
        .tell(turn);
    // What a paid charge sets off, as far as the history that was lost did not (R10, R31).
    profile::upgrade(turn, account)?;
    recharge::reset(turn, account)?;
    Ok(Some(account))
}

/// Books a refund that the gateway has made or has under way: it is taken off the lot that it came from. What cannot be assigned holds the
/// account until a person has decided. Answers the account if something was taken off it.
fn book_refund(turn: &mut Turn<'_>, movement: &Movement) -> Result<Option<AuthId>, Fault> {
    let Some((account, _)) = refunds::parse_gateway_key(&movement.key) else { return Ok(None) };
    let marker = marker(&movement.key);
    if turn.text(&marker).is_some() {
        return Ok(None);
    }
    let amount = Money::from_micros(movement.amount);
    let metadata = Metadata::read(&movement.metadata);
    let unkeyed = metadata.as_ref().is_none_or(|metadata| metadata.asked().is_some());
    // Nothing has gone back yet, but it may.
    let under_way = Paid { reference: "under way".to_owned(), at: movement.received };
    let paid = movement.paid.as_ref().unwrap_or(&under_way);
    let known = wallet::load(turn, account)?.is_some();
    kept::unkeep_notice(turn, account, &movement.key)?;
    let currency = match currency_of(turn, account, movement)? {
        Ok(currency) if known => currency,
        fits => {
            let currency = fits.unwrap_or_else(|expected| expected);
            let why = if known { not_an_amount(currency) } else { "of-an-unknown-account".to_owned() };
            let amount = (fits.ok().map(|_| amount), currency);
            keep_refund(turn, account, &movement.key, amount, paid, (&why, unkeyed))?;
            return Ok(None);
        }
    };
    // A payment that waited for a person was given back by one.
    if let (Some(charge_key), Some(paid)) = (&movement.charge_key, &movement.paid)
        && let Some((_, payment)) = kept::waiting_payment(turn, charge_key)?
        && payment.amount.is_none_or(|known| known == amount)
    {
        note_resolved(turn, charge_key)?;
        kept::unkeep(turn, charge_key)?;
        turn.put(&marker, &Moved::new(turn.now()));
        recover_payment(turn, account, movement, paid, metadata.as_ref())?;
        return Ok(None);
    }
    match recover(turn, account, movement, metadata.as_ref())? {
        Found::Explained => Ok(None),
        Found::TakenOff => Ok(Some(account)),
        Found::Uncovered(amount, why) => {
            keep_refund(turn, account, &movement.key, (Some(amount), currency), paid, (why, unkeyed))?;
            Ok(Some(account))
        }
    }
}
