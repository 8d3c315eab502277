//! How documents stand now: computed from what is owed of the days that an invoice covers, and from what became of a payment (R84).

use super::DocumentKind;
use super::records::{State, Stored, document_key, documents_prefix, next_day};
use crate::calendar::Month;
use crate::call::{Call, end_of_prefix};
use crate::ids::AuthId;
use crate::money::Money;
use crate::vocabulary::{Fault, Instant};
use crate::wallet;

/// Documents that are read at a time.
const PAGE: u32 = 100;

/// An issued invoice and the days of which it asks for what is owed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Covering {
    pub(crate) number: String,
    /// Moments of the first and of the last day.
    pub(crate) days: (Instant, Instant),
}

/// The days that the `n`th invoice of an account covers: from the end of the one before it, so that every day belongs to one invoice.
pub(super) fn days(call: &Call<'_>, account: AuthId, n: u32, stored: &Stored) -> Result<(Instant, Instant), Fault> {
    let before = match n.checked_sub(1).filter(|before| *before > 0) {
        Some(before) => call.get::<Stored>(&document_key(account, DocumentKind::Invoice, before))?,
        None => None,
    };
    let first = next_day(before.and_then(|before| before.document.period_end).unwrap_or(0));
    let end = stored.document.period_end.unwrap_or(stored.document.issued);
    Ok((first, end - 1))
}

/// What is owed of the days that an invoice covers.
pub(super) fn owed(call: &Call<'_>, account: AuthId, n: u32, stored: &Stored) -> Result<Money, Fault> {
    let (first, last) = days(call, account, n, stored)?;
    wallet::owed_between(call, account, first, last)
}

/// The issued invoice that covers a month.
pub(crate) fn of_month(call: &Call<'_>, account: AuthId, month: Month) -> Result<Option<Covering>, Fault> {
    let prefix = documents_prefix(account, DocumentKind::Invoice);
    let mut found = None;
    let mut end = end_of_prefix(&prefix);
    loop {
        let (page, more) = call.span_page_back::<Stored>(&prefix, &end, PAGE)?;
        for (key, stored) in page {
            if stored.document.period_end.is_none_or(|end| end <= month.first()) {
                return Ok(found);
            }
            let n = key[prefix.len()..].parse().unwrap_or(0);
            let days = days(call, account, n, &stored)?;
            found = Some(Covering { number: stored.document.number, days });
            end = key;
        }
        if !more {
            return Ok(found);
        }
    }
}

/// The issued invoices of which something is owed now, oldest first, and how much of each.
pub(super) fn open_ones(call: &Call<'_>, account: AuthId) -> Result<Vec<(Covering, Money)>, Fault> {
    let mut found = Vec::new();
    let prefix = documents_prefix(account, DocumentKind::Invoice);
    let mut end = end_of_prefix(&prefix);
    let mut left = None;
    loop {
        let (page, more) = call.span_page_back::<Stored>(&prefix, &end, PAGE)?;
        for (key, stored) in page {
            let n = key[prefix.len()..].parse().unwrap_or(0);
            let days = days(call, account, n, &stored)?;
            let owed = wallet::owed_between(call, account, days.0, days.1)?;
            let before = match left {
                Some(left) => left,
                None => wallet::owed_between(call, account, 0, days.1)?,
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
    pub(crate) at: Instant,
    pub(crate) amount: Money,
    /// What the receipt may refer to: several payments of one amount may be booked at one moment.
    pub(crate) refers_to: Vec<String>,
}

/// Notes on the receipt of a payment that the bank has taken so much of it back; below zero: that it came back.
pub(crate) fn note_charged_back(
    call: &mut Call<'_>,
    account: AuthId,
    receipt: &str,
    amount: Money,
) -> Result<(), Fault> {
    let mut state = State::load(call, account, receipt)?;
    state.charged_back = state.charged_back.plus(amount)?;
    state.save(call, account, receipt);
    Ok(())
}

/// The number of the receipt of a payment whose charge does not note it. None: a person has credited it.
pub(crate) fn receipt_of(call: &Call<'_>, account: AuthId, payment: &PaymentReceipt) -> Result<Option<String>, Fault> {
    let prefix = documents_prefix(account, DocumentKind::Receipt);
    let mut end = end_of_prefix(&prefix);
    loop {
        let (page, more) = call.span_page_back::<Stored>(&prefix, &end, PAGE)?;
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
pub(crate) fn note_reversed(call: &mut Call<'_>, account: AuthId, receipt: &str) -> Result<(), Fault> {
    if receipt.is_empty() {
        // An older version has made none.
        return Ok(());
    }
    let mut state = State::load(call, account, receipt)?;
    state.reversed = true;
    state.save(call, account, receipt);
    Ok(())
}
