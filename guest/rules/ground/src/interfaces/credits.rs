//! What `credits` answers: its errors, what was started, what an adjustment did.

use crate::vocabulary::{Micros, int_text, interface_error};
use serde::{Deserialize, Serialize};

interface_error! {
    /// Errors of `credits`.
    Error {
        /// No card can be charged, and why.
        NoUsableCard(#[serde(with = "crate::one_field::reason")] String),
        /// What billing information lacks before anything may be charged.
        BillingIncomplete(Vec<String>),
        /// What the policy's seller lacks before anything may be charged.
        SellerIncomplete(Vec<String>),
        /// Ten cards are stored.
        TooManyCards,
        /// The charge cannot be given up.
        NotOpen,
        /// The account owes nothing, or less than the gateway can move.
        NothingOwed,
    }
}

/// Something was started: its job and its name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Started {
    /// For `jobs.look`.
    pub job: String,
    /// Number of the charge or claim, or name of the card.
    pub name: String,
}

/// What an adjustment did.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Adjusted {
    /// Its ledger transaction.
    pub transaction: String,
    /// Afterwards.
    #[serde(with = "int_text")]
    pub balance: Micros,
}
