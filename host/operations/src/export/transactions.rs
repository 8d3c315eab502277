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
    /// Of every amount in it, ISO 4217.
    pub currency: String,
    /// Usage events in it.
    pub events: u64,
    /// Both sides.
    pub postings: Vec<Posting>,
}

/// The currency of ledger accounts whose name does not say one.
const PLAIN: &str = "USD";

impl Transaction {
    /// The name of a ledger account where amounts of several currencies are kept apart: `income:usage:voice` in USD, `income:usage:voice:EUR`.
    pub fn in_currency(&self, posting: &Posting) -> String {
        match self.currency.as_str() {
            PLAIN => posting.ledger_account.clone(),
            currency => format!("{}:{currency}", posting.ledger_account),
        }
    }

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
            currency: text("currency")?,
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
