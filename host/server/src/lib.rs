//! The REST interface. Handlers translate between HTTP and the contract; they decide nothing.
//!
//! Each route is a row in the file of its handler: method, path, who may ask, function of the contract, forms of request and answer, handler.
//! The router, the names of metrics and the page `docs/rest.md`, which lists all routes ([`table_of_routes`]), are made from these rows.
//!
//! Paths are accepted with and without the slash at the end; that of the account also with two (T1, T2).

mod account;
mod admission;
mod answer;
mod asked;
mod billing;
mod connections;
mod documents;
pub mod download;
mod forms;
mod lists;
pub mod number_form;
mod numbers;
mod operator;
pub mod operators;
mod page;
mod pdf;
mod people;
mod places;
mod pricing;
mod rejected;
mod request;
mod reservations;
mod route;
mod routes;
pub mod serve;
mod session;
mod settings;
mod state;
mod subaccounts;
mod summary;
mod takes;
#[cfg(test)]
mod tests;
mod usage;
mod watch;
mod weighing;

pub use page::table_of_routes;
pub use routes::router;
pub use settings::{RestLimits, TrustedProxies};
pub use state::{Rest, permissions};
