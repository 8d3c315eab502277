//! What `operator` answers: its errors, and what a comparison found.

use crate::vocabulary::interface_error;
use serde::{Deserialize, Serialize};

interface_error! {
    /// Errors of `operator`.
    Error {
        /// The policy was changed meanwhile; its version now.
        PolicyChanged(#[serde(with = "crate::one_field::version")] u32),
    }
}

/// Something stored that does not follow from the ledger.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Difference {
    pub auth_id: String,
    pub what: String,
    pub stored: String,
    pub rebuilt: String,
}
