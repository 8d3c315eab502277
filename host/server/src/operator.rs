//! `/v1/Operator/…`: every function of the contract by name, and what only the host can do. Bearer token.

use super::answer::{Failure, problem_status};
use super::asked::Asked;
use super::forms::Outcome;
use super::route::{Answers, Handler, Method, Route};
use super::state::Rest;
use super::takes::{Takes, Who};
use axum::http::StatusCode;
use coinbox_host::callable::{is_for_callers, takes_caller};
use coinbox_host::coinbox::HostError;
use coinbox_host::contract::types::{Caller, Problem, Refusal};
use coinbox_host::json as wit;
use coinbox_host::text;
use coinbox_operations::answers::{ShownClock, StoreCheck};
use coinbox_operations::forecast::{self, MONTHS_MAX};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

/// How long the driver of a job may keep a customer waiting (T11).
const PATIENCE: Duration = Duration::from_secs(4);

const fn row(
    method: Method,
    path: &'static str,
    name: &'static str,
    takes: Takes,
    handler: Handler<Outcome>,
    what: &'static str,
) -> Route {
    Route { method, path, name, who: Who::Operator, function: None, takes, answers: Answers::Outcome(handler), what }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    row(
        Method::Post,
        "/v1/Operator/call/{function}/",
        "operator-call",
        Takes::Arguments,
        |asked| Box::pin(call(asked)),
        "Any function of the [contract](../wit) by name, such as `credits.adjust`: its arguments without `caller`, 64-bit numbers as text, amounts in micro-units (`\"1000000\"` is 1.00). `Idempotency-Part: SHA-256/number` says that it is one call of several of one request",
    ),
    row(
        Method::Post,
        "/v1/Operator/drive/{*job}",
        "operator-drive",
        Takes::Object(&[]),
        |asked| Box::pin(drive(asked)),
        "Drive a job now",
    ),
    row(
        Method::Post,
        "/v1/Operator/backup",
        "operator-backup",
        Takes::Object(&["to"]),
        |asked| Box::pin(backup(asked)),
        "Copy the store to a new file: `to`",
    ),
    row(
        Method::Post,
        "/v1/Operator/check",
        "operator-check",
        Takes::Object(&[]),
        |asked| Box::pin(check(asked)),
        "Read every row of the store and compare it with its check value",
    ),
    row(
        Method::Post,
        "/v1/Operator/forecast",
        "operator-forecast",
        Takes::Object(&["account", "months"]),
        |asked| Box::pin(forecast(asked)),
        "What would happen to an account: `account`, `months`. Amounts are in micro-units (`\"1000000\"` is 1.00)",
    ),
    row(
        Method::Get,
        "/v1/Operator/clock",
        "operator-clock",
        Takes::Nothing,
        |asked| Box::pin(clock(asked)),
        "The clock",
    ),
    row(
        Method::Post,
        "/v1/Operator/clock",
        "operator-clock",
        Takes::Object(&["to", "by"]),
        |asked| Box::pin(advance(asked)),
        "move a simulated one: `to` or `by`",
    ),
    row(
        Method::Post,
        "/v1/Operator/clock/confirm",
        "operator-clock-confirm",
        Takes::Object(&["to"]),
        |asked| Box::pin(confirm_clock(asked)),
        "Believe a clock that has jumped: `to`, the moment that a person has seen",
    ),
];

/// A function by name: arguments by their names in the contract, without `caller`. Answers the result in the JSON form of the contract: 200
/// `{"ok": …}`, or 4xx `{"err": …}`.
async fn call(asked: Asked) -> Result<Outcome, Failure> {
    let (rest, function) = (&asked.rest, asked.segment(0));
    if !rest.class(function).is_some_and(|class| is_for_callers(function, class)) {
        let message = format!("no function `{}` that an operator can call", text::shortened(function));
        return Err(Failure::new(StatusCode::NOT_FOUND, "no_such_function", message));
    }
    let mut arguments = asked.object().clone();
    if arguments.contains_key("caller") {
        return Err(Failure::field("caller", "not-allowed", "is filled by the server; leave it out"));
    }
    if takes_caller(function) {
        let caller = Caller { part: asked.part()?, ..rest.host.coinbox.caller_for(function, asked.caller()) };
        let caller = wit::to_value(&caller)
            .map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?;
        arguments.insert("caller".to_owned(), caller);
    }
    Ok(outcome(rest.call(function, Value::Object(arguments)).await?, rest.host.coinbox.now()))
}

