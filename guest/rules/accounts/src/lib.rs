//! The life of an account: opening, sub-accounts, how it pays, closing (ACC-4, ACC-8, ACC-12, ACC-13, SEC-1, SUB-1, CRD-15).

#![forbid(unsafe_code)]
#![deny(unreachable_pub)]
#![deny(clippy::float_arithmetic)]

pub mod closing;
pub mod destinations;
mod jobs;
pub mod listing;
pub mod main_account;
pub mod postpaid;
pub mod review;
pub mod signup;
#[cfg(test)]
mod stories;
pub mod subaccounts;

pub use coinbox_ground::interfaces::accounts::Error;
pub use coinbox_profiles::profile::{AccountType, BillingMode, Standing};
pub use jobs::JOBS;
pub use listing::{AccountFilter, Listed, Page, StandingKind, list};
pub use main_account::{
    Account, Change, Created, NewAccount, RateLimits, authenticate, create, get, reveal_token, set_standing, update,
};
