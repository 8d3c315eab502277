//! `coinbox signup …`: from a mail address to an account that may be used, step by step.

use super::super::arguments::{SignUpStep, word};
use super::super::show::{Rows, Text};
use super::own::{Person, shown};
use super::{login, routes, typed};
use coinbox_operations::door::Sent;
use coinbox_operations::words::field;
use serde_json::{Value, json};
use std::path::Path;

/// Largest document.
const DOCUMENT_BYTES_MAX: u64 = 10 << 20;

/// Runs `signup …`.
pub(in super::super) fn signup(person: &mut Person<'_>, step: SignUpStep) -> anyhow::Result<()> {
    match step {
        SignUpStep::Start { email, name, company, language, country, timezone } => {
            let password = typed::new_secret("new password")?;
            let sent = json!({"email": email, "name": name, "company": company, "language": language, "country": country,
                "timezone": timezone, "new_password": password});
            person.kept.email = Some(email);
            let answer = person.nobody(routes::SIGN_UP, Sent::Json(&sent))?;
            mailed(person, answer)
        }
        SignUpStep::Resend => {
            let sent = json!({"holder": holder(person)?});
            let answer = person.nobody(routes::SIGN_UP_RESEND, Sent::Json(&sent))?;
            mailed(person, answer)
        }
        SignUpStep::Confirm { link } => confirm(person, &link),
        SignUpStep::Phone { number, channel } => {
            let sent = json!({"purpose": "first_phone", "number": number, "channel": word(Some(channel))});
            let answer = person.mine(routes::CODE, Sent::Json(&sent))?;
            person.output.note("Hand it in: coinbox signup code CODE");
            person
                .output
                .answer(&shown(answer), |answer| Text::Line(format!("a code is on its way to {}", field(answer, "to"))))
        }
        SignUpStep::Code { code } => {
            let answer = person.mine(routes::PHONE_CONFIRM, Sent::Json(&json!({"code": code})))?;
            if login::step(&answer) != "confirmed" {
                return Err(login::told(&answer));
            }
            recovery_codes(person, shown(answer), "your phone is your second factor")
        }
        SignUpStep::Status => status(person),
        SignUpStep::HandIn { kind, file } => hand_in(person, &word(Some(kind)).unwrap_or_default(), &file),
    }
}

fn mailed(person: &mut Person<'_>, answer: Value) -> anyhow::Result<()> {
    person.save()?;
    person.output.note("Follow it: coinbox signup confirm LINK");
    person.output.answer(&shown(answer), |answer| {
        Text::Line(format!("a link is on its way by mail, good until {}", field(answer, "until")))
    })
}

/// The secret of the sign-up that this machine has begun.
fn holder(person: &Person<'_>) -> anyhow::Result<String> {
    let holder = person.kept.sign_up.clone();
    holder.ok_or_else(|| anyhow::anyhow!("no sign-up was begun here: run `coinbox signup start`"))
}

/// The token in a link, which stands behind `#` in the mail.
fn token_of(link: &str) -> &str {
    link.rsplit(['#', '/', '=']).next().unwrap_or(link).trim()
}

fn confirm(person: &mut Person<'_>, link: &str) -> anyhow::Result<()> {
    let link = token_of(link);
    anyhow::ensure!(
        link.starts_with("lk_"),
        "LINK: wrong form: it is the link of the mail, or the part that begins with lk_"
    );
    let mut sent = json!({"link": link});
    match &person.kept.sign_up {
        Some(holder) => sent["holder"] = holder.as_str().into(),
        None => sent["password"] = typed::secret("password of the sign-up")?.into(),
    }
    let answer = person.nobody(routes::SIGN_UP_CONFIRM, Sent::Json(&sent))?;
    if login::step(&answer) != "enrol" {
        return Err(login::told(&answer));
    }
    person.kept.sign_up = None;
    person.save()?;
    person.output.note("A phone comes next, within 10 minutes: coinbox signup phone NUMBER");
    person.output.answer(&shown(answer), |answer| Text::Line(format!("your account is {}", field(answer, "account"))))
}

/// Codes that are shown once.
pub(super) fn recovery_codes(person: &Person<'_>, answer: Value, said: &str) -> anyhow::Result<()> {
    let codes: Vec<String> = answer["recovery_codes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|code| code.as_str().map(str::to_owned))
        .collect();
    if !codes.is_empty() {
        person.output.note("Keep these recovery codes on paper. Each is good once, and they are never shown again:");
    }
    person.output.answer(&answer, |_| {
        Text::Line(if codes.is_empty() { said.to_owned() } else { format!("{said}\n{}", codes.join("\n")) })
    })
}

/// The account of the session that is kept.
pub(super) fn account(person: &Person<'_>) -> anyhow::Result<String> {
    let account = person.kept.session.as_ref().and_then(|session| session.account.clone());
    account.ok_or_else(|| anyhow::anyhow!("you are not logged in at {}: run `coinbox login`", person.door.base()))
}

fn status(person: &mut Person<'_>) -> anyhow::Result<()> {
    let route = routes::review(&account(person)?);
    let answer = person.mine(&route, Sent::Get)?;
    person.output.answer(&answer["steps"], |steps| {
        let mut rows = Rows::new(&["step", "done", "asked", "documents", "decision until"]);
        for step in steps.as_array().into_iter().flatten() {
            let documents = step["documents"].as_array().into_iter().flatten().filter_map(Value::as_str);
            rows.add(vec![
                field(step, "step"),
                if step["done"] == true { "yes" } else { "no" }.to_owned(),
                field(step, "asked"),
                documents.collect::<Vec<_>>().join(", "),
                field(step, "due"),
            ]);
        }
        Text::Table(rows)
    })
}

fn hand_in(person: &mut Person<'_>, kind: &str, file: &Path) -> anyhow::Result<()> {
    let failed = |error: std::io::Error| anyhow::anyhow!("FILE: {}: {error}", file.display());
    let size = std::fs::metadata(file).map_err(failed)?.len();
    anyhow::ensure!(size <= DOCUMENT_BYTES_MAX, "FILE: {} is too large (limit: 10 MiB)", file.display());
    let bytes = std::fs::read(file).map_err(failed)?;
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let route = routes::document(&account(person)?, kind, name);
    let answer = person.mine(&route, Sent::File(&bytes))?;
    person
        .output
        .answer(&shown(answer), |answer| Text::Line(format!("handed in as document {}", field(answer, "number"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_taken_as_the_mail_has_it() {
        for link in [
            "lk_1_2",
            "https://console.example.com/sign-up/confirm#lk_1_2",
            "https://console.example.com/x?link=lk_1_2",
            " lk_1_2 ",
        ] {
            assert_eq!(token_of(link), "lk_1_2", "{link}");
        }
    }
}
