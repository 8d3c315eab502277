//! Holding an amount before a call or message, extending it while the call lasts, and settling its true cost (USE-3, R16).
//!
//! A reservation holds an amount of an account's available credit, not particular lots. Its name is the platform's own name of the call
//! or message. The name is unique among a main account and its sub-accounts for as long as usage is accepted (the policy's window, 35
//! days). A call that is reserved is on the list of running calls (`usage.list-calls`): it need not be named with
//! `usage.calls-started`.
//!
//! A request may say that less than all of it will do (USE-10). Then it is granted as far as available covers it: what is rated in whole
//! billing increments, such as the last two seconds of credit. The answer says how much was granted, and whether it was the last.
//!
//! A batch holds 1 to 1000 items. Each item is answered by itself, in order, and an item that is refused never spoils its neighbours. An
//! item of a wrong form refuses the whole batch. Any of these calls may be repeated: the repeat changes nothing that the first call did.
//!
//! Generated from `wit/reservations.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::reservations::{
    Ending, ExtendAnswer, Extension, FixedPrice, FormerState, Grant, Hold, Measure, OpenPage, OpenReservation,
    ReleaseAnswer, Reservation, ReservationError, ReservationKind, ReservationName, ReservationPage, ReservationPrice,
    ReserveAnswer, SettleAnswer, SettleBatch, SettledReservation, Settlement,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Duration, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem,
    Refusal, RequestPart, Session, Suspension,
};

#[doc(no_inline)]
pub use crate::contract::usage_types::{Heading, Product, Rejection, UsageEvent};

