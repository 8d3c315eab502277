//! After a restore: what the outside has done since the backup is booked before anything new is done (CRD-7).
//!
//! Keys of the lost history carry the old store's name, so none of them can be taken for a key of the present one. A payment that the
//! ledger does not hold becomes a cash lot of the account that its key names, a refund is taken off the lot that it came from, a number is
//! rented or given back; what cannot be placed waits for a person. With each comes back for which client's key it was, so that a repeat
//! gets its answer and nothing happens twice.
//!
//! The gateway and the stock are asked apart: what waits for one of them does not wait for the other.

pub(crate) mod crediting;
pub(crate) mod kept;
mod movements;
pub(crate) mod pages;

pub use kept::{keep_notice, keep_number};
pub(crate) use movements::finish;
pub use pages::{Page, attempt, begin, finish_page, open};
