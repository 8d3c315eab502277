//! `/v1/Login/…`: into a session, a fresh proof in it, and out of it (SEC-3, SEC-9).
//!
//! Passwords, codes and links stand in a JSON body only: what stands in a path or a question is in logs.

use super::flow::{self, Flow};
use super::shown;
use crate::answer::Failure;
use crate::asked::Asked;
use crate::forms::Entry;
use crate::route::{Answers, Method, Route};
use crate::session;
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
        name: "login",
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
        "/v1/Login/",
        Who::Stranger,
        "login.finish",
        &["email", "password", "device_token"],
        Answers::Entry(|asked| Box::pin(log_in(asked))),
        "Log in: `email`, `password`, `device_token` of an earlier login on this device. The answer has `step` (`second_factor`, `choose_password`, `enrol`) with a half session",
    ),
    row(
        "/v1/Login/Link/",
        Who::Stranger,
        "links.look",
        &["link"],
        Answers::Object(|asked| Box::pin(look(asked))),
        "What a `link` of a mail is for, without using it up",
    ),
    row(
        "/v1/Login/Accept/",
        Who::Stranger,
        "members.finish-accept",
        &["link", "new_password", "name"],
        Answers::Entry(|asked| Box::pin(accept(asked))),
        "Accept an invitation: `link`, `new_password`, `name`. The half session can only enrol a first factor",
    ),
    row(
        "/v1/Login/Enrol/",
        Who::Stranger,
        "members.finish-enrol",
        &["link", "password"],
        Answers::Entry(|asked| Box::pin(enrol(asked))),
        "Set up new factors after all were lost: `link` and `password`",
    ),
    row(
        "/v1/Login/Code/",
        Who::Person,
        "login.send-code",
        &["channel"],
        Answers::Object(|asked| Box::pin(send_code(asked))),
        "Send a code to one's phone: `channel` `sms` or `voice`",
    ),
    row(
        "/v1/Login/Check/",
        Who::Person,
        "login.check",
        &["method", "code"],
        Answers::Entry(|asked| Box::pin(check(asked))),
        "Hand a code in: `method` `phone`, `authenticator` or `recovery`, and `code`. A half session becomes a session; a session gets fresh proof",
    ),
    row(
        "/v1/Login/Proof/",
        Who::Person,
        "login.finish-proof",
        &["password"],
        Answers::Entry(|asked| Box::pin(prove(asked))),
        "Fresh proof by `password`",
    ),
    row(
        "/v1/Login/Touch/",
        Who::Person,
        "login.touch",
        &[],
        Answers::Object(|asked| Box::pin(touch(asked))),
        "Say that one is still there",
    ),
    row(
        "/v1/Login/Logout/",
        Who::Person,
        "login.logout",
        &[],
        Answers::Entry(|asked| Box::pin(log_out(asked))),
        "End this session",
    ),
    Route {
        method: Method::Get,
        takes: Takes::Nothing,
        ..row(
            "/v1/Login/Session/",
            Who::Person,
            "login.list-sessions",
            &[],
            Answers::Object(|asked| Box::pin(sessions(asked))),
            "One's sessions",
        )
    },
    Route {
        method: Method::Delete,
        takes: Takes::Nothing,
        ..row(
            "/v1/Login/Session/",
            Who::Person,
            "login.end-others",
            &[],
            Answers::Object(|asked| Box::pin(end_others(asked))),
            "end all but this one",
        )
    },
    Route {
        method: Method::Delete,
        takes: Takes::Nothing,
        ..row(
            "/v1/Login/Session/{name}/",
            Who::Person,
            "login.end-session",
            &[],
            Answers::Nothing(|asked| Box::pin(end(asked))),
            "End one of them",
        )
    },
    Route {
        method: Method::Get,
        takes: Takes::Nothing,
        ..row(
            "/v1/Login/History/",
            Who::Person,
            "login.list-logins",
            &[],
            Answers::Object(|asked| Box::pin(history(asked))),
            "The last tries to log in as oneself",
        )
    },
];

/// A text that must be given; what is not given is empty, and the rules say what is wrong with that.
pub(super) fn given(asked: &Asked, name: &str) -> Result<String, Failure> {
    Ok(asked.only_text(name)?.unwrap_or_default())
}

