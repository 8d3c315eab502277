//! Taking a version away, and saying what has become of one.

use crate::shown::VersionState;
use crate::versions::{Entry, StoredVersions};
use coinbox_ground::call::Call;
use coinbox_ground::feed::{EventDraft, emit};
use coinbox_ground::vocabulary::Fact;

/// Says what has become of a version.
pub(super) fn tell(call: &mut Call<'_>, kind: &'static str, facts: Vec<Fact>) {
    emit(call, EventDraft { account: None, kind, rule: "USE-2", facts, transactions: vec![] });
}

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
pub(super) fn take_away(call: &mut Call<'_>, stored: &mut StoredVersions, entry: &Entry, by: &str) {
    stored.remove(call, entry.number);
    let facts = vec![
        Fact::new("version", entry.number),
        Fact::new("was", state_word(entry.state())),
        Fact::new("rows", entry.show().rows),
        Fact::new("by", by),
    ];
    tell(call, "prices-removed", facts);
}
