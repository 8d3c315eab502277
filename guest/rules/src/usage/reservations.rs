//! Reservations: an amount held before a call or message, extended while it lasts, settled with its true cost (USE-3, R16).
//!
//! A reservation holds an amount of available, not lots: `wallet.reserved` is the sum of all open ones, and available is the balance
//! less that sum (R1), so nothing is promised twice. Its **reserved time** ends at `until`; it is released by itself a
//! policy's time later (`expires`), so that a settlement that is on its way still finds what it was promised. All expiries
//! share one job over an index in order of time; extending only moves the moment in the record, and the index follows when it is read.
//!
//! A price that was quoted stays the price of that call or message: extensions and the settlement are rated by it (R87).
//!
//! A reserved call is put on the list of running calls, so hosts name it once: it is ended with the others when the credit is gone
//! (R48), and alone when its extension was refused and its reserved time is used. Settling, releasing and expiring take it off.

mod desk;
pub(crate) mod ending;
mod expiry;
mod records;
mod settle;

pub(crate) use desk::give_back;
pub(crate) use expiry::run;
pub(crate) use records::{Open, open_prefix};
pub use settle::{Former, SettleAnswer, SettleBatch, Settled, Settlement, settle};

use crate::access::credentials;
use crate::credit::records::running_calls;
use crate::ground::call::{Call, end_of_prefix, successor};
use crate::ground::idempotency;
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::product::{self, Event, Heading, Product};
use crate::ground::text::is_name;
use crate::ground::vocabulary::{
    Caller, Checks, DAY_MS, Fault, FieldProblem, FieldRule, Instant, Micros, Refusal, int_text, interface_error,
    optional_int_text,
};
use crate::ledger::wallet;
use crate::pricing::rating::{Book, Rated};
use crate::profiles::policy::Policy;
use crate::usage::{self, ID_MAX};
use desk::Desk;
use records::{Closed, End, Quoted};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

interface_error! {
    /// Errors of `reservations`.
    Error {}
}

/// Most items of one call.
const ITEMS_MAX: usize = 1000;
/// Most reservations of one page.
const PAGE_MAX: u32 = 500;
const QUANTITY_MAX: u32 = 1_000_000;
/// Longest reserved time.
const LASTS_MAX: Instant = 7 * DAY_MS;

/// What a reservation is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Goes on until it is settled, released, or ended.
    Call,
    /// Is over at once.
    Message,
}

/// What will be used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measure {
    /// What.
    pub product: Product,
    /// Which way.
    pub heading: Heading,
    /// Digits only, 3 to 15.
    pub number: String,
    /// Seconds or parts from its beginning, 0 to 1 000 000.
    pub quantity: u32,
}

/// How much it may cost in all.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Price {
    /// From the price book, now.
    Rated(Measure),
    /// This amount, 0 or more.
    Amount(#[serde(with = "int_text")] Micros),
}

/// One reservation to make.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hold {
    /// Main account or sub-account.
    pub auth_id: String,
    /// 1 to 255 printable ASCII characters without space.
    pub name: String,
    /// What for.
    pub kind: Kind,
    /// How much.
    pub price: Price,
    /// The reserved time from now on, 0 to 7 days.
    #[serde(with = "int_text")]
    pub lasts_ms: Instant,
}

/// A reservation as it stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Shown {
    /// Main account or sub-account.
    pub auth_id: String,
    /// The platform's name.
    pub name: String,
    /// What for.
    pub kind: Kind,
    /// What it holds.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// When it was made.
    #[serde(with = "int_text")]
    pub begun: Instant,
    /// When its reserved time is used.
    #[serde(with = "int_text")]
    pub until: Instant,
    /// When it is released unless it is extended or settled before.
    #[serde(with = "int_text")]
    pub expires: Instant,
    /// When the call is ended, because an extension was refused.
    #[serde(default, with = "optional_int_text")]
    pub ends: Option<Instant>,
}

/// What became of a hold.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReserveAnswer {
    /// It stands.
    Reserved(Shown),
    /// Nothing is held.
    Refused(Refusal),
    /// An open reservation has this name and other content.
    Conflicting,
    /// The name is used up.
    Over,
}

