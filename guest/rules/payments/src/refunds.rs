//! Refunds: each gives back a part of one payment, is written down before the gateway is called, and stays due until the money
//! has gone back (CRD-12, R23, R24).
//!
//! A refund is fixed by posting what is owed to `liabilities:refunds`, and paid by posting it from there to the gateway. Its job
//! is that of a charge: begin, perform, finish; pending and unknown are asked about until answered. A declined refund is final
//! for its key only: it waits in the operator's queue and is tried again under a new key, or settled in another way.

mod booking;
pub(crate) mod making;
pub(crate) mod recovered;
mod requests;

pub(crate) use booking::{attempt, begin, finish, look};
pub use booking::{book, book_closed};
pub use coinbox_credit::records::refunds::{Cause, NewRefund, RefundPage, RefundState, ShownRefund};
pub use making::create;
pub use requests::{Error, list, retry, settle};
