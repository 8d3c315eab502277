//! The jobs of this area: mails.

use crate::mail;
use crate::person_mail;
use coinbox_ground::job::Done;
use coinbox_ground::job_row::{Effect, Job, Row};
use coinbox_ground::outside::MailOutcome;

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[
    &Row {
        kind: mail::JOB,
        begin: mail::begin,
        effect: Some(Effect {
            attempt: mail::attempt,
            finish: |turn, mail, done| mail::finish(turn, mail, outcome(done)),
        }),
        look: None,
    },
    &Row {
        kind: person_mail::JOB,
        begin: person_mail::begin,
        effect: Some(Effect {
            attempt: person_mail::attempt,
            finish: |turn, mail, done| person_mail::finish(turn, mail, outcome(done)),
        }),
        look: None,
    },
];

/// `Err`: the answer was lost.
fn outcome(done: Done) -> Result<MailOutcome, String> {
    match done {
        Done::Mail(outcome) => Ok(outcome),
        other => Err(other.lost()),
    }
}
