//! What a movement sets off: charges to customers, alerts, automatic recharge, the end of credit, suspensions.
//!
//! `records` come first, then `charging`, then `watch`, which decides; `movements` move money and then ask it, `settings` are what customers read and set.

#![forbid(unsafe_code)]
#![deny(unreachable_pub)]
#![deny(clippy::float_arithmetic)]

pub mod charging;
mod jobs;
pub mod movements;
pub mod records;
pub mod settings;
pub mod watch;

pub use jobs::JOBS;
