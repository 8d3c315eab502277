//! Files that are read into a running system: price books and usage.
//!
//! Both are checked as a whole before the first row is sent (UTF-8, columns), so that a file of the wrong kind changes nothing.

mod error;
mod price_row;
pub mod prices;
mod products;
#[cfg(test)]
mod products_tests;
pub mod progress;
pub mod rows;
mod tiers;
pub mod usage;
#[cfg(test)]
mod usage_tests;

pub use error::ImportError;
