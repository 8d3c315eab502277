//! Coinbox.
pub mod components;
pub mod crash;
pub mod crash_world;
