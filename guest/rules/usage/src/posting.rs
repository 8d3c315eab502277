//! Posting a batch: many events, few reads, one set of changes.
//!
//! This is the hottest path of the rules. Events of one call are looked up by number, not by name: each source and each main
//! account once, dedupe keys as moment and hash. What is written once and not read again goes straight to the changes.

use crate::events::{
    Answer, BatchAnswer, COUNTED, EVENTS_PER_TRANSACTION, Held, LINES_BYTES_MAX, content, identity, is_well_formed,
    keep_rejected,
};
use crate::month_use::{self, Counts};
use crate::volume;
use coinbox_credit::movements::expiry;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::order;
use coinbox_ground::product::{EventView, Product, Rejection, SurchargeCode};
use coinbox_ground::text::{push_hex, push_padded};
use coinbox_ground::texts::Texts;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault, Instant, MOMENT_MAX};
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_ledger::wallet::{self, Split, Wallet};
use coinbox_ledger::{self as ledger, LAST_KEY, LedgerAccount, Line, Posting};
use coinbox_pricing::Basis;
use coinbox_pricing::floor::{FLOOR_KEY, floor};
use coinbox_pricing::rating::{Asked, Book, Payer, Rated, Ridden};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::subaccount;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// That an event was counted, at `d/<moment>/<hash of account and ID>`: digest of its content, and its transaction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Counted<'a> {
    v: u32,
    d: Cow<'a, str>,
    t: Cow<'a, str>,
}

/// Under what an event is remembered. Sorts as its key does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Remembered {
    moment: u64,
    hash: u64,
}

impl Remembered {
    fn of(event: &EventView<'_>) -> Remembered {
        // The same bounds as `time_key`.
        Remembered { moment: event.at.clamp(0, MOMENT_MAX).unsigned_abs(), hash: identity(event) }
    }

    fn push_key(self, text: &mut String) {
        text.push_str(COUNTED);
        self.push_rest(text);
    }

    /// What follows [`COUNTED`].
    fn push_rest(self, text: &mut String) {
        push_padded(text, self.moment, 13);
        text.push('/');
        push_hex(text, self.hash);
    }

    #[cold]
    fn key(self) -> String {
        let mut key = String::with_capacity(KEY_BYTES);
        self.push_key(&mut key);
        key
    }
}

/// Bytes of a key of `Remembered`.
const KEY_BYTES: usize = 32;

/// One main account of the batch.
struct Spender {
    account: AuthId,
    wallet: Wallet,
    before: (Money, Money, Money),
    /// Whether available was below the trip.
    tripped: bool,
}

impl Spender {
    fn new(account: AuthId, wallet: Wallet) -> Result<Spender, Fault> {
        let tripped = wallet.available()? < wallet.trip;
        Ok(Spender { account, before: moved_by_debits(&wallet), tripped, wallet })
    }

    fn give_back(&mut self, held: Option<&Held>) -> Result<(), Fault> {
        match held {
            Some(held) => crate::reservations::give_back(&mut self.wallet, held.amount),
            None => Ok(()),
        }
    }

    fn payer(&self) -> Payer {
        Payer::of(self.account, &self.wallet)
    }
}

/// What no debit above zero, and no reservation that is given back, leaves as it was.
fn moved_by_debits(wallet: &Wallet) -> (Money, Money, Money) {
    (wallet.balance, wallet.current().map_or(Money::ZERO, |(_, rest)| rest), wallet.reserved)
}

/// Everything that the batch is judged by, read at once.
struct Batch {
    sources: Sources,
    /// By event: place in `spenders`; none: no such account.
    spender_of: Vec<Option<usize>>,
    /// By account.
    spenders: Vec<Spender>,
    remembered: Vec<Remembered>,
    /// What is stored of each event, empty where that is nothing; then of what else was read.
    stored: Texts,
}

