//! How many commits a store has, and how many others have seen (sec-02). An older state of a store is found by comparing the two.
//!
//! A file does not say whether it is the newest of its history. A backup that is put in place as a file, a volume that was rolled back, a
//! snapshot of a machine: each is a sound store, and does not know what has happened since. So the gateway's book and the journal of orders note,
//! with everything that they do for a store, how many commits the store had. A request is committed before it is sent. So a store that has fewer
//! commits than somebody outside has seen is an older state of itself.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A store and how many commits somebody has seen of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// Name of the store.
    pub store: String,
    /// Its commits.
    pub commits: i64,
}

/// How many commits a store has, as they are made.
#[derive(Clone, Debug)]
pub struct Progress {
    store: Arc<str>,
    commits: Arc<AtomicI64>,
}

impl Progress {
    /// Of a store that has so many.
    pub fn new(store: &str, commits: i64) -> Progress {
        Progress { store: store.into(), commits: Arc::new(AtomicI64::new(commits)) }
    }

    /// The store has so many commits by now.
    pub fn reached(&self, commits: i64) {
        self.commits.fetch_max(commits, Ordering::SeqCst);
    }

    /// What is to be noted at this moment.
    pub fn mark(&self) -> Mark {
        Mark { store: self.store.to_string(), commits: self.commits.load(Ordering::SeqCst) }
    }
}
