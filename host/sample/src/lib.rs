//! A sample operator: price book, accounts and usage that look like a platform's, the same for the same seed.
//!
//! For `make run`, demonstrations and load tests. Calling codes are real; prices, people and companies are invented.
//!
//! ```
//! use coinbox_sample::{SampleSource, plan_accounts, write_price_book, write_usage};
//!
//! let mut prices = Vec::new();
//! assert!(write_price_book(&mut prices)? > 1_000);
//!
//! // The accounts are made by the server, which draws their auth IDs.
//! let accounts = plan_accounts(7, 20);
//! let sources: Vec<SampleSource> = (1..).zip(&accounts)
//!     .map(|(number, account)| SampleSource { auth_id: format!("MA{number:018}"), weight: account.weight })
//!     .collect();
//! let mut usage = Vec::new();
//! let expected = write_usage(&mut usage, &sources, 1_000, 1_800_000_000_000, 7)?;
//! assert_eq!(expected.rated + expected.duplicate + expected.rejected() + expected.unreadable, 1_000);
//! # Ok::<(), anyhow::Error>(())
//! ```

mod accounts;
mod numbers;
mod prices;
mod usage;

pub use accounts::{SampleAccount, SampleAccountType, SampleRecharge, plan_accounts};
pub use numbers::{STOCK_HEADER, write_stock};
pub use prices::{PRICE_BOOK_HEADER, write_price_book};
pub use usage::{Expected, SampleSource, USAGE_HEADER, write_usage};
