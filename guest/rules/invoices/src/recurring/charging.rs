//! What a month of recurring charges costs, and its posting.
//!
//! The price is the one in force at the first moment of the month, whenever the month is posted; without one the price that was taken last
//! holds. Whoever changes a charge catches up first: a charge that was held at 00:00 owes even if the run of the month is late.

use super::records::{Entry, Recurring, reference_of};
use coinbox_credit::movements::posting::{self, Debit};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::product::{EventView, Heading, Product};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::Line;
use coinbox_ledger::charge_code::{ChargeCode, PARTS_OF_MONTH};
use coinbox_ledger::wallet;
use coinbox_pricing::rating::{Book, Payer};
use coinbox_pricing::{Row, Terms};
use coinbox_profiles::policy::FirstMonth;
use std::collections::BTreeMap;

/// Lines of one transaction.
const LINES_PER_TRANSACTION: usize = 500;

/// Days that are paid of so many.
#[derive(Clone, Copy)]
pub(super) struct Part {
    days: u64,
    of: u64,
}

impl Part {
    /// A whole month.
    const WHOLE: Part = Part { days: 1, of: 1 };

    /// What is paid of the month of a start: by days the first one and the last one count (R20). None: nothing.
    pub(super) fn first(treatment: FirstMonth, at: Instant) -> Option<Part> {
        let month = Month::of(at);
        match treatment {
            FirstMonth::None => None,
            FirstMonth::Full => Some(Part::WHOLE),
            FirstMonth::Prorated => {
                Some(Part { days: month.days_left(at).unsigned_abs(), of: month.days().unsigned_abs() })
            }
        }
    }

    /// The rate over the unit size for so many days, rounded once at 5 decimals (R3, R20).
    fn amount(self, price: &Row, terms: &Terms, quantity: u32) -> Result<Money, Fault> {
        let billed = price.billed(terms, quantity);
        Ok(price.rate.posted(billed * self.days, u64::from(terms.unit_size) * self.of)?)
    }

    /// What is billed, in parts of a month of an item; none: all that the quantity says.
    fn billed(self, price: &Row, terms: &Terms, quantity: u32) -> Option<u64> {
        let parts = u64::from(PARTS_OF_MONTH);
        let billed = (price.billed(terms, quantity) * self.days * parts * 2 + self.of) / (self.of * 2);
        Some(billed).filter(|billed| *billed != u64::from(quantity) * parts)
    }
}

/// What a full month costs.
pub(super) fn monthly(book: &Book, charge: &Recurring) -> Result<Money, Fault> {
    Part::WHOLE.amount(&charge.price, &terms(book, charge)?, charge.quantity)
}

fn terms(book: &Book, charge: &Recurring) -> Result<Terms, Fault> {
    // No product is ever taken out of the catalogue.
    book.terms(charge.product, charge.heading).ok_or_else(|| Fault::not_found("product"))
}

/// The row of a product that names no other side, as a main account has it at a moment.
pub(super) fn price(
    turn: &Turn<'_>,
    book: &mut Book,
    account: AuthId,
    (product, heading): (Product, Heading),
    at: Instant,
) -> Result<Option<Row>, Fault> {
    let Some(terms) = book.terms(product, heading) else { return Ok(None) };
    let payer = Payer::of(account, &wallet::need(turn, account)?);
    let event = EventView { id: "", auth_id: account.as_str(), product, heading, number: "", quantity: 1, at };
    Ok(book.find(turn, (event, terms, payer))?.ok().map(|price| price.row))
}

/// A month, or a part of it, of one charge.
pub(super) fn line(book: &Book, (key, charge): &Entry, month: Month, at: Instant, part: Part) -> Result<Line, Fault> {
    let terms = terms(book, charge)?;
    Ok(Line {
        a: charge.holder,
        i: month.to_string(),
        p: ChargeCode::Recurring(charge.product, charge.heading).code(),
        n: String::new(),
        q: charge.quantity,
        b: part.billed(&charge.price, &terms, charge.quantity),
        t: at,
        x: reference_of(key).to_owned(),
        r: charge.price.rate.to_string(),
        m: part.amount(&charge.price, &terms, charge.quantity)?,
    })
}

/// Posts lines of a month that cost something. Answers whether there were any. Whoever calls judges the account.
pub(super) fn post(turn: &mut Turn<'_>, account: AuthId, month: Month, mut lines: Vec<Line>) -> Result<bool, Fault> {
    lines.retain(|line| line.m > Money::ZERO);
    for some in lines.chunks(LINES_PER_TRANSACTION) {
        let cause = format!("recurring charges of {month}");
        let debit = Debit { kind: "recurring", cause: &cause, cycle: None, lines: some.to_vec(), others: Vec::new() };
        let posted = posting::debit(turn, account, debit)?;
        let reference = some.first().filter(|_| some.len() == 1).map(|line| line.x.clone());
        let mut event = feed::event(account, "recurring-charged", "USE-7");
        if let Some(reference) = reference {
            event = event.fact("reference", reference);
        }
        event
            .fact("month", month)
            .fact("charges", some.len())
            .fact("amount", posted.amount)
            .fact("owed", posted.split.owed)
            .fact("balance", posted.balance)
            .transaction(posted.transaction)
            .tell(turn);
    }
    Ok(!lines.is_empty())
}

/// Takes every month up to this one that was not taken yet of these charges of one account: month by month, in the order given. Writes them
/// back, and judges the account if anything was posted.
pub(super) fn take(
    turn: &mut Turn<'_>,
    book: &mut Book,
    account: AuthId,
    charges: &mut [Entry],
    through: Month,
) -> Result<(), Fault> {
    let mut due: BTreeMap<Month, Vec<Line>> = BTreeMap::new();
    let mut unpriced: BTreeMap<(Product, Heading), Month> = BTreeMap::new();
    for entry in charges {
        let before = entry.1.clone();
        let until =
            if before.ended.is_some() { before.through } else { before.last.map_or(through, |last| last.min(through)) };
        while entry.1.through < until {
            let month = entry.1.through.next();
            let sold = (before.product, before.heading);
            match price(turn, book, account, sold, month.first())? {
                Some(price) => entry.1.price = price,
                None => {
                    unpriced.entry(sold).or_insert(month);
                }
            }
            due.entry(month).or_default().push(line(book, entry, month, month.first(), Part::WHOLE)?);
            entry.1.through = month;
        }
        if before.ended.is_none()
            && let Some(end) = before.last.filter(|last| *last < through).map(Month::end)
        {
            entry.1.ended = Some(end);
            tell_ended(turn, account, entry, "last-month");
        }
        if entry.1 != before {
            turn.put(&entry.0, &entry.1);
        }
    }
    for ((product, heading), month) in unpriced {
        feed::operator_event("recurring-unpriced", "USE-7")
            .fact("account", account)
            .fact("product", product)
            .fact("heading", heading)
            .fact("month", month)
            .tell(turn);
    }
    let mut posted = false;
    for (month, lines) in due {
        posted |= post(turn, account, month, lines)?;
    }
    if posted {
        judge(turn, account, Occasion::Debit)?;
    }
    Ok(())
}

/// Tells that a charge has ended, and why.
pub(super) fn tell_ended(turn: &mut Turn<'_>, account: AuthId, (key, charge): &Entry, cause: &str) {
    feed::event(account, "recurring-ended", "USE-7")
        .fact("reference", reference_of(key))
        .fact("product", charge.product)
        .fact("heading", charge.heading)
        .fact("cause", cause)
        .fact("charged-through", charge.through)
        .tell(turn);
}
