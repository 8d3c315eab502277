//! What a balance sets off: alerts, automatic recharge, the end of calls, the end of a suspension. `judge` asks them all.

pub(crate) mod alerts;
pub(crate) mod judge;
pub(crate) mod occasion;
pub mod recharge;
pub(crate) mod zero_stop;
