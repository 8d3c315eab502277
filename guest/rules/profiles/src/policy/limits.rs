//! Settings that single accounts have of their own, where the operator has raised or lowered what the policy says (CRD-3, SEC-10).

use super::record::Policy;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Micros};
use serde::{Deserialize, Serialize};

/// What an account has of its own; `None`: as the policy says. What bounds it is in the table of settings.
#[derive(Clone, PartialEq, Default, Debug)]
#[allow(missing_docs)]
pub struct Limits {
    /// Counts changes.
    pub version: u32,
    pub maximum_recharge: Option<Micros>,
    pub standard_rate: Option<u32>,
    pub lookup_rate: Option<u32>,
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
    /// Stores of 0.1 have none.
    #[serde(default, skip_serializing_if = "is_zero")]
    version: u32,
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

/// Key of what an account has of its own.
pub fn key(account: AuthId) -> String {
    format!("lim/{account}")
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn stored(turn: &Turn<'_>, account: AuthId) -> Result<StoredLimits, Fault> {
    Ok(turn.get(&key(account))?.unwrap_or_default())
}

/// The most that one recharge of this account may be (CRD-3).
pub fn maximum_recharge(turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
    match stored(turn, account)?.maximum_recharge {
        Some(maximum) => Ok(maximum),
        None => {
            let currency = crate::profile::profile(turn, account)?.currency;
            Ok(Policy::load(turn)?.maximum_recharge(currency))
        }
    }
}

/// How many requests a second this main account and its sub-accounts may make together (SEC-10, R41).
pub fn rates(turn: &Turn<'_>, account: AuthId) -> Result<Rates, Fault> {
    let (limits, policy) = (stored(turn, account)?, Policy::load(turn)?);
    Ok(Rates {
        standard: limits.standard_rate.unwrap_or(policy.standard_rate),
        lookup: limits.lookup_rate.unwrap_or(policy.lookup_rate),
        message: limits.message_rate.unwrap_or(policy.message_rate),
    })
}

/// What one main account has of its own.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Limits, Fault> {
    let stored = stored(turn, account)?;
    Ok(Limits {
        version: stored.version,
        maximum_recharge: stored.maximum_recharge.map(Money::micros),
        standard_rate: stored.standard_rate,
        lookup_rate: stored.lookup_rate,
        message_rate: stored.message_rate,
    })
}

/// Writes what one main account has of its own, which was checked.
pub fn save(turn: &mut Turn<'_>, account: AuthId, limits: &Limits) {
    let stored = StoredLimits {
        v: 1,
        version: limits.version,
        maximum_recharge: limits.maximum_recharge.map(Money::from_micros),
        standard_rate: limits.standard_rate,
        lookup_rate: limits.lookup_rate,
        message_rate: limits.message_rate,
    };
    turn.put(&key(account), &stored);
}
