//! What the seller lacks before documents can be issued, and before anything may be charged (R89).

use crate::policy::{Policy, Seller};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;

impl Seller {
    /// What documents need and is not there, by the names of the policy.
    pub fn missing(&self) -> Vec<&'static str> {
        let needed = [
            ("legal-name", self.legal_name.is_empty()),
            ("address-lines", self.address_lines.is_empty()),
            ("country", self.country.is_empty()),
        ];
        needed.into_iter().filter_map(|(name, is_missing)| is_missing.then_some(name)).collect()
    }
}

/// What the seller lacks before anything may be charged; empty: nothing, or the policy does not ask for it (R89).
pub fn missing_for_charges(turn: &Turn<'_>) -> Result<Vec<&'static str>, Fault> {
    let policy = Policy::load(turn)?;
    Ok(if policy.require_billing_address { policy.seller.missing() } else { Vec::new() })
}
