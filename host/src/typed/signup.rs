//! Signing up: from a mail address to an account whose phone number is to be verified (ACC-1, ACC-2, ACC-3).
//!
//! Nothing here says whether an address is known: what differs is the mail. The steps, each with the address rule (`network`):
//!
//! 1. `start`, `passwords.weigh` with the new password, `finish`: the sign-up is kept, and a link is mailed. The customer's browser keeps the holder secret.
//! 2. `confirm` with the link and the holder secret. In another browser `start-confirm` with link and password, `passwords.weigh`, `finish-confirm`. Now
//!    the account is there, in the standing `unverified`, and its owner has a half session.
//! 3. `profile.send-code` and `profile.confirm-phone` with that session. Then the account is judged (`review`).
//! @since 0.2.0
//!
//! Generated from `wit/signup.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::signup::{
    ConfirmAnswer, ConfirmedSignUp, NetworkKind, NewSignUp, PendingSignUp, RefusedDomain, SignupError,
};

#[doc(no_inline)]
pub use crate::contract::people_types::{FactorHint, FactorKind, HalfSession};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::signup`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Signing up: from a mail address to an account whose phone number is to be verified (ACC-1, ACC-2, ACC-3).
    pub fn signup(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Nobody asks: no proof, no idempotency key. Checks and counts. Answers a ticket for `passwords.weigh`, which stays in the host.
    pub fn start(&self, caller: &Caller, sign_up: NewSignUp) -> Reply<String, SignupError> {
        let request = StartRequest { caller: self.host.caller_for(StartRequest::FUNCTION, caller), sign_up };
        self.host.ask(request)
    }

    /// [`Functions::start`] for asynchronous programs.
    pub async fn start_async(&self, caller: &Caller, sign_up: NewSignUp) -> Reply<String, SignupError> {
        let request = StartRequest { caller: self.host.caller_for(StartRequest::FUNCTION, caller), sign_up };
        self.host.ask_async(request).await
    }

    /// Class: command. Nobody asks. Keeps the sign-up and mails its link, which lives 24 hours. An address that a member has already gets a mail that says so.
    pub fn finish(&self, caller: &Caller, ticket: &str) -> Reply<PendingSignUp, SignupError> {
        let request =
            FinishRequest { caller: self.host.caller_for(FinishRequest::FUNCTION, caller), ticket: ticket.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::finish`] for asynchronous programs.
    pub async fn finish_async(&self, caller: &Caller, ticket: &str) -> Reply<PendingSignUp, SignupError> {
        let request =
            FinishRequest { caller: self.host.caller_for(FinishRequest::FUNCTION, caller), ticket: ticket.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: command. Nobody asks. Mails a new link; the one before is void. Three a day and sign-up.
    pub fn resend(&self, caller: &Caller, holder: &str) -> Reply<PendingSignUp, SignupError> {
        let request =
            ResendRequest { caller: self.host.caller_for(ResendRequest::FUNCTION, caller), holder: holder.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::resend`] for asynchronous programs.
    pub async fn resend_async(&self, caller: &Caller, holder: &str) -> Reply<PendingSignUp, SignupError> {
        let request =
            ResendRequest { caller: self.host.caller_for(ResendRequest::FUNCTION, caller), holder: holder.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: command. Nobody asks. The link in the browser that signed up (R54).
    pub fn confirm(&self, caller: &Caller, link: &str, holder: &str) -> Reply<ConfirmedSignUp, SignupError> {
        let request = ConfirmRequest {
            caller: self.host.caller_for(ConfirmRequest::FUNCTION, caller),
            link: link.to_owned(),
            holder: holder.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::confirm`] for asynchronous programs.
    pub async fn confirm_async(
        &self,
        caller: &Caller,
        link: &str,
        holder: &str,
    ) -> Reply<ConfirmedSignUp, SignupError> {
        let request = ConfirmRequest {
            caller: self.host.caller_for(ConfirmRequest::FUNCTION, caller),
            link: link.to_owned(),
            holder: holder.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Nobody asks. The link elsewhere, with the password of the sign-up (R54). Answers a ticket for `passwords.weigh` with the same `old`.
    pub fn start_confirm(&self, caller: &Caller, link: &str, old: &str) -> Reply<String, SignupError> {
        let request = StartConfirmRequest {
            caller: self.host.caller_for(StartConfirmRequest::FUNCTION, caller),
            link: link.to_owned(),
            old: old.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::start_confirm`] for asynchronous programs.
    pub async fn start_confirm_async(&self, caller: &Caller, link: &str, old: &str) -> Reply<String, SignupError> {
        let request = StartConfirmRequest {
            caller: self.host.caller_for(StartConfirmRequest::FUNCTION, caller),
            link: link.to_owned(),
            old: old.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Nobody asks. Uses the link up if the password was right.
    pub fn finish_confirm(&self, caller: &Caller, ticket: &str) -> Reply<ConfirmAnswer, SignupError> {
        let request = FinishConfirmRequest {
            caller: self.host.caller_for(FinishConfirmRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::finish_confirm`] for asynchronous programs.
    pub async fn finish_confirm_async(&self, caller: &Caller, ticket: &str) -> Reply<ConfirmAnswer, SignupError> {
        let request = FinishConfirmRequest {
            caller: self.host.caller_for(FinishConfirmRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct StartRequest {
    caller: Caller,
    sign_up: NewSignUp,
}

impl TypedRequest for StartRequest {
    const FUNCTION: &'static str = "signup.start";
    type Answer = Result<String, SignupError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_signup();
        rules.call_start(store, &self.caller, &self.sign_up)
    }
}

#[derive(Serialize)]
struct FinishRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for FinishRequest {
    const FUNCTION: &'static str = "signup.finish";
    type Answer = Result<PendingSignUp, SignupError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_signup();
        rules.call_finish(store, &self.caller, &self.ticket)
    }
}

#[derive(Serialize)]
struct ResendRequest {
    caller: Caller,
    holder: String,
}

impl TypedRequest for ResendRequest {
    const FUNCTION: &'static str = "signup.resend";
    type Answer = Result<PendingSignUp, SignupError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_signup();
        rules.call_resend(store, &self.caller, &self.holder)
    }
}

#[derive(Serialize)]
struct ConfirmRequest {
    caller: Caller,
    link: String,
    holder: String,
}

impl TypedRequest for ConfirmRequest {
    const FUNCTION: &'static str = "signup.confirm";
    type Answer = Result<ConfirmedSignUp, SignupError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_signup();
        rules.call_confirm(store, &self.caller, &self.link, &self.holder)
    }
}

#[derive(Serialize)]
struct StartConfirmRequest {
    caller: Caller,
    link: String,
    old: String,
}

impl TypedRequest for StartConfirmRequest {
    const FUNCTION: &'static str = "signup.start-confirm";
    type Answer = Result<String, SignupError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_signup();
        rules.call_start_confirm(store, &self.caller, &self.link, &self.old)
    }
}

#[derive(Serialize)]
struct FinishConfirmRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for FinishConfirmRequest {
    const FUNCTION: &'static str = "signup.finish-confirm";
    type Answer = Result<ConfirmAnswer, SignupError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_signup();
        rules.call_finish_confirm(store, &self.caller, &self.ticket)
    }
}
