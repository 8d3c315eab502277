//! What the lane is set up with, what a command has at hand, and what comes of it.

use crate::storage::{Changes, LimitError};
use std::any::Any;
use std::sync::OnceLock;

/// Told why, when making changes safe has failed.
pub type OnFailure = Box<dyn FnOnce(&str) + Send>;

/// Bounds and tuning of a lane.
pub struct SequencerOptions {
    /// Most commands that wait for the lane; one more is refused as busy.
    pub queue_max: usize,
    /// A group that has reached this size takes no further command until it is being written.
    pub group_bytes_max: usize,
    /// The same for the number of its commands.
    pub group_commands_max: usize,
    /// Memory for values that commands use again and again.
    pub hot_bytes: usize,
    /// Called once, on the thread that writes, when making changes safe has failed. The host stops then.
    pub on_failure: Option<OnFailure>,
}

impl Default for SequencerOptions {
    fn default() -> Self {
        SequencerOptions {
            queue_max: 10_000,
            group_bytes_max: 8 << 20,
            group_commands_max: 4096,
            hot_bytes: 64 << 20,
            on_failure: None,
        }
    }
}

/// What a run of a command has decided.
#[derive(Debug)]
pub enum Decision {
    /// Everything in here becomes durable, together.
    Keep {
        /// What the command has staged.
        changes: Changes,
        /// The moment that the command was told; no later one is told an earlier moment.
        moment: i64,
        /// The rules have been told how the store came to be: [`Sequencer::beginning`](super::Sequencer::beginning) answers `None` from now on.
        settles_beginning: bool,
    },
    /// Not one byte changes.
    Discard,
}

impl Decision {
    /// Keeps the changes of an ordinary command.
    pub fn keep(changes: Changes, moment: i64) -> Self {
        Decision::Keep { changes, moment, settles_beginning: false }
    }

    /// Keeps the changes of the command that told the rules how the store came to be.
    pub fn keep_and_settle(changes: Changes, moment: i64) -> Self {
        Decision::Keep { changes, moment, settles_beginning: true }
    }
}

/// Why a command has no answer.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SequenceError {
    /// Too many commands wait. Nothing was done; try again later.
    #[error("busy: {0} commands are waiting, which is the limit; try again")]
    Busy(usize),
    /// The store failed while making changes safe. Whether this command is in it is known after the store was opened anew.
    #[error("the store failed, this host stops: {0}")]
    StoreFailed(String),
    /// The lane has stopped. Nothing was done.
    #[error("this host is stopping and takes no more commands")]
    Stopped,
    /// The changes were out of their limits. Nothing was done.
    #[error(transparent)]
    Rejected(#[from] LimitError),
    /// The code that ran the command panicked: a defect of the host. Nothing was done.
    #[error("running the command panicked: {0}")]
    Panicked(String),
}

/// What lives on the lane's thread from command to command.
pub struct LaneLocals {
    pub(super) moment_floor: i64,
    slot: Option<Box<dyn Any>>,
}

impl LaneLocals {
    /// Nothing is kept yet.
    pub(super) fn new(moment_floor: i64) -> LaneLocals {
        LaneLocals { moment_floor, slot: None }
    }

    /// No command may be told a moment before this one.
    pub fn moment_floor(&self) -> i64 {
        self.moment_floor
    }

    /// The one thing that is kept here (a warm instance), made when it is missing or of another type.
    pub fn get_or_try_make<E: 'static, X>(&mut self, make: impl FnOnce() -> Result<E, X>) -> Result<&mut E, X> {
        if !self.slot.as_ref().is_some_and(|kept| kept.is::<E>()) {
            self.slot = Some(Box::new(make()?));
        }
        let kept = self.slot.as_mut().expect("the slot was filled above");
        Ok(kept.downcast_mut().expect("the type was compared above"))
    }

    /// Drops what is kept, for example after a trap.
    pub fn clear(&mut self) {
        self.slot = None;
    }
}

/// What went wrong while making changes safe, if anything: then nothing goes on.
#[derive(Default)]
pub(super) struct Failure(OnceLock<String>);

impl Failure {
    /// The first one stays.
    pub(super) fn set(&self, text: &str) {
        let _ = self.0.set(text.to_owned());
    }

    pub(super) fn text(&self) -> Option<&String> {
        self.0.get()
    }

    /// As whoever waits is told.
    pub(super) fn error(&self) -> Option<SequenceError> {
        self.text().map(|text| SequenceError::StoreFailed(text.clone()))
    }
}
