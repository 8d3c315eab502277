//! The end of credit: running calls are ended, newest first, in pages (CRD-10, R12, R48).

use crate::accounts::{self, Standing};
use crate::call::{Call, Record};
use crate::credentials;
use crate::events::{EventDraft, emit};
use crate::ids::{AuthId, time_key};
use crate::jobs::{JobKey, Next, Task, Work};
use crate::money::Money;
use crate::numbers::Numbers;
use crate::outside::{HangUpCause, HangUpRequest};
use crate::policy::Policy;
use crate::port::Lane;
use crate::recharge;
use crate::text::is_name;
use crate::usage::Error;
use crate::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, MINUTE_MS, int_text};
use crate::wallet::{self, Wallet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Calls in one hang-up request, one report or one list.
const PAGE: usize = 1000;
/// Latest moment that keys can order.
const LAST_MOMENT: Instant = 9_999_999_999_999;
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

/// A running call, at `call/<account>/<start, newest first>/<name>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Running {
    v: u32,
    name: String,
    auth_id: AuthId,
    started: Instant,
}

impl Record for Running {
    const KIND: &'static str = "running call";
}

/// Where a running call is, by its name, at `calli/<account>/<name>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Index {
    v: u32,
    key: String,
}

impl Record for Index {
    const KIND: &'static str = "running call index";
}

/// A hang-up order under way, at `hu/<account>`.
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

fn index_key(account: AuthId, name: &str) -> String {
    format!("calli/{account}/{name}")
}

fn order_key(account: AuthId) -> String {
    format!("hu/{account}")
}

fn calls(call: &Call<'_>, account: AuthId) -> Result<(Vec<Running>, bool), Fault> {
    let (entries, more) = call.list::<Running>(&format!("call/{account}/"), PAGE)?;
    Ok((entries.into_iter().map(|(_, running)| running).collect(), more))
}

/// Why running calls must end now, if they must.
fn cause(call: &Call<'_>, account: AuthId, wallet: &Wallet) -> Result<Option<HangUpCause>, Fault> {
    Ok(match accounts::profile(call, account)?.standing {
        Standing::Closed => Some(HangUpCause::AccountClosed),
        Standing::Suspended(_) => Some(HangUpCause::Suspended),
        Standing::Active if wallet.balance <= Money::ZERO => Some(HangUpCause::OutOfCredit),
        Standing::Active => None,
    })
}

/// Orders the end of running calls, or takes the order back. With an automatic charge due or open, calls have the policy's grace.
pub(crate) fn judge(call: &mut Call<'_>, account: AuthId, wallet: &Wallet) -> Result<(), Fault> {
    let job = JobKey::HangUp(account).to_string();
    let Some(why) = cause(call, account, wallet)? else {
        if call.get::<Order>(&order_key(account))?.is_some() {
            call.remove(&order_key(account));
            call.cancel(&job);
        }
        return Ok(());
    };
    if calls(call, account)?.0.is_empty() {
        return Ok(());
    }
    let ordered = call.get::<Order>(&order_key(account))?;
    let waits = why == HangUpCause::OutOfCredit && recharge::is_charging(call, account)?;
    if ordered.is_none() {
        call.put(&order_key(account), &Order::new());
        let grace = if waits { Policy::load(call)?.hang_up_grace_ms } else { 0 };
        call.timer(&job, Lane::Urgent, call.now() + grace);
    } else if !waits && ordered.is_some_and(|order| order.calls.is_empty()) {
        // The charge that the calls were waiting for has failed, or a call was named while others could not be ended yet.
        call.timer(&job, Lane::Urgent, call.now());
    }
    Ok(())
}

/// Starts ending the newest page of calls.
pub(crate) fn begin(call: &mut Call<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    let Some(mut order) = call.get::<Order>(&order_key(account))? else { return Ok(None) };
    let wallet = wallet::need(call, account)?;
    let (running, _) = calls(call, account)?;
    let why = cause(call, account, &wallet)?;
    let (Some(why), false) = (why, running.is_empty()) else {
        call.remove(&order_key(account));
        return Ok(None);
    };
    order.attempt = Numbers::next_hang_up(call, account)?;
    if order.number == 0 {
        order.number = order.attempt;
    }
    order.calls = running.into_iter().map(|running| running.name).collect();
    call.put(&order_key(account), &order);
    let job = JobKey::HangUp(account).to_string();
    call.timer(&job, Lane::Urgent, call.now() + LEASE_MS);
    let request = HangUpRequest {
        key: format!("cb-{}-{account}-hangup-{}", call.store_name(), order.number),
        auth_id: account.to_string(),
        calls: order.calls,
        cause: why,
    };
    Ok(Some(Next::Perform(Task { job, attempt: order.attempt, work: Work::HangUp(request) })))
}

