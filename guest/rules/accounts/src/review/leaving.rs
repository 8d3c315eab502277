//! How a review leaves the queue: by a decision, or because its account is closed.

use super::records::{Phase, Review, queue_key};
use super::seen;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;

/// The job that tells of a decision that is late.
pub(crate) const OVERDUE: JobKind<AuthId> = JobKind::new("review-due");

/// Takes a review out of the queue.
pub(super) fn leave_queue(turn: &mut Turn<'_>, account: AuthId, review: &Review) {
    if review.phase == Phase::Open {
        turn.remove(&queue_key(review.due, account));
        turn.cancel(&OVERDUE.of(account));
    }
}

/// An account is closed: its address and phone are remembered, and nobody decides about it any more.
pub(crate) fn closed(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    seen::closed(turn, account)?;
    let mut review = Review::load(turn, account)?;
    if review.phase == Phase::Open {
        leave_queue(turn, account, &review);
        review.phase = Phase::Rejected;
        review.save(turn, account);
    }
    Ok(())
}
