//! Groups on their way to disk, and the answers that wait for them.

use super::answer::Held;
use super::decision::{Failure, SequenceError};
use crate::storage::{Changes, GroupChanges};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What is sequenced and not yet durable: the group that is being written, and above it the one that grows.
#[derive(Clone)]
pub(super) struct Layers {
    pub(super) growing: Arc<GroupChanges>,
    pub(super) flushing: Option<Arc<GroupChanges>>,
}

pub(super) type Waiter = (Box<dyn Held>, Result<(), SequenceError>);

pub(super) struct Groups {
    state: Mutex<State>,
    /// The flushing thread has something to do.
    work: Condvar,
    /// The growing group was taken, or nothing goes on.
    taken: Condvar,
    bytes_max: usize,
    commands_max: usize,
}

struct State {
    growing: Arc<GroupChanges>,
    growing_waiters: Vec<Waiter>,
    flushing: Option<Arc<GroupChanges>>,
    /// Commands that wrote nothing and may have seen the group that is being written.
    flushing_waiters: Vec<Waiter>,
    next_position: u64,
    /// No command will come any more.
    ended: bool,
    asleep: bool,
}

impl Groups {
    pub(super) fn new(next_position: u64, bytes_max: usize, commands_max: usize) -> Self {
        let state = State {
            growing: Arc::default(),
            growing_waiters: Vec::new(),
            flushing: None,
            flushing_waiters: Vec::new(),
            next_position,
            ended: false,
            asleep: false,
        };
        Groups { state: Mutex::new(state), work: Condvar::new(), taken: Condvar::new(), bytes_max, commands_max }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next command sees, once the growing group has room for its changes.
    pub(super) fn layers_with_room(&self, failure: &Failure) -> Layers {
        let full = |state: &mut State| {
            let growing = &state.growing;
            failure.text().is_none() && (growing.bytes() >= self.bytes_max || growing.commands >= self.commands_max)
        };
        let state = self.taken.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        Layers { growing: state.growing.clone(), flushing: state.flushing.clone() }
    }

    /// Sequences the changes of a command; its answer waits for them.
    pub(super) fn add(
        &self,
        failure: &Failure,
        changes: Changes,
        moment: i64,
        settles_beginning: bool,
        held: Box<dyn Held>,
    ) {
        let mut guard = self.state();
        if let Some(error) = failure.error() {
            drop(guard);
            return held.release(Err(error));
        }
        let state = &mut *guard;
        // Copies only where somebody has kept a view of the lane against its terms.
        let growing = Arc::make_mut(&mut state.growing);
        growing.add(changes, moment, &mut state.next_position);
        growing.settles_beginning |= settles_beginning;
        state.growing_waiters.push((held, Ok(())));
        if state.asleep {
            self.work.notify_one();
        }
    }

    /// Keeps the answer of a command that wrote nothing until everything that it may have seen is durable.
    pub(super) fn hold(&self, failure: &Failure, held: Box<dyn Held>, outcome: Result<(), SequenceError>) {
        let mut state = self.state();
        if let Some(error) = failure.error() {
            drop(state);
            held.release(Err(error));
        } else if !state.growing.is_empty() {
            state.growing_waiters.push((held, outcome));
        } else if state.flushing.is_some() {
            state.flushing_waiters.push((held, outcome));
        } else {
            drop(state);
            held.release(outcome);
        }
    }

    /// No command will come any more.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.work.notify_one();
    }

    /// Takes the growing group for writing. `None` when there will be none.
    pub(super) fn take(&self) -> Option<(Arc<GroupChanges>, Vec<Waiter>)> {
        let mut state = self.state();
        while state.growing.is_empty() {
            if state.ended {
                return None;
            }
            state.asleep = true;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.asleep = false;
        }
        let group = std::mem::take(&mut state.growing);
        state.flushing = Some(group.clone());
        let waiters = std::mem::take(&mut state.growing_waiters);
        drop(state);
        self.taken.notify_one();
        Some((group, waiters))
    }

    /// The group is durable: who waited for having seen it?
    pub(super) fn flushed(&self) -> Vec<Waiter> {
        let mut state = self.state();
        state.flushing = None;
        std::mem::take(&mut state.flushing_waiters)
    }

    /// Nothing goes on: everybody who waits. The failure must be known already, so that nobody comes later.
    pub(super) fn abandon(&self) -> Vec<Waiter> {
        let mut state = self.state();
        state.flushing = None;
        state.growing = Arc::default();
        let mut waiters = std::mem::take(&mut state.flushing_waiters);
        waiters.append(&mut state.growing_waiters);
        drop(state);
        self.taken.notify_one();
        waiters
    }
}
