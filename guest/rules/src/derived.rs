//! The proof that records which follow from others do (sec-10): what is derived twice, or decides about money beside the ledger, is held
//! against what the ledger and the totals say. Together with `operator.compare` and `operator.compare-totals`, which hold wallets and months against
//! the ledger itself, a change of any of them is found.
//!
//! | record | must be |
//! |---|---|
//! | totals of days | together those of all months, code by code |
//! | totals of days by source | together those of the day |
//! | pages of charges, for export | together those of all months |
//! | movements | together the movements of all months |
//! | paid charges | one payment of the same amount in the ledger each, and no payment without one |
//! | entries by which accounts and documents are found | those of each account's address, and of each document by number and by moment of issue |
//! | entries of counted events | one for each line of usage that could be sent again, naming its transaction |

use crate::access::{self, functions};
use crate::ground::calendar::Month;
use crate::ground::ids::AuthId;
use crate::ground::interfaces::operator::{Difference, Error};
use crate::ground::money::Money;
use crate::ground::text::is_name;
use crate::ground::turn::{Record, Turn, end_of_prefix, successor};
use crate::ground::vocabulary::{Caller, Checks, Fault, FieldRule};
use crate::ledger::charges::list_all;
use crate::ledger::totals::{
    self, CycleTotals, Flow, Movement, Page, SourceTotals, Sum, code_of, cycle_key, days_prefix, movements_prefix,
    pages_prefix, sum_of,
};
use crate::ledger::{self, Transaction};
use crate::profiles::profile;
use crate::usage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Accounts of one comparison.
const COMPARED_MAX: usize = 20;
/// Records of one kind of an account that one comparison reads.
const RECORDS_MAX: usize = 20_000;
/// Pages of charges of an account that it reads: half a million charges.
const PAGES_MAX: usize = 1_000;
/// Transactions of one page: usage transactions are large.
const TRANSACTIONS_MAX: u32 = 100;

/// What a comparison found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DerivedComparison {
    /// What does not follow from the ledger.
    pub differences: Vec<Difference>,
    /// Accounts of which one kind of record is more than one call reads, with the kind: `MA… pages`.
    pub not_compared: Vec<String>,
}

/// What a comparison of counted events found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EventsComparison {
    /// Lines of usage that were compared.
    pub compared: u32,
    /// Lines whose events are not counted as they should be.
    pub differences: Vec<Difference>,
    /// `after` of the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// Compares what is derived for some accounts, 1 to 20.
pub fn compare_derived(turn: &Turn<'_>, caller: &Caller, accounts: Vec<String>) -> Result<DerivedComparison, Error> {
    access::query(turn, caller, functions::OPERATOR_COMPARE_DERIVED)?;
    let mut checks = Checks::new();
    checks.require(!accounts.is_empty(), "accounts", FieldRule::Missing, "1");
    checks.require(accounts.len() <= COMPARED_MAX, "accounts", FieldRule::TooMany, COMPARED_MAX);
    let mut parsed = Vec::new();
    for (index, text) in accounts.iter().take(COMPARED_MAX).enumerate() {
        let account = AuthId::parse(text).filter(AuthId::is_main);
        checks.require(
            account.is_some(),
            &format!("accounts[{index}]"),
            FieldRule::WrongForm,
            "MA and 18 letters or digits",
        );
        parsed.extend(account);
    }
    checks.done()?;
    let mut found = DerivedComparison { differences: Vec::new(), not_compared: Vec::new() };
    for account in parsed {
        Proof { turn, account, found: &mut found }.run()?;
    }
    Ok(found)
}

/// Sums by charge code.
type Codes = BTreeMap<String, Sum>;

fn add(codes: &mut Codes, more: &Codes) -> Result<(), Fault> {
    for (code, sum) in more {
        codes.entry(code.clone()).or_default().add(*sum)?;
    }
    Ok(())
}

fn shown(codes: &Codes) -> String {
    serde_json::to_string(codes).expect("text and numbers only")
}

/// The comparison of one account.
struct Proof<'a, 'host> {
    turn: &'a Turn<'host>,
    account: AuthId,
    found: &'a mut DerivedComparison,
}

