//! How a function of the contract begins: a query by [`query`] or [`query_on`], a command by [`command`] or [`command_on`].
//!
//! The row of the function says what is checked. A command is handed over as [`Permitted`], and who asks and for which account is known only to
//! what is run once: no command can leave out its permission or its key.

use crate::credentials::{self, Who};
use crate::functions::{Command, Function, Public, Query};
use crate::gate::{Presence, Target, decide, greet};
use crate::once;
use crate::people::sessions;
use crate::people::words::MemberId;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;

/// Begins a query that is about no account in particular.
pub fn query(turn: &Turn<'_>, caller: &Caller, function: &Query<()>) -> Result<Who, Fault> {
    Ok(decide(turn, caller, function.row(), Target::None)?.0)
}

/// Begins a query about an account or sub-account, which exists. An auth ID that has not even the form of one is answered like one that does not
/// exist.
pub fn query_on(
    turn: &Turn<'_>,
    caller: &Caller,
    function: &Query<AuthId>,
    auth_id: &str,
) -> Result<(Who, AuthId), Fault> {
    let (who, _) = decide(turn, caller, function.row(), Target::of(auth_id))?;
    Ok((who, permitted_id(auth_id)))
}

/// Begins a query of the member who asks, about himself.
pub fn query_own(turn: &Turn<'_>, caller: &Caller, function: &Query<MemberId>) -> Result<(Who, MemberId), Fault> {
    let (who, _) = decide(turn, caller, function.row(), Target::None)?;
    let id = member_of(&who);
    Ok((who, id))
}

/// Begins a function for whoever comes. It takes no idempotency key: the answer to a key would be everybody's (R76).
pub fn public(turn: &Turn<'_>, caller: &Caller, _: &Public) -> Result<Who, Fault> {
    let who = greet(turn, caller)?;
    no_key(caller)?;
    Ok(who)
}

/// Refuses an idempotency key where there is a password or nobody whose key it could be.
pub fn no_key(caller: &Caller) -> Result<(), Fault> {
    let mut checks = Checks::new();
    checks.require(caller.idempotency_key.is_none(), "caller.idempotency-key", FieldRule::NotAllowedTogether, "");
    checks.done()
}

/// Begins a query, otherwise about one account, about all accounts: no token reaches it.
pub fn query_on_all(turn: &Turn<'_>, caller: &Caller, function: &Query<AuthId>) -> Result<Who, Fault> {
    Ok(decide(turn, caller, function.row(), Target::None)?.0)
}

/// Begins a command that is about no account in particular. Its keys are the caller's.
pub fn command<'a>(
    turn: &Turn<'_>,
    caller: &'a Caller,
    function: &'static Command<()>,
) -> Result<Permitted<'a, ()>, Fault> {
    let function = function.row();
    let (who, presence) = decide(turn, caller, function, Target::None)?;
    let scope = Cow::Owned(who.scope());
    Ok(Permitted { caller, function, scope, who, presence, target: () })
}

/// Begins a command about an account or sub-account. An auth ID that has not even the form of one is answered like one that does not exist.
///
/// A command may be repeated under its key after its sub-account was deleted (R42): who could have asked then is told again what came of it, and
/// nobody else learns that the sub-account was there. What was not done before needs the sub-account.
pub fn command_on<'a>(
    turn: &Turn<'_>,
    caller: &'a Caller,
    function: &'static Command<AuthId>,
    auth_id: &'a str,
) -> Result<Permitted<'a, AuthId>, Fault> {
    let function = function.row();
    let (who, presence) = decide(turn, caller, function, Target::of(auth_id))?;
    let target = permitted_id(auth_id);
    Ok(Permitted { caller, function, scope: Cow::Borrowed(auth_id), who, presence, target })
}

/// Begins a command of the member who asks, about himself. Its keys are the member's.
pub fn command_own<'a>(
    turn: &Turn<'_>,
    caller: &'a Caller,
    function: &'static Command<MemberId>,
) -> Result<Permitted<'a, MemberId>, Fault> {
    let function = function.row();
    let (who, presence) = decide(turn, caller, function, Target::None)?;
    let (scope, target) = (Cow::Owned(who.scope()), member_of(&who));
    Ok(Permitted { caller, function, scope, who, presence, target })
}

fn member_of(who: &Who) -> MemberId {
    match who {
        Who::Member { id, .. } => *id,
        _ => unreachable!("a member's own functions are permitted to members"),
    }
}

/// Begins a command that finds out itself what the auth ID is, or was: for what may be said of accounts that are gone. No token reaches it.
pub fn command_on_any<'a>(
    turn: &Turn<'_>,
    caller: &'a Caller,
    function: &'static Command<AuthId>,
    auth_id: &'a str,
) -> Result<Permitted<'a, ()>, Fault> {
    let function = function.row();
    let (who, presence) = decide(turn, caller, function, Target::None)?;
    Ok(Permitted { caller, function, scope: Cow::Borrowed(auth_id), who, presence, target: () })
}

fn permitted_id(auth_id: &str) -> AuthId {
    AuthId::parse(auth_id).expect("a malformed target is never permitted")
}

/// What a command is about: `()` no account in particular, [`AuthId`] an account or sub-account.
pub trait About: Copy {
    /// The account or sub-account.
    fn auth_id(self) -> Option<AuthId>;
}

impl About for () {
    fn auth_id(self) -> Option<AuthId> {
        None
    }
}

