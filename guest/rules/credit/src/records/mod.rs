//! Records that many read and few write.

pub mod cards;
pub mod closing;
pub mod dunning;
pub mod held;
pub mod reconciliation;
pub mod refunds;
pub mod running_calls;

/// The ledger has it: whatever pays a debt notes what it has paid of a chargeback.
pub use coinbox_ledger::charges;
