//! Running totals: what the ledger says of each month, account, sub-account, day and product.
//!
//! One job follows the ledger: it is due at the next full minute after any posting, reads the transactions behind its cursor in
//! order, and folds each exactly once into the records below, in the same change that moves the cursor. Debits therefore pay
//! nothing for summaries and invoices. IDs of transactions grow in posting order, so a cursor beyond the first moment of a month
//! has seen everything of the months before: invoices wait for that (R26), and nothing can fall between two of them.
//!
//! | key | what |
//! |---|---|
//! | `cyc/<month>/<account>` | sums of the account's postings of the month, by kind of transaction |
//! | `cyc/<month>/<account>/<source>` | charges of the month, by charge code (numbers: and country and type), for the main account and each sub-account |
//! | `use/<account>/<day>/<source>` | charges by the day of the event, in the account's time zone at folding (R25) |
//! | `mov/<account>/<transaction>` | every transaction that charges nothing: payments, gifts, expiry, refunds, with its amounts |
//! | `adj/<account>/<month>/<transaction>/<count>` | adjustments by the operator, one by one, for invoices |
//! | `page/<account>/<transaction>/<count>` | lines of the account in posting order, at most 500 a page, for export |

use crate::accounts;
use crate::calendar::{self, Month};
use crate::call::{Call, Record, end_of_prefix, successor};
use crate::charge_code::ChargeCode;
use crate::ids::AuthId;
use crate::jobs::{JobKey, Next};
use crate::ledger::{self, LedgerAccount, Line, Transaction};
use crate::money::Money;
use crate::port::Lane;
use crate::subaccounts;
use crate::vocabulary::{Fact, Fault, Instant, MINUTE_MS};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Transactions looked at in one call.
const TRANSACTIONS_PER_CALL: u32 = 200;
/// Lines after which no further transaction is folded in the same call: each touches four records at most.
const LINES_PER_CALL: usize = 5_000;
/// Lines of one page.
const LINES_PER_PAGE: usize = 500;

/// How many, how much of the unit, for how much money.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Sum {
    /// Lines.
    #[serde(rename = "c")]
    pub count: u64,
    /// Seconds, message parts, numbers, seats.
    #[serde(rename = "q")]
    pub quantity: u64,
    /// Charged, to the last digit.
    #[serde(rename = "m")]
    pub amount: Money,
}

impl Sum {
    /// Adds another sum.
    pub fn add(&mut self, other: Sum) -> Result<(), Fault> {
        self.count = self.count.saturating_add(other.count);
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.amount = self.amount.plus(other.amount)?;
        Ok(())
    }
}

/// Charges by charge code: `vo`, `nr US local`, ….
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct SourceTotals {
    v: u32,
    /// By code.
    pub by: BTreeMap<String, Sum>,
}

impl Record for SourceTotals {
    const KIND: &'static str = "totals of a source";
}

impl SourceTotals {
    /// Adds the charges of another month or source.
    pub(crate) fn add(&mut self, other: &SourceTotals) -> Result<(), Fault> {
        self.v = 1;
        for (code, sum) in &other.by {
            self.by.entry(code.clone()).or_default().add(*sum)?;
        }
        Ok(())
    }
}

/// Sums of an account's postings: debits positive, credits negative.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// Trial credits.
    #[serde(rename = "t", default)]
    pub trial: Money,
    /// Promotional credits.
    #[serde(rename = "p", default)]
    pub promotional: Money,
    /// Cash credits.
    #[serde(rename = "c", default)]
    pub cash: Money,
    /// Receivables.
    #[serde(rename = "r", default)]
    pub receivable: Money,
}

impl Flow {
    /// What it took off the balance; negative: what it added.
    pub fn taken(&self) -> Result<Money, Fault> {
        Ok(self.trial.plus(self.promotional)?.plus(self.cash)?.plus(self.receivable)?)
    }

