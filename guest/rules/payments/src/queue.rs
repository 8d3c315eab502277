//! The operator's queue: what waits for a person, and what a person decides about it.
//!
//! Entries lie under `q/<since>/…`, oldest first. Those about charges and refunds go away when these are settled. A payment that no
//! charge explains goes away when the operator names the account it belongs to, gives it back, or dismisses it; a refund that no record
//! explains when it is taken off an account, or dismissed.

mod listing;
mod resolve;
pub(crate) mod resolved;

pub use listing::{QueueItem, QueuePage, list_queue};
pub use resolve::resolve_payment;
pub use resolved::{Claim, Resolution, Resolved};
