//! `coinbox usage rejected|resubmit|discard`: what could not be rated, mended and sent again (USE-6).

use super::arguments::{Discard, Rejected, RejectedFilter, Resubmit};
use super::show::{Rows, Text};
use super::work::{NotAll, Work};
use coinbox_host::lines::{self, Reading};
use coinbox_operations::export::table::Table;
use coinbox_operations::import::rows;
use coinbox_operations::keys::digest_of;
use coinbox_operations::tables::{REJECTED_COLUMNS, rejected_cells};
use coinbox_operations::words::{field, moment, plain, wide};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Most rejected events of one page of the contract.
const PAGE: usize = 500;
/// Most events of one resubmission.
const RESUBMIT_MAX: usize = 1000;
/// Most events of one file.
const FILE_MAX: usize = 100_000;
/// Calls `each` with every page of the list that the filter leaves, until it wants no more.
fn for_each_page(
    work: &Work,
    filter: &RejectedFilter,
    mut each: impl FnMut(Vec<Value>) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let mut after = None::<String>;
    loop {
        let arguments = json!({"auth-id": filter.account, "reason": filter.reason, "after": after, "limit": PAGE});
        let mut page = work.link.call("usage.list-rejected", arguments)?;
        after = page["next"].as_str().map(str::to_owned);
        let listed = match page["rejected"].take() {
            Value::Array(listed) => listed,
            _ => Vec::new(),
        };
        if !each(listed)? || after.is_none() {
            return Ok(());
        }
    }
}

/// Runs `usage rejected`.
pub(crate) fn list(work: &Work, asked: &Rejected) -> anyhow::Result<()> {
    anyhow::ensure!(asked.limit >= 1, "--limit: must be at least 1");
    anyhow::ensure!(!(asked.csv && work.output.is_json()), "--csv and --json exclude each other");
    let mut rejected = Vec::new();
    let mut more = false;
    for_each_page(work, &asked.filter, |page| {
        rejected.extend(page);
        more = rejected.len() > asked.limit;
        rejected.truncate(asked.limit);
        Ok(!more)
    })?;
    if asked.csv {
        let mut out = Table::begin(std::io::stdout().lock(), &REJECTED_COLUMNS)?;
        for one in &rejected {
            out.row(rejected_cells(one))?;
        }
        out.flush()?;
    } else {
        work.output.answer(&Value::Array(rejected), |rejected| {
            let mut rows =
                Rows::new(&["key", "reason", "id", "account", "product", "heading", "number", ">quantity", "at"]);
            for one in rejected.as_array().into_iter().flatten() {
                let event = &one["event"];
                let mut row = vec![field(one, "key"), field(one, "reason")];
                let names = ["id", "auth-id", "product", "heading", "number", "quantity"];
                row.extend(names.into_iter().map(|name| field(event, name)));
                row.push(moment(&event["at"]));
                rows.add(row);
            }
            Text::Table(rows)
        })?;
    }
    if more {
        work.output.note("There are more: raise --limit");
    }
    Ok(())
}

/// Runs `usage resubmit`: mended events of a file, or listed ones as they are, which helps once a price or an account is there.
pub(crate) fn resubmit(work: &Work, asked: &Resubmit) -> anyhow::Result<()> {
    let mut by_answer = BTreeMap::<String, u64>::new();
    let mut answers = Vec::new();
    match &asked.file {
        Some(file) => {
            let mended = read_mended(file)?;
            let texts: Vec<String> = mended.iter().map(Value::to_string).collect();
            work.link.whole(&digest_of(&texts.iter().map(String::as_bytes).collect::<Vec<_>>()));
            for part in mended.chunks(RESUBMIT_MAX) {
                send(work, part, &mut answers)?;
            }
        }
        None => {
            work.link.whole(&digest_of(&[format!("{:?}", asked.filter).as_bytes()]));
            // Read to the end before the first is sent: what is rejected again is on the list again.
            let mut listed = Vec::new();
            for_each_page(work, &asked.filter, |page| {
                listed.extend(page.into_iter().map(|one| json!({"key": one["key"], "event": one["event"]})));
                Ok(listed.len() < FILE_MAX)
            })?;
            listed.truncate(FILE_MAX);
            for part in listed.chunks(RESUBMIT_MAX) {
                send(work, part, &mut answers)?;
            }
        }
    }
    for answer in &answers {
        let word = match answer {
            Value::Object(object) if object.contains_key("rated") => "rated".to_owned(),
            other => plain(other),
        };
        *by_answer.entry(word).or_default() += 1;
    }
    let all: u64 = by_answer.values().sum();
    let counted: u64 = ["rated", "duplicate"].iter().filter_map(|word| by_answer.get(*word)).sum();
    work.output.answer(&Value::Array(answers), |_| {
        if by_answer.is_empty() {
            return Text::Line("nothing to resubmit".to_owned());
        }
        Text::Table(Rows::of_fields(by_answer.iter().map(|(word, count)| (word.as_str(), count.to_string())).collect()))
    })?;
    not_all(all - counted, all, "`coinbox usage rejected` shows each with its reason")
}

