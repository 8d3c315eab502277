//! The typed door: every function of the contract as a method, with its records, enums and variants as Rust types.
//!
//! Each interface of `wit/` is a module here, and [`Coinbox`] has a method of the same name that lends its functions:
//! `credits.get-balance` is [`host.credits().get_balance(…)`](credits::Functions::get_balance), with
//! [`get_balance_async`](credits::Functions::get_balance_async) for asynchronous programs. Arguments stand in the order of the contract. Names are those of
//! the contract with underscores for hyphens; types are written in one word: `charge-state` is [`credits::ChargeState`].
//!
//! A [`Reply`] has two layers. The outer one says whether the rules have answered: a [`HostError`] is a limit, a trap, a
//! store that fails. The inner one is what they say: the answer, or the interface's own error, with which nothing has changed.
//!
//! ```
//! # fn main() {}
//! use coinbox_host::coinbox::{Coinbox, HostError};
//! use coinbox_host::typed::types::{Caller, Refusal};
//! use coinbox_host::typed::usage::{UsageError, UsageEvent};
//!
//! /// Whether a message may be sent, and if not, how many micro-dollars are missing.
//! fn may_send(host: &Coinbox, caller: &Caller, message: UsageEvent) -> Result<Result<(), i64>, HostError> {
//!     match host.usage().admit(caller, message)? {
//!         Ok(_price) => Ok(Ok(())),
//!         Err(UsageError::Refused(Refusal::OutOfCredit(missing))) => Ok(Err(missing)),
//!         Err(other) => panic!("{other}"),
//!     }
//! }
//! ```
//!
//! A field that is misspelt does not compile, nor does one that is left out:
//!
//! ```
//! use coinbox_host::typed::credits::Goodwill;
//! let gift = Goodwill { amount: 10_000, expires: None };
//! assert_eq!(gift.amount, 10_000);
//! ```
//!
//! ```compile_fail,E0560
//! use coinbox_host::typed::credits::Goodwill;
//! let gift = Goodwill { amuont: 10_000, expires: None };
//! assert_eq!(gift.amount, 10_000);
//! ```
//!
//! ```compile_fail,E0063
//! use coinbox_host::typed::credits::Goodwill;
//! let gift = Goodwill { amount: 10_000 };
//! assert_eq!(gift.amount, 10_000);
//! ```
//!
//! The types are those of [`crate::contract`], so an adapter, the JSON door and this one speak of the same records. [`crate::json`] reads and
//! writes them in the published JSON form; serde's other formats would write another one. Values go straight to the component: no JSON is
//! made on the way.
//!
//! `jobs.perform` and `jobs.next-request` have no method: the host's own workers carry out effects of jobs, and nobody else does.
//!
//! The files of the interfaces are generated from `wit/`, and a test holds them against it.

// A method has as many parameters as the contract gives its function.
#![allow(clippy::too_many_arguments)]

mod callers;

pub mod about;
pub mod accounts;
pub mod coupons;
pub mod credits;
pub mod destinations;
pub mod events;
pub mod invoices;
pub mod jobs;
pub mod links;
pub mod lists;
pub mod login;
pub mod members;
pub mod numbers;
pub mod operator;
pub mod password;
pub mod passwords;
pub mod pricing;
pub mod profile;
pub mod recurring;
pub mod refunds;
pub mod reservations;
pub mod review;
pub mod signup;
pub mod subaccounts;
pub mod usage;

#[doc(no_inline)]
pub use crate::contract::types;

use crate::coinbox::{Coinbox, HostError};
use crate::engine::{AnyAnswer, TypedRequest};

/// Outside: whether the rules have answered. Inside: what they say.
///
/// `host.credits().get_balance(…)??` takes the answer and hands on whatever keeps it away.
pub type Reply<T, E> = Result<Result<T, E>, HostError>;

impl Coinbox {
    fn ask<R: TypedRequest>(&self, request: R) -> Result<R::Answer, HostError> {
        Ok(answer::<R>(self.request(Box::new(request))?))
    }

    async fn ask_async<R: TypedRequest>(&self, request: R) -> Result<R::Answer, HostError> {
        Ok(answer::<R>(self.request_async(Box::new(request)).await?))
    }
}

fn answer<R: TypedRequest>(answer: AnyAnswer) -> R::Answer {
    *answer.downcast().expect("an answer is of the type that its request names")
}
