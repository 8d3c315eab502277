//! How documents stand now: computed from what is owed of the days that an invoice covers, and from what became of a payment (R84).

use crate::document::Document;
use crate::records::{Place, State, Stored, document_key, documents_prefix, next_day};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::wallet;
use coinbox_profiles::document_kind::DocumentKind;

/// Documents that are read at a time.
const PAGE: u32 = 100;

/// An issued invoice and the days of which it asks for what is owed.
#[derive(Clone, PartialEq, Debug)]
pub struct Covering {
    /// Number of the document.
    pub number: String,
    /// Moments of the first and of the last day.
    pub days: (Instant, Instant),
}

/// The days that the `n`th invoice of an account covers: from the end of the one before it, so that every day belongs to one invoice.
pub fn days(turn: &Turn<'_>, account: AuthId, n: u32, stored: &Stored) -> Result<(Instant, Instant), Fault> {
    let before = match n.checked_sub(1).filter(|before| *before > 0) {
        Some(before) => turn.get::<Stored>(&document_key(account, DocumentKind::Invoice, before))?,
        None => None,
    };
    let first = next_day(before.and_then(|before| before.document.period_end).unwrap_or(0));
    let end = stored.document.period_end.unwrap_or(stored.document.issued);
    Ok((first, end - 1))
}

/// What is owed of the days that an invoice covers.
pub fn owed(turn: &Turn<'_>, account: AuthId, n: u32, stored: &Stored) -> Result<Money, Fault> {
    let (first, last) = days(turn, account, n, stored)?;
    wallet::owed_between(turn, account, first, last)
}

/// What can still be given back of an invoice: what is neither credited already nor written off (INV-5, R24), in whole smallest units.
pub fn not_given_back(
    turn: &Turn<'_>,
    account: AuthId,
    days: (Instant, Instant),
    invoice: &Document,
    state: &State,
) -> Result<Money, Fault> {
    let written_off = wallet::written_off_between(turn, account, days)?;
    let left = Money::from_micros(invoice.total).minus(state.credited()?)?.minus(written_off)?;
    let smallest = wallet::currency(turn, account)?.smallest_micros();
    Ok(left.minus(Money::from_micros(left.micros().rem_euclid(smallest)))?)
}

/// What payments have paid of an invoice at most, and was not given back: neither is it owed, nor written off, nor have gifts paid it.
pub(crate) fn paid_in_cash(
    turn: &Turn<'_>,
    account: AuthId,
    days: (Instant, Instant),
    invoice: &Document,
    state: &State,
) -> Result<Money, Fault> {
    let end = invoice.period_end.unwrap_or(invoice.issued);
    let mut cash = Money::from_micros(invoice.total).minus(state.credited()?)?;
    cash = cash.minus(wallet::written_off_between(turn, account, days)?)?;
    cash = cash.minus(wallet::owed_between(turn, account, days.0, days.1)?)?;
    cash = cash.minus(wallet::gifts_between(turn, account, days, end)?)?;
    Ok(cash.max(Money::ZERO))
}

/// How much more of an invoice can be owed than is: its total less what is credited, written off and owed already. Without a credit note there is no such limit.
pub fn can_reopen(turn: &Turn<'_>, account: AuthId, invoice: &Covering) -> Result<Option<Money>, Fault> {
    let state = State::load(turn, account, &invoice.number)?;
    if state.credited()? == Money::ZERO {
        return Ok(None);
    }
    let Some(stored) = Place::find(turn, account, &[DocumentKind::Invoice], &invoice.number)? else { return Ok(None) };
    let owed = wallet::owed_between(turn, account, invoice.days.0, invoice.days.1)?;
    let written_off = wallet::written_off_between(turn, account, invoice.days)?;
    let left = Money::from_micros(stored.document.total).minus(state.credited()?)?.minus(written_off)?.minus(owed)?;
    Ok(Some(left.max(Money::ZERO)))
}

