//! Running totals: what the ledger says of each month, account, sub-account, day and product.
//!
//! One job follows the ledger: it is due at the next full minute after any posting, reads the transactions behind its cursor in
//! order, and folds each exactly once into the records below, in the same change that moves the cursor. Debits therefore pay
//! nothing for summaries and invoices. IDs of transactions grow in posting order, so a cursor beyond the first moment of a month
//! has seen everything of the months before: invoices wait for that (R26), and nothing can fall between two of them.
//!
//! | key | what |
//! |---|---|
//! | `cyc/<month>/<account>` | sums of the account's postings of the month, by kind of transaction, and all its charges |
//! | `cyc/<month>/<account>/<source>` | charges of the month, by charge code (numbers: and country and type), price, and month of use where that is another, for the main account and each sub-account |
//! | `day/<account>/<day>` | charges by the day of the event, in the account's time zone at folding (R25) |
//! | `use/<account>/<day>/<source>` | the same for the main account and each sub-account |
//! | `mov/<account>/<transaction>` | every transaction that charges nothing: payments, gifts, expiry, refunds, with its amounts |
//! | `adj/<account>/<month>/<transaction>/<count>` | adjustments and corrections by the operator, one by one, for invoices |
//! | `page/<account>/<transaction>/<count>` | lines of the account in posting order, at most 500 a page, for export |
//!
//! One line touches eight elements at most (month, month and source, day, day and source, page, what arms a daily mail, and the timer of a look at
//! much usage), so that 5 000 lines of as many accounts stay under 50 000 elements.

pub mod check;
pub mod daily;
pub mod habit;
mod priced;
mod records;
pub mod spending;

pub use priced::{PriceKey, PricedSum, PricedTotals};
pub use records::code_of;
pub use records::{
    Adjustment, CycleTotals, Flow, Movement, Page, SourceTotals, Sum, adjustments_prefix, cycle_key, cycle_prefix,
    day_key, day_prefix, day_source_key, days_prefix, movements_prefix, pages_prefix, source_key,
};

use crate::charge_code::ChargeCode;
use crate::{Line, Transaction};
use coinbox_ground::calendar::{self, Month};
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{JobKind, Next, Store};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use coinbox_profiles::profile;
use coinbox_profiles::subaccount;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The job by which the totals follow the ledger.
pub(crate) const JOB: JobKind<Store> = JobKind::new("totals");

/// Transactions looked at in one call.
const TRANSACTIONS_PER_CALL: u32 = 200;
/// Lines after which no further transaction is folded in the same call.
const LINES_PER_CALL: usize = 5_000;
/// Lines of one page.
const LINES_PER_PAGE: usize = 500;
/// Bytes of IDs, other sides and details on a page, as they are written. With 500 lines around them the page is a value of less than 256 KiB.
const TEXT_PER_PAGE: usize = 120_000;
/// Transactions behind the cursor that a query reads itself.
const TAIL_TRANSACTIONS: u32 = 50;

/// The last transaction that was folded.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct Cursor {
    v: u32,
    after: String,
}

impl Record for Cursor {
    const KIND: &'static str = "totals' place in the ledger";
}

const CURSOR: &str = "store/totals";

/// Makes an account appear among those of a month, whether or not anything is posted in it: its billing cycle goes on (INV-1).
pub fn keep_open(turn: &mut Turn<'_>, month: Month, account: AuthId) -> Result<(), Fault> {
    let key = cycle_key(month, account);
    let totals = turn.get::<CycleTotals>(&key)?.unwrap_or_default();
    turn.put(&key, &CycleTotals { v: 1, ..totals });
    Ok(())
}

/// Up to which moment everything is folded: the moment of the last folded transaction. Zero before the first.
pub fn folded_until(turn: &Turn<'_>) -> Result<Instant, Fault> {
    Ok(crate::moment_of(&cursor(turn)?.after))
}

/// Before which moment everything that was posted is folded: the present moment unless folding is behind.
pub fn complete_until(turn: &Turn<'_>) -> Result<Instant, Fault> {
    if are_complete_before(turn, turn.now())? { Ok(turn.now()) } else { folded_until(turn) }
}

/// The ID of the last transaction that was folded; empty before the first.
pub fn folded_last(turn: &Turn<'_>) -> Result<String, Fault> {
    Ok(cursor(turn)?.after)
}

/// Whether every transaction before a moment has been folded.
pub fn are_complete_before(turn: &Turn<'_>, moment: Instant) -> Result<bool, Fault> {
    Ok(!crate::has_any_between(turn, &cursor(turn)?.after, moment))
}

fn cursor(turn: &Turn<'_>) -> Result<Cursor, Fault> {
    Ok(turn.get::<Cursor>(CURSOR)?.unwrap_or_default())
}

