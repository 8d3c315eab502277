//! Answers of the functions for people in the form of the wire.
//!
//! What stops somebody on the way in is a refusal: a wrong password is 401, a wrong code 403 with `tries_left`, a wait 429 with `Retry-After`. What
//! lets him go on is `step` with its fields beside it. A new session is `session`, or the cookie of a request that came from the pages.

use crate::answer::Failure;
use crate::asked::Asked;
use crate::forms::Entry;
use crate::session;
use axum::http::StatusCode;
use coinbox_host::text;
use coinbox_operations::qr;
use serde_json::{Map, Value, json};

/// Names of fields that are moments.
const MOMENTS: [&str; 12] = [
    "again",
    "at",
    "authenticator",
    "due",
    "ends",
    "from",
    "last-login",
    "pending-authenticator",
    "seen",
    "since",
    "until",
    "valid-from",
];

/// A value as the wire has it: names with underscores, moments in RFC 3339.
fn wired(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(object.into_iter().map(|(name, value)| pair(&name, value)).collect()),
        Value::Array(items) => items.into_iter().map(wired).collect(),
        other => other,
    }
}

fn pair(name: &str, value: Value) -> (String, Value) {
    let moment = value.as_str().filter(|_| MOMENTS.contains(&name)).and_then(|digits| digits.parse().ok());
    (name.replace('-', "_"), moment.map_or_else(|| wired(value), |moment| text::moment(moment).into()))
}

/// An object with `api_id`.
pub(super) fn object(asked: &Asked, value: Value) -> Value {
    let mut body = wired(value);
    match &mut body {
        Value::Object(object) => {
            object.insert("api_id".to_owned(), asked.api_id.as_str().into());
            body
        }
        _ => json!({"api_id": asked.api_id}),
    }
}

/// A list under its name, with `api_id`.
pub(super) fn list(asked: &Asked, name: &str, value: Value) -> Value {
    json!({"api_id": asked.api_id, name: wired(value)})
}

/// What became of a try: a step with its fields, or a refusal.
pub(super) fn step(asked: &Asked, outcome: Value) -> Result<Entry, Failure> {
    let (case, payload) = match outcome {
        Value::String(case) => (case, Value::Null),
        Value::Object(object) => object.into_iter().next().unwrap_or_default(),
        _ => (String::new(), Value::Null),
    };
    let now = asked.rest.host.coinbox.now();
    match (case.as_str(), &payload) {
        ("wrong", Value::Null) => {
            Err(Failure::new(StatusCode::UNAUTHORIZED, "wrong", "the address or the password is wrong"))
        }
        ("wrong", left) => {
            let mut failure = Failure::new(StatusCode::FORBIDDEN, "wrong", "what was typed is wrong");
            failure.done = Some(Box::new(json!({"api_id": asked.api_id, "tries_left": left["left"]})));
            Err(failure)
        }
        ("locked", until) => Err(locked(now, until)),
        _ => entered(asked, &case, payload),
    }
}

/// 429: nothing is looked at before a moment.
fn locked(now: i64, until: &Value) -> Failure {
    let until: i64 = until["until"].as_str().and_then(|until| until.parse().ok()).unwrap_or(now);
    let seconds = u64::try_from(until.saturating_sub(now)).unwrap_or(0).div_ceil(1000);
    let message = format!("too many wrong tries: nothing is looked at before {}", text::moment(until));
    let mut failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "locked", message);
    failure.retry_after = Some(seconds.max(1));
    failure
}

/// A step that goes on: `step`, and what belongs to it beside it.
pub(super) fn entered(asked: &Asked, case: &str, payload: Value) -> Result<Entry, Failure> {
    let mut fields = match payload {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    // What a confirmed factor gives stands beside the session that goes on.
    if let Some(Value::Object(inside)) = fields.remove("entered") {
        fields.extend(inside);
    }
    let mut cookie = None;
    if let Some(Value::String(token)) = fields.remove("token") {
        if asked.is_from_pages() {
            cookie = session::giving(&token);
        } else {
            fields.insert("session".to_owned(), token.into());
        }
    }
    // What an app reads from a screen, so that no page has to hand the secret to somebody who draws it.
    if let Some(Value::String(uri)) = fields.get("uri")
        && let Ok(picture) = qr::svg(uri)
    {
        fields.insert("qr_svg".to_owned(), picture.into());
    }
    let mut body = object(asked, Value::Object(fields));
    body["step"] = case.replace('-', "_").into();
    Ok(Entry { body, cookie })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_moments_are_those_of_the_wire() {
        let given = json!({"new-email": "a@b.example", "until": "1000", "since": null, "number": 3,
            "factors": [{"kind": "phone", "hint": "•••• 0100"}], "authenticator": "0", "code-sent": {"again": "60000"}});
        let expected = json!({"new_email": "a@b.example", "until": "1970-01-01T00:00:01Z", "since": null, "number": 3,
            "factors": [{"kind": "phone", "hint": "•••• 0100"}], "authenticator": "1970-01-01T00:00:00Z",
            "code_sent": {"again": "1970-01-01T00:01:00Z"}});
        assert_eq!(wired(given), expected);
    }

    #[test]
    fn a_lock_says_when_it_ends() {
        let failure = locked(1_000, &json!({"until": "61500"}));
        assert_eq!((failure.status.as_u16(), failure.retry_after), (429, Some(61)));
        assert!(failure.message.ends_with("before 1970-01-01T00:01:01.5Z"), "{}", failure.message);
        assert_eq!(locked(1_000, &json!({"until": "5"})).retry_after, Some(1));
    }
}
