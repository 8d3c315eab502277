//! Reference host of Coinbox.
pub mod capability;
pub mod clock;
pub mod coinbox;
pub mod contract;
pub mod driver;
pub mod email;
pub mod engine;
pub mod json;
pub mod payment;
pub mod random;
pub mod sample;
pub mod sequencer;
pub mod storage;
pub mod telephony;
pub mod vault;
