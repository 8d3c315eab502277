//! Giving numbers back (NUM-6). The rules decide at once: from then on the number is not the account's and owes no further rent; a job
//! tells the stock. Nothing is given back, what is owed stays owed (R19, R20).

use super::records::{self, Rented};
use super::rent;
use super::stock::{Progress, Subject};
use crate::stock::Recovered;
use coinbox_access::once;
use coinbox_credit::records::reconciliation;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::{AuthId, outside_key, parse_outside_key};
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::job::{Attempt, JobKind, JobState, Next, Numbered, Task, Work};
use coinbox_ground::metadata;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::outside::{LEASE_MS, ReleaseRequest, StockMovement, StockOutcome};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Jobs that tell the stock of a release. Releases are counted per account.
pub(crate) const JOB: JobKind<Numbered> = JobKind::new("release");

/// What its metadata says that it is.
pub(super) const PURPOSE: &str = "release";

/// A release, at `rel/<account>/<count>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Release {
    v: u32,
    number: String,
    key: String,
    created: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Instant>,
    progress: Progress,
    /// For which client's key, in digests: the stock keeps it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_for: Option<Asked>,
}

impl Record for Release {
    const KIND: &'static str = "release of a number";
}

fn place(account: AuthId, count: u32) -> String {
    format!("rel/{account}/{count:08}")
}

fn stock_key(store: &str, account: AuthId, count: u32) -> String {
    outside_key(store, account, PURPOSE, count)
}

/// Takes these numbers, in the order of their rental, off the account, after what they owe up to now has been posted, and has the stock told.
/// A month that begins at this very moment they do not owe (R82). Answers the jobs.
pub(super) fn release(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut numbers: Vec<(String, Rented)>,
    cause: &str,
    asked: Option<&Asked>,
) -> Result<Vec<String>, Fault> {
    if rent::post(turn, account, &mut numbers, rent::last_month_until(turn.now()))? {
        judge(turn, account, Occasion::Debit)?;
    }
    let mut jobs = Vec::with_capacity(numbers.len());
    for (_, rented) in numbers {
        records::remove(turn, account, &rented)?;
        jobs.push(give_back(turn, account, rented.number(), asked)?);
        let rule = if cause == "rent-unpaid" { "NUM-4" } else { "NUM-6" };
        tell(turn, account, rule, &rented, cause);
    }
    Ok(jobs)
}

/// Tells that a number is released.
fn tell(turn: &mut Turn<'_>, account: AuthId, rule: &str, rented: &Rented, cause: &str) {
    feed::event(account, "number-released", rule)
        .fact("number", rented.number())
        .fact("cause", cause)
        .facts(records::held_by(account, rented.holder))
        .fact("since", rented.since)
        .tell(turn);
}

/// Has the stock told that an account does not hold this number any more.
pub(super) fn give_back(
    turn: &mut Turn<'_>,
    account: AuthId,
    number: &str,
    asked: Option<&Asked>,
) -> Result<String, Fault> {
    let count = Numbers::next_release(turn, account)?;
    let release = Release {
        v: 1,
        number: number.to_owned(),
        key: stock_key(&turn.store_name(), account, count),
        created: turn.now(),
        settled: None,
        progress: Progress::default(),
        asked_for: asked.cloned(),
    };
    turn.put(&place(account, count), &release);
    let job = JOB.of((account, count));
    turn.timer(&job, Lane::Normal, turn.now());
    Ok(job)
}

fn load(turn: &Turn<'_>, account: AuthId, count: u32) -> Result<Option<Release>, Fault> {
    turn.get(&place(account, count))
}

/// Starts the next attempt.
pub(crate) fn begin(turn: &mut Turn<'_>, (account, count): Numbered) -> Result<Option<Next>, Fault> {
    let Some(mut release) = load(turn, account, count)?.filter(|release| release.settled.is_none()) else {
        return Ok(None);
    };
    if reconciliation::is_stock_open(turn)? {
        turn.timer(&JOB.of((account, count)), Lane::Normal, turn.now() + reconciliation::LOOK_LATER_MS);
        return Ok(Some(Next::Rest));
    }
    let elsewhere = release.key != stock_key(&turn.store_name(), account, count);
    let attempt = release.progress.start(turn.now(), elsewhere);
    turn.put(&place(account, count), &release);
    let job = JOB.of((account, count));
    turn.timer(&job, Lane::Normal, turn.now() + LEASE_MS);
    let metadata = metadata::of(PURPOSE, release.asked_for.as_ref());
    let request = ReleaseRequest { key: release.key, number: release.number, auth_id: account.to_string(), metadata };
    Ok(Some(Next::Perform(Task { job, attempt, work: Work::ReleaseNumber(request) })))
}

