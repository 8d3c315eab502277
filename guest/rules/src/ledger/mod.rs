//! Money that has moved: transactions, lots, the wallet, receivables, what the ledger says of a month.

pub mod charge_code;
pub(crate) mod charges;
pub mod ledger_account;
pub mod lots;
pub(crate) mod months;
pub(crate) mod open_lots;
pub(crate) mod rent_owed;
pub mod statement;
pub mod totals;
mod transactions;
pub mod wallet;

pub use ledger_account::LedgerAccount;
pub use transactions::*;
