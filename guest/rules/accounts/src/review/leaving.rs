//! What the closing of an account leaves of its review.

use super::{judging, seen};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;

/// An account is closed: its address and phone are remembered, and nobody decides about it any more.
pub(crate) fn closed(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    seen::closed(turn, account)?;
    judging::closed(turn, account)
}