/// The issued invoice that covers a month.
pub fn of_month(turn: &Turn<'_>, account: AuthId, month: Month) -> Result<Option<Covering>, Fault> {
    let prefix = documents_prefix(account, DocumentKind::Invoice);
    let mut found = None;
    let mut end = end_of_prefix(&prefix);
    loop {
        let (page, more) = turn.span_page_back::<Stored>(&prefix, &end, PAGE)?;
        for (key, stored) in page {
            if stored.document.period_end.is_none_or(|end| end <= month.first()) {
                return Ok(found);
            }
            let n = key[prefix.len()..].parse().unwrap_or(0);
            let days = days(turn, account, n, &stored)?;
            found = Some(Covering { number: stored.document.number, days });
            end = key;
        }
        if !more {
            return Ok(found);
        }
    }
}

/// The issued invoices of which something is owed now, oldest first, and how much of each.
pub(crate) fn open_ones(turn: &Turn<'_>, account: AuthId) -> Result<Vec<(Covering, Money)>, Fault> {
    let mut found = Vec::new();
    let prefix = documents_prefix(account, DocumentKind::Invoice);
    let mut end = end_of_prefix(&prefix);
    let mut left = None;
    loop {
        let (page, more) = turn.span_page_back::<Stored>(&prefix, &end, PAGE)?;
        for (key, stored) in page {
            let n = key[prefix.len()..].parse().unwrap_or(0);
            let days = days(turn, account, n, &stored)?;
            let owed = wallet::owed_between(turn, account, days.0, days.1)?;
            let before = match left {
                Some(left) => left,
                None => wallet::owed_between(turn, account, 0, days.1)?,
            };
            left = Some(before.minus(owed)?);
            if owed > Money::ZERO {
                found.push((Covering { number: stored.document.number, days }, owed));
            }
            end = key;
        }
        if !more || left.is_none_or(|left| left <= Money::ZERO) {
            found.reverse();
            return Ok(found);
        }
    }
}

/// By what the receipt of a payment is found.
pub(crate) struct PaymentReceipt {
    /// When the payment was booked.
    pub at: Instant,
    pub amount: Money,
    /// What the receipt may refer to: several payments of one amount may be booked at one moment.
    pub refers_to: Vec<String>,
}

/// Notes on the receipt of a payment that the bank has taken so much of it back; below zero: that it came back.
pub fn note_charged_back(turn: &mut Turn<'_>, account: AuthId, receipt: &str, amount: Money) -> Result<(), Fault> {
    let mut state = State::load(turn, account, receipt)?;
    state.charged_back = state.charged_back.plus(amount)?;
    state.save(turn, account, receipt);
    Ok(())
}

/// The number of the receipt of a payment whose charge does not note it. None: a person has credited it.
pub(crate) fn receipt_of(turn: &Turn<'_>, account: AuthId, payment: &PaymentReceipt) -> Result<Option<String>, Fault> {
    let prefix = documents_prefix(account, DocumentKind::Receipt);
    let mut end = end_of_prefix(&prefix);
    loop {
        let (page, more) = turn.span_page_back::<Stored>(&prefix, &end, PAGE)?;
        for (key, stored) in page {
            let receipt = &stored.document;
            let is_it = receipt.payment_at.unwrap_or(receipt.issued) == payment.at
                && receipt.status == "successful"
                && receipt.total == payment.amount.micros()
                && receipt.refers_to.as_ref().is_some_and(|name| payment.refers_to.contains(name))
                && receipt.lines.iter().all(|line| matches!(line.product.as_str(), "recharge" | "invoice-payment"));
            if is_it {
                return Ok(Some(stored.document.number));
            }
            if receipt.issued < payment.at {
                return Ok(None);
            }
            end = key;
        }
        if !more {
            return Ok(None);
        }
    }
}

/// Notes on the document of a chargeback that the dispute was won.
pub fn note_reversed(turn: &mut Turn<'_>, account: AuthId, receipt: &str) -> Result<(), Fault> {
    if receipt.is_empty() {
        // An older version has made none.
        return Ok(());
    }
    let mut state = State::load(turn, account, receipt)?;
    state.reversed = true;
    state.save(turn, account, receipt);
    Ok(())
}
