//! Redemptions where another store, the home cell, keeps the coupons: a job claims a use there, and gives the credit here.
//!
//! The key of a claim is the same for every attempt, and the home cell answers a key once. So an attempt whose answer was lost is asked again
//! until there is an answer: the use may be taken already, and its credit must not be lost.

use crate::coupons::giving::{flaw, give};
use crate::coupons::records::{ClaimState, Claiming, Decline};
use crate::coupons::tries;
use coinbox_forms::letters;
use coinbox_ground::calendar;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed::{self, EventDraft};
use coinbox_ground::ids::{AuthId, outside_key};
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::job::{Attempt, COUPON_CLAIM, Done, JobKind, JobState, Next, Numbered, Task, Work};
use coinbox_ground::outside::{ClaimOutcome, CouponClaim, LEASE_MS};
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fault, HOUR_MS, Instant, MINUTE_MS};
use coinbox_ledger::open_lots::check_lots;
use coinbox_ledger::wallet;
use coinbox_profiles::profile::is_leaving;

/// Jobs that claim a coupon of another store.
pub(crate) const JOB: JobKind<Numbered> = JobKind::new("claim");

/// How much of a text of another store is kept.
const CAUSE_CHARS_MAX: usize = 200;
/// A claim that is open for so long waits for a person.
const HELP_MS: Instant = DAY_MS;

fn key((account, number): Numbered) -> String {
    format!("redc/{account}/{number:08}")
}

/// Starts the redemption of a code that this store does not have.
pub(super) fn start(turn: &mut Turn<'_>, account: AuthId, code: &str, by: &str) -> Result<Started, Fault> {
    check_lots(turn, account)?;
    let number = Numbers::next_claim(turn, account)?;
    let claim = Claiming {
        v: 1,
        key: outside_key(&turn.store_name(), account, "claim", number),
        sealed: turn.vault().seal(COUPON_CLAIM, code),
        currency: wallet::currency(turn, account)?,
        by: by.to_owned(),
        since: turn.now(),
        attempt: 0,
        booked: 0,
        queued: None,
        state: ClaimState::Working,
    };
    turn.put(&key((account, number)), &claim);
    tries::open(turn, account, number)?;
    let job = JOB.of((account, number));
    turn.timer(&job, Lane::Urgent, turn.now());
    event((account, number), "coupon-claim-started").fact("by", by).tell(turn);
    Ok(Started { job, name: number.to_string() })
}

fn event<'a>((account, number): Numbered, kind: &'a str) -> EventDraft<'a> {
    feed::event(account, kind, "CRD-13").fact("claim", number)
}

/// Starts the next attempt.
pub(crate) fn begin(turn: &mut Turn<'_>, of: Numbered) -> Result<Option<Next>, Fault> {
    let Some(mut claim) = turn.get::<Claiming>(&key(of))? else { return Ok(None) };
    if claim.state != ClaimState::Working {
        return Ok(None);
    }
    if is_leaving(turn, of.0)? {
        return fail(turn, of, claim, "account-closed", None).map(Some);
    }
    call_for_help(turn, of, &mut claim);
    claim.attempt = claim.attempt.saturating_add(1);
    let work = Work::ClaimCoupon(CouponClaim {
        key: claim.key.clone(),
        code: claim.sealed.clone(),
        auth_id: of.0.to_string(),
        currency: claim.currency.to_string(),
        asked: claim.since,
    });
    let task = Task { job: JOB.of(of), attempt: claim.attempt, work };
    turn.put(&key(of), &claim);
    turn.timer(&task.job, Lane::Urgent, turn.now() + LEASE_MS);
    Ok(Some(Next::Perform(task)))
}

/// The current attempt.
pub(crate) fn attempt(turn: &Turn<'_>, of: Numbered) -> Result<Option<Attempt>, Fault> {
    let claim = turn.get::<Claiming>(&key(of))?;
    Ok(claim.map(|claim| Attempt {
        number: claim.attempt,
        is_booked: claim.state != ClaimState::Working || claim.booked == claim.attempt,
    }))
}

