//! Usage events: deduplicated, rated, debited and posted in one call (USE-1, USE-6), and admission of chargeable requests (R12).
//!
//! A batch costs the host four reads at most and one set of changes: dedupe keys with wallets and sub-accounts first, then
//! the wallets of parents, then price chunks that are not cached. The rated events of a call are one ledger transaction (two
//! or three for a large batch); the dedupe key begins with the event's time, so that new keys land side by side.

use crate::accounts::{self, Standing};
use crate::call::{Call, Record, end_of_prefix, successor};
use crate::credentials;
use crate::events::{EventDraft, emit};
use crate::ids::{AuthId, time_key};
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Line, Posting, Poster};
use crate::money::Money;
use crate::policy::Policy;
use crate::pricing::rating::Book;
use crate::product::{Event, Product, Quote, Rejection};
use crate::text::is_name;
use crate::vocabulary::{
    Caller, Checks, Fact, Fault, FieldProblem, FieldRule, Instant, Micros, Refusal, int_text, interface_error,
};
use crate::wallet::{self, Split, Wallet};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::collections::BTreeMap;
use std::hash::Hasher;

interface_error! {
    /// Errors of `usage`.
    Error {
        /// More than 1000 events; how many.
        TooManyEvents(u32),
        /// Nothing on the list of rejected events has this key.
        NoSuchReject(String),
    }
}

/// Most events of one call.
pub const EVENTS_MAX: usize = 1000;
/// Events of one ledger transaction: its record stays under the size limit of a stored value.
const EVENTS_PER_TRANSACTION: usize = 500;
const QUANTITY_MAX: u32 = 1_000_000;

/// What became of an event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Debited, this amount.
    Rated(#[serde(with = "int_text")] Micros),
    /// Counted before, and the same.
    Duplicate,
    /// Counted before with other content.
    Conflicting,
    /// Kept on the list of rejected events.
    Rejected(Rejection),
}

/// Answers in the batch's order, and where the rated events are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BatchAnswer {
    /// One an event.
    pub answers: Vec<Answer>,
    /// Ledger transactions.
    pub transactions: Vec<String>,
}

/// That an event was counted, at `d/<moment>/<hash of account and ID>`: digest of its content, and its transaction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Counted<'a> {
    v: u32,
    d: std::borrow::Cow<'a, str>,
    t: std::borrow::Cow<'a, str>,
}

/// A rejected event, at `x/<moment>/<hash>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Rejected {
    v: u32,
    event: Event,
    reason: Rejection,
    received: Instant,
}

impl Record for Rejected {
    const KIND: &'static str = "rejected event";
}

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

fn hash(parts: &[&[u8]]) -> u64 {
    // Fixed keys: the hash is part of stored keys and must be the same on every host.
    let mut hasher = SipHasher13::new_with_keys(0x636f_696e_626f_7831, 0x6576_656e_742d_6964);
    for part in parts {
        hasher.write_u64(part.len() as u64);
        hasher.write(part);
    }
    hasher.finish()
}

/// Where an event is remembered: by its moment, then by account and ID (R47).
fn identity(event: &Event) -> u64 {
    hash(&[event.auth_id.as_bytes(), event.id.as_bytes(), &event.at.to_le_bytes()])
}

fn content(event: &Event) -> u64 {
    hash(&[
        &[event.product.letter() as u8, event.heading.letter() as u8],
        event.number.as_bytes(),
        &event.quantity.to_le_bytes(),
    ])
}

fn counted_key(event: &Event) -> String {
    format!("d/{}/{:016x}", time_key(event.at), identity(event))
}

fn rejected_key(event: &Event) -> String {
    format!("x/{}/{:016x}{:016x}", time_key(event.at), identity(event), content(event))
}

fn is_well_formed(event: &Event) -> bool {
    is_name(&event.id, 64)
        && (3..=15).contains(&event.number.len())
        && event.number.bytes().all(|byte| byte.is_ascii_digit())
        && event.quantity <= QUANTITY_MAX
}

/// One main account of the batch.
struct Spender {
    before: Wallet,
    wallet: Wallet,
}

