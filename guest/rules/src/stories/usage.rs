//! Stories of `usage`. Events, reservations, summaries.

mod columns;
mod daily;
mod recording;
mod reservations;
mod summary;
mod tiers;
