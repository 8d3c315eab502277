//! `coinbox usage reserve`, `extend`, `settle`, `release`, `reservations`, `calls` (USE-3, USE-10).

use super::arguments::{Reserved, Usage, Used};
use super::show::{Rows, Text};
use super::work::{Work, micros_of, moment_of};
use coinbox_host::text;
use coinbox_operations::link::refused;
use coinbox_operations::words::{amount, field, moment, plain};
use serde_json::{Value, json};

/// Longest name of a reservation: that of an event.
const NAME_LENGTH_MAX: usize = 255;
/// Most reservations of one page of the contract.
const PAGE: usize = 500;

/// Runs those commands of `usage …` that are about reservations.
pub(crate) fn run(work: &Work, command: Usage) -> anyhow::Result<()> {
    match command {
        Usage::Reserve { price, message, source } => {
            let kind = if message { "message" } else { "call" };
            let hold = json!({"auth-id": price.account, "name": price.name, "kind": kind,
                "price": price_of(&price)?, "lasts-ms": lasts_of(&price)?, "at-least": least_of(&price)?, "source": source});
            let answers = work.link.call("reservations.reserve", json!({"holds": [hold]}))?;
            one(work, &answers, "reserve", price.amount.is_some())
        }
        Usage::Extend { price } => {
            let extension = json!({"auth-id": price.account, "name": price.name,
                "price": price_of(&price)?, "lasts-ms": lasts_of(&price)?, "at-least": least_of(&price)?});
            let answers = work.link.call("reservations.extend", json!({"extensions": [extension]}))?;
            one(work, &answers, "extend", price.amount.is_some())
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
        Usage::Reservations { account: Some(account), limit, .. } => list(work, &account, limit),
        Usage::Reservations { account: None, source, limit } => {
            carried(work, ("reservations.list-open", "reservations"), source.as_deref(), limit, table_of_all)
        }
        Usage::Calls { source, limit } => {
            carried(work, ("usage.list-running", "calls"), source.as_deref(), limit, calls_of_all)
        }
        other => anyhow::bail!("{other:?} is not about reservations"),
    }
}

fn price_of(given: &Reserved) -> anyhow::Result<Value> {
    if let Some(amount) = &given.amount {
        return Ok(json!({"fixed": {"amount": micros_of("--amount", amount)?}}));
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

/// The least that will do, in the unit of the price.
fn least_of(given: &Reserved) -> anyhow::Result<Option<String>> {
    let Some(least) = &given.at_least else { return Ok(None) };
    if given.amount.is_some() {
        return Ok(Some(micros_of("--at-least", least)?));
    }
    let units: u64 =
        least.parse().map_err(|_| anyhow::anyhow!("--at-least: `{}` is no whole number", text::shortened(least)))?;
    Ok(Some(units.to_string()))
}

/// Prints the only answer of a batch. What was refused is this command's failure.
fn one(work: &Work, answers: &Value, what: &str, in_amounts: bool) -> anyhow::Result<()> {
    let answer = &answers[0];
    let why = answer.get("refused").or_else(|| Some(&answer.get("ending")?["why"]));
    if let Some(why) = why.filter(|why| why.get("invalid").is_some()) {
        return Err(refused(&json!({"refused": why})).into());
    }
    if let Some(reservation) = answer.get("reserved") {
        return work.output.answer(reservation, |reservation| Text::Table(table(std::slice::from_ref(reservation))));
    }
    if let Some(grant) = answer.get("granted") {
        return work.output.answer(grant, |grant| Text::Table(granted(grant, in_amounts)));
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
        None => match begun(work, account, &name)? {
            Some(begun) => begun,
            None => work.link.clock()?.now.to_string(),
        },
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

/// When an open reservation began: that is when the use began, unless somebody says otherwise.
fn begun(work: &Work, account: &str, name: &str) -> anyhow::Result<Option<String>> {
    // The list is of a main account, with its sub-accounts, in order of the name.
    let main = match account.starts_with("SA") {
        true => field(&work.link.call("subaccounts.get", json!({"auth-id": account}))?, "parent"),
        false => account.to_owned(),
    };
    let arguments = json!({"auth-id": main, "after": just_before(name), "limit": 1});
    let Ok(page) = work.link.call("reservations.list", arguments) else { return Ok(None) };
    let first = &page["reservations"][0];
    Ok((first["name"] == name).then(|| field(first, "begun")).filter(|begun| !begun.is_empty()))
}

/// The last name of a reservation before this one; none: this is the first there can be.
fn just_before(name: &str) -> Option<String> {
    let (last, before) = name.as_bytes().split_last()?;
    let mut text = String::from_utf8(before.to_vec()).ok()?;
    if *last > b'!' {
        text.push(char::from(last - 1));
        text.extend(std::iter::repeat_n('~', NAME_LENGTH_MAX.saturating_sub(text.len())));
    }
    Some(text).filter(|text| !text.is_empty())
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

/// What was granted of a request that said that less will do.
fn granted(grant: &Value, in_amounts: bool) -> Rows {
    let reservation = &grant["reservation"];
    Rows::of_fields(vec![
        ("name", field(reservation, "name")),
        ("account", field(reservation, "auth-id")),
        ("granted", if in_amounts { amount(&grant["granted"]) } else { field(grant, "granted") }),
        ("the last", (if grant["last"] == true { "yes" } else { "no" }).to_owned()),
        ("holds", amount(&reservation["amount"])),
        ("until", moment(&reservation["until"])),
        ("expires", moment(&reservation["expires"])),
    ])
}

/// What switches and gateways carry for all accounts, page by page.
fn carried(
    work: &Work,
    (function, rows): (&str, &str),
    source: Option<&str>,
    limit: usize,
    table: fn(&[Value]) -> Rows,
) -> anyhow::Result<()> {
    anyhow::ensure!(limit >= 1, "--limit: must be at least 1");
    let (mut listed, mut after) = (Vec::new(), None::<String>);
    while listed.len() < limit {
        let count = (limit - listed.len()).min(PAGE);
        let mut page = work.link.call(function, json!({"source": source, "after": after, "limit": count}))?;
        if let Value::Array(part) = page[rows].take() {
            listed.extend(part);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    work.output.answer(&Value::Array(listed), |listed| Text::Table(table(listed.as_array().map_or(&[], Vec::as_slice))))
}

fn table_of_all(reservations: &[Value]) -> Rows {
    let mut rows =
        Rows::new(&["main account", "name", "account", "source", "kind", ">granted", ">holds", "until", "expires"]);
    for one in reservations {
        let held = &one["reservation"];
        rows.add(vec![
            field(one, "account"),
            field(held, "name"),
            field(held, "auth-id"),
            field(one, "source"),
            field(held, "kind"),
            field(one, "granted"),
            amount(&held["amount"]),
            moment(&held["until"]),
            moment(&held["expires"]),
        ]);
    }
    rows
}

fn calls_of_all(calls: &[Value]) -> Rows {
    let mut rows = Rows::new(&["main account", "name", "account", "source", "started"]);
    for one in calls {
        let call = &one["call"];
        rows.add(vec![
            field(one, "account"),
            field(call, "call"),
            field(call, "auth-id"),
            field(call, "source"),
            moment(&call["started"]),
        ]);
    }
    rows
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_lies_between_a_name_and_the_one_just_before_it() {
        for name in ["c1", "a", "!", "call-1!", "~", "c-00", &"z".repeat(64)] {
            let before = just_before(name).unwrap_or_default();
            assert!(before.as_str() < name, "{name}: {before}");
            assert!(
                before.len() <= NAME_LENGTH_MAX && before.bytes().all(|byte| (b'!'..=b'~').contains(&byte)),
                "{before}"
            );
            // One letter more than it is longer than any name, or it is the name without its last letter.
            assert!(before.len() == NAME_LENGTH_MAX || format!("{before}!") == name, "{name}: {before}");
        }
        assert_eq!((just_before("!"), just_before("")), (None, None));
    }
}
