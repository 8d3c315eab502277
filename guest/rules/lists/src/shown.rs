//! Lists as the contract shows them.

use crate::known::KnownList;
use crate::records::{Held, Now, Source};
use coinbox_ground::vocabulary::{DAY_MS, Instant, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

/// After so long a list is old.
const OLD_MS: Instant = 90 * DAY_MS;

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    /// In the form of its list.
    pub entry: String,
    /// In the form of its list; empty where it has none.
    pub note: String,
}

/// A version of a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Version {
    /// Of which list.
    pub name: KnownList,
    /// Counted from 1.
    pub version: u32,
    /// Where it comes from.
    pub about: Source,
    /// How many entries it has.
    pub entries: u32,
    /// When it was begun.
    #[serde(with = "int_text")]
    pub begun: Instant,
    /// None: it is still written.
    #[serde(with = "optional_int_text")]
    pub published: Option<Instant>,
}

/// How a list stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Status {
    /// Which list.
    pub name: KnownList,
    /// What is in force.
    pub current: Option<Version>,
    /// What is written now.
    pub draft: Option<Version>,
    /// Own entries.
    pub own: u32,
    /// What is in force is older than 90 days.
    pub old: bool,
}

/// What the operator says of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnChoice {
    /// It is in the list.
    Listed,
    /// It is not.
    Excepted,
    /// What a version says holds.
    AsPublished,
}

/// An entry of the operator's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Own {
    /// In the form of its list.
    pub entry: String,
    /// In the form of its list.
    pub note: String,
    /// What is said of it.
    pub choice: OwnChoice,
}

/// One page of own entries.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OwnPage {
    /// In order.
    pub entries: Vec<Own>,
    /// Of the next page.
    pub next: Option<String>,
}

/// What a list says of a value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    /// The entry that decides.
    pub entry: Option<Entry>,
    /// Whether the value is in the list.
    pub listed: bool,
    /// Whether an own entry decides.
    pub own: bool,
}

impl Held {
    pub(crate) fn show(&self, name: KnownList) -> Version {
        Version {
            name,
            version: self.version,
            about: self.about.clone(),
            entries: self.entries,
            begun: self.begun,
            published: self.published,
        }
    }

    pub(crate) fn is_old(&self, now: Instant) -> bool {
        now - self.about.dated > OLD_MS
    }
}

impl Now {
    pub(crate) fn show(&self, name: KnownList, now: Instant) -> Status {
        Status {
            name,
            current: self.current.as_ref().map(|held| held.show(name)),
            draft: self.draft.as_ref().map(|held| held.show(name)),
            own: self.own,
            old: self.current.as_ref().is_some_and(|held| held.is_old(now)),
        }
    }
}
