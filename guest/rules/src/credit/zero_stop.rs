//! The end of calls: when credit is gone all running ones, newest first, in pages (CRD-10, R12, R48); before that, one whose
//! reservation could not be extended, when its reserved time is used (R16).

use crate::access::credentials;
use crate::accounts::{self, Standing};
use crate::credit::recharge;
use crate::credit::records::running_calls::{LAST_MOMENT, PAGE, calls};
pub(crate) use crate::credit::records::running_calls::{forget, index_key, is_running, name};
use crate::ground::call::{Call, Record};
use crate::ground::counters::Numbers;
use crate::ground::events::{EventDraft, emit};
use crate::ground::ids::AuthId;
use crate::ground::job::{JobKey, Next, Task, Work};
use crate::ground::money::Money;
use crate::ground::outside::{HangUpCause, HangUpRequest};
use crate::ground::port::Lane;
use crate::ground::text::is_name;
use crate::ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, MINUTE_MS, int_text};
use crate::ledger::wallet::{self, Wallet};
use crate::profiles::policy::Policy;
use crate::usage::reservations;
use crate::usage::{Error, ID_MAX};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Bytes of the names of one order.
const ORDER_BYTES_MAX: usize = 160_000;

const LEASE_MS: Instant = MINUTE_MS;

/// Pause before calls that could not be ended are tried again.
const STUBBORN_MS: Instant = 5_000;

/// A call that the platform is carrying.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunningCall {
    /// The platform's own name.
    pub call: String,
    /// Main account or sub-account.
    pub auth_id: String,
    /// When it began.
    #[serde(with = "int_text")]
    pub started: Instant,
}

/// Which calls an order ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// All running ones.
    All,
    /// Those whose extension was refused and whose reserved time is used.
    Refused,
}

impl Stop {
    fn job(self, account: AuthId) -> String {
        match self {
            Stop::All => JobKey::HangUp(account),
            Stop::Refused => JobKey::EndCalls(account),
        }
        .to_string()
    }

    fn order_key(self, account: AuthId) -> String {
        match self {
            Stop::All => format!("hu/{account}"),
            Stop::Refused => format!("hu/{account}/refused"),
        }
    }

    /// The next page of calls to end now, and why. None: there is no reason any more.
    fn due(self, call: &mut Call<'_>, account: AuthId) -> Result<Option<(HangUpCause, Vec<String>, bool)>, Fault> {
        match self {
            Stop::All => {
                let wallet = wallet::need(call, account)?;
                let Some(why) = cause(call, account, &wallet)? else { return Ok(None) };
                let (running, more) = calls(call, account)?;
                Ok(Some((why, running.into_iter().map(|running| running.name).collect(), more)))
            }
            Stop::Refused => {
                let names = reservations::ending_calls(call, account, PAGE)?;
                Ok(Some((HangUpCause::ReservationRefused, names, false)))
            }
        }
    }

    /// Nothing is to be done now: waits for the next call that ends, if any.
    fn rest(self, call: &mut Call<'_>, account: AuthId) -> Result<(), Fault> {
        call.remove(&self.order_key(account));
        call.cancel(&self.job(account));
        if self == Stop::Refused {
            schedule_refused(call, account)?;
        }
        Ok(())
    }
}

/// Sets the moment at which the next call ends whose extension was refused. An order under way sets it when it is done.
pub(crate) fn schedule_refused(call: &mut Call<'_>, account: AuthId) -> Result<(), Fault> {
    if call.get::<Order>(&Stop::Refused.order_key(account))?.is_none()
        && let Some(moment) = reservations::next_ending(call, account)?
    {
        call.timer(&Stop::Refused.job(account), Lane::Urgent, moment);
    }
    Ok(())
}

/// A hang-up order under way, at `hu/<account>` (all calls) or `hu/<account>/refused`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Order {
    v: u32,
    /// Number of the first attempt, for the request's key; 0: not begun.
    number: u32,
    /// Counted over all orders of the account, so that an answer to an earlier order is never taken for one to this; 0: not begun.
    attempt: u32,
    /// The calls of the attempt under way: what is named meanwhile was not asked to end and must not be taken for ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    calls: Vec<String>,
}

impl Order {
    fn new() -> Order {
        Order { v: 1, number: 0, attempt: 0, calls: Vec::new() }
    }
}

impl Record for Order {
    const KIND: &'static str = "hang-up order";
}