/// The current attempt.
pub(crate) fn attempt(turn: &Turn<'_>, (account, count): Numbered) -> Result<Option<Attempt>, Fault> {
    let release = load(turn, account, count)?;
    Ok(release.map(|release| Attempt {
        number: release.progress.attempt,
        is_booked: release.settled.is_some() || release.progress.is_answered(),
    }))
}

/// How it stands, for someone who waits.
pub(crate) fn look(turn: &Turn<'_>, (account, count): Numbered) -> Result<Option<JobState>, Fault> {
    let settled = load(turn, account, count)?.map(|release| release.settled.is_some());
    Ok(settled.map(|settled| if settled { JobState::Succeeded } else { JobState::Working }))
}

/// Books what the stock answered.
pub(crate) fn book(turn: &mut Turn<'_>, (account, count): Numbered, outcome: StockOutcome) -> Result<Next, Fault> {
    let Some(mut release) = load(turn, account, count)?.filter(|release| release.settled.is_none()) else {
        return Ok(Next::Rest);
    };
    let job = JOB.of((account, count));
    let number = release.number.clone();
    let subject = Subject { account, what: "release", count, number: &number };
    release.progress.answered();
    let (asked_for, cause) = match outcome {
        // A number that the stock does not have any more is as gone as one that it took back.
        StockOutcome::Done | StockOutcome::NotAvailable => {
            release.settled = Some(turn.now());
            release.progress.settle(turn, &job, &subject);
            turn.put(&place(account, count), &release);
            return Ok(Next::Rest);
        }
        StockOutcome::Pending(pending) => (Some(pending.ask_again), "pending".to_owned()),
        StockOutcome::Unknown(cause) => (None, cause),
        StockOutcome::NotSent(not_sent) => (Some(not_sent.ask_again), not_sent.cause),
    };
    release.progress.ask_again(turn, &job, &subject, asked_for, &cause)?;
    turn.put(&place(account, count), &release);
    Ok(Next::Rest)
}

/// Account and count in a key of a release, whichever store made it.
pub(super) fn parse_stock_key(key: &str) -> Option<(AuthId, u32)> {
    parse_outside_key(key, PURPOSE)
}

/// Takes a number off an account that has released it in the history that was lost: it owes no rent for months after that.
pub(super) fn recover(
    turn: &mut Turn<'_>,
    account: AuthId,
    count: u32,
    movement: &StockMovement,
    metadata: Option<&Metadata>,
) -> Result<Recovered, Fault> {
    if load(turn, account, count)?.is_some_and(|release| release.key == movement.key) {
        return Ok(Recovered::Known);
    }
    let at = movement.at.clamp(0, turn.now());
    let free = load(turn, account, count)?.is_none() && Numbers::reach_release(turn, account, count)?;
    let count = if free { count } else { Numbers::next_release(turn, account)? };
    let job = JOB.of((account, count));
    let mut progress = Progress::default();
    progress.start(at, true);
    let release = Release {
        v: 1,
        number: movement.number.clone(),
        key: movement.key.clone(),
        created: at,
        settled: movement.done.then_some(at),
        progress,
        asked_for: metadata.and_then(Metadata::asked),
    };
    turn.put(&place(account, count), &release);
    if !movement.done {
        turn.timer(&job, Lane::Normal, turn.now());
    }
    if let Some(asked) = &release.asked_for {
        once::remember(turn, asked, &Started { job: job.clone(), name: movement.number.clone() });
    }
    let found = records::find(turn, &movement.number)?;
    let Some((_, key, rented)) = found.filter(|(owner, _, rented)| *owner == account && rented.since <= at) else {
        return Ok(Recovered::Booked(account));
    };
    let mut numbers = [(key, rented)];
    let posted = rent::post(turn, account, &mut numbers, rent::last_month_until(at))?;
    let [(_, rented)] = numbers;
    records::remove(turn, account, &rented)?;
    tell(turn, account, "CRD-7", &rented, "released-before-the-restore");
    if posted {
        judge(turn, account, Occasion::Debit)?;
    }
    Ok(Recovered::Booked(account))
}
