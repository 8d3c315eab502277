//! `coinbox me …`: profile, second factors, sessions and password of the person who is logged in, and destinations of his trial.

use super::super::arguments::{Channel, MyOwn, word};
use super::super::show::{Rows, Text};
use super::own::{Person, shown};
use super::{destinations, login, routes, signup, typed};
use coinbox_operations::door::Sent;
use coinbox_operations::qr;
use coinbox_operations::words::field;
use serde_json::{Value, json};

/// Runs `me …`.
pub(in super::super) fn me(person: &mut Person<'_>, command: MyOwn) -> anyhow::Result<()> {
    match command {
        MyOwn::Show => {
            let answer = person.mine(routes::ME, Sent::Get)?;
            profile(person, answer)
        }
        MyOwn::Change { name, language } => {
            anyhow::ensure!(name.is_some() || language.is_some(), "nothing to change: give --name or --language");
            let answer = person.mine(routes::ME, Sent::Json(&json!({"name": name, "language": language})))?;
            profile(person, answer)
        }
        MyOwn::Factors => {
            let answer = person.mine(routes::FACTORS, Sent::Get)?;
            factors(person, answer)
        }
        MyOwn::Sessions => {
            let answer = person.mine(routes::SESSIONS, Sent::Get)?;
            sessions(person, &answer)
        }
        MyOwn::Logins => {
            let answer = person.mine(routes::LOGINS, Sent::Get)?;
            logins(person, &answer)
        }
        MyOwn::EndSession { name } => end_session(person, &name),
        MyOwn::EndOthers => {
            let answer = person.mine(routes::SESSIONS, Sent::Delete)?;
            person.output.answer(&shown(answer), |answer| Text::Line(format!("{} have ended", field(answer, "ended"))))
        }
        MyOwn::Authenticator => authenticator(person),
        MyOwn::Phone { number, channel } => phone(person, &number, channel),
        MyOwn::RecoveryCodes => {
            let answer = login::fresh(person, |person| person.mine(routes::RECOVERY_CODES, Sent::Json(&json!({}))))?;
            signup::recovery_codes(person, shown(answer), "the old recovery codes are void")
        }
        MyOwn::RemoveFactor { factor } => {
            let route = format!("{}{}/", routes::FACTORS, word(Some(factor)).unwrap_or_default());
            login::fresh(person, |person| person.mine(&route, Sent::Delete))?;
            said(person, "it is taken away, and your other sessions have ended")
        }
        MyOwn::Password => {
            let old = typed::secret("password in force")?;
            let new = typed::new_secret("new password")?;
            let answer = person.mine(routes::CHANGE, Sent::Json(&json!({"password": old, "new_password": new})))?;
            if login::step(&answer) != "entered" {
                return Err(login::told(&answer));
            }
            said(person, "the password is changed, and your other sessions have ended")
        }
        MyOwn::Email { email } => {
            login::fresh(person, |person| person.mine(routes::EMAIL, Sent::Json(&json!({"email": email}))))?;
            said(person, "a link is mailed to the new address; until it is followed the old one stays")
        }
        MyOwn::Destinations => destinations::list(person),
        MyOwn::AddDestination { number, channel } => destinations::add(person, &number, channel),
        MyOwn::RemoveDestination { number } => destinations::remove(person, &number),
        MyOwn::Logout => {
            let done = person.mine(routes::LOGOUT, Sent::Json(&json!({})));
            person.kept.session = None;
            person.save()?;
            done?;
            said(person, "logged out")
        }
    }
}

fn end_session(person: &mut Person<'_>, name: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !name.is_empty(),
        "NAME: wrong form: `coinbox me sessions` shows it"
    );
    person.mine(&format!("{}{name}/", routes::SESSIONS), Sent::Delete)?;
    said(person, "it has ended")
}

fn said(person: &Person<'_>, what: &str) -> anyhow::Result<()> {
    person.output.answer(&json!({"done": what}), |_| Text::Line(what.to_owned()))
}

fn profile(person: &Person<'_>, answer: Value) -> anyhow::Result<()> {
    person.output.answer(&shown(answer), |me| {
        Text::Table(Rows::of_fields(vec![
            ("account", field(me, "account")),
            ("member", field(me, "number")),
            ("name", field(me, "name")),
            ("email", field(me, "email")),
            ("waits for its confirmation", field(me, "new_email")),
            ("language", field(me, "language")),
            ("role", field(me, "role")),
            ("since", field(me, "since")),
            ("factors", hints(&me["factors"])),
        ]))
    })
}

/// `phone •••• 0100, authenticator`.
fn hints(factors: &Value) -> String {
    let one = |factor: &Value| format!("{} {}", field(factor, "kind"), field(factor, "hint")).trim_end().to_owned();
    factors.as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join(", ")
}

