//! What is known of an account without its money: who it is, how it is reached, what the policy lets it do.
//!
//! | question | where |
//! |---|---|
//! | Who is an account, and may it be used? | [`profile`], [`subaccount`] |
//! | What do documents say of customer and seller? | [`billing`], [`seller`], [`tax_rates`] |
//! | Where do mails go? | [`mail`] sends those of an account, [`person_mail`] those of a person, [`notices`] has further addresses |
//! | What has the operator set? | [`policy`] |

#![forbid(unsafe_code)]
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
