//! The REST interface. Handlers translate between HTTP and the contract; they decide nothing.
//!
//! | route | who | what |
//! |---|---|---|
//! | `GET POST /v1/Account/{auth_id}/` | the account, HTTP Basic | the Account resource |
//! | `GET /v1/Account/{auth_id}/PhoneNumber/`, `POST …/PhoneNumber/{number}/` | the account or a sub-account | search and rent numbers |
//! | `GET /v1/Account/{auth_id}/Number/`, `GET POST DELETE …/Number/{number}/` | the account or a sub-account | rented numbers |
//! | `DELETE /v1/Account/{auth_id}/Subaccount/{auth_id}/` | the account | deletes a sub-account |
//! | `GET /v1/Account/{auth_id}/Pricing/` | the account or a sub-account | the prices of one country |
//! | `GET /v1/Account/{auth_id}/Invoice/[{number}/]`, `…/CreditNote/…`, `…/Receipt/…` | operator | documents, listed and one by one |
//! | `GET POST /v1/Account/{auth_id}/Billing/`, `…/Seats/`, `GET …/Billing/Overview/` | operator | billing information, seats |
//! | `GET …/Invoice/{number}/pdf/`, `…/CreditNote/…`, `…/Receipt/…` | the same | an issued document as PDF |
//! | `GET /v1/Account/{auth_id}/UsageSummary/`, `…/UsageLine/` | the account or sub-account | what it was charged |
//! | `GET POST DELETE /v1/Usage/Rejected/` | operator | events that could not be rated |
//! | `POST /v1/Usage/` | operator, Bearer | usage events of many accounts |
//! | `POST /v1/Usage/Reserve/`, `Extend/`, `Settle/`, `Release/` | operator | reservations |
//! | `POST /v1/Operator/call/{interface}.{function}` | operator | any function of the contract |
//! | `GET /v1/Operator/accounts/`, `…/documents/` | operator | accounts and documents of all accounts, filtered |
//! | `POST /v1/Operator/drive/{job}`, `…/backup`, `…/check`, `…/forecast`, `GET POST …/clock`, `POST …/clock/confirm` | operator | what the host does |
//! | `GET /healthz`, `/readyz`, `/metrics` | anybody who reaches the port | watching |
//!
//! Paths are accepted with and without the slash at the end, and with two (T1, T2).

mod account;
pub mod answer;
pub mod connections;
mod documents;
pub mod keys;
pub mod limit;
mod lists;
pub mod number_form;
mod numbers;
pub mod operator;
mod pdf;
pub mod places;
mod pricing;
mod rejected;
pub mod request;
pub mod reservations;
pub mod resource;
mod routes;
pub mod serve;
mod settings;
mod state;
mod summary;
#[cfg(test)]
mod tests;
pub mod usage;

pub use routes::router;
pub use settings::{RestLimits, TrustedProxies};
pub use state::Rest;
