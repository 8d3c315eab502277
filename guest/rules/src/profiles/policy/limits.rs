//! Limits of single accounts, where the operator has raised or lowered what the policy says (CRD-3, SEC-10).

use super::{Policy, amount, range};
use crate::access::credentials;
use crate::credit::watch::judge::judge;
use crate::credit::watch::occasion::Occasion;
use crate::ground::call::{Call, Record};
use crate::ground::events::{EventDraft, emit};
use crate::ground::idempotency;
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros, optional_int_text};
use crate::operator::Error;
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

/// A limit that an account can have of its own, as the contract has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum LimitName {
    MaximumRecharge,
    StandardRate,
    LookupRate,
    MessageRate,
}

/// What changes of the limits: what is not named stays (R88).
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LimitsChange {
    /// Whole cents.
    #[serde(default, with = "optional_int_text")]
    pub maximum_recharge: Option<Micros>,
    /// 1 to 100 000.
    #[serde(default)]
    pub standard_rate: Option<u32>,
    /// 1 to 100 000.
    #[serde(default)]
    pub lookup_rate: Option<u32>,
    /// 1 to 100 000.
    #[serde(default)]
    pub message_rate: Option<u32>,
    /// Limits that are the policy's again.
    // Left out where there are none: digests of arguments stay those of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_policy: Option<Vec<LimitName>>,
}

impl LimitsChange {
    fn as_policy(&self, name: LimitName) -> bool {
        self.as_policy.iter().flatten().any(|other| *other == name)
    }

    /// The rates that are named.
    fn rates(&self) -> [(LimitName, &'static str, Option<u32>); 3] {
        [
            (LimitName::StandardRate, "standard-rate", self.standard_rate),
            (LimitName::LookupRate, "lookup-rate", self.lookup_rate),
            (LimitName::MessageRate, "message-rate", self.message_rate),
        ]
    }

    fn over(&self, before: &Limits) -> Limits {
        let rate = |name: LimitName, named: Option<u32>, kept: Option<u32>| {
            if self.as_policy(name) { None } else { named.or(kept) }
        };
        let maximum = self.maximum_recharge.or(before.maximum_recharge);
        Limits {
            maximum_recharge: maximum.filter(|_| !self.as_policy(LimitName::MaximumRecharge)),
            standard_rate: rate(LimitName::StandardRate, self.standard_rate, before.standard_rate),
            lookup_rate: rate(LimitName::LookupRate, self.lookup_rate, before.lookup_rate),
            message_rate: rate(LimitName::MessageRate, self.message_rate, before.message_rate),
        }
    }

    fn check(&self, call: &Call<'_>) -> Result<(), Fault> {
        const BOTH: &str = "limits.as-policy";
        let mut checks = Checks::new();
        if let Some(maximum) = self.maximum_recharge {
            let (field, least) = ("limits.maximum-recharge", Policy::load(call)?.minimum_recharge());
            amount(&mut checks, field, Money::from_micros(maximum), least);
            let both = self.as_policy(LimitName::MaximumRecharge);
            checks.require(!both, field, FieldRule::NotAllowedTogether, BOTH);
        }
        for (name, word, rate) in self.rates() {
            if let Some(rate) = rate {
                let field = format!("limits.{word}");
                range(&mut checks, &field, rate, 1, 100_000);
                checks.require(!self.as_policy(name), &field, FieldRule::NotAllowedTogether, BOTH);
            }
        }
        let count = self.as_policy.as_ref().map_or(0, Vec::len);
        checks.require(count <= 4, BOTH, FieldRule::TooMany, 4);
        checks.done()
    }
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
    Ok(shown(call, account)?)
}

fn shown(call: &Call<'_>, account: AuthId) -> Result<Limits, Fault> {
    let stored = load(call, account)?;
    Ok(Limits {
        maximum_recharge: stored.maximum_recharge.map(Money::micros),
        standard_rate: stored.standard_rate,
        lookup_rate: stored.lookup_rate,
        message_rate: stored.message_rate,
    })
}

/// Changes the limits of one main account as far as they are named, and answers all of them (R88).
pub fn set_limits(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    change: LimitsChange,
) -> Result<Limits, Error> {
    let (who, account) = credentials::permit_on(call, caller, "operator.set-limits", &auth_id)?;
    // Answers that were kept before this function answered the limits are null.
    let limits = idempotency::once(call, caller, &auth_id, "operator.set-limits", &change, |call| {
        change.check(call)?;
        let before = shown(call, account)?;
        let limits = change.over(&before);
        if limits == before {
            return Ok::<_, Error>(Some(limits));
        }
        let mut facts = vec![Fact::new("by", who.name())];
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
        judge(call, account, Occasion::Settings)?;
        Ok(Some(limits))
    })?;
    Ok(match limits {
        Some(limits) => limits,
        None => shown(call, account)?,
    })
}
