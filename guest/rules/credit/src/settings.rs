//! What customers read and set of their credit.

pub mod alerts;
pub mod auto_recharge;
pub mod balance;
