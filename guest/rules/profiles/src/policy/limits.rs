//! Limits of single accounts, where the operator has raised or lowered what the policy says (CRD-3, SEC-10).

use super::check::{amount, range};
use super::record::Policy;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule, Micros, optional_int_text};
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

    /// The limits with what changes of them.
    pub fn over(&self, before: &Limits) -> Limits {
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

    /// Every broken bound at once.
    pub fn check(&self, turn: &Turn<'_>) -> Result<(), Fault> {
        const BOTH: &str = "limits.as-policy";
        let mut checks = Checks::new();
        if let Some(maximum) = self.maximum_recharge {
            let (field, least) = ("limits.maximum-recharge", Policy::load(turn)?.minimum_recharge());
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

fn load(turn: &Turn<'_>, account: AuthId) -> Result<StoredLimits, Fault> {
    Ok(turn.get(&key(account))?.unwrap_or_default())
}

/// The most that one recharge of this account may be (CRD-3).
pub fn maximum_recharge(turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
    match load(turn, account)?.maximum_recharge {
        Some(maximum) => Ok(maximum),
        None => Ok(Policy::load(turn)?.maximum_recharge()),
    }
}

/// How many requests a second this main account and its sub-accounts may make together (SEC-10, R41).
pub fn rates(turn: &Turn<'_>, account: AuthId) -> Result<Rates, Fault> {
    let (limits, policy) = (load(turn, account)?, Policy::load(turn)?);
    Ok(Rates {
        standard: limits.standard_rate.unwrap_or(policy.standard_rate),
        lookup: limits.lookup_rate.unwrap_or(policy.lookup_rate),
        message: limits.message_rate.unwrap_or(policy.message_rate),
    })
}

/// The limits of one main account as they were set.
pub fn shown(turn: &Turn<'_>, account: AuthId) -> Result<Limits, Fault> {
    let stored = load(turn, account)?;
    Ok(Limits {
        maximum_recharge: stored.maximum_recharge.map(Money::micros),
        standard_rate: stored.standard_rate,
        lookup_rate: stored.lookup_rate,
        message_rate: stored.message_rate,
    })
}

/// Writes the limits of one main account, which were checked.
pub fn replace(turn: &mut Turn<'_>, account: AuthId, limits: &Limits) {
    if *limits == Limits::default() {
        turn.remove(&key(account));
    } else {
        let stored = StoredLimits {
            v: 1,
            maximum_recharge: limits.maximum_recharge.map(Money::from_micros),
            standard_rate: limits.standard_rate,
            lookup_rate: limits.lookup_rate,
            message_rate: limits.message_rate,
        };
        turn.put(&key(account), &stored);
    }
}