/// The current attempt, if an order stands, and whether its outcome is booked already.
pub(crate) fn attempt(call: &Call<'_>, account: AuthId) -> Result<Option<(u32, bool)>, Fault> {
    Ok(call.get::<Order>(&order_key(account))?.map(|order| (order.attempt, order.calls.is_empty())))
}

/// Takes ended calls off the list. `Err`: the answer was lost, all of them are tried again.
pub(crate) fn finish(
    call: &mut Call<'_>,
    account: AuthId,
    going_on: Result<Vec<String>, String>,
) -> Result<Next, Fault> {
    let job = JobKey::HangUp(account).to_string();
    let Ok(going_on) = going_on else {
        call.timer(&job, Lane::Urgent, call.now() + STUBBORN_MS);
        return Ok(Next::Rest);
    };
    let Some(mut order) = call.get::<Order>(&order_key(account))? else { return Ok(Next::Rest) };
    let going_on: BTreeSet<String> = going_on.into_iter().collect();
    let (stubborn, ended): (Vec<_>, Vec<_>) =
        std::mem::take(&mut order.calls).into_iter().partition(|name| going_on.contains(name));
    for name in &ended {
        forget(call, account, name)?;
    }
    if !ended.is_empty() {
        emit(
            call,
            EventDraft {
                account: Some(account),
                kind: "calls-ended",
                rule: "CRD-10",
                facts: vec![Fact::new("ended", ended.len()), Fact::new("going-on", stubborn.len())],
                transactions: Vec::new(),
            },
        );
    }
    let (left, more) = calls(call, account)?;
    // Others are not kept waiting by calls that cannot be ended, as long as each attempt ends some.
    let others = more || left.iter().any(|running| !stubborn.contains(&running.name));
    if others && !ended.is_empty() {
        if stubborn.is_empty() {
            order.number = 0;
        }
        call.put(&order_key(account), &order);
        call.timer(&job, Lane::Urgent, call.now());
        return Ok(Next::Again);
    }
    if !left.is_empty() {
        call.put(&order_key(account), &order);
        call.timer(&job, Lane::Urgent, call.now() + STUBBORN_MS);
        return Ok(Next::Rest);
    }
    call.remove(&order_key(account));
    call.cancel(&job);
    Ok(Next::Rest)
}

fn forget(call: &mut Call<'_>, account: AuthId, name: &str) -> Result<(), Fault> {
    let index = index_key(account, name);
    if let Some(place) = call.get::<Index>(&index)? {
        call.remove(&place.key);
        call.remove(&index);
    }
    Ok(())
}

/// Names running calls (CRD-10).
pub fn calls_started(call: &mut Call<'_>, caller: &Caller, started: Vec<RunningCall>) -> Result<(), Error> {
    let who = credentials::permit(call, caller, "usage.calls-started", None)?;
    crate::idempotency::once(call, caller, &who.scope(), "usage.calls-started", &started, |call| {
        let mut checks = Checks::new();
        checks.require(!started.is_empty(), "calls", FieldRule::Missing, "1");
        checks.require(started.len() <= PAGE, "calls", FieldRule::TooMany, PAGE);
        let mut touched = BTreeSet::new();
        for (index, running) in started.iter().take(PAGE).enumerate() {
            let good = is_name(&running.call, 64);
            checks.require(
                good,
                &format!("calls[{index}].call"),
                FieldRule::WrongForm,
                "1 to 64 printable ASCII characters without space",
            );
            let moment = (0..=LAST_MOMENT).contains(&running.started);
            checks.require(moment, &format!("calls[{index}].started"), FieldRule::WrongForm, "0 to 9999999999999");
            let source = AuthId::parse(&running.auth_id);
            let main = match source {
                Some(source) => credentials::main_of(call, source)?,
                None => None,
            };
            checks.require(main.is_some(), &format!("calls[{index}].auth-id"), FieldRule::UnknownValue, "");
            if let (Some(source), Some(main), true, true) = (source, main, good, moment) {
                let index = index_key(main, &running.call);
                if call.get::<Index>(&index)?.is_none() {
                    let key = format!("call/{main}/{}/{}", time_key(LAST_MOMENT - running.started), running.call);
                    let record =
                        Running { v: 1, name: running.call.clone(), auth_id: source, started: running.started };
                    call.put(&key, &record);
                    call.put(&index, &Index { v: 1, key });
                    touched.insert(main);
                }
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
    crate::idempotency::once(call, caller, &auth_id, "usage.calls-ended", &(&auth_id, &names), |call| {
        let mut checks = Checks::new();
        checks.require(!names.is_empty(), "calls", FieldRule::Missing, "1");
        checks.require(names.len() <= PAGE, "calls", FieldRule::TooMany, PAGE);
        for (index, name) in names.iter().take(PAGE).enumerate() {
            checks.require(
                is_name(name, 64),
                &format!("calls[{index}]"),
                FieldRule::WrongForm,
                "1 to 64 printable ASCII characters without space",
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
