//! Who may do what: the functions with their permissions, credentials, sub-accounts as callers.

pub mod credentials;
pub mod functions;