impl Batch {
    fn read(turn: &Turn<'_>, events: &[EventView<'_>]) -> Result<Batch, Fault> {
        let sources = Sources::of(events);
        let remembered: Vec<Remembered> = events.iter().map(Remembered::of).collect();
        let (mains, subs): (Vec<Numbered>, Vec<Numbered>) =
            sources.in_order().into_iter().partition(|(source, _)| source.is_main());
        let asked = events.len() + mains.len() + subs.len() + 8;
        let mut keys = Texts::with_room(asked, KEY_BYTES * asked);
        remembered.iter().for_each(|remembered| keys.write(|text| remembered.push_key(text)));
        for (main, _) in &mains {
            keys.write(|text| {
                text.push_str(wallet::PREFIX);
                text.push_str(main.as_str());
            });
        }
        // In order, so that nobody has to sort them.
        let others = std::iter::once(LAST_KEY.to_owned())
            .chain(coinbox_pricing::rating::first_keys())
            .chain(subs.iter().map(|(sub, _)| subaccount::key(*sub)))
            .chain([FLOOR_KEY.to_owned()]);
        let stored = turn.fetch(&mut keys, others);
        let mut spenders = Vec::with_capacity(mains.len());
        for ((account, _), text) in mains.iter().zip(stored.iter().skip(events.len())) {
            if !text.is_empty() {
                spenders.push(Spender::new(*account, wallet::parse(*account, text)?)?);
            }
        }
        let parents = subs.iter().map(|(sub, _)| subaccount::parent(turn, *sub)).collect::<Result<Vec<_>, Fault>>()?;
        let mut others: Vec<AuthId> = parents.iter().flatten().copied().collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|parent| find(&spenders, *parent).is_none());
        turn.prefetch(others.iter().map(|parent| wallet::key(*parent)));
        for parent in others {
            if let Some(wallet) = wallet::load(turn, parent)? {
                spenders.push(Spender::new(parent, wallet)?);
            }
        }
        // Only parents of sub-accounts come out of order.
        if !spenders.is_sorted_by_key(|spender| spender.account) {
            spenders.sort_unstable_by_key(|spender| spender.account);
        }

        // By number of the source.
        let mut places = vec![None; sources.accounts.len()];
        // Both are in order.
        let mut behind = spenders.iter().enumerate().peekable();
        for (main, number) in mains {
            while behind.next_if(|(_, spender)| spender.account < main).is_some() {}
            places[number] = behind.next_if(|(_, spender)| spender.account == main).map(|(place, _)| place);
        }
        for ((_, number), parent) in subs.into_iter().zip(parents) {
            places[number] = parent.and_then(|parent| find(&spenders, parent));
        }
        let spender_of = sources.by_event.iter().map(|number| places[(*number)?]).collect();
        Ok(Batch { sources, spender_of, spenders, remembered, stored })
    }
}

/// An account with its number in a batch.
type Numbered = (AuthId, usize);

/// The accounts and sub-accounts that events name, each with a number.
struct Sources {
    /// By event; none: it names no auth ID.
    by_event: Vec<Option<usize>>,
    /// By number.
    accounts: Vec<AuthId>,
}

