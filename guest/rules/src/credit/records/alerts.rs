//! What is stored of low-balance alerts and billing addresses (CRD-8, R88).

use crate::ground::call::{Call, Record};
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};

/// What is armed for one account, at `al/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Alerts {
    pub(crate) v: u32,
    /// The customer's own thresholds.
    pub(crate) custom: Vec<Money>,
    pub(crate) recipients: Vec<String>,
    /// Thresholds that the balance has been at or above since they last fired.
    pub(crate) armed: Vec<Money>,
    /// Whether the balance has been above zero since the last out-of-credit mail.
    pub(crate) armed_for_zero: bool,
}

impl Record for Alerts {
    const KIND: &'static str = "alert settings";
}

pub(crate) fn key(account: AuthId) -> String {
    format!("al/{account}")
}

pub(crate) fn load(call: &Call<'_>, account: AuthId) -> Result<Alerts, Fault> {
    Ok(call.get(&key(account))?.unwrap_or(Alerts {
        v: 1,
        custom: Vec::new(),
        recipients: Vec::new(),
        armed: Vec::new(),
        armed_for_zero: false,
    }))
}

/// Billing addresses besides the registered one.
pub(crate) fn recipients(call: &Call<'_>, account: AuthId) -> Result<Vec<String>, Fault> {
    Ok(load(call, account)?.recipients)
}
