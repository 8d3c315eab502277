//! Everything that matters, in order, with its cause (EVT-1, EVT-2).
//!
//! Generated from `wit/events.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::events::{EventError, FeedEvent};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::events`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Everything that matters, in order, with its cause (EVT-1, EVT-2).
    pub fn events(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. Events after a position, oldest first, `limit` 1 to 1000. Of one account: the account's own token, or an operator
    /// with `events.read`. Of all accounts (`none`): an operator with `events.read`.
    pub fn read(
        &self,
        caller: &Caller,
        account: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Reply<Vec<FeedEvent>, EventError> {
        let request = ReadRequest {
            caller: self.host.caller_for(ReadRequest::FUNCTION, caller),
            account: account.map(str::to_owned),
            after,
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::read`] for asynchronous programs.
    pub async fn read_async(
        &self,
        caller: &Caller,
        account: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Reply<Vec<FeedEvent>, EventError> {
        let request = ReadRequest {
            caller: self.host.caller_for(ReadRequest::FUNCTION, caller),
            account: account.map(str::to_owned),
            after,
            limit,
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct ReadRequest {
    caller: Caller,
    account: Option<String>,
    after: u64,
    limit: u32,
}

impl TypedRequest for ReadRequest {
    const FUNCTION: &'static str = "events.read";
    type Answer = Result<Vec<FeedEvent>, EventError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_events();
        rules.call_read(store, &self.caller, self.account.as_deref(), self.after, self.limit)
    }
}
