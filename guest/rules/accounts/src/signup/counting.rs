//! Accounts that were made of one mail domain or from one network on a day: many of them are looked at by a person (ACC-5).

use coinbox_ground::calendar::day_name;
use coinbox_ground::idempotency::digest;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Beginning of every key.
pub(crate) const PREFIX: &str = "suc/";

/// What is counted.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Domain,
    Network,
}

#[derive(Serialize, Deserialize)]
struct Count {
    v: u32,
    count: u32,
}

impl Record for Count {
    const KIND: &'static str = "count of sign-ups";
}

fn key(at: Instant, of: Of, value: &str) -> String {
    let word = match of {
        Of::Domain => "d",
        Of::Network => "n",
    };
    format!("{PREFIX}{}/{word}/{}", day_name(at), &digest(value.as_bytes())[..32])
}

/// How many there were on the day of this moment.
pub(crate) fn of_day(turn: &Turn<'_>, at: Instant, of: Of, value: &str) -> Result<u32, Fault> {
    Ok(turn.get::<Count>(&key(at, of, value))?.map_or(0, |count| count.count))
}

/// Counts one more.
pub(crate) fn count(turn: &mut Turn<'_>, of: Of, value: &str) -> Result<(), Fault> {
    let now = turn.now();
    let count = of_day(turn, now, of, value)?.saturating_add(1);
    turn.put(&key(now, of, value), &Count { v: 1, count });
    Ok(())
}

/// The beginning of the keys of a day.
pub(crate) fn first_of(at: Instant) -> String {
    format!("{PREFIX}{}/", day_name(at))
}
