//! Usage events: deduplicated, rated, debited and posted in one call (USE-1, USE-6), and admission of chargeable requests (R12).
//!
//! A batch costs a warm instance four reads at most, with tiers one more, and one set of changes: dedupe keys with wallets and sub-accounts first, then
//! the wallets of parents, then price chunks that are not cached; where prices have tiers, then the use of the month. The rated events of a call are one ledger transaction (two
//! or three for a large batch); the dedupe key begins with the event's time, so that new keys land side by side.

use super::{month_use, posting};
pub use crate::columns::{AnswerColumns, EventColumns, Fate, ProductUse};
pub use crate::events::{BatchAnswer, EVENTS_MAX};
use crate::events::{
    COUNTED, Held, ID_LIMIT, KEPT_MAX, REJECTED, Rejected, hash, hindrance, out_of_credit, out_of_reach,
};
use coinbox_access::{self as access, credentials, functions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::usage::Error;
use coinbox_ground::money::Money;
use coinbox_ground::product::{Event, EventView, ID_MAX, Quote, QuotedSurcharge, Rejection};
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldProblem, FieldRule, Instant, Refusal, int_text};
use coinbox_ledger::Line;
use coinbox_ledger::wallet;
use coinbox_pricing::floor::{FLOOR_KEY, Floor, floor};
use coinbox_pricing::rating::{Book, Payer, Rated, Ridden};
use coinbox_pricing::{Terms, check_use};
use coinbox_profiles::{destinations, profile};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Rejected events that one page of a filtered list looks at.
const LOOKED_AT_MAX: usize = 2_000;

/// A rejected event as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RejectedEvent {
    /// Names it for `resubmit` and `discard`.
    pub key: String,
    /// As it came.
    pub event: Event,
    /// Why.
    pub reason: Rejection,
    /// When, the first time.
    #[serde(with = "int_text")]
    pub received: Instant,
}

/// A page of rejected events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RejectPage {
    /// By the event's own time.
    pub rejected: Vec<RejectedEvent>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// A mended event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Resubmission {
    /// What to take off the list.
    pub key: String,
    /// What to rate instead.
    pub event: Event,
}

/// Rates and debits events of reservations.
pub(crate) fn post_held(turn: &mut Turn<'_>, events: &[EventView<'_>], held: &[Held]) -> Result<BatchAnswer, Fault> {
    posting::post(turn, events, held)
}

/// Rates and debits, in the order given.
pub fn record_events(turn: &mut Turn<'_>, caller: &Caller, events: Vec<Event>) -> Result<BatchAnswer, Error> {
    let command = access::command(turn, caller, functions::USAGE_RECORD_EVENTS)?;
    check_events(events.len())?;
    let events: Vec<EventView<'_>> = events.iter().map(Event::view).collect();
    command.once(turn, &events, |turn, _, ()| Ok(posting::post(turn, &events, &[])?))
}

/// [`record_events`] of events that come as columns. It is the same function in another form: one permission, and a key that was used for one form
/// is used for the other.
pub fn record_columns(turn: &mut Turn<'_>, caller: &Caller, columns: EventColumns) -> Result<AnswerColumns, Error> {
    let command = access::command(turn, caller, functions::USAGE_RECORD_EVENTS)?;
    check_events(columns.count())?;
    let columns = columns.checked()?;
    let events = columns.events();
    Ok(command.once(turn, &events, |turn, _, ()| Ok::<_, Error>(posting::post(turn, &events, &[])?))?.into())
}

fn check_events(count: usize) -> Result<(), Error> {
    if count > EVENTS_MAX {
        return Err(Error::TooManyEvents(u32::try_from(count).unwrap_or(u32::MAX)));
    }
    Ok(())
}

/// Since when counted events are remembered, for whoever compares them.
pub fn counted_since(turn: &Turn<'_>) -> Result<Instant, Fault> {
    floor(turn)
}

/// Where the event behind a line of the ledger is remembered.
pub fn counted_key(line: &Line) -> String {
    let identity = hash(&[line.a.to_string().as_bytes(), line.i.as_bytes(), &line.t.to_le_bytes()]);
    format!("{COUNTED}{}/{identity:016x}", coinbox_ground::ids::time_key(line.t))
}

/// The transaction in which that event was counted; `None`: it is not remembered.
pub fn counted_in(turn: &Turn<'_>, line: &Line) -> Result<Option<String>, Fault> {
    let key = counted_key(line);
    turn.text(&key).map(|text| posting::counted_in(&key, &text)).transpose()
}

/// Forgets which events before a moment were counted; none of them is accepted any more.
pub fn forget_counted(turn: &mut Turn<'_>, before: Instant) -> Result<(), Fault> {
    let since = floor(turn)?;
    if before > since {
        turn.clear(COUNTED.to_owned(), format!("{COUNTED}{}", coinbox_ground::ids::time_key(before)));
        turn.put(FLOOR_KEY, &Floor { v: 1, at: before });
        month_use::forget(turn, since, before);
    }
    Ok(())
}

