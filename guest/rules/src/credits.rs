//! The interface `credits`, without charges, cards, recharge and alerts.

pub use crate::credit::movements::adjustments::{Adjustment, Correction, Goodwill, adjust, write_off};
pub use crate::credit::settings::balance::{Balance, ShownLot, get_balance, list_lots};
pub use crate::ground::interfaces::credits::{Adjusted, Error, Started};
