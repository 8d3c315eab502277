//! What a balance sets off: alerts, automatic recharge, the end of calls, the end of a suspension. `judge` asks them all.

pub mod alerts;
pub mod judge;
pub mod occasion;
pub mod recharge;
pub mod zero_stop;
