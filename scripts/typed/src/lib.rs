//! The typed door of the host, from `wit/`: one module of `host/src/typed/` an interface, and a table of all functions for the tests.
//!
//! A crate of its own, which needs neither host nor rules: after a change of the contract they compile only once it has run.

mod generate;
mod names;

pub use generate::{Contract, NOT_CALLABLE, files};
