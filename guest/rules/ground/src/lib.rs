//! What knows no business: money, text, the calendar, names and numbers that are given out, one turn and what it has read and will change, the
//! feed, what a client asked for in digests.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod appended;
pub mod business_days;
pub mod calendar;
mod code;
pub mod counters;
pub mod currency;
pub mod feed;
pub mod idempotency;
pub mod ids;
pub mod indexes;
pub mod interfaces;
pub mod job;
pub mod job_row;
pub mod kept;
pub mod metadata;
pub mod money;
pub mod one_field;
pub mod order;
pub mod outside;
pub mod port;
pub mod product;
pub mod queue;
pub mod rate;
pub mod testing;
pub mod text;
pub mod texts;
pub mod timezone;
pub mod turn;
pub mod vocabulary;
pub mod written;
