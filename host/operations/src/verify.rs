//! The proof of a store: rebuilds every balance and the totals of every month from the ledger and compares them with what is stored (CRD-1,
//! INV-1), holds what follows from these against them, and reads every row of the store against its check value. What it does not compare it says.

use crate::answers::StoreCheck;
use crate::export;
use crate::link::Link;
use crate::words::{field, wide};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Accounts of one comparison, and of one page of the list.
const PAGE: usize = 500;
/// Rounds on a system in use: what was posted while the ledger was read looks like a difference once, not always.
const ROUNDS: usize = 3;

/// Sums of one account's postings.
#[derive(Clone, Copy, Default)]
struct Folded {
    trial: i64,
    promotional: i64,
    cash: i64,
    receivable: i64,
}

/// What a verification found.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// Accounts compared.
    pub accounts: u64,
    /// Transactions read.
    pub transactions: u64,
    /// Usage events in them.
    pub events: u64,
    /// Months of accounts whose totals were compared. None: totals moved on all the time, as on a system under load.
    pub months: Option<u64>,
    /// Lines of usage whose entry among the counted events was compared.
    pub counted: u64,
    /// Entries by which accounts and documents are found that were compared.
    pub indexed: u64,
    /// Whether some are still missing, as in a store of an older version.
    pub unindexed: bool,
    /// Rows of the store that were read, and those among them that have no check value.
    pub rows: u64,
    /// Rows without check value.
    pub rows_unchecked: u64,
    /// Rows that are not what was written.
    pub damage: Vec<String>,
    /// Records that are missing, or were not written by anybody.
    pub missing: Vec<String>,
    /// Rows that were there when the store began to count them.
    pub uncounted: u64,
    /// Accounts of which something is too much to compare, with what.
    pub not_compared: Vec<String>,
    /// What does not follow from the ledger, in the JSON form of the contract.
    pub differences: Vec<Value>,
    /// Transactions that do not sum to zero, and how much the whole ledger lacks.
    pub unbalanced: Vec<String>,
    /// Sums by ledger account, in micros; currencies apart: `income:usage:voice` in USD, `income:usage:voice:EUR`.
    pub trial_balance: BTreeMap<String, i128>,
}

impl Report {
    /// Whether everything follows from the ledger.
    pub fn is_sound(&self) -> bool {
        self.differences.is_empty() && self.unbalanced.is_empty() && self.damage.is_empty() && self.missing.is_empty()
    }
}

