//! Events to amounts to postings, reservations, summaries.

#![forbid(unsafe_code)]
#![deny(unreachable_pub)]
#![deny(clippy::float_arithmetic)]

mod columns;
pub mod daily;
pub mod events;
mod hang_ups;
mod jobs;
mod month_use;
pub mod pages;
mod posting;
pub mod recording;
pub mod reservations;
pub mod running_calls;
pub mod summary;
pub mod unusual;
mod volume;

pub use coinbox_ground::interfaces::usage::Error;
pub use events::{Answer, BatchAnswer};
pub use jobs::JOBS;
pub use recording::*;
