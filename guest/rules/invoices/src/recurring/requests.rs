//! What the operator and the account ask of recurring charges.

use super::charging::{Part, line, monthly, post, price, take, tell_ended};
use super::forms::{Error, NewRecurringCharge, RecurringCharge, RecurringPage};
use super::records::{self, CHARGES_MAX, Entry, QUANTITY_MAX, REFERENCE_LIMIT, Recurring, is_reference, reference_of};
use coinbox_access::{self as access, credentials, functions};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::product::SideRule;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule};
use coinbox_pricing::Unit;
use coinbox_pricing::rating::Book;
use coinbox_profiles::policy::Policy;

/// Most charges of one page.
const PAGE_MAX: u32 = 100;

/// Begins a charge, and takes the month that has begun as the first month is treated.
pub fn start(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    charge: NewRecurringCharge,
) -> Result<RecurringCharge, Error> {
    let command = access::command_on(turn, caller, functions::RECURRING_START, &auth_id)?;
    command.once(turn, &charge, |turn, who, holder| {
        let account = main_of(turn, holder)?;
        let mut book = Book::open(turn)?;
        check_new(&charge, &book)?;
        let key = records::key(account, &charge.reference);
        let kept = records::all(turn, account)?;
        if kept.iter().any(|(known, _)| *known == key) {
            return Err(Error::ReferenceTaken);
        }
        if kept.len() >= CHARGES_MAX {
            return Err(Error::TooManyCharges(u32::try_from(CHARGES_MAX).expect("a few")));
        }
        let now = turn.now();
        let sold = (charge.product, charge.heading);
        let price = price(turn, &mut book, account, sold, now)?.ok_or(Error::NoPrice)?;
        let month = Month::of(now);
        let stored = Recurring {
            v: 1,
            holder,
            product: charge.product,
            heading: charge.heading,
            quantity: charge.quantity,
            price,
            started: now,
            through: month,
            last: None,
            ended: None,
        };
        turn.put(&key, &stored);
        let entry = (key, stored);
        let treatment = charge.first_month.unwrap_or(Policy::load(turn)?.first_month);
        let first = Part::first(treatment, now).map(|part| line(&book, &entry, month, now, part)).transpose()?;
        feed::event(account, "recurring-started", "USE-7")
            .fact("reference", &charge.reference)
            .fact("product", charge.product)
            .fact("heading", charge.heading)
            .fact("quantity", charge.quantity)
            .fact("rate", entry.1.price.rate)
            .fact("monthly", monthly(&book, &entry.1)?)
            .facts(held_by(account, holder))
            .fact("by", who.name())
            .tell(turn);
        if post(turn, account, month, first.into_iter().collect())? {
            judge(turn, account, Occasion::Debit)?;
        }
        Ok(show(turn, &book, account, &entry)?)
    })
}

fn check_new(charge: &NewRecurringCharge, book: &Book) -> Result<(), Fault> {
    let mut checks = Checks::new();
    checks.require(is_reference(&charge.reference), "charge.reference", FieldRule::WrongForm, REFERENCE_LIMIT);
    match book.catalogue().product(charge.product) {
        Some(product) if product.unit == Unit::Item => {
            let heading = product.heading(charge.heading);
            let fits = heading.is_some_and(|heading| heading.other_side == SideRule::None);
            let limit = "a heading of the product with the other side none";
            checks.require(fits, "charge.heading", FieldRule::UnknownValue, limit);
        }
        _ => checks.require(false, "charge.product", FieldRule::UnknownValue, "a product that is counted in items"),
    }
    check_quantity(&mut checks, charge.quantity, "charge.quantity");
    checks.done()
}

fn check_quantity(checks: &mut Checks, quantity: u32, field: &str) {
    checks.require(quantity >= 1, field, FieldRule::TooSmall, 1);
    checks.require(quantity <= QUANTITY_MAX, field, FieldRule::TooLarge, QUANTITY_MAX);
}

