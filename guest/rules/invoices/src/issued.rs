//! Documents of all accounts, filtered (INV-9).
//!
//! A question walks one of four ways: one number, one account, the invoices that are owed, or all documents by the moment of issue. A call looks at a
//! bounded part of its way; a page that the filter has thinned out may be short and say where to go on.

pub mod filter;
pub mod list;
pub mod rows;
pub mod ways;

pub use filter::IssuedFilter;
pub use list::{IssuedPage, list_issued};

pub use rows::{IssuedDocument, ReceiptKind};
