//! Coinbox.
pub mod components;
