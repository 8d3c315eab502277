//! What `usage` answers: its errors.

use crate::vocabulary::interface_error;

interface_error! {
    /// Errors of `usage`.
    Error {
        /// More than 1000 events; how many.
        TooManyEvents(#[serde(with = "crate::one_field::count")] u32),
        /// Nothing on the list of rejected events has this key.
        NoSuchReject(#[serde(with = "crate::one_field::key")] String),
    }
}
