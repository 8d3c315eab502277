//! The feed: everything that matters, in order, with its cause (EVT-1, EVT-2).
//!
//! A rule appends an event with [`emit`]. What is read back is an [`Event`].

use crate::call::Call;
use crate::ids::AuthId;
use crate::port::FeedLine;
use crate::vocabulary::{Fact, Fault, Instant, int_text, uint_text};
use serde::{Deserialize, Serialize};

/// Topic of what concerns no account.
pub const OPERATOR_TOPIC: &str = "operator";

/// One event, before the host gives it a position.
#[derive(Clone, PartialEq, Debug)]
pub struct EventDraft<'a> {
    /// Whom it concerns; none: the operator.
    pub account: Option<AuthId>,
    /// What happened.
    pub kind: &'a str,
    /// Requirement ID of the rule behind it.
    pub rule: &'a str,
    /// Machine-readable cause.
    pub facts: Vec<Fact>,
    /// Ledger transactions behind it.
    pub transactions: Vec<String>,
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
            Fault::problem(
                "stored-record-unreadable",
                vec![Fact::new("kind", "event"), Fact::new("key", line.position), Fact::new("cause", error)],
            )
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

/// Appends an event to the feed.
pub fn emit(call: &mut Call<'_>, draft: EventDraft<'_>) {
    let body = Body {
        v: 1,
        at: call.now(),
        kind: draft.kind.to_owned(),
        rule: draft.rule.to_owned(),
        facts: draft.facts.into_iter().map(|fact| (fact.name, fact.value)).collect(),
        transactions: draft.transactions,
    };
    let topic = draft.account.map_or_else(|| OPERATOR_TOPIC.to_owned(), |account| account.to_string());
    call.line(&topic, serde_json::to_string(&body).expect("text and numbers only"));
}
