//! May this caller use this function on this account? The one place that decides it, from the function's row (R35, R39).

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
        Principal::Token(credential) => decide_token(turn, credential, function, target),
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
        (Who::Main(main), Target::Account(auth)) if auth.is_main() => auth == *main,
        (Who::Main(main), Target::Account(auth)) => {
            // Under one's own account what is not there is not found; that says nothing about other accounts' (R39).
            if find_sub(turn, function, auth)?.is_none_or(|(sub, _)| sub.parent != *main) {
                return Err(Fault::not_found("sub-account"));
            }
            true
        }
        (Who::Sub { sub, .. }, Target::Account(auth)) => auth == *sub,
        (Who::Operator(_) | Who::Host, _) => false,
    };
    let may_ask = function.tokens != Tokens::Main || matches!(who, Who::Main(_));
    if !mine || !may_ask {
        return Err(Refusal::Unauthenticated.into());
    }
    if let Some(hindrance) = hindrance {
        return Err(hindrance.into());
    }
    let about_itself = function.on == On::Nothing || !matches!(target, Target::None);
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
