//! Usage events of the model: what each is answered, what it costs, which wait to be mended (USE-1, USE-6, R14, R15, R47).

use super::Policy;
use super::prices::Prices;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One event as it is reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reported {
    /// Main account or sub-account.
    pub source: String,
    /// Its ID.
    pub id: String,
    /// When it began.
    pub at: i64,
    /// `voice`, `sms`, `mms`.
    pub product: String,
    /// Number of the other side.
    pub number: String,
    /// Seconds or parts.
    pub quantity: u32,
}

impl Reported {
    /// In the form of the contract.
    pub fn json(&self) -> Value {
        json!({"id": self.id, "auth-id": self.source, "product": self.product, "heading": "outbound", "number": self.number,
            "quantity": self.quantity, "at": self.at.to_string()})
    }

    fn identity(&self) -> (String, String, i64) {
        (self.source.clone(), self.id.clone(), self.at)
    }
}

/// What was reported so far.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Main accounts and sub-accounts, with the place of the account that pays.
    pub sources: Vec<(String, usize)>,
    /// Events that were rated, in order.
    pub rated: Vec<Reported>,
    /// What it costs.
    pub prices: Prices,
    counted: BTreeMap<(String, String, i64), Reported>,
    /// From when on usage of accounts that were closed is rejected, by their places.
    pub ends: BTreeMap<usize, i64>,
    /// Events that wait to be mended, with reason and moment of arrival.
    pub rejected: BTreeMap<Reported, (&'static str, i64)>,
}

/// The price rows behind [`super::prices::price`] at so many percent, in the form of the contract.
pub(crate) fn price_rows(percent: i64) -> Vec<Value> {
    let row = |product: &str, prefix: &str, rate: i64, seconds: u32| {
        let rate = coinbox_host::text::amount(rate * percent / 100);
        json!({"product": product, "heading": "outbound", "country": "US", "prefix": prefix, "rate": rate,
            "first-increment": seconds, "next-increment": seconds})
    };
    vec![row("voice", "1", 600_000, 60), row("sms", "1", 50_000, 0), row("sms", "1900", 70_000, 0)]
}

impl Usage {
    /// Takes one event on. Answers what the contract must answer, and who pays how much.
    pub fn report(&mut self, event: &Reported, now: i64, policy: &Policy) -> (Value, Option<(usize, i64)>) {
        self.report_quoted(event, None, now, policy)
    }

    /// [`Usage::report`] of an event whose price was quoted at so many percent.
    pub(super) fn report_quoted(
        &mut self,
        event: &Reported,
        quoted: Option<i64>,
        now: i64,
        policy: &Policy,
    ) -> (Value, Option<(usize, i64)>) {
        let payer = self.sources.iter().find(|(id, _)| *id == event.source).map(|(_, payer)| *payer);
        let well_formed =
            (3..=15).contains(&event.number.len()) && event.number.bytes().all(|byte| byte.is_ascii_digit());
        let reason = if !well_formed {
            "malformed"
        } else if payer.is_none() {
            "unknown-account"
        } else if payer.is_some_and(|payer| self.ends.get(&payer).is_some_and(|ends| *ends <= now)) {
            "account-closed"
        } else if event.at < now - policy.window {
            "too-old"
        } else if event.at > now + policy.ahead {
            "in-future"
        } else if let Some(first) = self.counted.get(&event.identity()) {
            if first == event {
                return (json!("duplicate"), None);
            }
            "conflict"
        } else if let Some((payer, amount)) = payer.and_then(|payer| {
            let used = (event.product.as_str(), event.number.as_str(), event.quantity);
            Some((payer, self.prices.rate(payer, used, event.at, quoted)?))
        }) {
            self.counted.insert(event.identity(), event.clone());
            self.rated.push(event.clone());
            return (json!({"rated": amount.to_string()}), Some((payer, amount)));
        } else {
            "no-price"
        };
        self.reject(event, reason, now);
        let answer = if reason == "conflict" { json!("conflicting") } else { json!({"rejected": reason}) };
        (answer, None)
    }

    /// Keeps an event to be mended.
    pub(super) fn reject(&mut self, event: &Reported, reason: &'static str, now: i64) {
        let received = self.rejected.get(event).map_or(now, |(_, received)| *received);
        self.rejected.insert(event.clone(), (reason, received));
    }

    /// How many events were rated.
    pub fn counted(&self) -> usize {
        self.counted.len()
    }

    /// Identities of rated events, as `source id moment`.
    pub fn identities(&self) -> BTreeSet<String> {
        self.counted.keys().map(|(source, id, at)| format!("{source} {id} {at}")).collect()
    }
}
