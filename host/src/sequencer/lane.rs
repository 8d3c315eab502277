//! The thread that runs commands.

use super::answer::Command;
use super::hot::HotEntries;
use super::overlay::LaneView;
use super::{Decision, LaneLocals, SequenceError, Shared};
use crate::storage::{Source, StoreError, View};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Commands that wait for the lane.
pub(super) struct Commands {
    queue: Mutex<Queue>,
    arrived: Condvar,
    queue_max: usize,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Box<dyn Command>>,
    closed: bool,
    // Waking a thread costs a system call, which is spared while the lane is awake anyway.
    asleep: bool,
}

impl Commands {
    pub(super) fn new(queue_max: usize) -> Self {
        Commands { queue: Mutex::default(), arrived: Condvar::new(), queue_max }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a command, or gives it back with the reason.
    pub(super) fn push(&self, command: Box<dyn Command>) -> Result<(), (Box<dyn Command>, SequenceError)> {
        let mut queue = self.queue();
        if queue.closed {
            return Err((command, SequenceError::Stopped));
        }
        if queue.waiting.len() >= self.queue_max {
            return Err((command, SequenceError::Busy(self.queue_max)));
        }
        queue.waiting.push_back(command);
        if queue.asleep {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Takes no more commands.
    pub(super) fn close(&self) {
        self.queue().closed = true;
        self.arrived.notify_one();
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }

    /// The next command, in the order of arrival. `None` when there will be none.
    fn next(&self) -> Option<Box<dyn Command>> {
        let mut queue = self.queue();
        loop {
            if let Some(command) = queue.waiting.pop_front() {
                return Some(command);
            }
            if queue.closed {
                return None;
            }
            queue.asleep = true;
            queue = self.arrived.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.asleep = false;
        }
    }
}

/// What the lane's thread owns.
pub(super) struct Lane {
    shared: Arc<Shared>,
    base: Arc<dyn Source>,
    hot: Arc<Mutex<HotEntries>>,
    name: Arc<str>,
}

/// Tells the flushing thread that the lane has ended, also if it ends in a panic.
struct Ended<'a>(&'a Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.commands.close();
        while let Some(command) = self.0.commands.next() {
            command.refuse(SequenceError::Stopped);
        }
        self.0.groups.end();
    }
}

impl Lane {
    pub(super) fn new(shared: Arc<Shared>, hot_bytes: usize) -> Result<Self, StoreError> {
        let base = shared.durable.newest()?;
        let name = shared.durable.store_name().into();
        Ok(Lane { shared, base, hot: Arc::new(Mutex::new(HotEntries::new(hot_bytes))), name })
    }

    fn hot(&self) -> MutexGuard<'_, HotEntries> {
        self.hot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn run(self) {
        let ended = Ended(&self.shared);
        let mut locals = LaneLocals { moment_floor: self.shared.moment.load(Ordering::Acquire), slot: None };
        while let Some(command) = self.shared.commands.next() {
            self.run_one(command, &mut locals);
        }
        drop(ended);
    }

    fn run_one(&self, command: Box<dyn Command>, locals: &mut LaneLocals) {
        let layers = self.shared.groups.layers_with_room(&self.shared);
        if let Some(error) = self.shared.failed() {
            return command.refuse(error);
        }
        let turn = self.hot().turn();
        let view = LaneView::new(self.name.clone(), self.base.clone(), layers, self.hot.clone(), turn);
        let view: Arc<dyn View> = Arc::new(view);
        let (decision, held) = command.run(&view, locals);
        // From here on a view that somebody has kept is refused, and the current group is the lane's alone again.
        self.hot().end_turn();
        drop(view);
        match decision {
            Decision::Keep { changes, moment, settles_beginning } if settles_beginning || !changes.is_empty() => {
                if let Err(error) = changes.check() {
                    return self.shared.groups.hold(&self.shared, held, Err(error.into()));
                }
                self.hot().apply(&changes);
                locals.moment_floor = locals.moment_floor.max(moment);
                self.shared.moment.store(locals.moment_floor, Ordering::Release);
                self.shared.groups.add(&self.shared, changes, locals.moment_floor, settles_beginning, held);
            }
            Decision::Keep { .. } | Decision::Discard => self.shared.groups.hold(&self.shared, held, Ok(())),
        }
    }
}