/// One reservation to extend.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Extension {
    /// Main account or sub-account.
    pub auth_id: String,
    /// The platform's name.
    pub name: String,
    /// In all, from the beginning.
    pub price: Price,
    /// In all, from the beginning, 0 to 7 days.
    #[serde(with = "int_text")]
    pub lasts_ms: Instant,
}

/// Why an extension was refused, and when the call ends for it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ending {
    /// Why.
    pub why: Refusal,
    /// When its reserved time is used, or now if it is.
    #[serde(with = "int_text")]
    pub ends: Instant,
}

/// What became of an extension.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtendAnswer {
    /// Granted.
    Reserved(Shown),
    /// Refused.
    Ending(Ending),
    /// No reservation has this name.
    Unknown,
    /// Settled, released or expired.
    Over,
}

/// One reservation, by name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Named {
    /// Main account or sub-account.
    pub auth_id: String,
    /// The platform's name.
    pub name: String,
}

/// What became of a release.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseAnswer {
    /// This much is no longer held.
    Released(#[serde(with = "int_text")] Micros),
    /// No reservation has this name.
    Unknown,
    /// Settled, released or expired.
    Over,
}

/// Open reservations by name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// At most as many as asked for.
    pub reservations: Vec<Shown>,
    /// What all open reservations of the account hold together.
    #[serde(with = "int_text")]
    pub reserved: Micros,
    /// For the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// Holds amounts: may these accounts spend this much? (USE-3)
pub fn reserve(call: &mut Call<'_>, caller: &Caller, holds: Vec<Hold>) -> Result<Vec<ReserveAnswer>, Error> {
    let who = credentials::permit(call, caller, "reservations.reserve", None)?;
    idempotency::once(call, caller, &who.scope(), "reservations.reserve", &holds, |call| {
        let mut checks = Checks::new();
        check_count(&mut checks, holds.len(), "holds");
        for (index, hold) in holds.iter().take(ITEMS_MAX).enumerate() {
            check_item(&mut checks, &format!("holds[{index}]"), &hold.name, &hold.price, hold.lasts_ms);
        }
        checks.done()?;
        let mut desk = Desk::open(call, &who, holds.iter().map(|hold| (hold.auth_id.as_str(), hold.name.as_str())))?;
        let mut book = book(call, &desk, holds.iter().map(|hold| (hold.auth_id.as_str(), &hold.price)))?;
        let ttl = Policy::load(call)?.reservation_ttl_ms;
        let mut answers = Vec::with_capacity(holds.len());
        for (index, hold) in holds.iter().enumerate() {
            let field = format!("holds[{index}]");
            answers.push(reserve_one(call, &mut desk, &mut book, hold, &field, ttl)?);
        }
        desk.close(call)?;
        Ok(answers)
    })
}

fn reserve_one(
    call: &mut Call<'_>,
    desk: &mut Desk,
    book: &mut Book,
    hold: &Hold,
    field: &str,
    ttl: Instant,
) -> Result<ReserveAnswer, Fault> {
    let (Some(main), Some(source)) = (desk.main(&hold.auth_id), AuthId::parse(&hold.auth_id)) else {
        return Ok(ReserveAnswer::Refused(Refusal::NotFound("account or sub-account".to_owned())));
    };
    let digest = digest(hold);
    if let Some(open) = call.get::<Open>(&records::open_key(main, &hold.name))? {
        if open.digest == digest {
            return Ok(ReserveAnswer::Reserved(open.shown(&hold.name)));
        }
        return Ok(ReserveAnswer::Conflicting);
    }
    if call.get::<Closed>(&records::closed_key(main, &hold.name))?.is_some() {
        return Ok(ReserveAnswer::Over);
    }
    if let Some(refusal) = desk.hindrance(call, main, source)? {
        return Ok(ReserveAnswer::Refused(refusal));
    }
    let asked = (hold.auth_id.as_str(), &hold.price, call.now());
    let (amount, quoted) = match amount_of(call, desk, book, main, asked, None, field)? {
        Ok(found) => found,
        Err(refusal) => return Ok(ReserveAnswer::Refused(refusal)),
    };
    let wallet = desk.wallet(main);
    if let Some(refusal) = usage::out_of_credit(wallet, amount)? {
        return Ok(ReserveAnswer::Refused(refusal));
    }
    wallet.reserved = wallet.reserved.plus(amount)?;
    let mut open = Open::new(source, hold.kind, amount, digest, call.now());
    open.quoted = quoted;
    open.until = call.now() + hold.lasts_ms;
    open.expires = open.until + ttl;
    open.indexed = open.expires;
    records::index(call, open.indexed, main, &hold.name);
    records::look_by(call, open.indexed)?;
    if hold.kind == Kind::Call {
        running_calls::name(call, main, &hold.name, source, open.begun)?;
    }
    call.put(&records::open_key(main, &hold.name), &open);
    Ok(ReserveAnswer::Reserved(open.shown(&hold.name)))
}

