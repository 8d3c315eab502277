//! What both threads of a lane and every caller share.

use super::commands::Commands;
use super::decision::Failure;
use super::groups::Groups;
use super::timers::TimerQueue;
use crate::storage::Durable;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// What both threads and every caller share.
pub(super) struct Shared {
    pub(super) durable: Arc<dyn Durable>,
    pub(super) commands: Commands,
    pub(super) groups: Groups,
    pub(super) timers: Arc<TimerQueue>,
    /// Greatest moment of a sequenced command.
    pub(super) moment: AtomicI64,
    /// What went wrong while making changes safe.
    pub(super) failure: Failure,
}
