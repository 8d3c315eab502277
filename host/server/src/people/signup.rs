//! `/v1/SignUp/…`: from a mail address to an account whose phone is to be verified (ACC-1, ACC-2, ACC-3).
//!
//! Whoever has begun a sign-up holds a secret. With it the link of the mail works there; elsewhere it takes the password (R54). Browsers hold it as the
//! cookie `__Host-coinbox-signup`, programs get it as `holder` and send it back so.

use super::flow::{self, Flow};
use super::login::given;
use super::shown;
use crate::answer::Failure;
use crate::asked::Asked;
use crate::forms::Entry;
use crate::route::{Answers, Handler, Method, Route};
use crate::session;
use crate::takes::{Takes, Who};
use axum::http::StatusCode;
use serde_json::{Value, json};

const fn row(
    path: &'static str,
    function: &'static str,
    keys: &'static [&'static str],
    handler: Handler<Entry>,
    what: &'static str,
) -> Route {
    Route {
        method: Method::Post,
        path,
        name: "sign-up",
        who: Who::Stranger,
        function: Some(function),
        takes: Takes::Object(keys),
        answers: Answers::Entry(handler),
        what,
    }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    row(
        "/v1/SignUp/",
        "signup.finish",
        &["email", "name", "company", "language", "country", "timezone", "new_password"],
        |asked| Box::pin(start(asked)),
        "Sign up: `email` (a work address), `name`, `company`, `language`, `country`, `timezone`, `new_password`. A link is mailed. The answer is the same whether or not the address is known; it has `holder`, or pages get a cookie",
    ),
    row(
        "/v1/SignUp/Resend/",
        "signup.resend",
        &["holder"],
        |asked| Box::pin(resend(asked)),
        "Mail a new link, three a day; the one before is void: `holder`, or the cookie",
    ),
    row(
        "/v1/SignUp/Confirm/",
        "signup.confirm",
        &["link", "holder", "password"],
        |asked| Box::pin(confirm(asked)),
        "Follow the `link` with `holder` or the cookie, or elsewhere with the `password` of the sign-up. The answer has `account`, and a half session that can only enrol a phone",
    ),
];

async fn start(asked: Asked) -> Result<Entry, Failure> {
    let new = given(&asked, "new_password")?;
    let language = asked.only_text("language")?.unwrap_or_else(|| "en".to_owned());
    let sign_up = json!({"email": given(&asked, "email")?, "name": given(&asked, "name")?, "company": given(&asked, "company")?,
        "language": language, "country": asked.only_text("country")?, "timezone": asked.only_text("timezone")?});
    let flow = Flow {
        start: ("signup.start", json!({"sign-up": sign_up})),
        old: None,
        new: Some(new),
        finish: ("signup.finish", json!({})),
    };
    let (asked, pending) = flow::run(asked, flow).await.map_err(told)?;
    Ok(waits(&asked, pending))
}

async fn resend(asked: Asked) -> Result<Entry, Failure> {
    let pending = flow::call(&asked, "signup.resend", json!({"holder": holder(&asked)?.unwrap_or_default()}))
        .await
        .map_err(told)?;
    Ok(waits(&asked, pending))
}

async fn confirm(asked: Asked) -> Result<Entry, Failure> {
    let (link, old) = (given(&asked, "link")?, asked.only_text("password")?);
    let Some(old) = old else {
        let Some(holder) = holder(&asked)? else {
            return Err(Failure::field(
                "password",
                "missing",
                "is missing: the link was opened elsewhere than it was asked for",
            ));
        };
        let confirmed =
            flow::call(&asked, "signup.confirm", json!({"link": link, "holder": holder})).await.map_err(told)?;
        return entered(&asked, confirmed);
    };
    let flow = Flow {
        start: ("signup.start-confirm", json!({"link": link, "old": old})),
        old: Some(old),
        new: None,
        finish: ("signup.finish-confirm", json!({})),
    };
    let (asked, mut answer) = flow::run(asked, flow).await.map_err(told)?;
    match answer.get_mut("confirmed").map(Value::take) {
        Some(confirmed) => entered(&asked, confirmed),
        None => Err(Failure::new(StatusCode::UNAUTHORIZED, "wrong", "the password is not that of this sign-up")),
    }
}

/// The secret of whoever has begun the sign-up: what a request says of itself goes before what a browser adds to it.
fn holder(asked: &Asked) -> Result<Option<String>, Failure> {
    Ok(asked.only_text("holder")?.or_else(|| asked.holder().map(str::to_owned)))
}

/// A sign-up that waits for its mailbox.
fn waits(asked: &Asked, mut pending: Value) -> Entry {
    let mut cookie = None;
    if asked.is_from_pages() {
        cookie = pending["holder"].as_str().and_then(session::giving_holder);
        if let Some(pending) = pending.as_object_mut() {
            pending.remove("holder");
        }
    }
    let mut body = shown::object(asked, pending);
    body["message"] = "a mail is on its way".into();
    Entry { body, cookie }
}

/// The account, with a half session that enrols its first factor.
fn entered(asked: &Asked, mut confirmed: Value) -> Result<Entry, Failure> {
    let mut half = confirmed["half"].take();
    half["account"] = confirmed["account"].take();
    shown::entered(asked, "enrol", half)
}

/// Whose mailbox or network is not taken is bad input, or forbidden.
fn told(failure: Failure) -> Failure {
    let field = |rule: &str, what: &str| {
        let told = Failure::field("email", rule, what);
        Failure { code: failure.code.clone(), message: format!("{} ({})", told.message, failure.message), ..told }
    };
    match failure.code.as_str() {
        "personal_mail" => {
            field("personal-mail", "must be an address of a company, not one that people have for themselves")
        }
        "disposable_mail" => field("disposable-mail", "must be an address that lasts"),
        "network" => Failure {
            message: format!("sign-ups are not taken from this network: {}", failure.message),
            status: StatusCode::FORBIDDEN,
            ..failure
        },
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_and_networks_that_are_not_taken_are_told() {
        let of = |code: &str, message: &str| told(Failure::new(StatusCode::CONFLICT, code, message));
        let personal = of("personal_mail", "personal mail (limit: gmail.com)");
        assert_eq!((personal.status.as_u16(), personal.code.as_str()), (400, "personal_mail"));
        assert_eq!(personal.fields[0]["field"], "email");
        assert!(
            personal.message.starts_with("email: must be an address of a company")
                && personal.message.contains("gmail.com")
        );
        assert_eq!(of("disposable_mail", "x").status.as_u16(), 400);
        let network = of("network", "network (limit: vpn)");
        assert_eq!((network.status.as_u16(), network.code.as_str()), (403, "network"));
        assert_eq!(of("gone", "x").status.as_u16(), 409);
    }
}
