//! How far the work of the first of a month has come: which month is begun, and what of it has been done. The work itself is in `month_end`.

use coinbox_ground::calendar::Month;
use coinbox_ground::job::{JobKind, Store};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Totals reach the end of the month before.
    Totals,
    /// Invoices of the month before are drafted, their tax is posted (R26).
    Close,
    /// Drafts get their numbers and are issued (R49).
    Number,
    /// Rent of the month that begins (NUM-3).
    Rent,
    /// Seats are charged for the month that begins (R45).
    Seats,
    /// Recurring charges of the month that begins (USE-7).
    Recurring,
}

/// The next phase, in order.
pub const PHASES: [Phase; 6] =
    [Phase::Totals, Phase::Close, Phase::Number, Phase::Rent, Phase::Seats, Phase::Recurring];

/// Where the work stands, at `store/month-end`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct State {
    /// Version of the record.
    pub v: u32,
    /// The month that begins.
    pub month: Month,
    /// What is being done.
    pub phase: Phase,
    /// Where the phase's walk stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Record for State {
    const KIND: &'static str = "month's end";
}

/// Key of the record.
pub const KEY: &str = "store/month-end";

/// The job that does what happens on the first of a month.
pub const JOB: JobKind<Store> = JobKind::new("month-end");

/// Sets the timer for the next first of a month, if it is not set yet.
pub fn schedule(turn: &mut Turn<'_>) {
    if turn.text(KEY).is_none() {
        let month = Month::of(turn.now()).next();
        turn.put(KEY, &State { v: 1, month, phase: PHASES[0], after: None });
        turn.timer(&JOB.key(), Lane::Bulk, month.first());
    }
}

/// Whether everything that happens on the first of this month has been done: no rent of it can be outstanding.
pub fn is_over(turn: &Turn<'_>, month: Month) -> Result<bool, Fault> {
    Ok(turn.get::<State>(KEY)?.is_some_and(|state| state.month > month))
}

/// The first month of which something may still have to be charged; none: the work has never been scheduled.
pub fn pending(turn: &Turn<'_>) -> Result<Option<Month>, Fault> {
    Ok(turn.get::<State>(KEY)?.map(|state| state.month))
}
