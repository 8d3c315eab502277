//! What is stored of billing information, and what of it is missing (INV-6, R44, R89).

use crate::ground::call::{Call, Record};
use crate::ground::ids::AuthId;
use crate::ground::vocabulary::{Fault, Instant};
use crate::profiles::policy::Policy;
use crate::profiles::profile::{self, Profile};
use serde::{Deserialize, Serialize};

/// What the account's own record does not have, at `bi/<account>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct StoredBilling {
    pub(crate) v: u32,
    pub(crate) legal_name: String,
    pub(crate) country: String,
    pub(crate) tax_id: String,
    /// Where in the country, for the tax and the documents. None: it was never set here, and what the account was made with holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    /// Since when the operator's queue says that the tax table does not know the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) flagged: Option<Instant>,
}

impl Record for StoredBilling {
    const KIND: &'static str = "billing information";
}

/// Where the record lies.
pub(crate) fn key(account: AuthId) -> String {
    format!("bi/{account}")
}

/// The record; an empty one, if nothing was ever set.
pub(crate) fn load(call: &Call<'_>, account: AuthId) -> Result<StoredBilling, Fault> {
    Ok(call.get(&key(account))?.unwrap_or(StoredBilling { v: 1, ..StoredBilling::default() }))
}

impl StoredBilling {
    /// The state by which the account is taxed.
    pub(crate) fn state<'a>(&'a self, profile: &'a Profile) -> &'a str {
        self.state.as_deref().unwrap_or(&profile.state)
    }
}

/// The state by which an account is taxed: billing information, never what the account shows as its state.
pub(crate) fn state(call: &Call<'_>, account: AuthId, profile: &Profile) -> Result<String, Fault> {
    Ok(load(call, account)?.state(profile).to_owned())
}

/// The account shows another state from now on. Billing information keeps the one that it had, so that the tax does not follow (INV-7).
pub(crate) fn keep_state(call: &mut Call<'_>, account: AuthId, before: &str) -> Result<(), Fault> {
    let mut stored = load(call, account)?;
    if stored.state.is_none() {
        stored.state = Some(before.to_owned());
        call.put(&key(account), &stored);
    }
    Ok(())
}

/// What billing information lacks before anything may be charged: where the policy asks for it, legal name, address and country (R44, R89).
pub(crate) fn missing_for_charges(call: &Call<'_>, account: AuthId) -> Result<Vec<&'static str>, Fault> {
    if !Policy::load(call)?.require_billing_address {
        return Ok(Vec::new());
    }
    Ok(missing(&load(call, account)?, &profile::profile(call, account)?))
}

/// What is not there of legal name, address and country.
pub(crate) fn missing(stored: &StoredBilling, profile: &Profile) -> Vec<&'static str> {
    let needed = [("legal-name", &stored.legal_name), ("address", &profile.address), ("country", &stored.country)];
    needed.into_iter().filter_map(|(name, text)| text.is_empty().then_some(name)).collect()
}

/// Whether billing information lacks something that is asked for before a charge.
pub(crate) fn lacks(call: &Call<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(!missing_for_charges(call, account)?.is_empty())
}
