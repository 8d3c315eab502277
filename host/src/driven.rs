//! What the workers of a host have done, and their threads.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

/// What was driven so far.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Jobs taken.
    pub jobs: u64,
    /// Effects performed.
    pub performed: u64,
    /// Effects whose answer was lost: a trap, a time limit.
    pub lost: u64,
    /// Jobs put off after a failure.
    pub put_off: u64,
}

/// The workers and what they have done.
#[derive(Default)]
pub(crate) struct Driver {
    pub(crate) threads: Mutex<Vec<JoinHandle<()>>>,
    pub(crate) jobs: AtomicU64,
    pub(crate) performed: AtomicU64,
    pub(crate) lost: AtomicU64,
    pub(crate) put_off: AtomicU64,
    pub(crate) in_front: AtomicUsize,
}

impl Driver {
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            jobs: self.jobs.load(Ordering::Relaxed),
            performed: self.performed.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            put_off: self.put_off.load(Ordering::Relaxed),
        }
    }

    /// Waits for the workers, which must have been told to end by closing the timers.
    pub(crate) fn join(&self) {
        for thread in std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)) {
            if thread.thread().id() != std::thread::current().id() {
                // A worker's panic has been reported by the panic itself.
                let _ = thread.join();
            }
        }
    }
}
