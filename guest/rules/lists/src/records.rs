//! What is stored of lists.

use crate::known::KnownList;
use coinbox_ground::text::hex;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Beginning of every key.
pub const PREFIX: &str = "lst/";

/// Where a version comes from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    /// What was taken.
    pub source: String,
    /// As the source names it.
    pub edition: String,
    /// When the source had it so.
    #[serde(with = "coinbox_ground::vocabulary::int_text")]
    pub dated: Instant,
    /// Licence, with the attribution that it asks for.
    pub licence: String,
}

/// A version of a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) version: u32,
    pub(crate) about: Source,
    pub(crate) entries: u32,
    pub(crate) begun: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) published: Option<Instant>,
    /// Of networks: the last address so far, as keys have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<String>,
}

/// How a list stands, at `lst/<list>/now`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Now {
    pub(crate) v: u32,
    /// The highest version that was ever begun.
    pub(crate) last: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<Held>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) draft: Option<Held>,
    /// Own entries.
    #[serde(default)]
    pub(crate) own: u32,
}

impl Record for Now {
    const KIND: &'static str = "list";
}

impl Now {
    pub(crate) fn load(turn: &Turn<'_>, list: KnownList) -> Result<Now, Fault> {
        let none = Now { v: 1, last: 0, current: None, draft: None, own: 0 };
        Ok(turn.get(&now_key(list))?.unwrap_or(none))
    }

    pub(crate) fn save(&self, turn: &mut Turn<'_>, list: KnownList) {
        turn.put(&now_key(list), self);
    }
}

/// Entries with their notes, at `lst/<list>/<version>/<shard>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Shard {
    pub(crate) v: u32,
    pub(crate) entries: BTreeMap<String, String>,
}

impl Record for Shard {
    const KIND: &'static str = "part of a list";
}

/// Ranges of addresses in order: first, last, kind. At `lst/networks/<version>/<first address>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Ranges {
    pub(crate) v: u32,
    pub(crate) ranges: Vec<(String, String, String)>,
}

impl Record for Ranges {
    const KIND: &'static str = "networks";
}

/// What the operator says of an entry, at `lst/<list>/own/<entry>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct OwnRecord {
    pub(crate) v: u32,
    pub(crate) entry: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
    pub(crate) listed: bool,
}

impl Record for OwnRecord {
    const KIND: &'static str = "own entry of a list";
}

pub(crate) fn now_key(list: KnownList) -> String {
    format!("{PREFIX}{}/now", list.word())
}

/// Beginning of the keys of a version.
pub(crate) fn version_prefix(list: KnownList, version: u32) -> String {
    format!("{PREFIX}{}/{version:06}/", list.word())
}

pub(crate) fn own_prefix(list: KnownList) -> String {
    format!("{PREFIX}{}/own/", list.word())
}

/// The part of a version that an entry is in.
pub(crate) fn shard_key(list: KnownList, version: u32, entry: &str) -> String {
    format!("{}{}", version_prefix(list, version), hex(&Sha256::digest(entry)[..1]))
}
