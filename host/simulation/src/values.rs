//! Small things that operations are carried out with.

use super::operation::{Choice, NEWEST};
use anyhow::{Context, Result};
use coinbox_host::text::amount as amount_text;
use serde_json::{Value, json};

/// The nth of several, counted round and round, or the newest one.
pub(super) fn nth<T: Clone>(all: &[T], nth: usize) -> Option<T> {
    if nth == NEWEST {
        return all.last().cloned();
    }
    (!all.is_empty()).then(|| all[nth % all.len()].clone())
}

pub(super) fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}

/// The setting of a choice, with its value as text.
pub(super) fn setting(choice: &Choice) -> (&'static str, String) {
    let list = |texts: Vec<String>| texts.join(", ");
    let counts = |counts: &[u32]| list(counts.iter().map(u32::to_string).collect());
    match choice {
        Choice::Thresholds(thresholds) => {
            ("alert-thresholds", list(thresholds.iter().map(|amount| amount_text(*amount)).collect()))
        }
        Choice::Levels(levels) => ("ladder-levels", counts(levels)),
        Choice::Minimum(minimum) => ("minimum-recharge", amount_text(*minimum)),
        Choice::SeriesLimit(limit) => ("series-limit", limit.to_string()),
        Choice::FailureLimit(limit) => ("failure-limit", limit.to_string()),
        Choice::Taxes(rates) => {
            let rate = |(country, percent, reverse): &(&str, i64, bool)| json!({"country": country, "name": format!("Tax of {percent}"), "percent": amount_text(*percent), "reverse-charge": reverse});
            ("tax-rates", Value::from_iter(rates.iter().map(rate)).to_string())
        }
        Choice::DunningDays(days) => ("dunning-days", counts(days)),
    }
}

/// Arguments of a command that changes settings.
pub(super) fn changes(settings: &[(&str, String)]) -> Value {
    let change = |(name, value): &(&str, String)| json!({"name": name, "value": value});
    json!({"version": null, "settings": settings.iter().map(change).collect::<Vec<_>>()})
}
