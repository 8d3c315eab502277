//! Events to amounts to postings, reservations, summaries.

pub mod daily;
pub(crate) mod events;
pub(crate) mod hang_ups;
mod posting;
pub(crate) mod recording;
pub mod reservations;
pub mod running_calls;
pub mod summary;
pub(crate) mod unusual;

pub use crate::ground::interfaces::usage::Error;
pub use events::{Answer, BatchAnswer};
pub use recording::*;
