//! `coinbox forecast`: what would happen to an account if it went on like this.

use super::show::{Rows, Text};
use super::work::Work;
use coinbox_host::text;
use serde_json::Value;

/// Runs the command: the forecast is made where the store is.
pub(crate) fn run(work: &Work, account: &str, months: u32) -> anyhow::Result<()> {
    let forecast = work.link.forecast(account, months)?;
    if work.output.is_json() {
        return work.output.answer(&serde_json::to_value(&forecast)?, |_| Text::Line(String::new()));
    }
    let nothing = Value::Null;
    let title = format!(
        "Account {} on {}: balance {}",
        forecast.account,
        text::moment(forecast.from),
        text::amount(forecast.balance)
    );
    work.output.line(&title)?;
    work.output.answer(&nothing, |_| {
        let mut rows = Rows::new(&["end of", ">used", ">recharged", ">balance"]);
        for month in &forecast.months {
            let amounts = [month.used, month.recharged, month.balance].map(text::amount);
            rows.add([vec![month.month.clone()], amounts.to_vec()].concat());
        }
        Text::Table(rows)
    })?;
    work.output.line("\nRecharges")?;
    work.output.answer(&nothing, |_| {
        let mut rows = Rows::new(&["at", "kind", ">amount", ">balance after it"]);
        for recharge in &forecast.recharges {
            let amounts = [recharge.amount, recharge.balance].map(text::amount);
            rows.add([vec![text::moment(recharge.at), recharge.kind.clone()], amounts.to_vec()].concat());
        }
        Text::Table(rows)
    })?;
    work.output.line("\nInvoices")?;
    work.output.answer(&nothing, |_| {
        let mut rows = Rows::new(&["issued", "first day", "last day", ">total", ">amount due"]);
        for invoice in &forecast.invoices {
            let days = [invoice.first.clone(), invoice.last.clone()];
            let amounts = [invoice.total, invoice.amount_due].map(text::amount);
            rows.add([vec![text::moment(invoice.at)], days.to_vec(), amounts.to_vec()].concat());
        }
        Text::Table(rows)
    })?;
    if !forecast.warnings.is_empty() {
        work.output.line("\nWarnings")?;
        work.output.answer(&nothing, |_| {
            let mut rows = Rows::new(&["at", "what", "facts"]);
            for warning in &forecast.warnings {
                let facts: Vec<String> = warning.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
                rows.add(vec![text::moment(warning.at), warning.kind.clone(), facts.join(", ")]);
            }
            Text::Table(rows)
        })?;
    }
    work.output.line("\nTaken for granted")?;
    for assumption in &forecast.assumptions {
        work.output.line(&format!("- {assumption}"))?;
    }
    Ok(())
}
