//! The jobs of this area: orders and releases, rent that is owed, numbers that have to go, what the stock has done since a backup.

use crate::{buying, debts, family, owing, reconciled, releasing};
use coinbox_credit::records::reconciliation::{Outside, STOCK_JOB};
use coinbox_ground::job::Done;
use coinbox_ground::job_row::{Effect, Job, Row};
use coinbox_ground::outside::{StockOutcome, StockPage};
use coinbox_payments::reconcile;

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[
    &Row {
        kind: buying::JOB,
        begin: buying::begin,
        effect: Some(Effect {
            attempt: buying::attempt,
            finish: |turn, order, done| buying::book(turn, order, outcome(done)),
        }),
        look: Some(buying::look),
    },
    &Row {
        kind: releasing::JOB,
        begin: releasing::begin,
        effect: Some(Effect {
            attempt: releasing::attempt,
            finish: |turn, release, done| releasing::book(turn, release, outcome(done)),
        }),
        look: Some(releasing::look),
    },
    &Row::inside(owing::JOB, debts::watch),
    &Row::inside(family::JOB, family::disband_all),
    &Row {
        kind: STOCK_JOB,
        begin: |turn, _| reconcile::begin(turn, Outside::Stock),
        effect: Some(Effect {
            attempt: |turn, _| reconcile::attempt(turn, Outside::Stock),
            finish: |turn, _, done| reconciled::finish_stock(turn, movements(done)),
        }),
        look: None,
    },
];

/// What the stock has answered to an order or a release.
fn outcome(done: Done) -> StockOutcome {
    match done {
        Done::Number(outcome) => outcome,
        other => StockOutcome::Unknown(other.lost()),
    }
}

/// A page of orders and releases; none: the stock could not be asked.
fn movements(done: Done) -> Option<StockPage> {
    match done {
        Done::StockMovements(page) => page,
        _ => None,
    }
}
