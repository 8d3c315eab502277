//! What a movement sets off: charges to customers, alerts, automatic recharge, the end of credit, suspensions.
//!
//! `records` come first, then `charging`, then `watch`, which decides; `movements` move money and then ask it, `settings` are what customers read and set.
//!
//! | question | where |
//! |---|---|
//! | What is looked at after every movement, and in which order? | `watch/judge.rs`, [`watch::judge::judge`] |
//! | Is a recharge due? | `watch/recharge.rs`, [`watch::recharge::judge`]; `charging` writes the charge down, the area `payments` carries it out |
//! | Is somebody to be warned? | `watch/alerts.rs` |
//! | Must calls end? | `watch/zero_stop.rs`; the area `usage` ends them |
//! | Where is an account suspended, and where is that lifted? | [`watch::judge::stand`] does both, whoever decides; `lift_if_paid` beside it decides when everything due is paid |

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

pub mod charging;
mod jobs;
pub mod movements;
pub mod records;
pub mod settings;
pub mod watch;

pub use jobs::JOBS;
