//! The typed door of the host, function by function, for tests that know functions by name only.

#[rustfmt::skip]
mod table;

pub use table::ROWS;

use coinbox_host::coinbox::{Coinbox, HostError};
use coinbox_host::engine::CallError;
use coinbox_host::json::{self, JsonError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// From JSON into a Rust type and back.
pub type Through = fn(&Value) -> Result<Value, JsonError>;

/// One function.
pub struct Row {
    /// `interface.function`.
    pub function: &'static str,
    /// Its parameters in order, by their names in the contract.
    pub arguments: &'static [(&'static str, Through)],
    /// Its answer.
    pub answer: Through,
    /// Calls it through the typed door.
    pub call: fn(&Coinbox, &Given) -> Result<Value, HostError>,
}

/// Arguments by name, in the JSON form of the contract.
pub struct Given<'a>(&'a Map<String, Value>);

impl Given<'_> {
    /// One argument. What is left out is no value, as for the JSON door.
    fn take<T: DeserializeOwned>(&self, name: &str) -> Result<T, HostError> {
        json::from_value(self.0.get(name).unwrap_or(&Value::Null)).map_err(wrong)
    }
}

fn wrong(error: JsonError) -> HostError {
    HostError::Call(CallError::Arguments(error))
}

/// Reads a value of a type and writes it again.
fn through<T: Serialize + DeserializeOwned>(value: &Value) -> Result<Value, JsonError> {
    json::to_value(&json::from_value::<T>(value)?)
}

fn answer<T: Serialize>(answer: Result<T, HostError>) -> Result<Value, HostError> {
    json::to_value(&answer?).map_err(wrong)
}

/// Every function that has a method.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().flat_map(|rows| rows.iter())
}

/// [`Coinbox::call`] through the typed door.
pub fn call(host: &Coinbox, function: &str, arguments: &Value) -> Result<Value, HostError> {
    let row = rows().find(|row| row.function == function);
    let row = row.ok_or_else(|| HostError::Call(CallError::NoSuchFunction(function.to_owned())))?;
    let given = arguments.as_object().expect("arguments are an object");
    let unknown = given.keys().find(|name| !row.arguments.iter().any(|(known, _)| known == name));
    assert!(unknown.is_none(), "`{function}` has no parameter {unknown:?}");
    (row.call)(host, &Given(given))
}
