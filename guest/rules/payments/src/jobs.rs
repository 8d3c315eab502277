//! The jobs of this area: charges, refunds, cards, collection, coupons of another store, what the gateway has moved since a backup.

use crate::coupons::elsewhere;
use crate::{cards, charges, dunning, reconcile, refunds};
use coinbox_credit::records;
use coinbox_credit::records::reconciliation::{Outside, PAYMENTS_JOB};
use coinbox_ground::job::Done;
use coinbox_ground::job_row::{Effect, Job, Row};
use coinbox_ground::outside::{MethodAnswer, MovementPage};

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[
    &Row {
        kind: coinbox_ledger::charges::JOB,
        begin: charges::begin,
        effect: Some(Effect { attempt: charges::attempt, finish: charges::finish }),
        look: Some(charges::look),
    },
    &Row {
        kind: records::refunds::JOB,
        begin: refunds::begin,
        effect: Some(Effect { attempt: refunds::attempt, finish: refunds::finish }),
        look: Some(refunds::look),
    },
    &Row {
        kind: cards::DESCRIBE,
        begin: cards::begin_describe,
        effect: Some(Effect {
            attempt: cards::describe_attempt,
            finish: |turn, card, done| cards::finish_describe(turn, card, described(done)),
        }),
        look: Some(cards::look),
    },
    &Row {
        kind: cards::FORGET,
        begin: cards::begin_forget,
        effect: Some(Effect {
            attempt: cards::forget_attempt,
            finish: |turn, card, done| cards::finish_forget(turn, card, matches!(done, Done::MethodForgotten(true))),
        }),
        look: None,
    },
    &Row::inside(cards::EXPIRING, cards::mail_expiring),
    &Row::inside(records::dunning::JOB, dunning::run),
    &Row {
        kind: elsewhere::JOB,
        begin: elsewhere::begin,
        effect: Some(Effect { attempt: elsewhere::attempt, finish: elsewhere::finish }),
        look: Some(elsewhere::look),
    },
    &Row {
        kind: PAYMENTS_JOB,
        begin: |turn, _| reconcile::begin(turn, Outside::Payments),
        effect: Some(Effect {
            attempt: |turn, _| reconcile::attempt(turn, Outside::Payments),
            finish: |turn, _, done| reconcile::finish(turn, movements(done)),
        }),
        look: None,
    },
];

/// What a token stands for. `Err`: the answer was lost.
fn described(done: Done) -> Result<MethodAnswer, String> {
    match done {
        Done::Method(answer) => Ok(answer),
        other => Err(other.lost()),
    }
}

/// A page of movements; none: the gateway could not be asked.
fn movements(done: Done) -> Option<MovementPage> {
    match done {
        Done::Movements(page) => page,
        _ => None,
    }
}
