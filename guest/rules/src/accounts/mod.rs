//! Main accounts: making, reading and changing them (ACC-4, ACC-8, ACC-13, SEC-1).

pub mod closing;
pub(crate) mod listing;
pub(crate) mod main;
pub mod postpaid;
pub mod subaccounts;
pub use crate::ground::interfaces::accounts::Error;
pub(crate) use crate::profiles::profile::PREFIX;
pub use crate::profiles::profile::{AccountType, BillingMode, Profile, Standing, key, profile, upgrade};
pub(crate) use crate::profiles::profile::{is_closed, save};
pub use listing::{AccountFilter, Listed, Page, StandingKind, list};
pub use main::{
    Account, Change, Created, NewAccount, RateLimits, authenticate, create, get, reveal_token, set_standing, update,
};
