//! Coinbox.
