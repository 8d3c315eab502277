//! Money that has moved: transactions, lots, the wallet, receivables, what the ledger says of a month.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

pub mod charge_code;
pub mod charges;
mod jobs;
pub mod ledger_account;
pub mod lots;
pub mod months;
pub mod open_lots;
pub mod rent_owed;
pub mod statement;
pub mod totals;
mod transactions;
pub mod wallet;

pub use jobs::JOBS;
pub use ledger_account::LedgerAccount;
pub use transactions::*;
