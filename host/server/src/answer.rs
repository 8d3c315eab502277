//! Answers that are no success: one type, made from whatever went wrong, written the same way everywhere.
//!
//! Body: `{"api_id": …, "error": text, "code": word}`, and for bad input `"fields": [{"field", "rule", "limit"}]`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinbox_host::coinbox::HostError;
use coinbox_host::contract::types::{FieldProblem, Problem, Refusal};
use coinbox_host::engine::CallError;
use coinbox_host::json::JsonError;
use coinbox_host::sequencer::SequenceError;
use coinbox_host::text;
use coinbox_operations::bounds::{self, Reader};
use coinbox_operations::words;
use serde_json::{Value, json};

/// A person has to look at a clock: soon is early enough to try again.
const CLOCK_RETRY_SECONDS: u64 = 30;

/// Code of every 401 that is about the proof of a request.
const UNAUTHENTICATED: &str = "authentication_failed";

/// A refusal or failure on its way to the client.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure {
    /// Status.
    pub status: StatusCode,
    /// Stable word for programs.
    pub code: String,
    /// For people.
    pub message: String,
    /// What is wrong with which field.
    pub fields: Vec<Value>,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// Scheme for `WWW-Authenticate`.
    pub challenge: Option<&'static str>,
    /// What came of the part of the request that was carried out before: an object that the failure stands beside.
    pub done: Option<Box<Value>>,
}

