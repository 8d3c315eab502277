//! Records that many read and few write: charges, refunds, closings.

pub(crate) mod charges;
pub(crate) mod closing;
pub(crate) mod refunds;
