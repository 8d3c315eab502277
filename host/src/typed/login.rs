//! Logging in, sessions and fresh proof (SEC-3, SEC-9). A session is a secret, `cbs_…`, that begins with a second factor and ends after 30 minutes without an
//! act, or 12 hours after it began. A half session lives 10 minutes and may do nothing but what its next step needs.
//!
//! What is answered does not depend on whether an address has a member, whether he has a password, and whether he may sign in, before the right password was
//! given. Neither does the work that is done.
//!
//! Generated from `wit/login.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::login::{LoginError, LoginInfo, SessionInfo};

#[doc(no_inline)]
pub use crate::contract::people_types::{
    Checked, CodeSent, Entered, EntryWay, FactorHint, FactorKind, HalfSession, LockedUntil, Role, Step, TriesLeft,
};

#[doc(no_inline)]
pub use crate::contract::telephony_types::CodeChannel;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::login`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Logging in, sessions and fresh proof (SEC-3, SEC-9). A session is a secret, `cbs_…`, that begins with a second factor and ends after 30 minutes without an
    /// act, or 12 hours after it began. A half session lives 10 minutes and may do nothing but what its next step needs.
    pub fn login(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Anybody. Counts a try of a password and answers a ticket for `passwords.weigh`. `email`: at most 254 characters, in which
    /// letter case of ASCII means nothing. `old`: the password, 1 to 256 characters and at most 1024 bytes. `device-token`: what an earlier login on this
    /// device has answered; with it the tries of strangers do not keep the owner out. Errors: `refused(too-often)` names the moment at which this address or
    /// network may try again.
    pub fn start(
        &self,
        caller: &Caller,
        email: &str,
        old: &str,
        device_token: Option<&str>,
    ) -> Reply<String, LoginError> {
        let request = StartRequest {
            caller: self.host.caller_for(StartRequest::FUNCTION, caller),
            email: email.to_owned(),
            old: old.to_owned(),
            device_token: device_token.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::start`] for asynchronous programs.
    pub async fn start_async(
        &self,
        caller: &Caller,
        email: &str,
        old: &str,
        device_token: Option<&str>,
    ) -> Reply<String, LoginError> {
        let request = StartRequest {
            caller: self.host.caller_for(StartRequest::FUNCTION, caller),
            email: email.to_owned(),
            old: old.to_owned(),
            device_token: device_token.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with a ticket. Ends a try. `second-factor` with the right password: the half session sends a code (`send-code`) and hands it in
    /// (`check`). `enrol` for a member who has no factor yet: the half session can only enrol one (`profile.send-code`, `profile.begin-authenticator`).
    pub fn finish(&self, caller: &Caller, ticket: &str) -> Reply<Step, LoginError> {
        let request =
            FinishRequest { caller: self.host.caller_for(FinishRequest::FUNCTION, caller), ticket: ticket.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::finish`] for asynchronous programs.
    pub async fn finish_async(&self, caller: &Caller, ticket: &str) -> Reply<Step, LoginError> {
        let request =
            FinishRequest { caller: self.host.caller_for(FinishRequest::FUNCTION, caller), ticket: ticket.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: command. A session. Counts a try to prove once more that the owner of the session is there, by the password.
    pub fn start_proof(&self, caller: &Caller, old: &str) -> Reply<String, LoginError> {
        let request = StartProofRequest {
            caller: self.host.caller_for(StartProofRequest::FUNCTION, caller),
            old: old.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::start_proof`] for asynchronous programs.
    pub async fn start_proof_async(&self, caller: &Caller, old: &str) -> Reply<String, LoginError> {
        let request = StartProofRequest {
            caller: self.host.caller_for(StartProofRequest::FUNCTION, caller),
            old: old.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session with a ticket. Ends it. `entered`: the session goes on under a new secret; the old one is void. Functions that need fresh proof
    /// (`refused(reauthenticate)`) are open for 5 minutes.
    pub fn finish_proof(&self, caller: &Caller, ticket: &str) -> Reply<Checked, LoginError> {
        let request = FinishProofRequest {
            caller: self.host.caller_for(FinishProofRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::finish_proof`] for asynchronous programs.
    pub async fn finish_proof_async(&self, caller: &Caller, ticket: &str) -> Reply<Checked, LoginError> {
        let request = FinishProofRequest {
            caller: self.host.caller_for(FinishProofRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A half session, for its second factor, or a session, for fresh proof. A code of 6 digits goes to the member's phone. It is good for 10
    /// minutes, takes the place of the one before, and fits nothing but `check`.
    pub fn send_code(&self, caller: &Caller, channel: CodeChannel) -> Reply<CodeSent, LoginError> {
        let request = SendCodeRequest { caller: self.host.caller_for(SendCodeRequest::FUNCTION, caller), channel };
        self.host.ask(request)
    }

    /// [`Functions::send_code`] for asynchronous programs.
    pub async fn send_code_async(&self, caller: &Caller, channel: CodeChannel) -> Reply<CodeSent, LoginError> {
        let request = SendCodeRequest { caller: self.host.caller_for(SendCodeRequest::FUNCTION, caller), channel };
        self.host.ask_async(request).await
    }

    /// Class: command. A half session or a session. Hands in a code: of the phone, of the authenticator, or one of the recovery codes, each of which is good once.
    /// A half session becomes a session; a session gets fresh proof. Either way under a new secret. After 5 wrong codes within an hour, over all
    /// sessions of the member together, none is looked at until the hour is over: `locked`.
    pub fn check(&self, caller: &Caller, method: FactorKind, code: &str) -> Reply<Checked, LoginError> {
        let request = CheckRequest {
            caller: self.host.caller_for(CheckRequest::FUNCTION, caller),
            method,
            code: code.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::check`] for asynchronous programs.
    pub async fn check_async(&self, caller: &Caller, method: FactorKind, code: &str) -> Reply<Checked, LoginError> {
        let request = CheckRequest {
            caller: self.host.caller_for(CheckRequest::FUNCTION, caller),
            method,
            code: code.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session. Says that its owner has acted, so that it does not end as idle. Answers the session as it is now.
    pub fn touch(&self, caller: &Caller) -> Reply<SessionInfo, LoginError> {
        let request = TouchRequest { caller: self.host.caller_for(TouchRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::touch`] for asynchronous programs.
    pub async fn touch_async(&self, caller: &Caller) -> Reply<SessionInfo, LoginError> {
        let request = TouchRequest { caller: self.host.caller_for(TouchRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: query. A session. All sessions of the member, newest first.
    pub fn list_sessions(&self, caller: &Caller) -> Reply<Vec<SessionInfo>, LoginError> {
        let request = ListSessionsRequest { caller: self.host.caller_for(ListSessionsRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::list_sessions`] for asynchronous programs.
    pub async fn list_sessions_async(&self, caller: &Caller) -> Reply<Vec<SessionInfo>, LoginError> {
        let request = ListSessionsRequest { caller: self.host.caller_for(ListSessionsRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. A session. Ends a session of the member, this one too.
    pub fn end_session(&self, caller: &Caller, name: &str) -> Reply<(), LoginError> {
        let request = EndSessionRequest {
            caller: self.host.caller_for(EndSessionRequest::FUNCTION, caller),
            name: name.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::end_session`] for asynchronous programs.
    pub async fn end_session_async(&self, caller: &Caller, name: &str) -> Reply<(), LoginError> {
        let request = EndSessionRequest {
            caller: self.host.caller_for(EndSessionRequest::FUNCTION, caller),
            name: name.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session. Ends all sessions of the member but this one. Answers how many there were.
    pub fn end_others(&self, caller: &Caller) -> Reply<u32, LoginError> {
        let request = EndOthersRequest { caller: self.host.caller_for(EndOthersRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::end_others`] for asynchronous programs.
    pub async fn end_others_async(&self, caller: &Caller) -> Reply<u32, LoginError> {
        let request = EndOthersRequest { caller: self.host.caller_for(EndOthersRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. A session or a half session. Ends it.
    pub fn logout(&self, caller: &Caller) -> Reply<(), LoginError> {
        let request = LogoutRequest { caller: self.host.caller_for(LogoutRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::logout`] for asynchronous programs.
    pub async fn logout_async(&self, caller: &Caller) -> Reply<(), LoginError> {
        let request = LogoutRequest { caller: self.host.caller_for(LogoutRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: query. A session. The last 50 tries to log in as this member, newest first, failed ones too.
    pub fn list_logins(&self, caller: &Caller) -> Reply<Vec<LoginInfo>, LoginError> {
        let request = ListLoginsRequest { caller: self.host.caller_for(ListLoginsRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::list_logins`] for asynchronous programs.
    pub async fn list_logins_async(&self, caller: &Caller) -> Reply<Vec<LoginInfo>, LoginError> {
        let request = ListLoginsRequest { caller: self.host.caller_for(ListLoginsRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct StartRequest {
    caller: Caller,
    email: String,
    old: String,
    device_token: Option<String>,
}

impl TypedRequest for StartRequest {
    const FUNCTION: &'static str = "login.start";
    type Answer = Result<String, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_start(store, &self.caller, &self.email, &self.old, self.device_token.as_deref())
    }
}

#[derive(Serialize)]
struct FinishRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for FinishRequest {
    const FUNCTION: &'static str = "login.finish";
    type Answer = Result<Step, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_finish(store, &self.caller, &self.ticket)
    }
}

#[derive(Serialize)]
struct StartProofRequest {
    caller: Caller,
    old: String,
}

impl TypedRequest for StartProofRequest {
    const FUNCTION: &'static str = "login.start-proof";
    type Answer = Result<String, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_start_proof(store, &self.caller, &self.old)
    }
}

#[derive(Serialize)]
struct FinishProofRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for FinishProofRequest {
    const FUNCTION: &'static str = "login.finish-proof";
    type Answer = Result<Checked, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_finish_proof(store, &self.caller, &self.ticket)
    }
}

#[derive(Serialize)]
struct SendCodeRequest {
    caller: Caller,
    channel: CodeChannel,
}

impl TypedRequest for SendCodeRequest {
    const FUNCTION: &'static str = "login.send-code";
    type Answer = Result<CodeSent, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_send_code(store, &self.caller, self.channel)
    }
}

#[derive(Serialize)]
struct CheckRequest {
    caller: Caller,
    method: FactorKind,
    code: String,
}

impl TypedRequest for CheckRequest {
    const FUNCTION: &'static str = "login.check";
    type Answer = Result<Checked, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_check(store, &self.caller, self.method, &self.code)
    }
}

#[derive(Serialize)]
struct TouchRequest {
    caller: Caller,
}

impl TypedRequest for TouchRequest {
    const FUNCTION: &'static str = "login.touch";
    type Answer = Result<SessionInfo, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_touch(store, &self.caller)
    }
}

#[derive(Serialize)]
struct ListSessionsRequest {
    caller: Caller,
}

impl TypedRequest for ListSessionsRequest {
    const FUNCTION: &'static str = "login.list-sessions";
    type Answer = Result<Vec<SessionInfo>, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_list_sessions(store, &self.caller)
    }
}

#[derive(Serialize)]
struct EndSessionRequest {
    caller: Caller,
    name: String,
}

impl TypedRequest for EndSessionRequest {
    const FUNCTION: &'static str = "login.end-session";
    type Answer = Result<(), LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_end_session(store, &self.caller, &self.name)
    }
}

#[derive(Serialize)]
struct EndOthersRequest {
    caller: Caller,
}

impl TypedRequest for EndOthersRequest {
    const FUNCTION: &'static str = "login.end-others";
    type Answer = Result<u32, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_end_others(store, &self.caller)
    }
}

#[derive(Serialize)]
struct LogoutRequest {
    caller: Caller,
}

impl TypedRequest for LogoutRequest {
    const FUNCTION: &'static str = "login.logout";
    type Answer = Result<(), LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_logout(store, &self.caller)
    }
}

#[derive(Serialize)]
struct ListLoginsRequest {
    caller: Caller,
}

impl TypedRequest for ListLoginsRequest {
    const FUNCTION: &'static str = "login.list-logins";
    type Answer = Result<Vec<LoginInfo>, LoginError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_login();
        rules.call_list_logins(store, &self.caller)
    }
}
