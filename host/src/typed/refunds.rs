//! Refunds: money that goes back to the cards that it came from, once an account is closed (CRD-12, R23, R24).
//!
//! A refund gives back one payment, in whole cents, rounded down (R4). The rules start refunds; no call does.
//!
//! Generated from `wit/refunds.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::credit_types::{Refund, RefundCause, RefundState};

#[doc(inline)]
pub use crate::contract::exported::refunds::{RefundError, RefundPage};

#[doc(no_inline)]
pub use crate::contract::payment_types::DeclineReason;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, StartedJob, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::refunds`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Refunds: money that goes back to the cards that it came from, once an account is closed (CRD-12, R23, R24).
    pub fn refunds(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. Permission: operator `refunds.list`. Newest first, those with a number below `after`, 1 to 100 a page.
    pub fn list(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<u32>,
        limit: u32,
    ) -> Reply<RefundPage, RefundError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after,
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<u32>,
        limit: u32,
    ) -> Reply<RefundPage, RefundError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after,
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `refunds.retry`. Sends a failed refund again under a new key. Answers the job of the refund.
    pub fn retry(&self, caller: &Caller, auth_id: &str, number: u32) -> Reply<StartedJob, RefundError> {
        let request = RetryRequest {
            caller: self.host.caller_for(RetryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
        };
        self.host.ask(request)
    }

    /// [`Functions::retry`] for asynchronous programs.
    pub async fn retry_async(&self, caller: &Caller, auth_id: &str, number: u32) -> Reply<StartedJob, RefundError> {
        let request = RetryRequest {
            caller: self.host.caller_for(RetryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `refunds.settle`. Notes that a failed refund was paid in another way. `reference`: 1 to 200 characters
    /// that say how, such as the bank's name for the transfer.
    pub fn settle(&self, caller: &Caller, auth_id: &str, number: u32, reference: &str) -> Reply<Refund, RefundError> {
        let request = SettleRequest {
            caller: self.host.caller_for(SettleRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
            reference: reference.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::settle`] for asynchronous programs.
    pub async fn settle_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: u32,
        reference: &str,
    ) -> Reply<Refund, RefundError> {
        let request = SettleRequest {
            caller: self.host.caller_for(SettleRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
            reference: reference.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    auth_id: String,
    after: Option<u32>,
    limit: u32,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "refunds.list";
    type Answer = Result<RefundPage, RefundError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_refunds();
        rules.call_list(store, &self.caller, &self.auth_id, self.after, self.limit)
    }
}

#[derive(Serialize)]
struct RetryRequest {
    caller: Caller,
    auth_id: String,
    number: u32,
}

impl TypedRequest for RetryRequest {
    const FUNCTION: &'static str = "refunds.retry";
    type Answer = Result<StartedJob, RefundError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_refunds();
        rules.call_retry(store, &self.caller, &self.auth_id, self.number)
    }
}

#[derive(Serialize)]
struct SettleRequest {
    caller: Caller,
    auth_id: String,
    number: u32,
    reference: String,
}

impl TypedRequest for SettleRequest {
    const FUNCTION: &'static str = "refunds.settle";
    type Answer = Result<Refund, RefundError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_refunds();
        rules.call_settle(store, &self.caller, &self.auth_id, self.number, &self.reference)
    }
}
