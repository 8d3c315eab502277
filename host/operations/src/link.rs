//! How whatever works on a system reaches it: through a running server, or on the store of a stopped one. Both look the same from here.

use crate::answers::{Advance, ShownClock, StoreCheck};
use crate::bounds::Reader;
use crate::forecast::Forecast;
use crate::usage_words::Unreadable;
use crate::words;
use coinbox_host::contract::exported::usage::{EventAnswer, UsageEvent};
use coinbox_host::contract::types::{FieldProblem, Refusal};
use coinbox_host::json as wit;
use coinbox_host::text;
use serde_json::Value;

/// Why a call through a link failed.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum LinkError {
    /// The rules said no: their error in JSON form, and in words.
    #[error("{message}")]
    Refused {
        /// In words, with field and limit.
        message: String,
        /// As the contract has it.
        error: Value,
    },
    /// An argument is not of the contract's form.
    #[error("{field}: {problem}")]
    Argument {
        /// As the contract has it.
        field: String,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// Try again later: busy, stopping, not there.
    #[error("{0}")]
    Away(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// What became of one event.
pub type Fate = Result<EventAnswer, Unreadable>;

fn no_host() -> LinkError {
    LinkError::Failed("this link reaches the rules only, and no host".to_owned())
}

/// Something that calls can be made through, from any thread. What the host does beside the rules is for links that reach one.
pub trait Link: Sync {
    /// One call; arguments by their names without `caller`. Answers what is inside `ok`.
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError>;

    /// Rates events, at most 1000. `number` is that of this batch within the whole request, the same at each repeat.
    fn record(&self, number: u32, events: &[UsageEvent]) -> Result<Vec<Fate>, LinkError>;

    /// Whether the work has an idempotency key: then also a batch without events is sent, which binds the key.
    fn has_key(&self) -> bool {
        false
    }

    /// Drives a job and answers `jobs.look`.
    fn drive(&self, job: &str) -> Result<Value, LinkError>;

    /// The moment that the rules are told.
    fn clock(&self) -> Result<ShownClock, LinkError> {
        Err(no_host())
    }

    /// Moves a simulated clock and drives all that becomes due on the way.
    fn advance(&self, _advance: &Advance) -> Result<ShownClock, LinkError> {
        Err(no_host())
    }

    /// A person says that the machine's clock is right, which has shown this moment: RFC 3339, or milliseconds since 1970.
    fn confirm_clock(&self, _seen: &str) -> Result<ShownClock, LinkError> {
        Err(no_host())
    }

    /// Copies the store, while it is in use, to a new file where the host runs: an absolute path.
    fn backup(&self, _to: &str) -> Result<(), LinkError> {
        Err(no_host())
    }

    /// Reads every row of the store and compares it with its check value.
    fn check(&self) -> Result<StoreCheck, LinkError> {
        Err(no_host())
    }

    /// What would happen to an account, to the end of the present month and `months` - 1 further ones.
    fn forecast(&self, _account: &str, _months: u32) -> Result<Forecast, LinkError> {
        Err(no_host())
    }

    /// The PDF of an issued document of an account, as `invoices.read-document` has answered it.
    fn print(&self, _account: &str, _document: &Value) -> Result<Vec<u8>, LinkError> {
        Err(LinkError::Failed("no documents are printed here".to_owned()))
    }

    /// Says what the whole request is whose calls follow, by its digest: one idempotency key is bound to all of it.
    fn whole(&self, _digest: &str) {}

    /// Ends the work: what commands have made due is driven where no server does it.
    fn finish(&self) -> Result<(), LinkError> {
        Ok(())
    }
}

/// The error of an interface, in words.
pub fn refused(error: &Value) -> LinkError {
    let message = if let Some(refusal) = error.get("refused") {
        match wit::from_value::<Refusal>(refusal) {
            Ok(Refusal::TooOften(moment)) => format!("too often; try again after {}", text::moment(moment)),
            Ok(Refusal::Unauthenticated) => "not found, or the credential is wrong".to_owned(),
            Ok(Refusal::OutOfCredit(missing)) => format!("not enough credit: {} is missing", text::amount(missing)),
            Ok(Refusal::KeyReused) => "--idempotency-key: this key was used with other arguments before".to_owned(),
            Ok(Refusal::Invalid(problems)) => {
                let told = problems.iter().map(|problem| words::problem_text(&problem.field, problem, Reader::Person));
                told.collect::<Vec<_>>().join("; ")
            }
            Ok(Refusal::NotFound(kind)) => match words::finder(&kind) {
                Some(finder) => format!("{kind} not found; {finder}"),
                None => format!("{kind} not found"),
            },
            Ok(refusal) => words::refusal(&refusal, str::to_owned),
            Err(_) => format!("refused: {refusal}"),
        }
    } else if let Some(problem) = error.get("other") {
        match wit::from_value(problem) {
            Ok(problem) => words::problem(&problem),
            Err(_) => format!("refused: {problem}"),
        }
    } else if let Some(reason) = error.get("no-usable-card") {
        format!("no usable card: {}; add one with `coinbox card add ACCOUNT TOKEN`", words::plain(words::only(reason)))
    } else if let Some(left) = error.get("more-than-invoice") {
        format!("the invoice has {} left to give back", words::amount(words::only(left)))
    } else {
        let (word, with) = match error {
            Value::String(word) => (word.clone(), None),
            Value::Object(object) => match object.iter().next() {
                Some((word, with)) => (word.clone(), Some(words::payload(word, words::only(with)))),
                None => (String::new(), None),
            },
            _ => (error.to_string(), None),
        };
        let named = word.replace('-', " ");
        with.map_or_else(|| named.clone(), |with| format!("{named}: {with}"))
    };
    LinkError::Refused { message, error: error.clone() }
}

/// The field problems of a refusal, where it has some.
pub fn field_problems(error: &Value) -> Vec<FieldProblem> {
    match error.get("refused").map(wit::from_value::<Refusal>) {
        Some(Ok(Refusal::Invalid(problems))) => problems,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn errors_are_told_in_words() {
        for (error, words) in [
            (
                json!({"refused": {"not-found": "account"}}),
                "account not found; name it by its auth ID, such as MA…, which `coinbox account list --name TEXT` finds",
            ),
            (json!({"refused": {"not-found": "thing"}}), "thing not found"),
            (
                json!({"refused": {"invalid": [{"field": "amount", "rule": "too-small", "limit": "25.00"}]}}),
                "amount: too small (limit: 25.00)",
            ),
            (
                json!({"no-usable-card": {"reason": "expired"}}),
                "no usable card: expired; add one with `coinbox card add ACCOUNT TOKEN`",
            ),
            (json!({"billing-incomplete": ["legal-name", "country"]}), "billing incomplete: legal-name, country"),
            (json!("already-published"), "already published"),
            (json!({"already-begun": {"at": "1792486800000"}}), "already begun: 2026-10-20T09:00:00Z"),
            (json!({"refused": {"out-of-credit": "801017000"}}), "not enough credit: 801.017 is missing"),
            (json!({"owes": {"amount": "300020000"}}), "owes: 300.02"),
            (json!({"more-than-invoice": {"amount": "500022000"}}), "the invoice has 500.022 left to give back"),
            (json!({"too-many-subaccounts": {"limit": 1}}), "too many subaccounts: 1"),
            (json!({"other": {"code": "x", "facts": [{"name": "key", "value": "k"}]}}), "x: key k"),
        ] {
            assert_eq!(refused(&error).to_string(), words);
        }
    }
}