/// Rates and debits, in the order given.
pub fn record_events(call: &mut Call<'_>, caller: &Caller, events: Vec<Event>) -> Result<BatchAnswer, Error> {
    credentials::permit(call, caller, "usage.record-events", None)?;
    if events.len() > EVENTS_MAX {
        return Err(Error::TooManyEvents(u32::try_from(events.len()).unwrap_or(u32::MAX)));
    }
    crate::idempotency::once(call, caller, "operator", "usage.record-events", &events, |call| Ok(post(call, &events)?))
}

fn post(call: &mut Call<'_>, events: &[Event]) -> Result<BatchAnswer, Fault> {
    let sources: Vec<Option<AuthId>> = events.iter().map(|event| AuthId::parse(&event.auth_id)).collect();
    let counted_keys: Vec<String> = events.iter().map(counted_key).collect();
    call.prefetch(
        sources
            .iter()
            .flatten()
            .map(|source| if source.is_main() { wallet::key(*source) } else { crate::subaccounts::key(*source) })
            .chain(counted_keys.iter().cloned())
            .chain(Policy::keys()),
    );
    let mains = mains_of(call, &sources)?;
    call.prefetch(mains.values().flatten().map(|main| wallet::key(*main)));
    let mut spenders: BTreeMap<AuthId, Spender> = BTreeMap::new();
    for main in mains.values().flatten() {
        if !spenders.contains_key(main)
            && let Some(wallet) = wallet::load(call, *main)?
        {
            spenders.insert(*main, Spender { before: wallet.clone(), wallet });
        }
    }
    let policy = Policy::load(call)?;
    let mut book = Book::open(call)?;
    book.prefetch(
        call,
        events.iter().zip(&sources).filter(|(event, _)| is_well_formed(event)).map(|(event, source)| {
            let main = source.and_then(|source| mains.get(&source).copied().flatten());
            let overrides = main.filter(|main| spenders.get(main).is_some_and(|one| one.wallet.has_overrides()));
            (event, overrides)
        }),
    )?;

    let mut poster = Poster::new(call);
    let mut answers = Vec::with_capacity(events.len());
    let mut transactions = Vec::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut block = Block::default();
    let mut rejected = 0_u32;
    for ((event, source), counted_key) in events.iter().zip(&sources).zip(&counted_keys) {
        let main = source.and_then(|source| mains.get(&source).copied().flatten());
        let verdict = verdict(call, event, main.and_then(|main| spenders.get(&main)), &policy);
        let outcome = match verdict {
            Err(rejection) => Err(rejection),
            Ok(()) => match known(call, &seen, counted_key)? {
                Some(digest) if digest == content(event) => {
                    answers.push(Answer::Duplicate);
                    continue;
                }
                Some(_) => Err(Rejection::Conflict),
                None => {
                    let main = main.expect("only events of known accounts pass");
                    let spender = spenders.get_mut(&main).expect("only events of known accounts pass");
                    let overrides = spender.wallet.has_overrides().then_some(main);
                    match book.rate(call, event, overrides)? {
                        Err(rejection) => Err(rejection),
                        Ok(rated) => {
                            let split = block.splits.entry(main).or_default();
                            wallet::debit(call, main, &mut spender.wallet, rated.amount, split)?;
                            Ok(rated)
                        }
                    }
                }
            },
        };
        match outcome {
            Ok(rated) => {
                answers.push(Answer::Rated(rated.amount.micros()));
                seen.insert(counted_key, content(event));
                block.push(event, source.expect("only events of known accounts pass"), counted_key, rated)?;
                if block.lines.len() == EVENTS_PER_TRANSACTION {
                    transactions.push(std::mem::take(&mut block).post(call, &mut poster)?);
                }
            }
            Err(rejection) => {
                rejected += 1;
                keep_rejected(call, event, rejection)?;
                answers.push(match rejection {
                    Rejection::Conflict => Answer::Conflicting,
                    other => Answer::Rejected(other),
                });
            }
        }
    }
    if !block.lines.is_empty() {
        transactions.push(block.post(call, &mut poster)?);
    }
    let mut to_judge = Vec::new();
    for (main, spender) in spenders {
        if spender.wallet != spender.before {
            wallet::save(call, main, &spender.wallet);
            if spender.wallet.available()? < spender.wallet.trip {
                to_judge.push(main);
            }
        }
    }
    for main in to_judge {
        judge(call, main, Occasion::Debit)?;
    }
    if rejected > 0 {
        emit(
            call,
            EventDraft {
                account: None,
                kind: "usage-rejected",
                rule: "USE-6",
                facts: vec![Fact::new("rejected", rejected), Fact::new("events", events.len())],
                transactions: Vec::new(),
            },
        );
    }
    Ok(BatchAnswer { answers, transactions })
}

