//! The policy, as the operator reads and changes it.

use crate::access::{self, functions};
use crate::ground::feed;
use crate::ground::interfaces::operator::Error;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Fault};
use crate::housekeeping;
use crate::invoices::seller;
use crate::profiles::policy::{Policy, differences, save};

/// The policy in force.
pub fn get_policy(turn: &Turn<'_>, caller: &Caller) -> Result<Policy, Error> {
    access::query(turn, caller, functions::OPERATOR_GET_POLICY)?;
    Ok(Policy::load(turn)?.as_ref().clone())
}

/// Replaces the policy. `policy.version` is the one that was read; the answer's is one higher.
pub fn set_policy(turn: &mut Turn<'_>, caller: &Caller, policy: Policy) -> Result<Policy, Error> {
    let command = access::command(turn, caller, functions::OPERATOR_SET_POLICY)?;
    command.once(turn, &policy, |turn, who, ()| {
        policy.check()?;
        let before = Policy::load(turn)?;
        policy.check_seller(&before)?;
        if policy.version != before.version {
            return Err(Error::PolicyChanged(before.version));
        }
        let version =
            before.version.checked_add(1).ok_or_else(|| Fault::problem("policy-version-exhausted", vec![]))?;
        let unusual_spend = Some(policy.unusual_spend.unwrap_or_else(|| before.unusual_spend()));
        let after = Policy { version, unusual_spend, ..policy.clone() };
        save(turn, &after);
        seller::look_again(turn)?;
        housekeeping::start_rejudge(turn);
        feed::operator_event("policy-changed", "SEC-12")
            .fact("version", version)
            .fact("by", who.name())
            .facts(differences(&before, &after))
            .tell(turn);
        Ok(after)
    })
}
