//! The policy and the limits of accounts, with what the operator asks of them.

pub use crate::operator::limits::{get_limits, set_limits};
pub use crate::operator::policy::{get_policy, set_policy};
pub use crate::profiles::policy::*;
