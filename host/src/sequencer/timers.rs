//! All timers of a store, in memory: which is due next, and which is being driven.

use crate::storage::{Timer, TimerLane};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whose turn it is, of eight: five urgent, two normal, one bulk. A lane with nothing due leaves its turn to the first that has something.
const TURNS: [TimerLane; 8] = [
    TimerLane::Urgent,
    TimerLane::Normal,
    TimerLane::Urgent,
    TimerLane::Urgent,
    TimerLane::Bulk,
    TimerLane::Urgent,
    TimerLane::Normal,
    TimerLane::Urgent,
];

/// Every durable timer. Workers take the ones that are due; nobody else gets a timer while it is taken.
pub struct TimerQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    by_key: HashMap<Arc<str>, Entry>,
    /// Not taken, by lane: moment and key.
    waiting: [BTreeSet<(i64, Arc<str>)>; 3],
    taken: HashSet<Arc<str>>,
    turn: usize,
    version: u64,
    closed: bool,
}

struct Entry {
    lane: TimerLane,
    due: i64,
    /// When it may be taken: `due`, or later where a worker has postponed it.
    from: i64,
}

/// A timer that is being driven. Dropping it gives it back.
pub struct TakenTimer {
    timer: Timer,
    postponed: Option<i64>,
    queue: Arc<TimerQueue>,
}

impl TakenTimer {
    /// The timer as it was when it was taken.
    pub fn timer(&self) -> &Timer {
        &self.timer
    }

    /// Gives it back for a moment later than its own: driving it has failed, and should not be tried again at once. Forgotten when the
    /// timer is set again, and at the end of the program.
    pub fn postpone(mut self, until: i64) {
        self.postponed = Some(until);
    }
}

impl Drop for TakenTimer {
    fn drop(&mut self) {
        self.queue.give_back(&self.timer, self.postponed);
    }
}

impl State {
    fn waiting(&mut self, lane: TimerLane) -> &mut BTreeSet<(i64, Arc<str>)> {
        &mut self.waiting[lane as usize]
    }

    fn remove(&mut self, key: &str) {
        if let Some((key, entry)) = self.by_key.remove_entry(key) {
            self.waiting(entry.lane).remove(&(entry.from, key));
        }
    }

    fn set(&mut self, key: Arc<str>, lane: TimerLane, due: i64) {
        if !self.taken.contains(&key) {
            self.waiting(lane).insert((due, key.clone()));
        }
        self.by_key.insert(key, Entry { lane, due, from: due });
    }

    fn first(&self, lane: TimerLane) -> Option<&(i64, Arc<str>)> {
        self.waiting[lane as usize].first()
    }

    /// Moment, lane and key of the first one over all lanes.
    fn earliest(&self) -> Option<(i64, TimerLane, &Arc<str>)> {
        TimerLane::ALL.iter().filter_map(|lane| self.first(*lane).map(|(from, key)| (*from, *lane, key))).min()
    }

    fn timer(&self, key: &str) -> Option<Timer> {
        let entry = self.by_key.get(key)?;
        Some(Timer { key: key.to_owned(), lane: entry.lane, due: entry.due })
    }
}

impl TimerQueue {
    /// A queue of these timers.
    pub fn new(timers: Vec<Timer>) -> Self {
        let mut state = State::default();
        for timer in timers {
            state.remove(&timer.key);
            state.set(timer.key.into(), timer.lane, timer.due);
        }
        TimerQueue { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(&self, mut state: MutexGuard<'_, State>) {
        state.version += 1;
        drop(state);
        self.changed.notify_all();
    }

    /// Follows a group that has become durable.
    pub(super) fn apply(&self, timers: &BTreeMap<String, Option<(TimerLane, i64)>>) {
        if timers.is_empty() {
            return;
        }
        let mut state = self.state();
        for (key, timer) in timers {
            state.remove(key);
            if let Some((lane, due)) = timer {
                state.set(key.as_str().into(), *lane, *due);
            }
        }
        self.announce(state);
    }

    /// Takes a timer that is due. Of eight in a row that are due in every lane, five are urgent, two normal, one is bulk.
    pub fn next_due(self: &Arc<Self>, now: i64) -> Option<TakenTimer> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        let due = |lane: &TimerLane| state.first(*lane).is_some_and(|(from, _)| *from <= now);
        let lane = std::iter::once(&TURNS[state.turn]).chain(&TimerLane::ALL).copied().find(due)?;
        state.turn = (state.turn + 1) % TURNS.len();
        let key = state.first(lane)?.1.clone();
        self.take_key(&mut state, &key)
    }

    /// Takes the first timer up to a moment, in the order of moment, lane and key: for a clock that is moved by hand.
    pub fn take_earliest_until(self: &Arc<Self>, until: i64) -> Option<TakenTimer> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        let key = state.earliest().filter(|(from, _, _)| *from <= until)?.2.clone();
        self.take_key(&mut state, &key)
    }

