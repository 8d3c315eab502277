//! Who may do what: the functions with their permissions, credentials, sub-accounts as callers, and how a query and a command begin.

#![forbid(unsafe_code)]
#![deny(unreachable_pub)]
#![deny(clippy::float_arithmetic)]

mod admission;
pub mod columns;
pub mod credentials;
pub mod functions;
mod gate;
pub mod once;
pub mod people;
pub mod requests;
pub mod testing;

pub use requests::{
    Permitted, command, command_on, command_on_any, command_own, no_key, public, query, query_on, query_on_all,
    query_own,
};
