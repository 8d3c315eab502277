//! The record of a charge, its key, and the form of the contract.
//!
//! | key | what |
//! |---|---|
//! | `ch/<account>/<number, newest first>` | a charge |
//! | `chk/<key>` | the number of a charge that a reconciliation could not give the number in its key |
//!
//! Nobody writes a field of a charge from outside: each step of its life is a function of [`Charge`] or [`Dispute`].

mod dispute;
mod forms;
mod record;
mod stored;

pub use dispute::{Dispute, NewDispute, SettledBy};
pub use forms::{ChargeKind, ChargePage, ChargeState, JOB, ShownCharge, card_name};
pub use record::{Charge, NewCharge};
pub(crate) use stored::note_payer;
pub use stored::{by_key, gateway_key, list_all, load, of_payment, parse_gateway_key, place, prefix, renumber, save};
