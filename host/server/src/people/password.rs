//! `/v1/Password/…`: forgotten, changed and temporary passwords (ACC-11, SEC-8, SEC-11).

use super::flow::{self, Flow};
use super::login::given;
use super::shown;
use crate::answer::Failure;
use crate::asked::Asked;
use crate::forms::Entry;
use crate::route::{Answers, Method, Route};
use crate::takes::{Takes, Who};
use serde_json::{Value, json};

const fn row(
    path: &'static str,
    who: Who,
    function: &'static str,
    keys: &'static [&'static str],
    answers: Answers,
    what: &'static str,
) -> Route {
    Route {
        method: Method::Post,
        path,
        name: "password",
        who,
        function: Some(function),
        takes: Takes::Object(keys),
        answers,
        what,
    }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    row(
        "/v1/Password/RequestReset/",
        Who::Stranger,
        "password.request-reset",
        &["email"],
        Answers::Object(|asked| Box::pin(request_reset(asked))),
        "Mail a link for a new password to `email`. The answer is the same for every address",
    ),
    row(
        "/v1/Password/Reset/",
        Who::Stranger,
        "password.finish-reset",
        &["link", "new_password"],
        Answers::Object(|asked| Box::pin(reset(asked))),
        "Set a new password: `link`, `new_password`. It opens no session and answers a `device_token`",
    ),
    row(
        "/v1/Password/Change/",
        Who::Person,
        "password.finish-change",
        &["password", "new_password"],
        Answers::Entry(|asked| Box::pin(change(asked))),
        "Change one's password: `password`, `new_password`. All other sessions end",
    ),
    row(
        "/v1/Password/Choose/",
        Who::Person,
        "password.choose",
        &["new_password"],
        Answers::Entry(|asked| Box::pin(choose(asked))),
        "Choose a password after a temporary one: `new_password`",
    ),
];

async fn request_reset(asked: Asked) -> Result<Value, Failure> {
    flow::call(&asked, "password.request-reset", json!({"email": given(&asked, "email")?})).await?;
    Ok(json!({"api_id": asked.api_id, "message": "if this address has a login, a mail is on its way"}))
}

async fn reset(asked: Asked) -> Result<Value, Failure> {
    let (link, new) = (given(&asked, "link")?, given(&asked, "new_password")?);
    let flow = Flow {
        start: ("password.start-reset", json!({"link": link})),
        old: None,
        new: Some(new),
        finish: ("password.finish-reset", json!({})),
    };
    let (asked, device_token) = flow::run(asked, flow).await?;
    Ok(json!({"api_id": asked.api_id, "device_token": device_token}))
}

async fn change(asked: Asked) -> Result<Entry, Failure> {
    let (old, new) = (given(&asked, "password")?, given(&asked, "new_password")?);
    let flow = Flow {
        start: ("password.start-change", json!({"old": old})),
        old: Some(old),
        new: Some(new),
        finish: ("password.finish-change", json!({})),
    };
    let (asked, checked) = flow::run(asked, flow).await?;
    shown::step(&asked, checked)
}

async fn choose(asked: Asked) -> Result<Entry, Failure> {
    let new = given(&asked, "new_password")?;
    let flow = Flow {
        start: ("password.start-choose", json!({})),
        old: None,
        new: Some(new),
        finish: ("password.choose", json!({})),
    };
    let (asked, entered) = flow::run(asked, flow).await?;
    shown::entered(&asked, "entered", entered)
}
