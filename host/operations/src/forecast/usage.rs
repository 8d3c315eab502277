//! The usage that goes on: what was rated in the last 30 days happens again every 30 days.

use crate::direct::Direct;
use anyhow::{Context, Result, bail, ensure};
use coinbox_host::contract::exported::usage::{EventAnswer, UsageEvent};
use coinbox_host::json as wit;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The days that are lived again.
const DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;
const PERIOD_MS: i64 = DAYS * DAY_MS;
/// More events than this are not lived again one by one.
const EVENTS_MAX: usize = 200_000;
/// Events of one batch.
const BATCH: usize = 1000;
const TOO_MANY: &str = "the account used more than 200000 times in 30 days, which is more than a forecast lives again";

/// What an account and its sub-accounts used in the last 30 days.
pub(super) struct Usage {
    /// Moment after the last day.
    end: i64,
    /// In order of their own moments.
    events: Vec<UsageEvent>,
    /// Products: how many events, at what cost.
    products: BTreeMap<String, (u64, i64)>,
}

impl Usage {
    /// Reads what was posted in the 30 days before a moment.
    pub(super) fn of_last_days(link: &Direct, account: &str, end: i64) -> Result<Usage> {
        let mut usage = Usage { end, events: Vec::new(), products: BTreeMap::new() };
        // What was posted at this very moment is in the past too.
        for line in lines(link, account, end - PERIOD_MS + 1, end + 1)? {
            usage.take(&line, end)?;
        }
        usage.events.sort_by_key(|event| event.at);
        Ok(usage)
    }

    fn take(&mut self, line: &Value, end: i64) -> Result<()> {
        let product = line["product"].as_str().unwrap_or_default();
        // What is charged for beyond usage has no heading.
        if line["heading"].as_str().unwrap_or_default().is_empty() {
            return Ok(());
        }
        let amount: i64 =
            line["amount"].as_str().and_then(|amount| amount.parse().ok()).context("a line has an amount")?;
        let sum = self.products.entry(product.to_owned()).or_default();
        *sum = (sum.0 + 1, sum.1.checked_add(amount).context("the sum of all usage is out of range")?);
        let mut event = json!({});
        for field in ["id", "auth-id", "product", "heading", "number", "quantity", "at"] {
            event[field] = line[field].clone();
        }
        let mut event: UsageEvent = wit::from_value(&event).context("a posted line")?;
        // What was late is used again at the moment of its posting.
        event.at = event.at.clamp(end - PERIOD_MS + 1, end);
        self.events.push(event);
        Ok(())
    }

    /// Reports what is used after `from` and until `to`. Answers what it cost.
    pub(super) fn report(&self, link: &Direct, from: i64, to: i64) -> Result<i64> {
        let mut batch = Vec::new();
        // Which repetition of the period these moments belong to, at both ends.
        let round = |moment: i64| (moment - self.end).div_euclid(PERIOD_MS) + 1;
        for round in round(from)..=round(to) {
            let shift = round * PERIOD_MS;
            let first = self.events.partition_point(|event| event.at + shift <= from);
            for event in self.events[first..].iter().take_while(|event| event.at + shift <= to) {
                // The event of the past and this one must not be the same: their moments differ, and so does the end of the ID.
                let id: String = format!("{round}~{}", event.id).chars().take(64).collect();
                batch.push(UsageEvent { id, at: event.at + shift, ..event.clone() });
            }
        }
        let mut used = 0_i64;
        for part in batch.chunks(BATCH) {
            for (event, fate) in part.iter().zip(link.record(0, part)?) {
                match fate {
                    Ok(EventAnswer::Rated(amount)) => used += amount,
                    // Two events whose IDs differ only behind the 64th character.
                    Ok(EventAnswer::Duplicate | EventAnswer::Conflicting) => {}
                    // No price any more, or the account is closed.
                    Ok(EventAnswer::Rejected(_)) => {}
                    Err(unreadable) => bail!("event {}: {unreadable:?}", event.id),
                }
            }
        }
        Ok(used)
    }

    /// What goes on, in a sentence.
    pub(super) fn in_words(&self) -> String {
        if self.events.is_empty() {
            return format!("Nothing was used in the last {DAYS} days, and nothing is used from now on.");
        }
        let products: Vec<String> = self
            .products
            .iter()
            .map(|(product, (count, amount))| {
                format!(
                    "{product} {count} times for {}, {} a day",
                    coinbox_host::text::amount(*amount),
                    coinbox_host::text::amount(amount / DAYS)
                )
            })
            .collect();
        format!("The usage of the last {DAYS} days goes on: {}.", products.join("; "))
    }
}

/// Charges of an account and its sub-accounts that were posted between two moments, one by one.
fn lines(link: &Direct, account: &str, from: i64, to: i64) -> Result<Vec<Value>> {
    let (mut lines, mut after) = (Vec::new(), Value::Null);
    loop {
        let arguments = json!({"auth-id": account, "posted-from": from.to_string(), "posted-before": to.to_string(), "after": after});
        let mut page = link.call("usage.list-lines", arguments)?;
        if let Value::Array(part) = page["lines"].take() {
            lines.extend(part);
        }
        ensure!(lines.len() <= EVENTS_MAX, TOO_MANY);
        after = page["next"].take();
        if after.is_null() {
            return Ok(lines);
        }
    }
}