/// Sets the quantity; it counts from the next first of a month on.
pub fn change(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    reference: String,
    quantity: u32,
) -> Result<RecurringCharge, Error> {
    let command = access::command_on(turn, caller, functions::RECURRING_CHANGE, &auth_id)?;
    command.once(turn, &(&reference, quantity), |turn, who, asking| {
        let mut checks = Checks::new();
        check_quantity(&mut checks, quantity, "quantity");
        checks.done()?;
        let (account, entry) = need_open(turn, asking, &reference)?;
        let mut book = Book::open(turn)?;
        let through = Month::of(turn.now());
        let mut entry = caught_up(turn, &mut book, account, entry, through)?;
        let before = std::mem::replace(&mut entry.1.quantity, quantity);
        if before != quantity {
            turn.put(&entry.0, &entry.1);
            feed::event(account, "recurring-changed", "USE-7")
                .fact("reference", &reference)
                .fact("quantity", quantity)
                .fact("before", before)
                .fact("by", who.name())
                .tell(turn);
        }
        Ok(show(turn, &book, account, &entry)?)
    })
}

/// Ends a charge, now or with the end of a month. A month that begins at this very moment is not owed (R82).
pub fn end(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    reference: String,
    last_month: Option<String>,
) -> Result<RecurringCharge, Error> {
    let command = access::command_on(turn, caller, functions::RECURRING_END, &auth_id)?;
    command.once(turn, &(&reference, &last_month), |turn, who, asking| {
        let now = turn.now();
        let last = last_month.as_deref().map(|text| check_last(text, Month::of(now))).transpose()?;
        let (account, entry) = need_open(turn, asking, &reference)?;
        let mut book = Book::open(turn)?;
        let through = if last.is_some() { Month::of(now) } else { Month::of(now - 1) };
        let mut entry = caught_up(turn, &mut book, account, entry, through)?;
        match last {
            Some(last) if entry.1.last != Some(last) => {
                entry.1.last = Some(last);
                turn.put(&entry.0, &entry.1);
                feed::event(account, "recurring-changed", "USE-7")
                    .fact("reference", &reference)
                    .fact("last-month", last)
                    .fact("by", who.name())
                    .tell(turn);
            }
            Some(_) => {}
            None => {
                entry.1.ended = Some(now);
                turn.put(&entry.0, &entry.1);
                tell_ended(turn, account, &entry, "operator");
            }
        }
        Ok(show(turn, &book, account, &entry)?)
    })
}

fn check_last(text: &str, present: Month) -> Result<Month, Fault> {
    let mut checks = Checks::new();
    let month = Month::parse(text);
    checks.require(month.is_some(), "last-month", FieldRule::WrongForm, "a month such as 2026-11");
    checks.require(month.is_none_or(|month| month >= present), "last-month", FieldRule::TooSmall, present);
    checks.done()?;
    Ok(month.unwrap_or(present))
}

/// Ends the charges of an account, or of one of its sub-accounts. What they owe up to now is posted first.
pub fn end_all(turn: &mut Turn<'_>, account: AuthId, holder: Option<AuthId>, cause: &str) -> Result<(), Fault> {
    let now = turn.now();
    let mut charges = records::all(turn, account)?;
    charges.retain(|(_, charge)| charge.ended.is_none() && holder.is_none_or(|holder| charge.holder == holder));
    if charges.is_empty() {
        return Ok(());
    }
    let mut book = Book::open(turn)?;
    take(turn, &mut book, account, &mut charges, Month::of(now - 1))?;
    for mut entry in charges.into_iter().filter(|(_, charge)| charge.ended.is_none()) {
        entry.1.ended = Some(now);
        turn.put(&entry.0, &entry.1);
        tell_ended(turn, account, &entry, cause);
    }
    Ok(())
}

