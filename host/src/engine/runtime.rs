//! The component as what runs the rules.

use super::component::Engine;
use super::context::CallContext;
use super::error::CallError;
use super::functions::Function;
use super::guest::{Guest, Verdict};
use super::request::{AnyAnswer, Request};
use super::rules::{CallOutcome, RulesRuntime};
use super::slot::RulesSlot;
use crate::contract::exported::about::Class;
use crate::contract::exported::{about, accounts, usage};
use crate::contract::types;
use crate::json;
use serde_json::Value;
use wasmtime::component::Val;

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

    fn callable(&self, function: &str, asked: Class) -> Result<&Function, CallError> {
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

    fn permission(&self, function: &str) -> Option<&str> {
        self.functions.get(function).and_then(|function| function.permission.as_deref())
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
            let mut answers = vec![Val::Bool(false); usize::from(function.answer.is_some())];
            called.call(&mut *guest.store, &arguments, &mut answers)?;
            let answer = answers.pop();
            Ok(Verdict { keep: !matches!(answer, Some(Val::Result(Err(_)))), answer })
        });
        outcome.and_then(|answer| match answer {
            Some(answer) => json::write(&answer).map_err(|error| CallError::Absurd(error.to_string())),
            None => Ok(Value::Null),
        })
    }

    fn request(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        request: &dyn Request,
    ) -> CallOutcome<AnyAnswer> {
        match self.callable(request.function(), context.class) {
            Ok(_) => self.run(slot, context, |guest| request.call(guest)),
            Err(error) => CallOutcome::failed(error),
        }
    }

    fn record_events(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        events: &[usage::UsageEvent],
    ) -> CallOutcome<Result<usage::BatchAnswer, usage::UsageError>> {
        self.run_result(slot, context, "usage.record-events", |guest| {
            guest.rules.coinbox_billing_usage().call_record_events(&mut *guest.store, caller, events)
        })
    }

    fn record_columns(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        columns: &usage::EventColumns,
    ) -> CallOutcome<Result<usage::AnswerColumns, usage::UsageError>> {
        self.run_result(slot, context, "usage.record-columns", |guest| {
            guest.rules.coinbox_billing_usage().call_record_columns(&mut *guest.store, caller, columns)
        })
    }

    fn get_account(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        auth_id: &str,
    ) -> CallOutcome<Result<accounts::Account, accounts::AccountError>> {
        self.run_result(slot, context, "accounts.get", |guest| {
            guest.rules.coinbox_billing_accounts().call_get(&mut *guest.store, caller, auth_id)
        })
    }

    fn authenticate(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
    ) -> CallOutcome<Result<accounts::RateLimits, accounts::AccountError>> {
        self.run_result(slot, context, "accounts.authenticate", |guest| {
            guest.rules.coinbox_billing_accounts().call_authenticate(&mut *guest.store, caller)
        })
    }
}