impl Sources {
    fn of(events: &[EventView<'_>]) -> Sources {
        // Found by a hash, because comparing in order would take ten comparisons an event. Nobody walks over the slots, so no result depends on them.
        let slots_count = (2 * events.len()).next_power_of_two();
        let mut slots = vec![None; slots_count];
        let mut accounts: Vec<AuthId> = Vec::new();
        let mut number = |source: AuthId| {
            let mut slot = source.spread() as usize & (slots_count - 1);
            loop {
                match slots[slot] {
                    Some(number) if accounts[number] == source => return number,
                    Some(_) => slot = (slot + 1) & (slots_count - 1),
                    None => {
                        accounts.push(source);
                        slots[slot] = Some(accounts.len() - 1);
                        return accounts.len() - 1;
                    }
                }
            }
        };
        let by_event = events.iter().map(|event| AuthId::parse(event.auth_id).map(&mut number)).collect();
        Sources { by_event, accounts }
    }

    fn in_order(&self) -> Vec<Numbered> {
        let mut all: Vec<Numbered> = self.accounts.iter().copied().zip(0..).collect();
        order::sort(&mut all);
        all
    }

    /// Of an event; none: it names no auth ID.
    fn get(&self, event: usize) -> Option<AuthId> {
        self.by_event[event].map(|number| self.accounts[number])
    }
}

fn find(spenders: &[Spender], account: AuthId) -> Option<usize> {
    spenders.binary_search_by_key(&account, |spender| spender.account).ok()
}

/// Rates and debits, in the order given. `held`, by event: what its reservation gives to it; empty: none has one.
pub(super) fn post(turn: &mut Turn<'_>, events: &[EventView<'_>], held: &[Held]) -> Result<BatchAnswer, Fault> {
    let mut batch = Batch::read(turn, events)?;
    for spender in &mut batch.spenders {
        if spender.wallet.may_hold_late(turn.now()) {
            expiry::expire_due(turn, spender.account)?;
            let wallet = wallet::need(turn, spender.account)?;
            *spender = Spender::new(spender.account, wallet)?;
        }
    }
    let policy = Policy::load(turn)?;
    let window = (
        turn.now().saturating_sub(policy.usage_window_ms).max(floor(turn)?),
        turn.now().saturating_add(policy.usage_ahead_ms),
    );
    let (mut book, asked) = open_book(turn, &batch, events, held)?;
    let mut counts = Counts::default();
    let mut answers = Vec::with_capacity(events.len());
    let mut posted = Posted::new(events.len());
    let mut seen = Seen::of(&batch.remembered);
    let mut blocks = Blocks::new(batch.spenders.len());
    let mut rejected = 0_u32;
    let mut latest = turn.now();
    for (place, (event, stored)) in events.iter().zip(batch.stored.iter()).enumerate() {
        let (source, remembered) = (batch.sources.get(place), batch.remembered[place]);
        let spender = batch.spender_of[place];
        let asked = asked[place].as_ref();
        let is_formed = || asked.is_some() || is_well_formed(event, book.terms(event.product, event.heading).as_ref());
        let outcome = match verdict((event, is_formed), source, spender.map(|place| &batch.spenders[place]), window) {
            Err(rejection) => Err(rejection),
            Ok(source) => match known(&seen, remembered, stored)? {
                Some(digest) if digest == content(event) => {
                    let number = spender.expect("only events of known accounts pass");
                    batch.spenders[number].give_back(held.get(place))?;
                    answers.push(Answer::Duplicate);
                    continue;
                }
                Some(_) => Err(Rejection::Conflict),
                None => {
                    let number = spender.expect("only events of known accounts pass");
                    let spender = &mut batch.spenders[number];
                    match rate(turn, (&mut book, &mut counts), (event, asked), held.get(place), spender)? {
                        Err(rejection) => Err(rejection),
                        Ok(rated) => {
                            let block = blocks.of(spender.wallet.currency());
                            let split = block.splits[number].get_or_insert_default();
                            counts.debit(turn, (spender.account, &mut spender.wallet), &rated, split)?;
                            spender.give_back(held.get(place))?;
                            Ok((source, spender.wallet.currency(), rated))
                        }
                    }
                }
            },
        };
        match outcome {
            Ok((source, currency, rated)) => {
                latest = latest.max(event.at);
                answers.push(Answer::Rated(rated.total.micros()));
                let digest = content(event);
                seen.insert(remembered, digest);
                let block = blocks.of(currency);
                block.push(event, source, &rated)?;
                block.counted.push((place, digest));
                if block.counted.len() == EVENTS_PER_TRANSACTION || block.lines.len() >= LINES_BYTES_MAX {
                    let full = std::mem::replace(block, Block::new(batch.spenders.len(), currency));
                    full.post(turn, &batch.spenders, &mut posted)?;
                }
            }
            Err(rejection) => {
                rejected += 1;
                keep_rejected(turn, event, rejection)?;
                answers.push(match rejection {
                    Rejection::Conflict => Answer::Conflicting,
                    other => Answer::Rejected(other),
                });
            }
        }
    }
    for block in blocks.ended() {
        block.post(turn, &batch.spenders, &mut posted)?;
    }
    posted.remember(turn, &seen.sorted);
    let credited = settle_volume(turn, counts, &mut batch.spenders)?;
    if latest > turn.now() {
        coinbox_pricing::note_ahead(turn, latest)?;
    }
    save_moved(turn, &batch.spenders, &credited)?;
    if rejected > 0 {
        feed::operator_event("usage-rejected", "USE-6")
            .fact("rejected", rejected)
            .fact("events", events.len())
            .tell(turn);
    }
    Ok(BatchAnswer { answers, transactions: posted.transactions })
}

