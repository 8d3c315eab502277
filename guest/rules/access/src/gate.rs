//! May this caller use this function on this account? The one place that decides it, from the function's row (R35, R39).

use crate::admission::{Counted, admit};
use crate::columns::{Beside, RateClass};
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
        Principal::Token(credential) => decide_token(turn, caller, credential, function, target),
        Principal::Session(token) => decide_session(turn, caller, token, function, target),
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

/// Proof, limit, account of the path, half, standing, role, fresh proof, target, in this order: who is refused at one of them learns nothing of those
/// behind it.
fn decide_session(
    turn: &Turn<'_>,
    caller: &Caller,
    token: &str,
    function: &Function,
    target: Target,
) -> Result<(Who, Presence), Fault> {
    let Some(Proved { id, member, profile, name, session }) = sessions::prove(turn, token)? else {
        return Err(Refusal::Unauthenticated.into());
    };
    let holder = id.to_string();
    admit(turn, caller, RateClass::Session, &Counted { main: id.account, holder: &holder, credential: &name })?;
    if !is_own_path(id.account, target) {
        return Err(Refusal::Unauthenticated.into());
    }
    if session.half.is_some_and(|half| !function.half.contains(&half)) {
        return Err(Refusal::SecondFactorRequired.into());
    }
    if !function.standings.admits(profile.standing()) {
        return Err(refusal_in(profile.standing()).into());
    }
    // What is about nothing in particular is the operator's, unless it is the member's own.
    let about_itself = function.own || !matches!(target, Target::None);
    if !function.roles.contains(&member.role) || !about_itself {
        return Err(forbidden(function));
    }
    let fresh_ms = Policy::load(turn)?.people.fresh_proof_ms;
    // A half session that opens the function is young, and has proved what there is to prove.
    let is_fresh =
        session.half.is_some() || session.proved.is_some_and(|proved| turn.now() < proved.saturating_add(fresh_ms));
    if function.fresh && !is_fresh {
        return Err(Refusal::Reauthenticate.into());
    }
    let presence = match target {
        Target::Account(auth) => check_own(turn, function, id.account, auth)?,
        Target::None | Target::Malformed => Presence::There,
    };
    Ok((in_session(id, member.role, name, &session), presence))
}

fn in_session(id: MemberId, role: Role, name: String, session: &Session) -> Who {
    Who::Member { id, name: id.to_string(), role, session: name, half: session.half, proved: session.proved }
}

/// Whether a main account may be asked about by its own proof. Whose sub-account one is stands behind all else.
fn is_own_path(main: AuthId, target: Target) -> bool {
    match target {
        Target::None => true,
        Target::Malformed => false,
        Target::Account(auth) => auth == main || !auth.is_main(),
    }
}

/// [`check_target`] for a proof of this main account. Under one's own account what is not there is not found; that says nothing about other accounts'
/// (R39).
fn check_own(turn: &Turn<'_>, function: &Function, main: AuthId, auth: AuthId) -> Result<Presence, Fault> {
    if !auth.is_main() && find_sub(turn, function, auth)?.is_none_or(|(sub, _)| sub.parent != main) {
        return Err(Fault::not_found("sub-account"));
    }
    check_target(turn, function, auth)
}

/// Who comes to a function for whoever comes. A session or a token that is brought must be good.
pub(crate) fn greet(turn: &Turn<'_>, caller: &Caller) -> Result<Who, Fault> {
    check_form(caller)?;
    match &caller.who {
        Principal::Nobody => Ok(Who::Nobody),
        Principal::Host => Ok(Who::Host),
        Principal::Operator(operator) => Ok(Who::Operator(operator.name.clone())),
        // What it may try is counted where it tries it.
        Principal::Token(credential) => Ok(holder(turn, caller, credential, None, None)?.who),
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

/// Proof, limit, account of the path, standing, permission, target, in this order (R39): who is refused at one of them learns nothing of those behind it.
fn decide_token(
    turn: &Turn<'_>,
    caller: &Caller,
    credential: &Credential,
    function: &Function,
    target: Target,
) -> Result<(Who, Presence), Fault> {
    let about = match target {
        Target::Account(auth) => Some(auth),
        Target::None | Target::Malformed => None,
    };
    let Holder { who, hindrance } = holder(turn, caller, credential, function.rate, about)?;
    let own_path = match &who {
        Who::Main(main) => is_own_path(*main, target),
        Who::Sub { sub, .. } => matches!(target, Target::None) || about == Some(*sub),
        Who::Operator(_) | Who::Host | Who::Member { .. } | Who::Nobody => false,
    };
    let may_ask = function.tokens != Tokens::Main || matches!(who, Who::Main(_));
    if !own_path || !may_ask {
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
        Some(permission) if function.tokens == Tokens::None || !about_itself => {
            return Err(Refusal::Forbidden(permission.to_owned()).into());
        }
        _ => {}
    }
    let presence = match (about, &who) {
        (None, _) => Presence::There,
        (Some(auth), Who::Main(main)) => check_own(turn, function, *main, auth)?,
        (Some(auth), _) => check_target(turn, function, auth)?,
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
    let standing = profile::profile(turn, main)?.standing();
    if !function.standings.admits(standing) {
        return Err(refusal_in(standing).into());
    }
    // What is not for suspended accounts uses the platform, and is not for disabled sub-accounts either.
    if !enabled && !function.standings.holds(Beside::Suspended) {
        return Err(Refusal::Disabled.into());
    }
    Ok(presence)
}

/// Why a function is not open to an account of this standing.
fn refusal_in(standing: Standing) -> Refusal {
    match standing {
        Standing::Active | Standing::Unverified | Standing::Held => Refusal::NotYetActive,
        Standing::Suspended(reason) => Refusal::Suspended(reason),
        Standing::Locked => Refusal::Locked,
        Standing::Closing | Standing::Closed => Refusal::Closed,
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
