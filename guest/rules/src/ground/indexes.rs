//! How far the entries have come by which lists over all accounts are found, and what a comparison of one looks at (INV-9).

use crate::ground::call::{Call, Record};
use crate::ground::vocabulary::{Fact, Fault};
use serde::{Deserialize, Serialize};

/// How far the entries of a store have come, at `store/indexes`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) v: u32,
    pub(crate) step: Step,
}

/// What is done next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
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
pub(crate) const KEY: &str = "store/indexes";

/// Whether every record has its entries.
pub(crate) fn are_ready(call: &Call<'_>) -> Result<bool, Fault> {
    Ok(call.get::<State>(KEY)?.is_some_and(|state| state.step == Step::Done))
}

/// Refuses while entries may be missing.
pub(crate) fn need_ready(call: &Call<'_>) -> Result<(), Fault> {
    if are_ready(call)? { Ok(()) } else { Err(Fault::problem("lists-being-prepared", Vec::new())) }
}

/// What an entry is whose key cannot be read.
pub(crate) fn unreadable(key: &str) -> Fault {
    Fault::problem("stored-record-unreadable", vec![Fact::new("kind", "index"), Fact::new("key", key)])
}

/// An entry and what must be under its key.
pub(crate) struct Compared {
    pub(crate) account: String,
    pub(crate) key: String,
    pub(crate) stored: String,
    pub(crate) rebuilt: String,
}