impl Failure {
    /// A failure with its words.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Failure {
        Failure {
            status,
            code: code.to_owned(),
            message: message.into(),
            fields: Vec::new(),
            retry_after: None,
            challenge: None,
            done: None,
        }
    }

    /// 400 about one field.
    pub fn field(field: &str, rule: &str, limit: &str) -> Failure {
        let mut failure = Failure::new(StatusCode::BAD_REQUEST, "invalid", format!("{field}: {limit}"));
        failure.fields = vec![json!({"field": field, "rule": rule, "limit": limit})];
        failure
    }

    /// 401 that says nothing about what was wrong (RW §9).
    pub fn unauthenticated(scheme: &'static str) -> Failure {
        let mut failure =
            Failure::new(StatusCode::UNAUTHORIZED, UNAUTHENTICATED, "authentication credentials are missing or wrong");
        failure.challenge = Some(scheme);
        failure
    }

    /// Says in a 401 which credentials the route takes. It is the same sentence for everybody, whatever was wrong.
    pub fn taking(mut self, credentials: &str) -> Failure {
        if self.status == StatusCode::UNAUTHORIZED && self.code == UNAUTHENTICATED {
            self.message = format!("{}: this route takes {credentials}", self.message);
        }
        self
    }

    /// Asks with another scheme, or with none, for what a route takes. A browser that is asked for Basic opens a window of its own.
    pub fn challenging(mut self, scheme: Option<&'static str>) -> Failure {
        self.challenge = self.challenge.and(scheme);
        self
    }

    /// 404 for what is no route.
    pub fn no_route() -> Failure {
        Failure::new(StatusCode::NOT_FOUND, "not_found", "not found")
    }

    /// 429 (RW §9).
    pub fn too_often(seconds: u64) -> Failure {
        let mut failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", "rate_limit_exceeded");
        failure.retry_after = Some(seconds.max(1));
        failure
    }

    /// 429: so many requests of one sender are under way, and none of them has come to its end.
    pub fn too_many_at_once(most: usize) -> Failure {
        let message = format!("{most} requests of yours are under way at once: end one of them first");
        let mut failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many_at_once", message);
        failure.retry_after = Some(1);
        failure
    }

    /// 503: try again.
    pub fn unavailable(message: impl Into<String>, seconds: u64) -> Failure {
        let mut failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
        failure.retry_after = Some(seconds);
        failure
    }

    /// A refusal of the rules. `field` renames arguments to what the client called them; `now` turns moments into waits.
    pub fn refused(refusal: &Refusal, now: i64, field: impl Fn(&str) -> String) -> Failure {
        let told = |status: StatusCode, code: &str| Failure::new(status, code, words::refusal(refusal, &field));
        let forbidden = |code: &str| told(StatusCode::FORBIDDEN, code);
        match refusal {
            Refusal::Unauthenticated => Failure::unauthenticated("Basic"),
            Refusal::SecondFactorRequired => forbidden("second_factor_required"),
            Refusal::Forbidden(_) => forbidden("forbidden"),
            Refusal::AddressNotAllowed => forbidden("address_not_allowed"),
            Refusal::Suspended(_) => forbidden("suspended"),
            Refusal::Disabled => forbidden("disabled"),
            Refusal::NotYetActive => forbidden("not_yet_active"),
            Refusal::Closed => forbidden("closed"),
            Refusal::Reauthenticate => forbidden("reauthenticate"),
            Refusal::Locked => forbidden("locked"),
            Refusal::DestinationNotVerified => forbidden("destination_not_verified"),
            Refusal::TooOften(moment) => {
                let wait_ms = moment.saturating_sub(now).max(0);
                Failure::too_often(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000))
            }
            Refusal::NotFound(_) => told(StatusCode::NOT_FOUND, "not_found"),
            Refusal::Invalid(problems) => {
                Failure { fields: invalid(problems, &field), ..told(StatusCode::BAD_REQUEST, "invalid") }
            }
            Refusal::KeyReused => told(StatusCode::CONFLICT, "key_reused"),
            Refusal::OutOfCredit(_) => told(StatusCode::PAYMENT_REQUIRED, "out_of_credit"),
            Refusal::Reconciling(moment) => {
                let wait_ms = moment.saturating_sub(now).clamp(0, 3_600_000);
                let seconds = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000).max(1);
                Failure { retry_after: Some(seconds), ..told(StatusCode::SERVICE_UNAVAILABLE, "reconciling") }
            }
            Refusal::UnknownSinceRestore(_) => told(StatusCode::CONFLICT, "unknown_since_restore"),
        }
    }

    /// An error of any interface in its JSON form. `field` and `now` as in [`Failure::refused`].
    pub fn of_error(error: &Value, now: i64, field: impl Fn(&str) -> String) -> Failure {
        let internal =
            |error: JsonError| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string());
        if let Some(refusal) = error.get("refused") {
            return match coinbox_host::json::from_value::<Refusal>(refusal) {
                Ok(refusal) => Failure::refused(&refusal, now, field),
                Err(error) => internal(error),
            };
        }
        if let Some(problem) = error.get("other") {
            return match coinbox_host::json::from_value::<Problem>(problem) {
                Ok(problem) => Failure::problem(&problem),
                Err(error) => internal(error),
            };
        }
        let (word, payload) = match error {
            Value::String(word) => (word.clone(), None),
            Value::Object(object) => {
                object.iter().next().map_or((String::new(), None), |(word, payload)| (word.clone(), Some(payload)))
            }
            _ => (String::new(), None),
        };
        let text = word.replace('-', " ");
        let message = match payload {
            None => text,
            // What is missing, by name.
            Some(Value::Array(names)) => {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                format!("{text}: {}", names.join(", "))
            }
            Some(payload) => format!("{text} (limit: {})", on_wire(&word, words::only(payload))),
        };
        Failure::new(StatusCode::CONFLICT, &word.replace('-', "_"), message)
    }

    /// A refusal that this contract has no case for.
    pub fn problem(problem: &Problem) -> Failure {
        Failure::new(problem_status(&problem.code), &problem.code, words::problem(problem))
    }

    /// The response.
    pub fn respond(self, api_id: &str) -> Response {
        let mut body = self.done.map_or_else(|| json!({"api_id": api_id}), |done| *done);
        body["error"] = self.message.into();
        body["code"] = self.code.into();
        if !self.fields.is_empty() {
            body["fields"] = Value::Array(self.fields);
        }
        let mut response = (self.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(scheme) = self.challenge {
            let challenge = match scheme {
                "Bearer" => HeaderValue::from_static("Bearer realm=\"coinbox operator\""),
                "Session" => HeaderValue::from_static("Bearer realm=\"coinbox session\""),
                _ => HeaderValue::from_static("Basic realm=\"coinbox\", charset=\"UTF-8\""),
            };
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The payload of a case in the form of the wire: text without quotation marks, amounts as amounts.
fn on_wire(case: &str, payload: &Value) -> String {
    match payload {
        Value::String(text) if words::is_amount_case(case) => {
            text.parse().map_or_else(|_| text.clone(), text::amount_on_wire)
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A stored record that cannot be used is the host's trouble, any other problem the caller's.
pub(super) fn problem_status(code: &str) -> StatusCode {
    match code {
        "stored-record-unreadable" | "secret-unreadable" | "no-free-auth-id" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// What is wrong with which field, for programs.
fn invalid(problems: &[FieldProblem], field: impl Fn(&str) -> String) -> Vec<Value> {
    let one = |problem: &FieldProblem| {
        let limit = bounds::limit(problem, Reader::Wire);
        json!({"field": field(&problem.field), "rule": words::rule_word(problem.rule), "limit": limit})
    };
    problems.iter().map(one).collect()
}

/// Why the host gave no answer of the rules. Only what is the host's own trouble is 5xx; its details go to the log, not to the client.
impl From<HostError> for Failure {
    fn from(error: HostError) -> Failure {
        let broken = |error: &HostError| {
            tracing::error!(%error, "a call failed");
            Failure::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "this request failed inside the server; nothing was written",
            )
        };
        match &error {
            HostError::Call(CallError::NoSuchFunction(name)) => Failure::new(
                StatusCode::NOT_FOUND,
                "no_such_function",
                format!("no function `{}`", text::shortened(name)),
            ),
            HostError::Call(CallError::Arguments(problem)) => {
                let mut failure = Failure::new(StatusCode::BAD_REQUEST, "invalid", problem.to_string());
                failure.fields = vec![json!({"field": problem.path, "rule": "wrong-form", "limit": problem.problem})];
                failure
            }
            HostError::Call(CallError::ClockInDoubt(_)) => {
                let failure = Failure::unavailable(error.to_string(), CLOCK_RETRY_SECONDS);
                Failure { code: "clock_in_doubt".to_owned(), ..failure }
            }
            HostError::Call(CallError::Busy { .. }) | HostError::Sequence(SequenceError::Busy(_)) => {
                Failure::unavailable("too much is under way, try again", 1)
            }
            HostError::Call(CallError::Store(_))
            | HostError::Store(_)
            | HostError::Sequence(SequenceError::StoreFailed(_)) => {
                tracing::error!(%error, "the store failed");
                Failure::unavailable(
                    "the store failed; whether this request was carried out is known after a restart",
                    5,
                )
            }
            HostError::Sequence(SequenceError::Stopped) => Failure::unavailable("this server is stopping", 5),
            HostError::RealClock => Failure::new(StatusCode::CONFLICT, "real_clock", error.to_string()),
            HostError::Clock(_) => Failure::new(StatusCode::BAD_REQUEST, "invalid", error.to_string()),
            HostError::Call(_)
            | HostError::Sequence(SequenceError::Rejected(_) | SequenceError::Panicked(_))
            | HostError::Endless { .. } => broken(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_host::contract::types::{FieldRule, Suspension};

    fn of(refusal: Refusal) -> (u16, String) {
        let failure = Failure::refused(&refusal, 1_000, str::to_owned);
        (failure.status.as_u16(), failure.message)
    }

    #[test]
    fn refusals_have_their_status() {
        let suspended = (403, "the account is suspended: payment-failure".to_owned());
        assert_eq!(of(Refusal::Suspended(Suspension::PaymentFailure)), suspended);
        assert_eq!(of(Refusal::OutOfCredit(4_990_000)), (402, "not enough credit: 4.99000 is missing".to_owned()));
        assert_eq!(of(Refusal::NotFound("sub-account".to_owned())), (404, "sub-account not found".to_owned()));
        assert_eq!(of(Refusal::KeyReused).0, 409);
        assert_eq!(of(Refusal::Unauthenticated).0, 401);
        assert_eq!(of(Refusal::Disabled).0, 403);
        let waits = Failure::refused(&Refusal::TooOften(3_500), 1_000, str::to_owned);
        assert_eq!(
            (waits.status.as_u16(), waits.retry_after, waits.message.as_str()),
            (429, Some(3), "rate_limit_exceeded")
        );
    }

    #[test]
    fn bad_input_names_field_rule_and_limit() {
        let problem =
            FieldProblem { field: "change.name".to_owned(), rule: FieldRule::TooLong, limit: Some("100".to_owned()) };
        let failure = Failure::refused(&Refusal::Invalid(vec![problem]), 0, |field| {
            field.trim_start_matches("change.").to_owned()
        });
        assert_eq!(failure.message, "name: too long (limit: 100)");
        assert_eq!(failure.fields, [json!({"field": "name", "rule": "too-long", "limit": "100"})]);
    }

    /// 13-limits-in-milliseconds
    #[test]
    fn moments_and_amounts_are_told_as_the_wire_writes_them() {
        let problem = FieldProblem {
            field: "coupon.redeem-by".to_owned(),
            rule: FieldRule::TooSmall,
            limit: Some("1792486800000".to_owned()),
        };
        let failure = Failure::refused(&Refusal::Invalid(vec![problem]), 0, |_| "redeem_by".to_owned());
        assert_eq!(failure.message, "redeem_by: too small (limit: 2026-10-20T09:00:00Z)");
        assert_eq!(failure.fields[0]["limit"], "2026-10-20T09:00:00Z");
        let of = |error: Value| Failure::of_error(&error, 0, str::to_owned).message;
        assert_eq!(of(json!({"owes": {"amount": "300020000"}})), "owes (limit: 300.02000)");
        assert_eq!(of(json!({"more-than-invoice": {"amount": "5"}})), "more than invoice (limit: 0.000005)");
        assert_eq!(of(json!({"no-usable-card": {"reason": "expired"}})), "no usable card (limit: expired)");
        assert_eq!(of(json!({"too-many-events": {"count": 1001}})), "too many events (limit: 1001)");
    }

    #[test]
    fn only_the_hosts_own_trouble_is_5xx() {
        let status = |error: HostError| Failure::from(error).status.as_u16();
        assert_eq!(status(HostError::Sequence(SequenceError::Busy(5))), 503);
        assert_eq!(status(HostError::Sequence(SequenceError::StoreFailed(String::new()))), 503);
        assert_eq!(status(HostError::Call(CallError::Deadline { limit_ms: 1 })), 500);
        let doubt = coinbox_host::capability::Doubt { machine: 3_600_000, now: 0 };
        let failure = Failure::from(HostError::Call(CallError::ClockInDoubt(doubt)));
        assert_eq!(
            (failure.status.as_u16(), failure.code.as_str(), failure.retry_after),
            (503, "clock_in_doubt", Some(30))
        );
        assert_eq!(status(HostError::Call(CallError::NoSuchFunction("x".to_owned()))), 404);
        assert_eq!(status(HostError::RealClock), 409);
        let code = |code: &str| Failure::problem(&Problem { code: code.to_owned(), facts: Vec::new() }).status.as_u16();
        assert_eq!((code("stored-record-unreadable"), code("of-a-later-version")), (500, 422));
    }
}
