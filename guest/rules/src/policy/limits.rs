//! Limits of single accounts, where the operator has raised or lowered what the policy says (CRD-3, SEC-10).

use super::{Policy, amount, range};
use crate::call::{Call, Record};
use crate::credentials;
use crate::events::{EventDraft, emit};
use crate::idempotency;
use crate::ids::AuthId;
use crate::judge::{Occasion, judge};
use crate::money::Money;
use crate::operator::Error;
use crate::vocabulary::{Caller, Checks, Fact, Fault, Micros, optional_int_text};
use serde::{Deserialize, Serialize};

/// Limits of one account; `None`: as the policy says.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limits {
    /// Whole cents.
    #[serde(default, with = "optional_int_text")]
    pub maximum_recharge: Option<Micros>,
    /// 1 to 100 000.
    pub standard_rate: Option<u32>,
    /// 1 to 100 000.
    pub lookup_rate: Option<u32>,
    /// 1 to 100 000.
    pub message_rate: Option<u32>,
}

/// Requests a second (SEC-10).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
    /// Requests of no class of their own.
    pub standard: u32,
    /// Number look-ups.
    pub lookup: u32,
    /// Messages.
    pub message: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct StoredLimits {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maximum_recharge: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standard_rate: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lookup_rate: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_rate: Option<u32>,
}

impl Record for StoredLimits {
    const KIND: &'static str = "limits";
}

fn key(account: AuthId) -> String {
    format!("lim/{account}")
}

fn load(call: &Call<'_>, account: AuthId) -> Result<StoredLimits, Fault> {
    Ok(call.get(&key(account))?.unwrap_or_default())
}

/// The most that one recharge of this account may be (CRD-3).
pub fn maximum_recharge(call: &Call<'_>, account: AuthId) -> Result<Money, Fault> {
    match load(call, account)?.maximum_recharge {
        Some(maximum) => Ok(maximum),
        None => Ok(Policy::load(call)?.maximum_recharge()),
    }
}

/// How many requests a second this main account and its sub-accounts may make together (SEC-10, R41).
pub fn rates(call: &Call<'_>, account: AuthId) -> Result<Rates, Fault> {
    let (limits, policy) = (load(call, account)?, Policy::load(call)?);
    Ok(Rates {
        standard: limits.standard_rate.unwrap_or(policy.standard_rate),
        lookup: limits.lookup_rate.unwrap_or(policy.lookup_rate),
        message: limits.message_rate.unwrap_or(policy.message_rate),
    })
}

/// The limits of one main account as they were set.
pub fn get_limits(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<Limits, Error> {
    let (_, account) = credentials::permit_on(call, caller, "operator.get-limits", &auth_id)?;
    let stored = load(call, account)?;
    Ok(Limits {
        maximum_recharge: stored.maximum_recharge.map(Money::micros),
        standard_rate: stored.standard_rate,
        lookup_rate: stored.lookup_rate,
        message_rate: stored.message_rate,
    })
}

/// Replaces the limits of one main account.
pub fn set_limits(call: &mut Call<'_>, caller: &Caller, auth_id: String, limits: Limits) -> Result<(), Error> {
    let (who, account) = credentials::permit_on(call, caller, "operator.set-limits", &auth_id)?;
    idempotency::once(call, caller, &auth_id, "operator.set-limits", &limits, |call| {
        let mut checks = Checks::new();
        if let Some(maximum) = limits.maximum_recharge {
            let least = Policy::load(call)?.minimum_recharge();
            amount(&mut checks, "limits.maximum-recharge", Money::from_micros(maximum), least);
        }
        let rates = [
            ("standard-rate", limits.standard_rate),
            ("lookup-rate", limits.lookup_rate),
            ("message-rate", limits.message_rate),
        ];
        for (name, rate) in rates {
            if let Some(rate) = rate {
                range(&mut checks, &format!("limits.{name}"), rate, 1, 100_000);
            }
        }
        checks.done()?;
        let mut facts = vec![Fact::new("by", who.name())];
        if let Some(maximum) = limits.maximum_recharge {
            facts.push(Fact::new("maximum-recharge", Money::from_micros(maximum)));
        }
        facts.extend(rates.iter().filter_map(|(name, rate)| rate.map(|rate| Fact::new(name, rate))));
        if limits == Limits::default() {
            call.remove(&key(account));
        } else {
            let stored = StoredLimits {
                v: 1,
                maximum_recharge: limits.maximum_recharge.map(Money::from_micros),
                standard_rate: limits.standard_rate,
                lookup_rate: limits.lookup_rate,
                message_rate: limits.message_rate,
            };
            call.put(&key(account), &stored);
        }
        emit(
            call,
            EventDraft { account: Some(account), kind: "limits-changed", rule: "CRD-3", facts, transactions: vec![] },
        );
        Ok(judge(call, account, Occasion::Settings)?)
    })
}
