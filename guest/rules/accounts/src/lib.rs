//! The life of an account: sign-up, review, opening, sub-accounts, how it pays, closing (ACC-1 to ACC-5, ACC-8, ACC-9, ACC-12, ACC-13, SEC-1, SUB-1, CRD-15).
//!
//! | question | where |
//! |---|---|
//! | May somebody sign up, and when is the account made? | [`signup`]: `asking` checks address and network, `confirming` makes the account when the link of the mail is followed |
//! | Has a person to look at a new account, and what did that person decide? | [`review`]: `flags` and `judging` find out, `deciding` books the decision |
//! | What does the operator make, read and change of an account, its standing too? | [`main_account`], [`listing`] |
//! | Who uses the account beside its owner? | [`subaccounts`] |
//! | Does it pay from credits or by invoice? | [`postpaid`] |
//! | How does it end, and what is given back? | [`closing`] |

#![forbid(unsafe_code)]
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
