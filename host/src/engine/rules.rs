//! Whatever runs the rules: calls by name, with arguments and answers as JSON, and the few calls that are too frequent for that.

use super::context::CallContext;
use super::error::CallError;
use super::request::{AnyAnswer, Request};
use super::slot::RulesSlot;
use crate::contract::exported::about::Class;
use crate::contract::exported::{about, accounts, usage};
use crate::contract::types;
use crate::json;
use crate::storage::Changes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What came of one call.
#[derive(Debug)]
pub struct CallOutcome<T = Value> {
    /// The answer, which may be the function's own `err`, or why there is none.
    pub answer: Result<T, CallError>,
    /// What a command that answered `ok` changes; `None`: nothing.
    pub changes: Option<Changes>,
}

impl<T> CallOutcome<T> {
    pub(super) fn failed(error: impl Into<CallError>) -> Self {
        CallOutcome { answer: Err(error.into()), changes: None }
    }

    /// The answer in another form; an answer that has none takes the changes with it.
    pub(super) fn and_then<U>(self, read: impl FnOnce(T) -> Result<U, CallError>) -> CallOutcome<U> {
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

    /// One call with the types of the contract; its answer is of the type that the request names.
    fn request(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        request: &dyn Request,
    ) -> CallOutcome<AnyAnswer> {
        match request.arguments() {
            Ok(arguments) => self
                .call(slot, context, request.function(), &arguments)
                .and_then(|answer| request.read(&answer).map_err(|error| CallError::Absurd(error.to_string()))),
            Err(error) => CallOutcome::failed(error),
        }
    }

    /// Class of a function; `None`: there is no such function.
    fn class(&self, function: &str) -> Option<Class> {
        self.facts().functions.iter().find(|facts| facts.name == function).map(|facts| facts.class)
    }

    /// The permission that a function asks for.
    fn permission(&self, function: &str) -> Option<&str> {
        let facts = self.facts().functions.iter().find(|facts| facts.name == function);
        facts.and_then(|facts| facts.permission.as_deref())
    }

    /// `usage.record-events`.
    fn record_events(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        events: &[usage::UsageEvent],
    ) -> CallOutcome<Result<usage::BatchAnswer, usage::UsageError>> {
        #[derive(Serialize)]
        struct Arguments<'a> {
            caller: &'a types::Caller,
            events: &'a [usage::UsageEvent],
        }
        self.call_as(slot, context, "usage.record-events", &Arguments { caller, events })
    }

    /// `usage.record-columns`.
    fn record_columns(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        columns: &usage::EventColumns,
    ) -> CallOutcome<Result<usage::AnswerColumns, usage::UsageError>> {
        #[derive(Serialize)]
        struct Arguments<'a> {
            caller: &'a types::Caller,
            columns: &'a usage::EventColumns,
        }
        self.call_as(slot, context, "usage.record-columns", &Arguments { caller, columns })
    }

    /// `accounts.get`.
    fn get_account(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        auth_id: &str,
    ) -> CallOutcome<Result<accounts::Account, accounts::AccountError>> {
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
    ) -> CallOutcome<Result<accounts::RateLimits, accounts::AccountError>> {
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
