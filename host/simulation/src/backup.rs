//! What a simulation goes back to.

use super::model::Model;
use coinbox_host::storage::memory::Memory;

/// A backup, and what was known when it was taken.
pub(super) struct Backup {
    pub(super) store: Memory,
    pub(super) at: i64,
    pub(super) model: Model,
    /// Commands that were answered.
    pub(super) done: usize,
    pub(super) mails: usize,
    pub(super) requests: usize,
}