/// The end of a command that did its work, and had rows that were not counted. `next` says where to look.
pub(crate) fn not_all(left: u64, all: u64, next: &str) -> anyhow::Result<()> {
    if left == 0 {
        return Ok(());
    }
    Err(NotAll(format!("{left} of {all} events were not counted: {next}")).into())
}

fn send(work: &Work, part: &[Value], answers: &mut Vec<Value>) -> anyhow::Result<()> {
    let mut batch = work.link.call("usage.resubmit", json!({"events": part}))?;
    if let Value::Array(part) = batch["answers"].take() {
        answers.extend(part);
    }
    Ok(())
}

/// All rows are read before the first is sent: a mistake in the last one changes nothing.
fn read_mended(file: &Path) -> anyhow::Result<Vec<Value>> {
    lines::check(file, Reading::Lines)?;
    let mut rows = rows::Rows::open(file)?;
    let mut mended = Vec::new();
    while let Some(row) = rows.next_row()? {
        let event = row.event.map_err(|wrong| {
            anyhow::anyhow!("{}, line {}: {} {}", file.display(), row.line, wrong.field, wrong.limit)
        })?;
        let key = row.key.filter(|key| !key.is_empty()).ok_or_else(|| {
            anyhow::anyhow!("{}, line {}: `key` is missing (see `coinbox usage rejected`)", file.display(), row.line)
        })?;
        mended.push(json!({"key": key, "event": rows::for_contract(&event)}));
        anyhow::ensure!(mended.len() <= FILE_MAX, "{}: at most {FILE_MAX} events at once", file.display());
    }
    Ok(mended)
}

/// Runs `usage discard`.
pub(crate) fn discard(work: &Work, asked: &Discard) -> anyhow::Result<()> {
    let mut keys = asked.keys.clone();
    work.link.whole(&digest_of(&[format!("{:?} {keys:?}", asked.filter).as_bytes()]));
    if keys.is_empty() {
        anyhow::ensure!(
            !asked.filter.is_empty(),
            "KEYS are missing; or say --account or --reason, with --yes, to discard all of these"
        );
        let (mut newest, mut oldest) = (i64::MIN, i64::MAX);
        for_each_page(work, &asked.filter, |page| {
            for one in &page {
                keys.push(field(one, "key"));
                newest = newest.max(wide(&one["event"]["at"]));
                oldest = oldest.min(wide(&one["event"]["at"]));
            }
            Ok(keys.len() < FILE_MAX)
        })?;
        keys.truncate(FILE_MAX);
        if !keys.is_empty() && !asked.yes {
            anyhow::bail!(
                "{} events of {} to {} would be discarded for good: say --yes as well",
                keys.len(),
                coinbox_host::text::moment(oldest),
                coinbox_host::text::moment(newest)
            );
        }
    }
    for part in keys.chunks(RESUBMIT_MAX) {
        work.link.call("usage.discard", json!({"keys": part}))?;
    }
    work.output.answer(&json!({"discarded": keys.len()}), |_| Text::Line(format!("{} discarded", keys.len())))
}
