//! `/v1/Operator/…`: every function of the contract by name, and what only the host can do. Bearer token.

use super::answer::{Failure, problem_status};
use super::request::{self, Names, Peer, Segment};
use super::state::Rest;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinbox_host::callable::{is_for_callers, takes_caller};
use coinbox_host::coinbox::HostError;
use coinbox_host::contract::types::{Caller, Problem, Refusal};
use coinbox_host::json as wit;
use coinbox_host::text;
use coinbox_operations::answers::{ShownClock, StoreCheck};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

/// How long the driver of a job may keep a customer waiting (T11).
const PATIENCE: Duration = Duration::from_secs(4);

/// What is common to all of these routes: the token, the body, the way of failing.
async fn serve<F>(
    rest: &Arc<Rest>,
    names: &Names,
    peer: Option<Extension<Peer>>,
    headers: &HeaderMap,
    body: Body,
    run: impl FnOnce(Arc<Rest>, Caller, Map<String, Value>) -> F,
) -> Response
where
    F: Future<Output = Result<Response, Failure>>,
{
    let answer = async {
        let caller = request::operator(rest, headers, peer.map(|Extension(peer)| peer), names)?;
        let bytes = request::body(rest, names, headers, body, rest.limits.body_bytes).await?;
        let given = request::json_object(headers, &bytes)?;
        run(rest.clone(), caller, given).await
    };
    answer.await.unwrap_or_else(|failure| failure.respond(&names.api_id))
}

/// POST `call/{interface}.{function}`: arguments by their names in the contract, without `caller`. Answers the result in the JSON form of
/// the contract: 200 `{"ok": …}`, or 4xx `{"err": …}`.
pub async fn call(
    State(rest): State<Arc<Rest>>,
    Segment(function): Segment,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let part = request::part(&headers);
    serve(&rest, &names, peer, &headers, body, |rest, caller, mut arguments| async move {
        if !rest.class(&function).is_some_and(|class| is_for_callers(&function, class)) {
            let message = format!("no function `{}` that an operator can call", text::shortened(&function));
            return Err(Failure::new(StatusCode::NOT_FOUND, "no_such_function", message));
        }
        if arguments.contains_key("caller") {
            return Err(Failure::field("caller", "not-allowed", "is filled by the server; leave it out"));
        }
        if takes_caller(&function) {
            let caller = Caller { part: part?, ..caller };
            let caller = wit::to_value(&caller)
                .map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?;
            arguments.insert("caller".to_owned(), caller);
        }
        let answer = rest.call(&function, Value::Object(arguments)).await?;
        Ok(result(answer, rest.host.coinbox.now()))
    })
    .await
}

