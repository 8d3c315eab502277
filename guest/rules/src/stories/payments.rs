//! Stories of `payments`. Money in and out.

mod charges;
mod claims;
mod coupons;
mod dunning;
mod queue;
mod reconcile;