/// The main account behind each source: itself, a sub-account's parent, or none.
fn mains_of(
    call: &Call<'_>,
    sources: &[Option<AuthId>],
) -> Result<BTreeMap<AuthId, Option<AuthId>>, Fault> {
    let mut mains = BTreeMap::new();
    for source in sources.iter().flatten() {
        if !mains.contains_key(source) {
            let main = if source.is_main() { Some(*source) } else { crate::subaccounts::parent(call, *source)? };
            mains.insert(*source, main);
        }
    }
    Ok(mains)
}

/// What can be said of an event before it is looked up.
fn verdict(call: &Call<'_>, event: &Event, spender: Option<&Spender>, policy: &Policy) -> Result<(), Rejection> {
    if !is_well_formed(event) || AuthId::parse(&event.auth_id).is_none() {
        return Err(Rejection::Malformed);
    }
    let spender = spender.ok_or(Rejection::UnknownAccount)?;
    if spender.wallet.is_closed() {
        return Err(Rejection::AccountClosed);
    }
    if event.at < call.now().saturating_sub(policy.usage_window_ms) {
        return Err(Rejection::TooOld);
    }
    if event.at > call.now().saturating_add(policy.usage_ahead_ms) {
        return Err(Rejection::InFuture);
    }
    Ok(())
}

/// The content digest under which an event has been counted, in this batch or before.
fn known(call: &Call<'_>, seen: &BTreeMap<&str, u64>, key: &str) -> Result<Option<u64>, Fault> {
    if let Some(digest) = seen.get(key) {
        return Ok(Some(*digest));
    }
    let Some(text) = call.text(key) else { return Ok(None) };
    let digest = serde_json::from_str::<Counted<'_>>(&text)
        .ok()
        .and_then(|counted| u64::from_str_radix(&counted.d, 16).ok())
        .ok_or_else(|| {
            Fault::problem(
                "stored-record-unreadable",
                vec![Fact::new("kind", "counted event"), Fact::new("key", key)],
            )
        })?;
    Ok(Some(digest))
}

/// Rated events on their way into one ledger transaction.
#[derive(Default)]
struct Block<'a> {
    lines: Vec<Line>,
    counted: Vec<(&'a str, u64)>,
    splits: BTreeMap<AuthId, Split>,
    income: BTreeMap<Product, Money>,
}

impl<'a> Block<'a> {
    fn push(
        &mut self,
        event: &Event,
        source: AuthId,
        counted_key: &'a str,
        rated: crate::pricing::rating::Rated,
    ) -> Result<(), Fault> {
        let income = self.income.entry(event.product).or_default();
        *income = income.plus(rated.amount)?;
        self.counted.push((counted_key, content(event)));
        self.lines.push(Line {
            a: source,
            i: event.id.clone(),
            p: [event.product.letter(), event.heading.letter()].iter().collect(),
            n: event.number.clone(),
            q: event.quantity,
            t: event.at,
            x: rated.prefix.to_string(),
            r: rated.rate.to_string(),
            m: rated.amount,
        });
        Ok(())
    }

