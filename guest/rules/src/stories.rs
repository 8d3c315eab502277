//! Whole stories as unit tests: what needs several areas at once, or the accounts, gateway and jobs of [`scenario`]. A folder an area; it sees the
//! areas by `crate::<area>::…`, as a crate of its own would.

mod access;
mod accounts;
mod edges;
pub(crate) mod invoices;
pub(crate) mod ledger;
mod limits;
mod numbers;
mod payments;
mod pricing;
mod profiles;
mod repeats;
pub(crate) mod scenario;
mod shared;
mod stored_records;
mod usage;
