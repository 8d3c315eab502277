//! Phone numbers: offers with prices, purchase, rent, release (NUM-1 to NUM-6, SUB-5).
//!
//! What is in stock is the platform's business; an account, a price and a month of rent are ours. A main account pays for its own
//! numbers and for those of its sub-accounts. See `buying` for the order, `rent` for the month, `debts` for what is owed.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod buying;
mod debts;
mod family;
pub mod forms;
mod jobs;
pub mod offers;
pub mod owing;
mod reconciled;
pub mod records;
mod recovered;
mod releasing;
pub mod rent;
pub mod rent_run;
pub mod requests;
pub mod stock;

pub use buying::buy;
pub use debts::look_again;
pub use family::{disband, numbers_of, release_all};
pub use forms::{Error, NumberChange, NumberFilter, NumberPage, NumberPrice, PricedOffer, Purchase, RentedNumber};
pub use jobs::JOBS;
pub use offers::{offers, price_offers};
pub use records::reserved;
pub use requests::{get, list, release, update};
