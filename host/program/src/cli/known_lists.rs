//! `coinbox lists …`: what sign-ups, passwords and codes are judged by (ACC-1, ACC-2, ACC-3, SEC-8).

use super::arguments::{KnownLists, ListName, ListUpdate, word};
use super::show::{Rows, Text};
use super::work::{Work, from_of};
use anyhow::Context;
use clap::ValueEnum;
use coinbox_operations::lists::{self, Networks};
use coinbox_operations::words::{field, moment};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Own entries of one page of the contract.
const OWN: usize = 500;

/// Runs `lists …`.
pub(super) fn known_lists(work: &Work, command: KnownLists) -> anyhow::Result<()> {
    match command {
        KnownLists::Status => {
            let status = work.link.call("lists.status", json!({}))?;
            work.output.answer(&status, |status| Text::Table(table(status)))
        }
        KnownLists::Update(update) => publish(work, &update),
        KnownLists::LookUp { list, value } => {
            let found = work.link.call("lists.look-up", json!({"name": name(list), "value": value}))?;
            work.output.answer(&found, |found| {
                Text::Table(Rows::of_fields(vec![
                    ("listed", field(found, "listed")),
                    ("entry", field(&found["entry"], "entry")),
                    ("note", field(&found["entry"], "note")),
                    ("own", field(found, "own")),
                ]))
            })
        }
        KnownLists::SetOwn { list, entry, choice, note } => {
            let own = json!({"entry": entry, "note": note, "choice": word(Some(choice))});
            let status = work.link.call("lists.set-own", json!({"name": name(list), "entries": [own]}))?;
            work.output.answer(&status, |status| Text::Table(table(&json!([status]))))
        }
        KnownLists::ListOwn { list } => {
            let (mut entries, mut after) = (Vec::new(), Value::Null);
            loop {
                let asked = json!({"name": name(list), "after": after, "limit": OWN});
                let mut page = work.link.call("lists.list-own", asked)?;
                if let Value::Array(some) = page["entries"].take() {
                    entries.extend(some);
                }
                after = page["next"].take();
                if after.is_null() {
                    break;
                }
            }
            work.output.answer(&Value::Array(entries), |entries| {
                let mut rows = Rows::new(&["entry", "choice", "note"]);
                for own in entries.as_array().into_iter().flatten() {
                    rows.add(vec![field(own, "entry"), field(own, "choice"), field(own, "note")]);
                }
                Text::Table(rows)
            })
        }
    }
}

/// The word of the contract.
fn name(list: ListName) -> String {
    list.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn publish(work: &Work, update: &ListUpdate) -> anyhow::Result<()> {
    let read = |path: &Path| std::fs::read_to_string(path).with_context(|| path.display().to_string());
    let systems = match &update.systems {
        Some(path) => lists::systems(&read(path)?).with_context(|| path.display().to_string())?,
        None => BTreeMap::new(),
    };
    let networks = Networks { kind: update.kind.clone(), systems };
    let list = name(update.list);
    let mut rows = Vec::new();
    for path in &update.files {
        let content = read(path)?;
        rows.extend(lists::read(&list, &content, &networks).with_context(|| path.display().to_string())?);
    }
    let rows = lists::together(&list, rows);
    let about = json!({"source": update.source, "edition": update.edition, "licence": update.licence,
        "dated": from_of("--dated", &update.dated)?.to_string()});
    let call = |function: &str, arguments: Value| work.link.call(function, arguments);
    let version = lists::publish(&call, &list, &about, &rows)?;
    work.output.answer(&version, |version| {
        Text::Table(Rows::of_fields(vec![
            ("list", field(version, "name")),
            ("version", field(version, "version")),
            ("entries", field(version, "entries")),
            ("source", field(&version["about"], "source")),
            ("dated", moment(&version["about"]["dated"])),
        ]))
    })
}

fn table(status: &Value) -> Rows {
    let mut rows = Rows::new(&["list", ">version", ">entries", ">own", "dated", "old", "edition", "source", "licence"]);
    for list in status.as_array().into_iter().flatten() {
        let current = &list["current"];
        let about = &current["about"];
        rows.add(vec![
            field(list, "name"),
            field(current, "version"),
            field(current, "entries"),
            field(list, "own"),
            moment(&about["dated"]),
            field(list, "old"),
            field(about, "edition"),
            field(about, "source"),
            field(about, "licence"),
        ]);
    }
    rows
}
