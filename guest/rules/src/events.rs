//! Reading the feed (EVT-1).

pub use crate::ground::feed::Event;

use crate::access::{self, functions};
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Checks, FieldRule, interface_error};

interface_error! {
    /// Errors of `events`.
    Error {}
}

/// Committed events after a position: one account's, or with `None` all (EVT-1).
pub fn read(
    turn: &Turn<'_>,
    caller: &Caller,
    account: Option<String>,
    after: u64,
    limit: u32,
) -> Result<Vec<Event>, Error> {
    match &account {
        Some(account) => drop(access::query_on(turn, caller, functions::EVENTS_READ, account)?),
        None => drop(access::query_on_all(turn, caller, functions::EVENTS_READ)?),
    }
    let mut checks = Checks::new();
    checks.require(limit >= 1, "limit", FieldRule::TooSmall, 1);
    checks.require(limit <= 1000, "limit", FieldRule::TooLarge, 1000);
    checks.done()?;
    let lines = turn.feed(account.as_deref(), after, limit);
    Ok(lines.into_iter().map(Event::of_line).collect::<Result<_, _>>()?)
}