/// A word of the contract, however it is joined.
pub(super) fn word(asked: &Asked, name: &str, usual: &str) -> Result<String, Failure> {
    Ok(asked.only_text(name)?.map_or_else(|| usual.to_owned(), |word| word.replace('_', "-")))
}

async fn log_in(asked: Asked) -> Result<Entry, Failure> {
    let (email, old) = (given(&asked, "email")?, given(&asked, "password")?);
    let start = json!({"email": email, "old": old, "device-token": asked.only_text("device_token")?});
    let flow = Flow { start: ("login.start", start), old: Some(old), new: None, finish: ("login.finish", json!({})) };
    let (asked, step) = flow::run(asked, flow).await?;
    shown::step(&asked, step)
}

async fn look(asked: Asked) -> Result<Value, Failure> {
    let found = flow::call(&asked, "links.look", json!({"link": given(&asked, "link")?})).await?;
    Ok(shown::object(&asked, found))
}

async fn accept(asked: Asked) -> Result<Entry, Failure> {
    let (link, new) = (given(&asked, "link")?, given(&asked, "new_password")?);
    let flow = Flow {
        start: ("members.start-accept", json!({"link": link})),
        old: None,
        new: Some(new),
        finish: ("members.finish-accept", json!({"name": asked.only_text("name")?})),
    };
    let (asked, half) = flow::run(asked, flow).await?;
    shown::entered(&asked, "enrol", half)
}

async fn enrol(asked: Asked) -> Result<Entry, Failure> {
    let (link, old) = (given(&asked, "link")?, given(&asked, "password")?);
    let flow = Flow {
        start: ("members.start-enrol", json!({"link": link, "old": old})),
        old: Some(old),
        new: None,
        finish: ("members.finish-enrol", json!({})),
    };
    let (asked, step) = flow::run(asked, flow).await?;
    shown::step(&asked, step)
}

async fn send_code(asked: Asked) -> Result<Value, Failure> {
    let channel = word(&asked, "channel", "sms")?;
    let sent = flow::call(&asked, "login.send-code", json!({"channel": channel})).await?;
    Ok(shown::object(&asked, sent))
}

async fn check(asked: Asked) -> Result<Entry, Failure> {
    let arguments = json!({"method": word(&asked, "method", "")?, "code": given(&asked, "code")?});
    let checked = flow::call(&asked, "login.check", arguments).await?;
    shown::step(&asked, checked)
}

async fn prove(asked: Asked) -> Result<Entry, Failure> {
    let old = given(&asked, "password")?;
    let flow = Flow {
        start: ("login.start-proof", json!({"old": old})),
        old: Some(old),
        new: None,
        finish: ("login.finish-proof", json!({})),
    };
    let (asked, checked) = flow::run(asked, flow).await?;
    shown::step(&asked, checked)
}

async fn touch(asked: Asked) -> Result<Value, Failure> {
    let now = flow::call(&asked, "login.touch", json!({})).await?;
    Ok(shown::object(&asked, now))
}

async fn log_out(asked: Asked) -> Result<Entry, Failure> {
    flow::call(&asked, "login.logout", json!({})).await?;
    let body = json!({"api_id": asked.api_id, "step": "out"});
    Ok(Entry { body, cookie: asked.is_from_pages().then(session::taking) })
}

async fn sessions(asked: Asked) -> Result<Value, Failure> {
    let sessions = flow::call(&asked, "login.list-sessions", json!({})).await?;
    Ok(shown::list(&asked, "sessions", sessions))
}

async fn end_others(asked: Asked) -> Result<Value, Failure> {
    let ended = flow::call(&asked, "login.end-others", json!({})).await?;
    Ok(shown::list(&asked, "ended", ended))
}

async fn end(asked: Asked) -> Result<(), Failure> {
    let name = asked.segment(0).to_owned();
    flow::call(&asked, "login.end-session", json!({"name": name})).await?;
    Ok(())
}

async fn history(asked: Asked) -> Result<Value, Failure> {
    let logins = flow::call(&asked, "login.list-logins", json!({})).await?;
    Ok(shown::list(&asked, "logins", logins))
}
