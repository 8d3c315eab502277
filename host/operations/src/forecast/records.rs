//! What a forecast says.

use crate::answers::wide;
use serde::{Deserialize, Serialize};

/// Most months of a forecast.
pub const MONTHS_MAX: u32 = 24;
/// A forecast. Amounts are micro-units, moments milliseconds since 1970.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Forecast {
    /// The account.
    pub account: String,
    /// The moment that it starts from.
    #[serde(with = "wide")]
    pub from: i64,
    /// Balance at that moment.
    #[serde(with = "wide")]
    pub balance: i64,
    /// What it takes for granted, in sentences.
    pub assumptions: Vec<String>,
    /// Payments, in order.
    pub recharges: Vec<Recharge>,
    /// Ends of months, in order.
    pub months: Vec<MonthEnd>,
    /// Invoices that would be issued, in order.
    pub invoices: Vec<Invoice>,
    /// What a person should know of, in order.
    pub warnings: Vec<Warning>,
}

/// An invoice that would be issued. Its number is not told: others may come first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Invoice {
    /// When.
    #[serde(with = "wide")]
    pub at: i64,
    /// First day of its cycle.
    pub first: String,
    /// Last day of its cycle.
    pub last: String,
    /// What was charged, less what trial and promotional credit paid, with tax.
    #[serde(with = "wide")]
    pub total: i64,
    /// What the customer owes then; zero where the balance covers everything.
    #[serde(with = "wide")]
    pub amount_due: i64,
}

/// A payment that would be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Recharge {
    /// When.
    #[serde(with = "wide")]
    pub at: i64,
    /// `automatic` or `manual`: one that is open already.
    pub kind: String,
    /// How much.
    #[serde(with = "wide")]
    pub amount: i64,
    /// Balance after it.
    #[serde(with = "wide")]
    pub balance: i64,
}

/// How a month would end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MonthEnd {
    /// `2026-11`.
    pub month: String,
    /// What is used from the forecast's start, or the month's, to its end.
    #[serde(with = "wide")]
    pub used: i64,
    /// What is recharged in that time.
    #[serde(with = "wide")]
    pub recharged: i64,
    /// Balance at its end, before rent and seats of the next month.
    #[serde(with = "wide")]
    pub balance: i64,
}

/// Something that goes wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Warning {
    /// When.
    #[serde(with = "wide")]
    pub at: i64,
    /// Kind of the event, such as `recharge-capped`.
    pub kind: String,
    /// Its facts that explain it: name and value.
    pub facts: Vec<(String, String)>,
}
