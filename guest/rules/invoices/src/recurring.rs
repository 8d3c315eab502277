//! Recurring charges: a product that an account pays by the month (USE-7), with the machinery of rent and seats (NUM-3, R45).
//!
//! | file | what |
//! |---|---|
//! | `forms` | what the contract shows |
//! | `records` | what is stored |
//! | `charging` | what a month costs, and its posting |
//! | `run` | the run of the month |
//! | `requests` | what the operator and the account ask |

mod charging;
mod forms;
mod records;
mod requests;
mod run;

pub use forms::{Error, NewRecurringCharge, RecurringCharge, RecurringPage};
pub use records::{CHARGES_MAX, QUANTITY_MAX};
pub use requests::{change, end, end_all, get, list, start};
pub use run::charge_page;
