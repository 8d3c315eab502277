//! What `accounts` answers: its errors.

use crate::vocabulary::{Micros, interface_error};

interface_error! {
    /// Errors of `accounts`.
    Error {
        /// This much has to be paid before the account can be closed.
        Owes(#[serde(with = "crate::one_field::amount")] Micros),
    }
}