/// Holds more, for longer; what available cannot cover ends the call when its reserved time is used (R16).
pub fn extend(call: &mut Call<'_>, caller: &Caller, extensions: Vec<Extension>) -> Result<Vec<ExtendAnswer>, Error> {
    let who = credentials::permit(call, caller, "reservations.extend", None)?;
    idempotency::once(call, caller, &who.scope(), "reservations.extend", &extensions, |call| {
        let mut checks = Checks::new();
        check_count(&mut checks, extensions.len(), "extensions");
        for (index, item) in extensions.iter().take(ITEMS_MAX).enumerate() {
            check_item(&mut checks, &format!("extensions[{index}]"), &item.name, &item.price, item.lasts_ms);
        }
        checks.done()?;
        let items = extensions.iter().map(|item| (item.auth_id.as_str(), item.name.as_str()));
        let mut desk = Desk::open(call, &who, items)?;
        let mut book = book(call, &desk, extensions.iter().map(|item| (item.auth_id.as_str(), &item.price)))?;
        let ttl = Policy::load(call)?.reservation_ttl_ms;
        let mut answers = Vec::with_capacity(extensions.len());
        for (index, item) in extensions.iter().enumerate() {
            let field = format!("extensions[{index}]");
            answers.push(extend_one(call, &mut desk, &mut book, item, &field, ttl)?);
        }
        desk.close(call)?;
        Ok(answers)
    })
}

fn extend_one(
    call: &mut Call<'_>,
    desk: &mut Desk,
    book: &mut Book,
    item: &Extension,
    field: &str,
    ttl: Instant,
) -> Result<ExtendAnswer, Fault> {
    let Some(main) = desk.main(&item.auth_id) else { return Ok(ExtendAnswer::Unknown) };
    let key = records::open_key(main, &item.name);
    let Some(mut open) = desk.find(call, main, &item.name)? else {
        let over = call.get::<Closed>(&records::closed_key(main, &item.name))?.is_some();
        return Ok(if over { ExtendAnswer::Over } else { ExtendAnswer::Unknown });
    };
    if open.expires <= call.now() {
        return Ok(ExtendAnswer::Over);
    }
    let granted = match desk.hindrance(call, main, open.source)? {
        Some(refusal) => Err(refusal),
        // What has begun keeps its price, whatever is in force now (R87).
        None => match amount_of(
            call,
            desk,
            book,
            main,
            (&item.auth_id, &item.price, open.begun),
            open.quoted.as_ref(),
            field,
        )? {
            Err(refusal) => Err(refusal),
            Ok((total, quoted)) => {
                let more = total.minus(open.amount)?.max(Money::ZERO);
                let missing = more.minus(desk.wallet(main).available()?)?;
                if more > Money::ZERO && missing > Money::ZERO {
                    Err(Refusal::OutOfCredit(missing.micros()))
                } else {
                    Ok((more, quoted))
                }
            }
        },
    };
    match granted {
        Ok((more, quoted)) => {
            open.quoted = open.quoted.or(quoted);
            let wallet = desk.wallet(main);
            wallet.reserved = wallet.reserved.plus(more)?;
            open.amount = open.amount.plus(more)?;
            open.until = open.until.max(open.begun + item.lasts_ms);
            open.expires = open.expires.max(open.until + ttl);
            records::set_ends(call, main, &item.name, &mut open, None);
            call.put(&key, &open);
            Ok(ExtendAnswer::Reserved(open.shown(&item.name)))
        }
        Err(why) => {
            let ends = open.until.max(call.now());
            if open.kind == Kind::Call && open.ends.is_none() {
                records::set_ends(call, main, &item.name, &mut open, Some(ends));
                call.put(&key, &open);
                let available = desk.wallet(main).available()?;
                ending::order(call, main, &item.name, &why, available, ends)?;
            }
            Ok(ExtendAnswer::Ending(Ending { why, ends: open.ends.unwrap_or(ends) }))
        }
    }
}

