//! The rules of a host in this process, called as an operator.

use crate::keys::Keys;
use crate::link::{Fate, LinkError, refused};
use coinbox_host::callable::takes_caller;
use coinbox_host::coinbox::{Coinbox, HostError};
use coinbox_host::contract::exported::about::Class;
use coinbox_host::contract::exported::usage::UsageEvent;
use coinbox_host::contract::types::{Caller, Operator, Principal};
use coinbox_host::engine::CallError;
use coinbox_host::json::{self as wit, JsonError};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a job is watched before the command answers that it is still open.
const PATIENCE: Duration = Duration::from_secs(4);

/// Calls as one operator with every permission.
pub struct Direct {
    coinbox: Coinbox,
    caller: Caller,
    keys: Keys,
    commanded: AtomicBool,
}

impl Direct {
    /// As this operator, under this idempotency key.
    pub fn new(coinbox: Coinbox, operator: String, key: Option<String>) -> Direct {
        let permissions = coinbox.facts().functions.iter().filter_map(|function| function.permission.clone()).collect();
        let caller = Caller {
            who: Principal::Operator(Operator { name: operator, permissions }),
            address: None,
            device: Some("coinbox command line".to_owned()),
            request: uuid::Uuid::new_v4().to_string(),
            idempotency_key: None,
            part: None,
        };
        Direct { coinbox, caller, keys: Keys::new(key), commanded: AtomicBool::new(false) }
    }

    /// One call; arguments by their names without `caller`. Answers what is inside `ok`.
    pub fn call(&self, function: &str, mut arguments: Value) -> Result<Value, LinkError> {
        if takes_caller(function) {
            let (idempotency_key, part) = self.keys.next(function);
            let caller = Caller { idempotency_key, part, ..self.coinbox.caller_for(function, &self.caller) };
            arguments["caller"] = wit::to_value(&caller).map_err(|error| LinkError::Failed(error.to_string()))?;
        }
        let command =
            self.coinbox.facts().functions.iter().any(|facts| facts.name == function && facts.class == Class::Command);
        let mut answer = self.coinbox.call(function, &arguments).map_err(|error| failed(&error))?;
        if command {
            self.commanded.store(true, Ordering::Relaxed);
        }
        match (answer.get("err"), answer.get("ok").is_some()) {
            (Some(error), _) => Err(refused(error)),
            (None, true) => Ok(answer["ok"].take()),
            (None, false) => Ok(answer),
        }
    }

    /// Rates events, at most 1000, as [`crate::link::Link::record`] does.
    pub fn record(&self, number: u32, events: &[UsageEvent]) -> Result<Vec<Fate>, LinkError> {
        self.commanded.store(true, Ordering::Relaxed);
        let (idempotency_key, part) = self.keys.part(number);
        let caller = self.coinbox.caller_for("usage.record-columns", &self.caller);
        let caller = Caller { idempotency_key, part, ..caller };
        let answer = self.coinbox.record_events(caller, events.to_vec());
        match answer.map_err(|error| failed(&error))? {
            Ok(batch) => Ok(batch.answers.into_iter().map(Ok).collect()),
            Err(error) => {
                let error = wit::to_value(&error).map_err(|error| LinkError::Failed(error.to_string()))?;
                Err(refused(&error))
            }
        }
    }

    /// Drives a job and answers `jobs.look`.
    pub fn drive(&self, job: &str) -> Result<Value, LinkError> {
        self.coinbox.drive_in_front(job, PATIENCE).map_err(|error| failed(&error))
    }

    /// Drives what commands have made due.
    pub fn drain(&self) -> Result<(), LinkError> {
        if self.commanded.load(Ordering::Relaxed) {
            self.coinbox.drain().map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    /// Under which keys.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

/// What a host says that gave no answer of the rules.
pub(crate) fn failed(error: &HostError) -> LinkError {
    match error {
        HostError::Call(CallError::Arguments(JsonError { path, problem })) if !path.is_empty() => {
            LinkError::Argument { field: path.clone(), problem: problem.clone() }
        }
        error => LinkError::Failed(error.to_string()),
    }
}
