//! Transactions of the ledger, as they are read and written.

use coinbox_host::text;
use serde_json::Value;

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
    pub(super) fn read(value: &Value) -> Option<Transaction> {
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

/// The amount with all six decimals: equal numbers look equal, and no reader guesses a precision.
pub(super) fn six_decimals(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let magnitude = micros.unsigned_abs();
    format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000)
}

/// Free text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if text::is_acting(letter) { ' ' } else { letter }).collect()
}

pub(super) fn day(transaction: &Transaction) -> String {
    text::day(transaction.at)
}
