//! Clocks: the machine's, as it is or guarded against its mistakes, and one that is moved by hand.

mod guard;
mod kinds;

pub use guard::{ClockMark, ConfirmError, GuardSettings, GuardedClock, Machine, TimeSource};
pub use kinds::{ClockError, LATEST, RealClock, SimulatedClock};
