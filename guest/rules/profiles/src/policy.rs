//! The policy: business choices that the operator changes at run time, one versioned record; and the limits of single accounts.
//!
//! What the operator asks of them is in `operator`.

mod asking;
pub mod check;
pub mod limits;
pub mod load;
pub mod record;

pub use limits::{LimitName, Limits, LimitsChange, Rates, maximum_recharge, rates};
pub use load::KEY;
pub use load::{begin, differences, save};
pub use record::NUMBERS_MAX;
pub use record::{AMOUNT_MAX, FirstMonth, Policy, Seller, UnusualSpend};
