//! A machine whose clocks are set by hand (case sec-03).

use super::*;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2026-11-10T12:00:00Z.
const NOON: Instant = 1_794_312_000_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 86_400_000;

/// Two clocks that are moved by hand.
struct Bench {
    calendar: AtomicI64,
    passed: AtomicI64,
    start: Mutex<Option<String>>,
}

impl TimeSource for Bench {
    fn calendar(&self) -> Instant {
        self.calendar.load(Ordering::SeqCst)
    }

    fn passed(&self) -> Duration {
        Duration::from_millis(self.passed.load(Ordering::SeqCst).unsigned_abs())
    }

    fn start(&self) -> Option<String> {
        self.start.lock().expect("bench").clone()
    }
}

impl Bench {
    fn at(calendar: Instant) -> Arc<Bench> {
        let start = Mutex::new(Some("one".to_owned()));
        Arc::new(Bench { calendar: AtomicI64::new(calendar), passed: AtomicI64::new(5 * HOUR), start })
    }

    /// Time passes.
    fn pass(&self, ms: i64) {
        self.passed.fetch_add(ms, Ordering::SeqCst);
        self.calendar.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the calendar clock.
    fn set(&self, by: i64) {
        self.calendar.fetch_add(by, Ordering::SeqCst);
    }

    /// The machine starts anew after a while.
    fn restart(&self, off: i64) {
        self.calendar.fetch_add(off, Ordering::SeqCst);
        self.passed.store(7 * SECOND, Ordering::SeqCst);
        *self.start.lock().expect("bench") = Some("two".to_owned());
    }

    fn clock(self: &Arc<Self>, last: Instant, mark: Option<&ClockMark>) -> GuardedClock {
        GuardedClock::after(last, mark, self.clone(), GuardSettings::default())
    }
}

fn ahead(clock: &GuardedClock) -> Option<i64> {
    clock.doubt().filter(Doubt::is_ahead).map(|doubt| doubt.machine - doubt.now)
}

#[test]
fn sec_03_two_seconds_of_a_wrong_clock_change_nothing() {
    for wrong in [5 * MINUTE + 1, HOUR, 40 * DAY, 400 * 365 * DAY] {
        let bench = Bench::at(NOON);
        let clock = bench.clock(NOON, None);
        bench.pass(10 * SECOND);
        assert_eq!((clock.now(), clock.doubt()), (NOON + 10 * SECOND, None));
        bench.set(wrong);
        for second in 1..=2 {
            bench.pass(SECOND);
            let now = NOON + (10 + second) * SECOND;
            assert_eq!((clock.now(), ahead(&clock)), (now, Some(wrong)), "{wrong}: time goes on with the steady clock");
        }
        bench.set(-wrong);
        bench.pass(SECOND);
        assert_eq!((clock.now(), clock.doubt()), (NOON + 13 * SECOND, None), "{wrong}");
        // Nor does a restart remember it.
        let again = bench.clock(clock.now(), clock.mark().as_ref());
        assert_eq!((again.now(), again.doubt()), (NOON + 13 * SECOND, None));
    }
}

#[test]
fn sec_03_many_small_jumps_are_one_large_one() {
    let bench = Bench::at(NOON);
    let clock = bench.clock(NOON, None);
    assert_eq!(clock.now(), NOON);
    bench.set(4 * MINUTE);
    assert_eq!((clock.now(), clock.doubt()), (NOON + 4 * MINUTE, None), "a time server sets right what is minutes off");
    bench.pass(SECOND);
    bench.set(4 * MINUTE);
    assert_eq!(ahead(&clock), Some(4 * MINUTE + SECOND), "held against the guard's own time, which has not followed");
    bench.set(-4 * MINUTE);
    assert_eq!(clock.doubt(), None);
    // Leaning by a thousandth, three days are enough to forget four minutes.
    for _ in 0..72 {
        bench.pass(HOUR);
        assert_eq!(clock.doubt(), None);
    }
    bench.set(4 * MINUTE);
    assert_eq!(clock.doubt(), None);
}

#[test]
fn sec_03_a_clock_that_is_slewed_for_years_is_believed() {
    let bench = Bench::at(NOON);
    let clock = bench.clock(NOON, None);
    for hour in 0..24 * 365 * 2_i64 {
        bench.pass(HOUR);
        // 500 parts in a million faster in the first year, slower in the second: more than five minutes in every week.
        bench.set(if hour < 24 * 365 { 1_800 } else { -1_800 });
        assert_eq!((clock.now(), clock.doubt()), (bench.calendar(), None), "hour {hour}");
    }
}

#[test]
fn sec_03_a_machine_that_slept_is_believed() {
    let bench = Bench::at(NOON);
    let clock = bench.clock(NOON, None);
    // The steady clock counts the sleep.
    bench.pass(3 * DAY);
    assert_eq!((clock.now(), clock.doubt()), (NOON + 3 * DAY, None));
    // A paused virtual machine knows nothing of the pause: a person is asked.
    bench.set(6 * HOUR);
    assert_eq!(ahead(&clock), Some(6 * HOUR));
}

#[test]
fn sec_03_a_person_confirms_what_the_machine_shows_and_nothing_else() {
    let bench = Bench::at(NOON);
    let clock = bench.clock(NOON, None);
    assert_eq!(clock.confirm(NOON), Err(ConfirmError::NotInDoubt));
    bench.set(6 * HOUR);
    let seen = clock.doubt().expect("in doubt").machine;
    bench.pass(90 * SECOND);
    for wrong in [NOON, seen - 10 * MINUTE, seen + 2 * 90 * SECOND, 0] {
        assert!(matches!(clock.confirm(wrong), Err(ConfirmError::Another { .. })), "{wrong}");
    }
    assert_eq!(clock.mark(), None, "what is in doubt is not remembered as right");
    assert_eq!(clock.confirm(seen), Ok(seen + 90 * SECOND));
    assert_eq!((clock.now(), clock.doubt()), (seen + 90 * SECOND, None));
    bench.pass(SECOND);
    assert_eq!((clock.now(), clock.doubt()), (seen + 91 * SECOND, None));
    bench.set(6 * HOUR);
    assert_eq!(ahead(&clock), Some(6 * HOUR), "one confirmation is for one jump");
}

#[test]
fn sec_03_a_clock_that_is_set_back_stands_and_goes_on_where_it_was() {
    let bench = Bench::at(NOON);
    let clock = bench.clock(NOON, None);
    assert_eq!(clock.now(), NOON);
    bench.set(-HOUR);
    bench.pass(SECOND);
    assert_eq!(clock.now(), NOON);
    let doubt = clock.doubt().expect("an hour is told");
    assert!(!doubt.is_ahead());
    assert!(matches!(clock.confirm(doubt.machine), Err(ConfirmError::Behind { .. })));
    // Set right again soon: no jump, the steady clock has seen no time pass.
    bench.set(HOUR);
    assert_eq!((clock.now(), clock.doubt()), (NOON + SECOND, None));
    // Or left as it is: it catches up, and from there on is what is believed.
    bench.set(-HOUR);
    bench.pass(HOUR);
    bench.pass(MINUTE);
    assert_eq!((clock.now(), clock.doubt()), (NOON + SECOND + MINUTE, None));
    bench.set(HOUR);
    assert_eq!(ahead(&clock), Some(HOUR));
}

#[test]
fn sec_03_a_stop_of_days_is_believed_and_one_of_weeks_is_asked_about() {
    for (off, asked) in
        [(SECOND, false), (3 * DAY, false), (7 * DAY, false), (7 * DAY + MINUTE, true), (40 * DAY, true)]
    {
        let bench = Bench::at(NOON + off);
        let clock = bench.clock(NOON, None);
        let (now, doubt) = (clock.now(), ahead(&clock));
        assert_eq!((now, doubt), if asked { (NOON, Some(off)) } else { (NOON + off, None) });
        if asked {
            bench.pass(SECOND);
            assert_eq!(clock.confirm(NOON + off), Ok(NOON + off + SECOND));
            assert_eq!(clock.now(), NOON + off + SECOND);
        }
    }
}

#[test]
fn sec_03_on_a_machine_that_went_on_a_restart_is_held_against_its_steady_clock() {
    let bench = Bench::at(NOON);
    let mark = bench.clock(NOON, None).mark().expect("believed");
    assert_eq!(mark, ClockMark { start: "one".to_owned(), passed_ms: 5 * HOUR, calendar: NOON });
    // Weeks in which only the program stood still need no person.
    bench.pass(40 * DAY);
    assert_eq!(bench.clock(NOON, Some(&mark)).now(), NOON + 40 * DAY);
    // Two days that have not passed are not a stop, although a stop may be as long.
    bench.set(2 * DAY);
    let clock = bench.clock(NOON, Some(&mark));
    assert_eq!((clock.now(), ahead(&clock)), (NOON + 40 * DAY, Some(2 * DAY)));
    // Of another start of the machine the mark says nothing.
    bench.set(-2 * DAY);
    bench.restart(DAY);
    let clock = bench.clock(NOON + 40 * DAY, Some(&mark));
    assert_eq!((clock.now(), clock.doubt()), (NOON + 41 * DAY, None));
}

#[test]
fn sec_03_a_machine_that_learns_the_time_after_its_start_is_believed_then() {
    // Without a battery: 1970 until a time server has answered.
    let bench = Bench::at(12 * SECOND);
    let clock = bench.clock(NOON, None);
    assert_eq!(clock.now(), NOON);
    assert!(clock.doubt().is_some_and(|doubt| !doubt.is_ahead()), "it says how far the store is ahead");
    bench.pass(20 * SECOND);
    bench.calendar.store(NOON + 2 * DAY, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.doubt()), (NOON + 2 * DAY, None));
    bench.set(2 * DAY);
    assert_eq!(ahead(&clock), Some(2 * DAY), "once it has the time, jumps are jumps");
}

#[test]
fn sec_03_a_fresh_store_believes_the_machine() {
    let bench = Bench::at(NOON);
    for last in [0, NOON - 90 * DAY] {
        let clock = GuardedClock::fresh(last, bench.clone(), GuardSettings::default());
        assert_eq!((clock.now(), clock.doubt()), (NOON, None));
    }
    let clock = GuardedClock::fresh(NOON + DAY, bench.clone(), GuardSettings::default());
    assert_eq!(clock.now(), NOON + DAY);
    assert_eq!(clock.doubt().map(|doubt| doubt.to_string()), Some(
        "the store's time is 2026-11-11T12:00:00Z, 1 day ahead of the machine's clock, which shows 2026-11-10T12:00:00Z: time stands until the machine has caught up".to_owned()
    ));
}

#[test]
fn the_machine_of_this_program_has_a_steady_clock() {
    let (first, second) = (Machine.passed(), Machine.passed());
    assert!(second >= first);
    assert!(Machine.calendar() > 1_700_000_000_000);
    let clock = GuardedClock::fresh(0, Arc::new(Machine), GuardSettings::default());
    let now = clock.now();
    assert!(clock.now() >= now && clock.doubt().is_none());
}
