//! Main accounts: making, reading and changing them (ACC-4, ACC-8, ACC-13, SEC-1).

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

pub mod closing;
mod jobs;
pub mod listing;
pub mod main_account;
pub mod postpaid;
pub mod subaccounts;
pub use coinbox_ground::interfaces::accounts::Error;
pub use coinbox_profiles::profile::PREFIX;
pub use coinbox_profiles::profile::{AccountType, BillingMode, Profile, Standing, key, profile, upgrade};
pub use coinbox_profiles::profile::{is_closed, save};
pub use jobs::JOBS;
pub use listing::{AccountFilter, Listed, Page, StandingKind, list};
pub use main_account::{
    Account, Change, Created, NewAccount, RateLimits, authenticate, create, get, reveal_token, set_standing, update,
};
