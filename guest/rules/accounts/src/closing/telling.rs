//! Saying how a closing goes.

use coinbox_ground::call::Call;
use coinbox_ground::feed::{EventDraft, emit};
use coinbox_ground::ids::AuthId;
use coinbox_ground::vocabulary::Fact;

/// Writes a line of a closing into the feed.
pub(super) fn tell(call: &mut Call<'_>, account: AuthId, kind: &str, facts: Vec<Fact>, transactions: Vec<String>) {
    emit(call, EventDraft { account: Some(account), kind, rule: "ACC-12", facts, transactions });
}
