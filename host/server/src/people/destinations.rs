//! `/v1/Account/{auth_id}/Destination/…`: the numbers that a trial calls and writes to (ACC-6).

use super::login::{given, word};
use super::{flow, shown};
use crate::answer::Failure;
use crate::asked::Asked;
use crate::forms::Entry;
use crate::route::{Answers, Method, Route};
use crate::takes::{Takes, Who};
use serde_json::{Value, json};

const ALL: &str = "/v1/Account/{auth_id}/Destination/";
const ONE: &str = "/v1/Account/{auth_id}/Destination/{number}/";

const fn row(
    method: Method,
    path: &'static str,
    function: &'static str,
    takes: Takes,
    answers: Answers,
    what: &'static str,
) -> Route {
    Route { method, path, name: "destination", who: Who::Known, function: Some(function), takes, answers, what }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    row(
        Method::Get,
        ALL,
        "destinations.list",
        Takes::Nothing,
        Answers::Object(|asked| Box::pin(list(asked))),
        "Numbers that a trial calls and writes to",
    ),
    row(
        Method::Post,
        ALL,
        "destinations.begin",
        Takes::Object(&["number", "channel"]),
        Answers::Object(|asked| Box::pin(begin(asked))),
        "send a code to one: `number`, `channel` `sms` or `voice`",
    ),
    row(
        Method::Post,
        ONE,
        "destinations.check",
        Takes::Object(&["code"]),
        Answers::Entry(|asked| Box::pin(check(asked))),
        "Verify it by the `code` that was sent to it",
    ),
    row(
        Method::Delete,
        ONE,
        "destinations.remove",
        Takes::Nothing,
        Answers::Nothing(|asked| Box::pin(remove(asked))),
        "take it away",
    ),
];

async fn list(asked: Asked) -> Result<Value, Failure> {
    let found = flow::call(&asked, "destinations.list", json!({"auth-id": asked.account()})).await?;
    Ok(shown::list(&asked, "destinations", found))
}

async fn begin(asked: Asked) -> Result<Value, Failure> {
    let channel = word(&asked, "channel", "sms")?;
    let arguments = json!({"auth-id": asked.account(), "number": given(&asked, "number")?, "channel": channel});
    let sent = flow::call(&asked, "destinations.begin", arguments).await?;
    Ok(shown::object(&asked, sent))
}

async fn check(asked: Asked) -> Result<Entry, Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": asked.segment(1), "code": given(&asked, "code")?});
    let checked = flow::call(&asked, "destinations.check", arguments).await?;
    shown::step(&asked, checked)
}

async fn remove(asked: Asked) -> Result<(), Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": asked.segment(1)});
    flow::call(&asked, "destinations.remove", arguments).await?;
    Ok(())
}
