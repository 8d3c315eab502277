//! What happens on the first of a month at 00:00 UTC: one job, phase by phase, a bounded page a call.
//!
//! The order is the rule (R26): first the totals reach the end of the month that is over, so that nothing of it can be missing;
//! what belongs to that month is closed before anything of the new month is posted. A call that does not come to its end has
//! changed nothing, and the next one goes on where the last one stood. Months that passed while no host was running are done one after another.

use crate::credit::records::reconciliation;
use crate::ground::calendar::Month;
use crate::ground::job::{Next, Progress};
use crate::ground::port::Lane;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Fault, MINUTE_MS};
use crate::invoices;
use crate::ledger::months::{JOB, KEY, PHASES, Phase, State};
use crate::ledger::totals;
use crate::numbers::rent_run;

/// One page of the phase at hand.
pub(crate) fn run(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    let mut state: State = turn.need(KEY)?;
    // What was paid and released before a restore is known first: no month is closed without the payments that belong to it, and nobody pays
    // rent for a number that is not held any more (R82).
    if reconciliation::is_open(turn)? || reconciliation::is_stock_open(turn)? {
        turn.timer(&JOB.key(), Lane::Bulk, turn.now() + MINUTE_MS);
        return Ok(Some(Next::Rest));
    }
    let progress = match state.phase {
        Phase::Totals => catch_up(turn, state.month)?,
        Phase::Close => invoices::close_page(turn, state.month, state.after.as_deref())?,
        Phase::Number => invoices::number_page(turn)?,
        Phase::Rent => rent_run::run(turn, state.month, state.after.as_deref())?,
        Phase::Seats => invoices::charge_seats(turn, state.month, state.after.as_deref())?,
        Phase::Recurring => invoices::recurring::charge_page(turn, state.month, state.after.as_deref())?,
    };
    let job = JOB.key();
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
                    turn.put(KEY, &state);
                    turn.timer(&job, Lane::Bulk, state.month.first());
                    return Ok(Some(Next::Rest));
                }
            }
        }
    }
    turn.put(KEY, &state);
    turn.timer(&job, Lane::Bulk, turn.now());
    Ok(Some(Next::Again))
}

fn catch_up(turn: &mut Turn<'_>, month: Month) -> Result<Progress, Fault> {
    if totals::are_complete_before(turn, month.first())? {
        return Ok(Progress::Done);
    }
    let reached = totals::fold_next(turn)?;
    Ok(Progress::After(reached))
}
