//! Stories of `usage`. Events, reservations, summaries.

mod daily;
mod recording;
mod reservations;
mod summary;
