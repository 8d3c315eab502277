//! Reference host of Coinbox.
pub mod capability;
pub mod contract;
pub mod storage;
