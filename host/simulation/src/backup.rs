//! What a simulation goes back to.

use super::model::Model;
use coinbox_host::storage::memory::Memory;
use serde_json::Value;

/// A backup, and what was known when it was taken.
pub(super) struct Backup {
    pub(super) store: Memory,
    pub(super) at: i64,
    pub(super) model: Model,
    pub(super) policy: Value,
    /// Commands that were answered.
    pub(super) done: usize,
    pub(super) mails: usize,
    pub(super) requests: usize,
}
