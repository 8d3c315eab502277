//! Records that many read and few write.

pub(crate) mod cards;
pub(crate) mod closing;
pub(crate) mod dunning;
pub(crate) mod held;
pub(crate) mod reconciliation;
pub(crate) mod refunds;
pub(crate) mod running_calls;

/// The ledger has it: whatever pays a debt notes what it has paid of a chargeback.
pub(crate) use crate::ledger::charges;
