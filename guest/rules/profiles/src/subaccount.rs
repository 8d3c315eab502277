//! The record of a sub-account: whose it is, what it is called, whether it may be used (SUB-1). And how many there are.

use coinbox_ground::ids::{AuthId, newest_first};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Beginning of the keys of sub-accounts.
pub const PREFIX: &str = "sub/";

/// Record of a sub-account, at `sub/<auth ID>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Sub {
    /// Version of the record.
    pub v: u32,
    /// The main account.
    pub parent: AuthId,
    /// 1 to 100 characters.
    pub name: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// When it was made.
    pub created: Instant,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Instant>,
    /// When it was deleted. The record stays: what it has used is still posted (R14), and its auth ID is never given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Instant>,
}

impl Record for Sub {
    const KIND: &'static str = "sub-account";
}

/// How many sub-accounts a main account has, at `subn/<auth ID>`.
#[derive(Serialize, Deserialize)]
pub struct Count {
    /// Version of the record.
    pub v: u32,
    /// How many there are.
    pub count: u32,
}

impl Record for Count {
    const KIND: &'static str = "count of sub-accounts";
}

/// One line of the index `subs/<main account>/<time, falling>/<sub-account>`: the key says everything.
#[derive(Serialize, Deserialize)]
pub struct Line {
    /// Version of the record.
    pub v: u32,
}

impl Record for Line {
    const KIND: &'static str = "index of sub-accounts";
}

/// Key of a sub-account's record.
pub fn key(sub: AuthId) -> String {
    format!("{PREFIX}{sub}")
}

/// The record of a sub-account, if it ever existed; of a deleted one too.
pub fn kept(turn: &Turn<'_>, sub: AuthId) -> Result<Option<Sub>, Fault> {
    turn.get(&key(sub))
}

/// The record of a sub-account, if it exists and was not deleted.
pub fn load(turn: &Turn<'_>, sub: AuthId) -> Result<Option<Sub>, Fault> {
    Ok(kept(turn, sub)?.filter(|sub| sub.deleted.is_none()))
}

/// The record of a sub-account, or a refusal that it does not exist.
pub fn need(turn: &Turn<'_>, sub: AuthId) -> Result<Sub, Fault> {
    load(turn, sub)?.ok_or_else(|| Fault::not_found("sub-account"))
}

/// The name of a sub-account; of a deleted one too, because what it has used is on invoices under its name.
pub fn name(turn: &Turn<'_>, sub: AuthId) -> Result<String, Fault> {
    Ok(kept(turn, sub)?.map(|sub| sub.name).unwrap_or_default())
}

/// The main account of a sub-account, if it exists; of a deleted one too.
pub fn parent(turn: &Turn<'_>, sub: AuthId) -> Result<Option<AuthId>, Fault> {
    Ok(kept(turn, sub)?.map(|sub| sub.parent))
}

/// Whether a sub-account exists and may be used.
pub fn is_enabled(turn: &Turn<'_>, sub: AuthId) -> Result<bool, Fault> {
    Ok(load(turn, sub)?.is_some_and(|sub| sub.enabled))
}

/// How many sub-accounts a main account has.
pub fn count(turn: &Turn<'_>, parent: AuthId) -> Result<u32, Fault> {
    Ok(turn.get::<Count>(&count_key(parent))?.map_or(0, |stored| stored.count))
}

/// Sets how many sub-accounts a main account has.
pub fn set_count(turn: &mut Turn<'_>, parent: AuthId, count: u32) {
    turn.put(&count_key(parent), &Count { v: 1, count });
}

fn count_key(parent: AuthId) -> String {
    format!("subn/{parent}")
}

/// Beginning of the lines by which a main account's sub-accounts are listed.
pub fn lines(parent: AuthId) -> String {
    format!("subs/{parent}/")
}

/// Key of the line by which a main account's sub-accounts are listed, newest first.
pub fn index(parent: AuthId, created: Instant, sub: AuthId) -> String {
    format!("{}{}/{sub}", lines(parent), newest_first(created))
}
