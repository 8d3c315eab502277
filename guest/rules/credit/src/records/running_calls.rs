//! The list of running calls of an account, newest first (CRD-10, R48).

use coinbox_ground::ids::{AuthId, newest_first};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Calls in one hang-up request, one report or one list.
pub const PAGE: usize = 1000;

/// A running call, at `call/<account>/<start, newest first>/<name>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Running {
    /// Version of the record.
    pub v: u32,
    /// The caller's name for the call.
    pub name: String,
    /// Who makes it: the account or one of its sub-accounts.
    pub auth_id: AuthId,
    /// When it began.
    pub started: Instant,
    /// Who carries it: a switch, gateway or adapter, by the name that it gave itself.
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    pub carried_by: Option<String>,
}

impl Record for Running {
    const KIND: &'static str = "running call";
}

/// All running calls of all accounts.
pub const RUNNING: &str = "call/";

/// Where a running call is, by its name, at `calli/<account>/<name>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Index {
    /// Version of the record.
    pub v: u32,
    /// Its key.
    pub key: String,
}

impl Record for Index {
    const KIND: &'static str = "running call index";
}

/// Where a running call is found by its name: to be read together with other keys.
pub fn index_key(account: AuthId, name: &str) -> String {
    format!("calli/{account}/{name}")
}

/// Whether a call of this name is running.
pub fn is_running(turn: &Turn<'_>, account: AuthId, name: &str) -> Result<bool, Fault> {
    Ok(turn.get::<Index>(&index_key(account, name))?.is_some())
}

fn prefix(account: AuthId) -> String {
    format!("call/{account}/")
}

/// The newest running calls, at most a page. The flag: there are more.
pub fn calls(turn: &Turn<'_>, account: AuthId) -> Result<(Vec<Running>, bool), Fault> {
    let (entries, more) = turn.list::<Running>(&prefix(account), PAGE)?;
    Ok((entries.into_iter().map(|(_, running)| running).collect(), more))
}

/// Takes a call off the list, if it is on it.
pub fn forget(turn: &mut Turn<'_>, account: AuthId, name: &str) -> Result<(), Fault> {
    let index = index_key(account, name);
    if let Some(place) = turn.get::<Index>(&index)? {
        turn.remove(&place.key);
        turn.remove(&index);
    }
    Ok(())
}

/// Puts a call on the list, by its name and who makes it, with who carries it. Answers whether it was not on it.
pub fn name(
    turn: &mut Turn<'_>,
    account: AuthId,
    (name, auth_id): (&str, AuthId),
    started: Instant,
    carried_by: Option<&str>,
) -> Result<bool, Fault> {
    let index = index_key(account, name);
    if turn.get::<Index>(&index)?.is_some() {
        return Ok(false);
    }
    let key = format!("{}{}/{name}", prefix(account), newest_first(started));
    let carried_by = carried_by.map(str::to_owned);
    turn.put(&key, &Running { v: 1, name: name.to_owned(), auth_id, started, carried_by });
    turn.put(&index, &Index { v: 1, key });
    Ok(true)
}
