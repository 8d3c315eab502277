//! Usage summaries and exports as customers and operators read them (USE-4, SUB-3).
//!
//! A summary adds up the records of [`coinbox_ledger::totals`]: days are those of the account's time zone when the line was folded. What the
//! totals job has not folded yet is read from the ledger itself, as far as 50 transactions reach, so that on a system that is not
//! overwhelmed a customer sees today's calls at once; `complete-until` says how far an answer goes. Charges are usage, rent and
//! set-up of numbers, seats, debits and corrections (below zero) by the operator: everything that is a line of an invoice but tax.

use coinbox_access::{self as access, credentials, functions};
use coinbox_ground::calendar;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::interfaces::usage::Error;
use coinbox_ground::money::Money;
use coinbox_ground::product::Product;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, Micros, int_text, uint_text};
use coinbox_ledger::charge_code::{ChargeCode, words};
use coinbox_ledger::totals::{self, Page, SourceTotals, Sum};
use coinbox_ledger::{self as ledger, Line};
use coinbox_profiles::profile;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most days of one summary.
pub const DAYS_MAX: i64 = 400;
/// Records of single sources that one page of a summary reads.
const SOURCES_PER_PAGE: usize = 5_000;
/// Stored pages of lines that one page of an export looks at.
const PAGES_PER_CALL: u32 = 200;
/// Lines after which a page of an export ends.
const LINES_PER_CALL: usize = 1_000;

/// What a summary is divided by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// Local day.
    Day,
    /// Product and heading; numbers by country and type.
    Product,
    /// Main account and each sub-account.
    Subaccount,
}

/// What charges beyond usage are for.
const BEYOND_USAGE: [&str; 7] =
    ["number-rent", "number-setup", "seats", "adjustment", "correction", "surcharge", "volume-tiers"];

/// Whether a charge code is of a product, or of what is charged for beyond usage.
fn is_of(product: &str, code: &str) -> bool {
    let letters = code.split(' ').next().unwrap_or_default();
    ChargeCode::parse(letters).is_some_and(|code| code.words().0 == product)
}

/// Which charges are meant; what is not named narrows nothing.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChargeFilter {
    /// Charges for this only: the code of a product, or what is charged for beyond usage.
    #[serde(default)]
    pub product: Option<String>,
    /// Charges of this sub-account, or of the main account without its sub-accounts.
    #[serde(default)]
    pub source: Option<String>,
}

/// [`ChargeFilter`] of an account that is there.
struct Wanted {
    main: AuthId,
    /// None: the main account and all its sub-accounts.
    source: Option<AuthId>,
    product: Option<String>,
}

impl Wanted {
    /// What is asked for of `asked`, a main account or a sub-account, which sees itself only.
    fn of(turn: &Turn<'_>, asked: AuthId, filter: Option<ChargeFilter>) -> Result<Wanted, Fault> {
        let main = credentials::main_of(turn, asked)?.ok_or_else(|| Fault::not_found("account"))?;
        let own = (!asked.is_main()).then_some(asked);
        let ChargeFilter { product, source } = filter.unwrap_or_default();
        if let Some(word) = &product {
            let known = BEYOND_USAGE.contains(&word.as_str())
                || coinbox_pricing::catalogue(turn)?.product(Product::read(word)).is_some();
            let mut checks = Checks::new();
            let limit = format!("a product of the catalogue, {}", BEYOND_USAGE.join(", "));
            checks.require(known, "filter.product", FieldRule::UnknownValue, limit);
            checks.done()?;
        }
        let Some(source) = source else { return Ok(Wanted { main, source: own, product }) };
        let not_there = || Fault::not_found("sub-account");
        let source = AuthId::parse(&source).ok_or_else(not_there)?;
        let seen = own.is_none_or(|own| own == source) && credentials::main_of(turn, source)? == Some(main);
        if seen { Ok(Wanted { main, source: Some(source), product }) } else { Err(not_there()) }
    }
}

