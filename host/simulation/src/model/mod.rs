//! An independent model of accounts, written from the requirements and not from the rules: small, slow and plain.
//!
//! Only the outside decides some things: whether a card pays, when the gateway answers. The model takes these from the feed, and compares them
//! with the gateway's own book. The model foretells everything that the rules decide: balances and lots, which alert fires, when an automatic
//! recharge starts, at which level it is tried again, which cap refuses it, which mail goes out.
//!
//! Files in their order; each uses only files of the lines above it, or of its own line to the left:
//!
//! | files | what |
//! |---|---|
//! | `cents`, `told`, `policy`, `prices`, `usage`, `coupons` | what concerns no single account |
//! | `records` | what is written down of an account, each kind by itself |
//! | `account` | all of that together, and what is read off it at once |
//! | `debts`, `lots`, `credit_back`, `dunning` | what is owed, what credit there is, where it goes back to, what is due |
//! | `standing`, `recharge`, `judge` | what a balance sets off |
//! | `taxes`, `invoices`, `numbers`, `time` | what time brings: invoices, rent, the end of a period |
//! | `credits`, `choices`, `chargebacks`, `credit_notes`, `holds` | what customers, operators, banks and platforms do |
//! | `attempts`, `payments` | how charges went |
//! | `refunds`, `closing` | the end of an account |
//! | `restores`, `follow` | what comes back after a restore, and all else that the feed tells |
//! | `everybody` | all accounts |

mod account;
mod attempts;
mod cents;
mod chargebacks;
mod choices;
mod closing;
mod coupons;
mod credit_back;
mod credit_notes;
mod credits;
mod debts;
mod dunning;
mod everybody;
mod follow;
mod holds;
mod invoices;
mod judge;
mod lots;
mod numbers;
mod payments;
mod policy;
mod prices;
mod recharge;
mod records;
mod refunds;
mod restores;
mod standing;
mod taxes;
mod time;
mod told;
mod usage;

pub(crate) use account::Account;
pub(crate) use coupons::{Coupon, Try};
pub(crate) use everybody::Model;
pub(crate) use policy::Policy;
pub(crate) use prices::surcharges;
pub(crate) use records::cards::{Card, CardState};
pub(crate) use records::charges::{ChargeState, Settings};
pub(crate) use records::closing::{Refund, RefundState};
pub(crate) use records::holds::Wanted;
pub(crate) use records::invoices::CreditNote;
pub(crate) use records::lots::LotKind;
pub(crate) use records::rents::{STOCK, number_prices, offer};
pub(crate) use records::standing::Standing;
pub(crate) use told::{Event, MAILS, Taken};
pub(crate) use usage::{Reported, price_rows};
