//! Whose a payment is that waits in the queue, what becomes of it, and what came of it.

use coinbox_ground::vocabulary::{Micros, optional_int_text};
use serde::{Deserialize, Serialize};

/// Whose payment it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Claim {
    /// Main account.
    pub auth_id: String,
    /// Whole cents. Needed where the item does not know it; otherwise the same or nothing.
    #[serde(default, with = "optional_int_text")]
    pub amount: Option<Micros>,
}

/// What becomes of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// A cash lot of this account.
    Credit(Claim),
    /// Given back, and noted with this account.
    Refund(Claim),
    /// A refund: taken off this account's credit.
    Debit(Claim),
    /// Nothing: it was dealt with elsewhere.
    Dismiss,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Resolved {
    /// The ledger transaction, unless it was dismissed.
    #[serde(default)]
    pub transaction: Option<String>,
    /// Number of the refund.
    #[serde(default)]
    pub refund: Option<u32>,
}