/// One row of a summary.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SummaryRow {
    /// `2026-11-21`, if divided by day.
    pub day: Option<String>,
    /// Main account or sub-account, if divided by it.
    pub auth_id: Option<String>,
    /// `voice`, `number-rent`, …, if divided by it.
    pub product: Option<String>,
    /// `outbound` or `inbound`; empty for what has no heading.
    pub heading: Option<String>,
    /// Of numbers country and type, otherwise empty.
    pub detail: Option<String>,
    /// Lines.
    #[serde(with = "uint_text")]
    pub count: u64,
    /// Seconds, message parts, numbers, seats.
    #[serde(with = "uint_text")]
    pub quantity: u64,
    /// Charged.
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// A page of a summary.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SummaryPage {
    /// The account's.
    pub timezone: String,
    /// First moment of the first day.
    #[serde(with = "int_text")]
    pub begins: Instant,
    /// First moment after the last day.
    #[serde(with = "int_text")]
    pub ends: Instant,
    /// In order of day, account, product, heading, detail.
    pub rows: Vec<SummaryRow>,
    /// Sum of the rows of this page.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// Whatever was posted before is in.
    #[serde(with = "int_text")]
    pub complete_until: Instant,
    /// `after` of the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// A line of the ledger with its posting.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct PostedLine {
    pub transaction: String,
    #[serde(with = "int_text")]
    pub posted: Instant,
    pub auth_id: String,
    pub id: String,
    pub product: String,
    pub heading: String,
    pub number: String,
    pub quantity: u32,
    #[serde(with = "int_text")]
    pub at: Instant,
    pub prefix: String,
    pub rate: String,
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// Lines in posting order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LinePage {
    /// At most 1 499.
    pub lines: Vec<PostedLine>,
    /// Whatever was posted before can be listed.
    #[serde(with = "int_text")]
    pub complete_until: Instant,
    /// `after` of the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// Rows in the making.
type Key = (Option<Date>, Option<AuthId>, Option<(String, String, String)>);

struct Rows {
    group: BTreeSet<Grouping>,
    product: Option<String>,
    sums: BTreeMap<Key, Sum>,
}

impl Rows {
    fn add(&mut self, day: Date, source: AuthId, code: &str, sum: Sum) -> Result<(), Fault> {
        if self.product.as_deref().is_some_and(|product| !is_of(product, code)) {
            return Ok(());
        }
        let by = |grouping| self.group.contains(&grouping);
        let key = (
            by(Grouping::Day).then_some(day),
            by(Grouping::Subaccount).then_some(source),
            by(Grouping::Product).then(|| words(code)),
        );
        self.sums.entry(key).or_default().add(sum)
    }

    fn add_all(&mut self, day: Date, source: AuthId, totals: &SourceTotals) -> Result<(), Fault> {
        totals.by.iter().try_for_each(|(code, sum)| self.add(day, source, code, *sum))
    }
}

/// What was charged in a span of local days (USE-4).
#[expect(clippy::too_many_arguments, reason = "they are the contract's")]
pub fn summary(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    from_day: String,
    to_day: String,
    group: Vec<Grouping>,
    after: Option<String>,
    filter: Option<ChargeFilter>,
) -> Result<SummaryPage, Error> {
    let (_, asked) = access::query_on(turn, caller, functions::USAGE_SUMMARY, &auth_id)?;
    let Wanted { main, source, product } = Wanted::of(turn, asked, filter)?;
    let (first, last) = check_days(&from_day, &to_day)?;
    let start = after.as_deref().map(day_and_source);
    let mut checks = Checks::new();
    checks.require(group.len() <= 3, "group", FieldRule::TooMany, 3);
    checks.page_after(!matches!(start, Some(None)));
    checks.done()?;

    let timezone = profile::profile(turn, main)?.timezone;
    let zone = calendar::zone(&timezone);
    let mut rows = Rows { group: group.into_iter().collect(), product, sums: BTreeMap::new() };
    let by_source = rows.group.contains(&Grouping::Subaccount);
    let next = if let Some(source) = source {
        one_source(turn, main, source, first, last, &mut rows)?;
        None
    } else if by_source {
        all_sources(turn, main, start.flatten().as_ref(), first, last, &mut rows)?
    } else {
        whole_days(turn, main, first, last, &mut rows)?;
        None
    };
    let mut complete_until = totals::folded_until(turn)?;
    if next.is_none() {
        complete_until = add_unfolded(turn, main, source, &zone, first, last, &mut rows)?;
    }
    let mut amount = Money::ZERO;
    let mut shown = Vec::with_capacity(rows.sums.len());
    for ((day, auth_id, words), sum) in rows.sums {
        amount = amount.plus(sum.amount)?;
        let [product, heading, detail] =
            words.map_or([None, None, None], |(product, heading, detail)| [Some(product), Some(heading), Some(detail)]);
        shown.push(SummaryRow {
            day: day.map(|day| day.to_string()),
            auth_id: auth_id.map(|auth_id| auth_id.to_string()),
            product,
            heading,
            detail,
            count: sum.count,
            quantity: sum.quantity,
            amount: sum.amount.micros(),
        });
    }
    Ok(SummaryPage {
        begins: calendar::moment_of(&zone, first, 0),
        ends: calendar::moment_of(&zone, calendar::day_after(last), 0),
        timezone,
        rows: shown,
        amount: amount.micros(),
        complete_until,
        next,
    })
}

