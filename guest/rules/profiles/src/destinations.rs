//! Numbers that a trial may reach (ACC-6): an entry each, at `dst/<account>/<number>`.

use crate::policy::Policy;
use crate::profile::{AccountType, profile};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Most of them that the policy allows.
pub const MOST: usize = 100;

/// A verified number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Destination {
    v: u32,
    /// When it was verified.
    pub since: Instant,
}

impl Record for Destination {
    const KIND: &'static str = "destination of a trial";
}

fn prefix(account: AuthId) -> String {
    format!("dst/{account}/")
}

fn key(account: AuthId, number: &str) -> String {
    format!("{}{number}", prefix(account))
}

/// A number of digits, if it is verified.
pub fn find(turn: &Turn<'_>, account: AuthId, number: &str) -> Result<Option<Destination>, Fault> {
    turn.get(&key(account, number))
}

/// Notes that a number is verified. One that was keeps its moment.
pub fn put(turn: &mut Turn<'_>, account: AuthId, number: &str) -> Result<Destination, Fault> {
    if let Some(known) = find(turn, account, number)? {
        return Ok(known);
    }
    let new = Destination { v: 1, since: turn.now() };
    turn.put(&key(account, number), &new);
    Ok(new)
}

/// Takes a number away. False: it was not there.
pub fn remove(turn: &mut Turn<'_>, account: AuthId, number: &str) -> Result<bool, Fault> {
    let known = find(turn, account, number)?.is_some();
    turn.remove(&key(account, number));
    Ok(known)
}

/// All of them, in order of number.
pub fn all(turn: &Turn<'_>, account: AuthId) -> Result<Vec<(String, Destination)>, Fault> {
    let prefix = prefix(account);
    let (found, _) = turn.list::<Destination>(&prefix, MOST)?;
    Ok(found.into_iter().map(|(key, destination)| (key[prefix.len()..].to_owned(), destination)).collect())
}

/// The account is closed.
pub fn forget(turn: &mut Turn<'_>, account: AuthId) {
    let prefix = prefix(account);
    let end = end_of_prefix(&prefix);
    turn.clear(prefix, end);
}

/// Whether a main account reaches verified numbers only: it is a trial, and the policy says so.
pub fn is_limited(turn: &Turn<'_>, main: AuthId) -> Result<bool, Fault> {
    let is_trial = profile(turn, main)?.account_type == AccountType::Developer;
    Ok(is_trial && Policy::load(turn)?.sign_ups.verified_destinations)
}

/// Whether a main account may not reach this number.
pub fn is_out_of_reach(turn: &Turn<'_>, main: AuthId, number: &str) -> Result<bool, Fault> {
    Ok(is_limited(turn, main)? && find(turn, main, number)?.is_none())
}
