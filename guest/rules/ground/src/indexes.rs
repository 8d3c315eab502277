//! How far the entries have come by which lists over all accounts are found, and what a comparison of one looks at (INV-9).

use crate::turn::{Record, Turn};
use crate::vocabulary::{Fact, Fault};
use serde::{Deserialize, Serialize};

/// How far the entries of a store have come, at `store/indexes`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct State {
    /// Version of the record.
    pub v: u32,
    /// What is done next.
    pub step: Step,
}

/// What is done next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Accounts behind this key.
    Accounts(String),
    /// Documents behind this key.
    Documents(String),
    /// Nothing is left to do.
    Done,
}

impl Record for State {
    const KIND: &'static str = "state of indexes";
}

/// Where the state lies.
pub const KEY: &str = "store/indexes";

/// Whether every record has its entries.
pub fn are_ready(turn: &Turn<'_>) -> Result<bool, Fault> {
    Ok(turn.get::<State>(KEY)?.is_some_and(|state| state.step == Step::Done))
}

/// Refuses while entries may be missing.
pub fn need_ready(turn: &Turn<'_>) -> Result<(), Fault> {
    if are_ready(turn)? { Ok(()) } else { Err(Fault::problem("lists-being-prepared", Vec::new())) }
}

/// What an entry is whose key cannot be read.
pub fn unreadable(key: &str) -> Fault {
    Fault::unreadable(vec![Fact::new("kind", "index"), Fact::new("key", key)])
}

/// An entry and what must be under its key.
pub struct Compared {
    /// The account, as text.
    pub account: String,
    /// Key of the entry.
    pub key: String,
    /// What stands there; empty: nothing.
    pub stored: String,
    /// What must stand there; empty: nothing.
    pub rebuilt: String,
}
