//! The rules as native code behind the same door as the component: what the component must agree with, byte for byte.
//!
//! A call goes through the JSON form of the contract in both directions, as a call of the component by name does. Nothing is
//! kept between calls, not even parsed prices: this is the plainest host that the contract allows.

mod lent;

use coinbox_host::contract::exported::about;
use coinbox_host::engine::{CallContext, CallError, CallOutcome, Class, Misuse, RulesRuntime, RulesSlot};
use coinbox_host::json::{self, JsonError};
use coinbox_host::storage::{Changes, Timer, TimerLane};
use coinbox_rules::contract::{self, Runner};
use coinbox_rules::ground::kept::Kept;
use coinbox_rules::outside::Effects;
use coinbox_rules::port;
use coinbox_rules::turn::{Lent, Turn};
use lent::{LentAdmission, LentEffects, LentRandom, LentStorage, LentVault};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::str::FromStr;

/// The rules without WebAssembly.
pub struct NativeRules {
    facts: about::Facts,
}

impl NativeRules {
    /// Asks the rules what they are.
    pub fn new() -> NativeRules {
        let facts = serde_json::to_value(coinbox_rules::about::describe()).expect("facts are text and numbers");
        NativeRules { facts: json::from_value(&facts).expect("rules and contract describe themselves alike") }
    }
}

impl Default for NativeRules {
    fn default() -> NativeRules {
        NativeRules::new()
    }
}

impl RulesRuntime for NativeRules {
    fn facts(&self) -> &about::Facts {
        &self.facts
    }

    fn call(
        &self,
        _: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome {
        let described = self.class(function);
        let failed = |error: CallError| CallOutcome { answer: Err(error), changes: None };
        match described {
            None => return failed(CallError::NoSuchFunction(function.to_owned())),
            Some(described) if described != context.class => {
                let function = function.to_owned();
                return failed(CallError::WrongClass { function, described, asked: context.class });
            }
            Some(_) => {}
        }
        let ran = Running::of(&context, arguments).and_then(|running| contract::run(function, running));
        match ran {
            Err(error) => failed(CallError::Arguments(error)),
            Ok(None) => failed(CallError::NoSuchFunction(function.to_owned())),
            Ok(Some(Ran { answer, changes })) => match changes.as_ref().map(Changes::check) {
                Some(Err(limit)) => failed(CallError::Misuse(Misuse::Argument(limit.to_string()))),
                _ => CallOutcome { answer: Ok(answer), changes },
            },
        }
    }
}

/// What one function answered, in JSON form, and what it changes.
struct Ran {
    answer: Value,
    changes: Option<Changes>,
}

/// One call under way, with the arguments that are not read yet: they are taken one after another by the names of the contract.
struct Running<'a> {
    context: &'a CallContext<'a>,
    given: Map<String, Value>,
}

impl<'a> Running<'a> {
    fn of(context: &'a CallContext<'a>, arguments: &Value) -> Result<Running<'a>, JsonError> {
        match arguments.as_object().cloned() {
            Some(given) => Ok(Running { context, given }),
            None => Err(wrong("", "expected an object with the arguments by name".to_owned())),
        }
    }

    fn with_call<T>(&self, run: impl FnOnce(Turn<'_>) -> T) -> T {
        let view = self.context.view.as_deref().expect("queries and commands have a state to read");
        let storage = LentStorage(view);
        let vault = LentVault(&*self.context.capabilities.vault);
        let random = LentRandom(&*self.context.capabilities.random);
        let kept = Kept::default();
        let now = self.context.now;
        let admission = LentAdmission { admission: &*self.context.capabilities.admission, now };
        run(Turn::new(Lent {
            storage: &storage,
            vault: &vault,
            random: &random,
            admission: &admission,
            now,
            kept: &kept,
        }))
    }
}