impl Proof<'_, '_> {
    fn run(&mut self) -> Result<(), Fault> {
        let mut months = CycleTotals::default();
        let mut month = Month::of(profile::profile(self.turn, self.account)?.created);
        let last = Month::of(self.turn.now());
        let mut keys = Vec::new();
        while month <= last {
            keys.push(cycle_key(month, self.account));
            month = month.next();
        }
        self.turn.prefetch(keys.iter().cloned());
        for key in keys {
            if let Some(totals) = self.turn.get::<CycleTotals>(&key)? {
                add(&mut months.by, &totals.by)?;
                months.moved.add(totals.moved)?;
            }
        }
        self.days(&months.by)?;
        self.pages(&months.by)?;
        let payments = self.movements(months.moved)?;
        self.charges(payments)?;
        self.entries()
    }

    /// The account is found by its address, and its documents by number and by the moment of issue (INV-9). That no entry names another record,
    /// `operator.compare-indexes` says.
    fn entries(&mut self) -> Result<(), Fault> {
        if !crate::ground::indexes::are_ready(self.turn)? {
            // As `operator.compare-indexes` says.
            return Ok(());
        }
        let profile = profile::profile(self.turn, self.account)?;
        let entry = self.turn.text(&crate::profiles::by_mail::key(&profile.email, self.account));
        let stored = if entry.is_some() { "an entry" } else { "no entry" };
        self.differs("account-by-address", stored.to_owned(), "an entry".to_owned());
        let (turn, account) = (self.turn, self.account);
        let all = crate::invoices::compare_documents(turn, account, RECORDS_MAX, |what, stored, rebuilt| {
            self.differs(what, stored, rebuilt);
        })?;
        if !all {
            self.found.not_compared.push(format!("{} documents", self.account));
        }
        Ok(())
    }

    fn differs(&mut self, what: &str, stored: String, rebuilt: String) {
        if stored != rebuilt {
            let (auth_id, what) = (self.account.to_string(), what.to_owned());
            self.found.differences.push(Difference { auth_id, what, stored, rebuilt });
        }
    }

    /// All records below a prefix; `None`: more than one comparison reads.
    fn all<R: Record>(&mut self, what: &str, prefix: &str, limit: usize) -> Result<Option<Vec<(String, R)>>, Fault> {
        let (records, more) = self.turn.list::<R>(prefix, limit)?;
        if more {
            self.found.not_compared.push(format!("{} {what}", self.account));
            return Ok(None);
        }
        Ok(Some(records))
    }

    fn days(&mut self, months: &Codes) -> Result<(), Fault> {
        let prefix = totals::day_prefix(self.account);
        let Some(records) = self.all::<SourceTotals>("days", &prefix, RECORDS_MAX)? else { return Ok(()) };
        let mut all = Codes::new();
        let mut days: BTreeMap<String, Codes> = BTreeMap::new();
        for (key, totals) in records {
            add(&mut all, &totals.by)?;
            days.insert(key[prefix.len()..].to_owned(), totals.by);
        }
        self.differs("days", shown(&all), shown(months));
        let prefix = days_prefix(self.account);
        let Some(records) = self.all::<SourceTotals>("days by source", &prefix, RECORDS_MAX)? else { return Ok(()) };
        let mut by_source: BTreeMap<String, Codes> = BTreeMap::new();
        for (key, totals) in records {
            let day = key[prefix.len()..].split('/').next().unwrap_or_default().to_owned();
            add(by_source.entry(day).or_default(), &totals.by)?;
        }
        let names: std::collections::BTreeSet<String> = days.keys().chain(by_source.keys()).cloned().collect();
        for day in names {
            let text = |codes: &BTreeMap<String, Codes>| codes.get(&day).map_or_else(|| "nothing".to_owned(), shown);
            self.differs(&format!("days-by-source:{day}"), text(&by_source), text(&days));
        }
        Ok(())
    }

    fn pages(&mut self, months: &Codes) -> Result<(), Fault> {
        let prefix = pages_prefix(self.account);
        let Some(pages) = self.all::<Page>("pages", &prefix, PAGES_MAX)? else { return Ok(()) };
        let mut all = Codes::new();
        for (_, page) in &pages {
            for line in &page.lines {
                all.entry(code_of(line)).or_default().add(sum_of(line))?;
            }
        }
        self.differs("pages", shown(&all), shown(months));
        Ok(())
    }

