//! What a movement sets off: charges to customers, alerts, automatic recharge, the end of credit, suspensions.

pub mod alerts;
pub(crate) mod charging;
pub mod credits;
pub(crate) mod judge;
pub(crate) mod posting;
pub mod recharge;
pub(crate) mod records;
pub(crate) mod refilling;
pub mod zero_stop;
