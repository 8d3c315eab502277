//! The work of a task, through either door of `jobs`.

use crate::capability::{Capabilities, CouponClaims, Instant};
use crate::contract::exported::about::Class;
use crate::contract::outside_types::OutsideRequest;
use crate::engine::{CallContext, CallError, Misuse, RulesRuntime};
use crate::json;
use crate::outside::{OUTSIDE_TIME, Outside};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Requests that one task may ask for, at most. A task of today asks for two.
const REQUESTS_MAX: usize = 100;

/// Who carries out what the task of a job asks of the outside. Both doors ask the same, in the same order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EffectDoor {
    /// The host, between calls of `jobs.next-request`: no instance of the rules waits while a bank thinks.
    BetweenCalls {
        /// Time that one request may take. After it the answer is that the outcome is not known.
        outside_time: Duration,
    },
    /// The rules, inside one call of `jobs.perform`: their instance waits as long as it takes. The engine's limits say how long that may be.
    InsideCall,
}

impl Default for EffectDoor {
    fn default() -> EffectDoor {
        EffectDoor::BetweenCalls { outside_time: OUTSIDE_TIME }
    }
}

/// Does the work of a task: what `jobs.perform` would answer. `now` is asked at every call and every request. `claims` is asked for coupons of
/// another store, between calls only.
pub fn perform(
    door: EffectDoor,
    runtime: &dyn RulesRuntime,
    capabilities: &Capabilities,
    claims: &Arc<dyn CouponClaims>,
    now: impl Fn() -> Instant,
    task: &Value,
) -> Result<Value, CallError> {
    let call = |function: &str, arguments: &Value| {
        let context = CallContext { class: Class::Effect, view: None, capabilities, now: now() };
        runtime.call(None, context, function, arguments).answer
    };
    let EffectDoor::BetweenCalls { outside_time } = door else { return call("jobs.perform", &json!({"task": task})) };
    let mut answers = Vec::new();
    loop {
        let answer = call("jobs.next-request", &json!({"task": task, "answers": answers}))?;
        if let Some(done) = answer["ok"].get("done") {
            return Ok(done.clone());
        }
        // The request may hold opened secrets: it goes to the capability, and nowhere else.
        let Some(asked) = answer["ok"].get("ask") else {
            return Err(CallError::Absurd(format!("`jobs.next-request` has refused: {}", answer["err"])));
        };
        if answers.len() == REQUESTS_MAX {
            return Err(CallError::Absurd(format!("a task asks for more than {REQUESTS_MAX} requests")));
        }
        // Nor does the error quote it: errors are logged, and kept with the job.
        let request: OutsideRequest = json::from_value(asked)
            .map_err(|_| CallError::Absurd("`jobs.next-request` asks for what this host does not know".to_owned()))?;
        let outside = Outside { capabilities, time: outside_time, now: now() };
        let answer = outside.carry_out(claims, request).map_err(Misuse::Argument)?;
        answers.push(json::to_value(&answer).map_err(|error| CallError::Absurd(error.to_string()))?);
    }
}
