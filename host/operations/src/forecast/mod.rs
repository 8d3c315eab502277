//! What would happen to an account if it went on like this: its last 30 days lived again on a [`Fork`].
//!
//! Every event that was rated in the last 30 days happens again 30 days later, and again after another 30 days, each time at the prices in force
//! then. Everything else is what the rules do by themselves: recharges, alerts, rent, invoices. Cards pay. The original is read only once, for
//! the copy.

mod fork;
mod records;
mod run;
mod usage;

pub use fork::Fork;
pub use records::{Forecast, Invoice, MONTHS_MAX, MonthEnd, Recharge, Warning};
pub use run::forecast;