/// A result with its status. Functions that answer no result are always `ok`.
fn outcome(result: Value, now: i64) -> Outcome {
    match result.get("err") {
        Some(error) => {
            let (status, retry_after) = error_status(error, now);
            Outcome { status, retry_after, result }
        }
        None if result.get("ok").is_some() => Outcome { status: StatusCode::OK, retry_after: None, result },
        None => Outcome::ok(result),
    }
}

/// The status of an interface's error: that of its refusal; what names a thing that is not there is 404; anything else says that the
/// present state does not allow it.
fn error_status(error: &Value, now: i64) -> (StatusCode, Option<u64>) {
    if let Some(refusal) = error.get("refused") {
        return match wit::from_value::<Refusal>(refusal) {
            Ok(refusal) => {
                let failure = Failure::refused(&refusal, now, str::to_owned);
                (failure.status, failure.retry_after)
            }
            Err(_) => (StatusCode::CONFLICT, None),
        };
    }
    if let Some(problem) = error.get("other") {
        let code = wit::from_value::<Problem>(problem).map(|problem| problem.code).unwrap_or_default();
        return (problem_status(&code), None);
    }
    let word = match error {
        Value::String(word) => word.as_str(),
        Value::Object(object) => object.keys().next().map_or("", String::as_str),
        _ => "",
    };
    match word {
        "no-such-reject" | "no-such-job" => (StatusCode::NOT_FOUND, None),
        "too-many-events" | "repeated-row" => (StatusCode::BAD_REQUEST, None),
        _ => (StatusCode::CONFLICT, None),
    }
}

/// Drives a job before all others and answers how it stands, after four seconds at the latest.
async fn drive(asked: Asked) -> Result<Outcome, Failure> {
    asked.needs("host.drive")?;
    let job = asked.segment(0).to_owned();
    if job.len() > 200 {
        return Err(Failure::field("job", "too-long", "at most 200 bytes"));
    }
    let driven = move |rest: &Rest| rest.host.coinbox.drive_in_front(&job, PATIENCE).map_err(Failure::from);
    Ok(Outcome::ok(asked.rest.blocking(driven).await?))
}

/// Copies the store, while it is in use, to a new file on the server's machine: `{"to": "/absolute/path"}`.
async fn backup(asked: Asked) -> Result<Outcome, Failure> {
    asked.needs("host.backup")?;
    let to = match asked.value("to") {
        Some(Value::String(to)) if to.starts_with('/') && to.len() <= 4096 && !to.contains('\0') => PathBuf::from(to),
        _ => return Err(Failure::field("to", "wrong-form", "must be an absolute path on the server's machine")),
    };
    if to.exists() {
        return Err(Failure::field("to", "not-allowed", "exists already; name a new file"));
    }
    let file = to.clone();
    asked
        .rest
        .blocking(move |rest| {
            // The store itself is fine: it is the new file that could not be made.
            rest.host.coinbox.backup(&file).map_err(|error| {
                Failure::new(StatusCode::CONFLICT, "backup_failed", format!("the backup could not be made: {error}"))
            })
        })
        .await?;
    Ok(Outcome::ok(json!({"to": to})))
}

/// Runs what reads the whole store while nobody else does the same; a second one is told so. One that panicked leaves room for the next.
async fn alone<T: Send + 'static>(
    rest: &Arc<Rest>,
    one: &'static Mutex<()>,
    what: &'static str,
    work: impl FnOnce(&Rest) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    rest.blocking(move |rest| {
        let _one = match one.try_lock() {
            Ok(one) => one,
            Err(TryLockError::Poisoned(left)) => left.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let busy = format!("another {what} is under way; try again later");
                return Err(Failure::new(StatusCode::CONFLICT, "busy", busy));
            }
        };
        work(rest)
    })
    .await
}

/// Reads every row of the store and compares it with its check value. One at a time: it reads the whole store.
async fn check(asked: Asked) -> Result<Outcome, Failure> {
    asked.needs("host.check")?;
    static ONE: Mutex<()> = Mutex::new(());
    let checked = alone(&asked.rest, &ONE, "check", |rest| Ok(rest.host.coinbox.check_store()?)).await?;
    Ok(Outcome::ok(json!(StoreCheck::from(checked))))
}

