//! The machine of a simulated host: a steady clock, which is the simulation's, and a calendar clock, which may be wrong for a while.

use coinbox_host::capability::Clock;
use coinbox_host::clock::{ClockMark, SimulatedClock, TimeSource};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// It has been started once, with the simulation.
const START: &str = "simulation";

/// Two clocks, of which one can be set.
pub struct Machine {
    clock: Arc<SimulatedClock>,
    begun: i64,
    ahead: AtomicI64,
}

impl Machine {
    /// A machine whose clocks are right.
    pub fn new(clock: Arc<SimulatedClock>) -> Machine {
        Machine { begun: clock.now(), clock, ahead: AtomicI64::new(0) }
    }

    /// Sets the calendar clock so far ahead of the truth.
    pub fn set_ahead(&self, by: i64) {
        self.ahead.store(by, Ordering::SeqCst);
    }

    /// What a host has believed at its first start.
    pub fn mark(&self) -> ClockMark {
        ClockMark { start: START.to_owned(), passed_ms: 0, calendar: self.begun }
    }
}

impl TimeSource for Machine {
    fn calendar(&self) -> i64 {
        self.clock.now().saturating_add(self.ahead.load(Ordering::SeqCst))
    }

    fn passed(&self) -> Duration {
        Duration::from_millis(self.clock.now().saturating_sub(self.begun).unsigned_abs())
    }

    fn start(&self) -> Option<String> {
        Some(START.to_owned())
    }
}
