//! Up to which moment something may have been priced, and before which nothing is priced any more.

use crate::floor::floor;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{DAY_MS, Fault, Instant};
use coinbox_ledger::months;
use serde::{Deserialize, Serialize};

/// A reservation is quoted at the price of its beginning: at most 7 days of reserved time and 7 days until it is released.
const RESERVATION_MS: Instant = 14 * DAY_MS;

/// The latest moment that was priced, where it lies ahead of the clock, at [`AHEAD_KEY`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Ahead {
    v: u32,
    at: Instant,
}

impl Record for Ahead {
    const KIND: &'static str = "latest moment that was priced";
}

const AHEAD_KEY: &str = "pb/ahead";

/// Notes that an event of a moment ahead of the clock was rated: what is in force then has begun to price.
pub fn note_ahead(turn: &mut Turn<'_>, at: Instant) -> Result<(), Fault> {
    if at > reached(turn)? {
        turn.put(AHEAD_KEY, &Ahead { v: 1, at });
    }
    Ok(())
}

/// Up to which moment something may have been priced: what begins later has priced nothing.
pub(super) fn reached(turn: &Turn<'_>) -> Result<Instant, Fault> {
    Ok(turn.get::<Ahead>(AHEAD_KEY)?.map_or(turn.now(), |ahead| ahead.at.max(turn.now())))
}

/// No event, reservation, rent or seat of an earlier moment can be priced any more.
pub(super) fn settled_before(turn: &Turn<'_>) -> Result<Instant, Fault> {
    let usage = floor(turn)?.min(turn.now() - RESERVATION_MS);
    Ok(months::pending(turn)?.map_or(usage, |month| usage.min(month.first())))
}
