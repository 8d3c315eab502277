//! Reference host of Coinbox.
pub mod capability;
pub mod clock;
pub mod contract;
pub mod random;
pub mod storage;
pub mod vault;
