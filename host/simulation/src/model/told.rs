//! What happens to accounts, what the feed tells of it, and what the gateway says.

use serde_json::Value;
use std::collections::BTreeMap;

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
pub(super) struct Told {
    /// Kind of the event.
    pub kind: &'static str,
    /// Facts that are amounts; several of one name in their order.
    pub amounts: Vec<(&'static str, i64)>,
    /// Facts that are words.
    pub words: Vec<(&'static str, String)>,
}

impl Told {
    /// Whether an event says this.
    pub(super) fn is(&self, event: &Event<'_>) -> bool {
        let mut names: Vec<&str> = self.amounts.iter().map(|(name, _)| *name).collect();
        names.dedup();
        let amounts = names.iter().all(|name| {
            let expected = self.amounts.iter().filter(|(other, _)| other == name).map(|(_, amount)| Some(*amount));
            event.all(name).into_iter().map(|text| coinbox_host::text::micros(text).ok()).eq(expected)
        });
        self.kind == event.kind() && amounts && self.words.iter().all(|(name, word)| event.word(name) == Some(word))
    }
}

/// An event of the feed.
#[derive(Clone, Copy)]
pub(crate) struct Event<'a>(pub &'a Value);

impl<'a> Event<'a> {
    pub(super) fn kind(self) -> &'a str {
        self.0["kind"].as_str().unwrap_or_default()
    }

    /// When.
    pub(crate) fn at(self) -> i64 {
        self.0["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default()
    }

    pub(super) fn position(self) -> u64 {
        self.0["position"].as_str().and_then(|position| position.parse().ok()).unwrap_or_default()
    }

    pub(super) fn all(self, name: &str) -> Vec<&'a str> {
        let facts = self.0["facts"].as_array().map(Vec::as_slice).unwrap_or_default();
        facts.iter().filter(|fact| fact["name"] == name).filter_map(|fact| fact["value"].as_str()).collect()
    }

    pub(super) fn word(self, name: &str) -> Option<&'a str> {
        self.all(name).first().copied()
    }

    pub(super) fn amount(self, name: &str) -> Option<i64> {
        self.word(name).and_then(|text| coinbox_host::text::micros(text).ok())
    }

    pub(super) fn number(self, name: &str) -> Option<u32> {
        self.word(name).and_then(|text| text.parse().ok())
    }
}

/// Mails that are counted: each goes out once for each cause (CRD-6, CRD-8, R13, R22, R46), repeats of one mail under one key.
pub(crate) const MAILS: [&str; 21] = [
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
pub(crate) type Taken = BTreeMap<String, (i64, i64)>;
