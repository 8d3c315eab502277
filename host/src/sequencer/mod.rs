//! The lane: commands run one after another, and are answered when what they wrote and read is safe on disk.
//!
//! One thread runs commands in the order of their arrival. Each command sees the newest *sequenced* state: what is durable, and above it what
//! earlier commands have changed. A second thread makes changes durable, a group at a time. A group is everything that was sequenced while the
//! previous group was written. The answer of a command is held back until the newest group that the command could have seen, or is part of, is
//! durable. So a hot key costs nothing extra, nothing needs to be validated, and no answer tells what a loss of power could take back.
//!
//! ```
//! # use coinbox_host::capability::Random;
//! # use coinbox_host::sequencer::{Decision, Sequencer, SequencerOptions};
//! # use coinbox_host::storage::{Changes, memory::Memory};
//! # struct Zeros;
//! # impl Random for Zeros { fn fill(&self, _: &mut [u8]) {} }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = std::sync::Arc::new(Memory::create(&Zeros));
//! let sequencer = Sequencer::start(store, SequencerOptions::default())?;
//! let answer = sequencer.submit(|view, _| {
//!     let before = view.get_many(&["wallet".to_owned()]);
//!     let changes = Changes { puts: vec![("wallet".to_owned(), "5".into())], ..Changes::default() };
//!     (before.map(|values| values[0].is_none()), Decision::keep(changes, 1_700_000_000_000))
//! });
//! assert!(answer.wait()??);
//! sequencer.stop()?;
//! # Ok(())
//! # }
//! ```
//!
//! When making a group durable fails, nothing goes on: every answer that is held back, and every later one, is
//! [`SequenceError::StoreFailed`]. What is on disk is then known only after the store was opened anew.

mod answer;
mod groups;
mod hot;
mod lane;
mod overlay;
#[cfg(test)]
mod tests;
mod timers;

pub use answer::Answer;
pub use timers::{TakenTimer, TimerQueue};

use crate::storage::{Beginning, Changes, Checked, Durable, LimitError, StoreError, View};
use answer::Run;
use groups::Groups;
use lane::Commands;
use std::any::Any;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

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
        /// The rules have been told how the store came to be: [`Sequencer::beginning`] answers `None` from now on.
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
    moment_floor: i64,
    slot: Option<Box<dyn Any>>,
}

impl LaneLocals {
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

/// The lane of one store. Clones are the same lane; when the last one is dropped, the lane finishes what was submitted and ends.
#[derive(Clone)]
pub struct Sequencer {
    handle: Arc<Handle>,
}

/// What both threads and every caller share.
struct Shared {
    durable: Arc<dyn Durable>,
    commands: Commands,
    groups: Groups,
    timers: Arc<TimerQueue>,
    /// Greatest moment of a sequenced command.
    moment: AtomicI64,
    /// What went wrong while making changes safe.
    failure: OnceLock<String>,
}

impl Shared {
    fn failed(&self) -> Option<SequenceError> {
        self.failure.get().map(|text| SequenceError::StoreFailed(text.clone()))
    }
}

struct Handle {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Handle {
    fn stop(&self) {
        self.shared.commands.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // The last clone may be dropped by a command. The lane's thread cannot wait for itself, nor for the one that waits for it: then
        // both end by themselves.
        let own = std::thread::current().id();
        if threads.iter().all(|thread| thread.thread().id() != own) {
            for thread in threads {
                // A panic in there has been answered as an error where anybody waited.
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Sequencer {
    /// Starts the lane of a store. Reads all timers into memory.
    pub fn start(durable: Arc<dyn Durable>, options: SequencerOptions) -> Result<Self, StoreError> {
        let timers = Arc::new(TimerQueue::new(durable.timers()?));
        let next_position = durable.last_position()? + 1;
        let shared = Arc::new(Shared {
            commands: Commands::new(options.queue_max),
            groups: Groups::new(next_position, options.group_bytes_max, options.group_commands_max),
            timers,
            moment: AtomicI64::new(durable.moment()?),
            failure: OnceLock::new(),
            durable,
        });
        let lane = lane::Lane::new(shared.clone(), options.hot_bytes)?;
        let flusher = shared.clone();
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(run)
                .map_err(|error| StoreError(format!("no thread for the {name} could be started: {error}")))
        };
        let handle = Handle { shared: shared.clone(), threads: Mutex::default() };
        let mut threads = vec![spawn("lane", Box::new(move || lane.run()))?];
        match spawn("flush", Box::new(move || groups::flush_all(&flusher, options.on_failure))) {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                shared.commands.close();
                return Err(error);
            }
        }
        *handle.threads.lock().unwrap_or_else(PoisonError::into_inner) = threads;
        Ok(Sequencer { handle: Arc::new(handle) })
    }

    fn shared(&self) -> &Shared {
        &self.handle.shared
    }

    /// Queues a command. `run` sees one state and must not keep the view; it runs on the lane's thread, where everything that
    /// waits makes everybody wait.
    pub fn submit<T, F>(&self, run: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<dyn View>, &mut LaneLocals) -> (T, Decision) + Send + 'static,
    {
        let (command, answer) = Run::command(run);
        if let Some(error) = self.shared().failed() {
            command.refuse(error);
        } else if let Err((command, error)) = self.shared().commands.push(command) {
            command.refuse(error);
        }
        answer
    }

    /// The durable state, for a query. Every answer that was given is in it.
    pub fn snapshot(&self) -> Result<Box<dyn View>, StoreError> {
        match self.shared().failure.get() {
            Some(text) => Err(StoreError(text.clone())),
            None => self.shared().durable.snapshot(),
        }
    }

    /// All timers that are durable.
    pub fn timers(&self) -> &Arc<TimerQueue> {
        &self.shared().timers
    }

    /// Greatest moment that a command was told: queries are told no earlier one either.
    pub fn moment_floor(&self) -> i64 {
        self.shared().moment.load(Ordering::Acquire)
    }

    /// How the store came to be, while the rules have not been told.
    pub fn beginning(&self) -> Result<Option<Beginning>, StoreError> {
        self.shared().durable.beginning()
    }

    /// Name of the store.
    pub fn store_name(&self) -> String {
        self.shared().durable.store_name()
    }

    /// Copies the durable state to a new file, while commands go on.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.shared().durable.backup(to)
    }

    /// Reads the whole durable state and compares it with its check values.
    pub fn check(&self) -> Result<Checked, StoreError> {
        self.shared().durable.check()
    }

    /// Commands that wait for the lane.
    pub fn waiting(&self) -> usize {
        self.shared().commands.waiting()
    }

    /// Why nothing goes on, if that is so.
    pub fn failure(&self) -> Option<String> {
        self.shared().failure.get().cloned()
    }

    /// Takes no more commands, finishes those that were submitted, makes them durable and ends both threads.
    pub fn stop(&self) -> Result<(), SequenceError> {
        self.handle.stop();
        self.shared().timers.close();
        self.shared().failed().map_or(Ok(()), Err)
    }
}
