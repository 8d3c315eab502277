//! Events to amounts to postings, reservations, summaries.
//!
//! | question | where |
//! |---|---|
//! | What is an event, and why is one rejected? | [`events`] |
//! | How does a batch become postings? | [`recording`], `posting`; columns of the contract in `columns` |
//! | What may a call use before it ends? | [`reservations`] |
//! | Which calls run, and how are they ended? | [`running_calls`], `hang_ups` |
//! | What was used in some days? | [`summary`], [`daily`] |

#![forbid(unsafe_code)]
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