/// Where the walk over rejected events stands, at [`WALK_KEY`]; gone when it is at the end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Walk {
    v: u32,
    after: String,
}

impl Record for Walk {
    const KIND: &'static str = "walk over rejected events";
}

const WALK_KEY: &str = "store/walk/rejected";

/// Removes rejected events received before a moment, a page a call. Answers whether the walk is at its end.
pub fn expire_rejected(turn: &mut Turn<'_>, oldest: Instant) -> Result<bool, Fault> {
    let first = turn.get::<Walk>(WALK_KEY)?.map_or_else(|| REJECTED.to_owned(), |walk| successor(&walk.after));
    let (page, more) = turn.span::<Rejected>(&first, &end_of_prefix(REJECTED), EVENTS_MAX)?;
    for (key, _) in page.iter().filter(|(_, rejected)| rejected.received < oldest) {
        turn.remove(key);
    }
    match page.into_iter().next_back().filter(|_| more) {
        Some((after, _)) => turn.put(WALK_KEY, &Walk { v: 1, after }),
        None => turn.remove(WALK_KEY),
    }
    Ok(!more)
}

/// What an event would cost at its own time, for the account's own token or an operator.
pub fn quote_event(turn: &Turn<'_>, caller: &Caller, event: Event) -> Result<Quote, Error> {
    let (_, source) = access::query_on(turn, caller, functions::USAGE_QUOTE_EVENT, &event.auth_id)?;
    let main = credentials::main_of(turn, source)?.ok_or_else(|| Fault::not_found("account"))?;
    Ok(quote(turn, &event, main)?.0)
}

fn quote(turn: &Turn<'_>, event: &Event, main: AuthId) -> Result<(Quote, Terms), Fault> {
    let mut checks = Checks::new();
    checks.require(is_name(&event.id, ID_MAX), "event.id", FieldRule::WrongForm, ID_LIMIT);
    let mut book = Book::open(turn)?;
    let field = |name: &str| format!("event.{name}");
    let terms = check_use(
        &mut checks,
        book.catalogue(),
        (event.product, event.heading),
        (&event.number, event.quantity),
        &field,
    );
    checks.done()?;
    let Some(terms) = terms else { return Err(Fault::not_found("product")) };
    let payer = Payer::of(main, &wallet::need(turn, main)?);
    book.prefetch(turn, std::iter::once((event.view(), terms, payer)))?;
    let price = book.find(turn, (event.view(), terms, payer))?.map_err(|_| {
        Fault::Refused(Refusal::Invalid(vec![FieldProblem {
            field: "event.number".to_owned(),
            rule: FieldRule::UnknownValue,
            limit: Some("a number with a price".to_owned()),
        }]))
    })?;
    let before = month_use::before(turn, main, &event.view(), &price)?;
    let rated = Rated::by(&price, &terms, event.quantity, before)?;
    let surcharges = rated.ridden.iter().map(|Ridden { rider, amount, .. }| QuotedSurcharge {
        code: rider.code.to_string(),
        words: rider.words.clone(),
        rate: rider.rate.to_string(),
        amount: amount.micros(),
    });
    let quote = Quote {
        rate: rated.rate.to_string(),
        prefix: rated.prefix.to_string(),
        amount: rated.total.micros(),
        surcharges: surcharges.collect(),
    };
    Ok((quote, terms))
}

/// May a chargeable request of this size begin now? (R12)
pub fn admit(turn: &Turn<'_>, caller: &Caller, event: Event) -> Result<Quote, Error> {
    let (_, source) = access::query_on(turn, caller, functions::USAGE_ADMIT, &event.auth_id)?;
    let main = credentials::main_of(turn, source)?.ok_or_else(|| Fault::not_found("account"))?;
    let profile = profile::profile(turn, main)?;
    if let Some(refusal) = hindrance(turn, &profile, source)? {
        return Err(refusal.into());
    }
    let (quote, terms) = quote(turn, &event, main)?;
    if terms.side.is_destination()
        && destinations::are_limited(turn, &profile)?
        && let Some(refusal) = out_of_reach(turn, main, &event.number)?
    {
        return Err(refusal.into());
    }
    let mut wallet = wallet::need(turn, main)?;
    wallet.balance = wallet.balance.minus(wallet::late_rest(turn, main, &wallet)?)?;
    match out_of_credit(&wallet, Money::from_micros(quote.amount))? {
        Some(refusal) => Err(refusal.into()),
        None => Ok(quote),
    }
}

