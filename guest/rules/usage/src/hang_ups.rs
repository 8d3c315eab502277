//! The end of calls, carried out: a page of them is named in one order, newest first, and what could not be ended is tried again (CRD-10, R16, R48).
//!
//! Whether calls must end is decided in `credit::watch::zero_stop`.

use crate::reservations::ending::{self, schedule_refused};
use coinbox_credit::records::running_calls::{PAGE, calls, forget};
use coinbox_credit::watch::zero_stop::{Order, Stop, cause};
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::{AuthId, outside_key};
use coinbox_ground::job::{Attempt, Next, Task, Work};
use coinbox_ground::outside::{HangUpCause, HangUpRequest};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault, Instant, MINUTE_MS};
use coinbox_ledger::wallet;
use std::collections::BTreeSet;

/// Bytes of the names of one order.
pub(crate) const ORDER_BYTES_MAX: usize = 160_000;

const LEASE_MS: Instant = MINUTE_MS;

/// Pause before calls that could not be ended are tried again.
pub(crate) const STUBBORN_MS: Instant = 5_000;

/// The next page of calls to end now, and why. None: there is no reason any more.
fn due(stop: Stop, turn: &mut Turn<'_>, account: AuthId) -> Result<Option<(HangUpCause, Vec<String>, bool)>, Fault> {
    match stop {
        Stop::All => {
            let wallet = wallet::need(turn, account)?;
            let Some(why) = cause(turn, account, &wallet)? else { return Ok(None) };
            let (running, more) = calls(turn, account)?;
            Ok(Some((why, running.into_iter().map(|running| running.name).collect(), more)))
        }
        Stop::Refused => {
            let names = ending::due(turn, account, PAGE)?;
            Ok(Some((HangUpCause::ReservationRefused, names, false)))
        }
    }
}

/// Nothing is to be done now: waits for the next call that ends, if any.
fn rest(stop: Stop, turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    turn.remove(&stop.order_key(account));
    turn.cancel(&stop.job(account));
    if stop == Stop::Refused {
        schedule_refused(turn, account)?;
    }
    Ok(())
}

/// Starts ending the next page of calls.
pub(crate) fn begin(turn: &mut Turn<'_>, account: AuthId, stop: Stop) -> Result<Option<Next>, Fault> {
    let order_key = stop.order_key(account);
    let mut order = match (turn.get::<Order>(&order_key)?, stop) {
        (Some(order), _) => order,
        (None, Stop::All) => return Ok(None),
        (None, Stop::Refused) => Order::default(),
    };
    let (why, names) = match due(stop, turn, account)? {
        Some((why, names, _)) if !names.is_empty() => (why, fitting(names)),
        _ => {
            rest(stop, turn, account)?;
            return Ok(None);
        }
    };
    order.attempt = Numbers::next_hang_up(turn, account)?;
    if order.number == 0 {
        order.number = order.attempt;
    }
    order.calls = names;
    turn.put(&order_key, &order);
    let job = stop.job(account);
    turn.timer(&job, Lane::Urgent, turn.now() + LEASE_MS);
    let request = HangUpRequest {
        key: outside_key(&turn.store_name(), account, "hangup", order.number),
        auth_id: account.to_string(),
        calls: order.calls,
        cause: why,
    };
    Ok(Some(Next::Perform(Task { job, attempt: order.attempt, work: Work::HangUp(request) })))
}

/// As many of these calls as one order can name: the record of the order has a bound, and names may be long. The others follow.
pub(crate) fn fitting(mut names: Vec<String>) -> Vec<String> {
    let mut bytes = 0;
    let fit = names.iter().take_while(|name| {
        // Every character may be written as two.
        bytes += 2 * name.len() + 3;
        bytes <= ORDER_BYTES_MAX
    });
    let fit = fit.count();
    names.truncate(fit);
    names
}

/// The current attempt, if an order stands.
pub(crate) fn attempt(turn: &Turn<'_>, account: AuthId, stop: Stop) -> Result<Option<Attempt>, Fault> {
    let order = turn.get::<Order>(&stop.order_key(account))?;
    Ok(order.map(|order| Attempt { number: order.attempt, is_booked: order.calls.is_empty() }))
}

/// Takes ended calls off the list. `Err`: the answer was lost, all of them are tried again.
pub(crate) fn finish(
    turn: &mut Turn<'_>,
    account: AuthId,
    stop: Stop,
    going_on: Result<Vec<String>, String>,
) -> Result<Next, Fault> {
    let (job, order_key) = (stop.job(account), stop.order_key(account));
    let Ok(going_on) = going_on else {
        turn.timer(&job, Lane::Urgent, turn.now() + STUBBORN_MS);
        return Ok(Next::Rest);
    };
    let Some(mut order) = turn.get::<Order>(&order_key)? else { return Ok(Next::Rest) };
    let going_on: BTreeSet<String> = going_on.into_iter().collect();
    let (stubborn, ended): (Vec<_>, Vec<_>) =
        std::mem::take(&mut order.calls).into_iter().partition(|name| going_on.contains(name));
    for name in &ended {
        forget(turn, account, name)?;
    }
    if !ended.is_empty() {
        tell_ended(turn, account, stop, ended.len(), stubborn.len());
    }
    let (left, more) = match stop {
        Stop::All => {
            let (left, more) = calls(turn, account)?;
            (left.into_iter().map(|running| running.name).collect(), more)
        }
        Stop::Refused => (ending::due(turn, account, PAGE)?, false),
    };
    // Others are not kept waiting by calls that cannot be ended, as long as each attempt ends some.
    let others = more || left.iter().any(|name| !stubborn.contains(name));
    if others && !ended.is_empty() {
        if stubborn.is_empty() {
            order.number = 0;
        }
        turn.put(&order_key, &order);
        turn.timer(&job, Lane::Urgent, turn.now());
        return Ok(Next::Again);
    }
    if !left.is_empty() {
        turn.put(&order_key, &order);
        turn.timer(&job, Lane::Urgent, turn.now() + STUBBORN_MS);
        return Ok(Next::Rest);
    }
    rest(stop, turn, account)?;
    Ok(Next::Rest)
}

fn tell_ended(turn: &mut Turn<'_>, account: AuthId, stop: Stop, ended: usize, going_on: usize) {
    let (rule, cause) = match stop {
        Stop::All => ("CRD-10", None),
        Stop::Refused => ("USE-3", Some(Fact::new("cause", "extension-refused"))),
    };
    feed::event(account, "calls-ended", rule).fact("ended", ended).fact("going-on", going_on).facts(cause).tell(turn);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case 12-the-other-side-is-no-number: names are as long as Call-IDs, and an order of many still fits a record.
    #[test]
    fn an_order_names_as_many_calls_as_its_record_holds() {
        let names: Vec<String> = (0..PAGE).map(|place| format!("{place:0>255}")).collect();
        let fit = fitting(names.clone());
        assert!((300..PAGE).contains(&fit.len()), "{}", fit.len());
        assert_eq!(fit[..], names[..fit.len()]);
        let short: Vec<String> = (0..PAGE).map(|place| format!("{place:0>64}")).collect();
        assert_eq!(fitting(short.clone()), short);
        assert_eq!(fitting(Vec::new()), Vec::<String>::new());
    }
}
