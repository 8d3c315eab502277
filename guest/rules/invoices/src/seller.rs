//! The seller on documents: without legal name, address and country none is issued (R89, INV-2).
//!
//! What would be issued meanwhile waits as a draft, in the order in which it was made, and gets its number in that order as soon as the seller is
//! complete: nothing is lost, and no series has a gap. Once complete, the policy keeps the seller complete. Where the policy asks customers for
//! billing information before a charge, it asks the operator too: nothing is charged before the seller is complete.

use crate::records::{DRAFTS, NUMBER};
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// Since when the operator's queue says that the seller is not complete, at `store/seller`.
#[derive(Serialize, Deserialize)]
struct Told {
    v: u32,
    since: Instant,
}

impl Record for Told {
    const KIND: &'static str = "seller that is not complete";
}

const KEY: &str = "store/seller";

/// Whether documents can be issued.
pub(crate) fn is_complete(turn: &Turn<'_>) -> Result<bool, Fault> {
    Ok(Policy::load(turn)?.seller.missing().is_empty())
}

/// Whether a receipt gets its number at once: not before those that wait have theirs.
pub(crate) fn is_ready(turn: &Turn<'_>) -> Result<bool, Fault> {
    Ok(is_complete(turn)? && turn.text(KEY).is_none())
}

/// Tells the operator's queue, once, that the seller is not complete.
pub fn tell(turn: &mut Turn<'_>) -> Result<(), Fault> {
    if turn.text(KEY).is_some() {
        return Ok(());
    }
    let missing = Policy::load(turn)?.seller.missing();
    if missing.is_empty() {
        return Ok(());
    }
    let since = turn.now();
    turn.put(KEY, &Told { v: 1, since });
    let note = format!(
        "the policy's seller lacks {}: documents wait, and get their numbers once it is there",
        missing.join(", ")
    );
    turn.put(&queue::single_key(since, "seller"), &QueueEntry::new(None, "seller-incomplete", since, note));
    Ok(())
}

/// The policy has changed: if the seller is complete, what waits is issued.
pub fn look_again(turn: &mut Turn<'_>) -> Result<(), Fault> {
    if turn.text(KEY).is_none() || !is_complete(turn)? {
        return Ok(());
    }
    if turn.span_text(DRAFTS, &end_of_prefix(DRAFTS), 1).0.is_empty() {
        return nothing_waits(turn);
    }
    turn.timer(&NUMBER.key(), Lane::Normal, turn.now());
    Ok(())
}

/// Everything that waited has its number: the operator's queue says so no more.
pub(crate) fn nothing_waits(turn: &mut Turn<'_>) -> Result<(), Fault> {
    if let Some(told) = turn.get::<Told>(KEY)? {
        turn.remove(KEY);
        turn.remove(&queue::single_key(told.since, "seller"));
    }
    Ok(())
}
