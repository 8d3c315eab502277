//! How often somebody may try (SEC-9): counted in storage, so that a count outlives the host.
//!
//! A bucket is one moment: when it will be full again. It is kept at `thr/<UTC day>/<door>/<dimension>/<32 hex of what is counted>`. No bucket takes
//! longer than a day to fill, so today's and yesterday's records are looked at, and older days are cleared as one span.

use coinbox_ground::calendar::day_name;
use coinbox_ground::idempotency::digest;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{DAY_MS, Fault, Instant, MINUTE_MS, Refusal};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Beginning of every key.
pub const PREFIX: &str = "thr/";

/// A door, what is counted at it, and how many tries it holds.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// Short word for the flow.
    pub door: &'static str,
    /// Short word for what is counted.
    pub dimension: &'static str,
    /// Tries at once.
    pub burst: u32,
    /// After them, one try in this time. `burst` times `one_per` is at most a day.
    pub one_per: Instant,
}

/// A bucket that is not full.
#[derive(Serialize, Deserialize)]
struct Level {
    v: u32,
    full: Instant,
}

impl Record for Level {
    const KIND: &'static str = "throttle";
}

fn key(day: &str, door: &str, dimension: &str, value: &str) -> String {
    format!("{PREFIX}{day}/{door}/{dimension}/{}", &digest(value.as_bytes())[..32])
}

/// Keys of today and of yesterday: a record is written under the first, and may stand under the second.
fn keys(turn: &Turn<'_>, door: &str, dimension: &str, value: &str) -> [String; 2] {
    [turn.now(), turn.now() - DAY_MS].map(|at| key(&day_name(at), door, dimension, value))
}

fn full_at(turn: &Turn<'_>, keys: &[String; 2]) -> Result<Instant, Fault> {
    let mut full = 0;
    for key in keys {
        full = full.max(turn.get::<Level>(key)?.map_or(0, |level| level.full));
    }
    Ok(full)
}

/// The moment from which the bucket has room; none: it has room now.
fn closed_until(turn: &Turn<'_>, bucket: &Bucket, value: &str) -> Result<Option<Instant>, Fault> {
    let full = full_at(turn, &keys(turn, bucket.door, bucket.dimension, value))?;
    let room = full - Instant::from(bucket.burst - 1) * bucket.one_per;
    Ok((room > turn.now()).then_some(room))
}

/// Refuses a try that a bucket has no room for. Nothing is counted.
pub fn check(turn: &Turn<'_>, bucket: &Bucket, value: &str) -> Result<(), Fault> {
    match closed_until(turn, bucket, value)? {
        Some(room) => Err(Refusal::TooOften(room).into()),
        None => Ok(()),
    }
}

/// Counts a try, or refuses it, which counts nothing.
pub fn take(turn: &mut Turn<'_>, bucket: &Bucket, value: &str) -> Result<(), Fault> {
    check(turn, bucket, value)?;
    let keys = keys(turn, bucket.door, bucket.dimension, value);
    let full = full_at(turn, &keys)?.max(turn.now()) + bucket.one_per;
    turn.put(&keys[0], &Level { v: 1, full });
    Ok(())
}

/// What an address counts as: a v4 address by itself, a v6 address as its /64, and no address as one more.
pub fn network(address: Option<&str>) -> String {
    match address.and_then(|address| address.parse::<IpAddr>().ok()) {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        None => "none".to_owned(),
    }
}

/// Waits that grow with each failure, and end with a success or a day after the last one.
pub mod waits {
    use super::{DAY_MS, Deserialize, Fault, Instant, MINUTE_MS, Record, Refusal, Serialize, Turn, keys};

    /// Failures before the first wait.
    pub const FREE: u32 = 5;
    /// Waits after the fifth failure and those that follow. The last one repeats.
    const WAITS_MS: [Instant; 6] =
        [MINUTE_MS / 2, MINUTE_MS, 2 * MINUTE_MS, 4 * MINUTE_MS, 8 * MINUTE_MS, 15 * MINUTE_MS];

    /// A door, and what is counted at it.
    #[derive(Clone, Copy, Debug)]
    pub struct Waits {
        /// Short word for the flow.
        pub door: &'static str,
        /// Short word for what is counted.
        pub dimension: &'static str,
    }

    /// Failures in a row.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
    pub struct Failures {
        v: u32,
        /// How many.
        pub count: u32,
        /// Of the last one.
        pub last: Instant,
        /// No try is taken before this moment.
        pub until: Instant,
    }

    impl Record for Failures {
        const KIND: &'static str = "failures in a row";
    }

    impl Failures {
        /// Whether this failure was the first that brought a wait.
        pub fn is_first_wait(&self) -> bool {
            self.count == FREE
        }
    }

