//! Money in and out: charges, refunds, chargebacks, cards, collection, coupons, what a restore finds, what waits for a person.
//!
//! | question | where |
//! |---|---|
//! | What is asked of the gateway for a charge, and what does its answer mean? | [`charges`]: `attempts` asks, `booking` books, `settling` ends |
//! | What if the bank takes a payment back? | [`charges`]: `chargebacks`, and `disputes` for those that are won |
//! | How is money given back? | [`refunds`] |
//! | When is an invoice charged again, and when is its account suspended? | [`dunning`] |
//! | What was moved in a history that was lost? | [`reconcile`], and `recovered` of charges and refunds |
//! | What waits for a person? | [`queue`] |
//!
//! The records are in earlier areas: a charge in the ledger, refunds and cards in `credit/records`. They change by their own functions only.

#![forbid(unsafe_code)]
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
