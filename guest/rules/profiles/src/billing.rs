//! What is stored of billing information, and what of it is missing (INV-6, R44, R89).

use crate::policy::Policy;
use crate::profile::{self, Profile};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// What the account's own record does not have, at `bi/<account>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct StoredBilling {
    /// Version of the record.
    pub v: u32,
    /// Name on documents; empty: not known.
    pub legal_name: String,
    /// Two letters of ISO 3166-1; empty: not known.
    pub country: String,
    /// Tax ID; empty: none.
    pub tax_id: String,
    /// Where in the country, for the tax and the documents. None: it was never set here, and what the account was made with holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Since when the operator's queue says that the tax table does not know the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flagged: Option<Instant>,
}

impl Record for StoredBilling {
    const KIND: &'static str = "billing information";
}

/// Where the record lies.
pub fn key(account: AuthId) -> String {
    format!("bi/{account}")
}

/// The record; an empty one, if nothing was ever set.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<StoredBilling, Fault> {
    Ok(turn.get(&key(account))?.unwrap_or(StoredBilling { v: 1, ..StoredBilling::default() }))
}

impl StoredBilling {
    /// The state by which the account is taxed.
    pub fn state<'a>(&'a self, profile: &'a Profile) -> &'a str {
        self.state.as_deref().unwrap_or(&profile.state)
    }
}

/// The state by which an account is taxed: billing information, never what the account shows as its state.
pub fn state(turn: &Turn<'_>, account: AuthId, profile: &Profile) -> Result<String, Fault> {
    Ok(load(turn, account)?.state(profile).to_owned())
}

/// The account shows another state from now on. Billing information keeps the one that it had, so that the tax does not follow (INV-7).
pub fn keep_state(turn: &mut Turn<'_>, account: AuthId, before: &str) -> Result<(), Fault> {
    let mut stored = load(turn, account)?;
    if stored.state.is_none() {
        stored.state = Some(before.to_owned());
        turn.put(&key(account), &stored);
    }
    Ok(())
}

/// What billing information lacks before anything may be charged: where the policy asks for it, legal name, address and country (R44, R89).
pub fn missing_for_charges(turn: &Turn<'_>, account: AuthId) -> Result<Vec<&'static str>, Fault> {
    if !Policy::load(turn)?.require_billing_address {
        return Ok(Vec::new());
    }
    Ok(missing(&load(turn, account)?, &profile::profile(turn, account)?))
}

/// What is not there of legal name, address and country.
pub fn missing(stored: &StoredBilling, profile: &Profile) -> Vec<&'static str> {
    let needed = [("legal-name", &stored.legal_name), ("address", &profile.address), ("country", &stored.country)];
    needed.into_iter().filter_map(|(name, text)| text.is_empty().then_some(name)).collect()
}

/// Whether billing information lacks something that is asked for before a charge.
pub fn lacks(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(!missing_for_charges(turn, account)?.is_empty())
}