    fn failures(turn: &Turn<'_>, keys: &[String; 2]) -> Result<Option<Failures>, Fault> {
        let mut newest: Option<Failures> = None;
        for key in keys {
            let found = turn.get::<Failures>(key)?.filter(|found| found.last > turn.now() - DAY_MS);
            newest = newest.max_by_last(found);
        }
        Ok(newest)
    }

    trait Newest {
        fn max_by_last(self, other: Self) -> Self;
    }

    impl Newest for Option<Failures> {
        fn max_by_last(self, other: Option<Failures>) -> Option<Failures> {
            match (self, other) {
                (Some(one), Some(other)) => Some(if other.last > one.last { other } else { one }),
                (one, other) => one.or(other),
            }
        }
    }

    /// Counts a try as a failure, before anything is weighed. A try during a wait is refused and counts nothing.
    pub fn count(turn: &mut Turn<'_>, waits: &Waits, value: &str) -> Result<Failures, Fault> {
        let keys = keys(turn, waits.door, waits.dimension, value);
        let before = failures(turn, &keys)?;
        if let Some(before) = before.filter(|before| before.until > turn.now()) {
            return Err(Refusal::TooOften(before.until).into());
        }
        let count = before.map_or(0, |before| before.count).saturating_add(1);
        let wait = count.checked_sub(FREE).map_or(0, |over| WAITS_MS[(over as usize).min(WAITS_MS.len() - 1)]);
        let now = turn.now();
        let counted = Failures { v: 1, count, last: now, until: now + wait };
        turn.put(&keys[0], &counted);
        Ok(counted)
    }

    /// A try was good: nothing is counted any more.
    pub fn forget(turn: &mut Turn<'_>, waits: &Waits, value: &str) {
        keys(turn, waits.door, waits.dimension, value).iter().for_each(|key| turn.remove(key));
    }
}

#[cfg(test)]
mod tests {
    use super::waits::{Waits, count};
    use super::*;
    use coinbox_ground::testing::{Fake, START};
    use coinbox_ground::vocabulary::HOUR_MS;

    const DOOR: Bucket = Bucket { door: "su", dimension: "e", burst: 3, one_per: 8 * HOUR_MS };

    fn taken(fake: &Fake, at: Instant) -> Result<(), Fault> {
        fake.command(at, |turn| take(turn, &DOOR, "a@example.com"))
    }

    #[test]
    fn a_bucket_holds_its_burst_and_fills_one_after_the_other_over_midnight() {
        let fake = Fake::new();
        for _ in 0..3 {
            assert_eq!(taken(&fake, START), Ok(()));
        }
        let room = START + 8 * HOUR_MS;
        assert_eq!(taken(&fake, START + 1), Err(Refusal::TooOften(room).into()));
        assert_eq!(taken(&fake, room - 1), Err(Refusal::TooOften(room).into()));
        assert_eq!(taken(&fake, room), Ok(()));
        assert_eq!(taken(&fake, room), Err(Refusal::TooOften(room + 8 * HOUR_MS).into()));
        assert_eq!(fake.command(room, |turn| take(turn, &DOOR, "b@example.com")), Ok(()), "another value has its own");
        // Full again, whatever day it is.
        for _ in 0..3 {
            assert_eq!(taken(&fake, room + DAY_MS), Ok(()));
        }
        assert!(taken(&fake, room + DAY_MS).is_err());
    }

    #[test]
    fn waits_grow_and_tries_in_between_count_nothing() {
        let (fake, door) = (Fake::new(), Waits { door: "li", dimension: "e" });
        let tried =
            |at| fake.command(at, |turn| count(turn, &door, "a@example.com")).map(|failures| failures.until - at);
        for _ in 0..4 {
            assert_eq!(tried(START), Ok(0));
        }
        let mut at = START;
        for wait in [30, 60, 120, 240, 480, 900, 900] {
            assert_eq!(tried(at), Ok(wait * 1000));
            let until = at + wait * 1000;
            assert_eq!(tried(until - 1), Err(Refusal::TooOften(until).into()));
            at = until;
        }
        assert_eq!(tried(at + DAY_MS), Ok(0), "forgotten after a day");
        fake.command(at + DAY_MS, |turn| {
            waits::forget(turn, &door, "a@example.com");
            Ok::<(), Fault>(())
        })
        .expect("forgotten");
        for _ in 0..4 {
            assert_eq!(tried(at + DAY_MS), Ok(0), "a success ends it");
        }
    }

    #[test]
    fn a_network_is_an_address_or_its_first_half() {
        for (address, counted) in [
            (Some("192.0.2.1"), "192.0.2.1"),
            (Some("::ffff:192.0.2.1"), "192.0.2.1"),
            (Some("2001:db8:1:2:3::9"), "2001:db8:1:2::/64"),
            (Some("rubbish"), "none"),
            (None, "none"),
        ] {
            assert_eq!(network(address), counted);
        }
    }
}
