//! Who may do what: API tokens, operator permissions, and whose account it is (SEC-1, R35, R39).

use crate::functions::{self, Function, On, Tokens};
use coinbox_ground::call::{Call, Record};
use coinbox_ground::ids::{AuthId, draw_token};
use coinbox_ground::text::is_name;
use coinbox_ground::vocabulary::{Caller, Checks, Credential, Fact, Fault, FieldRule, Operator, Principal, Refusal};
use coinbox_profiles::profile::{self, Standing};
use coinbox_profiles::subaccount;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// Binds sealed tokens and their digests to their use.
const PURPOSE: &str = "api-token";

/// Compared with where there is no credential, so that a missing account takes as long as a wrong token.
const NO_DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A caller whose proof has been checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// An operator, by name.
    Operator(String),
    /// The host itself.
    Host,
    /// The holder of a main account's token.
    Main(AuthId),
    /// The holder of a sub-account's token.
    Sub {
        /// The sub-account.
        sub: AuthId,
        /// Its main account.
        parent: AuthId,
    },
}

impl Who {
    /// Name for events and the audit log.
    pub fn name(&self) -> &str {
        match self {
            Who::Operator(name) => name,
            Who::Host => "host",
            Who::Main(account) => account.as_str(),
            Who::Sub { sub, .. } => sub.as_str(),
        }
    }

    /// Whose idempotency keys these are, for functions that are about no account.
    pub fn scope(&self) -> String {
        match self {
            Who::Operator(name) => format!("operator/{name}"),
            other => other.name().to_owned(),
        }
    }
}

/// How a token is kept: a digest to check it by, and the sealed token to show it again.
#[derive(Serialize, Deserialize)]
struct StoredCredential {
    v: u32,
    digest: String,
    sealed: String,
}

impl Record for StoredCredential {
    const KIND: &'static str = "credential";
}

fn key(auth: AuthId) -> String {
    format!("cred/{auth}")
}

/// Draws a token for a new account or sub-account and keeps it.
pub fn issue(call: &mut Call<'_>, auth: AuthId) -> String {
    let token = draw_token(call);
    let vault = call.vault();
    let stored = StoredCredential { v: 1, digest: vault.digest(PURPOSE, &token), sealed: vault.seal(PURPOSE, &token) };
    call.put(&key(auth), &stored);
    token
}

/// Takes the token of a sub-account that was deleted away.
pub fn withdraw(call: &mut Call<'_>, auth: AuthId) {
    call.remove(&key(auth));
}

/// The token of an account or sub-account that exists.
pub fn reveal(call: &Call<'_>, auth: AuthId) -> Result<String, Fault> {
    let stored: StoredCredential = call.need(&key(auth))?;
    call.vault().unseal(PURPOSE, &stored.sealed).map_err(|error| {
        let cause = match error {
            coinbox_ground::port::UnsealError::NotOurs => "not sealed by this store",
            coinbox_ground::port::UnsealError::KeyDestroyed => "key destroyed",
        };
        Fault::problem("secret-unreadable", vec![Fact::new("auth-id", auth), Fact::new("cause", cause)])
    })
}

/// Checks an API credential, and nothing else: the holder may be suspended or disabled. Closed accounts have no credentials.
pub fn authenticate(call: &Call<'_>, caller: &Caller) -> Result<Who, Fault> {
    check_form(caller)?;
    match &caller.who {
        Principal::Token(credential) => Ok(holder(call, credential)?.who),
        _ => Err(Refusal::Unauthenticated.into()),
    }
}

/// Checks that the caller may use `function` of the table of [`functions`] on `target`, and that the target exists.
pub fn permit(call: &Call<'_>, caller: &Caller, function: &str, target: Option<AuthId>) -> Result<Who, Fault> {
    decide(call, caller, function, target.map_or(Target::None, Target::Account))
}

/// [`permit`] on an auth ID as it came: one that has not even the form of one is answered like one that does not exist.
pub fn permit_on(call: &Call<'_>, caller: &Caller, function: &str, auth_id: &str) -> Result<(Who, AuthId), Fault> {
    let target = AuthId::parse(auth_id);
    let who = decide(call, caller, function, target.map_or(Target::Malformed, Target::Account))?;
    Ok((who, target.expect("a malformed target is never permitted")))
}