/// Gives back what was reserved and not used.
pub fn release(call: &mut Call<'_>, caller: &Caller, reservations: Vec<Named>) -> Result<Vec<ReleaseAnswer>, Error> {
    let who = credentials::permit(call, caller, "reservations.release", None)?;
    idempotency::once(call, caller, &who.scope(), "reservations.release", &reservations, |call| {
        let mut checks = Checks::new();
        check_count(&mut checks, reservations.len(), "reservations");
        for (index, item) in reservations.iter().take(ITEMS_MAX).enumerate() {
            check_name(&mut checks, &format!("reservations[{index}]"), &item.name);
        }
        checks.done()?;
        let items = reservations.iter().map(|item| (item.auth_id.as_str(), item.name.as_str()));
        let mut desk = Desk::open(call, &who, items)?;
        let forget = forget_at(call)?;
        let mut answers = Vec::with_capacity(reservations.len());
        for item in &reservations {
            answers.push(release_one(call, &mut desk, item, forget)?);
        }
        records::look_by(call, forget)?;
        desk.close(call)?;
        Ok(answers)
    })
}

fn release_one(call: &mut Call<'_>, desk: &mut Desk, item: &Named, forget: Instant) -> Result<ReleaseAnswer, Fault> {
    let Some(main) = desk.main(&item.auth_id) else { return Ok(ReleaseAnswer::Unknown) };
    let Some(open) = desk.find(call, main, &item.name)? else {
        let over = call.get::<Closed>(&records::closed_key(main, &item.name))?.is_some();
        return Ok(if over { ReleaseAnswer::Over } else { ReleaseAnswer::Unknown });
    };
    let amount = open.amount;
    give_back(desk.wallet(main), amount)?;
    running_calls::forget(call, main, &item.name)?;
    records::close(call, main, &item.name, open, End::Released, forget);
    Ok(ReleaseAnswer::Released(amount.micros()))
}

/// Open reservations of a main account and its sub-accounts, by name.
pub fn list(
    call: &Call<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
) -> Result<Page, Error> {
    let (_, account) = credentials::permit_on(call, caller, "reservations.list", &auth_id)?;
    let mut checks = Checks::new();
    checks.require((1..=PAGE_MAX).contains(&limit), "limit", FieldRule::WrongForm, "1 to 500");
    let good = after.as_deref().is_none_or(|after| is_name(after, ID_MAX));
    checks.require(good, "after", FieldRule::WrongForm, "the `next` of a page");
    checks.done()?;
    let prefix = open_prefix(account);
    let first = after.map_or_else(|| prefix.clone(), |after| successor(&format!("{prefix}{after}")));
    let (page, more) = call.span::<Open>(&first, &end_of_prefix(&prefix), limit as usize)?;
    let reservations: Vec<Shown> = page.iter().map(|(key, open)| open.shown(&key[prefix.len()..])).collect();
    let next = if more { reservations.last().map(|last| last.name.clone()) } else { None };
    Ok(Page { reservations, reserved: wallet::need(call, account)?.reserved.micros(), next })
}

/// Sum of the open reservations of an account, for the proof of its wallet. None: there are more than can be added up.
pub(crate) fn sum(call: &Call<'_>, account: AuthId) -> Result<Option<Money>, Fault> {
    const PAGES: usize = 100;
    let prefix = open_prefix(account);
    let (mut first, end) = (prefix.clone(), end_of_prefix(&prefix));
    let mut sum = Money::ZERO;
    for _ in 0..PAGES {
        let (page, more) = call.span_page::<Open>(&first, &end, 10_000)?;
        for (_, open) in &page {
            sum = sum.plus(open.amount)?;
        }
        match page.last().filter(|_| more) {
            Some((last, _)) => first = successor(last),
            None => return Ok(Some(sum)),
        }
    }
    Ok(None)
}

/// Until when a name that is used up is remembered: no event of an earlier moment is accepted then (R15).
fn forget_at(call: &Call<'_>) -> Result<Instant, Fault> {
    let policy = Policy::load(call)?;
    Ok(call.now() + policy.usage_window_ms + policy.usage_ahead_ms)
}

fn check_count(checks: &mut Checks, count: usize, field: &str) {
    checks.require(count > 0, field, FieldRule::Missing, 1);
    checks.require(count <= ITEMS_MAX, field, FieldRule::TooMany, ITEMS_MAX);
}

