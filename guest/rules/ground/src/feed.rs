//! The feed: everything that matters, in order, with its cause (EVT-1, EVT-2).
//!
//! A rule begins an event with [`event`] and appends it with [`EventDraft::tell`]. What is read back is an [`Event`].

use crate::currency::Currency;
use crate::ids::AuthId;
use crate::port::FeedLine;
use crate::turn::Turn;
use crate::vocabulary::{Fact, Fault, Instant, int_text, uint_text};
use serde::{Deserialize, Serialize};

/// Topic of what concerns no account.
pub const OPERATOR_TOPIC: &str = "operator";

/// One event, before the host gives it a position.
///
/// [`event`] and [`operator_event`] begin one, [`EventDraft::tell`] appends it to the feed. Facts and transactions are kept in the order in which they are added.
#[must_use = "an event is in the feed once it is told"]
#[derive(Clone, PartialEq, Debug)]
pub struct EventDraft<'a> {
    account: Option<AuthId>,
    kind: &'a str,
    rule: &'a str,
    facts: Vec<Fact>,
    transactions: Vec<String>,
}

/// Begins an event. `account` is the main account that it concerns; none: the operator. `kind` says what happened, `rule` is the requirement ID of the
/// rule behind it.
pub fn event<'a>(account: impl Into<Option<AuthId>>, kind: &'a str, rule: &'a str) -> EventDraft<'a> {
    EventDraft { account: account.into(), kind, rule, facts: Vec::new(), transactions: Vec::new() }
}

/// Begins an event that concerns no account.
pub fn operator_event<'a>(kind: &'a str, rule: &'a str) -> EventDraft<'a> {
    event(None::<AuthId>, kind, rule)
}

impl EventDraft<'_> {
    /// Adds a machine-readable cause.
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.push(Fact::new(name, value));
        self
    }

    /// Adds the currency of its amounts where that is not the one that is meant without a word (CRD-17). Amounts of an account's own events are in the
    /// currency of the account.
    pub fn in_currency(self, currency: Currency) -> Self {
        if currency.is_usd() { self } else { self.fact("currency", currency) }
    }

    /// Adds facts that are made already.
    pub fn facts(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        self.facts.extend(facts);
        self
    }

    /// Adds a ledger transaction behind it.
    pub fn transaction(mut self, id: impl Into<String>) -> Self {
        self.transactions.push(id.into());
        self
    }

    /// Adds the ledger transactions behind it.
    pub fn transactions(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.transactions.extend(ids);
        self
    }

    /// Appends the event to the feed, at this moment.
    pub fn tell(self, turn: &mut Turn<'_>) {
        let body = Body {
            v: 1,
            at: turn.now(),
            kind: self.kind.to_owned(),
            rule: self.rule.to_owned(),
            facts: self.facts.into_iter().map(|fact| (fact.name, fact.value)).collect(),
            transactions: self.transactions,
        };
        let topic = self.account.map_or_else(|| OPERATOR_TOPIC.to_owned(), |account| account.to_string());
        turn.line(&topic, serde_json::to_string(&body).expect("text and numbers only"));
    }
}

/// One event as it is read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Event {
    /// Grows; numbers may be skipped.
    #[serde(with = "uint_text")]
    pub position: u64,
    /// Main account or `operator`.
    pub account: String,
    /// When.
    #[serde(with = "int_text")]
    pub at: Instant,
    /// What.
    pub kind: String,
    /// Why.
    pub rule: String,
    /// With which amounts, thresholds, attempts.
    pub facts: Vec<Fact>,
    /// Moved by which transactions.
    pub transactions: Vec<String>,
}

impl Event {
    /// The event of a committed line.
    pub fn of_line(line: FeedLine) -> Result<Event, Fault> {
        let body: Body = serde_json::from_str(&line.body).map_err(|error| {
            Fault::unreadable(vec![
                Fact::new("kind", "event"),
                Fact::new("key", line.position),
                Fact::new("cause", error),
            ])
        })?;
        Ok(Event {
            position: line.position,
            account: line.topic,
            at: body.at,
            kind: body.kind,
            rule: body.rule,
            facts: body.facts.into_iter().map(|(name, value)| Fact { name, value }).collect(),
            transactions: body.transactions,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Body {
    v: u32,
    at: Instant,
    kind: String,
    rule: String,
    facts: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    transactions: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fake, START, main_id};

    #[test]
    fn an_event_keeps_its_facts_and_transactions_in_the_order_in_which_they_were_added() {
        let fake = Fake::new();
        let told: Result<(), Fault> = fake.command(START, |turn| {
            let (asked, none) = (vec![Fact::new("reason", "trial")], None::<Fact>);
            event(main_id("A"), "trial-credits", "ACC-4")
                .fact("amount", 5)
                .facts(asked)
                .facts(none)
                .fact("by", "host")
                .transaction("2")
                .transactions(["1".to_owned()])
                .tell(turn);
            operator_event("policy-changed", "SEC-12").tell(turn);
            Ok(())
        });
        assert_eq!(told, Ok(()));
        let lines: Vec<(String, String)> = fake.lines().into_iter().map(|line| (line.topic, line.body)).collect();
        let of_account = format!(
            r#"{{"v":1,"at":{START},"kind":"trial-credits","rule":"ACC-4","facts":[["amount","5"],["reason","trial"],["by","host"]],"transactions":["2","1"]}}"#
        );
        let of_operator = format!(r#"{{"v":1,"at":{START},"kind":"policy-changed","rule":"SEC-12","facts":[]}}"#);
        assert_eq!(lines, [(main_id("A").to_string(), of_account), (OPERATOR_TOPIC.to_owned(), of_operator)]);
    }
}
