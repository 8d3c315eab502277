//! `coinbox me destinations` and what belongs to it: the numbers that one's trial calls and writes to (ACC-6).

use super::super::arguments::{Channel, word};
use super::super::show::{Rows, Text};
use super::own::{Person, shown};
use super::{login, routes, signup, typed};
use coinbox_operations::door::Sent;
use coinbox_operations::words::field;
use serde_json::{Value, json};

/// Lists them.
pub(super) fn list(person: &mut Person<'_>) -> anyhow::Result<()> {
    let route = routes::destinations(&signup::account(person)?);
    let answer = person.mine(&route, Sent::Get)?;
    person.output.answer(&answer["destinations"], |destinations| {
        let mut rows = Rows::new(&["number", "since"]);
        for one in destinations.as_array().into_iter().flatten() {
            rows.add(vec![field(one, "number"), field(one, "since")]);
        }
        Text::Table(rows)
    })
}

/// Has a code sent to a number, and hands it in.
pub(super) fn add(person: &mut Person<'_>, number: &str, channel: Channel) -> anyhow::Result<()> {
    let account = signup::account(person)?;
    let one = routes::destination(&account, digits(number)?);
    let sent = json!({"number": number, "channel": word(Some(channel))});
    let sent = person.mine(&routes::destinations(&account), Sent::Json(&sent))?;
    let code = typed::code(&format!("code that was sent to {}", field(&sent, "to")))?;
    let checked = person.mine(&one, Sent::Json(&json!({"code": code})))?;
    if login::step(&checked) != "verified" {
        return Err(login::told(&checked));
    }
    person.output.answer(&shown(checked), |one| Text::Line(format!("{} is verified", field(one, "number"))))
}

/// Takes one away.
pub(super) fn remove(person: &mut Person<'_>, number: &str) -> anyhow::Result<()> {
    let route = routes::destination(&signup::account(person)?, digits(number)?);
    person.mine(&route, Sent::Delete)?;
    let removed: Value = json!({"removed": number});
    person.output.answer(&removed, |_| Text::Line(format!("{number} is taken away")))
}

/// What stands for a number in a path.
fn digits(number: &str) -> anyhow::Result<&str> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    anyhow::ensure!(
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        "NUMBER: wrong form: it is written with its country code, such as +14155550123"
    );
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_part_of_a_path() {
        assert_eq!(digits("+14155550123").expect("a number"), "14155550123");
        assert_eq!(digits("14155550123").expect("a number"), "14155550123");
        for bad in ["", "+", "++1", "1/2", "1 415", "１２３"] {
            assert!(digits(bad).is_err(), "{bad}");
        }
    }
}