/// Rejected events by their own time, of one account with its sub-accounts or of one reason if these are given. A page looks at
/// a bounded part of the list, so that it may be short, or empty, and still have a next one.
pub fn list_rejected(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: Option<String>,
    reason: Option<Rejection>,
    after: Option<String>,
    limit: u32,
) -> Result<RejectPage, Error> {
    access::query(turn, caller, functions::USAGE_LIST_REJECTED)?;
    let mut checks = Checks::new();
    let good = auth_id.as_deref().is_none_or(|auth_id| (1..=KEPT_MAX).contains(&auth_id.chars().count()));
    checks.require(good, "auth-id", FieldRule::WrongForm, "1 to 1000 characters");
    checks.page_limit(limit, 500);
    let good = after.as_deref().is_none_or(is_reject_key);
    checks.page_after(good);
    checks.done()?;
    let limit = usize::try_from(limit).unwrap_or(500);
    let looked_at = if auth_id.is_none() && reason.is_none() { limit } else { LOOKED_AT_MAX };
    let first = after.map_or_else(|| REJECTED.to_owned(), |after| successor(&reject_key(&after)));
    let (page, mut more) = turn.span::<Rejected>(&first, &end_of_prefix(REJECTED), looked_at)?;
    let mains = mains_of_subs(turn, page.iter().map(|(_, rejected)| &rejected.event), auth_id.as_deref())?;
    let wanted = |rejected: &Rejected| {
        let of = &rejected.event.auth_id;
        reason.is_none_or(|reason| reason == rejected.reason)
            && auth_id.as_ref().is_none_or(|wanted| wanted == of || mains.get(of).is_some_and(|main| main == wanted))
    };
    let (mut rejected, mut reached) = (Vec::new(), None);
    for (key, entry) in page {
        if rejected.len() == limit {
            more = true;
            break;
        }
        let key = key.trim_start_matches(REJECTED).to_owned();
        reached = Some(key.clone());
        if wanted(&entry) {
            rejected.push(RejectedEvent { key, event: entry.event, reason: entry.reason, received: entry.received });
        }
    }
    Ok(RejectPage { rejected, next: reached.filter(|_| more) })
}

/// Main accounts of the sub-accounts that these events name, if a main account is looked for.
fn mains_of_subs<'a>(
    turn: &Turn<'_>,
    events: impl Iterator<Item = &'a Event>,
    wanted: Option<&str>,
) -> Result<BTreeMap<String, String>, Fault> {
    let mut mains = BTreeMap::new();
    if !wanted.and_then(AuthId::parse).is_some_and(|wanted| wanted.is_main()) {
        return Ok(mains);
    }
    let subs: BTreeSet<AuthId> =
        events.filter_map(|event| AuthId::parse(&event.auth_id)).filter(|sub| !sub.is_main()).collect();
    turn.prefetch(subs.iter().map(|sub| coinbox_profiles::subaccount::key(*sub)));
    for sub in subs {
        if let Some(parent) = coinbox_profiles::subaccount::parent(turn, sub)? {
            mains.insert(sub.to_string(), parent.to_string());
        }
    }
    Ok(mains)
}

fn is_reject_key(key: &str) -> bool {
    key.len() == 13 + 1 + 32 && is_name(key, 64)
}

fn reject_key(name: &str) -> String {
    format!("{REJECTED}{name}")
}

fn need_rejects<'a>(turn: &Turn<'_>, keys: impl Iterator<Item = &'a String>) -> Result<(), Error> {
    for key in keys {
        if !is_reject_key(key) || turn.text(&reject_key(key)).is_none() {
            return Err(Error::NoSuchReject(key.chars().take(64).collect()));
        }
    }
    Ok(())
}

fn check_count(count: usize, field: &str) -> Result<(), Fault> {
    let mut checks = Checks::new();
    checks.require(count > 0, field, FieldRule::Missing, "1");
    checks.require(count <= EVENTS_MAX, field, FieldRule::TooMany, EVENTS_MAX);
    checks.done()
}

/// Rates mended events; those that are counted now leave the list.
pub fn resubmit(turn: &mut Turn<'_>, caller: &Caller, events: Vec<Resubmission>) -> Result<BatchAnswer, Error> {
    let command = access::command(turn, caller, functions::USAGE_RESUBMIT)?;
    command.once(turn, &events, |turn, _, ()| {
        check_count(events.len(), "events")?;
        let mut named = BTreeSet::new();
        let mut checks = Checks::new();
        for (index, mended) in events.iter().enumerate() {
            let field = format!("events[{index}].key");
            checks.require(named.insert(&mended.key), &field, FieldRule::NotAllowedTogether, "each key once");
        }
        checks.done()?;
        turn.prefetch(events.iter().map(|mended| reject_key(&mended.key)));
        need_rejects(turn, events.iter().map(|mended| &mended.key))?;
        for mended in &events {
            turn.remove(&reject_key(&mended.key));
        }
        let batch: Vec<EventView<'_>> = events.iter().map(|mended| mended.event.view()).collect();
        // What is rejected again is put on the list anew, with its new reason.
        Ok(posting::post(turn, &batch, &[])?)
    })
}

/// Takes events off the list for good.
pub fn discard(turn: &mut Turn<'_>, caller: &Caller, keys: Vec<String>) -> Result<(), Error> {
    let command = access::command(turn, caller, functions::USAGE_DISCARD)?;
    command.once(turn, &keys, |turn, _, ()| {
        check_count(keys.len(), "keys")?;
        turn.prefetch(keys.iter().map(|key| reject_key(key)));
        need_rejects(turn, keys.iter())?;
        for key in &keys {
            turn.remove(&reject_key(key));
        }
        Ok(())
    })
}