/// The functions of this interface with Rust types. [`Coinbox::reservations`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Holding an amount before a call or message, extending it while the call lasts, and settling its true cost (USE-3, R16).
    pub fn reservations(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. The account's or sub-account's own token, or an operator with `reservations.reserve`. Holds each amount that the
    /// account may spend now (USE-3).
    pub fn reserve(&self, caller: &Caller, holds: Vec<Hold>) -> Reply<Vec<ReserveAnswer>, ReservationError> {
        let request = ReserveRequest { caller: self.host.caller_for(ReserveRequest::FUNCTION, caller), holds };
        self.host.ask(request)
    }

    /// [`Functions::reserve`] for asynchronous programs.
    pub async fn reserve_async(
        &self,
        caller: &Caller,
        holds: Vec<Hold>,
    ) -> Reply<Vec<ReserveAnswer>, ReservationError> {
        let request = ReserveRequest { caller: self.host.caller_for(ReserveRequest::FUNCTION, caller), holds };
        self.host.ask_async(request).await
    }

    /// Class: command. The account's or sub-account's own token, or an operator with `reservations.extend`. An extension is refused when
    /// available cannot cover the additional amount (R16), or the least of it that would do and is more than before. A trial that goes on to another number than the one
    /// that was quoted is asked whether it has verified that one (ACC-6). The token of a sub-account reaches only its own reservations: those of its
    /// siblings and of its parent are `unknown`.
    pub fn extend(&self, caller: &Caller, extensions: Vec<Extension>) -> Reply<Vec<ExtendAnswer>, ReservationError> {
        let request = ExtendRequest { caller: self.host.caller_for(ExtendRequest::FUNCTION, caller), extensions };
        self.host.ask(request)
    }

    /// [`Functions::extend`] for asynchronous programs.
    pub async fn extend_async(
        &self,
        caller: &Caller,
        extensions: Vec<Extension>,
    ) -> Reply<Vec<ExtendAnswer>, ReservationError> {
        let request = ExtendRequest { caller: self.host.caller_for(ExtendRequest::FUNCTION, caller), extensions };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `reservations.settle` (R40). Posts the true cost once, even if it is above what was held or the
    /// reservation has expired (R16). Takes the call off the list of running calls. An event for what was quoted costs the quoted price;
    /// any other event costs the price in force at its own time (R87).
    pub fn settle(&self, caller: &Caller, settlements: Vec<Settlement>) -> Reply<SettleBatch, ReservationError> {
        let request = SettleRequest { caller: self.host.caller_for(SettleRequest::FUNCTION, caller), settlements };
        self.host.ask(request)
    }

    /// [`Functions::settle`] for asynchronous programs.
    pub async fn settle_async(
        &self,
        caller: &Caller,
        settlements: Vec<Settlement>,
    ) -> Reply<SettleBatch, ReservationError> {
        let request = SettleRequest { caller: self.host.caller_for(SettleRequest::FUNCTION, caller), settlements };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `reservations.release`. Gives back what was reserved and not used.
    pub fn release(
        &self,
        caller: &Caller,
        reservations: Vec<ReservationName>,
    ) -> Reply<Vec<ReleaseAnswer>, ReservationError> {
        let request = ReleaseRequest { caller: self.host.caller_for(ReleaseRequest::FUNCTION, caller), reservations };
        self.host.ask(request)
    }

    /// [`Functions::release`] for asynchronous programs.
    pub async fn release_async(
        &self,
        caller: &Caller,
        reservations: Vec<ReservationName>,
    ) -> Reply<Vec<ReleaseAnswer>, ReservationError> {
        let request = ReleaseRequest { caller: self.host.caller_for(ReleaseRequest::FUNCTION, caller), reservations };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's token or an operator with `reservations.list`. Open reservations of a main account and its
    /// sub-accounts, 1 to 500 a page.
    pub fn list(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<ReservationPage, ReservationError> {
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
    ) -> Reply<ReservationPage, ReservationError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `reservations.list-open`. Open reservations of all accounts, 1 to 500 a page (USE-10): how a switch
    /// or gateway that was away finds out what it missed. With `source`, only those whose hold named it; such a page looks at 2 000
    /// reservations at most.
    pub fn list_open(
        &self,
        caller: &Caller,
        source: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<OpenPage, ReservationError> {
        let request = ListOpenRequest {
            caller: self.host.caller_for(ListOpenRequest::FUNCTION, caller),
            source: source.map(str::to_owned),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_open`] for asynchronous programs.
    pub async fn list_open_async(
        &self,
        caller: &Caller,
        source: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<OpenPage, ReservationError> {
        let request = ListOpenRequest {
            caller: self.host.caller_for(ListOpenRequest::FUNCTION, caller),
            source: source.map(str::to_owned),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct ReserveRequest {
    caller: Caller,
    holds: Vec<Hold>,
}

impl TypedRequest for ReserveRequest {
    const FUNCTION: &'static str = "reservations.reserve";
    type Answer = Result<Vec<ReserveAnswer>, ReservationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_reservations();
        rules.call_reserve(store, &self.caller, &self.holds)
    }
}

#[derive(Serialize)]
struct ExtendRequest {
    caller: Caller,
    extensions: Vec<Extension>,
}

impl TypedRequest for ExtendRequest {
    const FUNCTION: &'static str = "reservations.extend";
    type Answer = Result<Vec<ExtendAnswer>, ReservationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_reservations();
        rules.call_extend(store, &self.caller, &self.extensions)
    }
}

#[derive(Serialize)]
struct SettleRequest {
    caller: Caller,
    settlements: Vec<Settlement>,
}

impl TypedRequest for SettleRequest {
    const FUNCTION: &'static str = "reservations.settle";
    type Answer = Result<SettleBatch, ReservationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_reservations();
        rules.call_settle(store, &self.caller, &self.settlements)
    }
}

#[derive(Serialize)]
struct ReleaseRequest {
    caller: Caller,
    reservations: Vec<ReservationName>,
}

impl TypedRequest for ReleaseRequest {
    const FUNCTION: &'static str = "reservations.release";
    type Answer = Result<Vec<ReleaseAnswer>, ReservationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_reservations();
        rules.call_release(store, &self.caller, &self.reservations)
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
    const FUNCTION: &'static str = "reservations.list";
    type Answer = Result<ReservationPage, ReservationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_reservations();
        rules.call_list(store, &self.caller, &self.auth_id, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct ListOpenRequest {
    caller: Caller,
    source: Option<String>,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListOpenRequest {
    const FUNCTION: &'static str = "reservations.list-open";
    type Answer = Result<OpenPage, ReservationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_reservations();
        rules.call_list_open(store, &self.caller, self.source.as_deref(), self.after.as_deref(), self.limit)
    }
}
