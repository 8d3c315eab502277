//! The people of an account (TEAM-1 to TEAM-3). Each has an address of his own, and one address is at most one member of one account in the whole
//! system (R55). Every account has at most one owner.
//!
//! Generated from `wit/members.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::members::{
    Member, MemberError, MemberPage, MemberState, NewFactors, TemporaryPassword,
};

#[doc(no_inline)]
pub use crate::contract::people_types::{Entered, FactorHint, FactorKind, HalfSession, LockedUntil, Role, Step};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::members`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// The people of an account (TEAM-1 to TEAM-3). Each has an address of his own, and one address is at most one member of one account in the whole
    /// system (R55). Every account has at most one owner.
    pub fn members(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. A session of any role, or an operator with `members.list`. `limit` 1 to 100. Removed members are listed too.
    pub fn list(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<u32>,
        limit: u32,
    ) -> Reply<MemberPage, MemberError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after,
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<u32>,
        limit: u32,
    ) -> Reply<MemberPage, MemberError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after,
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `members.invite-owner` (R53). For accounts that the operator has made: the registered address gets an invitation to be
    /// the owner, good for 7 days. A second call sends a new link, and the one before is void. `name`: 1 to 100 characters, without `<`, `>` and `://`; he can
    /// change it when he accepts. `other` with the code `address-taken`: the registered address is a member's of another account.
    pub fn invite_owner(&self, caller: &Caller, auth_id: &str, name: &str) -> Reply<Member, MemberError> {
        let request = InviteOwnerRequest {
            caller: self.host.caller_for(InviteOwnerRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            name: name.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::invite_owner`] for asynchronous programs.
    pub async fn invite_owner_async(&self, caller: &Caller, auth_id: &str, name: &str) -> Reply<Member, MemberError> {
        let request = InviteOwnerRequest {
            caller: self.host.caller_for(InviteOwnerRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            name: name.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with the link of an invitation. Answers a ticket for `passwords.weigh`, with `new` only. The link stays good until `finish-accept`.
    pub fn start_accept(&self, caller: &Caller, link: &str) -> Reply<String, MemberError> {
        let request = StartAcceptRequest {
            caller: self.host.caller_for(StartAcceptRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::start_accept`] for asynchronous programs.
    pub async fn start_accept_async(&self, caller: &Caller, link: &str) -> Reply<String, MemberError> {
        let request = StartAcceptRequest {
            caller: self.host.caller_for(StartAcceptRequest::FUNCTION, caller),
            link: link.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with a ticket. Sets the password and the name (`none`: as he was invited) and uses the link up. The half session can only enrol
    /// a phone or an authenticator (R58); with the first of them it becomes a session, and recovery codes are shown.
    pub fn finish_accept(&self, caller: &Caller, ticket: &str, name: Option<&str>) -> Reply<HalfSession, MemberError> {
        let request = FinishAcceptRequest {
            caller: self.host.caller_for(FinishAcceptRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
            name: name.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::finish_accept`] for asynchronous programs.
    pub async fn finish_accept_async(
        &self,
        caller: &Caller,
        ticket: &str,
        name: Option<&str>,
    ) -> Reply<HalfSession, MemberError> {
        let request = FinishAcceptRequest {
            caller: self.host.caller_for(FinishAcceptRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
            name: name.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `members.issue-temporary` (SEC-11, R43, R69). A password that is good for one login within 24 hours, for a member who has
    /// accepted his invitation. The second factor is needed all the same, and after it nothing is open but choosing a password. The old password can be used until
    /// then. The member is mailed. `reason`: 1 to 500 characters.
    pub fn issue_temporary(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: u32,
        reason: &str,
    ) -> Reply<TemporaryPassword, MemberError> {
        let request = IssueTemporaryRequest {
            caller: self.host.caller_for(IssueTemporaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
            reason: reason.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::issue_temporary`] for asynchronous programs.
    pub async fn issue_temporary_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: u32,
        reason: &str,
    ) -> Reply<TemporaryPassword, MemberError> {
        let request = IssueTemporaryRequest {
            caller: self.host.caller_for(IssueTemporaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
            reason: reason.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `members.allow-new-factors`. For a member who has lost all factors. After 24 hours a link to enrol new ones is
    /// mailed to him, good for 24 hours. He and the owner are told at once. `reason`: 1 to 500 characters.
    pub fn allow_new_factors(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: u32,
        reason: &str,
    ) -> Reply<NewFactors, MemberError> {
        let request = AllowNewFactorsRequest {
            caller: self.host.caller_for(AllowNewFactorsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
            reason: reason.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::allow_new_factors`] for asynchronous programs.
    pub async fn allow_new_factors_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: u32,
        reason: &str,
    ) -> Reply<NewFactors, MemberError> {
        let request = AllowNewFactorsRequest {
            caller: self.host.caller_for(AllowNewFactorsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
            reason: reason.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with the link of `allow-new-factors`. `old`: the password in force. Answers a ticket for `passwords.weigh`. The link stays good until
    /// `finish-enrol`.
    pub fn start_enrol(&self, caller: &Caller, link: &str, old: &str) -> Reply<String, MemberError> {
        let request = StartEnrolRequest {
            caller: self.host.caller_for(StartEnrolRequest::FUNCTION, caller),
            link: link.to_owned(),
            old: old.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::start_enrol`] for asynchronous programs.
    pub async fn start_enrol_async(&self, caller: &Caller, link: &str, old: &str) -> Reply<String, MemberError> {
        let request = StartEnrolRequest {
            caller: self.host.caller_for(StartEnrolRequest::FUNCTION, caller),
            link: link.to_owned(),
            old: old.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Anybody with a ticket. `enrol`: the old factors are void, all sessions have ended, the link is used up, and the half session can only enrol
    /// new ones.
    pub fn finish_enrol(&self, caller: &Caller, ticket: &str) -> Reply<Step, MemberError> {
        let request = FinishEnrolRequest {
            caller: self.host.caller_for(FinishEnrolRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::finish_enrol`] for asynchronous programs.
    pub async fn finish_enrol_async(&self, caller: &Caller, ticket: &str) -> Reply<Step, MemberError> {
        let request = FinishEnrolRequest {
            caller: self.host.caller_for(FinishEnrolRequest::FUNCTION, caller),
            ticket: ticket.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    auth_id: String,
    after: Option<u32>,
    limit: u32,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "members.list";
    type Answer = Result<MemberPage, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_list(store, &self.caller, &self.auth_id, self.after, self.limit)
    }
}

#[derive(Serialize)]
struct InviteOwnerRequest {
    caller: Caller,
    auth_id: String,
    name: String,
}

impl TypedRequest for InviteOwnerRequest {
    const FUNCTION: &'static str = "members.invite-owner";
    type Answer = Result<Member, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_invite_owner(store, &self.caller, &self.auth_id, &self.name)
    }
}

#[derive(Serialize)]
struct StartAcceptRequest {
    caller: Caller,
    link: String,
}

impl TypedRequest for StartAcceptRequest {
    const FUNCTION: &'static str = "members.start-accept";
    type Answer = Result<String, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_start_accept(store, &self.caller, &self.link)
    }
}

#[derive(Serialize)]
struct FinishAcceptRequest {
    caller: Caller,
    ticket: String,
    name: Option<String>,
}

impl TypedRequest for FinishAcceptRequest {
    const FUNCTION: &'static str = "members.finish-accept";
    type Answer = Result<HalfSession, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_finish_accept(store, &self.caller, &self.ticket, self.name.as_deref())
    }
}

#[derive(Serialize)]
struct IssueTemporaryRequest {
    caller: Caller,
    auth_id: String,
    number: u32,
    reason: String,
}

impl TypedRequest for IssueTemporaryRequest {
    const FUNCTION: &'static str = "members.issue-temporary";
    type Answer = Result<TemporaryPassword, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_issue_temporary(store, &self.caller, &self.auth_id, self.number, &self.reason)
    }
}

#[derive(Serialize)]
struct AllowNewFactorsRequest {
    caller: Caller,
    auth_id: String,
    number: u32,
    reason: String,
}

impl TypedRequest for AllowNewFactorsRequest {
    const FUNCTION: &'static str = "members.allow-new-factors";
    type Answer = Result<NewFactors, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_allow_new_factors(store, &self.caller, &self.auth_id, self.number, &self.reason)
    }
}

#[derive(Serialize)]
struct StartEnrolRequest {
    caller: Caller,
    link: String,
    old: String,
}

impl TypedRequest for StartEnrolRequest {
    const FUNCTION: &'static str = "members.start-enrol";
    type Answer = Result<String, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_start_enrol(store, &self.caller, &self.link, &self.old)
    }
}

#[derive(Serialize)]
struct FinishEnrolRequest {
    caller: Caller,
    ticket: String,
}

impl TypedRequest for FinishEnrolRequest {
    const FUNCTION: &'static str = "members.finish-enrol";
    type Answer = Result<Step, MemberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_members();
        rules.call_finish_enrol(store, &self.caller, &self.ticket)
    }
}
