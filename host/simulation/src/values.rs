//! Small things that operations are carried out with.

use super::operation::{Choice, NEWEST};
use anyhow::{Context, Result};
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

/// Makes a change in the policy's JSON form.
pub(super) fn choose(policy: &mut Value, choice: &Choice) {
    let texts = |amounts: &[i64]| -> Vec<String> { amounts.iter().map(i64::to_string).collect() };
    match choice {
        Choice::Thresholds(thresholds) => policy["alert-thresholds"] = json!(texts(thresholds)),
        Choice::Levels(levels) => policy["ladder-levels"] = json!(levels),
        Choice::Minimum(minimum) => policy["minimum-recharge"] = json!(minimum.to_string()),
        Choice::SeriesLimit(limit) => policy["series-limit"] = json!(limit),
        Choice::FailureLimit(limit) => policy["failure-limit"] = json!(limit),
        Choice::Taxes(rates) => {
            let rate = |(country, percent, reverse): &(&str, i64, bool)| {
                json!({"country": country, "state": "", "name": format!("Tax of {percent}"), "percent": coinbox_host::text::amount(*percent),
                    "reverse-charge": reverse, "legal-basis": ""})
            };
            policy["tax-rates"] = rates.iter().map(rate).collect();
        }
        Choice::DunningDays(days) => policy["dunning-days"] = json!(days),
    }
}
