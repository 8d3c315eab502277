//! `coinbox usage reserve`, `extend`, `settle`, `release`, `reservations` (USE-3).

use super::arguments::{Reserved, Usage, Used};
use super::link::refused;
use super::show::{Rows, Text, amount, field, moment, plain, wide};
use super::{Work, micros_of, moment_of};
use crate::text;
use serde_json::{Value, json};

/// Most reservations of one page of the contract.
const PAGE: usize = 500;

/// Runs those commands of `usage …` that are about reservations.
pub fn run(work: &Work, command: Usage) -> anyhow::Result<()> {
    match command {
        Usage::Reserve { price, message } => {
            let kind = if message { "message" } else { "call" };
            let hold = json!({"auth-id": price.account, "name": price.name, "kind": kind,
                "price": price_of(&price)?, "lasts-ms": lasts_of(&price)?});
            let answers = work.link.call("reservations.reserve", json!({"holds": [hold]}))?;
            one(work, &answers, "reserve")
        }
        Usage::Extend { price } => {
            let extension = json!({"auth-id": price.account, "name": price.name,
                "price": price_of(&price)?, "lasts-ms": lasts_of(&price)?});
            let answers = work.link.call("reservations.extend", json!({"extensions": [extension]}))?;
            one(work, &answers, "extend")
        }
        Usage::Settle { account, name, used, at, id } => settle(work, &account, name, &used, at.as_deref(), id),
        Usage::Release { account, names } => {
            let named: Vec<Value> = names.iter().map(|name| json!({"auth-id": account, "name": name})).collect();
            let answers = work.link.call("reservations.release", json!({"reservations": named}))?;
            work.output.answer(&answers, |answers| {
                let mut rows = Rows::new(&["name", ">released"]);
                for (name, answer) in names.iter().zip(answers.as_array().into_iter().flatten()) {
                    let released = answer.get("released").map_or_else(|| plain(answer), amount);
                    rows.add(vec![name.clone(), released]);
                }
                Text::Table(rows)
            })
        }
        Usage::Reservations { account, limit } => list(work, &account, limit),
        other => anyhow::bail!("{other:?} is not about reservations"),
    }
}

fn price_of(given: &Reserved) -> anyhow::Result<Value> {
    if let Some(amount) = &given.amount {
        return Ok(json!({"amount": micros_of("--amount", amount)?}));
    }
    match (&given.number, given.quantity) {
        (Some(number), Some(quantity)) => Ok(json!({"rated": {"product": given.product, "heading": given.heading,
            "number": number, "quantity": quantity}})),
        _ => anyhow::bail!("give --amount, or --number and --quantity"),
    }
}

fn lasts_of(given: &Reserved) -> anyhow::Result<String> {
    let lasts = match (&given.lasts, given.quantity) {
        (Some(lasts), _) => text::duration_ms(lasts).map_err(|error| anyhow::anyhow!("--lasts: {error}"))?,
        (None, Some(seconds)) if given.product == "voice" => i64::from(seconds) * 1000,
        (None, _) => 0,
    };
    Ok(lasts.to_string())
}

/// Prints the only answer of a batch. What was refused is this command's failure.
fn one(work: &Work, answers: &Value, what: &str) -> anyhow::Result<()> {
    let answer = &answers[0];
    let why = answer.get("refused").or_else(|| Some(&answer.get("ending")?["why"]));
    if let Some(why) = why.filter(|why| why.get("invalid").is_some()) {
        return Err(refused(&json!({"refused": why})).into());
    }
    if let Some(reservation) = answer.get("reserved") {
        return work.output.answer(reservation, |reservation| Text::Table(table(std::slice::from_ref(reservation))));
    }
    if let Some(ending) = answer.get("ending") {
        anyhow::bail!("{what}: refused ({}): the call is ended at {}", plain(&ending["why"]), moment(&ending["ends"]));
    }
    anyhow::bail!("{what}: {}", plain(answer))
}

fn settle(
    work: &Work,
    account: &str,
    name: String,
    used: &Used,
    at: Option<&str>,
    id: Option<String>,
) -> anyhow::Result<()> {
    let at = match at {
        Some(at) => moment_of("--at", at)?,
        None => wide(&work.link.host("clock", None)?["now"]).to_string(),
    };
    let event = json!({"id": id.unwrap_or_else(|| name.clone()), "auth-id": account, "product": used.product,
        "heading": used.heading, "number": used.number, "quantity": used.quantity, "at": at});
    let settlement = json!({"name": name, "event": event});
    let batch = work.link.call("reservations.settle", json!({"settlements": [settlement]}))?;
    let answer = &batch["answers"][0];
    anyhow::ensure!(
        answer.get("settled").is_some() || answer == "duplicate",
        "settle: {}: the event is on the list of rejected ones",
        plain(answer)
    );
    work.output.answer(&batch, |batch| {
        let answer = &batch["answers"][0];
        let Some(settled) = answer.get("settled") else { return Text::Line("counted before".to_owned()) };
        Text::Table(Rows::of_fields(vec![
            ("cost", amount(&settled["amount"])),
            ("released", amount(&settled["released"])),
            ("reservation was", field(settled, "was")),
        ]))
    })
}

fn list(work: &Work, account: &str, limit: usize) -> anyhow::Result<()> {
    anyhow::ensure!(limit >= 1, "--limit: must be at least 1");
    let (mut listed, mut after) = (Vec::new(), None::<String>);
    while listed.len() < limit {
        let count = (limit - listed.len()).min(PAGE);
        let arguments = json!({"auth-id": account, "after": after, "limit": count});
        let mut page = work.link.call("reservations.list", arguments)?;
        if let Value::Array(part) = page["reservations"].take() {
            listed.extend(part);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    work.output.answer(&Value::Array(listed), |listed| Text::Table(table(listed.as_array().map_or(&[], Vec::as_slice))))
}

fn table(reservations: &[Value]) -> Rows {
    let mut rows = Rows::new(&["name", "account", "kind", ">holds", "begun", "until", "expires", "ends"]);
    for one in reservations {
        rows.add(vec![
            field(one, "name"),
            field(one, "auth-id"),
            field(one, "kind"),
            amount(&one["amount"]),
            moment(&one["begun"]),
            moment(&one["until"]),
            moment(&one["expires"]),
            moment(&one["ends"]),
        ]);
    }
    rows
}