    /// Adds another flow.
    pub fn add(&mut self, other: Flow) -> Result<(), Fault> {
        self.trial = self.trial.plus(other.trial)?;
        self.promotional = self.promotional.plus(other.promotional)?;
        self.cash = self.cash.plus(other.cash)?;
        self.receivable = self.receivable.plus(other.receivable)?;
        Ok(())
    }

    fn post(&mut self, ledger_account: LedgerAccount, amount: Money) -> Result<(), Fault> {
        let part = match ledger_account {
            LedgerAccount::CreditsTrial => &mut self.trial,
            LedgerAccount::CreditsPromotional => &mut self.promotional,
            LedgerAccount::CreditsCash => &mut self.cash,
            _ => &mut self.receivable,
        };
        *part = part.plus(amount)?;
        Ok(())
    }
}

/// What happened to an account in a month.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct CycleTotals {
    v: u32,
    /// By kind of transaction: `usage`, `recharge`, `goodwill`, ….
    pub flows: BTreeMap<String, Flow>,
}

impl Record for CycleTotals {
    const KIND: &'static str = "totals of a cycle";
}

/// A transaction of an account that charges nothing: what an account statement lists one by one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Movement {
    v: u32,
    /// Kind of transaction: `recharge`, `goodwill`, `credit-expired`, ….
    pub kind: String,
    /// When it was posted.
    pub at: Instant,
    /// What is behind it.
    pub cause: String,
    /// Its sides on the account.
    pub flow: Flow,
}

impl Record for Movement {
    const KIND: &'static str = "movement of an account";
}

/// An adjustment that charges: invoices list each with its reason and date (CRD-14).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Adjustment {
    v: u32,
    /// Main account or sub-account.
    pub source: AuthId,
    /// When it was posted.
    pub at: Instant,
    /// What the operator said.
    pub reason: String,
    /// Of the line.
    pub quantity: u64,
    /// What it charges.
    pub amount: Money,
}

impl Record for Adjustment {
    const KIND: &'static str = "adjustment of an account";
}

/// Lines of one account in posting order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Page {
    v: u32,
    /// At most 500.
    pub lines: Vec<Line>,
}

impl Record for Page {
    const KIND: &'static str = "page of charges";
}

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

/// Sums of an account's postings in a month.
pub fn cycle_key(month: Month, account: AuthId) -> String {
    format!("cyc/{month}/{account}")
}

/// Prefix of all totals of a month; accounts in order, each before its sources.
pub fn cycle_prefix(month: Month) -> String {
    format!("cyc/{month}/")
}

/// Charges of an account or sub-account in a month.
pub fn source_key(month: Month, account: AuthId, source: AuthId) -> String {
    format!("cyc/{month}/{account}/{source}")
}

/// Prefix of an account's totals by day.
pub fn days_prefix(account: AuthId) -> String {
    format!("use/{account}/")
}

/// Prefix of an account's movements.
pub fn movements_prefix(account: AuthId) -> String {
    format!("mov/{account}/")
}

/// Prefix of an account's adjustments of a month, in posting order.
pub fn adjustments_prefix(account: AuthId, month: Month) -> String {
    format!("adj/{account}/{month}/")
}

/// Makes an account appear among those of a month, whether or not anything is posted in it: its billing cycle goes on (INV-1).
pub(crate) fn keep_open(call: &mut Call<'_>, month: Month, account: AuthId) -> Result<(), Fault> {
    let key = cycle_key(month, account);
    let totals = call.get::<CycleTotals>(&key)?.unwrap_or_default();
    call.put(&key, &CycleTotals { v: 1, ..totals });
    Ok(())
}

/// Prefix of an account's pages of lines.
pub fn pages_prefix(account: AuthId) -> String {
    format!("page/{account}/")
}

/// Sets the job's timer: at the next full minute, so that postings of the same minute set the same one.
pub(crate) fn follow(call: &mut Call<'_>) {
    let due = call.now() - call.now().rem_euclid(MINUTE_MS) + MINUTE_MS;
    call.timer("store/totals", Lane::Bulk, due);
}