/// The charges of an account with its sub-accounts, or of one sub-account, in order of reference.
pub fn list(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
) -> Result<RecurringPage, Error> {
    let (_, asking) = access::query_on(turn, caller, functions::RECURRING_LIST, &auth_id)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, PAGE_MAX);
    checks.page_after(after.as_deref().is_none_or(is_reference));
    checks.done()?;
    let account = main_of(turn, asking)?;
    let book = Book::open(turn)?;
    let mut fitting = records::all(turn, account)?;
    fitting.retain(|(key, charge)| {
        let seen = asking == account || charge.holder == asking;
        seen && after.as_deref().is_none_or(|after| reference_of(key) > after)
    });
    let more = fitting.len() > limit as usize;
    fitting.truncate(limit as usize);
    let charges: Result<Vec<RecurringCharge>, Fault> =
        fitting.iter().map(|entry| show(turn, &book, account, entry)).collect();
    let charges = charges?;
    let next = charges.last().filter(|_| more).map(|last| last.reference.clone());
    Ok(RecurringPage { charges, next })
}

/// One charge.
pub fn get(turn: &Turn<'_>, caller: &Caller, auth_id: String, reference: String) -> Result<RecurringCharge, Error> {
    let (_, asking) = access::query_on(turn, caller, functions::RECURRING_GET, &auth_id)?;
    let (account, entry) = need(turn, asking, &reference)?;
    Ok(show(turn, &Book::open(turn)?, account, &entry)?)
}

fn main_of(turn: &Turn<'_>, asking: AuthId) -> Result<AuthId, Fault> {
    credentials::main_of(turn, asking)?.ok_or_else(|| Fault::not_found("account"))
}

/// The charge if it is the caller's: any of the family for a main account, its own for a sub-account.
fn need(turn: &Turn<'_>, asking: AuthId, reference: &str) -> Result<(AuthId, Entry), Fault> {
    let account = main_of(turn, asking)?;
    let key = records::key(account, reference);
    let found = if is_reference(reference) { turn.get::<Recurring>(&key)? } else { None };
    let own = found.filter(|charge| asking == account || charge.holder == asking);
    own.map(|charge| (account, (key, charge))).ok_or_else(|| Fault::not_found("recurring charge"))
}

/// The same of a charge that goes on.
fn need_open(turn: &Turn<'_>, asking: AuthId, reference: &str) -> Result<(AuthId, Entry), Error> {
    let (account, entry) = need(turn, asking, reference)?;
    if entry.1.over_since(turn.now()).is_some() { Err(Error::HasEnded) } else { Ok((account, entry)) }
}

/// The charge, after what it owes up to a month has been posted.
fn caught_up(
    turn: &mut Turn<'_>,
    book: &mut Book,
    account: AuthId,
    entry: Entry,
    through: Month,
) -> Result<Entry, Fault> {
    let mut entries = [entry];
    take(turn, book, account, &mut entries, through)?;
    let [entry] = entries;
    Ok(entry)
}

/// Whose it is, where that is not the main account.
fn held_by(account: AuthId, holder: AuthId) -> Option<Fact> {
    (holder != account).then(|| Fact::new("sub-account", holder))
}

fn show(turn: &Turn<'_>, book: &Book, account: AuthId, (key, charge): &Entry) -> Result<RecurringCharge, Fault> {
    let present = Month::of(turn.now());
    let ended = charge.over_since(turn.now());
    let goes_on = ended.is_none() && charge.last.is_none_or(|last| last > present);
    Ok(RecurringCharge {
        reference: reference_of(key).to_owned(),
        account: account.to_string(),
        holder: charge.holder.to_string(),
        product: charge.product,
        heading: charge.heading,
        quantity: charge.quantity,
        rate: charge.price.rate.to_string(),
        monthly: monthly(book, charge)?.micros(),
        started: charge.started,
        charged_through: charge.through.to_string(),
        next_charge: goes_on.then(|| present.end()),
        last_month: charge.last.map(|last| last.to_string()),
        ended,
    })
}
