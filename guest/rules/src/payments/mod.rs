//! Money in and out: charges, refunds, chargebacks, cards, collection, coupons, what a restore finds, what waits for a person.

pub mod cards;
pub mod charges;
pub mod coupons;
pub(crate) mod dunning;
pub mod queue;
pub(crate) mod reconcile;
pub mod refunds;