/// Up to which moment everything is folded: the moment of the last folded transaction. Zero before the first.
pub fn folded_until(call: &Call<'_>) -> Result<Instant, Fault> {
    Ok(ledger::moment_of(&cursor(call)?.after))
}

/// Whether every transaction before a moment has been folded.
pub fn are_complete_before(call: &Call<'_>, moment: Instant) -> Result<bool, Fault> {
    Ok(!ledger::has_any_between(call, &cursor(call)?.after, moment))
}

fn cursor(call: &Call<'_>) -> Result<Cursor, Fault> {
    Ok(call.get::<Cursor>(CURSOR)?.unwrap_or_default())
}

/// One page of the ledger; goes on until its end.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Option<Next>, Fault> {
    let before = cursor(call)?.after;
    let reached = fold_next(call)?;
    if reached == before || !ledger::has_any_between(call, &reached, Instant::MAX) {
        return Ok(Some(Next::Rest));
    }
    call.timer(&JobKey::Totals.to_string(), Lane::Bulk, call.now());
    Ok(Some(Next::Again))
}

/// Folds the next transactions. Answers the ID of the last one folded so far.
pub(crate) fn fold_next(call: &mut Call<'_>) -> Result<String, Fault> {
    let mut cursor = cursor(call)?;
    let first = match cursor.after.as_str() {
        "" => ledger::PREFIX.to_owned(),
        after => successor(&format!("{}{after}", ledger::PREFIX)),
    };
    let (page, _) = call.span_page::<Transaction>(&first, &end_of_prefix(ledger::PREFIX), TRANSACTIONS_PER_CALL)?;
    let mut folding = Folding::default();
    let mut lines = 0;
    for (key, transaction) in page {
        if lines > 0 && lines + transaction.lines.len() > LINES_PER_CALL {
            break;
        }
        lines += transaction.lines.len();
        key[ledger::PREFIX.len()..].clone_into(&mut cursor.after);
        folding.transactions.push((cursor.after.clone(), transaction));
    }
    if folding.transactions.is_empty() {
        return Ok(cursor.after);
    }
    folding.fold(call)?;
    cursor.v = 1;
    call.put(CURSOR, &cursor);
    Ok(cursor.after)
}

/// Some transactions on their way into the totals.
#[derive(Default)]
struct Folding {
    transactions: Vec<(String, Transaction)>,
    cycles: BTreeMap<String, CycleTotals>,
    sources: BTreeMap<String, SourceTotals>,
    pages: BTreeMap<AuthId, (String, Vec<Line>)>,
}

impl Folding {
    fn fold(mut self, call: &mut Call<'_>) -> Result<(), Fault> {
        let transactions = std::mem::take(&mut self.transactions);
        let mains = mains_of(call, &transactions)?;
        let zones = zones_of(call, &mains)?;
        for (id, transaction) in transactions {
            let month = transaction.cycle.unwrap_or_else(|| Month::of(ledger::moment_of(&id)));
            let mut flows: BTreeMap<AuthId, Flow> = BTreeMap::new();
            for posting in &transaction.postings {
                if let Some(owner) = posting.1 {
                    flows.entry(owner).or_default().post(posting.0, posting.2)?;
                }
            }
            for (account, flow) in flows {
                if transaction.lines.is_empty() && transaction.cycle.is_none() {
                    let movement = Movement {
                        v: 1,
                        kind: transaction.kind.clone(),
                        at: transaction.at,
                        cause: transaction.cause.clone(),
                        flow,
                    };
                    call.put(&format!("{}{id}", movements_prefix(account)), &movement);
                }
                let totals = self.cycles.entry(cycle_key(month, account)).or_default();
                totals.v = 1;
                totals.flows.entry(transaction.kind.clone()).or_default().add(flow)?;
            }
            for (count, line) in transaction.lines.into_iter().enumerate() {
                let account = *mains.get(&line.a).ok_or_else(|| orphan(&line, &id))?;
                if ChargeCode::parse(&line.p) == Some(ChargeCode::Adjustment) {
                    let (quantity, amount) = (u64::from(line.q), line.m);
                    let adjustment =
                        Adjustment { v: 1, source: line.a, at: line.t, reason: line.i.clone(), quantity, amount };
                    let key = format!("{}{id}/{count:03}", adjustments_prefix(account, month));
                    call.put(&key, &adjustment);
                }
                self.add(month, account, &zones[&account], line, &id)?;
            }
        }
        self.write(call)
    }

