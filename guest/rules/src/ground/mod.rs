//! What knows no business: money, text, the calendar, names and numbers that are given out, one call and what it has read and will change, the
//! feed, idempotency.

pub(crate) mod business_days;
pub mod calendar;
pub mod call;
pub(crate) mod counters;
pub mod feed;
pub mod idempotency;
pub mod ids;
pub(crate) mod indexes;
pub mod interfaces;
pub mod job;
pub mod kept;
pub(crate) mod metadata;
pub mod money;
pub mod outside;
pub mod port;
pub mod product;
pub(crate) mod queue;
pub mod rate;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod text;
pub(crate) mod timezone;
pub mod vocabulary;

pub(crate) use feed as events;
