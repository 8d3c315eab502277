//! Customer accounts: making them, reading them, changing what the customer may change (ACC-4, ACC-13, SEC-1).
//!
//! Generated from `wit/accounts.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::credit_types::{Refund, RefundCause, RefundState};

#[doc(inline)]
pub use crate::contract::exported::accounts::{
    Account, AccountChange, AccountError, AccountFilter, AccountPage, AccountStanding, AccountType, AmountOwed,
    BillingMode, ClosingStatus, ClosingStep, CreatedAccount, ListedAccount, NewAccount, RateLimits, StandingKind,
};

#[doc(no_inline)]
pub use crate::contract::payment_types::DeclineReason;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Currency, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem,
    Refusal, RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::accounts`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Customer accounts: making them, reading them, changing what the customer may change (ACC-4, ACC-13, SEC-1).
    pub fn accounts(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Permission: operator `accounts.create`. A `developer` account gets the policy's trial credits.
    pub fn create(&self, caller: &Caller, account: NewAccount) -> Reply<CreatedAccount, AccountError> {
        let request = CreateRequest { caller: self.host.caller_for(CreateRequest::FUNCTION, caller), account };
        self.host.ask(request)
    }

    /// [`Functions::create`] for asynchronous programs.
    pub async fn create_async(&self, caller: &Caller, account: NewAccount) -> Reply<CreatedAccount, AccountError> {
        let request = CreateRequest { caller: self.host.caller_for(CreateRequest::FUNCTION, caller), account };
        self.host.ask_async(request).await
    }

    /// Class: query. The account's own token (no other token, not one of a sub-account) or an operator with `accounts.get`.
    pub fn get(&self, caller: &Caller, auth_id: &str) -> Reply<Account, AccountError> {
        let request =
            GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::get`] for asynchronous programs.
    pub async fn get_async(&self, caller: &Caller, auth_id: &str) -> Reply<Account, AccountError> {
        let request =
            GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: command. The account's own token or an operator with `accounts.update`.
    pub fn update(&self, caller: &Caller, auth_id: &str, change: AccountChange) -> Reply<Account, AccountError> {
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
        change: AccountChange,
    ) -> Reply<Account, AccountError> {
        let request = UpdateRequest {
            caller: self.host.caller_for(UpdateRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            change,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `accounts.list`. Accounts in order of auth ID, 1 to 500 a page (INV-9). Without a filter it lists all
    /// accounts. `after` is an auth ID; the page begins behind it. One call looks at 2 000 accounts at most; with `balance-below` of zero or
    /// less, at 2 000 days of receivables. Then it answers what it has found so far, with a `next`. Errors: `refused(invalid)` names the
    /// fields, such as `filter.email`.
    pub fn list(
        &self,
        caller: &Caller,
        filter: Option<AccountFilter>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<AccountPage, AccountError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            filter,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(
        &self,
        caller: &Caller,
        filter: Option<AccountFilter>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<AccountPage, AccountError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            filter,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `accounts.set-standing`. Suspends (ACC-8) or reinstates an account. Lifting a suspension judges
    /// automatic recharge and alerts at once (R32). `closed` is like `close` without the time to settle, for accounts that must not go on:
    /// usage that is reported later is rejected. `closing` is refused. While the account is being closed, everything but `closed` is
    /// refused: `other` with the code `account-closing`. `details`: 0 to 500 characters.
    pub fn set_standing(
        &self,
        caller: &Caller,
        auth_id: &str,
        standing: AccountStanding,
        details: &str,
    ) -> Reply<Account, AccountError> {
        let request = SetStandingRequest {
            caller: self.host.caller_for(SetStandingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            standing,
            details: details.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::set_standing`] for asynchronous programs.
    pub async fn set_standing_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        standing: AccountStanding,
        details: &str,
    ) -> Reply<Account, AccountError> {
        let request = SetStandingRequest {
            caller: self.host.caller_for(SetStandingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            standing,
            details: details.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `accounts.close` (ACC-12, R23). Use stops at once. After the policy's `close-settle` three things
    /// happen: the final invoice is made, what is left of the recharges of the refund window is fixed as refunds in one transaction, and
    /// the account is closed for good. With the error `owes` nothing has changed. A second call answers how the closing stands. `reason`:
    /// 0 to 500 characters.
    pub fn close(&self, caller: &Caller, auth_id: &str, reason: &str) -> Reply<ClosingStatus, AccountError> {
        let request = CloseRequest {
            caller: self.host.caller_for(CloseRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reason: reason.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::close`] for asynchronous programs.
    pub async fn close_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        reason: &str,
    ) -> Reply<ClosingStatus, AccountError> {
        let request = CloseRequest {
            caller: self.host.caller_for(CloseRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reason: reason.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `accounts.get-closing`.
    pub fn get_closing(&self, caller: &Caller, auth_id: &str) -> Reply<ClosingStatus, AccountError> {
        let request = GetClosingRequest {
            caller: self.host.caller_for(GetClosingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_closing`] for asynchronous programs.
    pub async fn get_closing_async(&self, caller: &Caller, auth_id: &str) -> Reply<ClosingStatus, AccountError> {
        let request = GetClosingRequest {
            caller: self.host.caller_for(GetClosingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `accounts.reveal-token`. The API token of a main account or a sub-account (SEC-1).
    pub fn reveal_token(&self, caller: &Caller, auth_id: &str) -> Reply<String, AccountError> {
        let request = RevealTokenRequest {
            caller: self.host.caller_for(RevealTokenRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::reveal_token`] for asynchronous programs.
    pub async fn reveal_token_async(&self, caller: &Caller, auth_id: &str) -> Reply<String, AccountError> {
        let request = RevealTokenRequest {
            caller: self.host.caller_for(RevealTokenRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Checks an API credential, counts the call (`admission`) and answers the limits, for hosts that only want to ask: every other
    /// function checks and counts by itself (R75). Whatever is wrong with the credential, the error is `refused(unauthenticated)`.
    pub fn authenticate(&self, caller: &Caller) -> Reply<RateLimits, AccountError> {
        let request = AuthenticateRequest { caller: self.host.caller_for(AuthenticateRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::authenticate`] for asynchronous programs.
    pub async fn authenticate_async(&self, caller: &Caller) -> Reply<RateLimits, AccountError> {
        let request = AuthenticateRequest { caller: self.host.caller_for(AuthenticateRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct CreateRequest {
    caller: Caller,
    account: NewAccount,
}

impl TypedRequest for CreateRequest {
    const FUNCTION: &'static str = "accounts.create";
    type Answer = Result<CreatedAccount, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_create(store, &self.caller, &self.account)
    }
}

#[derive(Serialize)]
struct GetRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetRequest {
    const FUNCTION: &'static str = "accounts.get";
    type Answer = Result<Account, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_get(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct UpdateRequest {
    caller: Caller,
    auth_id: String,
    change: AccountChange,
}

impl TypedRequest for UpdateRequest {
    const FUNCTION: &'static str = "accounts.update";
    type Answer = Result<Account, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_update(store, &self.caller, &self.auth_id, &self.change)
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    filter: Option<AccountFilter>,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "accounts.list";
    type Answer = Result<AccountPage, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_list(store, &self.caller, self.filter.as_ref(), self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct SetStandingRequest {
    caller: Caller,
    auth_id: String,
    standing: AccountStanding,
    details: String,
}

impl TypedRequest for SetStandingRequest {
    const FUNCTION: &'static str = "accounts.set-standing";
    type Answer = Result<Account, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_set_standing(store, &self.caller, &self.auth_id, self.standing, &self.details)
    }
}

#[derive(Serialize)]
struct CloseRequest {
    caller: Caller,
    auth_id: String,
    reason: String,
}

impl TypedRequest for CloseRequest {
    const FUNCTION: &'static str = "accounts.close";
    type Answer = Result<ClosingStatus, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_close(store, &self.caller, &self.auth_id, &self.reason)
    }
}

#[derive(Serialize)]
struct GetClosingRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetClosingRequest {
    const FUNCTION: &'static str = "accounts.get-closing";
    type Answer = Result<ClosingStatus, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_get_closing(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct RevealTokenRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for RevealTokenRequest {
    const FUNCTION: &'static str = "accounts.reveal-token";
    type Answer = Result<String, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_reveal_token(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct AuthenticateRequest {
    caller: Caller,
}

impl TypedRequest for AuthenticateRequest {
    const FUNCTION: &'static str = "accounts.authenticate";
    type Answer = Result<RateLimits, AccountError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_accounts();
        rules.call_authenticate(store, &self.caller)
    }
}