/// What was posted of a batch.
struct Posted {
    transactions: Vec<String>,
    /// By event: the digest of its content, and the place of its transaction; none: it was not counted.
    counted: Vec<Option<(u64, usize)>>,
}

impl Posted {
    fn new(events: usize) -> Posted {
        Posted { transactions: Vec::new(), counted: vec![None; events] }
    }

    /// Writes which events were counted, in the order of their keys.
    fn remember(&self, turn: &mut Turn<'_>, sorted: &[(Remembered, usize)]) {
        let longest = self.transactions.iter().map(String::len).max().unwrap_or(0);
        turn.expect_appended(sorted.len(), sorted.len() * (KEY_BYTES + 40 + longest));
        for (remembered, place) in sorted {
            let Some((digest, transaction)) = self.counted[*place] else { continue };
            let rest = |key: &mut String| remembered.push_rest(key);
            turn.append_keyed(COUNTED, rest, |text| {
                text.push_str(r#"{"v":1,"d":""#);
                push_hex(text, digest);
                text.push_str(r#"","t":""#);
                text.push_str(&self.transactions[transaction]);
                text.push_str(r#""}"#);
            });
        }
    }
}

/// Settles what volume tiers have made cheaper or dearer (USE-9), behind the events, and writes the counts. Answers who was given something back.
fn settle_volume(turn: &mut Turn<'_>, mut counts: Counts, spenders: &mut [Spender]) -> Result<BTreeSet<AuthId>, Fault> {
    let mut credited = BTreeSet::new();
    for ((account, month), due) in counts.due()? {
        let number = find(spenders, account).expect("its events were posted");
        if volume::settle(turn, (account, month), &mut spenders[number].wallet, &mut counts, &due)? {
            credited.insert(account);
        }
    }
    counts.save(turn);
    Ok(credited)
}

/// Saves the wallets that the batch has moved, and judges those that have fallen below what they are watched for, or were given something back.
fn save_moved(turn: &mut Turn<'_>, spenders: &[Spender], credited: &BTreeSet<AuthId>) -> Result<(), Fault> {
    let mut to_judge = Vec::new();
    for spender in spenders {
        if credited.contains(&spender.account) {
            wallet::save(turn, spender.account, &spender.wallet);
            to_judge.push((spender.account, Occasion::Credit));
            continue;
        }
        if moved_by_debits(&spender.wallet) != spender.before {
            let freed = spender.wallet.reserved != spender.before.2;
            if spender.wallet.available()? < spender.wallet.trip || (freed && spender.tripped) {
                wallet::save(turn, spender.account, &spender.wallet);
                to_judge.push((spender.account, Occasion::Debit));
            } else {
                wallet::save_last(turn, spender.account, &spender.wallet);
            }
        }
    }
    to_judge.into_iter().try_for_each(|(main, occasion)| judge(turn, main, occasion))
}

/// The price book with all that these events need, and what their prices depend on: of those that are well-formed, of a known product and account.
fn open_book(
    turn: &Turn<'_>,
    batch: &Batch,
    events: &[EventView<'_>],
    held: &[Held],
) -> Result<(Book, Vec<Option<Asked>>), Fault> {
    let mut book = Book::open(turn)?;
    let ask = |(event, spender): (&EventView<'_>, &Option<usize>)| {
        let terms = book.terms(event.product, event.heading).filter(|terms| is_well_formed(event, Some(terms)))?;
        Some(book.ask((*event, terms, batch.spenders[(*spender)?].payer())))
    };
    let asked: Vec<Option<Asked>> = events.iter().zip(&batch.spender_of).map(ask).collect();
    book.load(turn, asked.iter().flatten())?;
    prefetch_month_use(turn, &mut book, batch, (events, &asked, held))?;
    Ok((book, asked))
}

/// What an event costs: at the price that its reservation was quoted, or at the price in force at its own time.
fn rate(
    turn: &Turn<'_>,
    (book, counts): (&mut Book, &mut Counts),
    (event, asked): (&EventView<'_>, Option<&Asked>),
    held: Option<&Held>,
    spender: &Spender,
) -> Result<Result<Rated, Rejection>, Fault> {
    let Some(asked) = asked else { return Ok(Err(Rejection::UnknownProduct)) };
    if let Some(price) = held.and_then(|held| held.quoted.as_ref()) {
        return Ok(Ok(counts.rate(turn, (spender.account, event), price, asked.terms())?));
    }
    match book.find_asked(turn, asked)? {
        Ok(price) => Ok(Ok(counts.rate(turn, (spender.account, event), &price, asked.terms())?)),
        Err(rejection) => Ok(Err(rejection)),
    }
}

/// Reads at once what was used of the months of these events, where their prices have tiers (USE-9).
fn prefetch_month_use(
    turn: &Turn<'_>,
    book: &mut Book,
    batch: &Batch,
    (events, asked, held): (&[EventView<'_>], &[Option<Asked>], &[Held]),
) -> Result<(), Fault> {
    let quoted = |place: usize| held.get(place).and_then(|held: &Held| held.quoted.as_ref());
    if !book.has_tiers() && !(0..held.len()).filter_map(quoted).any(|price| price.tiers.is_some()) {
        return Ok(());
    }
    let mut priced = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let (Some(asked), Some(spender)) = (&asked[place], batch.spender_of[place]) else { continue };
        let spender = &batch.spenders[spender];
        let price = match quoted(place) {
            Some(price) => Some(price.clone()),
            None => book.find_asked(turn, asked)?.ok(),
        };
        priced.extend(price.map(|price| (spender.account, *event, price)));
    }
    month_use::prefetch(turn, priced.into_iter());
    Ok(())
}

/// What can be said of an event before it is looked up. Answers its source.
fn verdict(
    (event, is_formed): (&EventView<'_>, impl FnOnce() -> bool),
    source: Option<AuthId>,
    spender: Option<&Spender>,
    (oldest, newest): (Instant, Instant),
) -> Result<AuthId, Rejection> {
    let source = source.filter(|_| is_formed()).ok_or(Rejection::Malformed)?;
    let spender = spender.ok_or(Rejection::UnknownAccount)?;
    if spender.wallet.is_closed() {
        return Err(Rejection::AccountClosed);
    }
    if event.at < oldest {
        return Err(Rejection::TooOld);
    }
    if event.at > newest {
        return Err(Rejection::InFuture);
    }
    Ok(source)
}

/// The events of this batch that were counted, as far as they come more than once.
struct Seen {
    /// All events of the batch with their places, in order.
    sorted: Vec<(Remembered, usize)>,
    /// What comes more than once, in order: next to nothing.
    repeated: Vec<Remembered>,
    digests: BTreeMap<Remembered, u64>,
}

impl Seen {
    fn of(all: &[Remembered]) -> Seen {
        let mut sorted: Vec<(Remembered, usize)> = all.iter().copied().zip(0..).collect();
        order::sort(&mut sorted);
        let repeated = sorted.windows(2).filter(|two| two[0].0 == two[1].0).map(|two| two[0].0).collect();
        Seen { sorted, repeated, digests: BTreeMap::new() }
    }

    fn get(&self, remembered: Remembered) -> Option<u64> {
        if self.digests.is_empty() { None } else { self.digests.get(&remembered).copied() }
    }

    fn insert(&mut self, remembered: Remembered, digest: u64) {
        if !self.repeated.is_empty() && self.repeated.binary_search(&remembered).is_ok() {
            self.digests.insert(remembered, digest);
        }
    }
}

/// The content digest under which an event has been counted, in this batch or before.
fn known(seen: &Seen, remembered: Remembered, stored: &str) -> Result<Option<u64>, Fault> {
    if let Some(digest) = seen.get(remembered) {
        return Ok(Some(digest));
    }
    if stored.is_empty() {
        return Ok(None);
    }
    let digest = serde_json::from_str::<Counted<'_>>(stored)
        .ok()
        .and_then(|counted| u64::from_str_radix(&counted.d, 16).ok())
        .ok_or_else(|| unreadable(&remembered.key()))?;
    Ok(Some(digest))
}

/// The transaction in which an event was counted, by the stored text of its entry.
pub(super) fn counted_in(key: &str, text: &str) -> Result<String, Fault> {
    serde_json::from_str::<Counted<'_>>(text).map(|counted| counted.t.into_owned()).map_err(|_| unreadable(key))
}

fn unreadable(key: &str) -> Fault {
    Fault::unreadable(vec![Fact::new("kind", "counted event"), Fact::new("key", key)])
}

/// A block for each currency in which something was posted: nothing of two currencies is in one transaction (CRD-17).
struct Blocks {
    /// The one of the event before: most batches have no other.
    current: Block,
    others: Vec<Block>,
}

impl Blocks {
    fn new(spenders: usize) -> Blocks {
        Blocks { current: Block::new(spenders, Currency::USD), others: Vec::new() }
    }

    fn of(&mut self, currency: Currency) -> &mut Block {
        if self.current.currency != currency {
            match self.others.iter_mut().find(|block| block.currency == currency) {
                Some(block) => std::mem::swap(block, &mut self.current),
                None => {
                    let new = Block::new(self.current.splits.len(), currency);
                    self.others.push(std::mem::replace(&mut self.current, new));
                }
            }
        }
        &mut self.current
    }

    /// Those with events, by currency.
    fn ended(self) -> Vec<Block> {
        let mut blocks = self.others;
        blocks.push(self.current);
        blocks.retain(|block| !block.counted.is_empty());
        blocks.sort_unstable_by_key(|block| block.currency);
        blocks
    }
}

/// Rated events of one currency on their way into one ledger transaction.
struct Block {
    currency: Currency,
    lines: String,
    /// Places of its events in the batch, and the digests of their content.
    counted: Vec<(usize, u64)>,
    /// By spender; none: no event of this one.
    splits: Vec<Option<Split>>,
    income: BTreeMap<Product, Money>,
    /// Income of what rides on the events.
    surcharges: BTreeMap<SurchargeCode, Money>,
}

impl Block {
    fn new(spenders: usize, currency: Currency) -> Block {
        Block {
            currency,
            lines: String::new(),
            counted: Vec::new(),
            splits: vec![None; spenders],
            income: BTreeMap::new(),
            surcharges: BTreeMap::new(),
        }
    }

    fn push(&mut self, event: &EventView<'_>, source: AuthId, rated: &Rated) -> Result<(), Fault> {
        let income = self.income.entry(event.product).or_default();
        *income = income.plus(rated.amount)?;
        if !self.lines.is_empty() {
            self.lines.push(',');
        }
        let prefix = |text: &mut String| rated.prefix.append_to(text);
        if rated.parts.is_empty() {
            Line::write(&mut self.lines, source, event, (prefix, rated.rate), rated.billed, rated.amount);
        }
        for (place, part) in rated.parts.iter().enumerate() {
            if place > 0 {
                self.lines.push(',');
            }
            let of = (part.quantity, part.billed);
            Line::write_part(&mut self.lines, source, event, (prefix, part.rate), of, part.amount);
        }
        for ridden in &rated.ridden {
            self.push_ridden(event, source, ridden)?;
        }
        Ok(())
    }

    /// The line of what rides on the event before it (USE-8).
    fn push_ridden(&mut self, event: &EventView<'_>, source: AuthId, ridden: &Ridden) -> Result<(), Fault> {
        let Ridden { rider, billed, amount } = ridden;
        let income = self.surcharges.entry(rider.code).or_default();
        *income = income.plus(*amount)?;
        let (of, quantity) = match rider.basis {
            Basis::Event => (None, 1),
            Basis::Unit => (Some(event.product), event.quantity),
        };
        let code = ChargeCode::Surcharge(rider.code, of).code();
        self.lines.push(',');
        let words = (code.as_str(), rider.words.as_str(), rider.rate);
        Line::write_ridden(&mut self.lines, source, event, words, (quantity, *billed), *amount);
        Ok(())
    }

    fn post(self, turn: &mut Turn<'_>, spenders: &[Spender], posted: &mut Posted) -> Result<(), Fault> {
        let id = ledger::next_id(turn)?;
        let mut total = Money::ZERO;
        for amount in self.income.values().chain(self.surcharges.values()) {
            total = total.plus(*amount)?;
        }
        let accounts = self.splits.iter().flatten().count();
        let told = feed::operator_event("usage-posted", "USE-1")
            .fact("events", self.counted.len())
            .fact("accounts", accounts)
            .fact("amount", total);
        told.in_currency(self.currency).transaction(&id).tell(turn);
        let count = self.counted.len();
        for (place, digest) in self.counted {
            posted.counted[place] = Some((digest, posted.transactions.len()));
        }
        let mut postings: Vec<Posting> = Vec::with_capacity(accounts + self.income.len() + self.surcharges.len());
        for (spender, split) in spenders.iter().zip(&self.splits) {
            let sides = split.iter().flat_map(|split| split.postings(spender.account));
            postings.extend(sides.filter(|posting| posting.2 != Money::ZERO));
        }
        for (product, amount) in self.income {
            postings.push(Posting(LedgerAccount::Usage(product), None, amount.negated()?));
        }
        for (code, amount) in self.surcharges {
            postings.push(Posting(LedgerAccount::Surcharge(code), None, amount.negated()?));
        }
        ledger::post_usage(turn, (&id, self.currency), count, postings, &self.lines)?;
        posted.transactions.push(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::identity;
    use coinbox_ground::ids::time_key;
    use coinbox_ground::product::Event;
    use coinbox_ground::product::Heading;

    #[test]
    fn keys_are_the_moment_and_the_hash_and_sort_as_numbers() {
        let event = |at| Event {
            id: "one".to_owned(),
            auth_id: "MA0123456789ABCDEFGH".to_owned(),
            product: Product::VOICE,
            heading: Heading::OUTBOUND,
            number: "1555".to_owned(),
            quantity: 1,
            at,
        };
        let mut events: Vec<Remembered> =
            [i64::MIN, -1, 0, 1, 1_772_323_200_000, i64::MAX].map(|at| Remembered::of(&event(at).view())).to_vec();
        for (remembered, at) in events.iter().zip([i64::MIN, -1, 0, 1, 1_772_323_200_000, i64::MAX]) {
            assert_eq!(remembered.key(), format!("{COUNTED}{}/{:016x}", time_key(at), identity(&event(at).view())));
        }
        events.sort_unstable();
        assert!(events.is_sorted_by_key(|remembered| remembered.key()));
    }

    #[test]
    fn what_is_written_of_a_counted_event_is_its_record() {
        let record = Counted { v: 1, d: "00000000000000ff".into(), t: "1772323200000/000001".into() };
        let text = r#"{"v":1,"d":"00000000000000ff","t":"1772323200000/000001"}"#;
        assert_eq!(serde_json::to_string(&record).expect("text"), text);
        assert_eq!(known(&Seen::of(&[]), Remembered { moment: 1, hash: 2 }, text), Ok(Some(255)));
        assert!(known(&Seen::of(&[]), Remembered { moment: 1, hash: 2 }, "{}").is_err());
    }
}
