//! Charges: one intention each, written down before the gateway is called, final once (CRD-4, CRD-7, R11).
//!
//! A charge is a job: `begin` writes down that an attempt starts, the effect acts (and from the second attempt on asks first),
//! `finish` books. Pending and unknown are neither paid nor declined: the charge stays open and is asked about until the gateway
//! answers. Its key is derived from store, account and number, and never used for anything else.

mod attempts;
pub(crate) mod booking;
mod chargebacks;
mod disputes;
pub(crate) mod recovered;
mod requests;
mod settling;

pub(crate) use attempts::{attempt, begin, finish, look};
pub use booking::{book, book_closed};
pub use chargebacks::{record_chargeback, record_payment_chargeback};
pub use coinbox_ledger::charges::{ChargeKind, ChargePage, ChargeState, ShownCharge};
pub use disputes::record_dispute_won;
pub use requests::{give_up, list_charges, recharge, settle_debt};