impl Runner for Running<'_> {
    type Ran = Ran;
    type Error = JsonError;

    fn plain<T: DeserializeOwned>(&mut self, rust_name: &str) -> Result<T, JsonError> {
        let name = rust_name.replace('_', "-");
        let value = self.given.remove(&name).unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|error| wrong(&name, error.to_string()))
    }

    fn wide<T: FromStr + ToString>(&mut self, rust_name: &str) -> Result<T, JsonError> {
        let text: String = self.plain(rust_name)?;
        let number = text.parse().ok().filter(|number: &T| number.to_string() == text);
        number.ok_or_else(|| wrong(rust_name, format!("expected a 64-bit number as text, found `{text}`")))
    }

    fn optional_wide(&mut self, rust_name: &str) -> Result<Option<i64>, JsonError> {
        let text: Option<String> = self.plain(rust_name)?;
        text.map(|text| text.parse().map_err(|_| wrong(rust_name, format!("`{text}` is no 64-bit number")))).transpose()
    }

    fn optional_wides(&mut self, rust_name: &str) -> Result<Option<Vec<i64>>, JsonError> {
        let Some(texts) = self.plain::<Option<Vec<String>>>(rust_name)? else { return Ok(None) };
        let read = |text: &String| text.parse().map_err(|_| wrong(rust_name, format!("`{text}` is no 64-bit number")));
        texts.iter().map(read).collect::<Result<_, _>>().map(Some)
    }

    fn end(&mut self) -> Result<(), JsonError> {
        match self.given.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(wrong(unknown, "no such name".to_owned())),
        }
    }

    fn query<T: Serialize, E: Serialize>(self, run: impl FnOnce(&Turn<'_>) -> Result<T, E>) -> Ran {
        Ran { answer: result(&self.with_call(|call| run(&call))), changes: None }
    }

    fn command<T: Serialize, E: Serialize>(self, run: impl FnOnce(&mut Turn<'_>) -> Result<T, E>) -> Ran {
        assert_eq!(self.context.class, Class::Command);
        self.with_call(|mut call| {
            let answer = run(&mut call);
            let changes = answer.is_ok().then(|| staged(call.into_changes())).filter(|changes| !changes.is_empty());
            Ran { answer: result(&answer), changes }
        })
    }

    fn effect<T: Serialize>(self, run: impl FnOnce(&dyn Effects) -> T) -> Ran {
        Ran { answer: written(&run(&LentEffects::of(self.context.capabilities))), changes: None }
    }

    fn request<T: Serialize, E: Serialize>(self, run: impl FnOnce(&dyn port::Vault) -> Result<T, E>) -> Ran {
        Ran { answer: result(&run(&LentVault(&*self.context.capabilities.vault))), changes: None }
    }

    fn look<T: Serialize>(self, run: impl FnOnce(&Turn<'_>) -> T) -> Ran {
        Ran { answer: written(&self.with_call(|call| run(&call))), changes: None }
    }

    fn fact<T: Serialize>(self, run: impl FnOnce() -> T) -> Ran {
        Ran { answer: written(&run()), changes: None }
    }
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("contract values have text keys and finite numbers only")
}

fn result<T: Serialize, E: Serialize>(answer: &Result<T, E>) -> Value {
    match answer {
        Ok(value) => json!({ "ok": written(value) }),
        Err(error) => json!({ "err": written(error) }),
    }
}

fn staged(changes: port::Changes) -> Changes {
    let lane = |lane| match lane {
        port::Lane::Urgent => TimerLane::Urgent,
        port::Lane::Normal => TimerLane::Normal,
        port::Lane::Bulk => TimerLane::Bulk,
    };
    let timer = |(key, wanted, due)| Timer { key, lane: lane(wanted), due };
    Changes {
        puts: changes.puts.pairs().map(|(key, value)| (key.to_owned(), value.into())).collect(),
        removes: changes.removes,
        clears: changes.clears,
        lines: changes.lines,
        timers: changes.timers.into_iter().map(timer).collect(),
        cancels: changes.cancels,
    }
}

fn wrong(path: &str, problem: String) -> JsonError {
    JsonError { path: path.to_owned(), problem }
}
