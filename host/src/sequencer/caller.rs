//! The lane as whoever calls it sees it.

use super::answer::{Answer, Run};
use super::commands::Commands;
use super::decision::{Decision, Failure, LaneLocals, SequenceError, SequencerOptions};
use super::flush::flush_all;
use super::groups::Groups;
use super::lane::Lane;
use super::shared::Shared;
use super::timers::TimerQueue;
use crate::storage::{Beginning, Checked, Durable, StoreError, View};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The lane of one store. Clones are the same lane; when the last one is dropped, the lane finishes what was submitted and ends.
#[derive(Clone)]
pub struct Sequencer {
    handle: Arc<Handle>,
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
            failure: Failure::default(),
            durable,
        });
        let lane = Lane::new(shared.clone(), options.hot_bytes)?;
        let flusher = shared.clone();
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(run)
                .map_err(|error| StoreError(format!("no thread for the {name} could be started: {error}")))
        };
        let handle = Handle { shared: shared.clone(), threads: Mutex::default() };
        let mut threads = vec![spawn("lane", Box::new(move || lane.run()))?];
        match spawn("flush", Box::new(move || flush_all(&flusher, options.on_failure))) {
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
        if let Some(error) = self.shared().failure.error() {
            command.refuse(error);
        } else if let Err((command, error)) = self.shared().commands.push(command) {
            command.refuse(error);
        }
        answer
    }

    /// The durable state, for a query. Every answer that was given is in it.
    pub fn snapshot(&self) -> Result<Box<dyn View>, StoreError> {
        match self.shared().failure.text() {
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
        self.shared().failure.text().cloned()
    }

    /// Takes no more commands, finishes those that were submitted, makes them durable and ends both threads.
    pub fn stop(&self) -> Result<(), SequenceError> {
        self.handle.stop();
        self.shared().timers.close();
        self.shared().failure.error().map_or(Ok(()), Err)
    }
}
