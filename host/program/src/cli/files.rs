//! `coinbox pricebook …`, `usage …`, `ledger export`: commands with files.

use super::arguments::{Ledger, LedgerFormat, PriceFormat, Pricebook, Usage};
use super::show::{Rows, Text};
use super::work::{Work, moment_of};
use super::{rejected, summaries};
use coinbox_host::text;
use coinbox_operations::export;
use coinbox_operations::import::{prices, usage};
use coinbox_operations::keys::digest_of;
use coinbox_operations::link::LinkError;
use coinbox_operations::usage_words::Counts;
use coinbox_operations::words::{field, moment, wide};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A version that starts "now" is given this much time to arrive.
const NOW_IS_AHEAD_MS: i64 = 2_000;
/// Lines of progress are this far apart where there is no terminal.
const PROGRESS_LINES: Duration = Duration::from_secs(5);

/// A bar on a terminal, nothing otherwise.
fn bar(length: u64, what: &str) -> ProgressBar {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(5))
    } else {
        ProgressBar::hidden()
    };
    let style = ProgressStyle::with_template("{msg} {bar:30} {human_pos}/{human_len} · {per_sec} · {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.with_message(what.to_owned())
}

/// A new file, or standard output.
fn writer(output: Option<&PathBuf>) -> anyhow::Result<Box<dyn Write>> {
    Ok(match output {
        None => Box::new(BufWriter::new(std::io::stdout())),
        Some(path) => {
            let file =
                coinbox_host::private::create(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            Box::new(BufWriter::new(file))
        }
    })
}

/// The moment of the rules' own clock.
fn now(work: &Work) -> anyhow::Result<i64> {
    Ok(work.link.clock()?.now)
}

fn starts_at(work: &Work, given: Option<&str>, first: bool) -> anyhow::Result<String> {
    Ok(match given {
        Some(moment) => moment_of("--starts-at", moment)?,
        // Only the very first version may start in the past.
        None => (now(work)? + if first { 0 } else { NOW_IS_AHEAD_MS }).to_string(),
    })
}

/// Runs `pricebook …`.
pub(crate) fn pricebook(work: &Work, command: Pricebook) -> anyhow::Result<()> {
    match command {
        Pricebook::Import { file, starts_at: given, draft, currency } => {
            let read = prices::read(&file)?;
            // Before anything is written.
            if let Some(given) = &given {
                moment_of("--starts-at", given)?;
            }
            // One file, one key: another file under it is another request.
            let text = std::fs::read(&file)?;
            let how = match &currency {
                None => format!("{given:?} {draft}"),
                Some(currency) => format!("{given:?} {draft} {currency}"),
            };
            work.link.whole(&digest_of(&[&text, how.as_bytes()]));
            let bar = bar(read.count() as u64, "prices");
            let version = prices::import(
                &*work.link,
                &file,
                (&read, currency.as_deref()),
                |count| bar.inc(count as u64),
                |number| {
                    if draft {
                        return Ok(work.link.call("pricing.finish-import", json!({"version": number}))?);
                    }
                    publish(work, number, given.as_deref())
                },
            );
            bar.finish_and_clear();
            work.output.answer(&version?, |version| Text::Table(versions_table(std::slice::from_ref(version))))
        }
        Pricebook::Publish { version, starts_at: given } => {
            let version = publish(work, &version.into(), given.as_deref())?;
            work.output.answer(&version, |version| Text::Table(versions_table(std::slice::from_ref(version))))
        }
        Pricebook::Withdraw { version } => {
            let version = work.link.call("pricing.withdraw-version", json!({"version": version}))?;
            work.output.answer(&version, |version| Text::Table(versions_table(std::slice::from_ref(version))))
        }
        Pricebook::Remove { version } => {
            let answer = work.link.call("pricing.remove-draft", json!({"version": version}))?;
            work.output.answer(&answer, |_| Text::Line(format!("version {version} removed")))
        }
        Pricebook::Versions => {
            let versions = work.link.call("pricing.list-versions", json!({}))?;
            work.output.answer(&versions, |versions| {
                Text::Table(versions_table(versions.as_array().map_or(&[], Vec::as_slice)))
            })
        }
        Pricebook::Export { version, format, output } => {
            let version = match version {
                Some(version) => Value::from(version),
                None => {
                    let versions = work.link.call("pricing.list-versions", json!({}))?;
                    let published =
                        versions.as_array().into_iter().flatten().filter(|version| version["state"] == "published");
                    let newest = published.max_by_key(|version| version["number"].as_u64());
                    newest
                        .map(|version| version["number"].clone())
                        .ok_or_else(|| anyhow::anyhow!("no version is published yet"))?
                }
            };
            let mut out = writer(output.as_ref())?;
            let written = prices::write(&*work.link, &version, format == PriceFormat::Json, &mut out)?;
            work.output.note(&format!("version {version}: {written} rows"));
            Ok(())
        }
        Pricebook::Override { account, list: true, .. } => {
            let sets = work.link.call("pricing.list-overrides", json!({"auth-id": account}))?;
            work.output.answer(&sets, override_sets)
        }
        Pricebook::Override { account, withdraw: Some(typed), .. } => {
            let starts_at = moment_of("--withdraw", &typed)?;
            let arguments = json!({"auth-id": account, "starts-at": starts_at});
            let answer = work.link.call("pricing.withdraw-overrides", arguments)?;
            let from = text::moment(starts_at.parse().unwrap_or_default());
            work.output.answer(&answer, |_| Text::Line(format!("overrides from {from} withdrawn")))
        }
        Pricebook::Override { account, file, starts_at: given, show, list: _, withdraw: _ } => {
            if show {
                return show_overrides(work, &account, given.as_deref());
            }
            let file = file.ok_or_else(|| anyhow::anyhow!("FILE is missing"))?;
            let read = prices::read(&file)?;
            let sent: Vec<&Value> = read.rows.iter().map(|row| &row.row).collect();
            let starts_at = starts_at(work, given.as_deref(), false)?;
            let arguments = json!({"auth-id": account, "starts-at": starts_at, "rows": sent,
                "prices": read.number_prices(), "surcharges": read.surcharges(), "tiers": read.tiers()});
            let answer = work.link.call("pricing.set-overrides", arguments);
            let answer = answer.map_err(|error| prices::explain(&file, &read, &read.rows, error).into_any())?;
            let words =
                format!("{} overrides from {}", read.count(), text::moment(starts_at.parse().unwrap_or_default()));
            work.output.answer(&answer, |_| Text::Line(words))
        }
        Pricebook::Country { account, country } => {
            let arguments = json!({"auth-id": account, "country": country.to_ascii_uppercase()});
            let prices = work.link.call("pricing.by-country", arguments)?;
            work.output.answer(&prices, |prices| {
                if prices["more"] == true {
                    work.output.note("more rows than can be shown at once: see `pricebook export`");
                }
                Text::Table(price_table(prices))
            })
        }
    }
}

fn override_sets(sets: &Value) -> Text {
    let mut rows = Rows::new(&["starts at", "until", ">rows"]);
    let listed = sets.as_array().map_or(&[][..], Vec::as_slice);
    let until = listed.iter().skip(1).map(|set| moment(&set["starts-at"]));
    for (set, until) in listed.iter().zip(until.chain([String::new()])) {
        rows.add(vec![moment(&set["starts-at"]), until, field(set, "rows")]);
    }
    Text::Table(rows)
}

/// The override prices in force at a moment, or now.
fn show_overrides(work: &Work, account: &str, given: Option<&str>) -> anyhow::Result<()> {
    let at = match given {
        Some(moment) => moment_of("--starts-at", moment)?,
        None => now(work)?.to_string(),
    };
    let arguments = json!({"auth-id": account, "at": at});
    let rows = work.link.call("pricing.get-overrides", arguments.clone())?;
    let numbers = work.link.call("pricing.get-number-overrides", arguments.clone())?;
    let surcharges = work.link.call("pricing.get-surcharge-overrides", arguments)?;
    let tiers = work.link.call("pricing.get-tier-overrides", json!({"auth-id": account, "at": at}))?;
    let shown = json!({"rows": rows, "numbers": numbers["rows"], "seat": numbers["seat"], "surcharges": surcharges, "tiers": tiers});
    work.output.answer(&shown, |shown| Text::Table(price_table(shown)))
}

/// Publishes a version. The first one says from when on usage can be rated.
fn publish(work: &Work, number: &Value, given: Option<&str>) -> anyhow::Result<Value> {
    let versions = work.link.call("pricing.list-versions", json!({}))?;
    let was_in_force = |version: &Value| version["state"] == "published" || version["state"] == "retired";
    let first = !versions.as_array().into_iter().flatten().any(was_in_force);
    let starts_at = starts_at(work, given, first)?;
    let arguments = json!({"version": number, "starts-at": starts_at});
    let version = work.link.call("pricing.publish-version", arguments)?;
    if first {
        let from = text::moment(starts_at.parse().unwrap_or_default());
        work.output.note(&format!(
            "usage from {from} on can be rated; for earlier usage publish prices with --starts-at a moment before it, then `coinbox usage resubmit --reason no-price`"
        ));
    }
    Ok(version)
}

/// Versions with the time in which each is in force: up to the start of the next one that is.
fn versions_table(versions: &[Value]) -> Rows {
    let mut rows = Rows::new(&[">version", "state", "starts at", "until", ">rows", "currency"]);
    let is_in_force = |version: &&Value| version["state"] == "published" || version["state"] == "retired";
    for version in versions {
        let starts_at = wide(&version["starts-at"]);
        let of_it = |other: &&Value| other["currency"] == version["currency"];
        let later = versions.iter().filter(is_in_force).filter(of_it).map(|other| wide(&other["starts-at"]));
        let until = later.filter(|other| *other > starts_at).min().filter(|_| is_in_force(&version));
        rows.add(vec![
            field(version, "number"),
            field(version, "state"),
            moment(&version["starts-at"]),
            until.map(text::moment).unwrap_or_default(),
            field(version, "rows"),
            field(version, "currency"),
        ]);
    }
    rows
}

/// Prices of usage, of numbers, of a seat, surcharges and tiers, one below the other.
fn price_table(prices: &Value) -> Rows {
    let columns = ["product", "heading or type", "country", "prefix", ">rate", ">first", ">next", ">setup", "group"];
    let header: Vec<&str> = columns.into_iter().chain(["surcharge or tier"]).collect();
    let mut rows = Rows::new(&header);
    for row in prices["rows"].as_array().into_iter().flatten() {
        let names =
            ["product", "heading", "country", "prefix", "rate", "first-increment", "next-increment", "", "group", ""];
        rows.add(names.into_iter().map(|name| field(row, name)).collect());
    }
    for row in prices["numbers"].as_array().into_iter().flatten() {
        let names = ["kind", "country", "", "monthly", "", "", "setup", "", ""];
        let fields = names.into_iter().map(|name| field(row, name));
        rows.add(std::iter::once("number".to_owned()).chain(fields).collect());
    }
    if let Value::String(seat) = &prices["seat"] {
        rows.add(["seat", "", "", "", seat, "", "", "", "", ""].map(str::to_owned).to_vec());
    }
    for row in prices["surcharges"].as_array().into_iter().flatten() {
        let told = format!("{} (per {}): {}", field(row, "code"), field(row, "basis"), field(row, "words"));
        let names = ["product", "heading", "country", "prefix", "rate", "", "", "", "group"];
        rows.add(names.into_iter().map(|name| field(row, name)).chain([told]).collect());
    }
    for table in prices["tiers"].as_array().into_iter().flatten() {
        for step in table["steps"].as_array().into_iter().flatten() {
            let [product, heading, prefix] = ["product", "heading", "prefix"].map(|name| field(table, name));
            let all = if table["mode"] == "volume" { ", all units" } else { "" };
            let told = format!("above {}{all}", field(step, "above"));
            let blank = [(); 4].map(|()| String::new());
            let row = [product, heading, String::new(), prefix, field(step, "rate")].into_iter();
            rows.add(row.chain(blank).chain([told]).collect());
        }
    }
    rows
}

/// Runs `usage …`.
pub(crate) fn usage(work: &Work, command: Usage) -> anyhow::Result<()> {
    match command {
        Usage::Import { file, parallel, rejected } => import(work, &file, usize::from(parallel), rejected.as_deref()),
        Usage::Summary(asked) => summaries::summary(work, &asked),
        Usage::Export(asked) => summaries::export(work, &asked),
        Usage::Daily(asked) => summaries::daily(work, &asked),
        Usage::Reserve { .. }
        | Usage::Extend { .. }
        | Usage::Settle { .. }
        | Usage::Release { .. }
        | Usage::Reservations { .. }
        | Usage::Calls { .. } => super::reservations::run(work, command),
        Usage::Rejected(asked) => rejected::list(work, &asked),
        Usage::Resubmit(asked) => rejected::resubmit(work, &asked),
        Usage::Discard(asked) => rejected::discard(work, &asked),
    }
}

fn import(work: &Work, file: &Path, parallel: usize, place: Option<&Path>) -> anyhow::Result<()> {
    let started = Instant::now();
    let bar = bar(0, "usage");
    let mut told = Instant::now();
    let mut on_progress = |progress: &coinbox_operations::import::progress::Progress, lines: u64| {
        bar.set_length(lines);
        if bar.position() == 0 {
            // Lines of an earlier run say nothing about the speed of this one.
            bar.reset_eta();
        }
        bar.set_position(progress.line);
        if bar.is_hidden() && told.elapsed() >= PROGRESS_LINES {
            told = Instant::now();
            work.output.note(&format!("{} of {lines} lines", progress.line));
        }
    };
    let options = usage::Options { parallel, rejected: place, on_progress: &mut on_progress };
    let summary = usage::import(&*work.link, file, options);
    bar.finish_and_clear();
    let summary = summary.map_err(|error| match error {
        // A refusal stays one, however often it is tried.
        refused @ coinbox_operations::import::ImportError::Link(LinkError::Refused { .. }) => refused.into_any(),
        coinbox_operations::import::ImportError::Link(_) => {
            anyhow::anyhow!("{error}. What was counted is kept: run the same command again to go on")
        }
        other => other.into(),
    })?;
    let took = started.elapsed();
    let Counts { rated, duplicate, conflicting, rejected, unreadable, amount } = summary.progress.counts;
    let all = rated + duplicate + conflicting + rejected + unreadable;
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let per_second = if summary.resumed_after == 0 { Some(all.saturating_mul(1000) / took_ms) } else { None };
    let shown = json!({"events": all, "rated": rated, "duplicate": duplicate, "conflicting": conflicting, "rejected": rejected,
        "unreadable": unreadable, "reasons": summary.progress.reasons, "amount": text::amount_on_wire(amount),
        "milliseconds": took_ms, "per-second": per_second, "resumed-after-line": summary.resumed_after,
        "rejected-file": summary.rejected, "rejected-unwritten": summary.unwritten});
    work.output.answer(&shown, |_| {
        let reasons: Vec<String> =
            summary.progress.reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let mut fields = vec![
            ("events", all.to_string()),
            ("rated", format!("{rated} for {}", text::amount(amount))),
            ("duplicate", duplicate.to_string()),
            ("conflicting", conflicting.to_string()),
            ("rejected", rejected.to_string()),
            ("unreadable", unreadable.to_string()),
        ];
        if !reasons.is_empty() {
            fields.push(("not rated because", reasons.join(", ")));
        }
        if let Some(path) = &summary.rejected {
            fields.push(("written to", path.display().to_string()));
        }
        fields.push(match per_second {
            Some(rate) => ("time", format!("{:.1?}, {rate} events a second", took)),
            None => ("time", format!("{:.1?}, gone on after line {}", took, summary.resumed_after)),
        });
        Text::Table(Rows::of_fields(fields))
    })?;
    if let Some(cause) = &summary.unkept {
        work.output.note(&format!("{cause}. Had this import been interrupted, it would have begun anew"));
    }
    if let Some(cause) = &summary.unwritten {
        work.output.note(&format!(
            "rejected and unreadable rows could not be written down ({cause}). Name a place with --rejected FILE and run the same command again: nothing is counted twice"
        ));
    }
    rejected::not_all(conflicting + rejected + unreadable, all, &next_step(summary.rejected.as_deref()))
}

/// What to do about rows that were not counted. `rejected`: the file that has them.
fn next_step(rejected: Option<&Path>) -> String {
    match rejected {
        Some(path) => format!("{} has each with its reason; mend them and import them again", path.display()),
        None => "`coinbox usage rejected` shows those that were rejected, with their reasons".to_owned(),
    }
}

/// Runs `ledger export`.
pub(crate) fn ledger(work: &Work, command: Ledger) -> anyhow::Result<()> {
    let Ledger::Export { format, output } = command;
    let format = match format {
        LedgerFormat::Hledger => export::Format::Hledger,
        LedgerFormat::Beancount => export::Format::Beancount,
        LedgerFormat::Csv => export::Format::Csv,
    };
    let written = export::export(&*work.link, format, &mut writer(output.as_ref())?)?;
    work.output.note(&format!("{written} transactions"));
    Ok(())
}
