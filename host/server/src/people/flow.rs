//! Count, weigh, settle: whatever takes a password is three calls within one request.
//!
//! The tickets between them never leave the host. Once a try is counted it is carried to its end, whether or not the client still waits.

use crate::answer::Failure;
use crate::asked::Asked;
use crate::state::Rest;
use crate::weighing::Permit;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// The function that weighs.
const WEIGH: &str = "passwords.weigh";

/// The names of such a request, and what is weighed in it.
pub(super) struct Flow {
    /// Function that counts, and its arguments.
    pub start: (&'static str, Value),
    /// The password in force.
    pub old: Option<String>,
    /// The password that is to be.
    pub new: Option<String>,
    /// Function that settles, and its arguments beside the ticket.
    pub finish: (&'static str, Value),
}

/// Carries a request out. Answers what the last call has answered.
pub(super) async fn run(asked: Asked, flow: Flow) -> Result<(Asked, Value), Failure> {
    let work = async move {
        let answer = settle(&asked, flow).await?;
        Ok((asked, answer))
    };
    match tokio::spawn(work).await {
        Ok(answer) => answer,
        Err(panic) => {
            tracing::error!(%panic, "a request with a password panicked");
            Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "this request failed inside the server"))
        }
    }
}

async fn settle(asked: &Asked, flow: Flow) -> Result<Value, Failure> {
    // Before the try is counted: whoever is turned away here has used up none.
    let permit = asked.rest.weighers.permit().await?;
    let (start, arguments) = flow.start;
    let ticket = call(asked, start, arguments).await?;
    let weighed = weigh(&asked.rest, permit, json!({"ticket": ticket, "old": flow.old, "new": flow.new}));
    let ticket = weighed.await?.map_err(|error| failure(asked, &error))?;
    let (finish, mut arguments) = flow.finish;
    arguments["ticket"] = ticket;
    call(asked, finish, arguments).await
}

/// Weighs what a ticket is for. Answers the ticket that follows, or the error of the interface.
async fn weigh(rest: &Arc<Rest>, permit: Permit, arguments: Value) -> Result<Result<Value, Value>, Failure> {
    let weighed = move |rest: &Rest| -> Result<Value, Failure> {
        let _held = &permit;
        let started = Instant::now();
        let answer = rest.host.coinbox.call(WEIGH, &arguments);
        rest.measured(WEIGH, started, answer.as_ref().map(|answer| answer.get("err").is_none()).ok());
        Ok(answer?)
    };
    let mut answer = rest.blocking(weighed).await?;
    Ok(match (answer.get_mut("err").map(Value::take), answer.get_mut("ok").map(Value::take)) {
        (Some(error), _) => Err(error),
        (None, Some(ok)) => Ok(ok),
        (None, None) => Ok(answer),
    })
}

/// One call of a function for people.
pub(super) async fn call(asked: &Asked, function: &str, arguments: Value) -> Result<Value, Failure> {
    asked.ask_other(function, arguments).await?.map_err(|error| failure(asked, &error))
}

/// An error of these interfaces.
fn failure(asked: &Asked, error: &Value) -> Failure {
    if error == "gone" {
        return Failure::new(StatusCode::GONE, "gone", "this link is used up, void or was never given out");
    }
    match error.get("weak").and_then(Value::as_array) {
        Some(weaknesses) => weak(weaknesses),
        None => Failure::of_error(error, asked.rest.host.coinbox.now(), field_name),
    }
}

/// 400 that says everything that is weak about a password.
fn weak(weaknesses: &[Value]) -> Failure {
    let words = weaknesses.iter().filter_map(Value::as_str).map(|word| (word, in_words(word)));
    let told: Vec<&str> = words.clone().map(|(_, told)| told).collect();
    let message = format!("new_password: {}", told.join("; "));
    let mut failure = Failure::new(StatusCode::BAD_REQUEST, "weak_password", message);
    failure.fields = words.map(|(word, told)| json!({"field": "new_password", "rule": word, "limit": told})).collect();
    failure
}

fn in_words(weakness: &str) -> &str {
    match weakness {
        "too-short" => "fewer than 12 characters",
        "too-long" => "more than 256 characters",
        "no-upper" => "no upper-case letter (20 characters and more need none)",
        "no-lower" => "no lower-case letter (20 characters and more need none)",
        "no-digit" => "no digit (20 characters and more need none)",
        "no-symbol" => "no symbol (20 characters and more need none)",
        "common" => "too like what many people use, or like your own names",
        "breached" => "it has become known elsewhere",
        "same-as-before" => "it is the present one",
        other => other,
    }
}

/// What the client called an argument.
fn field_name(field: &str) -> String {
    let inside = ["change.", "sign-up.", "document."].iter().find_map(|record| field.strip_prefix(record));
    match inside.unwrap_or(field) {
        "caller.idempotency-key" => "Idempotency-Key".to_owned(),
        "old" => "password".to_owned(),
        "new" => "new_password".to_owned(),
        other => other.replace('-', "_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weakness_is_told_by_its_word() {
        let failure = weak(&[json!("too-short"), json!("common"), json!("of-a-later-version")]);
        assert_eq!((failure.status.as_u16(), failure.code.as_str()), (400, "weak_password"));
        let expected = "new_password: fewer than 12 characters; too like what many people use, or like your own names; of-a-later-version";
        assert_eq!(failure.message, expected);
        let rules: Vec<&Value> = failure.fields.iter().map(|field| &field["rule"]).collect();
        assert_eq!(rules, [&json!("too-short"), &json!("common"), &json!("of-a-later-version")]);
    }

    #[test]
    fn fields_have_the_clients_names() {
        for (field, expected) in [
            ("old", "password"),
            ("new", "new_password"),
            ("change.language", "language"),
            ("sign-up.company", "company"),
            ("document.name", "name"),
            ("device-token", "device_token"),
            ("caller.idempotency-key", "Idempotency-Key"),
        ] {
            assert_eq!(field_name(field), expected);
        }
    }
}