fn factors(person: &Person<'_>, answer: Value) -> anyhow::Result<()> {
    person.output.answer(&shown(answer), |all| {
        Text::Table(Rows::of_fields(vec![
            ("phone", field(&all["phone"], "hint")),
            ("authenticator since", field(all, "authenticator")),
            ("recovery codes left", field(all, "recovery_codes")),
            ("authenticator waits until", field(all, "pending_authenticator")),
            ("new phone that waits", field(&all["pending_phone"], "hint")),
        ]))
    })
}

fn sessions(person: &Person<'_>, answer: &Value) -> anyhow::Result<()> {
    person.output.answer(&answer["sessions"], |sessions| {
        let mut rows = Rows::new(&["name", "since", "last act", "ends", "how", "address", "device", "this one"]);
        for one in sessions.as_array().into_iter().flatten() {
            let mut row: Vec<String> = ["name", "since", "seen", "ends", "how", "address", "device"]
                .iter()
                .map(|name| field(one, name))
                .collect();
            row.push(if one["this_one"] == true { "yes".to_owned() } else { String::new() });
            rows.add(row);
        }
        Text::Table(rows)
    })
}

fn logins(person: &Person<'_>, answer: &Value) -> anyhow::Result<()> {
    person.output.answer(&answer["logins"], |logins| {
        let mut rows = Rows::new(&["at", "entered", "how", "address", "device"]);
        for one in logins.as_array().into_iter().flatten() {
            let entered = if one["entered"] == true { "yes" } else { "no" };
            rows.add(vec![
                field(one, "at"),
                entered.to_owned(),
                field(one, "how"),
                field(one, "address"),
                field(one, "device"),
            ]);
        }
        Text::Table(rows)
    })
}

fn authenticator(person: &mut Person<'_>) -> anyhow::Result<()> {
    let all = person.mine(routes::FACTORS, Sent::Get)?;
    let code = if all["phone"].is_null() && all["authenticator"].is_null() {
        None
    } else if all["phone"].is_null() {
        // Fresh proof comes first, so that the code of the app is not used up by it.
        Some(typed::code("code that your present app shows")?)
    } else {
        let sent = json!({"purpose": "new_authenticator", "channel": "sms"});
        let sent = login::fresh(person, |person| person.mine(routes::CODE, Sent::Json(&sent)))?;
        Some(typed::code(&format!("code that was sent to {}", field(&sent, "to")))?)
    };
    let begun = login::fresh(person, |person| person.mine(routes::AUTHENTICATOR, Sent::Json(&json!({"code": code}))))?;
    let Some(uri) = begun["uri"].as_str() else { return Err(login::told(&begun)) };
    let drawn = qr::blocks(uri)?;
    person
        .output
        .note(&format!("{drawn}\nScan this with your app, or type the secret: {}\n{uri}", field(&begun, "secret")));
    if person.output.is_json() {
        person.output.line(&serde_json::to_string_pretty(&shown(begun.clone()))?)?;
    }
    let first = typed::code("first code that your app shows")?;
    let confirmed = person.mine(routes::AUTHENTICATOR_CONFIRM, Sent::Json(&json!({"code": first})))?;
    if login::step(&confirmed) != "confirmed" {
        return Err(login::told(&confirmed));
    }
    signup::recovery_codes(person, shown(confirmed), "your app is your second factor")
}

fn phone(person: &mut Person<'_>, number: &str, channel: Channel) -> anyhow::Result<()> {
    login::fresh(person, |person| person.mine(routes::PHONE, Sent::Json(&json!({"number": number}))))?;
    let sent = json!({"purpose": "new_phone", "channel": word(Some(channel))});
    let sent = person.mine(routes::CODE, Sent::Json(&sent))?;
    let code = typed::code(&format!("code that was sent to {}", field(&sent, "to")))?;
    let confirmed = person.mine(routes::PHONE_CONFIRM, Sent::Json(&json!({"code": code})))?;
    if login::step(&confirmed) != "confirmed" {
        return Err(login::told(&confirmed));
    }
    signup::recovery_codes(person, shown(confirmed), "your phone is changed, and your other sessions have ended")
}

#[cfg(test)]
mod tests {
    use super::super::super::arguments::Factor;
    use super::*;

    #[test]
    fn factors_are_told_with_their_hints() {
        let factors = json!([{"kind": "authenticator", "hint": ""}, {"kind": "phone", "hint": "•••• 0100"}]);
        assert_eq!(hints(&factors), "authenticator, phone •••• 0100");
    }

    #[test]
    fn every_kind_of_factor_has_its_word() {
        for (factor, expected) in
            [(Factor::Phone, "phone"), (Factor::Authenticator, "authenticator"), (Factor::Recovery, "recovery")]
        {
            assert_eq!(word(Some(factor)).as_deref(), Some(expected));
        }
    }
}
