//! A password that the operator issues and that is good once (SEC-11, R43, R69).

use super::shared::{Error, TemporaryPassword, need};
use crate::checks;
use crate::factors;
use crate::told;
use coinbox_access::people::members::State;
use coinbox_access::people::passwords;
use coinbox_access::{functions, requests};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault};
use coinbox_profiles::policy::Policy;

/// Issues one. The password in force stays until this one is used.
pub fn issue_temporary(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    reason: String,
) -> Result<TemporaryPassword, Error> {
    let permitted = requests::command_on(turn, caller, functions::MEMBERS_ISSUE_TEMPORARY, &auth_id)?;
    let mut checks = Checks::new();
    checks::reason(&mut checks, &reason);
    checks.done()?;
    let kept = |issued: &TemporaryPassword| {
        serde_json::to_value(TemporaryPassword { password: String::new(), until: issued.until })
    };
    permitted.once_secret(turn, &(number, &reason), kept, |turn, who, account| {
        let (id, member) = need(turn, account, number)?;
        if member.state != State::Active {
            return Err(Fault::not_found("member").into());
        }
        if factors::load(turn, id)?.is_bare() {
            // Nobody would be asked for a second factor: an invitation or a reset serves who never enrolled one.
            return Err(Fault::problem("member-not-enrolled", vec![Fact::new("member", id)]).into());
        }
        let until = turn.now() + Policy::load(turn)?.people.temporary_password_ms;
        let password = passwords::give_once(turn, id, until)?;
        let facts = vec![Fact::new("until", until), Fact::new("reason", &reason)];
        told::event(turn, id, "temporary-password-issued", "SEC-11", who.name(), facts);
        let facts = vec![Fact::new("until", until)];
        told::mail(turn, id, &member, "temporary-password-issued", facts, Vec::new())?;
        Ok(TemporaryPassword { password, until })
    })
}
