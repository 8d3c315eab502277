//! Every billing and account rule of Coinbox, as a plain library.
//!
//! The rules read one state, decide, and hand over one set of changes: see [`turn::Turn`]. They know nothing of
//! WebAssembly, hosts or HTTP; what they need of a host is in [`port`] and [`outside`]. They are deterministic: the same
//! stored entries, arguments and host answers give the same result and the same changes, byte for byte.
//!
//! This crate is the top of the areas. It has what needs them all, and hands on modules of the areas under its own name. The last column of the
//! table says in which area a module is.
//!
//! | module | what it decides | requirements | area |
//! |---|---|---|---|
//! | [`ledger`], [`lots`], [`wallet`] | double entry, credits by origin, the hot balance | CRD-1, CRD-2 | `ledger` |
//! | [`totals`], [`month_end`] | what the ledger says of a month; what happens on the first | INV-1, NUM-3, USE-4 | `ledger`; `month_end` here |
//! | [`invoices`] | invoices, tax, credit notes, receipts, billing information | INV-1, INV-3 to INV-7 | `invoices` |
//! | [`recurring`] | charges by the month of any product | USE-7 | `invoices` |
//! | [`usage`], [`pricing`] | events to amounts to postings | USE-1, USE-2, USE-6 | `usage`, `pricing` |
//! | [`recharge`], [`charges`], [`cards`] | automatic and manual recharges, the ladder, caps | CRD-3 to CRD-7, CRD-11, CRD-16 | `credit`; `charges` and `cards` in `payments` |
//! | [`coupons`] | codes that give promotional credit | CRD-13 | `payments` |
//! | [`closing`], [`refunds`] | the end of an account and what is given back | ACC-12, CRD-12 | `accounts`; `refunds` in `payments` |
//! | [`queue`] | what waits for a person | CRD-7, CRD-12 | `payments` |
//! | [`alerts`], [`zero_stop`] | dips below thresholds, the end of credit | CRD-8, CRD-10 | `credit`; `zero_stop` in `usage` |
//! | [`phone_numbers`] | offers, purchase, rent, release | NUM-1 to NUM-6, SUB-5 | `numbers` |
//! | [`jobs`] | what is due, which requests to the outside it takes, and what an outcome means | CRD-7 | here |
//! | [`members`], [`people`] | members, logging in, second factors, passwords | ACC-10, ACC-11, SEC-3 to SEC-5, SEC-8, SEC-9, SEC-11, TEAM-1 to TEAM-3 | `members`; `people` here |
//! | [`access`], [`credentials`] | who may do what | SEC-1, SEC-10 | `access` |
//! | [`lists`] | what sign-ups, passwords and codes are judged by | ACC-1 to ACC-3, SEC-8 | `lists` |
//! | [`signup`], [`review`] | who becomes a customer, and what a person decides about that | ACC-1 to ACC-3, ACC-5, ACC-9 | `accounts` |
//! | [`accounts`], [`subaccounts`] | accounts, their standing, who uses them | ACC-4, ACC-8, ACC-13, SUB-1 | `accounts` |
//! | [`indexes`] | by what lists over all accounts are found | INV-9 | here |
//! | `formats` | the format of a store, and the steps from an older one | | here |
//! | [`events`], [`operator`], [`policy`] | the feed, proof and business choices | EVT-1, EVT-2 | here |
//! | [`contract`] | every function with its arguments and the rule behind it | | here |

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

pub mod about;
pub use coinbox_access as access;
pub use coinbox_accounts as accounts;
pub mod contract;
pub use coinbox_credit as credit;
pub mod credits;
pub mod derived;
mod effect;
pub mod events;
mod formats;
pub use coinbox_ground as ground;
mod housekeeping;
pub mod indexes;
pub use coinbox_invoices as invoices;
pub mod jobs;
pub use coinbox_ledger as ledger;
pub use coinbox_lists as lists;
pub use coinbox_members as members;
pub mod month_end;
pub use coinbox_numbers as numbers;
pub mod operator;
pub use coinbox_payments as payments;
pub mod people;
pub mod policy;
pub use coinbox_pricing as pricing;
pub use coinbox_profiles as profiles;
#[cfg(test)]
mod stories;
pub use coinbox_usage as usage;

pub use access::credentials;
pub use accounts::{closing, destinations, postpaid, review, signup, subaccounts};
pub use credit::settings::{alerts, auto_recharge as recharge};
pub use ground::{calendar, idempotency, ids, money, outside, port, product, turn, vocabulary};
pub use invoices::recurring;
pub use ledger::{charge_code, lots, statement, totals, wallet};
pub use members::{login, password, profile as member_profile};
pub use numbers as phone_numbers;
pub use payments::{cards, charges, coupons, queue, refunds};
pub use usage::{daily, reservations, running_calls as zero_stop, summary};
