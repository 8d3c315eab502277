//! Storage: ordered text entries, one feed, and timers, changed together or not at all.
//!
//! [`View`] is what one call sees. [`Changes`] is what one command hands over. A [`Durable`] keeps the changes: [`memory::Memory`] until
//! the program ends, [`sqlite::Sqlite`] for good. [`crate::sequencer`] runs the commands one after another.

mod durable;
mod group;
pub mod limits;
pub mod memory;
mod progress;
mod records;
pub mod sqlite;
#[cfg(test)]
pub(crate) mod tests;

pub use durable::{Durable, FeedSpan, Snapshot, Source, draw_store_name};
pub(crate) use durable::{FeedBuilder, PageBuilder};
pub(crate) use group::span;
pub use group::{GroupChanges, Spans};
pub use limits::LimitError;
pub use progress::{Mark, Progress};
pub use records::{
    Beginning, CHANGE_BYTES_MAX, CHANGE_ELEMENTS_MAX, Changes, Checked, Direction, FeedLine, GET_KEYS_MAX,
    KEY_BYTES_MAX, PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, Page, StoreError, Timer, TimerLane, VALUE_BYTES_MAX, View,
};