    /// Answers what was paid, by the key of the payment; `None`: not compared.
    fn movements(&mut self, moved: Flow) -> Result<Option<BTreeMap<String, Money>>, Fault> {
        let prefix = movements_prefix(self.account);
        let Some(records) = self.all::<Movement>("movements", &prefix, RECORDS_MAX)? else { return Ok(None) };
        let mut all = Flow::default();
        let mut payments: BTreeMap<String, Money> = BTreeMap::new();
        for (_, movement) in &records {
            all.add(movement.flow)?;
            if matches!(movement.kind.as_str(), "recharge" | "invoice-payment") {
                let paid = payments.entry(movement.cause.clone()).or_default();
                *paid = paid.minus(movement.flow.taken()?)?;
            }
        }
        self.differs("movements", format!("{all:?}"), format!("{moved:?}"));
        Ok(Some(payments))
    }

    /// Every paid charge that totals hold has its payment, and every payment its charge.
    fn charges(&mut self, payments: Option<BTreeMap<String, Money>>) -> Result<(), Fault> {
        let Some(mut payments) = payments else { return Ok(()) };
        let folded_until = totals::folded_until(self.turn)?;
        let (charges, more) = list_all(self.turn, self.account, RECORDS_MAX)?;
        if more {
            self.found.not_compared.push(format!("{} charges", self.account));
            return Ok(());
        }
        let closed = profile::is_closed(self.turn, self.account)?;
        for charge in charges {
            let paid = payments.remove(charge.key());
            // A payment that came after the charge's final answer was booked by a person, without it.
            if paid.is_some()
                && !charge.is_paid()
                && crate::credit::records::reconciliation::booked_at(self.turn, charge.key())?.is_some()
            {
                continue;
            }
            let stands = if charge.is_paid() { charge.amount() } else { Money::ZERO };
            // What was paid and is not folded yet, or came after the closing and went back, is no movement.
            let too_new = charge.settled().is_none_or(|settled| settled >= folded_until || closed);
            if paid.is_none() && (too_new || stands == Money::ZERO) {
                continue;
            }
            let what = format!("charge:{}", charge.number());
            self.differs(&what, stands.to_string(), paid.unwrap_or(Money::ZERO).to_string());
        }
        for (key, paid) in payments {
            // Payments that no charge explains were booked by the reconciliation or by a person, which is noted.
            if crate::credit::records::reconciliation::booked_at(self.turn, &key)?.is_none() {
                self.differs(&format!("payment:{key}"), "no charge".to_owned(), paid.to_string());
            }
        }
        Ok(())
    }
}

/// Compares the lines of usage with the entries of counted events, as far back as an event could be sent again.
pub fn compare_events(
    turn: &Turn<'_>,
    caller: &Caller,
    after: Option<String>,
    limit: u32,
) -> Result<EventsComparison, Error> {
    access::query(turn, caller, functions::OPERATOR_COMPARE_EVENTS)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, TRANSACTIONS_MAX);
    let good = after.as_deref().is_none_or(|after| is_name(after, 64));
    checks.page_after(good);
    checks.done()?;
    let floor = usage::counted_since(turn)?;
    // A line is posted after its event, so older transactions have none that is still remembered.
    let oldest = format!("{}{}", ledger::PREFIX, crate::ground::ids::time_key(floor));
    let first = after.map_or(oldest, |id| successor(&format!("{}{id}", ledger::PREFIX)));
    let (page, more) = turn.span_page::<Transaction>(&first, &end_of_prefix(ledger::PREFIX), limit)?;
    let page = page
        .into_iter()
        .map(|(key, transaction)| Ok((key, transaction.completed()?)))
        .collect::<Result<Vec<_>, Fault>>()?;
    let lines = |transaction: &Transaction| {
        let is_usage = transaction.kind == "usage";
        transaction.lines.iter().filter(move |line| is_usage && line.t >= floor).cloned().collect::<Vec<_>>()
    };
    turn.prefetch(page.iter().flat_map(|(_, transaction)| lines(transaction)).map(|line| usage::counted_key(&line)));
    let mut answer = EventsComparison { compared: 0, differences: Vec::new(), next: None };
    for (key, transaction) in &page {
        let id = &key[ledger::PREFIX.len()..];
        for line in lines(transaction) {
            answer.compared += 1;
            let stored = usage::counted_in(turn, &line)?.unwrap_or_else(|| "not counted".to_owned());
            if stored != id {
                let (auth_id, what) = (line.a.to_string(), format!("event:{}", line.i));
                answer.differences.push(Difference { auth_id, what, stored, rebuilt: id.to_owned() });
            }
        }
    }
    if more {
        answer.next = page.last().map(|(key, _)| key[ledger::PREFIX.len()..].to_owned());
    }
    Ok(answer)
}
