//! May this caller use this function on this account? The one place that decides it, from the function's row (R35, R39).

use crate::credentials::{Holder, Who, check_form, holder};
use crate::functions::{Class, Function, On, Tokens};
use crate::people::sessions::{self, Proved, Session};
use crate::people::words::{MemberId, Role};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Credential, Fault, Operator, Principal, Refusal};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};
use coinbox_profiles::subaccount;

/// What a function is asked to work on.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    None,
    Account(AuthId),
    Malformed,
}

impl Target {
    /// An auth ID as it came.
    pub(crate) fn of(auth_id: &str) -> Target {
        AuthId::parse(auth_id).map_or(Target::Malformed, Target::Account)
    }
}

/// Whether what a function works on is still there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Presence {
    There,
    /// It is a sub-account that was deleted. A command may be repeated under its key: who could have asked then is told again what came of it.
    Deleted,
}

/// Checks that the caller may use a function on the target, and that the target is there, or was there if the function is a command. Nothing of
/// the target is read before the caller has proved who he is.
pub(crate) fn decide(
    turn: &Turn<'_>,
    caller: &Caller,
    function: &Function,
    target: Target,
) -> Result<(Who, Presence), Fault> {
    check_form(caller)?;
    match &caller.who {
        Principal::Operator(operator) => decide_operator(turn, operator, function, target),
        Principal::Token(credential) => decide_token(turn, credential, function, target),
        Principal::Session(token) => decide_session(turn, token, function, target),
        Principal::Host => match function.permission {
            None if !function.own => Ok((Who::Host, Presence::There)),
            _ => Err(forbidden(function)),
        },
        Principal::Nobody => Err(Refusal::Unauthenticated.into()),
    }
}

/// The caller lacks what this function asks for.
fn forbidden(function: &Function) -> Fault {
    Refusal::Forbidden(function.permission.unwrap_or(function.name).to_owned()).into()
}

/// Proof, account of the target, half, standing, role, fresh proof: in this order (access.md, 5).
fn decide_session(turn: &Turn<'_>, token: &str, function: &Function, target: Target) -> Result<(Who, Presence), Fault> {
    let Some(Proved { id, member, name, session, .. }) = sessions::prove(turn, token)? else {
        return Err(Refusal::Unauthenticated.into());
    };
    let mine = match target {
        Target::None => true,
        Target::Malformed => false,
        Target::Account(auth) => is_under(turn, function, id.account, auth)?,
    };
    if !mine {
        return Err(Refusal::Unauthenticated.into());
    }
    if session.half.is_some_and(|half| !function.half.contains(&half)) {
        return Err(Refusal::SecondFactorRequired.into());
    }
    // What is about nothing in particular is the operator's, unless it is the member's own.
    let about_itself = function.own || !matches!(target, Target::None);
    if !function.roles.contains(&member.role) || !about_itself {
        return Err(forbidden(function));
    }
    let fresh_ms = Policy::load(turn)?.people.fresh_proof_ms;
    if function.fresh && !session.proved.is_some_and(|proved| turn.now() < proved.saturating_add(fresh_ms)) {
        return Err(Refusal::Reauthenticate.into());
    }
    let presence = match target {
        Target::Account(auth) => check_target(turn, function, auth)?,
        Target::None | Target::Malformed => Presence::There,
    };
    Ok((in_session(id, member.role, name, &session), presence))
}

fn in_session(id: MemberId, role: Role, name: String, session: &Session) -> Who {
    Who::Member { id, name: id.to_string(), role, session: name, half: session.half, proved: session.proved }
}

/// Whether an auth ID is this main account's or one of its sub-accounts'. Under one's own account what is not there is not found; that says nothing
/// about other accounts' (R39).
fn is_under(turn: &Turn<'_>, function: &Function, main: AuthId, auth: AuthId) -> Result<bool, Fault> {
    if auth.is_main() {
        return Ok(auth == main);
    }
    if find_sub(turn, function, auth)?.is_none_or(|(sub, _)| sub.parent != main) {
        return Err(Fault::not_found("sub-account"));
    }
    Ok(true)
}

/// Who comes to a function for whoever comes. A session or a token that is brought must be good.
pub(crate) fn greet(turn: &Turn<'_>, caller: &Caller) -> Result<Who, Fault> {
    check_form(caller)?;
    match &caller.who {
        Principal::Nobody => Ok(Who::Nobody),
        Principal::Host => Ok(Who::Host),
        Principal::Operator(operator) => Ok(Who::Operator(operator.name.clone())),
        Principal::Token(credential) => Ok(holder(turn, credential)?.who),
        Principal::Session(token) => match sessions::prove(turn, token)? {
            Some(Proved { id, member, name, session, .. }) => Ok(in_session(id, member.role, name, &session)),
            None => Err(Refusal::Unauthenticated.into()),
        },
    }
}

