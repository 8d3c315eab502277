//! `/v1/Account/{auth_id}/Destination/…`: numbers that a trial may call and write to (ACC-6).

use super::login::{given, word};
use super::{flow, shown};
use crate::answer::Failure;
use crate::asked::Asked;
use crate::route::{Answers, Method, Route};
use crate::takes::{Takes, Who};
use axum::http::StatusCode;
use serde_json::{Value, json};

const fn row(
    method: Method,
    path: &'static str,
    function: &'static str,
    keys: &'static [&'static str],
    answers: Answers,
    what: &'static str,
) -> Route {
    Route {
        method,
        path,
        name: "destinations",
        who: Who::Known,
        function: Some(function),
        takes: Takes::Object(keys),
        answers,
        what,
    }
}

/// The routes of this file.
pub const ROUTES: &[Route] = &[
    Route {
        takes: Takes::Nothing,
        ..row(
            Method::Get,
            "/v1/Account/{auth_id}/Destination/",
            "destinations.list",
            &[],
            Answers::Object(|asked| Box::pin(list(asked))),
            "Numbers that the account has verified",
        )
    },
    row(
        Method::Post,
        "/v1/Account/{auth_id}/Destination/",
        "destinations.begin",
        &["number", "channel"],
        Answers::Object(|asked| Box::pin(begin(asked))),
        "send a code to another one: `number`, `channel` (`sms` or `voice`)",
    ),
    row(
        Method::Post,
        "/v1/Account/{auth_id}/Destination/{number}/",
        "destinations.check",
        &["code"],
        Answers::Object(|asked| Box::pin(check(asked))),
        "Hand the `code` in",
    ),
    Route {
        takes: Takes::Nothing,
        ..row(
            Method::Delete,
            "/v1/Account/{auth_id}/Destination/{number}/",
            "destinations.remove",
            &[],
            Answers::Nothing(|asked| Box::pin(remove(asked))),
            "take it away",
        )
    },
];

async fn list(asked: Asked) -> Result<Value, Failure> {
    let listed = flow::call(&asked, "destinations.list", json!({"auth-id": asked.account()})).await?;
    Ok(shown::list(&asked, "destinations", listed))
}

async fn begin(asked: Asked) -> Result<Value, Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": given(&asked, "number")?, "channel": word(&asked, "channel", "sms")?});
    let sent = flow::call(&asked, "destinations.begin", arguments).await?;
    Ok(shown::object(&asked, sent))
}

async fn check(asked: Asked) -> Result<Value, Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": asked.segment(1), "code": given(&asked, "code")?});
    let mut answer = flow::call(&asked, "destinations.check", arguments).await?;
    match answer.get_mut("verified").map(Value::take) {
        Some(verified) => Ok(shown::object(&asked, verified)),
        None => Err(wrong(&asked.api_id, &answer["wrong"]["left"])),
    }
}

/// 403: it was counted.
fn wrong(api_id: &str, left: &Value) -> Failure {
    let mut failure = Failure::new(StatusCode::FORBIDDEN, "wrong", "what was typed is wrong");
    failure.done = Some(Box::new(json!({"api_id": api_id, "tries_left": left})));
    failure
}

async fn remove(asked: Asked) -> Result<(), Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": asked.segment(1)});
    flow::call(&asked, "destinations.remove", arguments).await?;
    Ok(())
}
