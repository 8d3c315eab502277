//! Taking a version away.

use crate::shown::VersionState;
use crate::versions::{Entry, StoredVersions};
use coinbox_ground::feed;
use coinbox_ground::turn::Turn;

/// The word of a state, as the contract has it.
pub(super) fn state_word(state: VersionState) -> &'static str {
    match state {
        VersionState::Incomplete => "incomplete",
        VersionState::Draft => "draft",
        VersionState::Published => "published",
        VersionState::Withdrawn => "withdrawn",
        VersionState::Replaced => "replaced",
        VersionState::Retired => "retired",
    }
}

/// Removes a version and says so.
pub(super) fn take_away(turn: &mut Turn<'_>, stored: &mut StoredVersions, entry: &Entry, by: &str) {
    stored.remove(turn, entry.number);
    feed::operator_event("prices-removed", "USE-2")
        .fact("version", entry.number)
        .fact("was", state_word(entry.state()))
        .fact("rows", entry.show().rows)
        .fact("by", by)
        .tell(turn);
}
