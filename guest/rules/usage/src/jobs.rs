//! The jobs of this area: calls that must end, reservations whose time is over, daily summaries, days on which much was used.

use crate::reservations::{self, records};
use crate::{daily, hang_ups, unusual};
use coinbox_credit::watch::zero_stop::{END_CALLS, HANG_UP, Stop};
use coinbox_ground::job::Done;
use coinbox_ground::job_row::{Effect, Job, Row};
use coinbox_ledger::totals;

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[
    &Row {
        kind: HANG_UP,
        begin: |turn, account| hang_ups::begin(turn, account, Stop::All),
        effect: Some(Effect {
            attempt: |turn, account| hang_ups::attempt(turn, account, Stop::All),
            finish: |turn, account, done| hang_ups::finish(turn, account, Stop::All, going_on(done)),
        }),
        look: None,
    },
    &Row {
        kind: END_CALLS,
        begin: |turn, account| hang_ups::begin(turn, account, Stop::Refused),
        effect: Some(Effect {
            attempt: |turn, account| hang_ups::attempt(turn, account, Stop::Refused),
            finish: |turn, account, done| hang_ups::finish(turn, account, Stop::Refused, going_on(done)),
        }),
        look: None,
    },
    &Row::inside(records::JOB, |turn, _| reservations::run(turn)),
    &Row::inside(totals::daily::JOB, daily::run),
    &Row::inside(totals::habit::JOB, unusual::run),
];

/// The calls that go on. `Err`: the answer was lost.
fn going_on(done: Done) -> Result<Vec<String>, String> {
    match done {
        Done::HangUp(going_on) => Ok(going_on),
        other => Err(other.lost()),
    }
}
