//! One call of any function with the types of the contract: what the typed door hands to whatever runs the rules.

use super::guest::{Guest, Verdict};
use crate::contract::Rules;
use crate::contract::exported::about;
use crate::json::{self, JsonError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::Any;
use wasmtime::AsContextMut;

/// An answer of the type that its [`TypedRequest`] names.
pub type AnyAnswer = Box<dyn Any + Send>;

/// A call with its arguments, whatever the function. Every [`TypedRequest`] is one.
pub trait Request: Send + Sync {
    /// `interface.function`.
    fn function(&self) -> &'static str;

    /// Straight to the component, without a detour through JSON.
    fn call(&self, guest: &mut Guest<'_>) -> wasmtime::Result<Verdict<AnyAnswer>>;

    /// The arguments in the form of [`crate::json`], for what runs the rules in another way.
    fn arguments(&self) -> Result<Value, JsonError>;

    /// The answer to them, from the same form.
    fn read(&self, answer: &Value) -> Result<AnyAnswer, JsonError>;
}

/// The arguments of one function as a record with the names of the contract, underscores for hyphens.
pub trait TypedRequest: Serialize + Send + Sync + 'static {
    /// `interface.function`.
    const FUNCTION: &'static str;

    /// What the function answers.
    type Answer: Answer;

    /// Calls the function of the component.
    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer>;
}

/// What a function of the contract answers.
pub trait Answer: DeserializeOwned + Send + 'static {
    /// Whether what the function has staged is kept: not if it answered `err`.
    fn keeps(&self) -> bool {
        true
    }
}

impl<T: DeserializeOwned + Send + 'static, E: DeserializeOwned + Send + 'static> Answer for Result<T, E> {
    fn keeps(&self) -> bool {
        self.is_ok()
    }
}

impl<T: DeserializeOwned + Send + 'static> Answer for Option<T> {}

impl Answer for about::Facts {}

impl<R: TypedRequest> Request for R {
    fn function(&self) -> &'static str {
        R::FUNCTION
    }

    fn call(&self, guest: &mut Guest<'_>) -> wasmtime::Result<Verdict<AnyAnswer>> {
        let answer = self.send(guest.rules, &mut *guest.store)?;
        Ok(Verdict { keep: answer.keeps(), answer: Box::new(answer) })
    }

    fn arguments(&self) -> Result<Value, JsonError> {
        json::to_value(self)
    }

    fn read(&self, answer: &Value) -> Result<AnyAnswer, JsonError> {
        Ok(Box::new(json::from_value::<R::Answer>(answer)?))
    }
}