impl About for AuthId {
    fn auth_id(self) -> Option<AuthId> {
        Some(self)
    }
}

impl About for MemberId {
    fn auth_id(self) -> Option<AuthId> {
        Some(self.account)
    }
}

/// A command that the caller may ask for: what is left is to carry it out, once a key.
#[must_use = "a command that is permitted is carried out, or repeats its answer"]
pub struct Permitted<'a, T> {
    caller: &'a Caller,
    function: &'static Function,
    /// Whose key it is: the account that the command is about, or the caller.
    scope: Cow<'a, str>,
    who: Who,
    presence: Presence,
    target: T,
}

impl<T: About> Permitted<'_, T> {
    /// Runs the command once a key. `run` is told who asks and what for; `args` are what has to be the same when the key comes again.
    pub fn once<A, E>(
        self,
        turn: &mut Turn<'_>,
        args: &impl Serialize,
        run: impl FnOnce(&mut Turn<'_>, &Who, T) -> Result<A, E>,
    ) -> Result<A, E>
    where
        A: Serialize + DeserializeOwned,
        E: From<Fault>,
    {
        self.once_secret(turn, args, |answer| serde_json::to_value(answer), run)
    }

    /// [`Permitted::once`] for answers that hold a secret: `kept` writes the answer without it, and that is what a repeat gets.
    pub fn once_secret<A, E>(
        self,
        turn: &mut Turn<'_>,
        args: &impl Serialize,
        kept: impl FnOnce(&A) -> serde_json::Result<Value>,
        run: impl FnOnce(&mut Turn<'_>, &Who, T) -> Result<A, E>,
    ) -> Result<A, E>
    where
        A: DeserializeOwned,
        E: From<Fault>,
    {
        once::once_secret(turn, self.caller, &self.scope, self.function.name, args, kept, |turn| {
            self.need()?;
            if let Who::Member { id, session, .. } = &self.who {
                sessions::used(turn, *id, session)?;
            }
            run(turn, &self.who, self.target)
        })
    }

    /// [`Permitted::once`] for commands whose effect is outside and outlives the store: `run` is also told the digests that go with it.
    ///
    /// After a restore a key that this store does not know may have been used in the history that was lost. `unknown` says whether such a key is
    /// refused; it is told the main account that the command is about.
    pub fn once_outside<A, E>(
        self,
        turn: &mut Turn<'_>,
        args: &impl Serialize,
        unknown: impl FnOnce(&Turn<'_>, Option<AuthId>) -> Result<Option<Refusal>, Fault>,
        run: impl FnOnce(&mut Turn<'_>, &Who, T, Option<Asked>) -> Result<A, E>,
    ) -> Result<A, E>
    where
        A: Serialize + DeserializeOwned,
        E: From<Fault>,
    {
        let unknown = |turn: &Turn<'_>| {
            let main = self.target.auth_id().map(|auth| credentials::main_of(turn, auth)).transpose()?;
            unknown(turn, main.flatten())
        };
        once::once_outside(turn, self.caller, (&self.scope, self.function.name), args, unknown, |turn, asked| {
            self.need()?;
            run(turn, &self.who, self.target, asked)
        })
    }

    /// Refuses a command that has not been done before and has nothing left to work on.
    fn need(&self) -> Result<(), Fault> {
        match self.presence {
            Presence::There => Ok(()),
            Presence::Deleted => Err(Fault::not_found("sub-account")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::{NUMBERS_BUY, SUBACCOUNTS_GET};
    use coinbox_ground::testing::{Fake, START, holder, operator_with, sub_id};

    /// What asking for a command and for a query about this sub-account answers.
    fn ask(fake: &Fake, caller: &Caller, sub: &str) -> [Result<(), Fault>; 2] {
        fake.query(START, |turn| {
            [
                command_on(turn, caller, NUMBERS_BUY, sub).map(drop),
                query_on(turn, caller, SUBACCOUNTS_GET, sub).map(drop),
            ]
        })
    }

    /// An unreadable record answers with a problem that names it: only to callers who may know that it exists.
    #[test]
    fn nothing_of_the_target_is_read_before_the_caller_is_known() {
        let (fake, sub) = (Fake::new(), sub_id("7"));
        let unauthenticated: [_; 2] = std::array::from_fn(|_| Err(Refusal::Unauthenticated.into()));
        let strangers = [holder(sub.as_str(), &"t".repeat(40)), holder(sub_id("8").as_str(), "")];
        let other = operator_with(&["accounts.get"]);
        let forbidden = ["numbers.buy", "subaccounts.get"].map(|name| Err(Refusal::Forbidden(name.to_owned()).into()));
        for stored in ["", "rubbish"] {
            if !stored.is_empty() {
                fake.plant(&format!("sub/{sub}"), &format!("\"{stored}\""));
            }
            for stranger in &strangers {
                assert_eq!(ask(&fake, stranger, sub.as_str()), unauthenticated, "{stored}");
            }
            assert_eq!(ask(&fake, &other, sub.as_str()), forbidden, "{stored}");
        }
        for answer in ask(&fake, &operator_with(&["numbers.buy", "subaccounts.get"]), sub.as_str()) {
            let Err(Fault::Other(problem)) = answer else { panic!("{answer:?}") };
            assert_eq!(problem.code, "stored-record-unreadable");
        }
    }
}
