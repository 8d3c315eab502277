//! Events to amounts to postings, reservations, summaries.

pub mod daily;
mod posting;
mod recording;
pub mod reservations;
pub mod summary;
pub(crate) mod unusual;

pub use recording::*;
