//! What a movement sets off: charges to customers, alerts, automatic recharge, the end of credit, suspensions.
//!
//! `records` come first, then `charging`, then `watch`, which decides; `movements` move money and then ask it, `settings` are what customers read and set.

pub(crate) mod charging;
pub mod movements;
pub(crate) mod records;
pub mod settings;
pub mod watch;
