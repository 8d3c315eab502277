//! The people of an account: logging in, second factors, passwords, invitations (ACC-10, ACC-11, SEC-3 to SEC-5, SEC-8, SEC-9, SEC-11, TEAM-1 to TEAM-3).
//!
//! What a member is, how a password is weighed, and what sessions, links and throttles are, is in `people` of the area `access`.
//!
//! | question | where |
//! |---|---|
//! | How does somebody log in, and end a session? | [`login`]; a session is opened in `entering` |
//! | Is a password strong enough, and how is it changed or forgotten? | `strength`; [`password`] |
//! | Which second factors are there, and who counts the tries? | `factors`, `totp`, `codes`; `tried` |
//! | How does somebody become a member, or come back who has lost all factors? | [`members`]: `invitation`, `lost`, `temporary` |
//! | What does a member change of himself? | [`profile`]: address, phone, authenticator, recovery codes |

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod asks;
mod checks;
mod codes;
pub mod destinations;
mod entering;
mod factors;
mod given;
mod jobs;
pub mod known;
pub mod leaving;
pub mod links;
pub mod login;
mod logins;
pub mod members;
pub mod password;
pub mod passwords;
pub mod profile;
mod proofs;
#[cfg(test)]
mod stories;
mod strength;
mod told;
mod totp;
mod tried;
pub mod words;

pub use jobs::JOBS;
pub use known::Known;
pub use strength::{About, weaknesses};
