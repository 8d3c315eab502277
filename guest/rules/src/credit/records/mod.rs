//! Records that many read and few write.

pub(crate) mod cards;
pub(crate) mod charges;
pub(crate) mod closing;
pub(crate) mod dunning;
pub(crate) mod held;
pub(crate) mod reconciliation;
pub(crate) mod refunds;
pub(crate) mod running_calls;
