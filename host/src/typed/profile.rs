//! What a member may see and change of himself: name, language, second factors (SEC-3 to SEC-5), address (ACC-10).
//!
//! A member always has a phone or an authenticator. When several factors exist, any one is enough (R57).
//!
//! Generated from `wit/profile.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::profile::{
    Begun, Confirmed, ConfirmedFactor, FactorList, NewAuthenticator, OwnProfile, ProfileChange, ProfileError,
};

#[doc(no_inline)]
pub use crate::contract::people_types::{
    CodePurpose, CodeSent, Entered, FactorHint, FactorKind, LockedUntil, Role, TriesLeft,
};

#[doc(no_inline)]
pub use crate::contract::telephony_types::CodeChannel;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::profile`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// What a member may see and change of himself: name, language, second factors (SEC-3 to SEC-5), address (ACC-10).
    pub fn profile(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. A session.
    pub fn get(&self, caller: &Caller) -> Reply<OwnProfile, ProfileError> {
        let request = GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::get`] for asynchronous programs.
    pub async fn get_async(&self, caller: &Caller) -> Reply<OwnProfile, ProfileError> {
        let request = GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. A session.
    pub fn change(&self, caller: &Caller, change: ProfileChange) -> Reply<OwnProfile, ProfileError> {
        let request = ChangeRequest { caller: self.host.caller_for(ChangeRequest::FUNCTION, caller), change };
        self.host.ask(request)
    }

    /// [`Functions::change`] for asynchronous programs.
    pub async fn change_async(&self, caller: &Caller, change: ProfileChange) -> Reply<OwnProfile, ProfileError> {
        let request = ChangeRequest { caller: self.host.caller_for(ChangeRequest::FUNCTION, caller), change };
        self.host.ask_async(request).await
    }

    /// Class: command. A session with fresh proof. A link goes to the new address, which is in force once that link is followed, and the old address is told
    /// (ACC-10). The answer is the same whether or not the new address is a member's already. The link is good for 24 hours.
    pub fn request_email(&self, caller: &Caller, email: &str) -> Reply<(), ProfileError> {
        let request = RequestEmailRequest {
            caller: self.host.caller_for(RequestEmailRequest::FUNCTION, caller),
            email: email.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::request_email`] for asynchronous programs.
    pub async fn request_email_async(&self, caller: &Caller, email: &str) -> Reply<(), ProfileError> {
        let request = RequestEmailRequest {
            caller: self.host.caller_for(RequestEmailRequest::FUNCTION, caller),
            email: email.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with the link. The new address is in force and all sessions end. The old address gets a link that takes the change back, good for 72
    /// hours. `gone` too if another member has the address meanwhile.
    pub fn confirm_email(&self, caller: &Caller, link: &str) -> Reply<(), ProfileError> {
        let request = ConfirmEmailRequest {
            caller: self.host.caller_for(ConfirmEmailRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::confirm_email`] for asynchronous programs.
    pub async fn confirm_email_async(&self, caller: &Caller, link: &str) -> Reply<(), ProfileError> {
        let request = ConfirmEmailRequest {
            caller: self.host.caller_for(ConfirmEmailRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with the link. The old address is in force again, all sessions end, and the password is void: a link to choose a new one
    /// is mailed to it.
    pub fn undo_email(&self, caller: &Caller, link: &str) -> Reply<(), ProfileError> {
        let request = UndoEmailRequest {
            caller: self.host.caller_for(UndoEmailRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::undo_email`] for asynchronous programs.
    pub async fn undo_email_async(&self, caller: &Caller, link: &str) -> Reply<(), ProfileError> {
        let request = UndoEmailRequest {
            caller: self.host.caller_for(UndoEmailRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session, or a half session that enrols. A code goes to a phone: for `first-phone` to `number`, in a half session that enrols; for
    /// `new-phone` to the number of `start-phone-change`; for `new-authenticator` to the member's own phone. It fits this purpose
    /// only. `number`: 5 to 15 digits with country code, with or without a leading `+`.
    pub fn send_code(
        &self,
        caller: &Caller,
        purpose: CodePurpose,
        number: Option<&str>,
        channel: CodeChannel,
    ) -> Reply<CodeSent, ProfileError> {
        let request = SendCodeRequest {
            caller: self.host.caller_for(SendCodeRequest::FUNCTION, caller),
            purpose,
            number: number.map(str::to_owned),
            channel,
        };
        self.host.ask(request)
    }

    /// [`Functions::send_code`] for asynchronous programs.
    pub async fn send_code_async(
        &self,
        caller: &Caller,
        purpose: CodePurpose,
        number: Option<&str>,
        channel: CodeChannel,
    ) -> Reply<CodeSent, ProfileError> {
        let request = SendCodeRequest {
            caller: self.host.caller_for(SendCodeRequest::FUNCTION, caller),
            purpose,
            number: number.map(str::to_owned),
            channel,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. A session, or a half session that enrols.
    pub fn factors(&self, caller: &Caller) -> Reply<FactorList, ProfileError> {
        let request = FactorsRequest { caller: self.host.caller_for(FactorsRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::factors`] for asynchronous programs.
    pub async fn factors_async(&self, caller: &Caller) -> Reply<FactorList, ProfileError> {
        let request = FactorsRequest { caller: self.host.caller_for(FactorsRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. A session with fresh proof, or a half session that enrols. `code`: what was sent to the phone for `new-authenticator`; of a member without
    /// phone a code of the present authenticator; of one without any factor `none`. A wrong code counts. `begun` in answer: the secret is shown here and never again, and waits 15 minutes for its first code.
    pub fn begin_authenticator(&self, caller: &Caller, code: Option<&str>) -> Reply<Begun, ProfileError> {
        let request = BeginAuthenticatorRequest {
            caller: self.host.caller_for(BeginAuthenticatorRequest::FUNCTION, caller),
            code: code.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::begin_authenticator`] for asynchronous programs.
    pub async fn begin_authenticator_async(&self, caller: &Caller, code: Option<&str>) -> Reply<Begun, ProfileError> {
        let request = BeginAuthenticatorRequest {
            caller: self.host.caller_for(BeginAuthenticatorRequest::FUNCTION, caller),
            code: code.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. The same session. Hands in the first code of the new authenticator, which takes the place of an older one. A half session becomes a session.
    pub fn confirm_authenticator(&self, caller: &Caller, code: &str) -> Reply<Confirmed, ProfileError> {
        let request = ConfirmAuthenticatorRequest {
            caller: self.host.caller_for(ConfirmAuthenticatorRequest::FUNCTION, caller),
            code: code.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::confirm_authenticator`] for asynchronous programs.
    pub async fn confirm_authenticator_async(&self, caller: &Caller, code: &str) -> Reply<Confirmed, ProfileError> {
        let request = ConfirmAuthenticatorRequest {
            caller: self.host.caller_for(ConfirmAuthenticatorRequest::FUNCTION, caller),
            code: code.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session with fresh proof (SEC-5). Notes the number that is to be the new phone for 15 minutes.
    pub fn start_phone_change(&self, caller: &Caller, number: &str) -> Reply<FactorList, ProfileError> {
        let request = StartPhoneChangeRequest {
            caller: self.host.caller_for(StartPhoneChangeRequest::FUNCTION, caller),
            number: number.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::start_phone_change`] for asynchronous programs.
    pub async fn start_phone_change_async(&self, caller: &Caller, number: &str) -> Reply<FactorList, ProfileError> {
        let request = StartPhoneChangeRequest {
            caller: self.host.caller_for(StartPhoneChangeRequest::FUNCTION, caller),
            number: number.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session, or a half session that enrols. Hands in the code that was sent for `new-phone` or `first-phone`. The phone is the member's factor, in place
    /// of an older one. A half session becomes a session.
    pub fn confirm_phone(&self, caller: &Caller, code: &str) -> Reply<Confirmed, ProfileError> {
        let request = ConfirmPhoneRequest {
            caller: self.host.caller_for(ConfirmPhoneRequest::FUNCTION, caller),
            code: code.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::confirm_phone`] for asynchronous programs.
    pub async fn confirm_phone_async(&self, caller: &Caller, code: &str) -> Reply<Confirmed, ProfileError> {
        let request = ConfirmPhoneRequest {
            caller: self.host.caller_for(ConfirmPhoneRequest::FUNCTION, caller),
            code: code.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A session with fresh proof. Ten new codes, shown once; the old ones are void. Empty when the answer is given again for
    /// the same idempotency key.
    pub fn new_recovery_codes(&self, caller: &Caller) -> Reply<Vec<String>, ProfileError> {
        let request =
            NewRecoveryCodesRequest { caller: self.host.caller_for(NewRecoveryCodesRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::new_recovery_codes`] for asynchronous programs.
    pub async fn new_recovery_codes_async(&self, caller: &Caller) -> Reply<Vec<String>, ProfileError> {
        let request =
            NewRecoveryCodesRequest { caller: self.host.caller_for(NewRecoveryCodesRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. A session with fresh proof. Takes a phone or an authenticator away, or all recovery codes. Never the last phone or authenticator.
    pub fn remove_factor(&self, caller: &Caller, kind: FactorKind) -> Reply<Entered, ProfileError> {
        let request = RemoveFactorRequest { caller: self.host.caller_for(RemoveFactorRequest::FUNCTION, caller), kind };
        self.host.ask(request)
    }

    /// [`Functions::remove_factor`] for asynchronous programs.
    pub async fn remove_factor_async(&self, caller: &Caller, kind: FactorKind) -> Reply<Entered, ProfileError> {
        let request = RemoveFactorRequest { caller: self.host.caller_for(RemoveFactorRequest::FUNCTION, caller), kind };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct GetRequest {
    caller: Caller,
}

impl TypedRequest for GetRequest {
    const FUNCTION: &'static str = "profile.get";
    type Answer = Result<OwnProfile, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_get(store, &self.caller)
    }
}

#[derive(Serialize)]
struct ChangeRequest {
    caller: Caller,
    change: ProfileChange,
}

impl TypedRequest for ChangeRequest {
    const FUNCTION: &'static str = "profile.change";
    type Answer = Result<OwnProfile, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_change(store, &self.caller, &self.change)
    }
}

#[derive(Serialize)]
struct RequestEmailRequest {
    caller: Caller,
    email: String,
}

impl TypedRequest for RequestEmailRequest {
    const FUNCTION: &'static str = "profile.request-email";
    type Answer = Result<(), ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_request_email(store, &self.caller, &self.email)
    }
}

#[derive(Serialize)]
struct ConfirmEmailRequest {
    caller: Caller,
    link: String,
}

impl TypedRequest for ConfirmEmailRequest {
    const FUNCTION: &'static str = "profile.confirm-email";
    type Answer = Result<(), ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_confirm_email(store, &self.caller, &self.link)
    }
}

#[derive(Serialize)]
struct UndoEmailRequest {
    caller: Caller,
    link: String,
}

impl TypedRequest for UndoEmailRequest {
    const FUNCTION: &'static str = "profile.undo-email";
    type Answer = Result<(), ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_undo_email(store, &self.caller, &self.link)
    }
}

#[derive(Serialize)]
struct SendCodeRequest {
    caller: Caller,
    purpose: CodePurpose,
    number: Option<String>,
    channel: CodeChannel,
}

impl TypedRequest for SendCodeRequest {
    const FUNCTION: &'static str = "profile.send-code";
    type Answer = Result<CodeSent, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_send_code(store, &self.caller, self.purpose, self.number.as_deref(), self.channel)
    }
}

#[derive(Serialize)]
struct FactorsRequest {
    caller: Caller,
}

impl TypedRequest for FactorsRequest {
    const FUNCTION: &'static str = "profile.factors";
    type Answer = Result<FactorList, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_factors(store, &self.caller)
    }
}

#[derive(Serialize)]
struct BeginAuthenticatorRequest {
    caller: Caller,
    code: Option<String>,
}

impl TypedRequest for BeginAuthenticatorRequest {
    const FUNCTION: &'static str = "profile.begin-authenticator";
    type Answer = Result<Begun, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_begin_authenticator(store, &self.caller, self.code.as_deref())
    }
}

#[derive(Serialize)]
struct ConfirmAuthenticatorRequest {
    caller: Caller,
    code: String,
}

impl TypedRequest for ConfirmAuthenticatorRequest {
    const FUNCTION: &'static str = "profile.confirm-authenticator";
    type Answer = Result<Confirmed, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_confirm_authenticator(store, &self.caller, &self.code)
    }
}

#[derive(Serialize)]
struct StartPhoneChangeRequest {
    caller: Caller,
    number: String,
}

impl TypedRequest for StartPhoneChangeRequest {
    const FUNCTION: &'static str = "profile.start-phone-change";
    type Answer = Result<FactorList, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_start_phone_change(store, &self.caller, &self.number)
    }
}

#[derive(Serialize)]
struct ConfirmPhoneRequest {
    caller: Caller,
    code: String,
}

impl TypedRequest for ConfirmPhoneRequest {
    const FUNCTION: &'static str = "profile.confirm-phone";
    type Answer = Result<Confirmed, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_confirm_phone(store, &self.caller, &self.code)
    }
}

#[derive(Serialize)]
struct NewRecoveryCodesRequest {
    caller: Caller,
}

impl TypedRequest for NewRecoveryCodesRequest {
    const FUNCTION: &'static str = "profile.new-recovery-codes";
    type Answer = Result<Vec<String>, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_new_recovery_codes(store, &self.caller)
    }
}

#[derive(Serialize)]
struct RemoveFactorRequest {
    caller: Caller,
    kind: FactorKind,
}

impl TypedRequest for RemoveFactorRequest {
    const FUNCTION: &'static str = "profile.remove-factor";
    type Answer = Result<Entered, ProfileError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_profile();
        rules.call_remove_factor(store, &self.caller, self.kind)
    }
}