fn check_name(checks: &mut Checks, field: &str, name: &str) {
    let limit = "1 to 255 printable ASCII characters without space";
    checks.require(is_name(name, ID_MAX), &format!("{field}.name"), FieldRule::WrongForm, limit);
}

fn check_item(checks: &mut Checks, field: &str, name: &str, price: &Price, lasts_ms: Instant) {
    check_name(checks, field, name);
    match price {
        Price::Rated(measure) => {
            let side = product::other_side(measure.heading, &measure.number).is_some();
            let limit = product::other_side_limit(measure.heading);
            checks.require(side, &format!("{field}.price.rated.number"), FieldRule::WrongForm, limit);
            let quantity = format!("{field}.price.rated.quantity");
            checks.require(measure.quantity <= QUANTITY_MAX, &quantity, FieldRule::TooLarge, QUANTITY_MAX);
        }
        Price::Amount(amount) => {
            checks.require(*amount >= 0, &format!("{field}.price.amount"), FieldRule::TooSmall, 0);
            let most = crate::profiles::policy::AMOUNT_MAX;
            let fits = Money::from_micros(*amount) <= most;
            checks.require(fits, &format!("{field}.price.amount"), FieldRule::TooLarge, most);
        }
    }
    checks.require(lasts_ms >= 0, &format!("{field}.lasts-ms"), FieldRule::TooSmall, 0);
    checks.require(lasts_ms <= LASTS_MAX, &format!("{field}.lasts-ms"), FieldRule::TooLarge, LASTS_MAX);
}

/// The event that a measure is of a call or message that began at a moment.
fn event(auth_id: &str, measure: &Measure, begun: Instant) -> Event {
    Event {
        id: "reservation".to_owned(),
        auth_id: auth_id.to_owned(),
        product: measure.product,
        heading: measure.heading,
        number: measure.number.clone(),
        quantity: measure.quantity,
        at: begun,
    }
}

/// The price book with what these prices need.
fn book<'a>(call: &Call<'_>, desk: &Desk, items: impl Iterator<Item = (&'a str, &'a Price)>) -> Result<Book, Fault> {
    let rated: Vec<(Event, Option<AuthId>)> = items
        .filter_map(|(auth_id, price)| match price {
            Price::Rated(measure) => Some((event(auth_id, measure, call.now()), desk.main(auth_id)?)),
            Price::Amount(_) => None,
        })
        .map(|(event, main)| (event, desk.overrides(main)))
        .collect();
    let mut book = Book::open(call)?;
    book.prefetch(call, rated.iter().map(|(event, overrides)| (event, *overrides)))?;
    Ok(book)
}

/// What a price comes to, rounded as it would be posted (R3), and the price that it was quoted at; `Err`: the price book has none. `asked`: whose,
/// what, and when it began. What was quoted before for the same kind and number holds.
fn amount_of(
    call: &Call<'_>,
    desk: &Desk,
    book: &mut Book,
    main: AuthId,
    asked: (&str, &Price, Instant),
    before: Option<&Quoted>,
    field: &str,
) -> Result<Result<(Money, Option<Quoted>), Refusal>, Fault> {
    let (auth_id, price, begun) = asked;
    let measure = match price {
        Price::Amount(amount) => return Ok(Ok((Money::from_micros(*amount), None))),
        Price::Rated(measure) => measure,
    };
    let event = event(auth_id, measure, begun);
    let found = match before.and_then(|quoted| quoted.price_of(&event)) {
        Some(row) => Ok(row),
        None => book.find(call, &event, desk.overrides(main))?,
    };
    match found {
        Ok(row) => Ok(Ok((Rated::by(&row, &event)?.amount, Some(Quoted::new(&event, row))))),
        Err(_) => Ok(Err(Refusal::Invalid(vec![FieldProblem {
            field: format!("{field}.price.rated.number"),
            rule: FieldRule::UnknownValue,
            limit: Some("a number with a price".to_owned()),
        }]))),
    }
}

/// What tells a repeated request from another one with the same name.
fn digest(hold: &Hold) -> String {
    let text = serde_json::to_vec(hold).expect("text and numbers only");
    crate::ground::text::hex(&Sha256::digest(text))[..16].to_owned()
}
