//! What happens on the first of a month at 00:00 UTC: one job, phase by phase, a bounded page a call.
//!
//! The order is the rule (R26): first the totals reach the end of the month that is over, so that nothing of it can be missing;
//! what belongs to that month is closed before anything of the new month is posted. A call that does not come to its end has
//! changed nothing, and the next one goes on where the last one stood. Months that passed while no host was running are done one after another.

use crate::ground::calendar::Month;
use crate::ground::call::{Call, Record};
use crate::ground::job::{JobKey, Next, Progress};
use crate::ground::port::Lane;
use crate::ground::vocabulary::{Fault, MINUTE_MS};
use crate::invoices;
use crate::ledger::totals;
use crate::numbers;
use crate::payments::reconcile;
use serde::{Deserialize, Serialize};

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Phase {
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
}

/// The next phase, in order.
const PHASES: [Phase; 5] = [Phase::Totals, Phase::Close, Phase::Number, Phase::Rent, Phase::Seats];

/// Where the work stands, at `store/month-end`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct State {
    v: u32,
    /// The month that begins.
    month: Month,
    phase: Phase,
    /// Where the phase's walk stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl Record for State {
    const KIND: &'static str = "month's end";
}

const KEY: &str = "store/month-end";

/// Sets the timer for the next first of a month, if it is not set yet.
pub(crate) fn schedule(call: &mut Call<'_>) {
    if call.text(KEY).is_none() {
        let month = Month::of(call.now()).next();
        call.put(KEY, &State { v: 1, month, phase: PHASES[0], after: None });
        call.timer(&JobKey::MonthEnd.to_string(), Lane::Bulk, month.first());
    }
}

/// Whether everything that happens on the first of this month has been done: no rent of it can be outstanding.
pub(crate) fn is_over(call: &Call<'_>, month: Month) -> Result<bool, Fault> {
    Ok(call.get::<State>(KEY)?.is_some_and(|state| state.month > month))
}

/// The first month of which something may still have to be charged; none: the work has never been scheduled.
pub(crate) fn pending(call: &Call<'_>) -> Result<Option<Month>, Fault> {
    Ok(call.get::<State>(KEY)?.map(|state| state.month))
}

/// One page of the phase at hand.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Option<Next>, Fault> {
    let mut state: State = call.need(KEY)?;
    // What was paid and released before a restore is known first: no month is closed without the payments that belong to it, and nobody pays
    // rent for a number that is not held any more (R82).
    if reconcile::is_open(call)? || reconcile::is_stock_open(call)? {
        call.timer(&JobKey::MonthEnd.to_string(), Lane::Bulk, call.now() + MINUTE_MS);
        return Ok(Some(Next::Rest));
    }
    let progress = match state.phase {
        Phase::Totals => catch_up(call, state.month)?,
        Phase::Close => invoices::close_page(call, state.month, state.after.as_deref())?,
        Phase::Number => invoices::number_page(call)?,
        Phase::Rent => numbers::run_rent(call, state.month, state.after.as_deref())?,
        Phase::Seats => invoices::charge_seats(call, state.month, state.after.as_deref())?,
    };
    let job = JobKey::MonthEnd.to_string();
    match progress {
        Progress::After(after) => state.after = Some(after),
        Progress::Done => {
            let next = PHASES.iter().skip_while(|phase| **phase != state.phase).nth(1);
            state.after = None;
            match next {
                Some(phase) => state.phase = *phase,
                None => {
                    state.month = state.month.next();
                    state.phase = PHASES[0];
                    call.put(KEY, &state);
                    call.timer(&job, Lane::Bulk, state.month.first());
                    return Ok(Some(Next::Rest));
                }
            }
        }
    }
    call.put(KEY, &state);
    call.timer(&job, Lane::Bulk, call.now());
    Ok(Some(Next::Again))
}

fn catch_up(call: &mut Call<'_>, month: Month) -> Result<Progress, Fault> {
    if totals::are_complete_before(call, month.first())? {
        return Ok(Progress::Done);
    }
    let reached = totals::fold_next(call)?;
    Ok(Progress::After(reached))
}
