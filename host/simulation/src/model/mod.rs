//! An independent model of accounts, written from the requirements and not from the rules: small, slow and plain.
//!
//! Only the outside decides some things: whether a card pays, when the gateway answers. The model takes these from the feed, and compares them
//! with the gateway's own book. The model foretells everything that the rules decide: balances and lots, which alert fires, when an automatic
//! recharge starts, at which level it is tried again, which cap refuses it, which mail goes out.

mod account;
mod chargebacks;
mod closing;
mod coupons;
mod credit_notes;
mod cycles;
mod debts;
mod dunning;
mod ended;
mod everybody;
mod follow;
mod holds;
mod numbers;
mod policy;
mod prices;
mod recharge;
mod restores;
mod taxes;
mod told;
mod usage;

pub use account::{Account, Card, CardState, LotKind, Standing};
pub use closing::{Refund, RefundState};
pub use coupons::{Coupon, Try};
pub use credit_notes::CreditNote;
pub use everybody::Model;
pub use holds::Wanted;
pub use numbers::{STOCK, number_prices, offer};
pub use policy::Policy;
pub use recharge::{ChargeState, Settings};
pub use told::{Event, MAILS, Occasion, Taken, Told};
pub use usage::{Reported, price_rows};
