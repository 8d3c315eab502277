//! The ledger in forms that other programs read: hledger, beancount, comma-separated.
//!
//! Everything streams: a page is written before the next one is read. Debits are positive in all forms, as in the contract;
//! each customer account has sub-accounts of its own, named by its auth ID.

mod beancount;
mod csv;
mod hledger;
mod ledger;
pub mod table;
#[cfg(test)]
mod tests;
mod transactions;

pub use ledger::{Format, export, for_each};
pub use transactions::{Posting, Transaction};
