//! `/v1/Me/…`: one's own name, language, address and second factors (SEC-3 to SEC-5, ACC-10).

use super::flow;
use super::login::{given, word};
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
        name: "me",
        who,
        function: Some(function),
        takes: Takes::Object(keys),
        answers,
        what,
    }
}

const fn reading(path: &'static str, function: &'static str, answers: Answers, what: &'static str) -> Route {
    Route { method: Method::Get, takes: Takes::Nothing, ..row(path, Who::Person, function, &[], answers, what) }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    reading("/v1/Me/", "profile.get", Answers::Object(|asked| Box::pin(get(asked))), "Oneself"),
    row(
        "/v1/Me/",
        Who::Person,
        "profile.change",
        &["name", "language"],
        Answers::Object(|asked| Box::pin(change(asked))),
        "change `name`, `language`",
    ),
    row(
        "/v1/Me/Email/",
        Who::Person,
        "profile.request-email",
        &["email"],
        Answers::Changed(|asked| Box::pin(request_email(asked))),
        "Ask for another address (fresh proof): `email`. It changes when that mailbox confirms",
    ),
    row(
        "/v1/Me/Email/Confirm/",
        Who::Stranger,
        "profile.confirm-email",
        &["link"],
        Answers::Changed(|asked| Box::pin(use_link(asked, "profile.confirm-email"))),
        "Confirm it: `link`",
    ),
    row(
        "/v1/Me/Email/Undo/",
        Who::Stranger,
        "profile.undo-email",
        &["link"],
        Answers::Changed(|asked| Box::pin(use_link(asked, "profile.undo-email"))),
        "Take a change of address back: `link`",
    ),
    reading(
        "/v1/Me/Factor/",
        "profile.factors",
        Answers::Object(|asked| Box::pin(factors(asked))),
        "One's second factors",
    ),
    Route {
        method: Method::Delete,
        takes: Takes::Nothing,
        ..row(
            "/v1/Me/Factor/{kind}/",
            Who::Person,
            "profile.remove-factor",
            &[],
            Answers::Entry(|asked| Box::pin(remove_factor(asked))),
            "Take one away (fresh proof): `phone`, `authenticator` or `recovery`",
        )
    },
    row(
        "/v1/Me/Code/",
        Who::Person,
        "profile.send-code",
        &["purpose", "number", "channel"],
        Answers::Object(|asked| Box::pin(send_code(asked))),
        "Send a code: `purpose` `first_phone` (with `number`), `new_phone` or `new_authenticator`, `channel`",
    ),
    row(
        "/v1/Me/Authenticator/",
        Who::Person,
        "profile.begin-authenticator",
        &["code"],
        Answers::Entry(|asked| Box::pin(begin_authenticator(asked))),
        "Begin an authenticator: `code` of a present factor. The answer has `uri`, `secret` and `qr_svg`, once",
    ),
    row(
        "/v1/Me/Authenticator/Confirm/",
        Who::Person,
        "profile.confirm-authenticator",
        &["code"],
        Answers::Entry(|asked| Box::pin(confirm(asked, "profile.confirm-authenticator"))),
        "Its first `code`",
    ),
    row(
        "/v1/Me/Phone/",
        Who::Person,
        "profile.start-phone-change",
        &["number"],
        Answers::Object(|asked| Box::pin(start_phone_change(asked))),
        "Begin another phone (fresh proof): `number`",
    ),
    row(
        "/v1/Me/Phone/Confirm/",
        Who::Person,
        "profile.confirm-phone",
        &["code"],
        Answers::Entry(|asked| Box::pin(confirm(asked, "profile.confirm-phone"))),
        "The `code` that was sent to it",
    ),
    row(
        "/v1/Me/RecoveryCodes/",
        Who::Person,
        "profile.new-recovery-codes",
        &[],
        Answers::Object(|asked| Box::pin(recovery_codes(asked))),
        "Ten new recovery codes (fresh proof), shown once; the old ones are void",
    ),
];

async fn get(asked: Asked) -> Result<Value, Failure> {
    let found = flow::call(&asked, "profile.get", json!({})).await?;
    Ok(shown::object(&asked, found))
}

async fn change(asked: Asked) -> Result<Value, Failure> {
    let change = json!({"name": asked.only_text("name")?, "language": asked.only_text("language")?});
    let changed = flow::call(&asked, "profile.change", json!({"change": change})).await?;
    Ok(shown::object(&asked, changed))
}

async fn request_email(asked: Asked) -> Result<(), Failure> {
    flow::call(&asked, "profile.request-email", json!({"email": given(&asked, "email")?})).await?;
    Ok(())
}

async fn use_link(asked: Asked, function: &'static str) -> Result<(), Failure> {
    flow::call(&asked, function, json!({"link": given(&asked, "link")?})).await?;
    Ok(())
}

async fn factors(asked: Asked) -> Result<Value, Failure> {
    let found = flow::call(&asked, "profile.factors", json!({})).await?;
    Ok(shown::object(&asked, found))
}

async fn remove_factor(asked: Asked) -> Result<Entry, Failure> {
    let kind = asked.segment(0).to_owned();
    let entered = flow::call(&asked, "profile.remove-factor", json!({"kind": kind})).await?;
    shown::entered(&asked, "entered", entered)
}

async fn send_code(asked: Asked) -> Result<Value, Failure> {
    let arguments = json!({"purpose": word(&asked, "purpose", "")?, "number": asked.only_text("number")?,
        "channel": word(&asked, "channel", "sms")?});
    let sent = flow::call(&asked, "profile.send-code", arguments).await?;
    Ok(shown::object(&asked, sent))
}

async fn begin_authenticator(asked: Asked) -> Result<Entry, Failure> {
    let arguments = json!({"code": asked.only_text("code")?});
    let begun = flow::call(&asked, "profile.begin-authenticator", arguments).await?;
    shown::step(&asked, begun)
}

async fn confirm(asked: Asked, function: &'static str) -> Result<Entry, Failure> {
    let confirmed = flow::call(&asked, function, json!({"code": given(&asked, "code")?})).await?;
    shown::step(&asked, confirmed)
}

async fn start_phone_change(asked: Asked) -> Result<Value, Failure> {
    let number = given(&asked, "number")?;
    let factors = flow::call(&asked, "profile.start-phone-change", json!({"number": number})).await?;
    Ok(shown::object(&asked, factors))
}

async fn recovery_codes(asked: Asked) -> Result<Value, Failure> {
    let codes = flow::call(&asked, "profile.new-recovery-codes", json!({})).await?;
    Ok(shown::list(&asked, "recovery_codes", codes))
}
