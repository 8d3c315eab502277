//! `profile`: what a member sees and changes of himself (SEC-3 to SEC-5, ACC-10).

pub mod authenticator;
pub mod email;
pub mod own;
pub mod phone;
pub mod recovery;
mod shared;

pub use authenticator::{begin_authenticator, confirm_authenticator};
pub use email::{confirm_email, request_email, undo_email};
pub use own::{change, factors, get};
pub use phone::{confirm_phone, send_code, start_phone_change};
pub use recovery::{new_recovery_codes, remove_factor};
pub use shared::{Begun, Confirmed, ConfirmedFactor, Error, FactorList, NewAuthenticator, OwnProfile, ProfileChange};