fn check_days(from_day: &str, to_day: &str) -> Result<(Date, Date), Fault> {
    let mut checks = Checks::new();
    let mut day = |text: &str, field: &str| {
        let day = calendar::parse_day(text);
        checks.require(day.is_some(), field, FieldRule::WrongForm, "a date such as 2026-11-21");
        day
    };
    let days = (day(from_day, "from-day"), day(to_day, "to-day"));
    let (Some(first), Some(last)) = days else { return checks.done().map(|()| unreachable!("a day is missing")) };
    let count = calendar::days_from_to(first, last);
    checks.require(count >= 1, "to-day", FieldRule::TooSmall, from_day);
    checks.require(count <= DAYS_MAX, "to-day", FieldRule::TooLarge, format!("{DAYS_MAX} days"));
    checks.done().map(|()| (first, last))
}

/// `2026-11-21/SA…`: where a page of single sources ended.
fn day_and_source(text: &str) -> Option<(Date, AuthId)> {
    let (day, source) = text.split_once('/')?;
    Some((calendar::parse_day(day)?, AuthId::parse(source)?))
}

/// One record a day: at most 400.
fn whole_days(turn: &Turn<'_>, main: AuthId, first: Date, last: Date, rows: &mut Rows) -> Result<(), Fault> {
    let (from, end) = (totals::day_key(main, first), successor(&totals::day_key(main, last)));
    let (records, _) = turn.span::<SourceTotals>(&from, &end, 1_000)?;
    for (key, totals) in records {
        if let Some(day) = key.rsplit('/').next().and_then(calendar::parse_day) {
            rows.add_all(day, main, &totals)?;
        }
    }
    Ok(())
}

/// One key a day: at most 400.
fn one_source(
    turn: &Turn<'_>,
    main: AuthId,
    source: AuthId,
    first: Date,
    last: Date,
    rows: &mut Rows,
) -> Result<(), Fault> {
    let following = std::iter::successors(Some(first), |day| Some(calendar::day_after(*day)));
    // The last day there is, is the one after itself.
    let days: Vec<Date> =
        following.take_while(|day| *day <= last).take(usize::try_from(DAYS_MAX).unwrap_or(0)).collect();
    let key = |day: &Date| totals::day_source_key(main, *day, source);
    turn.prefetch(days.iter().map(key));
    for day in &days {
        if let Some(totals) = turn.get::<SourceTotals>(&key(day))? {
            rows.add_all(*day, source, &totals)?;
        }
    }
    Ok(())
}

/// A page of records of single sources. Answers where the next page begins.
fn all_sources(
    turn: &Turn<'_>,
    main: AuthId,
    after: Option<&(Date, AuthId)>,
    first: Date,
    last: Date,
    rows: &mut Rows,
) -> Result<Option<String>, Fault> {
    let prefix = totals::days_prefix(main);
    let from = match after {
        Some((day, source)) => successor(&totals::day_source_key(main, *day, *source)),
        None => format!("{prefix}{first}/"),
    };
    let end = end_of_prefix(&format!("{prefix}{last}/"));
    let (records, more) = turn.span::<SourceTotals>(&from, &end, SOURCES_PER_PAGE)?;
    let mut reached = None;
    for (key, totals) in records {
        let place = &key[prefix.len()..];
        if let Some((day, source)) = day_and_source(place) {
            rows.add_all(day, source, &totals)?;
        }
        reached = Some(place.to_owned());
    }
    Ok(reached.filter(|_| more))
}

