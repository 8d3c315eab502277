//! Who guesses has to wait: declined tries within an hour are counted, and tries that another store has not answered yet count with them.

use crate::coupons::records::{Decline, Tries};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, HOUR_MS, MINUTE_MS, Refusal};
use coinbox_profiles::policy::Policy;

fn key(account: AuthId) -> String {
    format!("redt/{account}")
}

/// The tries that still count.
fn load(turn: &Turn<'_>, account: AuthId) -> Result<Tries, Fault> {
    let mut tries = turn.get::<Tries>(&key(account))?.unwrap_or(Tries { v: 1, at: Vec::new(), open: Vec::new() });
    tries.at.retain(|at| at + HOUR_MS > turn.now());
    Ok(tries)
}

/// Refuses one try more where the policy's number of them is reached, until the oldest of them is an hour old. A try without an answer counts
/// however old it is; it is looked at again a minute later.
pub(super) fn check(turn: &Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let Tries { at: mut counted, open, .. } = load(turn, account)?;
    let youngest_end = turn.now() - HOUR_MS + MINUTE_MS;
    counted.extend(open.iter().map(|(_, since)| (*since).max(youngest_end)));
    counted.sort_unstable();
    let most = usize::try_from(Policy::load(turn)?.coupon_tries).unwrap_or(usize::MAX);
    match counted.len().checked_sub(most) {
        Some(place) => Err(Refusal::TooOften(counted[place] + HOUR_MS).into()),
        None => Ok(()),
    }
}

/// Notes a try that another store answers.
pub(super) fn open(turn: &mut Turn<'_>, account: AuthId, claim: u32) -> Result<(), Fault> {
    let mut tries = load(turn, account)?;
    tries.open.push((claim, turn.now()));
    turn.put(&key(account), &tries);
    Ok(())
}

/// A try has its answer.
pub(super) fn close(turn: &mut Turn<'_>, account: AuthId, claim: u32) -> Result<(), Fault> {
    let mut tries = load(turn, account)?;
    tries.open.retain(|(open, _)| *open != claim);
    turn.put(&key(account), &tries);
    Ok(())
}

/// Counts a declined try.
pub(super) fn fail(turn: &mut Turn<'_>, account: AuthId, decline: Decline) -> Result<(), Fault> {
    let mut tries = load(turn, account)?;
    tries.at.push(turn.now());
    turn.put(&key(account), &tries);
    feed::event(account, "coupon-declined", "CRD-13")
        .fact("cause", decline.word())
        .fact("failed-tries", tries.at.len())
        .tell(turn);
    Ok(())
}
