//! Why a call of `lists` is refused.

use coinbox_ground::vocabulary::interface_error;

interface_error! {
    /// Errors of `lists`.
    Error {
        /// The version is published, was given up for a later one, or never was.
        NoSuchDraft,
    }
}
