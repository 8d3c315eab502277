//! What the model writes down of an account, each kind by itself: none of these files knows an account.

pub(super) mod cards;
pub(super) mod charges;
pub(super) mod closing;
pub(super) mod cycles;
pub(super) mod debts;
pub(super) mod dunning;
pub(super) mod gone;
pub(super) mod holds;
pub(super) mod invoices;
pub(super) mod lots;
pub(super) mod rents;
pub(super) mod standing;
