//! `coinbox usage summary|export|daily` and `coinbox account statement`: what an account used, day by day and line by line.

use super::arguments::{Daily, Export, Group, Statement, Summary};
use super::show::{Rows, Text};
use super::work::{Work, from_of, until_of};
use coinbox_host::text;
use coinbox_operations::export::table::Table;
use coinbox_operations::tables::{LINE_COLUMNS, SUMMARY_COLUMNS, Sums, add_page, line_cells, line_text, write_summary};
use coinbox_operations::words::{amount, field, moment, wide};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;

/// After every moment of a record.
const LAST_MOMENT: i64 = 9_999_999_999_999;

/// Runs `usage summary`.
pub(super) fn summary(work: &Work, asked: &Summary) -> anyhow::Result<()> {
    anyhow::ensure!(!(asked.csv && work.output.is_json()), "--csv and --json exclude each other");
    let by: Vec<&str> = asked.by.iter().map(|group| group.word()).collect();
    let (mut sums, mut after) = (Sums::new(), None::<String>);
    let mut complete_until = i64::MAX;
    let timezone = loop {
        let arguments = json!({"auth-id": asked.account, "from-day": asked.from, "to-day": asked.to, "group": by,
            "after": after, "filter": asked.filter.filter()});
        let page = work.link.call("usage.summary", arguments)?;
        add_page(&mut sums, &page)?;
        complete_until = complete_until.min(wide(&page["complete-until"]));
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break field(&page, "timezone");
        }
    };
    if asked.csv {
        return write_summary(&sums, writer(asked.output.as_ref())?);
    }
    let divided = |group: Group| asked.by.contains(&group);
    let columns = [Group::Day, Group::Subaccount, Group::Product, Group::Product, Group::Product].map(divided);
    let mut all = 0_i64;
    let mut shown = Vec::with_capacity(sums.len());
    for (key, (count, quantity, amount)) in &sums {
        all = all.checked_add(*amount).ok_or_else(|| anyhow::anyhow!("the sum of all rows is out of range"))?;
        let mut row = json!({"count": count, "quantity": quantity, "amount": text::amount_on_wire(*amount)});
        // By what it is not divided is null; what has none, as a debit has no heading, is empty.
        for ((name, value), divided) in SUMMARY_COLUMNS.iter().zip(key).zip(columns) {
            row[*name] = if divided { value.as_str().into() } else { Value::Null };
        }
        shown.push(row);
    }
    let answer = json!({"timezone": timezone, "complete_until": text::moment(complete_until), "rows": shown,
        "amount": text::amount_on_wire(all)});
    work.output.answer(&answer, |_| {
        let mut header = Vec::new();
        for (group, names) in [
            (Group::Day, &["day"][..]),
            (Group::Subaccount, &["account"]),
            (Group::Product, &["product", "heading", "detail"]),
        ] {
            if divided(group) {
                header.extend_from_slice(names);
            }
        }
        header.extend([">count", ">quantity", ">amount"]);
        let mut rows = Rows::new(&header);
        for (key, (count, quantity, amount)) in &sums {
            let mut row: Vec<String> =
                key.iter().zip(columns).filter(|(_, shown)| *shown).map(|(value, _)| value.clone()).collect();
            row.extend([count.to_string(), quantity.to_string(), text::amount(*amount)]);
            rows.add(row);
        }
        Text::Table(rows)
    })?;
    work.output.note(&format!(
        "{} in all; days of {timezone}; complete up to {}",
        text::amount(all),
        text::moment(complete_until)
    ));
    Ok(())
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

/// First moments of a month such as `2026-10` and of the one after it.
fn month_bounds(month: &str) -> anyhow::Result<(i64, i64)> {
    let wrong = || anyhow::anyhow!("--month: `{}` is not a month such as 2026-10", text::shortened(month));
    let parts = month.split_once('-').filter(|(year, number)| year.len() == 4 && number.len() == 2);
    let (year, number) = parts.ok_or_else(wrong)?;
    let (year, number): (u32, u32) = (year.parse().map_err(|_| wrong())?, number.parse().map_err(|_| wrong())?);
    let next = if number == 12 { (year + 1, 1) } else { (year, number + 1) };
    let first =
        |year: u32, month: u32| text::moment_ms(&format!("{year:04}-{month:02}-01T00:00:00Z")).map_err(|_| wrong());
    Ok((first(year, number)?, first(next.0, next.1)?))
}

