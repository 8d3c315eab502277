//! Records that many read and few write.

pub mod cards;
pub mod closing;
pub mod dunning;
pub mod held;
pub mod reconciliation;
pub mod refunds;
pub mod running_calls;
