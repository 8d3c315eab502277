//! What is known of an account without its money: who it is, how it is reached, what the policy lets it do.

#![forbid(unsafe_code)]
#![deny(unreachable_pub)]
#![deny(clippy::float_arithmetic)]

pub mod billing;
pub mod by_mail;
pub mod currencies;
pub mod destinations;
pub mod document_kind;
mod jobs;
pub mod mail;
pub mod notices;
pub mod person_mail;
pub mod policy;
pub mod profile;
pub mod seller;
pub mod subaccount;
pub mod tax_rates;

pub use jobs::JOBS;