/// Runs `usage export`: pages stream, one is written before the next is read.
pub(super) fn export(work: &Work, asked: &Export) -> anyhow::Result<()> {
    anyhow::ensure!(!(asked.csv && work.output.is_json()), "--csv and --json exclude each other");
    let (from, to) = match &asked.month {
        Some(month) => month_bounds(month)?,
        None => (
            asked.from.as_deref().map_or(Ok(0), |from| from_of("--from", from))?,
            asked.to.as_deref().map_or(Ok(LAST_MOMENT), |to| until_of("--to", to))?,
        ),
    };
    let bar = if std::io::stderr().is_terminal() && (asked.output.is_some() || !std::io::stdout().is_terminal()) {
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5))
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} lines · {per_sec} · {msg}") {
        bar.set_style(style);
    }
    let mut out = writer(asked.output.as_ref())?;
    let mut header = !work.output.is_json();
    let (mut written, mut after) = (0_u64, None::<String>);
    let complete_until = loop {
        let arguments = json!({"auth-id": asked.account, "posted-from": from.to_string(), "posted-before": to.to_string(),
            "after": after, "filter": asked.filter.filter()});
        let page = work.link.call("usage.list-lines", arguments)?;
        let mut table = if std::mem::take(&mut header) {
            Table::begin(Vec::new(), &LINE_COLUMNS)?
        } else {
            Table::go_on(Vec::new())
        };
        for line in page["lines"].as_array().into_iter().flatten() {
            if work.output.is_json() {
                let value = |name: &&str| match *name {
                    "quantity" => line["quantity"].clone(),
                    name => line_text(line, name).into(),
                };
                let object: serde_json::Map<String, Value> =
                    LINE_COLUMNS.iter().map(|name| ((*name).to_owned(), value(name))).collect();
                writeln!(out, "{}", Value::Object(object))?;
            } else {
                table.row(line_cells(line))?;
            }
            written += 1;
        }
        out.write_all(&table.bytes()?)?;
        bar.set_position(written);
        after = page["next"].as_str().map(str::to_owned);
        match &after {
            // The transaction that a page ended with begins with its moment.
            Some(reached) => {
                bar.set_message(text::moment(reached.get(..13).and_then(|at| at.parse().ok()).unwrap_or(0)))
            }
            None => break wide(&page["complete-until"]),
        }
    };
    out.flush()?;
    bar.finish_and_clear();
    work.output.note(&format!("{written} lines; complete up to {}", text::moment(complete_until)));
    Ok(())
}

/// Runs `usage daily`.
pub(super) fn daily(work: &Work, asked: &Daily) -> anyhow::Result<()> {
    let daily = match asked.switch {
        None => work.link.call("usage.get-daily-summary", json!({"auth-id": asked.account}))?,
        Some(switch) => {
            let arguments = json!({"auth-id": asked.account, "choice": switch.choice()});
            work.link.call("usage.set-daily-summary", arguments)?
        }
    };
    work.output.answer(&daily, |daily| {
        let by = if daily["chosen"] == true { "account" } else { "policy" };
        Text::Table(Rows::of_fields(vec![
            ("daily summary", if daily["enabled"] == true { "on" } else { "off" }.to_owned()),
            ("set by", by.to_owned()),
            ("hour", format!("{:02}:00", daily["hour"].as_u64().unwrap_or_default())),
            ("next mail", moment(&daily["due"])),
            ("told until", field(daily, "told-until")),
        ]))
    })
}

/// Runs `account statement`.
pub(super) fn statement(work: &Work, asked: &Statement) -> anyhow::Result<()> {
    let (mut movements, mut after) = (Vec::new(), None::<String>);
    let mut statement = loop {
        let arguments = json!({"auth-id": asked.account, "month": asked.month, "after": after});
        let mut page = work.link.call("credits.get-statement", arguments)?;
        if let Value::Array(listed) = page["movements"].take() {
            movements.extend(listed);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break page;
        }
    };
    statement["movements"] = Value::Array(movements);
    work.output.answer(&statement, |statement| {
        let mut rows = Rows::new(&["when", "what", "of", ">amount"]);
        let mut add =
            |when: String, what: &str, of: String, amount: String| rows.add(vec![when, what.to_owned(), of, amount]);
        add(field(statement, "month"), "opening balance", String::new(), amount(&statement["opening"]));
        for movement in statement["movements"].as_array().into_iter().flatten() {
            let kind = field(movement, "kind").replace('-', " ");
            add(moment(&movement["at"]), &kind, field(movement, "cause"), amount(&movement["amount"]));
        }
        for charge in statement["charges"].as_array().into_iter().flatten() {
            let names = ["product", "heading", "detail"].map(|name| field(charge, name));
            let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
            let of = format!("{} ({} in all)", field(charge, "count"), field(charge, "quantity"));
            add(String::new(), &names.join(" "), of, text::amount(wide(&charge["amount"]).saturating_neg()));
        }
        if wide(&statement["closing-postings"]) != 0 {
            let taken = wide(&statement["closing-postings"]).saturating_neg();
            add(String::new(), "tax and rounding", String::new(), text::amount(taken));
        }
        add(field(statement, "month"), "closing balance", String::new(), amount(&statement["closing"]));
        Text::Table(rows)
    })?;
    work.output.note(&format!("complete up to {}", moment(&statement["complete-until"])));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_utc_calendar() {
        let bounds = month_bounds("2026-12").expect("a month");
        assert_eq!(
            (text::moment(bounds.0), text::moment(bounds.1)),
            ("2026-12-01T00:00:00Z".into(), "2027-01-01T00:00:00Z".into())
        );
        for bad in ["2026", "2026-13", "2026-1", "26-01", "2026-00", "october"] {
            assert!(month_bounds(bad).is_err(), "{bad}");
        }
    }
}
