//! Where the sessions of a member are, and how all of them end: what members need of sessions.

use super::words::MemberId;
use coinbox_ground::turn::{Turn, end_of_prefix};

/// More than a member ever has.
const ALL: usize = 1_000;

/// Beginning of the keys of a member's sessions.
pub(super) fn prefix(id: MemberId) -> String {
    format!("sess/{}/", id.in_key())
}

/// Key of a session.
pub(super) fn key(id: MemberId, name: &str) -> String {
    format!("{}{name}", prefix(id))
}

/// Ends all sessions of a member.
pub(super) fn end_all(turn: &mut Turn<'_>, id: MemberId) {
    let prefix = prefix(id);
    let (held, _) = turn.span_text(&prefix, &end_of_prefix(&prefix), ALL);
    held.iter().for_each(|(key, _)| turn.remove(key));
}
