//! Numbers that a trial may call and write to: its customer verifies each by a code that is sent to it (ACC-6).
//!
//! `usage.admit` and `reservations.reserve` refuse a trial every other number with `destination-not-verified`, its sub-accounts too. They ask where a
//! heading has the other side `number-required`: what comes in reaches nobody. The first paid recharge ends the limit (R31), and the setting
//! `trial-verified-destinations` lifts it for all. Numbers are given with or without the plus, 5 to 15 digits from the country code on.
//! @since 0.2.0
//!
//! Generated from `wit/destinations.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::destinations::{Destination, DestinationAnswer, DestinationError, DestinationLimit};

#[doc(no_inline)]
pub use crate::contract::people_types::{CodeSent, TriesLeft};

#[doc(no_inline)]
pub use crate::contract::telephony_types::CodeChannel;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::destinations`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Numbers that a trial may call and write to: its customer verifies each by a code that is sent to it (ACC-6).
    pub fn destinations(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Owner, admin and developer, the account's own token, or an operator with `destinations.begin`. Sends a code to a number,
    /// as often as codes are sent to members' phones: `codes.gap` apart, so many a day to the number, from the network and for the account. It
    /// takes the place of an older one to this number, whose wrong tries stay counted.
    pub fn begin(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
        channel: CodeChannel,
    ) -> Reply<CodeSent, DestinationError> {
        let request = BeginRequest {
            caller: self.host.caller_for(BeginRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
            channel,
        };
        self.host.ask(request)
    }

    /// [`Functions::begin`] for asynchronous programs.
    pub async fn begin_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
        channel: CodeChannel,
    ) -> Reply<CodeSent, DestinationError> {
        let request = BeginRequest {
            caller: self.host.caller_for(BeginRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
            channel,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Owner, admin and developer, the account's own token, or an operator with `destinations.check`. `code`: at most 32
    /// characters. A wrong one is an `ok` answer, so that it is counted: `codes.tries` of one code, `codes.wrong-an-hour` over all numbers of the
    /// account, after which the call is `too-often`.
    pub fn check(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
        code: &str,
    ) -> Reply<DestinationAnswer, DestinationError> {
        let request = CheckRequest {
            caller: self.host.caller_for(CheckRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
            code: code.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::check`] for asynchronous programs.
    pub async fn check_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
        code: &str,
    ) -> Reply<DestinationAnswer, DestinationError> {
        let request = CheckRequest {
            caller: self.host.caller_for(CheckRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
            code: code.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Owner, admin, developer and support, the account's own token, or an operator with `destinations.list`. All of
    /// them, in order of number: at most 100.
    pub fn list(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<Destination>, DestinationError> {
        let request =
            ListRequest { caller: self.host.caller_for(ListRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<Destination>, DestinationError> {
        let request =
            ListRequest { caller: self.host.caller_for(ListRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: command. Owner, admin and developer, also of a suspended account, the account's own token, or an operator with
    /// `destinations.remove`. Calls that have begun go on.
    pub fn remove(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<(), DestinationError> {
        let request = RemoveRequest {
            caller: self.host.caller_for(RemoveRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::remove`] for asynchronous programs.
    pub async fn remove_async(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<(), DestinationError> {
        let request = RemoveRequest {
            caller: self.host.caller_for(RemoveRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct BeginRequest {
    caller: Caller,
    auth_id: String,
    number: String,
    channel: CodeChannel,
}

impl TypedRequest for BeginRequest {
    const FUNCTION: &'static str = "destinations.begin";
    type Answer = Result<CodeSent, DestinationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_destinations();
        rules.call_begin(store, &self.caller, &self.auth_id, &self.number, self.channel)
    }
}

#[derive(Serialize)]
struct CheckRequest {
    caller: Caller,
    auth_id: String,
    number: String,
    code: String,
}

impl TypedRequest for CheckRequest {
    const FUNCTION: &'static str = "destinations.check";
    type Answer = Result<DestinationAnswer, DestinationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_destinations();
        rules.call_check(store, &self.caller, &self.auth_id, &self.number, &self.code)
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "destinations.list";
    type Answer = Result<Vec<Destination>, DestinationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_destinations();
        rules.call_list(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct RemoveRequest {
    caller: Caller,
    auth_id: String,
    number: String,
}

impl TypedRequest for RemoveRequest {
    const FUNCTION: &'static str = "destinations.remove";
    type Answer = Result<(), DestinationError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_destinations();
        rules.call_remove(store, &self.caller, &self.auth_id, &self.number)
    }
}