/// Verifies the whole store through a link.
pub fn verify(link: &dyn Link) -> anyhow::Result<Report> {
    // First, since whatever is read afterwards would stumble over a damaged row without saying how many there are.
    let StoreCheck { rows, without_digest: rows_unchecked, damage, missing, uncounted, .. } = link.check()?;
    let mut report = Report { damage, missing, rows, rows_unchecked, uncounted, ..Report::default() };
    if report.is_sound() {
        let Report { rows, rows_unchecked, uncounted, .. } = report;
        report = Report { rows, rows_unchecked, uncounted, ..rounds(link)? };
    }
    Ok(report)
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn rounds(link: &dyn Link) -> anyhow::Result<Report> {
    let mut report = round(link)?;
    for _ in 1..ROUNDS {
        if report.is_sound() && report.months.is_some() {
            break;
        }
        report = round(link)?;
    }
    Ok(report)
}

fn round(link: &dyn Link) -> anyhow::Result<Report> {
    let mut folded = BTreeMap::<String, Folded>::new();
    let (mut trial_balance, mut totals) = (BTreeMap::<String, i128>::new(), BTreeMap::<String, i128>::new());
    let (mut transactions, mut events, mut unbalanced) = (0, 0, Vec::new());
    export::for_each(link, |transaction| {
        transactions += 1;
        events += transaction.events;
        let mut sum = 0_i128;
        for posting in &transaction.postings {
            sum += i128::from(posting.amount);
            *trial_balance.entry(transaction.in_currency(posting)).or_default() += i128::from(posting.amount);
            let Some(owner) = &posting.owner else { continue };
            let account = folded.entry(owner.clone()).or_default();
            let place = match posting.ledger_account.as_str() {
                "liabilities:credits:trial" => &mut account.trial,
                "liabilities:credits:promotional" => &mut account.promotional,
                "liabilities:credits:cash" => &mut account.cash,
                "assets:receivables" => &mut account.receivable,
                other => anyhow::bail!("transaction {}: `{other}` cannot belong to a customer", transaction.id),
            };
            *place = place
                .checked_add(posting.amount)
                .ok_or_else(|| anyhow::anyhow!("account {owner}: the sum of its postings is out of range"))?;
        }
        *totals.entry(transaction.currency.clone()).or_default() += sum;
        if sum != 0 && unbalanced.len() < 100 {
            unbalanced.push(format!("transaction {} sums to {} micros", transaction.id, sum));
        }
        Ok(())
    })?;
    for (currency, total) in totals.into_iter().filter(|(_, total)| *total != 0) {
        unbalanced.push(format!("the whole ledger in {currency} sums to {total} micros"));
    }
    // Accounts without a posting must be empty too.
    let mut after = None::<String>;
    loop {
        let page = link.call("accounts.list", json!({"after": after, "limit": PAGE}))?;
        for account in page["accounts"].as_array().into_iter().flatten() {
            folded.entry(field(account, "auth-id")).or_default();
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    let accounts = folded.len() as u64;
    let all: Vec<(String, Folded)> = folded.into_iter().collect();
    let mut differences = Vec::new();
    for part in all.chunks(PAGE) {
        let sent: Vec<Value> = part
            .iter()
            .map(|(auth_id, sums)| {
                json!({"auth-id": auth_id, "trial": sums.trial.to_string(), "promotional": sums.promotional.to_string(),
                    "cash": sums.cash.to_string(), "receivable": sums.receivable.to_string()})
            })
            .collect();
        if let Value::Array(found) = link.call("operator.compare", json!({"accounts": sent}))? {
            differences.extend(found);
        }
    }
    let (months, found) = compare_totals(link)?;
    differences.extend(found);
    let mut report =
        Report { accounts, transactions, events, months, differences, unbalanced, trial_balance, ..Report::default() };
    compare_derived(link, &all, &mut report)?;
    compare_events(link, &mut report)?;
    compare_indexes(link, &mut report)?;
    Ok(report)
}

/// Accounts of one comparison of what is derived.
const DERIVED: usize = 20;

fn compare_derived(link: &dyn Link, accounts: &[(String, Folded)], report: &mut Report) -> anyhow::Result<()> {
    for part in accounts.chunks(DERIVED) {
        let names: Vec<&str> = part.iter().map(|(name, _)| name.as_str()).collect();
        let found = link.call("operator.compare-derived", json!({"accounts": names}))?;
        report.differences.extend(found["differences"].as_array().into_iter().flatten().cloned());
        let skipped = found["not-compared"].as_array().into_iter().flatten().filter_map(Value::as_str);
        report.not_compared.extend(skipped.map(str::to_owned));
    }
    Ok(())
}

/// Every line of usage that could be sent again is an event that counts as counted.
fn compare_events(link: &dyn Link, report: &mut Report) -> anyhow::Result<()> {
    let mut after = None::<String>;
    loop {
        let page = link.call("operator.compare-events", json!({"after": after, "limit": 100}))?;
        report.counted += count(&page["compared"]);
        report.differences.extend(page["differences"].as_array().into_iter().flatten().cloned());
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Every entry by which lists find an account or a document names one that is found so.
fn compare_indexes(link: &dyn Link, report: &mut Report) -> anyhow::Result<()> {
    let mut after = None::<String>;
    loop {
        let page = link.call("operator.compare-indexes", json!({"after": after, "limit": PAGE}))?;
        report.indexed += count(&page["compared"]);
        report.unindexed |= page["complete"] == false;
        report.differences.extend(page["differences"].as_array().into_iter().flatten().cloned());
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Sums of an account's month: by kind of transaction, and by source, charge code and price.
#[derive(Default)]
struct Month {
    flows: BTreeMap<String, [i64; 4]>,
    charges: BTreeMap<(String, String), Charged>,
}

/// Sum of what was charged at one price.
#[derive(Default)]
struct Charged {
    count: u64,
    quantity: u64,
    billed: u64,
    amount: i64,
    /// When the first and the last was used, if in another month than that of the posting.
    first: Option<i64>,
    last: Option<i64>,
}

/// The parts of a flow.
const PARTS: [&str; 4] = ["trial", "promotional", "cash", "receivable"];
/// Months of one comparison, and charges of them.
const MONTHS: usize = 100;
const CHARGES: usize = 50_000;

fn added(sum: i64, more: i64) -> anyhow::Result<i64> {
    sum.checked_add(more).ok_or_else(|| anyhow::anyhow!("the sum of a month's postings is out of range"))
}

/// Adds up the ledger by account and month, as far as running totals reach, and compares. Answers how many months were compared,
/// or none if totals moved on meanwhile, and what differs.
fn compare_totals(link: &dyn Link) -> anyhow::Result<(Option<u64>, Vec<Value>)> {
    let mut months = BTreeMap::<(String, String), Month>::new();
    let (mut after, mut until) = (None::<String>, None::<String>);
    loop {
        let page = link.call("operator.read-charges", json!({"after": after, "limit": PAGE}))?;
        for transaction in page["transactions"].as_array().into_iter().flatten() {
            add_transaction(&mut months, transaction)?;
            until = transaction["id"].as_str().map(str::to_owned);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    let Some(until) = until else { return Ok((Some(0), Vec::new())) };
    let (count, mut differences, mut moved_on) = (months.len() as u64, Vec::new(), false);
    let (mut part, mut charges) = (Vec::new(), 0);
    let mut compare = |part: &mut Vec<Value>| -> anyhow::Result<()> {
        let sent = json!({"until": until, "months": std::mem::take(part)});
        let mut found = link.call("operator.compare-totals", sent)?;
        moved_on |= found["moved-on"] == true;
        if let Value::Array(found) = found["differences"].take() {
            differences.extend(found);
        }
        Ok(())
    };
    for ((account, month), sums) in months {
        if part.len() == MONTHS || (charges + sums.charges.len() > CHARGES && !part.is_empty()) {
            compare(&mut part)?;
            charges = 0;
        }
        charges += sums.charges.len();
        part.push(written(&account, &month, &sums));
    }
    // Transactions of no account's money leave nothing to compare.
    if !part.is_empty() {
        compare(&mut part)?;
    }
    Ok(if moved_on { (None, Vec::new()) } else { (Some(count), differences) })
}

fn add_transaction(months: &mut BTreeMap<(String, String), Month>, transaction: &Value) -> anyhow::Result<()> {
    let month = field(transaction, "month");
    for flow in transaction["flows"].as_array().into_iter().flatten() {
        let sums = months.entry((field(flow, "auth-id"), month.clone())).or_default();
        let sum = sums.flows.entry(field(flow, "kind")).or_default();
        for (place, name) in PARTS.iter().enumerate() {
            sum[place] = added(sum[place], wide(&flow[*name]))?;
        }
    }
    for charge in transaction["charges"].as_array().into_iter().flatten() {
        let sums = months.entry((field(charge, "auth-id"), month.clone())).or_default();
        let sum = sums.charges.entry((field(charge, "source"), field(charge, "code"))).or_default();
        let number = |name: &str| field(charge, name).parse::<u64>().unwrap_or_default();
        let moment = |name: &str| charge[name].as_str().and_then(|text| text.parse::<i64>().ok());
        sum.count += number("count");
        sum.quantity += number("quantity");
        sum.billed += number("billed");
        sum.amount = added(sum.amount, wide(&charge["amount"]))?;
        sum.first = sum.first.into_iter().chain(moment("first")).min();
        sum.last = sum.last.into_iter().chain(moment("last")).max();
    }
    Ok(())
}

fn written(account: &str, month: &str, sums: &Month) -> Value {
    let flows: Vec<Value> = sums
        .flows
        .iter()
        .map(|(kind, parts)| {
            let mut flow = json!({"auth-id": account, "kind": kind});
            for (place, name) in PARTS.iter().enumerate() {
                flow[*name] = parts[place].to_string().into();
            }
            flow
        })
        .collect();
    let charges: Vec<Value> = sums
        .charges
        .iter()
        .map(|((source, code), sum)| {
            json!({"auth-id": account, "source": source, "code": code, "count": sum.count.to_string(),
                "quantity": sum.quantity.to_string(), "billed": sum.billed.to_string(), "amount": sum.amount.to_string(),
                "first": sum.first.map(|at| at.to_string()), "last": sum.last.map(|at| at.to_string())})
        })
        .collect();
    json!({"auth-id": account, "month": month, "flows": flows, "charges": charges})
}

/// What this proof says nothing about.
pub fn not_compared(report: &Report) -> Vec<String> {
    let mut list = vec![
        "what the gateway and the stock of numbers know".to_owned(),
        "documents with the ledger after they were issued".to_owned(),
        "whether settings, limits, credentials, cards, prices, rented numbers, numbering of documents, timers and lines of the feed are the right ones: of these, only that each is as it was written, that none is missing and that none was added".to_owned(),
        "counted events that no line of usage has".to_owned(),
        "how much of a month was used, where tiers are rated by it".to_owned(),
    ];
    if report.months.is_none() {
        list.push("totals of months, which moved on all the time".to_owned());
    }
    if report.unindexed {
        list.push("accounts and documents with the lists that find them, which are being prepared".to_owned());
    }
    if report.rows_unchecked > 0 {
        list.push(format!("{} of {} rows, which have no check value", report.rows_unchecked, report.rows));
    }
    if report.uncounted > 0 {
        list.push(format!(
            "what was missing before this version began to count the {} rows that it found",
            report.uncounted
        ));
    }
    list.extend(report.not_compared.iter().map(|what| format!("{what}, which are too many")));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{Fate, LinkError};
    use coinbox_host::contract::exported::usage::UsageEvent;
    use std::sync::Mutex;

    /// One account whose stored cash is compared with what was folded.
    struct Books {
        stored_cash: i64,
        stored_total: i64,
        moves_on: bool,
        postings: Vec<i64>,
        rounds: Mutex<u32>,
        damage: Vec<String>,
        missing: Vec<String>,
    }

    impl Link for Books {
        fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError> {
            Ok(match function {
                "operator.read-ledger" => {
                    let accounts = ["liabilities:credits:cash", "income:usage:voice"];
                    let postings: Vec<Value> = self
                        .postings
                        .iter()
                        .zip(accounts)
                        .map(|(amount, account)| {
                            let owner = account.starts_with("liabilities").then_some("MA1");
                            json!({"ledger-account": account, "owner": owner, "amount": amount.to_string()})
                        })
                        .collect();
                    json!({"transactions": [{"id": "t", "at": "0", "kind": "usage", "cause": "r", "currency": "USD", "events": 2, "postings": postings}], "next": null})
                }
                "operator.read-charges" if self.postings.is_empty() => {
                    let bare = json!({"id": "t1", "month": "2026-10", "flows": [], "charges": []});
                    json!({"transactions": [bare], "next": null})
                }
                "operator.read-charges" if arguments["after"].is_null() => {
                    let flow = |cash: &str| {
                        json!({"auth-id": "MA1", "kind": "usage", "trial": "0", "promotional": "0",
                        "cash": cash, "receivable": "0"})
                    };
                    let charge = json!({"auth-id": "MA1", "source": "SA1", "code": "vo@2026-09//0.01", "count": "1", "quantity": "2",
                        "billed": "60", "amount": "5", "first": "7", "last": "7"});
                    let one = |id: &str, cash: &str| json!({"id": id, "month": "2026-10", "flows": [flow(cash)], "charges": [charge]});
                    json!({"transactions": [one("t1", "5"), one("t2", "6")], "next": "t2"})
                }
                "operator.read-charges" => json!({"transactions": [], "next": null}),
                "operator.compare-totals" => {
                    assert_eq!(arguments["until"], "t2");
                    let month = &arguments["months"][0];
                    assert_eq!(
                        month["charges"],
                        json!([{"auth-id": "MA1", "source": "SA1", "code": "vo@2026-09//0.01", "count": "2",
                        "quantity": "4", "billed": "120", "amount": "10", "first": "7", "last": "7"}])
                    );
                    let same = month["flows"][0]["cash"] == json!(self.stored_total.to_string());
                    let difference =
                        json!({"auth-id": "MA1", "what": "totals:2026-10:usage", "stored": "a", "rebuilt": "b"});
                    let differences = if same { json!([]) } else { json!([difference]) };
                    json!({"moved-on": self.moves_on, "differences": differences})
                }
                "operator.compare-derived" => json!({"differences": [], "not-compared": ["MA1 pages"]}),
                "operator.compare-events" => json!({"compared": 2, "differences": [], "next": null}),
                "operator.compare-indexes" if arguments["after"].is_null() => {
                    json!({"compared": 3, "complete": false, "differences": [], "next": "iss/x"})
                }
                "operator.compare-indexes" => {
                    json!({"compared": 1, "complete": false, "differences": [], "next": null})
                }
                "accounts.list" => json!({"accounts": [{"auth-id": "MA1"}, {"auth-id": "MA2"}], "next": null}),
                "operator.compare" => {
                    *self.rounds.lock().expect("lock") += 1;
                    let sent = arguments["accounts"].as_array().expect("accounts");
                    assert_eq!(sent.len(), 2);
                    assert_eq!(sent[1]["cash"], "0");
                    let same = sent[0]["cash"].as_str() == Some(&*self.stored_cash.to_string());
                    if same {
                        json!([])
                    } else {
                        json!([{"auth-id": "MA1", "what": "wallet", "stored": "a", "rebuilt": "b"}])
                    }
                }
                other => panic!("{other}"),
            })
        }

        fn record(&self, _: u32, _: &[UsageEvent]) -> Result<Vec<Fate>, LinkError> {
            Ok(Vec::new())
        }

        fn drive(&self, _: &str) -> Result<Value, LinkError> {
            Ok(Value::Null)
        }

        fn check(&self) -> Result<StoreCheck, LinkError> {
            let (damage, missing) = (self.damage.clone(), self.missing.clone());
            let damaged = damage.len() as u64;
            Ok(StoreCheck { rows: 9, without_digest: 1, damaged, damage, missing, uncounted: 3 })
        }
    }

    fn report(stored_cash: i64, postings: &[i64]) -> (Report, u32) {
        let (stored_total, moves_on) = (11, false);
        let books = Books {
            stored_cash,
            stored_total,
            moves_on,
            postings: postings.to_vec(),
            rounds: Mutex::default(),
            damage: Vec::new(),
            missing: Vec::new(),
        };
        let report = verify(&books).expect("verified");
        let rounds = *books.rounds.lock().expect("lock");
        (report, rounds)
    }

    #[test]
    fn sound_books_are_read_once() {
        let (report, rounds) = report(5, &[5, -5]);
        assert!(report.is_sound());
        assert_eq!((report.accounts, report.transactions, report.events, rounds), (2, 1, 2, 1));
        assert_eq!(report.trial_balance["income:usage:voice"], -5);
    }

    #[test]
    fn a_transaction_that_moves_nothing_is_sound() {
        // Such as the closing of an account that never had anything.
        let (report, _) = report(0, &[]);
        assert_eq!((report.is_sound(), report.months, report.transactions), (true, Some(0), 1));
    }

    #[test]
    fn differences_are_found_after_all_rounds() {
        let (report, rounds) = report(6, &[5, -5]);
        assert_eq!((report.differences.len(), rounds, report.is_sound()), (1, 3, false));
    }

    #[test]
    fn sec_10_damaged_rows_are_named_and_what_is_not_compared_is_said() {
        let books = |damage: &[&str]| Books {
            stored_cash: 5,
            stored_total: 11,
            moves_on: false,
            postings: vec![5, -5],
            rounds: Mutex::default(),
            damage: damage.iter().map(|what| (*what).to_owned()).collect(),
            missing: Vec::new(),
        };
        let report = verify(&books(&["entry ch/MA1/1"])).expect("verified");
        assert_eq!((report.is_sound(), report.damage), (false, vec!["entry ch/MA1/1".to_owned()]));
        let report = verify(&books(&[])).expect("verified");
        assert_eq!((report.is_sound(), report.rows, report.rows_unchecked, report.counted), (true, 9, 1, 2));
        assert_eq!((report.indexed, report.unindexed), (4, true));
        let list = not_compared(&report);
        assert!(list.iter().any(|what| what.ends_with("being prepared")), "{list:?}");
        assert!(list.contains(&"1 of 9 rows, which have no check value".to_owned()), "{list:?}");
        assert!(list.contains(&"MA1 pages, which are too many".to_owned()), "{list:?}");
        assert!(list.iter().any(|what| what.contains("timers") && what.contains("none is missing")), "{list:?}");
        assert!(list.iter().any(|what| what.contains("began to count the 3 rows")), "{list:?}");
        let absent = "2 of 2 entries `num` are missing".to_owned();
        let report = verify(&Books { missing: vec![absent.clone()], ..books(&[]) }).expect("verified");
        assert_eq!((report.is_sound(), report.missing), (false, vec![absent]));
    }

    #[test]
    fn what_does_not_sum_to_zero_is_named() {
        let (report, _) = report(5, &[5, -4]);
        assert_eq!(report.unbalanced, ["transaction t sums to 1 micros", "the whole ledger in USD sums to 1 micros"]);
    }

    #[test]
    fn totals_that_do_not_follow_are_found_unless_they_move_on() {
        let of = |stored_total, moves_on| {
            let books = Books {
                stored_cash: 5,
                stored_total,
                moves_on,
                postings: vec![5, -5],
                rounds: Mutex::default(),
                damage: Vec::new(),
                missing: Vec::new(),
            };
            let report = verify(&books).expect("verified");
            (report.months, report.differences.len(), *books.rounds.lock().expect("lock"))
        };
        assert_eq!(of(11, false), (Some(1), 0, 1));
        assert_eq!(of(12, false), (Some(1), 1, 3));
        assert_eq!(of(12, true), (None, 0, 3));
    }
}