/// What the totals job has still to do. Answers up to which moment everything is in then.
fn add_unfolded(
    turn: &Turn<'_>,
    main: AuthId,
    only: Option<AuthId>,
    zone: &TimeZone,
    first: Date,
    last: Date,
    rows: &mut Rows,
) -> Result<Instant, Fault> {
    let (transactions, until) = totals::unfolded(turn)?;
    let lines = || transactions.iter().flat_map(|(_, transaction)| &transaction.lines);
    let mains = totals::mains_of(turn, lines())?;
    for line in lines() {
        let day = calendar::local_day(zone, line.t);
        let ours = mains.get(&line.a) == Some(&main) && only.is_none_or(|only| only == line.a);
        if ours && first <= day && day <= last {
            rows.add(day, line.a, &totals::code_of(line), totals::sum_of(line))?;
        }
    }
    Ok(until)
}

/// An account's charges one by one, in posting order (account-level export), as far as the filter leaves them: those that were
/// posted at or after `posted_from` and before `posted_before`.
pub fn list_lines(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    posted_from: Instant,
    posted_before: Instant,
    after: Option<String>,
    filter: Option<ChargeFilter>,
) -> Result<LinePage, Error> {
    let (_, asked) = access::query_on(turn, caller, functions::USAGE_LIST_LINES, &auth_id)?;
    let wanted = Wanted::of(turn, asked, filter)?;
    let main = wanted.main;
    let mut checks = Checks::new();
    checks.require(posted_from >= 0, "posted-from", FieldRule::TooSmall, 0);
    checks.require(posted_before > posted_from, "posted-before", FieldRule::TooSmall, "a moment after the first one");
    let good = after.as_deref().is_none_or(|after| is_name(after, 40));
    checks.page_after(good);
    checks.done()?;
    let prefix = totals::pages_prefix(main);
    // A page holds lines of one month only, so that those of a moment lie behind the first of its month.
    let begin = calendar::Month::of(posted_from.min(calendar::LAST_MOMENT)).first();
    let first = match &after {
        Some(after) => successor(&format!("{prefix}{after}")),
        None => format!("{prefix}{}", time_key(begin)),
    };
    let end = format!("{prefix}{}", time_key(posted_before));
    let complete_until = totals::complete_until(turn)?;
    if first >= end {
        return Ok(LinePage { lines: Vec::new(), complete_until, next: None });
    }
    let (pages, mut more) = turn.span_page::<Page>(&first, &end, PAGES_PER_CALL)?;
    let (mut lines, mut reached) = (Vec::new(), None);
    for (key, page) in pages {
        if lines.len() >= LINES_PER_CALL {
            more = true;
            break;
        }
        reached = Some(key[prefix.len()..].to_owned());
        for (transaction, line) in page.posted() {
            let posted = ledger::moment_of(&transaction);
            let in_time = posted_from <= posted && posted < posted_before;
            let of_product = wanted.product.as_deref().is_none_or(|product| is_of(product, &line.p));
            if in_time && of_product && wanted.source.is_none_or(|source| source == line.a) {
                lines.push(shown(transaction, posted, line));
            }
        }
    }
    Ok(LinePage { lines, complete_until, next: reached.filter(|_| more) })
}

fn shown(transaction: String, posted: Instant, line: Line) -> PostedLine {
    let code = ChargeCode::parse(&line.p);
    let (product, heading) = code.as_ref().map_or(("", ""), ChargeCode::words);
    PostedLine {
        transaction,
        posted,
        auth_id: line.a.to_string(),
        id: line.i,
        product: product.to_owned(),
        heading: heading.to_owned(),
        number: line.n,
        quantity: line.q,
        at: line.t,
        prefix: line.x,
        rate: line.r,
        amount: line.m.micros(),
    }
}