/// One page of the ledger; goes on until its end.
pub fn run(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    let before = cursor(turn)?.after;
    let reached = fold_next(turn)?;
    if reached == before || !crate::has_any_between(turn, &reached, Instant::MAX) {
        return Ok(Some(Next::Rest));
    }
    turn.timer(&JOB.key(), Lane::Bulk, turn.now());
    Ok(Some(Next::Again))
}

/// Folds the next transactions. Answers the ID of the last one folded so far.
pub fn fold_next(turn: &mut Turn<'_>) -> Result<String, Fault> {
    let mut cursor = cursor(turn)?;
    let (transactions, _) = after(turn, &cursor.after, TRANSACTIONS_PER_CALL)?;
    let Some((last, _)) = transactions.last() else { return Ok(cursor.after) };
    cursor.after.clone_from(last);
    Folding::default().fold(turn, transactions)?;
    cursor.v = 1;
    turn.put(CURSOR, &cursor);
    Ok(cursor.after)
}

/// What is not folded yet, from the oldest on, as far as a query may read: transactions with their IDs, and up to which moment
/// everything is then known.
pub fn unfolded(turn: &Turn<'_>) -> Result<(Vec<(String, Transaction)>, Instant), Fault> {
    let cursor = cursor(turn)?.after;
    let (transactions, more) = after(turn, &cursor, TAIL_TRANSACTIONS)?;
    let last = transactions.last().map_or(cursor.as_str(), |(id, _)| id);
    let until = if more { crate::moment_of(last) } else { turn.now() };
    Ok((transactions, until))
}

/// The transactions that follow one, with their IDs, as many as one call takes; and whether there are more.
fn after(turn: &Turn<'_>, id: &str, limit: u32) -> Result<(Vec<(String, Transaction)>, bool), Fault> {
    let first = match id {
        "" => crate::PREFIX.to_owned(),
        id => successor(&format!("{}{id}", crate::PREFIX)),
    };
    let (page, mut more) = turn.span_page::<Transaction>(&first, &end_of_prefix(crate::PREFIX), limit)?;
    let mut taken = Vec::with_capacity(page.len());
    let mut lines = 0;
    for (key, transaction) in page {
        if lines > 0 && lines + transaction.lines.len() > LINES_PER_CALL {
            more = true;
            break;
        }
        let transaction = transaction.completed()?;
        lines += transaction.lines.len();
        taken.push((key[crate::PREFIX.len()..].to_owned(), transaction));
    }
    Ok((taken, more))
}

/// The month that a transaction belongs to.
pub fn month_of(id: &str, transaction: &Transaction) -> Month {
    transaction.cycle.unwrap_or_else(|| Month::of(crate::moment_of(id)))
}

/// What a transaction does to each account that it moves.
pub(crate) fn flows_of(transaction: &Transaction) -> Result<BTreeMap<AuthId, Flow>, Fault> {
    let mut flows: BTreeMap<AuthId, Flow> = BTreeMap::new();
    for posting in &transaction.postings {
        if let Some(owner) = posting.1 {
            flows.entry(owner).or_default().post(posting.0, posting.2)?;
        }
    }
    Ok(flows)
}

/// Whether a transaction charges nothing: a payment, a gift, an expiry, a refund. Closing postings (R26) are none.
pub fn is_movement(transaction: &Transaction) -> bool {
    transaction.lines.is_empty() && transaction.cycle.is_none()
}

/// A line as a sum.
pub fn sum_of(line: &Line) -> Sum {
    Sum { count: 1, quantity: u64::from(line.q), amount: line.m }
}

/// Some transactions on their way into the totals.
#[derive(Default)]
struct Folding {
    cycles: BTreeMap<String, CycleTotals>,
    sources: BTreeMap<String, SourceTotals>,
    priced: BTreeMap<String, PricedTotals>,
    pages: BTreeMap<AuthId, Vec<(usize, Page)>>,
    days: BTreeMap<AuthId, BTreeSet<Date>>,
}

impl Folding {
    fn fold(mut self, turn: &mut Turn<'_>, transactions: Vec<(String, Transaction)>) -> Result<(), Fault> {
        let mains = mains_of(turn, transactions.iter().flat_map(|(_, transaction)| &transaction.lines))?;
        let zones = zones_of(turn, &mains)?;
        for (id, transaction) in transactions {
            let month = month_of(&id, &transaction);
            for (account, flow) in flows_of(&transaction)? {
                let totals = self.cycles.entry(cycle_key(month, account)).or_default();
                totals.flows.entry(transaction.kind.clone()).or_default().add(flow)?;
                if is_movement(&transaction) {
                    totals.moved.add(flow)?;
                    turn.put(&format!("{}{id}", movements_prefix(account)), &Movement::of(&transaction, flow));
                }
            }
            for (count, line) in transaction.lines.into_iter().enumerate() {
                let account = *mains.get(&line.a).ok_or_else(|| orphan(&line, &id))?;
                if ChargeCode::parse(&line.p).is_some_and(ChargeCode::is_adjustment) {
                    let key = format!("{}{id}/{count:03}", adjustments_prefix(account, month));
                    turn.put(&key, &Adjustment::of(&line));
                }
                self.add(month, account, &zones[&account], line, &id)?;
            }
        }
        daily::usage_folded(turn, &self.days, &zones)?;
        let days = std::mem::take(&mut self.days);
        self.write(turn)?;
        habit::usage_folded(turn, &days, &zones)
    }

