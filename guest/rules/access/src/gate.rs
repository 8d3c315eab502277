//! May this caller use this function on this account? The one place that decides it, from the function's row (R35, R39).

use crate::columns::Beside;
use crate::credentials::{Holder, Who, check_form, holder};
use crate::functions::{Class, Function, On, Tokens};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Credential, Fault, Operator, Principal, Refusal};
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
        Principal::Host => match function.permission {
            None => Ok((Who::Host, Presence::There)),
            Some(permission) => Err(Refusal::Forbidden(permission.to_owned()).into()),
        },
        // Sessions come with members; until then nobody has one.
        Principal::Nobody | Principal::Session(_) => Err(Refusal::Unauthenticated.into()),
    }
}

fn decide_operator(
    turn: &Turn<'_>,
    operator: &Operator,
    function: &Function,
    target: Target,
) -> Result<(Who, Presence), Fault> {
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
    let own_path = match (&who, target) {
        (_, Target::Malformed) => false,
        (_, Target::None) => true,
        // Whose sub-account it is stands behind all else: under one's own account what is not there is not found.
        (Who::Main(main), Target::Account(auth)) => auth == *main || !auth.is_main(),
        (Who::Sub { sub, .. }, Target::Account(auth)) => auth == *sub,
        (Who::Operator(_) | Who::Host, _) => false,
    };
    let may_ask = function.tokens != Tokens::Main || matches!(who, Who::Main(_));
    if !own_path || !may_ask {
        return Err(Refusal::Unauthenticated.into());
    }
    if let Some(hindrance) = hindrance {
        return Err(hindrance.into());
    }
    let about_itself = function.on == On::Nothing || !matches!(target, Target::None);
    match function.permission {
        Some(permission) if function.tokens == Tokens::None || !about_itself => {
            return Err(Refusal::Forbidden(permission.to_owned()).into());
        }
        _ => {}
    }
    let Some(auth) = about else { return Ok((who, Presence::There)) };
    if let Who::Main(main) = who
        && !auth.is_main()
        && find_sub(turn, function, auth)?.is_none_or(|(sub, _)| sub.parent != main)
    {
        return Err(Fault::not_found("sub-account"));
    }
    let presence = check_target(turn, function, auth)?;
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
    let standing = profile::profile(turn, main)?.standing;
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
