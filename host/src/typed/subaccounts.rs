//! Sub-accounts: sources of usage that spend the main account's credits (SUB-1, SUB-2).
//!
//! Generated from `wit/subaccounts.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::subaccounts::{
    CreatedSubaccount, HeldNumbers, NumberDisposal, Subaccount, SubaccountChange, SubaccountError, SubaccountLimit,
    SubaccountPage,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::subaccounts`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Sub-accounts: sources of usage that spend the main account's credits (SUB-1, SUB-2).
    pub fn subaccounts(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. The main account's token or an operator with `subaccounts.create`.
    pub fn create(
        &self,
        caller: &Caller,
        parent: &str,
        name: &str,
        enabled: bool,
    ) -> Reply<CreatedSubaccount, SubaccountError> {
        let request = CreateRequest {
            caller: self.host.caller_for(CreateRequest::FUNCTION, caller),
            parent: parent.to_owned(),
            name: name.to_owned(),
            enabled,
        };
        self.host.ask(request)
    }

    /// [`Functions::create`] for asynchronous programs.
    pub async fn create_async(
        &self,
        caller: &Caller,
        parent: &str,
        name: &str,
        enabled: bool,
    ) -> Reply<CreatedSubaccount, SubaccountError> {
        let request = CreateRequest {
            caller: self.host.caller_for(CreateRequest::FUNCTION, caller),
            parent: parent.to_owned(),
            name: name.to_owned(),
            enabled,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's or its own token, or an operator with `subaccounts.get`.
    pub fn get(&self, caller: &Caller, auth_id: &str) -> Reply<Subaccount, SubaccountError> {
        let request =
            GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::get`] for asynchronous programs.
    pub async fn get_async(&self, caller: &Caller, auth_id: &str) -> Reply<Subaccount, SubaccountError> {
        let request =
            GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's token or an operator with `subaccounts.list`. Newest first, `limit` 1 to 100.
    pub fn list(
        &self,
        caller: &Caller,
        parent: &str,
        offset: u32,
        limit: u32,
    ) -> Reply<SubaccountPage, SubaccountError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            parent: parent.to_owned(),
            offset,
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(
        &self,
        caller: &Caller,
        parent: &str,
        offset: u32,
        limit: u32,
    ) -> Reply<SubaccountPage, SubaccountError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            parent: parent.to_owned(),
            offset,
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. The main account's token or an operator with `subaccounts.update`.
    pub fn update(
        &self,
        caller: &Caller,
        auth_id: &str,
        change: SubaccountChange,
    ) -> Reply<Subaccount, SubaccountError> {
        let request = UpdateRequest {
            caller: self.host.caller_for(UpdateRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            change,
        };
        self.host.ask(request)
    }

    /// [`Functions::update`] for asynchronous programs.
    pub async fn update_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        change: SubaccountChange,
    ) -> Reply<Subaccount, SubaccountError> {
        let request = UpdateRequest {
            caller: self.host.caller_for(UpdateRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            change,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. The main account's token or an operator with `subaccounts.delete`. From now on the token of the sub-account fails. Its
    /// history stays with the main account, and so does usage of it that is reported later (R14). A job moves or releases more than 500
    /// numbers.
    pub fn delete(&self, caller: &Caller, auth_id: &str, disposal: NumberDisposal) -> Reply<(), SubaccountError> {
        let request = DeleteRequest {
            caller: self.host.caller_for(DeleteRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            disposal,
        };
        self.host.ask(request)
    }

    /// [`Functions::delete`] for asynchronous programs.
    pub async fn delete_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        disposal: NumberDisposal,
    ) -> Reply<(), SubaccountError> {
        let request = DeleteRequest {
            caller: self.host.caller_for(DeleteRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            disposal,
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct CreateRequest {
    caller: Caller,
    parent: String,
    name: String,
    enabled: bool,
}

impl TypedRequest for CreateRequest {
    const FUNCTION: &'static str = "subaccounts.create";
    type Answer = Result<CreatedSubaccount, SubaccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_subaccounts();
        rules.call_create(store, &self.caller, &self.parent, &self.name, self.enabled)
    }
}

#[derive(Serialize)]
struct GetRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetRequest {
    const FUNCTION: &'static str = "subaccounts.get";
    type Answer = Result<Subaccount, SubaccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_subaccounts();
        rules.call_get(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    parent: String,
    offset: u32,
    limit: u32,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "subaccounts.list";
    type Answer = Result<SubaccountPage, SubaccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_subaccounts();
        rules.call_list(store, &self.caller, &self.parent, self.offset, self.limit)
    }
}

#[derive(Serialize)]
struct UpdateRequest {
    caller: Caller,
    auth_id: String,
    change: SubaccountChange,
}

impl TypedRequest for UpdateRequest {
    const FUNCTION: &'static str = "subaccounts.update";
    type Answer = Result<Subaccount, SubaccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_subaccounts();
        rules.call_update(store, &self.caller, &self.auth_id, &self.change)
    }
}

#[derive(Serialize)]
struct DeleteRequest {
    caller: Caller,
    auth_id: String,
    disposal: NumberDisposal,
}

impl TypedRequest for DeleteRequest {
    const FUNCTION: &'static str = "subaccounts.delete";
    type Answer = Result<(), SubaccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_subaccounts();
        rules.call_delete(store, &self.caller, &self.auth_id, self.disposal)
    }
}
