//! Who somebody is: API tokens, the names of callers, and whose account an auth ID is (SEC-1, R35).

use crate::admission::{Counted, admit};
use crate::people::words::{Half, MemberId, Role};
use coinbox_ground::ids::{AuthId, draw_token};
use coinbox_ground::port::RateClass;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Caller, Checks, Credential, Fact, Fault, FieldRule, Instant, Principal, Refusal};
use coinbox_profiles::policy::{self, limits};
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
    /// A member in a session.
    Member {
        /// Who it is.
        id: MemberId,
        /// The same as events and the audit log name it: `MA…/1`.
        name: String,
        /// As it is now.
        role: Role,
        /// Name of the session.
        session: String,
        /// What the session is for, if it is none of the whole.
        half: Option<Half>,
        /// When the member last proved who he is.
        proved: Option<Instant>,
    },
    /// Somebody without proof.
    Nobody,
}

impl Who {
    /// Name for events and the audit log.
    pub fn name(&self) -> &str {
        match self {
            Who::Operator(name) | Who::Member { name, .. } => name,
            Who::Host => "host",
            Who::Nobody => "nobody",
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
pub fn issue(turn: &mut Turn<'_>, auth: AuthId) -> String {
    let token = draw_token(turn);
    let vault = turn.vault();
    let stored = StoredCredential { v: 1, digest: vault.digest(PURPOSE, &token), sealed: vault.seal(PURPOSE, &token) };
    turn.put(&key(auth), &stored);
    token
}

/// Takes the token of a sub-account that was deleted away.
pub fn withdraw(turn: &mut Turn<'_>, auth: AuthId) {
    turn.remove(&key(auth));
}

/// The token of an account or sub-account that exists.
pub fn reveal(turn: &Turn<'_>, auth: AuthId) -> Result<String, Fault> {
    let stored: StoredCredential = turn.need(&key(auth))?;
    turn.vault().unseal(PURPOSE, &stored.sealed).map_err(|error| {
        let cause = match error {
            coinbox_ground::port::UnsealError::NotOurs => "not sealed by this store",
            coinbox_ground::port::UnsealError::KeyDestroyed => "key destroyed",
        };
        Fault::problem("secret-unreadable", vec![Fact::new("auth-id", auth), Fact::new("cause", cause)])
    })
}

/// Checks an API credential and counts the call, and nothing else: the holder may be suspended or disabled. Closed accounts have no credentials.
pub fn authenticate(turn: &Turn<'_>, caller: &Caller) -> Result<Who, Fault> {
    check_form(caller)?;
    match &caller.who {
        Principal::Token(credential) => Ok(holder(turn, caller, credential, Some(RateClass::Standard), None)?.who),
        _ => Err(Refusal::Unauthenticated.into()),
    }
}

/// The main account of this auth ID, by form only.
pub fn main_account(auth_id: &str) -> Result<AuthId, Fault> {
    AuthId::parse(auth_id).filter(AuthId::is_main).ok_or_else(|| Fault::not_found("account"))
}

/// The main account behind an auth ID: itself, or a sub-account's parent. None: neither exists.
pub fn main_of(turn: &Turn<'_>, auth: AuthId) -> Result<Option<AuthId>, Fault> {
    if !auth.is_main() {
        return subaccount::parent(turn, auth);
    }
    Ok(turn.text(&profile::key(auth)).map(|_| auth))
}

/// The holder of a valid token, and what stands in the way of using it.
pub(crate) struct Holder {
    pub(crate) who: Who,
    pub(crate) hindrance: Option<Refusal>,
}

/// Reads in one crossing what the proof of a token needs, and what is asked about it. What is not there is read under a key that never exists, so
/// a wrong auth ID costs as many crossings as a right one.
fn read_proof(turn: &Turn<'_>, auth: Option<AuthId>, about: Option<AuthId>) {
    let named = |auth: Option<AuthId>| auth.map_or_else(|| "none".to_owned(), |auth| auth.to_string());
    let record = |auth: AuthId| if auth.is_main() { profile::key(auth) } else { subaccount::key(auth) };
    let mut keys = vec![format!("cred/{}", named(auth)), policy::KEY.to_owned()];
    keys.extend(about.map(record));
    let of_main = |main: Option<AuthId>| match main {
        Some(main) => [profile::key(main), limits::key(main)],
        None => ["acct/none".to_owned(), "lim/none".to_owned()],
    };
    if let Some(sub) = auth.filter(|auth| !auth.is_main()) {
        keys.push(subaccount::key(sub));
        turn.prefetch(keys);
        // A record that cannot be read is told to whoever proves that he may know of it.
        let main = subaccount::parent(turn, sub).unwrap_or_default();
        turn.prefetch(of_main(main));
        return;
    }
    keys.extend(of_main(auth));
    turn.prefetch(keys);
}

/// Checks the proof of a token, and counts the call of its holder in this class. The same work is done whether or not the account exists. `about`:
/// what the call is about, which is read along and not looked at.
pub(crate) fn holder(
    turn: &Turn<'_>,
    caller: &Caller,
    credential: &Credential,
    class: Option<RateClass>,
    about: Option<AuthId>,
) -> Result<Holder, Fault> {
    let auth = AuthId::parse(&credential.auth_id);
    read_proof(turn, auth, about);
    let stored = match auth {
        Some(auth) => turn.get::<StoredCredential>(&key(auth))?,
        None => None,
    };
    // Nobody was ever given a token of another length, so a long text need not be digested.
    let token = if credential.token.len() == 40 { credential.token.as_str() } else { "" };
    let given = turn.vault().digest(PURPOSE, token);
    let expected = stored.as_ref().map_or(NO_DIGEST, |stored| stored.digest.as_str());
    let matches = bool::from(given.as_bytes().ct_eq(expected.as_bytes()));
    let Some(auth) = auth.filter(|_| matches) else { return Err(Refusal::Unauthenticated.into()) };
    let (who, main, enabled) = if auth.is_main() {
        (Who::Main(auth), auth, true)
    } else {
        let sub = subaccount::need(turn, auth)?;
        (Who::Sub { sub: auth, parent: sub.parent }, sub.parent, sub.enabled)
    };
    let hindrance = match profile::profile(turn, main)?.standing() {
        // Its tokens prove nothing any more, so nobody is told that they once did (R39, R68).
        Standing::Closed | Standing::Locked => return Err(Refusal::Unauthenticated.into()),
        Standing::Suspended(reason) => Some(Refusal::Suspended(reason)),
        Standing::Unverified | Standing::Held => Some(Refusal::NotYetActive),
        Standing::Closing => Some(Refusal::Closed),
        Standing::Active if enabled => None,
        Standing::Active => Some(Refusal::Disabled),
    };
    if let Some(class) = class {
        admit(turn, caller, class, &Counted { main, holder: auth.as_str(), credential: auth.as_str() })?;
    }
    Ok(Holder { who, hindrance })
}

/// Bounds on what the host says about a caller: it goes into keys, the ledger and the feed.
pub(crate) fn check_form(caller: &Caller) -> Result<(), Fault> {
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
