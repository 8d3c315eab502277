//! `coinbox login`: a password, then a second factor.

use super::super::arguments::{Channel, Factor, Login, word};
use super::super::show::{Text, printable};
use super::{Person, routes, shown, typed};
use coinbox_operations::door::{Denied, Sent};
use serde_json::{Value, json};

/// Runs `login`.
pub(in super::super) fn login(person: &mut Person<'_>, asked: Login) -> anyhow::Result<()> {
    let email = asked.email.clone().or_else(|| person.kept.email.clone());
    let email = email.ok_or_else(|| anyhow::anyhow!("EMAIL: missing: no login before has left one"))?;
    let password = typed::secret("password")?;
    let sent = json!({"email": email, "password": password, "device_token": person.kept.device});
    let mut answer = person.nobody(routes::LOGIN, Sent::Json(&sent))?;
    person.kept.email = Some(email);
    person.save()?;
    loop {
        answer = match step(&answer) {
            "entered" => return entered(person, answer),
            "second_factor" => second_factor(person, &answer, asked.factor, asked.channel)?,
            "choose_password" => {
                let new = typed::new_secret("a password of your own")?;
                person.mine(routes::CHOOSE, Sent::Json(&json!({"new_password": new})))?
            }
            "enrol" => {
                person.output.note("You have no second factor yet.");
                person.output.note("Add a phone: coinbox signup phone NUMBER");
                return person.output.answer(&shown(answer), |_| Text::Line("a second factor is missing".to_owned()));
            }
            _ => return Err(told(&answer)),
        };
    }
}

/// Where an answer says that somebody stands.
pub(super) fn step(answer: &Value) -> &str {
    answer["step"].as_str().unwrap_or_default()
}

/// What stops a command that needs a session without further steps.
pub(super) fn told(answer: &Value) -> anyhow::Error {
    match step(answer) {
        "choose_password" | "enrol" | "second_factor" => {
            anyhow::anyhow!("your login is not at its end: run `coinbox login`")
        }
        other => anyhow::anyhow!("the server has answered `{}`, which this program does not know", printable(other)),
    }
}

fn entered(person: &mut Person<'_>, answer: Value) -> anyhow::Result<()> {
    let account = answer["account"].as_str().unwrap_or_default().to_owned();
    let role = answer["role"].as_str().unwrap_or_default().to_owned();
    person.output.answer(&shown(answer), |_| Text::Line(format!("logged in to {account} as {role}")))
}

/// The factor to use: the one that was named, or the first that there is.
fn factor(answer: &Value, named: Option<Factor>) -> anyhow::Result<String> {
    let kinds: Vec<&str> =
        answer["factors"].as_array().into_iter().flatten().filter_map(|one| one["kind"].as_str()).collect();
    match word(named) {
        Some(named) if kinds.contains(&named.as_str()) => Ok(named),
        Some(named) => anyhow::bail!("--factor: you have no {named}; you have {}", kinds.join(", ")),
        None => {
            kinds.first().map(|kind| (*kind).to_owned()).ok_or_else(|| anyhow::anyhow!("you have no second factor"))
        }
    }
}

/// Asks for the code of a factor and hands it in.
fn second_factor(
    person: &mut Person<'_>,
    answer: &Value,
    named: Option<Factor>,
    channel: Channel,
) -> anyhow::Result<Value> {
    let kind = factor(answer, named)?;
    check(person, &kind, channel)
}

/// Hands a code of a factor in; one of the phone is sent first.
pub(super) fn check(person: &mut Person<'_>, kind: &str, channel: Channel) -> anyhow::Result<Value> {
    let what = match kind {
        "phone" => {
            let sent = person.mine(routes::LOGIN_CODE, Sent::Json(&json!({"channel": word(Some(channel))})))?;
            format!("code that was sent to {}", sent["to"].as_str().unwrap_or("your phone"))
        }
        "authenticator" => "code that your app shows".to_owned(),
        _ => "recovery code".to_owned(),
    };
    let code = typed::code(&what)?;
    person.mine(routes::LOGIN_CHECK, Sent::Json(&json!({"method": kind, "code": code})))
}

/// Runs what may need fresh proof: then the password is asked for, and it is tried once more.
pub(super) fn fresh(
    person: &mut Person<'_>,
    run: impl Fn(&mut Person<'_>) -> anyhow::Result<Value>,
) -> anyhow::Result<Value> {
    match run(person) {
        Err(error) if error.downcast_ref::<Denied>().is_some_and(|denied| denied.code == "reauthenticate") => {
            let password = typed::secret("password")?;
            let answer = person.mine(routes::LOGIN_PROOF, Sent::Json(&json!({"password": password})))?;
            if step(&answer) != "entered" {
                return Err(told(&answer));
            }
            run(person)
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_factor_is_taken_unless_one_is_named() {
        let answer = json!({"step": "second_factor", "factors": [{"kind": "authenticator", "hint": ""}, {"kind": "phone", "hint": "•••• 0100"}]});
        let of = |named| factor(&answer, named).map_err(|error| error.to_string());
        assert_eq!(of(None), Ok("authenticator".to_owned()));
        assert_eq!(of(Some(Factor::Phone)), Ok("phone".to_owned()));
        assert_eq!(
            of(Some(Factor::Recovery)),
            Err("--factor: you have no recovery; you have authenticator, phone".to_owned())
        );
        assert!(factor(&json!({"factors": []}), None).is_err());
    }

    #[test]
    fn what_is_no_step_further_is_told() {
        assert_eq!(told(&json!({"step": "enrol"})).to_string(), "your login is not at its end: run `coinbox login`");
        assert!(told(&json!({"step": "new\u{1b}[2J"})).to_string().contains("new\u{fffd}[2J"));
    }
}
