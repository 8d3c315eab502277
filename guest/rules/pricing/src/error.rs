//! Errors of the interface.

use coinbox_ground::vocabulary::{Instant, interface_error};

interface_error! {
    /// Errors of `pricing`.
    Error {
        /// Published versions never change.
        AlreadyPublished,
        /// Only what is published can be withdrawn.
        NotPublished,
        /// It began at this moment, or has priced something: it cannot be taken back.
        AlreadyBegun(#[serde(with = "coinbox_ground::one_field::at")] Instant),
        /// Two rows for the same product, heading and prefix, or for the same country and kind of number.
        RepeatedRow(#[serde(with = "coinbox_ground::one_field::row")] String),
    }
}

/// Rows with problems that are answered in full: a file with the wrong columns breaks the rules of all of them.
pub(super) const ROWS_WITH_PROBLEMS_MAX: usize = 20;
