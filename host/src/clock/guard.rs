//! A real clock whose machine is not believed at once.
//!
//! Invoices, rent and releases cannot be undone, so one wrong reading of one source must not cause them (decision 21). The guard
//! keeps a time of its own. This time goes on with the machine's steady clock, and leans towards the machine's calendar clock by
//! at most a thousandth. While the calendar clock is ahead of the guard's time by no more than a bound, the rules get the calendar
//! clock. Beyond the bound the calendar clock is in doubt: the rules get the guard's time, and jobs stand still until a person
//! decides or the machine's clock is set right.

use super::kinds::calendar;
use crate::capability::{Clock, Doubt, Instant};
use crate::text;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The guard's own time leans towards the machine's by one part in so many. Time servers slew by at most half of that.
const LEAN: i64 = 1_000;

/// Where a guarded clock reads the time.
pub trait TimeSource: Send + Sync {
    /// The calendar clock: milliseconds since 1970, whatever they are.
    fn calendar(&self) -> Instant;
    /// The steady clock: what has passed since some moment, the machine's sleep included. It is set by nobody.
    fn passed(&self) -> Duration;
    /// Names the time that `passed` counts from, the same for every program until the machine starts anew. `None`: nobody knows.
    fn start(&self) -> Option<String>;
}

/// The machine that the program runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

impl TimeSource for Machine {
    fn calendar(&self) -> Instant {
        calendar()
    }

    #[cfg(target_os = "linux")]
    fn passed(&self) -> Duration {
        // Unlike the one behind `std::time::Instant`, this clock goes on while the machine sleeps.
        let passed = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(passed.tv_sec.unsigned_abs(), u32::try_from(passed.tv_nsec).unwrap_or(0))
    }

    #[cfg(not(target_os = "linux"))]
    fn passed(&self) -> Duration {
        static FIRST: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
        FIRST.elapsed()
    }

    #[cfg(target_os = "linux")]
    fn start(&self) -> Option<String> {
        let name = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty() && name.len() <= 64)
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self) -> Option<String> {
        None
    }
}

/// How far the machine's clock is believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GuardSettings {
    /// Furthest jump ahead that is believed while the program runs.
    pub jump_ms: i64,
    /// Longest time between the last command of a store and a start that is believed to have been a stop.
    pub stop_ms: i64,
}

impl Default for GuardSettings {
    fn default() -> GuardSettings {
        GuardSettings { jump_ms: 5 * 60_000, stop_ms: 7 * 86_400_000 }
    }
}

/// What both clocks of a machine showed together when they were believed. After a restart of the program on a machine
/// that went on, it tells how long the stop was.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockMark {
    /// [`TimeSource::start`].
    pub start: String,
    /// [`TimeSource::passed`], in milliseconds.
    pub passed_ms: i64,
    /// [`TimeSource::calendar`].
    pub calendar: Instant,
}

/// Why the machine's clock was not confirmed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConfirmError {
    /// There is nothing to confirm.
    #[error("the machine's clock is not in doubt: there is nothing to confirm")]
    NotInDoubt,
    /// Time does not go back.
    #[error(
        "the machine's clock shows {machine}, and the store's time is {now} already: time never goes back, it stands until the machine has caught up"
    )]
    Behind {
        /// What the machine shows.
        machine: String,
        /// What the rules are told.
        now: String,
    },
    /// The person has seen another moment.
    #[error("the machine's clock shows {machine} now and not {seen}: look again, then confirm what it shows")]
    Another {
        /// What the machine shows.
        machine: String,
        /// What was confirmed.
        seen: String,
    },
}

#[derive(Debug)]
struct State {
    /// The guard's own time in microseconds.
    own: i64,
    /// The steady clock at the last reading.
    passed: Duration,
    /// Parts of a microsecond of leaning, times [`LEAN`].
    rest: i64,
    /// What was shown last; nothing earlier is shown.
    shown: Instant,
    /// The machine has not shown a moment yet that follows the store's last one.
    starting: bool,
    doubt: Option<Doubt>,
}

/// The machine's clock, believed within bounds. Never steps back.
pub struct GuardedClock {
    source: Arc<dyn TimeSource>,
    settings: GuardSettings,
    state: Mutex<State>,
}

impl GuardedClock {
    /// A clock that goes on from a store's last moment. `mark`: what was believed on this machine before; of another start of the
    /// machine it says nothing.
    pub fn after(
        last: Instant,
        mark: Option<&ClockMark>,
        source: Arc<dyn TimeSource>,
        settings: GuardSettings,
    ) -> GuardedClock {
        let passed = source.passed();
        let known = mark.filter(|mark| Some(&mark.start) == source.start().as_ref());
        let known = known.and_then(|mark| {
            let since = milliseconds(passed).checked_sub(mark.passed_ms).filter(|since| *since >= 0)?;
            mark.calendar.checked_add(since)
        });
        let own = known.unwrap_or(last).max(last);
        let state = State {
            own: own.saturating_mul(1_000),
            passed,
            rest: 0,
            shown: last,
            starting: known.is_none(),
            doubt: None,
        };
        GuardedClock { source, settings, state: Mutex::new(state) }
    }

