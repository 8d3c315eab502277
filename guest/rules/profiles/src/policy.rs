//! The policy: business choices that the operator changes at run time, one versioned record; and the limits of single accounts.
//!
//! To the operator the policy is a list of settings with values as text. `table.rs` has a row for each setting, `forms.rs` the forms of their values,
//! `settings.rs` what is done with the list. What the operator asks of them is in `operator`.

pub mod amounts;
mod asking;
mod check;
mod forms;
pub mod history;
pub mod limits;
pub mod load;
mod people;
pub mod record;
pub mod settings;
mod sign_ups;
mod table;

pub use limits::{Limits, Rates, maximum_recharge, rates};
pub use load::KEY;
pub use load::{begin, changed_facts, save};
pub use people::People;
pub use record::NUMBERS_MAX;
pub use record::{AMOUNT_MAX, FirstMonth, Policy, Seller, SpendRule, UnusualSpend};
pub use sign_ups::{DESTINATIONS_MAX, DOCUMENTS, SignUps};
