//! The thread that runs commands.

use super::answer::Command;
use super::decision::{Decision, LaneLocals, SequenceError};
use super::hot::HotEntries;
use super::overlay::{LaneView, Names};
use super::shared::Shared;
use crate::storage::{Source, StoreError, View};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the lane's thread owns.
pub(super) struct Lane {
    shared: Arc<Shared>,
    base: Arc<dyn Source>,
    hot: Arc<Mutex<HotEntries>>,
    names: Names,
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
        let names = Names { store: shared.durable.store_name().into(), mark: shared.durable.mark().into() };
        Ok(Lane { shared, base, hot: Arc::new(Mutex::new(HotEntries::new(hot_bytes))), names })
    }

    fn hot(&self) -> MutexGuard<'_, HotEntries> {
        self.hot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn run(self) {
        let ended = Ended(&self.shared);
        let mut locals = LaneLocals::new(self.shared.moment.load(Ordering::Acquire));
        while let Some(command) = self.shared.commands.next() {
            self.run_one(command, &mut locals);
        }
        drop(ended);
    }

    fn run_one(&self, command: Box<dyn Command>, locals: &mut LaneLocals) {
        let layers = self.shared.groups.layers_with_room(&self.shared.failure);
        if let Some(error) = self.shared.failure.error() {
            return command.refuse(error);
        }
        let turn = self.hot().turn();
        let view = LaneView::new(self.names.clone(), self.base.clone(), layers, self.hot.clone(), turn);
        let view: Arc<dyn View> = Arc::new(view);
        let (decision, held) = command.run(&view, locals);
        // From here on a view that somebody has kept is refused, and the current group is the lane's alone again.
        self.hot().end_turn();
        drop(view);
        match decision {
            Decision::Keep { changes, moment, settles_beginning } if settles_beginning || !changes.is_empty() => {
                if let Err(error) = changes.check() {
                    return self.shared.groups.hold(&self.shared.failure, held, Err(error.into()));
                }
                self.hot().apply(&changes);
                locals.moment_floor = locals.moment_floor.max(moment);
                self.shared.moment.store(locals.moment_floor, Ordering::Release);
                self.shared.groups.add(&self.shared.failure, changes, locals.moment_floor, settles_beginning, held);
            }
            Decision::Keep { .. } | Decision::Discard => self.shared.groups.hold(&self.shared.failure, held, Ok(())),
        }
    }
}