/// Why running calls must end now, if they must.
fn cause(call: &Call<'_>, account: AuthId, wallet: &Wallet) -> Result<Option<HangUpCause>, Fault> {
    Ok(match accounts::profile(call, account)?.standing {
        Standing::Closing | Standing::Closed => Some(HangUpCause::AccountClosed),
        Standing::Suspended(_) => Some(HangUpCause::Suspended),
        Standing::Active if wallet.left()? <= Money::ZERO => Some(HangUpCause::OutOfCredit),
        Standing::Active => None,
    })
}

/// Orders the end of running calls, or takes the order back. With an automatic charge due or open, calls have the policy's grace.
pub(crate) fn judge(call: &mut Call<'_>, account: AuthId, wallet: &Wallet) -> Result<(), Fault> {
    let (job, order_key) = (Stop::All.job(account), Stop::All.order_key(account));
    let Some(why) = cause(call, account, wallet)? else {
        if call.get::<Order>(&order_key)?.is_some() {
            call.remove(&order_key);
            call.cancel(&job);
        }
        return Ok(());
    };
    if calls(call, account)?.0.is_empty() {
        return Ok(());
    }
    let ordered = call.get::<Order>(&order_key)?;
    let waits = why == HangUpCause::OutOfCredit && recharge::is_charging(call, account)?;
    if ordered.is_none() {
        call.put(&order_key, &Order::new());
        let grace = if waits { Policy::load(call)?.hang_up_grace_ms } else { 0 };
        call.timer(&job, Lane::Urgent, call.now() + grace);
    } else if !waits && ordered.is_some_and(|order| order.calls.is_empty()) {
        // The charge that the calls were waiting for has failed, or a call was named while others could not be ended yet.
        call.timer(&job, Lane::Urgent, call.now());
    }
    Ok(())
}

/// Starts ending the next page of calls.
pub(crate) fn begin(call: &mut Call<'_>, account: AuthId, stop: Stop) -> Result<Option<Next>, Fault> {
    let order_key = stop.order_key(account);
    let mut order = match (call.get::<Order>(&order_key)?, stop) {
        (Some(order), _) => order,
        (None, Stop::All) => return Ok(None),
        (None, Stop::Refused) => Order::new(),
    };
    let (why, names) = match stop.due(call, account)? {
        Some((why, names, _)) if !names.is_empty() => (why, fitting(names)),
        _ => {
            stop.rest(call, account)?;
            return Ok(None);
        }
    };
    order.attempt = Numbers::next_hang_up(call, account)?;
    if order.number == 0 {
        order.number = order.attempt;
    }
    order.calls = names;
    call.put(&order_key, &order);
    let job = stop.job(account);
    call.timer(&job, Lane::Urgent, call.now() + LEASE_MS);
    let request = HangUpRequest {
        key: format!("cb-{}-{account}-hangup-{}", call.store_name(), order.number),
        auth_id: account.to_string(),
        calls: order.calls,
        cause: why,
    };
    Ok(Some(Next::Perform(Task { job, attempt: order.attempt, work: Work::HangUp(request) })))
}

