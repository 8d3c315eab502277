//! `coinbox simulate --three-years`: a handful of customers through three years, verified at every month's end.

use super::arguments::Simulate;
use super::show::{Output, Rows, Text};
use anyhow::Context;
use coinbox_host::engine::RulesRuntime;
use coinbox_host::text;
use coinbox_operations::export;
use coinbox_simulation::Keeping;
use coinbox_simulation::three_years::{DAYS, ThreeYears};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Runs the three years. With a folder, the ledger is written there in forms that other programs check.
pub(crate) fn run(rules: &Arc<dyn RulesRuntime>, output: &Output, arguments: &Simulate) -> anyhow::Result<()> {
    let started = Instant::now();
    let seed = arguments.seed.unwrap_or(1);
    let mut years = ThreeYears::begin(rules.clone(), Keeping::Memory, seed)?;
    let bar = ProgressBar::new(u64::from(DAYS));
    bar.set_style(ProgressStyle::with_template("{elapsed_precise} {wide_bar} day {pos} of {len}")?);
    while years.live_a_day()? {
        bar.inc(1);
    }
    years.end()?;
    bar.finish_and_clear();
    if let Some(folder) = &arguments.ledger {
        write_ledger(&mut years, folder).with_context(|| folder.display().to_string())?;
    }
    let months: Vec<Value> = years
        .months
        .iter()
        .map(|month| {
            json!({"month": month.month, "sound": true, "transactions": month.transactions, "events": month.events,
                "taken": month.taken.to_string(), "outstanding": month.outstanding.to_string(), "balances": month.balances.to_string()})
        })
        .collect();
    let shown = json!({"seed": seed, "days": DAYS, "months": months, "happened": years.happened});
    output.answer(&shown, |_| {
        let mut rows = Rows::new(&["month", ">transactions", ">events", ">taken", ">outstanding", ">balances"]);
        for month in &years.months {
            let counts = [month.transactions, month.events].map(|count| count.to_string());
            let amounts = [month.taken, month.outstanding, month.balances].map(text::amount);
            rows.add([vec![month.month.clone()], counts.to_vec(), amounts.to_vec()].concat());
        }
        Text::Table(rows)
    })?;
    if !output.is_json() {
        output.line("")?;
        output.answer(&shown["happened"], |_| {
            let mut rows = Rows::new(&["event", ">times"]);
            for (kind, times) in &years.happened {
                rows.add(vec![kind.clone(), times.to_string()]);
            }
            Text::Table(rows)
        })?;
    }
    output.note(&format!("verified at every month's end, in {:.1?}", started.elapsed()));
    Ok(())
}

/// `ledger.journal`, `ledger.beancount`, and `balances.json`: what each account has, as `credits.get-balance` tells it.
fn write_ledger(years: &mut ThreeYears, folder: &Path) -> anyhow::Result<()> {
    coinbox_host::private::directory(folder)?;
    let link = years.world.link()?;
    for (name, format) in [("ledger.journal", export::Format::Hledger), ("ledger.beancount", export::Format::Beancount)]
    {
        let mut file = BufWriter::new(coinbox_host::private::create(&folder.join(name))?);
        export::export(&link, format, &mut file)?;
    }
    let page = years.world.ok("accounts.list", None, json!({"after": null, "limit": 500}))?;
    let mut balances = serde_json::Map::new();
    for account in page["accounts"].as_array().into_iter().flatten() {
        let id = coinbox_operations::words::field(account, "auth-id");
        let balance = years.world.ok("credits.get-balance", None, json!({"auth-id": id}))?;
        balances.insert(id, balance);
    }
    coinbox_host::private::write(&folder.join("balances.json"), serde_json::to_string_pretty(&balances)?.as_bytes())?;
    Ok(())
}
