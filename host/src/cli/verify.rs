//! `coinbox verify`: rebuilds every balance from the ledger and compares it with what is stored (CRD-1).

use super::Work;
use super::show::{Rows, Text, field};
use crate::cli::link::Link;
use crate::export;
use crate::text;
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
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// Accounts compared.
    pub accounts: u64,
    /// Transactions read.
    pub transactions: u64,
    /// Usage events in them.
    pub events: u64,
    /// What does not follow from the ledger, in the JSON form of the contract.
    pub differences: Vec<Value>,
    /// Transactions that do not sum to zero, and how much the whole ledger lacks.
    pub unbalanced: Vec<String>,
    /// Sums by ledger account, in micros.
    pub trial_balance: BTreeMap<String, i128>,
}

impl Report {
    /// Whether everything follows from the ledger.
    pub fn is_sound(&self) -> bool {
        self.differences.is_empty() && self.unbalanced.is_empty()
    }
}

/// Verifies the whole store through a link.
pub fn verify(link: &dyn Link) -> anyhow::Result<Report> {
    let mut report = round(link)?;
    for _ in 1..ROUNDS {
        if report.is_sound() {
            break;
        }
        report = round(link)?;
    }
    Ok(report)
}

fn round(link: &dyn Link) -> anyhow::Result<Report> {
    let (mut folded, mut trial_balance) = (BTreeMap::<String, Folded>::new(), BTreeMap::<String, i128>::new());
    let (mut transactions, mut events, mut unbalanced) = (0, 0, Vec::new());
    export::for_each(link, |transaction| {
        transactions += 1;
        events += transaction.events;
        let mut sum = 0_i128;
        for posting in &transaction.postings {
            sum += i128::from(posting.amount);
            *trial_balance.entry(posting.ledger_account.clone()).or_default() += i128::from(posting.amount);
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
        if sum != 0 && unbalanced.len() < 100 {
            unbalanced.push(format!("transaction {} sums to {} micros", transaction.id, sum));
        }
        Ok(())
    })?;
    let total: i128 = trial_balance.values().sum();
    if total != 0 {
        unbalanced.push(format!("the whole ledger sums to {total} micros"));
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
    Ok(Report { accounts, transactions, events, differences, unbalanced, trial_balance })
}

/// Runs `verify`. Differences are this command's failure.
pub(super) fn run(work: &Work) -> anyhow::Result<()> {
    let report = verify(&*work.link)?;
    let shown = json!({"sound": report.is_sound(), "accounts": report.accounts, "transactions": report.transactions,
        "events": report.events, "differences": report.differences, "unbalanced": report.unbalanced,
        "trial-balance": report.trial_balance.iter().map(|(name, sum)| (name.clone(), Value::from(sum.to_string())))
            .collect::<serde_json::Map<_, _>>()});
    work.output.answer(&shown, |_| {
        let mut rows = Rows::new(&["ledger account", ">sum"]);
        for (name, sum) in &report.trial_balance {
            rows.add(vec![name.clone(), i64::try_from(*sum).map_or_else(|_| sum.to_string(), text::amount)]);
        }
        Text::Table(rows)
    })?;
    if !report.differences.is_empty() {
        work.output.answer(&Value::Array(report.differences.clone()), |differences| {
            let mut rows = Rows::new(&["account", "what", "stored", "rebuilt from the ledger"]);
            for one in differences.as_array().into_iter().flatten() {
                rows.add(vec![field(one, "auth-id"), field(one, "what"), field(one, "stored"), field(one, "rebuilt")]);
            }
            Text::Table(rows)
        })?;
    }
    let counted = format!(
        "{} accounts, {} transactions with {} usage events",
        report.accounts, report.transactions, report.events
    );
    anyhow::ensure!(
        report.is_sound(),
        "verify: {counted}: {} differences{}",
        report.differences.len(),
        report.unbalanced.iter().map(|line| format!("; {line}")).collect::<String>()
    );
    if !work.output.is_json() {
        work.output.line(&format!("verified: {counted}; every balance follows from the ledger, which sums to zero"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::link::{Fate, LinkError};
    use crate::contract::exported::usage::Event;
    use std::sync::Mutex;

    /// One account whose stored cash is compared with what was folded.
    struct Books {
        stored_cash: i64,
        postings: Vec<i64>,
        rounds: Mutex<u32>,
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
                    json!({"transactions": [{"id": "t", "at": "0", "kind": "usage", "cause": "r", "events": 2, "postings": postings}], "next": null})
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

        fn record(&self, _: &[Event]) -> Result<Vec<Fate>, LinkError> {
            Ok(Vec::new())
        }

        fn drive(&self, _: &str) -> Result<Value, LinkError> {
            Ok(Value::Null)
        }

        fn host(&self, _: &str, _: Option<Value>) -> Result<Value, LinkError> {
            Ok(Value::Null)
        }
    }

    fn report(stored_cash: i64, postings: &[i64]) -> (Report, u32) {
        let books = Books { stored_cash, postings: postings.to_vec(), rounds: Mutex::default() };
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
    fn differences_are_found_after_all_rounds() {
        let (report, rounds) = report(6, &[5, -5]);
        assert_eq!((report.differences.len(), rounds, report.is_sound()), (1, 3, false));
    }

    #[test]
    fn what_does_not_sum_to_zero_is_named() {
        let (report, _) = report(5, &[5, -4]);
        assert_eq!(report.unbalanced, ["transaction t sums to 1 micros", "the whole ledger sums to 1 micros"]);
    }
}