fn decide_operator(
    turn: &Turn<'_>,
    operator: &Operator,
    function: &Function,
    target: Target,
) -> Result<(Who, Presence), Fault> {
    if function.own {
        return Err(forbidden(function));
    }
    if let Some(permission) = function.permission
        && !operator.permissions.iter().any(|held| held == permission)
    {
        return Err(Refusal::Forbidden(permission.to_owned()).into());
    }
    let presence = match target {
        Target::None => Presence::There,
        Target::Malformed => return Err(Fault::not_found(kind_of(function, false))),
        Target::Account(auth) => {
            let fits = match function.on {
                On::Nothing | On::Either => true,
                On::Main => auth.is_main(),
                On::Sub => !auth.is_main(),
            };
            if !fits {
                return Err(Fault::not_found(kind_of(function, auth.is_main())));
            }
            check_target(turn, function, auth)?
        }
    };
    Ok((Who::Operator(operator.name.clone()), presence))
}

fn decide_token(
    turn: &Turn<'_>,
    credential: &Credential,
    function: &Function,
    target: Target,
) -> Result<(Who, Presence), Fault> {
    let Holder { who, hindrance } = holder(turn, credential)?;
    let mine = match (&who, target) {
        (_, Target::Malformed) => false,
        (_, Target::None) => true,
        (Who::Main(main), Target::Account(auth)) => is_under(turn, function, *main, auth)?,
        (Who::Sub { sub, .. }, Target::Account(auth)) => auth == *sub,
        (Who::Operator(_) | Who::Host | Who::Member { .. } | Who::Nobody, _) => false,
    };
    let may_ask = function.tokens != Tokens::Main || matches!(who, Who::Main(_));
    if !mine || !may_ask {
        return Err(Refusal::Unauthenticated.into());
    }
    if let Some(hindrance) = hindrance {
        return Err(hindrance.into());
    }
    let about_itself = function.on == On::Nothing || !matches!(target, Target::None);
    if function.own {
        return Err(forbidden(function));
    }
    match function.permission {
        Some(permission) if function.tokens == Tokens::No || !about_itself => {
            return Err(Refusal::Forbidden(permission.to_owned()).into());
        }
        _ => {}
    }
    let presence = match target {
        Target::Account(auth) => check_target(turn, function, auth)?,
        Target::None | Target::Malformed => Presence::There,
    };
    Ok((who, presence))
}

/// Checks that the target exists and that its state allows the function.
fn check_target(turn: &Turn<'_>, function: &Function, auth: AuthId) -> Result<Presence, Fault> {
    let (main, enabled, presence) = if auth.is_main() {
        (auth, true, Presence::There)
    } else {
        let (sub, presence) = find_sub(turn, function, auth)?.ok_or_else(|| Fault::not_found("sub-account"))?;
        (sub.parent, sub.enabled || presence == Presence::Deleted, presence)
    };
    match profile::profile(turn, main)?.standing {
        Standing::Closed if !function.open_when_closed => Err(Refusal::Closed.into()),
        Standing::Closing if !function.open_when_closing => Err(Refusal::Closed.into()),
        Standing::Unverified | Standing::Held if !function.open_when_suspended => Err(Refusal::NotYetActive.into()),
        Standing::Locked if !function.open_when_suspended => Err(Refusal::Locked.into()),
        Standing::Suspended(reason) if !function.open_when_suspended => Err(Refusal::Suspended(reason).into()),
        _ if !enabled && !function.open_when_suspended => Err(Refusal::Disabled.into()),
        _ => Ok(presence),
    }
}

/// The sub-account that a function is asked to work on; of a deleted one only for commands that work on sub-accounts, which may be repeated.
fn find_sub(turn: &Turn<'_>, function: &Function, auth: AuthId) -> Result<Option<(subaccount::Sub, Presence)>, Fault> {
    let repeated = function.class == Class::Command && matches!(function.on, On::Sub | On::Either);
    Ok(subaccount::kept(turn, auth)?.and_then(|sub| match sub.deleted {
        None => Some((sub, Presence::There)),
        Some(_) if repeated => Some((sub, Presence::Deleted)),
        Some(_) => None,
    }))
}

fn kind_of(function: &Function, given_main: bool) -> &'static str {
    match function.on {
        On::Sub => "sub-account",
        On::Main | On::Nothing => "account",
        On::Either if given_main => "account",
        On::Either => "account or sub-account",
    }
}
