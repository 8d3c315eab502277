//! Closing an account: use stops, what was used is settled, what is left is given back (ACC-12, CRD-12, R23, R24).
//!
//! 1. `accounts.close` sets the standing `closing`: nothing new may be used, running calls end, automatic recharge is off. What is owed
//!    must be paid (or written off) first.
//! 2. For the policy's `close-settle-ms` usage that happened before is still posted. Then usage is rejected, the final invoice is made, and
//!    what is left of each recharge of the refund window is fixed as a refund, in one transaction with what is forfeited: trial and
//!    promotional credit, and older recharges. If something is owed by then, the account waits for it, closed to use.
//! 3. Closed, its members are taken away and its sub-accounts disabled, a page a call.
//!
//! The refund window is counted back from the moment of 1, when the owner asks; the due day counts from the day of 2, when the refund is fixed.

mod fixing;
pub(crate) mod requests;

pub use coinbox_credit::records::closing::{ClosingStatus, Step};
pub(crate) use fixing::run;
pub use requests::{close, get_closing};
