//! Commands that wait for the lane.

use super::answer::Command;
use super::decision::SequenceError;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

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
    pub(super) fn next(&self) -> Option<Box<dyn Command>> {
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
