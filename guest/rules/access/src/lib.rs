//! Who may do what: the functions with their permissions, credentials, sub-accounts as callers.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

pub mod credentials;
pub mod functions;
