//! The ledger in forms that other programs read: hledger, beancount, comma-separated.
//!
//! Everything streams: a page is written before the next one is read. Debits are positive in all forms, as in the contract;
//! each customer account has sub-accounts of its own, named by its auth ID.

mod beancount;
mod csv;
mod hledger;
pub mod table;
#[cfg(test)]
mod tests;

use crate::cli::link::Link;
use crate::text;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

/// Transactions of one page of the contract.
const PAGE: usize = 500;

/// Form of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A journal that `hledger check` accepts, strict checks included.
    Hledger,
    /// A file that `bean-check` accepts.
    Beancount,
    /// A line a posting.
    Csv,
}

/// One side of a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posting {
    /// Such as `liabilities:credits:cash`.
    pub ledger_account: String,
    /// Customer account.
    pub owner: Option<String>,
    /// Micros; debits positive.
    pub amount: i64,
}

/// One transaction of the ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    /// Its key.
    pub id: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// What it is.
    pub kind: String,
    /// What is behind it.
    pub cause: String,
    /// Usage events in it.
    pub events: u64,
    /// Both sides.
    pub postings: Vec<Posting>,
}

impl Transaction {
    fn read(value: &Value) -> Option<Transaction> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let posting = |posting: &Value| {
            Some(Posting {
                ledger_account: posting["ledger-account"].as_str()?.to_owned(),
                owner: posting["owner"].as_str().map(str::to_owned),
                amount: posting["amount"].as_str()?.parse().ok()?,
            })
        };
        Some(Transaction {
            id: text("id")?,
            at: text("at")?.parse().ok()?,
            kind: text("kind")?,
            cause: text("cause")?,
            events: value["events"].as_u64()?,
            postings: value["postings"].as_array()?.iter().map(posting).collect::<Option<_>>()?,
        })
    }
}

/// Calls `each` for every transaction, in posting order.
pub fn for_each(link: &dyn Link, mut each: impl FnMut(Transaction) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut after = None::<String>;
    loop {
        let page = link.call("operator.read-ledger", json!({"after": after, "limit": PAGE}))?;
        for value in page["transactions"].as_array().into_iter().flatten() {
            let transaction = Transaction::read(value)
                .ok_or_else(|| anyhow::anyhow!("a transaction of the ledger cannot be read: {value}"))?;
            each(transaction)?;
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Writes the whole ledger. Answers how many transactions there are.
pub fn export(link: &dyn Link, format: Format, out: &mut dyn Write) -> anyhow::Result<u64> {
    // Names that were declared already.
    let mut known = BTreeSet::new();
    let mut written = 0;
    out.write_all(
        match format {
            Format::Hledger => hledger::HEAD,
            Format::Beancount => beancount::HEAD,
            Format::Csv => csv::HEAD,
        }
        .as_bytes(),
    )?;
    for_each(link, |transaction| {
        written += 1;
        match format {
            Format::Hledger => hledger::write(&transaction, &mut known, out)?,
            Format::Beancount => beancount::write(&transaction, &mut known, out)?,
            Format::Csv => csv::write(&transaction, out)?,
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(written)
}

/// The amount with all six decimals: equal numbers look equal, and no reader guesses a precision.
fn six_decimals(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let magnitude = micros.unsigned_abs();
    format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000)
}

/// Free text on one line.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if text::is_acting(letter) { ' ' } else { letter }).collect()
}

fn day(transaction: &Transaction) -> String {
    text::day(transaction.at)
}
