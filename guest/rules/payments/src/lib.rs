//! Money in and out: charges, refunds, chargebacks, cards, collection, coupons, what a restore finds, what waits for a person.

#![forbid(unsafe_code)]
#![deny(unreachable_pub)]
#![deny(clippy::float_arithmetic)]

pub mod cards;
pub mod charges;
pub mod coupons;
pub mod dunning;
mod jobs;
pub mod queue;
pub mod reconcile;
pub mod refunds;

pub use jobs::JOBS;
