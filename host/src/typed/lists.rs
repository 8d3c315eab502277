//! Lists that sign-ups, passwords and codes are judged by: kept by the operator, replaced as a whole, and corrected entry by entry (ACC-1, ACC-2, ACC-3, SEC-8).
//!
//! A version of a list is written in parts and never changes once it is published. The operator's own entries stand beside the versions and win.
//! @since 0.2.0
//!
//! Generated from `wit/lists.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::lists::{
    KnownList, ListEntry, ListError, ListSource, ListStatus, ListVersion, LookUpAnswer, OwnChoice, OwnEntry, OwnPage,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::lists`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Lists that sign-ups, passwords and codes are judged by: kept by the operator, replaced as a whole, and corrected entry by entry (ACC-1, ACC-2, ACC-3, SEC-8).
    pub fn lists(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Permission: operator `lists.begin`. Begins a version. A version of the same list that is still written is given up.
    pub fn begin(&self, caller: &Caller, name: KnownList, about: ListSource) -> Reply<ListVersion, ListError> {
        let request = BeginRequest { caller: self.host.caller_for(BeginRequest::FUNCTION, caller), name, about };
        self.host.ask(request)
    }

    /// [`Functions::begin`] for asynchronous programs.
    pub async fn begin_async(
        &self,
        caller: &Caller,
        name: KnownList,
        about: ListSource,
    ) -> Reply<ListVersion, ListError> {
        let request = BeginRequest { caller: self.host.caller_for(BeginRequest::FUNCTION, caller), name, about };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `lists.add`. Adds 1 to 5000 entries to a version that is still written; 2 000 000 in all. Entries that are
    /// there already change nothing. Networks come in rising order, IPv4 before IPv6, and none of them overlaps another: `wrong-form` names
    /// the first one that does not.
    pub fn add(
        &self,
        caller: &Caller,
        name: KnownList,
        version: u32,
        entries: Vec<ListEntry>,
    ) -> Reply<ListVersion, ListError> {
        let request = AddRequest { caller: self.host.caller_for(AddRequest::FUNCTION, caller), name, version, entries };
        self.host.ask(request)
    }

    /// [`Functions::add`] for asynchronous programs.
    pub async fn add_async(
        &self,
        caller: &Caller,
        name: KnownList,
        version: u32,
        entries: Vec<ListEntry>,
    ) -> Reply<ListVersion, ListError> {
        let request = AddRequest { caller: self.host.caller_for(AddRequest::FUNCTION, caller), name, version, entries };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `lists.publish`. The version takes the place of the one before, at once and as a whole.
    pub fn publish(&self, caller: &Caller, name: KnownList, version: u32) -> Reply<ListVersion, ListError> {
        let request = PublishRequest { caller: self.host.caller_for(PublishRequest::FUNCTION, caller), name, version };
        self.host.ask(request)
    }

    /// [`Functions::publish`] for asynchronous programs.
    pub async fn publish_async(&self, caller: &Caller, name: KnownList, version: u32) -> Reply<ListVersion, ListError> {
        let request = PublishRequest { caller: self.host.caller_for(PublishRequest::FUNCTION, caller), name, version };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `lists.status`. All lists.
    pub fn status(&self, caller: &Caller) -> Reply<Vec<ListStatus>, ListError> {
        let request = StatusRequest { caller: self.host.caller_for(StatusRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::status`] for asynchronous programs.
    pub async fn status_async(&self, caller: &Caller) -> Reply<Vec<ListStatus>, ListError> {
        let request = StatusRequest { caller: self.host.caller_for(StatusRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `lists.look-up`. `value`: a domain or mail address, a network address, a password, a number with or without plus,
    /// a name; 1 to 1024 bytes.
    pub fn look_up(&self, caller: &Caller, name: KnownList, value: &str) -> Reply<LookUpAnswer, ListError> {
        let request = LookUpRequest {
            caller: self.host.caller_for(LookUpRequest::FUNCTION, caller),
            name,
            value: value.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::look_up`] for asynchronous programs.
    pub async fn look_up_async(&self, caller: &Caller, name: KnownList, value: &str) -> Reply<LookUpAnswer, ListError> {
        let request = LookUpRequest {
            caller: self.host.caller_for(LookUpRequest::FUNCTION, caller),
            name,
            value: value.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `lists.set-own`. Sets 1 to 500 own entries, of at most 10 000 of a list. Answers how the list stands.
    pub fn set_own(&self, caller: &Caller, name: KnownList, entries: Vec<OwnEntry>) -> Reply<ListStatus, ListError> {
        let request = SetOwnRequest { caller: self.host.caller_for(SetOwnRequest::FUNCTION, caller), name, entries };
        self.host.ask(request)
    }

    /// [`Functions::set_own`] for asynchronous programs.
    pub async fn set_own_async(
        &self,
        caller: &Caller,
        name: KnownList,
        entries: Vec<OwnEntry>,
    ) -> Reply<ListStatus, ListError> {
        let request = SetOwnRequest { caller: self.host.caller_for(SetOwnRequest::FUNCTION, caller), name, entries };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `lists.list-own`. 1 to 500 a page.
    pub fn list_own(
        &self,
        caller: &Caller,
        name: KnownList,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<OwnPage, ListError> {
        let request = ListOwnRequest {
            caller: self.host.caller_for(ListOwnRequest::FUNCTION, caller),
            name,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_own`] for asynchronous programs.
    pub async fn list_own_async(
        &self,
        caller: &Caller,
        name: KnownList,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<OwnPage, ListError> {
        let request = ListOwnRequest {
            caller: self.host.caller_for(ListOwnRequest::FUNCTION, caller),
            name,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct BeginRequest {
    caller: Caller,
    name: KnownList,
    about: ListSource,
}

impl TypedRequest for BeginRequest {
    const FUNCTION: &'static str = "lists.begin";
    type Answer = Result<ListVersion, ListError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_lists();
        rules.call_begin(store, &self.caller, self.name, &self.about)
    }
}

#[derive(Serialize)]
struct AddRequest {
    caller: Caller,
    name: KnownList,
    version: u32,
    entries: Vec<ListEntry>,
}

impl TypedRequest for AddRequest {
    const FUNCTION: &'static str = "lists.add";
    type Answer = Result<ListVersion, ListError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_lists();
        rules.call_add(store, &self.caller, self.name, self.version, &self.entries)
    }
}

#[derive(Serialize)]
struct PublishRequest {
    caller: Caller,
    name: KnownList,
    version: u32,
}

impl TypedRequest for PublishRequest {
    const FUNCTION: &'static str = "lists.publish";
    type Answer = Result<ListVersion, ListError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_lists();
        rules.call_publish(store, &self.caller, self.name, self.version)
    }
}

#[derive(Serialize)]
struct StatusRequest {
    caller: Caller,
}

impl TypedRequest for StatusRequest {
    const FUNCTION: &'static str = "lists.status";
    type Answer = Result<Vec<ListStatus>, ListError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_lists();
        rules.call_status(store, &self.caller)
    }
}

#[derive(Serialize)]
struct LookUpRequest {
    caller: Caller,
    name: KnownList,
    value: String,
}

impl TypedRequest for LookUpRequest {
    const FUNCTION: &'static str = "lists.look-up";
    type Answer = Result<LookUpAnswer, ListError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_lists();
        rules.call_look_up(store, &self.caller, self.name, &self.value)
    }
}

#[derive(Serialize)]
struct SetOwnRequest {
    caller: Caller,
    name: KnownList,
    entries: Vec<OwnEntry>,
}

impl TypedRequest for SetOwnRequest {
    const FUNCTION: &'static str = "lists.set-own";
    type Answer = Result<ListStatus, ListError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_lists();
        rules.call_set_own(store, &self.caller, self.name, &self.entries)
    }
}

#[derive(Serialize)]
struct ListOwnRequest {
    caller: Caller,
    name: KnownList,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListOwnRequest {
    const FUNCTION: &'static str = "lists.list-own";
    type Answer = Result<OwnPage, ListError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_lists();
        rules.call_list_own(store, &self.caller, self.name, self.after.as_deref(), self.limit)
    }
}