/// As many of these calls as one order can name: the record of the order has a bound, and names may be long. The others follow.
fn fitting(mut names: Vec<String>) -> Vec<String> {
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

/// The current attempt, if an order stands, and whether its outcome is booked already.
pub(crate) fn attempt(call: &Call<'_>, account: AuthId, stop: Stop) -> Result<Option<(u32, bool)>, Fault> {
    Ok(call.get::<Order>(&stop.order_key(account))?.map(|order| (order.attempt, order.calls.is_empty())))
}

/// Takes ended calls off the list. `Err`: the answer was lost, all of them are tried again.
pub(crate) fn finish(
    call: &mut Call<'_>,
    account: AuthId,
    stop: Stop,
    going_on: Result<Vec<String>, String>,
) -> Result<Next, Fault> {
    let (job, order_key) = (stop.job(account), stop.order_key(account));
    let Ok(going_on) = going_on else {
        call.timer(&job, Lane::Urgent, call.now() + STUBBORN_MS);
        return Ok(Next::Rest);
    };
    let Some(mut order) = call.get::<Order>(&order_key)? else { return Ok(Next::Rest) };
    let going_on: BTreeSet<String> = going_on.into_iter().collect();
    let (stubborn, ended): (Vec<_>, Vec<_>) =
        std::mem::take(&mut order.calls).into_iter().partition(|name| going_on.contains(name));
    for name in &ended {
        forget(call, account, name)?;
    }
    if !ended.is_empty() {
        tell_ended(call, account, stop, ended.len(), stubborn.len());
    }
    let (left, more) = match stop {
        Stop::All => {
            let (left, more) = calls(call, account)?;
            (left.into_iter().map(|running| running.name).collect(), more)
        }
        Stop::Refused => (reservations::ending_calls(call, account, PAGE)?, false),
    };
    // Others are not kept waiting by calls that cannot be ended, as long as each attempt ends some.
    let others = more || left.iter().any(|name| !stubborn.contains(name));
    if others && !ended.is_empty() {
        if stubborn.is_empty() {
            order.number = 0;
        }
        call.put(&order_key, &order);
        call.timer(&job, Lane::Urgent, call.now());
        return Ok(Next::Again);
    }
    if !left.is_empty() {
        call.put(&order_key, &order);
        call.timer(&job, Lane::Urgent, call.now() + STUBBORN_MS);
        return Ok(Next::Rest);
    }
    stop.rest(call, account)?;
    Ok(Next::Rest)
}

fn tell_ended(call: &mut Call<'_>, account: AuthId, stop: Stop, ended: usize, going_on: usize) {
    let mut facts = vec![Fact::new("ended", ended), Fact::new("going-on", going_on)];
    let rule = match stop {
        Stop::All => "CRD-10",
        Stop::Refused => {
            facts.push(Fact::new("cause", "extension-refused"));
            "USE-3"
        }
    };
    emit(call, EventDraft { account: Some(account), kind: "calls-ended", rule, facts, transactions: Vec::new() });
}

/// Names running calls (CRD-10).
pub fn calls_started(call: &mut Call<'_>, caller: &Caller, started: Vec<RunningCall>) -> Result<(), Error> {
    let who = credentials::permit(call, caller, "usage.calls-started", None)?;
    crate::ground::idempotency::once(call, caller, &who.scope(), "usage.calls-started", &started, |call| {
        let mut checks = Checks::new();
        checks.require(!started.is_empty(), "calls", FieldRule::Missing, "1");
        checks.require(started.len() <= PAGE, "calls", FieldRule::TooMany, PAGE);
        let mut touched = BTreeSet::new();
        for (index, running) in started.iter().take(PAGE).enumerate() {
            let good = is_name(&running.call, ID_MAX);
            checks.require(
                good,
                &format!("calls[{index}].call"),
                FieldRule::WrongForm,
                "1 to 255 printable ASCII characters without space",
            );
            let moment = (0..=LAST_MOMENT).contains(&running.started);
            checks.require(moment, &format!("calls[{index}].started"), FieldRule::WrongForm, "0 to 9999999999999");
            let source = AuthId::parse(&running.auth_id);
            let main = match source {
                Some(source) => credentials::main_of(call, source)?,
                None => None,
            };
            checks.require(main.is_some(), &format!("calls[{index}].auth-id"), FieldRule::UnknownValue, "");
            if let (Some(source), Some(main), true, true) = (source, main, good, moment)
                && name(call, main, &running.call, source, running.started)?
            {
                touched.insert(main);
            }
        }
        checks.done()?;
        for account in touched {
            let wallet = wallet::need(call, account)?;
            judge(call, account, &wallet)?;
        }
        Ok(())
    })
}

/// Notes that calls are over.
pub fn calls_ended(call: &mut Call<'_>, caller: &Caller, auth_id: String, names: Vec<String>) -> Result<(), Error> {
    credentials::permit(call, caller, "usage.calls-ended", None)?;
    let source = AuthId::parse(&auth_id).ok_or_else(|| Fault::not_found("account"))?;
    let account = credentials::main_of(call, source)?.ok_or_else(|| Fault::not_found("account"))?;
    crate::ground::idempotency::once(call, caller, &auth_id, "usage.calls-ended", &(&auth_id, &names), |call| {
        let mut checks = Checks::new();
        checks.require(!names.is_empty(), "calls", FieldRule::Missing, "1");
        checks.require(names.len() <= PAGE, "calls", FieldRule::TooMany, PAGE);
        for (index, name) in names.iter().take(PAGE).enumerate() {
            checks.require(
                is_name(name, ID_MAX),
                &format!("calls[{index}]"),
                FieldRule::WrongForm,
                "1 to 255 printable ASCII characters without space",
            );
        }
        checks.done()?;
        for name in &names {
            forget(call, account, name)?;
        }
        Ok(())
    })
}

/// Running calls of an account and its sub-accounts, newest first.
pub fn list_calls(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<Vec<RunningCall>, Error> {
    let (_, account) = credentials::permit_on(call, caller, "usage.list-calls", &auth_id)?;
    wallet::need(call, account)?;
    Ok(calls(call, account)?
        .0
        .into_iter()
        .map(|running| RunningCall {
            call: running.name,
            auth_id: running.auth_id.to_string(),
            started: running.started,
        })
        .collect())
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
