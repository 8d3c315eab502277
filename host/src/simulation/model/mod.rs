//! An independent model of accounts, written from the requirements and not from the rules: small, slow and plain.
//!
//! Only the outside decides some things: whether a card pays, when the gateway answers. The model takes these from the feed, and compares them
//! with the gateway's own book. The model foretells everything that the rules decide: balances and lots, which alert fires, when an automatic
//! recharge starts, at which level it is tried again, which cap refuses it, which mail goes out.

mod account;
mod chargebacks;
mod closing;
mod coupons;
mod credit_notes;
mod cycles;
mod debts;
mod dunning;
mod ended;
mod follow;
mod holds;
mod numbers;
mod prices;
mod recharge;
mod restores;
mod taxes;
mod usage;

pub use account::{Account, Card, CardState, LotKind, Standing};
pub use closing::{Refund, RefundState};
pub use coupons::{Coupon, Coupons, Try};
pub use credit_notes::CreditNote;
pub use holds::Wanted;
pub use numbers::{STOCK, number_prices, offer};
pub use recharge::{ChargeState, Settings};
pub use restores::Lost;
pub use usage::{Reported, Usage, price_rows};

use super::operation::{Choice, DAY, USD};
use serde_json::Value;
use std::collections::BTreeMap;

/// The choices of the operator that the model knows, with the defaults of the requirements.
#[derive(Clone, Debug)]
pub struct Policy {
    /// CRD-3.
    pub minimum: i64,
    /// CRD-3.
    pub maximum: i64,
    /// CRD-8.
    pub thresholds: Vec<i64>,
    /// CRD-6, percent of B.
    pub levels: Vec<u32>,
    /// R7.
    pub series_limit: u32,
    /// R8.
    pub failure_limit: u32,
    /// CRD-15: days after issue on which an unpaid invoice is charged again.
    pub dunning_days: Vec<u32>,
    /// INV-7: country, percent in millionths, whether whoever has a tax ID owes it himself.
    pub taxes: Vec<(&'static str, i64, bool)>,
    /// ACC-4.
    pub trial_credits: i64,
    /// ACC-6.
    pub trial_subaccounts: usize,
    /// ACC-6.
    pub trial_numbers: usize,
    /// R15.
    pub window: i64,
    /// R15.
    pub ahead: i64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            minimum: 25 * USD,
            maximum: 10_000 * USD,
            thresholds: vec![500 * USD, 250 * USD, 100 * USD, 10 * USD],
            levels: vec![75, 50, 25, 0],
            series_limit: 40,
            failure_limit: 5,
            dunning_days: vec![1, 3, 5, 7],
            taxes: Vec::new(),
            trial_credits: 10 * USD,
            trial_subaccounts: 1,
            trial_numbers: 1,
            window: 35 * DAY,
            ahead: 10 * 60_000,
        }
    }
}

impl Policy {
    /// Makes one change.
    pub fn choose(&mut self, choice: &Choice) {
        match choice {
            Choice::Thresholds(thresholds) => self.thresholds.clone_from(thresholds),
            Choice::Levels(levels) => self.levels.clone_from(levels),
            Choice::Minimum(minimum) => self.minimum = *minimum,
            Choice::SeriesLimit(limit) => self.series_limit = *limit,
            Choice::FailureLimit(limit) => self.failure_limit = *limit,
            Choice::Taxes(rates) => self.taxes.clone_from(rates),
            Choice::DunningDays(days) => self.dunning_days.clone_from(days),
        }
    }
}

/// What has just happened to an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// Credit came in (R10).
    Credit,
    /// Anything else.
    Other,
}

/// Something that the feed must tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Kind of the event.
    pub kind: &'static str,
    /// Facts that are amounts; several of one name in their order.
    pub amounts: Vec<(&'static str, i64)>,
    /// Facts that are words.
    pub words: Vec<(&'static str, String)>,
}

impl Told {
    /// Whether an event says this.
    fn is(&self, event: &Event<'_>) -> bool {
        let mut names: Vec<&str> = self.amounts.iter().map(|(name, _)| *name).collect();
        names.dedup();
        let amounts = names.iter().all(|name| {
            let expected = self.amounts.iter().filter(|(other, _)| other == name).map(|(_, amount)| Some(*amount));
            event.all(name).into_iter().map(|text| crate::text::micros(text).ok()).eq(expected)
        });
        self.kind == event.kind() && amounts && self.words.iter().all(|(name, word)| event.word(name) == Some(word))
    }
}

/// An event of the feed.
#[derive(Clone, Copy)]
pub struct Event<'a>(pub &'a Value);

impl<'a> Event<'a> {
    fn kind(self) -> &'a str {
        self.0["kind"].as_str().unwrap_or_default()
    }

    /// When.
    pub fn at(self) -> i64 {
        self.0["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default()
    }

    fn position(self) -> u64 {
        self.0["position"].as_str().and_then(|position| position.parse().ok()).unwrap_or_default()
    }

    fn all(self, name: &str) -> Vec<&'a str> {
        let facts = self.0["facts"].as_array().map(Vec::as_slice).unwrap_or_default();
        facts.iter().filter(|fact| fact["name"] == name).filter_map(|fact| fact["value"].as_str()).collect()
    }

    fn word(self, name: &str) -> Option<&'a str> {
        self.all(name).first().copied()
    }

    fn amount(self, name: &str) -> Option<i64> {
        self.word(name).and_then(|text| crate::text::micros(text).ok())
    }

    fn number(self, name: &str) -> Option<u32> {
        self.word(name).and_then(|text| text.parse().ok())
    }
}

/// Mails that are counted: each goes out once for each cause (CRD-6, CRD-8, R13, R22, R46), repeats of one mail under one key.
pub const MAILS: [&str; 21] = [
    "account-closed",
    "account-closing",
    "account-welcome",
    "account-suspended",
    "account-reinstated",
    "balance-low",
    "chargeback",
    "coupon-redeemed",
    "credit-note-issued",
    "invoice-reopened",
    "invoice-unpaid",
    "limit-low",
    "limit-reached",
    "number-released",
    "out-of-credit",
    "recharge-paid",
    "recharge-failed",
    "recharge-capped",
    "refund-failed",
    "refund-paid",
    "rent-owed",
];

/// What the gateway says it has taken, by key: amount and moment.
pub type Taken = BTreeMap<String, (i64, i64)>;

/// Everybody, what was reported, and the choices of the operator.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// In order of their making.
    pub accounts: Vec<Account>,
    /// Events.
    pub usage: Usage,
    /// Coupons.
    pub coupons: Coupons,
    /// Reservations that were asked for, in order.
    pub wanted: Vec<Wanted>,
    /// By name: the event that a reservation was last settled by.
    pub settled: BTreeMap<String, Reported>,
    /// Choices in force.
    pub policy: Policy,
    /// What belongs to histories that were lost.
    pub lost: Lost,
}
