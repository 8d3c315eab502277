//! Every billing and account rule of Coinbox, as a plain library.
//!
//! The rules read one state, decide, and hand over one set of changes: see [`call::Call`]. They know nothing of
//! WebAssembly, hosts or HTTP; what they need of a host is in [`port`] and [`outside`]. They are deterministic: the same
//! stored entries, arguments and host answers give the same result and the same changes, byte for byte.
//!
//! | module | what it decides | requirements |
//! |---|---|---|
//! | [`ledger`], [`lots`], [`wallet`] | double entry, credits by origin, the hot balance | CRD-1, CRD-2 |
//! | [`totals`], [`month_end`] | what the ledger says of a month; what happens on the first | INV-1, NUM-3, USE-4 |
//! | [`invoices`] | invoices, tax, credit notes, receipts, billing information | INV-1, INV-3 to INV-7 |
//! | [`usage`], [`pricing`] | events to amounts to postings | USE-1, USE-2, USE-6 |
//! | [`recharge`], [`charges`], [`cards`] | automatic and manual recharges, the ladder, caps | CRD-3 to CRD-7, CRD-11, CRD-16 |
//! | [`coupons`] | codes that give promotional credit | CRD-13 |
//! | [`closing`], [`refunds`] | the end of an account and what is given back | ACC-12, CRD-12 |
//! | [`queue`] | what waits for a person | CRD-7, CRD-12 |
//! | [`alerts`], [`zero_stop`] | dips below thresholds, the end of credit | CRD-8, CRD-10 |
//! | [`phone_numbers`] | offers, purchase, rent, release | NUM-1 to NUM-6, SUB-5 |
//! | [`jobs`] | what is due and what an outcome means | CRD-7 |
//! | [`accounts`], [`subaccounts`], [`credentials`] | who may do what | ACC-13, SEC-1, SUB-1 |
//! | [`indexes`] | by what lists over all accounts are found | INV-9 |
//! | [`events`], [`operator`], [`policy`] | the feed, proof and business choices | EVT-1, EVT-2 |

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

pub mod about;
pub mod accounts;
pub mod alerts;
mod business_days;
pub mod calendar;
pub mod call;
pub mod cards;
pub mod charge_code;
pub mod charges;
pub mod closing;
pub mod coupons;
pub mod credentials;
pub mod credits;
pub mod daily;
pub mod derived;
mod dunning;
pub mod events;
mod housekeeping;
pub mod idempotency;
pub mod ids;
pub mod indexes;
pub mod invoices;
pub mod jobs;
mod judge;
pub mod ledger;
pub mod lots;
mod mail;
mod metadata;
pub mod money;
pub mod month_end;
mod numbers;
pub mod operator;
pub mod outside;
pub mod phone_numbers;
pub mod policy;
pub mod port;
mod posting;
pub mod postpaid;
pub mod pricing;
pub mod product;
pub mod queue;
pub mod recharge;
mod reconcile;
pub mod refunds;
pub mod reservations;
#[cfg(test)]
mod scenario;
#[cfg(test)]
mod scenario_edges;
pub mod statement;
#[cfg(test)]
mod stored_records;
pub mod subaccounts;
pub mod summary;
#[cfg(test)]
mod testing;
mod text;
mod timezone;
pub mod totals;
mod unusual;
pub mod usage;
pub mod vocabulary;
pub mod wallet;
pub mod zero_stop;