    fn post(self, call: &mut Call<'_>, poster: &mut Poster) -> Result<String, Fault> {
        let id = poster.next_id();
        let mut total = Money::ZERO;
        for amount in self.income.values() {
            total = total.plus(*amount)?;
        }
        emit(
            call,
            EventDraft {
                account: None,
                kind: "usage-posted",
                rule: "USE-1",
                facts: vec![
                    Fact::new("events", self.lines.len()),
                    Fact::new("accounts", self.splits.len()),
                    Fact::new("amount", total),
                ],
                transactions: vec![id.clone()],
            },
        );
        for (key, digest) in self.counted {
            call.put_text(key, format!(r#"{{"v":1,"d":"{digest:016x}","t":"{id}"}}"#));
        }
        let mut postings: Vec<Posting> =
            self.splits.iter().flat_map(|(account, split)| split.postings(*account)).collect();
        for (product, amount) in self.income {
            postings.push(Posting(LedgerAccount::of_product(product), None, amount.negated()?));
        }
        let count = self.lines.len();
        ledger::post(call, &id, "usage", &format!("{count} events"), postings, self.lines)?;
        Ok(id)
    }
}

fn keep_rejected(call: &mut Call<'_>, event: &Event, reason: Rejection) -> Result<(), Fault> {
    let key = rejected_key(event);
    let received = call.get::<Rejected>(&key)?.map_or(call.now(), |rejected| rejected.received);
    let mut kept = event.clone();
    // A malformed field may be of any length; the list keeps enough of it to recognise.
    kept.id = kept.id.chars().take(64).collect();
    kept.auth_id = kept.auth_id.chars().take(40).collect();
    kept.number = kept.number.chars().take(40).collect();
    call.put(&key, &Rejected { v: 1, event: kept, reason, received });
    Ok(())
}

/// Removes rejected events received before a moment, a page a call. Answers whether none is left to look at.
pub(crate) fn expire_rejected(call: &mut Call<'_>, oldest: Instant) -> Result<bool, Fault> {
    let (page, _) = call.list::<Rejected>("x/", EVENTS_MAX)?;
    let expired: Vec<String> =
        page.iter().filter(|(_, rejected)| rejected.received < oldest).map(|(key, _)| key.clone()).collect();
    for key in &expired {
        call.remove(key);
    }
    Ok(expired.len() < EVENTS_MAX)
}

/// What an event would cost at its own time, for the account's own token or an operator.
pub fn quote_event(call: &Call<'_>, caller: &Caller, event: Event) -> Result<Quote, Error> {
    let source = source_of(&event)?;
    credentials::permit(call, caller, "usage.quote-event", Some(source))?;
    let main = credentials::main_of(call, source)?.ok_or_else(|| Fault::not_found("account"))?;
    Ok(quote(call, &event, main)?)
}

fn source_of(event: &Event) -> Result<AuthId, Fault> {
    AuthId::parse(&event.auth_id).ok_or_else(|| Fault::invalid("event.auth-id", FieldRule::WrongForm, Some("MA or SA and 18 letters or digits")))
}

fn quote(call: &Call<'_>, event: &Event, main: AuthId) -> Result<Quote, Fault> {
    let mut checks = Checks::new();
    checks.require(is_name(&event.id, 64), "event.id", FieldRule::WrongForm, "1 to 64 printable ASCII characters");
    let number = &event.number;
    let digits = (3..=15).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    checks.require(digits, "event.number", FieldRule::WrongForm, "3 to 15 digits");
    checks.require(event.quantity <= QUANTITY_MAX, "event.quantity", FieldRule::TooLarge, QUANTITY_MAX);
    checks.done()?;
    let overrides = wallet::need(call, main)?.has_overrides().then_some(main);
    let mut book = Book::open(call)?;
    book.prefetch(call, std::iter::once((event, overrides)))?;
    let rated = book.rate(call, event, overrides)?.map_err(|_| {
        Fault::Refused(Refusal::Invalid(vec![FieldProblem {
            field: "event.number".to_owned(),
            rule: FieldRule::UnknownValue,
            limit: Some("a number with a price".to_owned()),
        }]))
    })?;
    Ok(Quote { rate: rated.rate.to_string(), prefix: rated.prefix.to_string(), amount: rated.amount.micros() })
}

/// May a chargeable request of this size begin now? (R12)
pub fn admit(call: &Call<'_>, caller: &Caller, event: Event) -> Result<Quote, Error> {
    let source = source_of(&event)?;
    credentials::permit(call, caller, "usage.admit", Some(source))?;
    let main = credentials::main_of(call, source)?.ok_or_else(|| Fault::not_found("account"))?;
    match accounts::profile(call, main)?.standing {
        Standing::Active => {}
        Standing::Suspended(reason) => return Err(Refusal::Suspended(reason).into()),
        Standing::Closed => return Err(Refusal::Closed.into()),
    }
    if !source.is_main() && !crate::subaccounts::is_enabled(call, source)? {
        return Err(Refusal::Disabled.into());
    }
    let quote = quote(call, &event, main)?;
    let available = wallet::need(call, main)?.available()?;
    let price = Money::from_micros(quote.amount);
    if available <= Money::ZERO || available < price {
        // At price zero too, available must be above zero: then the smallest amount is what is missing.
        let missing = price.max(Money::from_micros(1)).minus(available)?;
        return Err(Refusal::OutOfCredit(missing.micros()).into());
    }
    Ok(quote)
}

/// Rejected events by their own time.
pub fn list_rejected(
    call: &Call<'_>,
    caller: &Caller,
    after: Option<String>,
    limit: u32,
) -> Result<RejectPage, Error> {
    credentials::permit(call, caller, "usage.list-rejected", None)?;
    let mut checks = Checks::new();
    checks.require((1..=500).contains(&limit), "limit", FieldRule::WrongForm, "1 to 500");
    let good = after.as_deref().is_none_or(is_reject_key);
    checks.require(good, "after", FieldRule::WrongForm, "the `next` of a page");
    checks.done()?;
    let first = after.map_or_else(|| "x/".to_owned(), |after| successor(&format!("x/{after}")));
    let (page, more) =
        call.span::<Rejected>(&first, &end_of_prefix("x/"), usize::try_from(limit).unwrap_or(500))?;
    let rejected: Vec<RejectedEvent> = page
        .into_iter()
        .map(|(key, rejected)| RejectedEvent {
            key: key.trim_start_matches("x/").to_owned(),
            event: rejected.event,
            reason: rejected.reason,
            received: rejected.received,
        })
        .collect();
    let next = if more { rejected.last().map(|last| last.key.clone()) } else { None };
    Ok(RejectPage { rejected, next })
}

fn is_reject_key(key: &str) -> bool {
    key.len() == 13 + 1 + 32 && is_name(key, 64)
}

fn need_rejects<'a>(call: &Call<'_>, keys: impl Iterator<Item = &'a String>) -> Result<(), Error> {
    for key in keys {
        if !is_reject_key(key) || call.text(&format!("x/{key}")).is_none() {
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
pub fn resubmit(call: &mut Call<'_>, caller: &Caller, events: Vec<Resubmission>) -> Result<BatchAnswer, Error> {
    credentials::permit(call, caller, "usage.resubmit", None)?;
    crate::idempotency::once(call, caller, "operator", "usage.resubmit", &events, |call| {
        check_count(events.len(), "events")?;
        call.prefetch(events.iter().map(|mended| format!("x/{}", mended.key)));
        need_rejects(call, events.iter().map(|mended| &mended.key))?;
        for mended in &events {
            call.remove(&format!("x/{}", mended.key));
        }
        let batch: Vec<Event> = events.iter().map(|mended| mended.event.clone()).collect();
        // What is rejected again is put on the list anew, with its new reason.
        Ok(post(call, &batch)?)
    })
}

/// Takes events off the list for good.
pub fn discard(call: &mut Call<'_>, caller: &Caller, keys: Vec<String>) -> Result<(), Error> {
    credentials::permit(call, caller, "usage.discard", None)?;
    crate::idempotency::once(call, caller, "operator", "usage.discard", &keys, |call| {
        check_count(keys.len(), "keys")?;
        call.prefetch(keys.iter().map(|key| format!("x/{key}")));
        need_rejects(call, keys.iter())?;
        for key in &keys {
            call.remove(&format!("x/{key}"));
        }
        Ok(())
    })
}
