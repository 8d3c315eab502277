//! What is stored of a review.

use super::shown::{Act, Entry, Evidence, File, HandedIn, Raised, State};
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Beginning of the keys of the queue.
pub(crate) const QUEUE: &str = "revq/";
/// Bytes of the texts of a history. With all that JSON adds, a record stays far below the longest value of storage.
const HISTORY_BYTES_MAX: usize = 40_000;
/// How much of the history is kept.
const HISTORY_MAX: usize = 100;

/// Where an account comes from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// From which address it was signed up.
    pub(crate) address: String,
    /// From which address the mailbox was confirmed.
    pub(crate) confirmed_from: String,
    pub(crate) domain: String,
    /// What the address counts as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    /// When the mailbox was confirmed.
    pub(crate) at: Instant,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// The phone is not verified yet, or the account was made by the operator.
    Before,
    Open,
    Approved,
    Rejected,
}

/// The review of an account, at `rev/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) v: u32,
    pub(crate) phase: Phase,
    /// None: the operator has made the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<Origin>,
    /// The account's verified phone: digits with plus (R57).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    pub(crate) since: Instant,
    pub(crate) due: Instant,
    /// Whether it was told that the decision is late.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) told_overdue: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) flags: Vec<Raised>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) asked: Vec<Evidence>,
    /// What the operator has said with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) asked_text: String,
    /// Documents that were handed in.
    #[serde(default)]
    pub(crate) documents: u32,
    /// Whether trial credits were given: once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) credited: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) history: Vec<Entry>,
}

impl Record for Review {
    const KIND: &'static str = "review";
}

/// That a review waits for a decision, at `revq/<due>/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Queued {
    pub(crate) v: u32,
}

impl Record for Queued {
    const KIND: &'static str = "place in the queue of reviews";
}

/// A document, at `rdoc/<account>/<number:04>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) v: u32,
    pub(crate) shown: HandedIn,
}

impl Record for Document {
    const KIND: &'static str = "document of a customer";
}

fn key(account: AuthId) -> String {
    format!("rev/{account}")
}

/// Key of a place in the queue.
pub(crate) fn queue_key(due: Instant, account: AuthId) -> String {
    format!("{QUEUE}{}/{account}", time_key(due))
}

pub(crate) fn documents_prefix(account: AuthId) -> String {
    format!("rdoc/{account}/")
}

pub(crate) fn document_key(account: AuthId, number: u32) -> String {
    format!("{}{number:04}", documents_prefix(account))
}

impl Review {
    fn new(now: Instant, origin: Option<Origin>) -> Review {
        Review {
            v: 1,
            phase: Phase::Before,
            origin,
            phone: None,
            since: now,
            due: now,
            told_overdue: false,
            flags: Vec::new(),
            asked: Vec::new(),
            asked_text: String::new(),
            documents: 0,
            credited: false,
            history: Vec::new(),
        }
    }

    /// Notes where a new account comes from.
    pub(crate) fn begin(turn: &mut Turn<'_>, account: AuthId, origin: Origin) {
        let review = Review::new(turn.now(), Some(origin));
        review.save(turn, account);
    }

    /// The review of an account; one that never was has an empty one.
    pub(crate) fn load(turn: &Turn<'_>, account: AuthId) -> Result<Review, Fault> {
        Ok(turn.get(&key(account))?.unwrap_or_else(|| Review::new(turn.now(), None)))
    }

    pub(crate) fn save(&self, turn: &mut Turn<'_>, account: AuthId) {
        turn.put(&key(account), self);
    }

    /// Adds to the history.
    pub(crate) fn note(&mut self, at: Instant, act: Act, by: &str, text: &str, documents: Vec<String>) {
        self.history.push(Entry { at, act, by: by.to_owned(), text: text.to_owned(), documents });
        let bytes = |entry: &Entry| entry.text.len() + entry.documents.iter().map(String::len).sum::<usize>();
        let mut all: usize = self.history.iter().map(bytes).sum();
        while self.history.len() > HISTORY_MAX || (all > HISTORY_BYTES_MAX && self.history.len() > 1) {
            all -= bytes(&self.history.remove(0));
        }
    }

    pub(crate) fn show(&self, account: AuthId, now: Instant) -> File {
        let state = match self.phase {
            Phase::Before | Phase::Open => State::Open,
            Phase::Approved => State::Approved,
            Phase::Rejected => State::Rejected,
        };
        File {
            account: account.to_string(),
            state,
            since: self.since,
            due: self.due,
            overdue: self.phase == Phase::Open && now > self.due,
            flags: self.flags.clone(),
            asked: self.asked.clone(),
            history: self.history.clone(),
        }
    }
}