    /// A clock for a store in which nothing has happened, or that a person has just made of a backup: the machine is believed.
    pub fn fresh(last: Instant, source: Arc<dyn TimeSource>, settings: GuardSettings) -> GuardedClock {
        let clock = GuardedClock::after(last, None, source, settings);
        {
            let mut state = clock.state();
            let machine = clock.source.calendar();
            if machine > last {
                state.own = machine.saturating_mul(1_000);
                state.starting = false;
            }
        }
        clock
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What both clocks show, where they are believed.
    pub fn mark(&self) -> Option<ClockMark> {
        let start = self.source.start()?;
        let state = self.read();
        if state.doubt.is_some() || state.starting {
            return None;
        }
        Some(ClockMark { start, passed_ms: milliseconds(state.passed), calendar: state.own / 1_000 })
    }

    /// A person has looked at a clock and says that the machine is right, which has shown `seen` a short while ago.
    pub fn confirm(&self, seen: Instant) -> Result<Instant, ConfirmError> {
        let mut state = self.read();
        let Some(doubt) = state.doubt.clone() else { return Err(ConfirmError::NotInDoubt) };
        let (machine, now) = (text::moment(doubt.machine), text::moment(doubt.now));
        if !doubt.is_ahead() {
            return Err(ConfirmError::Behind { machine, now });
        }
        // Looking and typing takes a while; another jump is no while.
        if !(0..=self.settings.jump_ms.max(60_000)).contains(&doubt.machine.saturating_sub(seen)) {
            return Err(ConfirmError::Another { machine, seen: text::moment(seen) });
        }
        state.own = doubt.machine.saturating_mul(1_000);
        state.shown = doubt.machine;
        state.starting = false;
        state.doubt = None;
        tracing::warn!(from = now, to = machine, "a person has confirmed the machine's clock: time goes on from there");
        Ok(doubt.machine)
    }

    /// Reads both clocks and decides.
    fn read(&self) -> MutexGuard<'_, State> {
        let mut guard = self.state();
        let state = &mut *guard;
        let (calendar, passed) = (self.source.calendar(), self.source.passed());
        let elapsed = i64::try_from(passed.saturating_sub(state.passed).as_micros()).unwrap_or(i64::MAX);
        state.passed = state.passed.max(passed);
        state.own = state.own.saturating_add(elapsed);
        let lean = (state.rest + elapsed % LEAN) / LEAN + elapsed / LEAN;
        state.rest = (state.rest + elapsed % LEAN) % LEAN;

        let own = state.own / 1_000;
        let bound = if state.starting { self.settings.stop_ms } else { self.settings.jump_ms };
        let doubt = if calendar > own.saturating_add(bound) {
            state.shown = state.shown.max(own);
            Some(Doubt { machine: calendar, now: state.shown })
        } else {
            let calendar_us = calendar.saturating_mul(1_000);
            if calendar >= state.shown {
                if state.starting && calendar.saturating_sub(state.shown) > self.settings.jump_ms {
                    tracing::info!(
                        from = text::moment(state.shown),
                        to = text::moment(calendar),
                        "the last command was some time ago: what has become due since is driven now"
                    );
                }
                let leaning = calendar_us.saturating_sub(state.own).min(lean);
                state.own = if state.starting { calendar_us } else { state.own.saturating_add(leaning) };
                state.starting = false;
                state.shown = calendar;
            }
            let behind = state.shown.saturating_sub(calendar) > self.settings.jump_ms;
            behind.then_some(Doubt { machine: calendar, now: state.shown })
        };
        tell(state.doubt.as_ref(), doubt.as_ref());
        state.doubt = doubt;
        guard
    }
}

/// A line in the log where a doubt begins, and where it ends.
fn tell(before: Option<&Doubt>, now: Option<&Doubt>) {
    let ahead = |doubt: Option<&Doubt>| doubt.map(Doubt::is_ahead);
    match (ahead(before), ahead(now)) {
        (before, now) if before == now => {}
        (_, Some(_)) => tracing::error!("{}", now.map(ToString::to_string).unwrap_or_default()),
        (_, None) => tracing::info!("the machine's clock is no longer in doubt: time goes on with it"),
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Clock for GuardedClock {
    fn now(&self) -> Instant {
        self.read().shown
    }

    fn doubt(&self) -> Option<Doubt> {
        self.read().doubt.clone()
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