    fn add(&mut self, month: Month, account: AuthId, zone: &TimeZone, line: Line, id: &str) -> Result<(), Fault> {
        let (code, sum) = (code_of(&line), sum_of(&line));
        let day = calendar::local_day(zone, line.t);
        self.cycles.entry(cycle_key(month, account)).or_default().by.entry(code.clone()).or_default().add(sum)?;
        self.priced.entry(source_key(month, account, line.a)).or_default().add(&line, month)?;
        for key in [day_key(account, day), day_source_key(account, day, line.a)] {
            self.sources.entry(key).or_default().by.entry(code.clone()).or_default().add(sum)?;
        }
        self.days.entry(account).or_default().insert(day);
        let pages = self.pages.entry(account).or_default();
        let posted = |id: &str| Month::of(crate::moment_of(id));
        let goes_on = pages.last().is_some_and(|(bytes, page)| {
            *bytes < TEXT_PER_PAGE && page.lines.len() < LINES_PER_PAGE && posted(&page.of[0].0) == posted(id)
        });
        if !goes_on {
            pages.push((0, Page::starting_with(id)));
        }
        if let Some((bytes, page)) = pages.last_mut() {
            *bytes += [&line.i, &line.n, &line.x].into_iter().map(|text| written(text)).sum::<usize>();
            page.push(id, line);
        }
        Ok(())
    }

    fn write(self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        turn.prefetch(self.cycles.keys().chain(self.sources.keys()).chain(self.priced.keys()).cloned());
        for (key, more) in self.cycles {
            let mut totals = turn.get::<CycleTotals>(&key)?.unwrap_or_default();
            totals.add(&more)?;
            turn.put(&key, &totals);
        }
        for (key, more) in self.sources {
            let mut totals = turn.get::<SourceTotals>(&key)?.unwrap_or_default();
            totals.add(&more)?;
            turn.put(&key, &totals);
        }
        for (key, more) in self.priced {
            let mut totals = turn.get::<PricedTotals>(&key)?.unwrap_or_default();
            totals.add_all(&more)?;
            turn.put(&key, &totals);
        }
        for (account, pages) in self.pages {
            let mut count = 0;
            let mut before = String::new();
            for (_, page) in pages {
                let first = page.of[0].0.clone();
                count = if first == before { count + 1 } else { 0 };
                turn.put(&format!("{}{first}/{count:03}", pages_prefix(account)), &page);
                before = first;
            }
        }
        Ok(())
    }
}

/// Bytes of a text as JSON has it.
fn written(text: &str) -> usize {
    let bytes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' => 2,
        0..=0x1f => 6,
        _ => 1,
    });
    bytes.sum()
}

fn orphan(line: &Line, transaction: &str) -> Fault {
    Fault::problem("line-without-account", vec![Fact::new("auth-id", line.a), Fact::new("transaction", transaction)])
}

/// The main account of every source that exists.
pub fn mains_of<'a>(turn: &Turn<'_>, lines: impl Iterator<Item = &'a Line>) -> Result<BTreeMap<AuthId, AuthId>, Fault> {
    let mut mains: BTreeMap<AuthId, AuthId> = lines.map(|line| (line.a, line.a)).collect();
    turn.prefetch(mains.keys().filter(|source| !source.is_main()).map(|sub| subaccount::key(*sub)));
    for (source, main) in &mut mains {
        if !source.is_main()
            && let Some(parent) = subaccount::parent(turn, *source)?
        {
            *main = parent;
        }
    }
    mains.retain(|_, main| main.is_main());
    Ok(mains)
}

/// The time zone of every main account.
fn zones_of(turn: &Turn<'_>, mains: &BTreeMap<AuthId, AuthId>) -> Result<BTreeMap<AuthId, TimeZone>, Fault> {
    turn.prefetch(mains.values().map(|account| profile::key(*account)));
    let mut zones = BTreeMap::new();
    let mut known: BTreeMap<String, TimeZone> = BTreeMap::new();
    for account in mains.values() {
        let name = profile::profile(turn, *account)?.timezone;
        let zone = known.entry(name).or_insert_with_key(|name| calendar::zone(name)).clone();
        zones.insert(*account, zone);
    }
    Ok(zones)
}
