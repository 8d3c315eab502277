//! Limits of single accounts, as the operator reads and changes them (CRD-3, SEC-10).

use crate::access::{self, credentials, functions};
use crate::credit::watch::judge::judge;
use crate::credit::watch::occasion::Occasion;
use crate::ground::feed;
use crate::ground::interfaces::operator::Error;
use crate::ground::money::Money;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Fact};
use crate::profiles::policy::limits::{self, Limits, LimitsChange};

/// The limits of one main account as they were set.
pub fn get_limits(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Limits, Error> {
    let (_, account) = access::query_on(turn, caller, functions::OPERATOR_GET_LIMITS, &auth_id)?;
    Ok(limits::shown(turn, account)?)
}

/// Changes the limits of one main account as far as they are named, and answers all of them (R88).
pub fn set_limits(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    change: LimitsChange,
) -> Result<Limits, Error> {
    let command = access::command_on(turn, caller, functions::OPERATOR_SET_LIMITS, &auth_id)?;
    // Answers that were kept before this function answered the limits are null.
    let answered = command.once(turn, &change, |turn, who, account| {
        change.check(turn)?;
        let before = limits::shown(turn, account)?;
        let limits = change.over(&before);
        if limits == before {
            return Ok::<_, Error>(Some(limits));
        }
        let mut facts = Vec::new();
        if let Some(maximum) = limits.maximum_recharge.filter(|_| limits.maximum_recharge != before.maximum_recharge) {
            facts.push(Fact::new("maximum-recharge", Money::from_micros(maximum)));
        }
        for (name, now, then) in [
            ("standard-rate", limits.standard_rate, before.standard_rate),
            ("lookup-rate", limits.lookup_rate, before.lookup_rate),
            ("message-rate", limits.message_rate, before.message_rate),
        ] {
            facts.extend(now.filter(|_| now != then).map(|rate| Fact::new(name, rate)));
        }
        let gone: Vec<&str> = [
            ("maximum-recharge", limits.maximum_recharge.is_none() && before.maximum_recharge.is_some()),
            ("standard-rate", limits.standard_rate.is_none() && before.standard_rate.is_some()),
            ("lookup-rate", limits.lookup_rate.is_none() && before.lookup_rate.is_some()),
            ("message-rate", limits.message_rate.is_none() && before.message_rate.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, gone)| gone.then_some(name))
        .collect();
        if !gone.is_empty() {
            facts.push(Fact::new("as-policy", gone.join(", ")));
        }
        limits::replace(turn, account, &limits);
        feed::event(account, "limits-changed", "CRD-3").fact("by", who.name()).facts(facts).tell(turn);
        judge(turn, account, Occasion::Settings)?;
        Ok(Some(limits))
    })?;
    Ok(match answered {
        Some(limits) => limits,
        None => limits::shown(turn, credentials::main_account(&auth_id)?)?,
    })
}