/// Whether a sub-account that a command works on is still there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// It is, or the command works on a main account.
    There,
    /// It was deleted.
    Deleted,
}

impl Presence {
    /// Refuses a command that has not been done before: there is nothing left to work on.
    pub fn need(self) -> Result<(), Fault> {
        match self {
            Presence::There => Ok(()),
            Presence::Deleted => Err(Fault::not_found("sub-account")),
        }
    }
}

/// [`permit_on`] for a command that may be repeated under its key after its sub-account was deleted (R42): who could have asked then is told
/// again what came of it, and nobody else learns that the sub-account was there. What was not done before needs the sub-account: see [`Presence::need`].
pub fn permit_again(
    call: &Call<'_>,
    caller: &Caller,
    function: &str,
    auth_id: &str,
) -> Result<(Who, AuthId, Presence), Fault> {
    if let Some(sub) = AuthId::parse(auth_id).filter(|auth| !auth.is_main())
        && let Some(parent) = subaccount::deleted_of(call, sub)?
    {
        let who = decide(call, caller, function, Target::Deleted(parent))?;
        return Ok((who, sub, Presence::Deleted));
    }
    let (who, auth) = permit_on(call, caller, function, auth_id)?;
    Ok((who, auth, Presence::There))
}

/// The main account of this auth ID, by form only.
pub fn main_account(auth_id: &str) -> Result<AuthId, Fault> {
    AuthId::parse(auth_id).filter(AuthId::is_main).ok_or_else(|| Fault::not_found("account"))
}

/// The main account behind an auth ID: itself, or a sub-account's parent. None: neither exists.
pub fn main_of(call: &Call<'_>, auth: AuthId) -> Result<Option<AuthId>, Fault> {
    if !auth.is_main() {
        return subaccount::parent(call, auth);
    }
    Ok(call.text(&profile::key(auth)).map(|_| auth))
}

/// What a function is asked to work on.
#[derive(Clone, Copy)]
enum Target {
    None,
    Account(AuthId),
    /// A sub-account that was deleted, of this main account.
    Deleted(AuthId),
    Malformed,
}

/// The holder of a valid token, and what stands in the way of using it.
struct Holder {
    who: Who,
    hindrance: Option<Refusal>,
}

fn decide(call: &Call<'_>, caller: &Caller, function: &str, target: Target) -> Result<Who, Fault> {
    let function = functions::function(function).expect("every function is in the table");
    check_form(caller)?;
    match &caller.who {
        Principal::Operator(operator) => decide_operator(call, operator, function, target),
        Principal::Token(credential) => decide_token(call, credential, function, target),
        Principal::Host => match function.permission {
            None => Ok(Who::Host),
            Some(permission) => Err(Refusal::Forbidden(permission.to_owned()).into()),
        },
        // Sessions come with members; until then nobody has one.
        Principal::Nobody | Principal::Session(_) => Err(Refusal::Unauthenticated.into()),
    }
}

fn decide_operator(call: &Call<'_>, operator: &Operator, function: &Function, target: Target) -> Result<Who, Fault> {
    if let Some(permission) = function.permission
        && !operator.permissions.iter().any(|held| held == permission)
    {
        return Err(Refusal::Forbidden(permission.to_owned()).into());
    }
    match target {
        Target::None => {}
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
            check_target(call, function, auth)?;
        }
        Target::Deleted(parent) => check_target(call, function, parent)?,
    }
    Ok(Who::Operator(operator.name.clone()))
}