/// Books what became of an attempt.
pub(crate) fn finish(turn: &mut Turn<'_>, of: Numbered, done: Done) -> Result<Next, Fault> {
    let claim = turn.need::<Claiming>(&key(of))?;
    let later = turn.now() + MINUTE_MS * Instant::from(claim.attempt.min(60));
    let outcome = match done {
        Done::CouponClaim(outcome) => outcome,
        other => ClaimOutcome::Unknown(other.lost()),
    };
    match outcome {
        ClaimOutcome::Claimed(_) if is_leaving(turn, of.0)? => fail(turn, of, claim, "account-closed", None),
        ClaimOutcome::Claimed(claimed) => match flaw(&claimed, claim.currency) {
            None => {
                tries::close(turn, of.0, of.1)?;
                let redemption = give(turn, of.0, &claimed, &claim.by)?;
                Ok(end(turn, of, claim, ClaimState::Redeemed(redemption.number)))
            }
            Some(field) => Ok(ask_again(turn, of, claim, &format!("the answer cannot be used: {field}"), later)),
        },
        ClaimOutcome::Declined(decline) => declined(turn, of, claim, decline),
        ClaimOutcome::Refused(cause) => fail(turn, of, claim, "refused", Some(&cause)),
        ClaimOutcome::Unknown(cause) => Ok(ask_again(turn, of, claim, &cause, later)),
        ClaimOutcome::NotSent(not_sent) => {
            let at = not_sent.ask_again.clamp(turn.now() + 1_000, turn.now() + HOUR_MS);
            Ok(ask_again(turn, of, claim, &not_sent.cause, at))
        }
    }
}

fn declined(turn: &mut Turn<'_>, of: Numbered, claim: Claiming, decline: Decline) -> Result<Next, Fault> {
    tries::close(turn, of.0, of.1)?;
    tries::fail(turn, of.0, decline)?;
    Ok(end(turn, of, claim, ClaimState::Failed(decline.word().to_owned())))
}

/// Ends a claim for a reason that is not the code's: it counts as no try.
fn fail(turn: &mut Turn<'_>, of: Numbered, claim: Claiming, reason: &str, cause: Option<&str>) -> Result<Next, Fault> {
    tries::close(turn, of.0, of.1)?;
    let mut told = event(of, "coupon-claim-failed").fact("reason", reason);
    if let Some(cause) = cause {
        told = told.fact("cause", letters::cleaned(cause, CAUSE_CHARS_MAX));
    }
    told.tell(turn);
    Ok(end(turn, of, claim, ClaimState::Failed(reason.to_owned())))
}

fn end(turn: &mut Turn<'_>, of: Numbered, mut claim: Claiming, state: ClaimState) -> Next {
    claim.booked = claim.attempt;
    claim.sealed = String::new();
    claim.state = state;
    if let Some(since) = claim.queued.take() {
        turn.remove(&queue_key(of, since));
    }
    turn.put(&key(of), &claim);
    turn.cancel(&JOB.of(of));
    Next::Rest
}

fn queue_key((account, number): Numbered, since: Instant) -> String {
    queue::single_key(since, &format!("{account}/claim/{number:08}"))
}

/// A claim that has no answer for so long is put into the operator's queue, once. It is asked again all the same, and its answer takes the item off.
fn call_for_help(turn: &mut Turn<'_>, of: Numbered, claim: &mut Claiming) {
    if claim.queued.is_some() || turn.now() < claim.since + HELP_MS {
        return;
    }
    let since = turn.now();
    let note = format!(
        "claim {} on a coupon has no answer since {}: the cell that keeps the coupons cannot be reached",
        of.1,
        calendar::moment_name(claim.since)
    );
    turn.put(&queue_key(of, since), &QueueEntry::new(Some(of.0), "coupon-claim-open", since, note));
    claim.queued = Some(since);
}

/// Nobody knows what became of an attempt: the next one asks under the same key. The feed is told once.
fn ask_again(turn: &mut Turn<'_>, of: Numbered, mut claim: Claiming, cause: &str, at: Instant) -> Next {
    if claim.booked == 0 {
        event(of, "coupon-claim-waits").fact("cause", letters::cleaned(cause, CAUSE_CHARS_MAX)).tell(turn);
    }
    claim.booked = claim.attempt;
    turn.put(&key(of), &claim);
    turn.timer(&JOB.of(of), Lane::Normal, at);
    Next::Rest
}

/// How a claim stands, for someone who waits.
pub(crate) fn look(turn: &Turn<'_>, of: Numbered) -> Result<Option<JobState>, Fault> {
    let claim = turn.get::<Claiming>(&key(of))?;
    Ok(claim.map(|claim| match claim.state {
        ClaimState::Working => JobState::Working,
        ClaimState::Redeemed(_) => JobState::Succeeded,
        ClaimState::Failed(reason) => JobState::Failed(reason),
    }))
}