/// What would happen to an account, on a copy of the store: `{"account": auth ID, "months": 3}`. One at a time: it takes a copy of the whole
/// store.
async fn forecast(asked: Asked) -> Result<Outcome, Failure> {
    asked.needs("host.forecast")?;
    static ONE: Mutex<()> = Mutex::new(());
    let account = match asked.value("account") {
        Some(Value::String(account)) if account.len() <= 40 => account.clone(),
        _ => return Err(Failure::field("account", "missing", "must be the auth ID of a main account")),
    };
    let months = asked.value("months").and_then(Value::as_u64).and_then(|months| u32::try_from(months).ok());
    let Some(months) = months.filter(|months| (1..=MONTHS_MAX).contains(months)) else {
        let limit = format!("must be a number from 1 to {MONTHS_MAX}");
        return Err(Failure::field("months", "wrong-form", &limit));
    };
    let forecast = alone(&asked.rest, &ONE, "forecast", move |rest| {
        forecast::forecast(&rest.host.coinbox, &account, months).map_err(|error| {
            Failure::new(StatusCode::CONFLICT, "no_forecast", format!("no forecast can be made: {error:#}"))
        })
    })
    .await?;
    Ok(Outcome::ok(json!(forecast)))
}

/// The moment that the rules are told.
async fn clock(asked: Asked) -> Result<Outcome, Failure> {
    Ok(Outcome::ok(json!(asked.rest.host.shown_clock())))
}

/// Moves a simulated clock, `{"to": moment}` or `{"by": "30d"}`, and drives all that becomes due on the way.
async fn advance(asked: Asked) -> Result<Outcome, Failure> {
    asked.needs("host.clock")?;
    let rest = &asked.rest;
    if !rest.host.is_simulated() {
        return Err(HostError::RealClock.into());
    }
    let text = |key: &'static str| match asked.value(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Failure::field(key, "wrong-form", "must be text")),
    };
    let now = rest.host.coinbox.now();
    let to = match (text("to")?, text("by")?) {
        (Some(to), None) => {
            text::moment_ms(&to).map_err(|error| Failure::field("to", "wrong-form", &error.to_string()))?
        }
        (None, Some(by)) => {
            let by = text::duration_ms(&by).map_err(|error| Failure::field("by", "wrong-form", &error.to_string()))?;
            now.saturating_add(by)
        }
        _ => return Err(Failure::field("to", "missing", "either `to` (a moment) or `by` (a duration) is needed")),
    };
    let driven = rest
        .blocking(move |rest| {
            rest.host.advance_to(to).map_err(|error| match error.downcast::<HostError>() {
                Ok(error) => Failure::from(error),
                Err(other) => Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", other.to_string()),
            })
        })
        .await?;
    Ok(Outcome::ok(json!(ShownClock { jobs: Some(driven), ..rest.host.shown_clock() })))
}

/// A person says that the machine's clock is right although it has jumped ahead: `{"to": moment}`, the moment that the person has seen it
/// show.
async fn confirm_clock(asked: Asked) -> Result<Outcome, Failure> {
    asked.needs("host.clock")?;
    let Some(Value::String(to)) = asked.value("to") else {
        return Err(Failure::field("to", "missing", "must be the moment that the machine's clock shows"));
    };
    let to = text::moment_ms(to).map_err(|error| Failure::field("to", "wrong-form", &error.to_string()))?;
    asked
        .rest
        .blocking(move |rest| {
            rest.host
                .confirm_clock(to)
                .map_err(|error| Failure::new(StatusCode::CONFLICT, "clock_not_confirmed", format!("{error:#}")))
        })
        .await?;
    Ok(Outcome::ok(json!(asked.rest.host.shown_clock())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_status_of_their_refusal() {
        for (error, status) in [
            (json!({"refused": {"not-found": "account"}}), 404),
            (json!({"refused": {"invalid": [{"field": "limit", "rule": "too-small", "limit": "1"}]}}), 400),
            (json!({"refused": "key-reused"}), 409),
            (json!({"refused": {"out-of-credit": "5"}}), 402),
            (json!({"refused": {"suspended": "payment-failure"}}), 403),
            (json!({"refused": "of-a-later-version"}), 409),
            (json!({"other": {"code": "stored-record-unreadable", "facts": []}}), 500),
            (json!({"other": {"code": "new", "facts": []}}), 422),
            (json!({"no-usable-card": {"reason": "expired"}}), 409),
            (json!("already-published"), 409),
            (json!({"no-such-reject": {"key": "k"}}), 404),
        ] {
            assert_eq!(error_status(&error, 0).0.as_u16(), status, "{error}");
        }
        let (status, retry_after) = error_status(&json!({"refused": {"too-often": "2500"}}), 0);
        assert_eq!((status.as_u16(), retry_after), (429, Some(3)));
    }
}
