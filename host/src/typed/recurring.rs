//! Recurring charges: a product that an account pays by the month, such as a messaging campaign, a support plan or an archive of recordings (USE-7).
//!
//! A month is charged in advance, at 00:00 UTC of its first day, with the quantity and at the price of that moment. What credit does not cover is
//! owed, as with seats (R45). Nothing is given back.
//!
//! The price is the row of the product and heading with the empty prefix: the one of the account's overrides, or else the one of the price book.
//! The amount is the quantity times the rate, divided by the unit size, rounded once (R3). If there is no price any more, the one that was taken
//! last holds (NUM-3). Surcharges ride on events only, so none is added.
//!
//! Generated from `wit/recurring.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::recurring::{
    FirstMonth, NewRecurringCharge, RecurringCharge, RecurringError, RecurringLimit, RecurringPage,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Decimal, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

#[doc(no_inline)]
pub use crate::contract::usage_types::{Heading, Product};

/// The functions of this interface with Rust types. [`Coinbox::recurring`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Recurring charges: a product that an account pays by the month, such as a messaging campaign, a support plan or an archive of recordings (USE-7).
    pub fn recurring(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Permission: operator `recurring.start`. Begins a charge for a main account or a sub-account. The month that has begun is
    /// charged now, by `first-month` and at the price in force now. What credit does not cover is owed.
    pub fn start(
        &self,
        caller: &Caller,
        auth_id: &str,
        charge: NewRecurringCharge,
    ) -> Reply<RecurringCharge, RecurringError> {
        let request = StartRequest {
            caller: self.host.caller_for(StartRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
        };
        self.host.ask(request)
    }

    /// [`Functions::start`] for asynchronous programs.
    pub async fn start_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        charge: NewRecurringCharge,
    ) -> Reply<RecurringCharge, RecurringError> {
        let request = StartRequest {
            caller: self.host.caller_for(StartRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `recurring.change`. Sets the quantity, 1 to 10 000. It counts from the next first of a month on: more is
    /// free until then, less gives nothing back (R45). A month that is due already is posted first, with the quantity that it began with.
    pub fn change(
        &self,
        caller: &Caller,
        auth_id: &str,
        reference: &str,
        quantity: u32,
    ) -> Reply<RecurringCharge, RecurringError> {
        let request = ChangeRequest {
            caller: self.host.caller_for(ChangeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reference: reference.to_owned(),
            quantity,
        };
        self.host.ask(request)
    }

    /// [`Functions::change`] for asynchronous programs.
    pub async fn change_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        reference: &str,
        quantity: u32,
    ) -> Reply<RecurringCharge, RecurringError> {
        let request = ChangeRequest {
            caller: self.host.caller_for(ChangeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reference: reference.to_owned(),
            quantity,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `recurring.end`. Ends a charge now (`none`), or with the end of a month, such as `2026-12`: the present
    /// month or a later one. While it goes on, the month can be set again. No month is charged for which it is not held at its first moment, and
    /// nothing is given back. Closing the account ends all charges, deleting a sub-account ends its own.
    pub fn end(
        &self,
        caller: &Caller,
        auth_id: &str,
        reference: &str,
        last_month: Option<&str>,
    ) -> Reply<RecurringCharge, RecurringError> {
        let request = EndRequest {
            caller: self.host.caller_for(EndRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reference: reference.to_owned(),
            last_month: last_month.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::end`] for asynchronous programs.
    pub async fn end_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        reference: &str,
        last_month: Option<&str>,
    ) -> Reply<RecurringCharge, RecurringError> {
        let request = EndRequest {
            caller: self.host.caller_for(EndRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reference: reference.to_owned(),
            last_month: last_month.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's or the sub-account's own token, or an operator with `recurring.list`. A main account sees those of its
    /// sub-accounts too. `limit` 1 to 100.
    pub fn list(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<RecurringPage, RecurringError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<RecurringPage, RecurringError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's or the sub-account's own token, or an operator with `recurring.get`.
    pub fn get(&self, caller: &Caller, auth_id: &str, reference: &str) -> Reply<RecurringCharge, RecurringError> {
        let request = GetRequest {
            caller: self.host.caller_for(GetRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reference: reference.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get`] for asynchronous programs.
    pub async fn get_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        reference: &str,
    ) -> Reply<RecurringCharge, RecurringError> {
        let request = GetRequest {
            caller: self.host.caller_for(GetRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reference: reference.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct StartRequest {
    caller: Caller,
    auth_id: String,
    charge: NewRecurringCharge,
}

impl TypedRequest for StartRequest {
    const FUNCTION: &'static str = "recurring.start";
    type Answer = Result<RecurringCharge, RecurringError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_recurring();
        rules.call_start(store, &self.caller, &self.auth_id, &self.charge)
    }
}

#[derive(Serialize)]
struct ChangeRequest {
    caller: Caller,
    auth_id: String,
    reference: String,
    quantity: u32,
}

impl TypedRequest for ChangeRequest {
    const FUNCTION: &'static str = "recurring.change";
    type Answer = Result<RecurringCharge, RecurringError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_recurring();
        rules.call_change(store, &self.caller, &self.auth_id, &self.reference, self.quantity)
    }
}

#[derive(Serialize)]
struct EndRequest {
    caller: Caller,
    auth_id: String,
    reference: String,
    last_month: Option<String>,
}

impl TypedRequest for EndRequest {
    const FUNCTION: &'static str = "recurring.end";
    type Answer = Result<RecurringCharge, RecurringError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_recurring();
        rules.call_end(store, &self.caller, &self.auth_id, &self.reference, self.last_month.as_deref())
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "recurring.list";
    type Answer = Result<RecurringPage, RecurringError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_recurring();
        rules.call_list(store, &self.caller, &self.auth_id, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct GetRequest {
    caller: Caller,
    auth_id: String,
    reference: String,
}

impl TypedRequest for GetRequest {
    const FUNCTION: &'static str = "recurring.get";
    type Answer = Result<RecurringCharge, RecurringError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_recurring();
        rules.call_get(store, &self.caller, &self.auth_id, &self.reference)
    }
}