    /// Takes this timer, due or not: its customer waits. `None` if it does not exist or somebody has it.
    pub fn take(self: &Arc<Self>, key: &str) -> Option<TakenTimer> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        self.take_key(&mut state, key)
    }

    fn take_key(self: &Arc<Self>, state: &mut State, key: &str) -> Option<TakenTimer> {
        let timer = state.timer(key)?;
        let key: Arc<str> = key.into();
        if !state.taken.insert(key.clone()) {
            return None;
        }
        let from = state.by_key.get(&key)?.from;
        state.waiting(timer.lane).remove(&(from, key));
        Some(TakenTimer { timer, postponed: None, queue: self.clone() })
    }

    fn give_back(&self, taken: &Timer, postponed: Option<i64>) {
        let mut state = self.state();
        state.taken.remove(taken.key.as_str());
        if let Some((key, mut entry)) = state.by_key.remove_entry(taken.key.as_str()) {
            let unchanged = entry.due == taken.due && entry.lane == taken.lane;
            if let Some(until) = postponed.filter(|_| unchanged) {
                entry.from = until.max(entry.due);
            }
            state.waiting(entry.lane).insert((entry.from, key.clone()));
            state.by_key.insert(key, entry);
        }
        self.announce(state);
    }

    /// When the next timer that nobody has taken may be taken.
    pub fn earliest_due(&self) -> Option<i64> {
        self.state().earliest().map(|(from, _, _)| from)
    }

    /// The first timer up to a moment, in the order of moment, lane and key, without taking it.
    pub fn earliest_until(&self, until: i64) -> Option<Timer> {
        let state = self.state();
        let (_, _, key) = state.earliest().filter(|(from, _, _)| *from <= until)?;
        state.timer(key)
    }

    /// A number that grows with every change here. Read it before looking for work, and hand it to [`TimerQueue::wait`].
    pub fn version(&self) -> u64 {
        self.state().version
    }

    /// Blocks until something has changed since `seen`, at most this long; answers the version then.
    pub fn wait(&self, seen: u64, at_most: Duration) -> u64 {
        let unchanged = |state: &mut State| state.version == seen && !state.closed;
        let waited = self.changed.wait_timeout_while(self.state(), at_most, unchanged);
        waited.unwrap_or_else(PoisonError::into_inner).0.version
    }

    /// Number of timers, taken ones included.
    pub fn len(&self) -> usize {
        self.state().by_key.len()
    }

    /// Whether there is no timer.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of timers that are being driven.
    pub fn taken(&self) -> usize {
        self.state().taken.len()
    }

    /// Hands out nothing from now on and wakes everybody who waits.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.announce(state);
    }

    /// Whether the queue was closed.
    pub fn is_closed(&self) -> bool {
        self.state().closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timer(key: &str, lane: TimerLane, due: i64) -> Timer {
        Timer { key: key.to_owned(), lane, due }
    }

    fn queue(timers: Vec<Timer>) -> Arc<TimerQueue> {
        Arc::new(TimerQueue::new(timers))
    }

    fn set(queue: &TimerQueue, key: &str, timer: Option<(TimerLane, i64)>) {
        queue.apply(&BTreeMap::from([(key.to_owned(), timer)]));
    }

    #[test]
    fn every_lane_has_its_share() {
        let mut timers = Vec::new();
        for index in 0..20 {
            for (letter, lane) in ["u", "n", "b"].into_iter().zip(TimerLane::ALL) {
                timers.push(timer(&format!("{letter}{index:02}"), lane, index));
            }
        }
        let queue = queue(timers);
        let taken: Vec<TakenTimer> = (0..40).map(|_| queue.next_due(19).expect("sixty are due")).collect();
        let letters: String = taken.iter().map(|taken| taken.timer().key.chars().next().unwrap_or('?')).collect();
        // From the thirty-third on nothing urgent is left (20 of 5 in 8): its turns fall to normal, and bulk keeps its own.
        assert_eq!(letters, "unuubunu".repeat(4) + "nnnnbnnn");
        assert_eq!(taken[0].timer().key, "u00");
        assert_eq!(taken[2].timer().key, "u01");
    }

    #[test]
    fn a_lane_that_is_not_due_waits() {
        let queue = queue(vec![timer("later", TimerLane::Urgent, 11), timer("now", TimerLane::Bulk, 10)]);
        assert!(queue.next_due(9).is_none());
        let now = queue.next_due(10).expect("one is due");
        assert_eq!(now.timer().key, "now");
        assert!(queue.next_due(10).is_none());
        assert_eq!(queue.earliest_due(), Some(11));
    }

    #[test]
    fn the_simulated_clock_gets_moment_then_lane_then_key() {
        let queue = queue(vec![
            timer("b", TimerLane::Normal, 5),
            timer("a", TimerLane::Bulk, 5),
            timer("c", TimerLane::Normal, 5),
            timer("z", TimerLane::Bulk, 4),
            timer("later", TimerLane::Urgent, 6),
        ]);
        let mut order = Vec::new();
        while let Some(next) = queue.earliest_until(5) {
            let taken = queue.take_earliest_until(5).expect("the same one");
            assert_eq!(taken.timer(), &next);
            order.push(next.key.clone());
            set(&queue, &next.key, None);
        }
        assert_eq!(order, ["z", "b", "c", "a"]);
        assert_eq!((queue.len(), queue.taken()), (1, 0));
    }

    #[test]
    fn a_taken_timer_is_nobody_elses_until_it_is_given_back() {
        let queue = queue(vec![timer("a", TimerLane::Normal, 5)]);
        let taken = queue.next_due(5).expect("due");
        assert!(queue.next_due(5).is_none());
        assert!(queue.take("a").is_none());
        set(&queue, "a", Some((TimerLane::Urgent, 3)));
        assert!(queue.next_due(5).is_none());
        assert_eq!(queue.earliest_due(), None);
        drop(taken);
        let again = queue.take("a").expect("free again");
        assert_eq!(again.timer(), &timer("a", TimerLane::Urgent, 3));
        set(&queue, "a", None);
        drop(again);
        assert!(queue.take("a").is_none());
        assert!(queue.is_empty());
    }

    #[test]
    fn a_cancelled_timer_that_is_set_again_while_taken_waits_too() {
        let queue = queue(vec![timer("a", TimerLane::Normal, 5)]);
        let taken = queue.next_due(5).expect("due");
        set(&queue, "a", None);
        set(&queue, "a", Some((TimerLane::Bulk, 1)));
        assert!(queue.next_due(5).is_none());
        drop(taken);
        assert_eq!(queue.next_due(5).expect("given back").timer(), &timer("a", TimerLane::Bulk, 1));
    }

    /// W11: what `timer` of the contract says.
    #[test]
    fn a_timer_that_nothing_has_moved_is_due_again_when_driving_ends() {
        let queue = queue(vec![timer("a", TimerLane::Normal, 5)]);
        drop(queue.next_due(5).expect("due"));
        let again = queue.next_due(5).expect("it stays");
        assert_eq!(again.timer(), &timer("a", TimerLane::Normal, 5));
        set(&queue, "a", Some((TimerLane::Normal, 9)));
        drop(again);
        assert!(queue.next_due(8).is_none());
        assert_eq!(queue.next_due(9).expect("moved").timer().due, 9);
    }

    #[test]
    fn a_postponed_timer_comes_later_unless_it_was_set_again() {
        let queue = queue(vec![timer("a", TimerLane::Normal, 5)]);
        queue.next_due(5).expect("due").postpone(50);
        assert!(queue.next_due(49).is_none());
        let late = queue.next_due(50).expect("due again");
        assert_eq!(late.timer().due, 5);
        set(&queue, "a", Some((TimerLane::Normal, 7)));
        late.postpone(90);
        assert_eq!(queue.earliest_due(), Some(7));
    }

    #[test]
    fn a_change_wakes_who_waits_and_closing_ends_it() {
        let queue = queue(Vec::new());
        let seen = queue.version();
        set(&queue, "a", Some((TimerLane::Normal, 1)));
        let forever = Duration::from_secs(3600);
        assert_eq!(queue.wait(seen, forever), seen + 1);
        let waiter = std::thread::spawn({
            let queue = queue.clone();
            move || queue.wait(seen + 1, forever)
        });
        queue.close();
        assert_eq!(waiter.join().ok(), Some(seen + 2));
        assert!(queue.next_due(100).is_none());
        assert!(queue.take("a").is_none());
    }
}
