//! `coinbox events` and `coinbox explain`.

use super::arguments::Events;
use super::explain;
use super::show::{Rows, Text, printable};
use super::work::Work;
use coinbox_host::text;
use coinbox_operations::words::{field, wide};
use serde_json::{Value, json};
use std::time::Duration;

/// Most events of one page of the contract.
const PAGE: usize = 1000;
/// How often a follower looks.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

fn page(work: &Work, account: Option<&str>, after: u64, limit: usize) -> anyhow::Result<Vec<Value>> {
    let arguments = json!({"account": account, "after": after.to_string(), "limit": limit.clamp(1, PAGE)});
    match work.link.call("events.read", arguments)? {
        Value::Array(events) => Ok(events),
        other => anyhow::bail!("events.read answered {other}"),
    }
}

fn position(event: &Value) -> u64 {
    event["position"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Runs `events`. One line an event as it comes, so that the feed may be longer than memory.
pub(crate) fn events(work: &Work, arguments: Events) -> anyhow::Result<()> {
    let Events { account, mut after, limit, follow } = arguments;
    anyhow::ensure!(limit != Some(0), "--limit: must be at least 1");
    let mut left = limit.unwrap_or(usize::MAX);
    while left > 0 {
        let events = page(work, account.as_deref(), after, left)?;
        for event in &events {
            after = after.max(position(event));
            work.output.line(&if work.output.is_json() { event.to_string() } else { line(event) })?;
        }
        left -= events.len().min(left);
        if events.is_empty() {
            if !follow {
                return Ok(());
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
    Ok(())
}

fn line(event: &Value) -> String {
    let facts: Vec<String> = event["facts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|fact| format!("{}={}", field(fact, "name"), field(fact, "value")))
        .collect();
    let at = text::moment(wide(&event["at"]));
    let head = [field(event, "position"), at, field(event, "account"), field(event, "kind"), field(event, "rule")];
    printable(&format!("{} {}", head.join(" "), facts.join(" "))).replace('\n', " ")
}

/// Runs `explain`.
pub(crate) fn explain(work: &Work, account: &str, mut after: u64) -> anyhow::Result<()> {
    // An account that does not exist has no events either, but should be told apart.
    work.link.call("accounts.get", json!({"auth-id": account}))?;
    let mut told = Vec::new();
    loop {
        let events = page(work, Some(account), after, PAGE)?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            after = after.max(position(event));
            let sentence = explain::sentence(event);
            if work.output.is_json() {
                work.output.line(&json!({"event": event, "sentence": sentence}).to_string())?;
            } else {
                told.push(vec![text::moment(wide(&event["at"])), field(event, "rule"), sentence]);
            }
        }
        if !told.is_empty() && told.len() >= PAGE {
            print(work, &mut told)?;
        }
    }
    if work.output.is_json() {
        return Ok(());
    }
    print(work, &mut told)?;
    work.output.note(&where_usage_is(account, &text::moment(work.link.clock()?.now)));
    Ok(())
}

/// The feed tells no usage: a balance is explained by two further commands, here of the month of `now`.
fn where_usage_is(account: &str, now: &str) -> String {
    let (month, day) = (&now[..7], &now[..10]);
    format!(
        "Usage is not told here. What moved the balance: coinbox account statement {account} --month {month}. \
         What was used: coinbox usage summary {account} --from {month}-01 --to {day}"
    )
}

fn print(work: &Work, told: &mut Vec<Vec<String>>) -> anyhow::Result<()> {
    let mut rows = Rows::new(&["when", "rule", "what happened and why"]);
    told.drain(..).for_each(|row| rows.add(row));
    work.output.answer(&Value::Null, |_| Text::Table(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Arguments;
    use clap::Parser;

    #[test]
    fn explain_ends_with_commands_that_there_are() {
        let told = where_usage_is("MAX", "2026-11-30T12:00:00Z");
        let commands: Vec<&str> = told.split(": ").filter(|part| part.starts_with("coinbox ")).collect();
        assert_eq!(commands.len(), 2, "{told}");
        for command in commands {
            let command = command.split(". ").next().unwrap_or_default();
            assert!(command.ends_with(" --month 2026-11") || command.ends_with(" --to 2026-11-30"), "{command}");
            Arguments::try_parse_from(command.split(' ')).expect(command);
        }
    }
}
