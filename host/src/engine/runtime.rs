//! Calls by name, with arguments and answers as JSON, and the few calls that are too frequent for that.

use super::error::CallError;
use super::{CallContext, Class, Engine, Guest, RulesSlot, Verdict};

use crate::contract::exported::{about, accounts, usage};
use crate::contract::types;
use crate::json;
use crate::storage::Changes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use wasmtime::component::Val;

/// What came of one call.
#[derive(Debug)]
pub struct CallOutcome<T = Value> {
    /// The answer, which may be the function's own `err`, or why there is none.
    pub answer: Result<T, CallError>,
    /// What a command that answered `ok` changes; `None`: nothing.
    pub changes: Option<Changes>,
}

impl<T> CallOutcome<T> {
    fn failed(error: impl Into<CallError>) -> Self {
        CallOutcome { answer: Err(error.into()), changes: None }
    }

    /// The answer in another form; an answer that has none takes the changes with it.
    fn and_then<U>(self, read: impl FnOnce(T) -> Result<U, CallError>) -> CallOutcome<U> {
        match self.answer.and_then(read) {
            Ok(answer) => CallOutcome { answer: Ok(answer), changes: self.changes },
            Err(error) => CallOutcome::failed(error),
        }
    }
}

/// Whatever runs the rules: the component, or in tests the same rules as native code.
///
/// With a slot a call uses, and leaves there, what the calling thread keeps for the next one; without, something idle.
pub trait RulesRuntime: Send + Sync {
    /// What the rules say about themselves.
    fn facts(&self) -> &about::Facts;

    /// One call; arguments and answer in the form of [`crate::json`].
    fn call(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome;

    /// Class of a function; `None`: there is no such function.
    fn class(&self, function: &str) -> Option<Class> {
        self.facts().functions.iter().find(|facts| facts.name == function).map(|facts| facts.class)
    }

    /// `usage.record-events`.
    fn record_events(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        events: &[usage::Event],
    ) -> CallOutcome<Result<usage::BatchAnswer, usage::Error>> {
        #[derive(Serialize)]
        struct Arguments<'a> {
            caller: &'a types::Caller,
            events: &'a [usage::Event],
        }
        self.call_as(slot, context, "usage.record-events", &Arguments { caller, events })
    }

    /// `accounts.get`.
    fn get_account(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        auth_id: &str,
    ) -> CallOutcome<Result<accounts::Account, accounts::Error>> {
        #[derive(Serialize)]
        struct Arguments<'a> {
            caller: &'a types::Caller,
            auth_id: &'a str,
        }
        self.call_as(slot, context, "accounts.get", &Arguments { caller, auth_id })
    }

    /// `accounts.authenticate`.
    fn authenticate(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
    ) -> CallOutcome<Result<accounts::RateLimits, accounts::Error>> {
        #[derive(Serialize)]
        struct Arguments<'a> {
            caller: &'a types::Caller,
        }
        self.call_as(slot, context, "accounts.authenticate", &Arguments { caller })
    }
}

/// Any call with the types of the contract, through their JSON form. For all calls that are not frequent.
pub trait CallAs {
    /// `arguments`: a struct with the parameters of the function as fields, underscores for hyphens.
    fn call_as<A: Serialize, T: DeserializeOwned>(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &A,
    ) -> CallOutcome<T>;
}

impl<R: RulesRuntime + ?Sized> CallAs for R {
    fn call_as<A: Serialize, T: DeserializeOwned>(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &A,
    ) -> CallOutcome<T> {
        match json::to_value(arguments) {
            Ok(arguments) => self
                .call(slot, context, function, &arguments)
                .and_then(|answer| json::from_value(&answer).map_err(|error| CallError::Absurd(error.to_string()))),
            Err(error) => CallOutcome::failed(error),
        }
    }
}

impl Engine {
    /// One typed call whose WIT type is a `result`: its `err` throws the changes away.
    fn run_result<T, E>(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        call: impl FnOnce(&mut Guest<'_>) -> wasmtime::Result<Result<T, E>>,
    ) -> CallOutcome<Result<T, E>> {
        if let Err(error) = self.callable(function, context.class) {
            return CallOutcome::failed(error);
        }
        self.run(slot, context, |guest| {
            let answer = call(guest)?;
            Ok(Verdict { keep: answer.is_ok(), answer })
        })
    }

    fn callable(&self, function: &str, asked: Class) -> Result<&super::Function, CallError> {
        let found = self.functions.get(function).ok_or_else(|| CallError::NoSuchFunction(function.to_owned()))?;
        if found.class != asked {
            return Err(CallError::WrongClass { function: function.to_owned(), described: found.class, asked });
        }
        Ok(found)
    }
}

impl RulesRuntime for Engine {
    fn facts(&self) -> &about::Facts {
        self.functions.facts()
    }

    fn class(&self, function: &str) -> Option<Class> {
        self.functions.get(function).map(|function| function.class)
    }

    fn call(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome {
        let function = match self.callable(function, context.class) {
            Ok(function) => function,
            Err(error) => return CallOutcome::failed(error),
        };
        let arguments = match json::read_arguments(&function.parameters, arguments) {
            Ok(arguments) => arguments,
            Err(error) => return CallOutcome::failed(error),
        };
        let outcome = self.run(slot, context, |guest| {
            let called = guest.instance.get_func(&mut *guest.store, function.index);
            let called = called.expect("indices are of this component");
            let mut answers = vec![Val::Bool(false); usize::from(function.answers)];
            called.call(&mut *guest.store, &arguments, &mut answers)?;
            let answer = answers.pop();
            Ok(Verdict { keep: !matches!(answer, Some(Val::Result(Err(_)))), answer })
        });
        outcome.and_then(|answer| match answer {
            Some(answer) => json::write(&answer).map_err(|error| CallError::Absurd(error.to_string())),
            None => Ok(Value::Null),
        })
    }

    fn record_events(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        events: &[usage::Event],
    ) -> CallOutcome<Result<usage::BatchAnswer, usage::Error>> {
        self.run_result(slot, context, "usage.record-events", |guest| {
            guest.rules.coinbox_billing_usage().call_record_events(&mut *guest.store, caller, events)
        })
    }

    fn get_account(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        auth_id: &str,
    ) -> CallOutcome<Result<accounts::Account, accounts::Error>> {
        self.run_result(slot, context, "accounts.get", |guest| {
            guest.rules.coinbox_billing_accounts().call_get(&mut *guest.store, caller, auth_id)
        })
    }

    fn authenticate(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
    ) -> CallOutcome<Result<accounts::RateLimits, accounts::Error>> {
        self.run_result(slot, context, "accounts.authenticate", |guest| {
            guest.rules.coinbox_billing_accounts().call_authenticate(&mut *guest.store, caller)
        })
    }
}
