//! The machine's clock as it is, and one that is moved by hand.

use crate::capability::{Clock, Instant};
use crate::text;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Latest moment that a simulated clock can show: the end of the year 9999.
pub const LATEST: Instant = 253_402_300_799_999;

/// What the calendar clock of this machine shows.
pub(super) fn calendar() -> Instant {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| Instant::try_from(since.as_millis()).unwrap_or(LATEST))
}

/// The machine's clock, believed whatever it shows. Never steps back while the program runs, whatever is done to the machine's time. For a
/// store that stays, see [`GuardedClock`](super::GuardedClock).
#[derive(Debug, Default)]
pub struct RealClock {
    latest: AtomicI64,
}

impl RealClock {
    /// The machine's clock.
    pub fn new() -> RealClock {
        RealClock::default()
    }
}

impl Clock for RealClock {
    fn now(&self) -> Instant {
        let machine = calendar();
        self.latest.fetch_max(machine, Ordering::SeqCst).max(machine)
    }
}

fn shown(moment: &Instant) -> String {
    text::moment(*moment)
}

/// Why a simulated clock was not moved.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Time only goes forward.
    #[error("the clock shows {} and cannot go back to {}", shown(.now), shown(.asked))]
    Backwards {
        /// What it shows.
        now: Instant,
        /// What was asked for.
        asked: Instant,
    },
    /// Outside the years 1970 to 9999.
    #[error("a clock shows {} to {}", text::moment(0), text::moment(LATEST))]
    OutOfRange,
}

/// A clock that stands still until it is moved, and is never moved back. Whoever owns it keeps its moment over a restart.
#[derive(Debug)]
pub struct SimulatedClock {
    now: AtomicI64,
}

impl SimulatedClock {
    /// A clock that shows this moment, brought into the years 1970 to 9999.
    pub fn new(start: Instant) -> SimulatedClock {
        SimulatedClock { now: AtomicI64::new(start.clamp(0, LATEST)) }
    }

    /// Moves the clock to a moment, which may be the one it shows.
    pub fn set(&self, to: Instant) -> Result<(), ClockError> {
        if !(0..=LATEST).contains(&to) {
            return Err(ClockError::OutOfRange);
        }
        let before = self.now.fetch_max(to, Ordering::SeqCst);
        if before > to { Err(ClockError::Backwards { now: before, asked: to }) } else { Ok(()) }
    }

    /// Moves the clock on and answers what it shows then.
    pub fn advance(&self, by_ms: i64) -> Result<Instant, ClockError> {
        let moved = |now: Instant| match now.checked_add(by_ms) {
            Some(to) if by_ms >= 0 && to <= LATEST => Some(to),
            _ => None,
        };
        match self.now.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved) {
            Ok(before) => Ok(before + by_ms),
            Err(now) if by_ms < 0 => Err(ClockError::Backwards { now, asked: now.saturating_add(by_ms) }),
            Err(_) => Err(ClockError::OutOfRange),
        }
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Instant {
        self.now.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_clock_does_not_step_behind_a_moment_it_has_shown() {
        let clock = RealClock::new();
        let first = clock.now();
        assert!(first > 1_700_000_000_000);
        // As if the machine had been an hour ahead and was then set right.
        clock.latest.store(first + 3_600_000, Ordering::SeqCst);
        assert_eq!(clock.now(), first + 3_600_000);
    }

    #[test]
    fn simulated_clock_stands_until_moved() {
        let clock = SimulatedClock::new(1_000);
        assert_eq!(clock.now(), 1_000);
        assert_eq!(clock.set(5_000), Ok(()));
        assert_eq!(clock.set(5_000), Ok(()));
        assert_eq!(clock.advance(250), Ok(5_250));
        assert_eq!(clock.now(), 5_250);
    }

    #[test]
    fn simulated_clock_refuses_to_go_back_or_past_the_year_9999() {
        let clock = SimulatedClock::new(5_000);
        assert_eq!(clock.set(4_999), Err(ClockError::Backwards { now: 5_000, asked: 4_999 }));
        assert_eq!(clock.advance(-1), Err(ClockError::Backwards { now: 5_000, asked: 4_999 }));
        assert_eq!(clock.set(-1), Err(ClockError::OutOfRange));
        assert_eq!(clock.set(LATEST + 1), Err(ClockError::OutOfRange));
        assert_eq!(clock.advance(i64::MAX), Err(ClockError::OutOfRange));
        assert_eq!(clock.now(), 5_000);
        assert_eq!(SimulatedClock::new(-7).now(), 0);
    }
}
