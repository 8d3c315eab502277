//! Numbers that a trial reaches (ACC-6).
//!
//! | key | what |
//! |---|---|
//! | `dst/<account>/<phone number>` | a number that the customer of a main account has verified |

use crate::policy::{DESTINATIONS_MAX, Policy};
use crate::profile::{AccountType, Profile};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// A verified number.
#[derive(Serialize, Deserialize)]
struct Destination {
    v: u32,
    /// When it was verified.
    since: Instant,
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

/// Notes that a number, given as digits, is verified. One that was keeps its moment. Answers that moment.
pub fn put(turn: &mut Turn<'_>, account: AuthId, number: &str) -> Result<Instant, Fault> {
    let key = key(account, number);
    if let Some(known) = turn.get::<Destination>(&key)? {
        return Ok(known.since);
    }
    turn.put(&key, &Destination { v: 1, since: turn.now() });
    Ok(turn.now())
}

/// Takes a number away. False: it was not there.
pub fn remove(turn: &mut Turn<'_>, account: AuthId, number: &str) -> Result<bool, Fault> {
    let key = key(account, number);
    let known = turn.get::<Destination>(&key)?.is_some();
    turn.remove(&key);
    Ok(known)
}

/// All of an account with their moments, in order of number.
pub fn all(turn: &Turn<'_>, account: AuthId) -> Result<Vec<(String, Instant)>, Fault> {
    let prefix = prefix(account);
    let (found, _) = turn.list::<Destination>(&prefix, DESTINATIONS_MAX as usize)?;
    Ok(found.into_iter().map(|(key, destination)| (key[prefix.len()..].to_owned(), destination.since)).collect())
}

/// The account is closed.
pub fn forget(turn: &mut Turn<'_>, account: AuthId) {
    let prefix = prefix(account);
    let end = end_of_prefix(&prefix);
    turn.clear(prefix, end);
}

/// Whether an account reaches verified numbers only: it is a trial, and the policy says so. The first paid recharge ends it (R31).
pub fn are_limited(turn: &Turn<'_>, account: &Profile) -> Result<bool, Fault> {
    Ok(account.account_type == AccountType::Developer && Policy::load(turn)?.sign_ups.verified_destinations)
}

/// Whether the customer of a main account has verified a number.
pub fn is_verified(turn: &Turn<'_>, account: AuthId, number: &str) -> Result<bool, Fault> {
    Ok(turn.get::<Destination>(&key(account, number))?.is_some())
}
