//! Simulation: the real rules in the real host, with random operations and faults, against an independent model.
//!
//! A seed is one history: which customers come, what they use and pay, what operators change, how cards and gateway behave, when the host
//! dies and in the middle of what. Time is simulated, so a history of months takes a fraction of a second, and the history is the same on
//! every machine. After every operation the model (`model`) must have foretold what happened. At month ends and at the end the whole ledger is
//! folded and compared with balances, lots and the gateway's own book.
//!
//! A history that fails is shortened: operations are left out as long as it still fails. The report lists the operations that are left.

mod act;
mod cast;
mod check;
mod conflict;
mod dice;
mod digests;
mod documents;
pub mod fuse;
mod leave;
mod machine;
mod model;
pub mod operation;
mod prices;
mod report;
mod restore;
mod rows;
mod run;
mod shrink;
mod supply;
pub mod three_years;
pub mod world;

pub use digests::{DigestBook, Digests, Left};
pub use run::{START, Seen, Simulation};
pub use shrink::Failure;
pub use world::{Keeping, World, stored};

use crate::engine::RulesRuntime;
use anyhow::{Context, Result};
use operation::{Choice, Operation};
use serde_json::{Value, json};
use std::sync::Arc;

/// Operations of a simulation where nothing else is asked for.
pub const OPERATIONS: usize = 80;

/// What a history came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What was seen in it.
    pub seen: Seen,
    /// Of everything that it has left: the same history leaves the same bytes.
    pub digests: Digests,
}

/// Runs the history of a seed. A failure comes back short.
pub fn run(runtime: &Arc<dyn RulesRuntime>, seed: u64, operations: usize) -> Result<Outcome, Box<Failure>> {
    let plan: Vec<(usize, Operation)> = operation::plan(seed, operations).into_iter().enumerate().collect();
    let passes = |part: &[(usize, Operation)]| attempt(runtime, seed, part).map(drop);
    attempt(runtime, seed, &plan).map_err(|failed| shrink::shrink(seed, &plan, failed, passes))
}

/// Runs some of the operations of a seed, by their places in its plan.
pub fn replay(
    runtime: &Arc<dyn RulesRuntime>,
    seed: u64,
    operations: usize,
    only: &[usize],
) -> Result<Outcome, Box<Failure>> {
    let chosen = |place: &usize| only.contains(place);
    let plan: Vec<(usize, Operation)> =
        operation::plan(seed, operations).into_iter().enumerate().filter(|(place, _)| chosen(place)).collect();
    attempt(runtime, seed, &plan).map_err(|(step, problem)| Box::new(Failure::whole(seed, &plan, step, problem)))
}

/// Runs a plan. A failure names the place in the plan that it happened at; behind the last one: while everything came to rest.
fn attempt(
    runtime: &Arc<dyn RulesRuntime>,
    seed: u64,
    plan: &[(usize, Operation)],
) -> Result<Outcome, (usize, String)> {
    let mut reached = 0;
    let mut work = || -> Result<Outcome> {
        let mut simulation = Simulation::begin(runtime.clone(), Keeping::Memory, seed)?;
        for (place, operation) in plan {
            simulation.step(*place, operation)?;
            reached += 1;
        }
        let seen = simulation.end()?;
        let digests = simulation.world.left()?.digests();
        Ok(Outcome { seen, digests })
    };
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut work));
    match ran {
        Ok(Ok(outcome)) => Ok(outcome),
        Ok(Err(error)) => Err((reached, format!("{error:#}"))),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Err((reached, format!("panic: {}", text.unwrap_or("without words"))))
        }
    }
}

/// The nth of several, counted round and round, or the newest one.
fn nth<T: Clone>(all: &[T], nth: usize) -> Option<T> {
    if nth == operation::NEWEST {
        return all.last().cloned();
    }
    (!all.is_empty()).then(|| all[nth % all.len()].clone())
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}

/// Makes a change in the policy's JSON form.
fn choose(policy: &mut Value, choice: &Choice) {
    let texts = |amounts: &[i64]| -> Vec<String> { amounts.iter().map(i64::to_string).collect() };
    match choice {
        Choice::Thresholds(thresholds) => policy["alert-thresholds"] = json!(texts(thresholds)),
        Choice::Levels(levels) => policy["ladder-levels"] = json!(levels),
        Choice::Minimum(minimum) => policy["minimum-recharge"] = json!(minimum.to_string()),
        Choice::SeriesLimit(limit) => policy["series-limit"] = json!(limit),
        Choice::FailureLimit(limit) => policy["failure-limit"] = json!(limit),
        Choice::Taxes(rates) => {
            let rate = |(country, percent, reverse): &(&str, i64, bool)| {
                json!({"country": country, "state": "", "name": format!("Tax of {percent}"), "percent": crate::text::amount(*percent),
                    "reverse-charge": reverse, "legal-basis": ""})
            };
            policy["tax-rates"] = rates.iter().map(rate).collect();
        }
        Choice::DunningDays(days) => policy["dunning-days"] = json!(days),
    }
}

/// The start of a moment's month, UTC.
fn month_of(at: i64) -> i64 {
    use jiff::{Timestamp, tz::TimeZone};
    let date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    date.first_of_month().to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

/// The start of the next month after a moment, UTC.
pub fn next_month(at: i64) -> i64 {
    use jiff::{Timestamp, ToSpan, tz::TimeZone};
    let date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let first = date.first_of_month().saturating_add(1.month());
    first.to_zoned(TimeZone::UTC).map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}