fn decide_token(call: &Call<'_>, credential: &Credential, function: &Function, target: Target) -> Result<Who, Fault> {
    let Holder { who, hindrance } = holder(call, credential)?;
    let mine = match (&who, target) {
        (_, Target::Malformed) => false,
        (_, Target::None) => true,
        (Who::Main(main), Target::Account(auth)) if auth.is_main() => auth == *main,
        (Who::Main(main), Target::Account(auth)) => {
            // Under one's own account what is not there is not found; that says nothing about other accounts' (R39).
            let own = subaccount::load(call, auth)?.is_some_and(|sub| sub.parent == *main);
            if !own {
                return Err(Fault::not_found("sub-account"));
            }
            true
        }
        (Who::Main(main), Target::Deleted(parent)) if parent == *main => true,
        (Who::Main(_), Target::Deleted(_)) => return Err(Fault::not_found("sub-account")),
        (Who::Sub { sub, .. }, Target::Account(auth)) => auth == *sub,
        (Who::Sub { .. }, Target::Deleted(_)) | (Who::Operator(_) | Who::Host, _) => false,
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
    if let Target::Account(auth) | Target::Deleted(auth) = target {
        check_target(call, function, auth)?;
    }
    Ok(who)
}

/// Checks the proof of a token. The same work is done whether or not the account exists.
fn holder(call: &Call<'_>, credential: &Credential) -> Result<Holder, Fault> {
    let auth = AuthId::parse(&credential.auth_id);
    let stored = match auth {
        Some(auth) => call.get::<StoredCredential>(&key(auth))?,
        None => None,
    };
    // Nobody was ever given a token of another length, so a long text need not be digested.
    let token = if credential.token.len() == 40 { credential.token.as_str() } else { "" };
    let given = call.vault().digest(PURPOSE, token);
    let expected = stored.as_ref().map_or(NO_DIGEST, |stored| stored.digest.as_str());
    let matches = bool::from(given.as_bytes().ct_eq(expected.as_bytes()));
    let Some(auth) = auth.filter(|_| matches) else { return Err(Refusal::Unauthenticated.into()) };
    let (who, main, enabled) = if auth.is_main() {
        (Who::Main(auth), auth, true)
    } else {
        let sub = subaccount::need(call, auth)?;
        (Who::Sub { sub: auth, parent: sub.parent }, sub.parent, sub.enabled)
    };
    let hindrance = match profile::profile(call, main)?.standing {
        Standing::Closed => return Err(Refusal::Unauthenticated.into()),
        Standing::Suspended(reason) => Some(Refusal::Suspended(reason)),
        Standing::Closing => Some(Refusal::Closed),
        Standing::Active if enabled => None,
        Standing::Active => Some(Refusal::Disabled),
    };
    Ok(Holder { who, hindrance })
}

/// Checks that the target exists and that its state allows the function.
fn check_target(call: &Call<'_>, function: &Function, auth: AuthId) -> Result<(), Fault> {
    let (main, enabled) = if auth.is_main() {
        (auth, true)
    } else {
        let sub = subaccount::need(call, auth)?;
        (sub.parent, sub.enabled)
    };
    match profile::profile(call, main)?.standing {
        Standing::Closed if !function.open_when_closed => Err(Refusal::Closed.into()),
        Standing::Closing if !function.open_when_closing => Err(Refusal::Closed.into()),
        Standing::Suspended(reason) if !function.open_when_suspended => Err(Refusal::Suspended(reason).into()),
        _ if !enabled && !function.open_when_suspended => Err(Refusal::Disabled.into()),
        _ => Ok(()),
    }
}

fn kind_of(function: &Function, given_main: bool) -> &'static str {
    match function.on {
        On::Sub => "sub-account",
        On::Main | On::Nothing => "account",
        On::Either if given_main => "account",
        On::Either => "account or sub-account",
    }
}

/// Bounds on what the host says about a caller: it goes into keys, the ledger and the feed.
fn check_form(caller: &Caller) -> Result<(), Fault> {
    let mut checks = Checks::new();
    checks.require(is_name(&caller.request, 64), "caller.request", FieldRule::WrongForm, "1 to 64 printable ASCII");
    if let Principal::Operator(operator) = &caller.who {
        checks.require(
            is_name(&operator.name, 64),
            "caller.who.operator.name",
            FieldRule::WrongForm,
            "1 to 64 printable ASCII",
        );
    }
    if let Some(device) = &caller.device {
        checks.require(device.len() <= 256, "caller.device", FieldRule::TooLong, 256);
    }
    if let Some(address) = &caller.address {
        checks.require(address.len() <= 45, "caller.address", FieldRule::TooLong, 45);
    }
    checks.done()
}
