//! Runs the history of a seed.

use super::digests::Digests;
use super::operation::Operation;
use super::plan::plan;
use super::run::{Seen, Simulation};
use super::shrink::{self, Failure};
use super::world::Keeping;
use anyhow::Result;
use coinbox_host::engine::RulesRuntime;
use std::sync::Arc;

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
    let plan: Vec<(usize, Operation)> = plan(seed, operations).into_iter().enumerate().collect();
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
        plan(seed, operations).into_iter().enumerate().filter(|(place, _)| chosen(place)).collect();
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
