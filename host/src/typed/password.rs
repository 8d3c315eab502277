//! Forgotten, changed and temporary passwords (ACC-11, SEC-8, SEC-11). Whenever a password changes, all sessions of the member end in the same command.
//!
//! Generated from `wit/password.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::password::PasswordChangeError;

#[doc(no_inline)]
pub use crate::contract::people_types::{
    Checked, Entered, FactorHint, FactorKind, HalfSession, LockedUntil, Role, TriesLeft,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::password`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Forgotten, changed and temporary passwords (ACC-11, SEC-8, SEC-11). Whenever a password changes, all sessions of the member end in the same command.
    pub fn password(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Anybody. A link to set a new password is mailed to the address, if a member of that address has accepted his invitation. The answer
    /// and the work are the same for every address. The link is good for 30 minutes and once, and a newer one, a login with the old password that changes it,
    /// or another address makes it void. Errors: `refused(too-often)` depends on the address as it is written, and on the network, only.
    pub fn request_reset(&self, caller: &Caller, email: &str) -> Reply<(), PasswordChangeError> {
        let request = RequestResetRequest {
            caller: self.host.caller_for(RequestResetRequest::FUNCTION, caller),
            email: email.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::request_reset`] for asynchronous programs.
    pub async fn request_reset_async(&self, caller: &Caller, email: &str) -> Reply<(), PasswordChangeError> {
        let request = RequestResetRequest {
            caller: self.host.caller_for(RequestResetRequest::FUNCTION, caller),
            email: email.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with the link. Answers a ticket for `passwords.weigh`. The link stays good until `finish-reset`.
    pub fn start_reset(&self, caller: &Caller, link: &str) -> Reply<String, PasswordChangeError> {
        let request = StartResetRequest {
            caller: self.host.caller_for(StartResetRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::start_reset`] for asynchronous programs.
    pub async fn start_reset_async(&self, caller: &Caller, link: &str) -> Reply<String, PasswordChangeError> {
        let request = StartResetRequest {
            caller: self.host.caller_for(StartResetRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with a ticket. Sets the new password and uses the link up. All sessions end, all other links of the member are void, and strangers'
    /// tries at the address are forgotten. It opens no session and leaves the factors as they are. Answers a device token for `login.start`.
    pub fn finish_reset(&self, caller: &Caller, ticket: &str) -> Reply<String, PasswordChangeError> {
        let request = FinishResetRequest {
            caller: self.host.caller_for(FinishResetRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::finish_reset`] for asynchronous programs.
    pub async fn finish_reset_async(&self, caller: &Caller, ticket: &str) -> Reply<String, PasswordChangeError> {
        let request = FinishResetRequest {
            caller: self.host.caller_for(FinishResetRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session. `old`: the password in force. Counts as a try.
    pub fn start_change(&self, caller: &Caller, old: &str) -> Reply<String, PasswordChangeError> {
        let request = StartChangeRequest {
            caller: self.host.caller_for(StartChangeRequest::FUNCTION, caller),
            old: old.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::start_change`] for asynchronous programs.
    pub async fn start_change_async(&self, caller: &Caller, old: &str) -> Reply<String, PasswordChangeError> {
        let request = StartChangeRequest {
            caller: self.host.caller_for(StartChangeRequest::FUNCTION, caller),
            old: old.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session with a ticket. `entered`: the password is changed, all other sessions have ended, and this one goes on under a new secret.
    pub fn finish_change(&self, caller: &Caller, ticket: &str) -> Reply<Checked, PasswordChangeError> {
        let request = FinishChangeRequest {
            caller: self.host.caller_for(FinishChangeRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::finish_change`] for asynchronous programs.
    pub async fn finish_change_async(&self, caller: &Caller, ticket: &str) -> Reply<Checked, PasswordChangeError> {
        let request = FinishChangeRequest {
            caller: self.host.caller_for(FinishChangeRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A half session that must choose a password, because it began with a temporary one. Answers a ticket for `passwords.weigh`, with `new` only:
    /// the temporary password was used up when the session began.
    pub fn start_choose(&self, caller: &Caller) -> Reply<String, PasswordChangeError> {
        let request = StartChooseRequest { caller: self.host.caller_for(StartChooseRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::start_choose`] for asynchronous programs.
    pub async fn start_choose_async(&self, caller: &Caller) -> Reply<String, PasswordChangeError> {
        let request = StartChooseRequest { caller: self.host.caller_for(StartChooseRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. Such a half session with a ticket. Sets the password; the half session becomes a session, under a new secret.
    pub fn choose(&self, caller: &Caller, ticket: &str) -> Reply<Entered, PasswordChangeError> {
        let request =
            ChooseRequest { caller: self.host.caller_for(ChooseRequest::FUNCTION, caller), ticket: ticket.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::choose`] for asynchronous programs.
    pub async fn choose_async(&self, caller: &Caller, ticket: &str) -> Reply<Entered, PasswordChangeError> {
        let request =
            ChooseRequest { caller: self.host.caller_for(ChooseRequest::FUNCTION, caller), ticket: ticket.to_owned() };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct RequestResetRequest {
    caller: Caller,
    email: String,
}

impl TypedRequest for RequestResetRequest {
    const FUNCTION: &'static str = "password.request-reset";
    type Answer = Result<(), PasswordChangeError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_password();
        rules.call_request_reset(store, &self.caller, &self.email)
    }
}

#[derive(Serialize)]
struct StartResetRequest {
    caller: Caller,
    link: String,
}

impl TypedRequest for StartResetRequest {
    const FUNCTION: &'static str = "password.start-reset";
    type Answer = Result<String, PasswordChangeError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_password();
        rules.call_start_reset(store, &self.caller, &self.link)
    }
}

#[derive(Serialize)]
struct FinishResetRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for FinishResetRequest {
    const FUNCTION: &'static str = "password.finish-reset";
    type Answer = Result<String, PasswordChangeError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_password();
        rules.call_finish_reset(store, &self.caller, &self.ticket)
    }
}

#[derive(Serialize)]
struct StartChangeRequest {
    caller: Caller,
    old: String,
}

impl TypedRequest for StartChangeRequest {
    const FUNCTION: &'static str = "password.start-change";
    type Answer = Result<String, PasswordChangeError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_password();
        rules.call_start_change(store, &self.caller, &self.old)
    }
}

#[derive(Serialize)]
struct FinishChangeRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for FinishChangeRequest {
    const FUNCTION: &'static str = "password.finish-change";
    type Answer = Result<Checked, PasswordChangeError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_password();
        rules.call_finish_change(store, &self.caller, &self.ticket)
    }
}

#[derive(Serialize)]
struct StartChooseRequest {
    caller: Caller,
}

impl TypedRequest for StartChooseRequest {
    const FUNCTION: &'static str = "password.start-choose";
    type Answer = Result<String, PasswordChangeError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_password();
        rules.call_start_choose(store, &self.caller)
    }
}

#[derive(Serialize)]
struct ChooseRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for ChooseRequest {
    const FUNCTION: &'static str = "password.choose";
    type Answer = Result<Entered, PasswordChangeError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_password();
        rules.call_choose(store, &self.caller, &self.ticket)
    }
}