/// A result with its status. Functions that answer no result are always `ok`.
fn result(answer: Value, now: i64) -> Response {
    let Some(error) = answer.get("err") else {
        let body = if answer.get("ok").is_some() { answer } else { json!({"ok": answer}) };
        return axum::Json(body).into_response();
    };
    let (status, retry_after) = error_status(error, now);
    let mut response = (status, axum::Json(answer)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
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

/// POST `drive/{job}`: drives a job before all others and answers how it stands, after four seconds at the latest.
pub async fn drive(
    State(rest): State<Arc<Rest>>,
    Segment(job): Segment,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    serve(&rest, &names, peer, &headers, body, |rest, _, _| async move {
        if job.len() > 200 {
            return Err(Failure::field("job", "too-long", "at most 200 bytes"));
        }
        let standing =
            rest.blocking(move |rest| rest.host.coinbox.drive_in_front(&job, PATIENCE).map_err(Failure::from)).await?;
        Ok(axum::Json(json!({"ok": standing})).into_response())
    })
    .await
}

/// POST `backup`: copies the store, while it is in use, to a new file on the server's machine: `{"to": "/absolute/path"}`.
pub async fn backup(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    serve(&rest, &names, peer, &headers, body, |rest, _, given| async move {
        let to = match given.get("to") {
            Some(Value::String(to)) if to.starts_with('/') && to.len() <= 4096 && !to.contains('\0') => {
                PathBuf::from(to)
            }
            _ => return Err(Failure::field("to", "wrong-form", "must be an absolute path on the server's machine")),
        };
        if to.exists() {
            return Err(Failure::field("to", "not-allowed", "exists already; name a new file"));
        }
        let file = to.clone();
        rest.blocking(move |rest| {
            // The store itself is fine: it is the new file that could not be made.
            rest.host.coinbox.backup(&file).map_err(|error| {
                Failure::new(StatusCode::CONFLICT, "backup_failed", format!("the backup could not be made: {error}"))
            })
        })
        .await?;
        Ok(axum::Json(json!({"ok": {"to": to}})).into_response())
    })
    .await
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

/// POST `check`: reads every row of the store and compares it with its check value. One at a time: it reads the whole store.
pub async fn check(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    static ONE: Mutex<()> = Mutex::new(());
    serve(&rest, &names, peer, &headers, body, |rest, _, _| async move {
        let checked = alone(&rest, &ONE, "check", |rest| Ok(rest.host.coinbox.check_store()?)).await?;
        Ok(axum::Json(json!({"ok": StoreCheck::from(checked)})).into_response())
    })
    .await
}

/// POST `forecast`: what would happen to an account, on a copy of the store: `{"account": auth ID, "months": 3}`. One at a time:
/// it takes a copy of the whole store.
pub async fn forecast(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    static ONE: Mutex<()> = Mutex::new(());
    serve(&rest, &names, peer, &headers, body, |rest, _, given| async move {
        let account = match given.get("account") {
            Some(Value::String(account)) if account.len() <= 40 => account.clone(),
            _ => return Err(Failure::field("account", "missing", "must be the auth ID of a main account")),
        };
        let months = given.get("months").and_then(Value::as_u64).and_then(|months| u32::try_from(months).ok());
        let Some(months) = months.filter(|months| (1..=coinbox_operations::forecast::MONTHS_MAX).contains(months))
        else {
            let limit = format!("must be a number from 1 to {}", coinbox_operations::forecast::MONTHS_MAX);
            return Err(Failure::field("months", "wrong-form", &limit));
        };
        let forecast = alone(&rest, &ONE, "forecast", move |rest| {
            coinbox_operations::forecast::forecast(&rest.host.coinbox, &account, months).map_err(|error| {
                Failure::new(StatusCode::CONFLICT, "no_forecast", format!("no forecast can be made: {error:#}"))
            })
        })
        .await?;
        Ok(axum::Json(json!({"ok": forecast})).into_response())
    })
    .await
}

/// GET `clock`: the moment that the rules are told.
pub async fn clock(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    serve(&rest, &names, peer, &headers, Body::empty(), |rest, _, _| async move {
        Ok(axum::Json(json!({"ok": shown_clock(&rest)})).into_response())
    })
    .await
}

/// POST `clock`: moves a simulated clock, `{"to": moment}` or `{"by": "30d"}`, and drives all that becomes due on the way.
pub async fn advance(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    serve(&rest, &names, peer, &headers, body, |rest, _, given| async move {
        if !rest.host.is_simulated() {
            return Err(HostError::RealClock.into());
        }
        let text = |key: &'static str| match given.get(key) {
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
                let by =
                    text::duration_ms(&by).map_err(|error| Failure::field("by", "wrong-form", &error.to_string()))?;
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
        let shown = ShownClock { jobs: Some(driven), ..shown_clock(&rest) };
        Ok(axum::Json(json!({"ok": shown})).into_response())
    })
    .await
}

/// POST `clock/confirm`: a person says that the machine's clock is right although it has jumped ahead: `{"to": moment}`, the moment that the
/// person has seen it show.
pub async fn confirm_clock(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    serve(&rest, &names, peer, &headers, body, |rest, _, given| async move {
        let Some(Value::String(to)) = given.get("to") else {
            return Err(Failure::field("to", "missing", "must be the moment that the machine's clock shows"));
        };
        let to = text::moment_ms(to).map_err(|error| Failure::field("to", "wrong-form", &error.to_string()))?;
        rest.blocking(move |rest| {
            rest.host
                .confirm_clock(to)
                .map_err(|error| Failure::new(StatusCode::CONFLICT, "clock_not_confirmed", format!("{error:#}")))
        })
        .await?;
        Ok(axum::Json(json!({"ok": shown_clock(&rest)})).into_response())
    })
    .await
}

fn shown_clock(rest: &Rest) -> ShownClock {
    rest.host.shown_clock()
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
            (json!({"no-usable-card": "expired"}), 409),
            (json!("already-published"), 409),
            (json!({"no-such-reject": "k"}), 404),
        ] {
            assert_eq!(error_status(&error, 0).0.as_u16(), status, "{error}");
        }
        let (status, retry_after) = error_status(&json!({"refused": {"too-often": "2500"}}), 0);
        assert_eq!((status.as_u16(), retry_after), (429, Some(3)));
    }
}
