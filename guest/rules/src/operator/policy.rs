//! The policy, as the operator reads and changes it.

use crate::access::{self, functions};
use crate::ground::call::Call;
use crate::ground::feed;
use crate::ground::interfaces::operator::Error;
use crate::ground::vocabulary::{Caller, Fault};
use crate::housekeeping;
use crate::invoices::seller;
use crate::profiles::policy::{Policy, differences, save};

/// The policy in force.
pub fn get_policy(call: &Call<'_>, caller: &Caller) -> Result<Policy, Error> {
    access::query(call, caller, functions::OPERATOR_GET_POLICY)?;
    Ok(Policy::load(call)?.as_ref().clone())
}

/// Replaces the policy. `policy.version` is the one that was read; the answer's is one higher.
pub fn set_policy(call: &mut Call<'_>, caller: &Caller, policy: Policy) -> Result<Policy, Error> {
    let command = access::command(call, caller, functions::OPERATOR_SET_POLICY)?;
    command.once(call, &policy, |call, who, ()| {
        policy.check()?;
        let before = Policy::load(call)?;
        policy.check_seller(&before)?;
        if policy.version != before.version {
            return Err(Error::PolicyChanged(before.version));
        }
        let version =
            before.version.checked_add(1).ok_or_else(|| Fault::problem("policy-version-exhausted", vec![]))?;
        let unusual_spend = Some(policy.unusual_spend.unwrap_or_else(|| before.unusual_spend()));
        let after = Policy { version, unusual_spend, ..policy.clone() };
        save(call, &after);
        seller::look_again(call)?;
        housekeeping::start_rejudge(call);
        feed::operator_event("policy-changed", "SEC-12")
            .fact("version", version)
            .fact("by", who.name())
            .facts(differences(&before, &after))
            .tell(call);
        Ok(after)
    })
}