    fn add(
        &mut self,
        month: Month,
        account: AuthId,
        zone: &jiff::tz::TimeZone,
        line: Line,
        transaction: &str,
    ) -> Result<(), Fault> {
        let code = match ChargeCode::parse(&line.p) {
            Some(code) if code.is_told_apart() => format!("{} {}", line.p, line.x),
            _ => line.p.clone(),
        };
        let sum = Sum { count: 1, quantity: u64::from(line.q), amount: line.m };
        let day = calendar::local_day(zone, line.t);
        for key in [source_key(month, account, line.a), format!("use/{account}/{day}/{}", line.a)] {
            let totals = self.sources.entry(key).or_default();
            totals.v = 1;
            totals.by.entry(code.clone()).or_default().add(sum)?;
        }
        self.pages.entry(account).or_insert_with(|| (transaction.to_owned(), Vec::new())).1.push(line);
        Ok(())
    }

    fn write(self, call: &mut Call<'_>) -> Result<(), Fault> {
        call.prefetch(self.cycles.keys().chain(self.sources.keys()).cloned());
        for (key, more) in self.cycles {
            let mut totals = call.get::<CycleTotals>(&key)?.unwrap_or_default();
            totals.v = 1;
            for (kind, flow) in more.flows {
                totals.flows.entry(kind).or_default().add(flow)?;
            }
            call.put(&key, &totals);
        }
        for (key, more) in self.sources {
            let mut totals = call.get::<SourceTotals>(&key)?.unwrap_or_default();
            totals.add(&more)?;
            call.put(&key, &totals);
        }
        for (account, (transaction, mut lines)) in self.pages {
            let mut count = 0;
            while !lines.is_empty() {
                let rest = lines.split_off(lines.len().min(LINES_PER_PAGE));
                let key = format!("{}{transaction}/{count:03}", pages_prefix(account));
                call.put(&key, &Page { v: 1, lines });
                lines = rest;
                count += 1;
            }
        }
        Ok(())
    }
}

fn orphan(line: &Line, transaction: &str) -> Fault {
    Fault::problem("line-without-account", vec![Fact::new("auth-id", line.a), Fact::new("transaction", transaction)])
}

/// The main account of every source.
fn mains_of(call: &Call<'_>, transactions: &[(String, Transaction)]) -> Result<BTreeMap<AuthId, AuthId>, Fault> {
    let mut mains: BTreeMap<AuthId, AuthId> = BTreeMap::new();
    for line in transactions.iter().flat_map(|(_, transaction)| &transaction.lines) {
        mains.insert(line.a, line.a);
    }
    call.prefetch(mains.keys().filter(|source| !source.is_main()).map(|sub| subaccounts::key(*sub)));
    for (source, main) in &mut mains {
        if !source.is_main()
            && let Some(parent) = subaccounts::parent(call, *source)?
        {
            *main = parent;
        }
    }
    mains.retain(|_, main| main.is_main());
    Ok(mains)
}

/// The time zone of every main account.
fn zones_of(call: &Call<'_>, mains: &BTreeMap<AuthId, AuthId>) -> Result<BTreeMap<AuthId, jiff::tz::TimeZone>, Fault> {
    call.prefetch(mains.values().map(|account| accounts::key(*account)));
    let mut zones = BTreeMap::new();
    let mut known: BTreeMap<String, jiff::tz::TimeZone> = BTreeMap::new();
    for account in mains.values() {
        let name = accounts::profile(call, *account)?.timezone;
        let zone = known.entry(name).or_insert_with_key(|name| calendar::zone(name)).clone();
        zones.insert(*account, zone);
    }
    Ok(zones)
}

#[cfg(test)]
mod tests;
