//! Makes a forecast: the days that were lived are lived again on a [`Fork`].

use super::fork::Fork;
use super::records::{Forecast, Invoice, MONTHS_MAX, MonthEnd, Recharge, Warning};
use super::usage::Usage;
use crate::direct::Direct;
use anyhow::{Context, Result, ensure};
use coinbox_host::coinbox::Coinbox;
use coinbox_host::months::next_month;
use coinbox_host::text;
use serde_json::{Value, json};

/// How often usage is reported on the fork.
const STEP_MS: i64 = 3_600_000;
/// How long after a month's end its closing is looked at.
const SETTLED_MS: i64 = 60_000;
/// Events of the feed that are read at once.
const FEED_PAGE: usize = 1000;

/// What is told as a warning.
const WARNINGS: [&str; 8] = [
    "recharge-capped",
    "recharge-failed",
    "out-of-credit",
    "limit-reached",
    "account-suspended",
    "card-expiring",
    "rent-owed",
    "number-released",
];

/// Forecasts an account to the end of the present month and `months` - 1 further ones.
pub fn forecast(original: &Coinbox, account: &str, months: u32) -> Result<Forecast> {
    ensure!((1..=MONTHS_MAX).contains(&months), "months: 1 to {MONTHS_MAX}");
    // An unknown account is found before anything is copied.
    let asked = Direct::new(original.clone(), "forecast".to_owned(), None);
    asked.call("credits.get-balance", json!({"auth-id": account}))?;
    let fork = Fork::of(original)?;
    Run::begin(&fork, account)?.finish(months)
}

/// A forecast in the making.
struct Run<'a> {
    fork: &'a Fork,
    link: Direct,
    account: String,
    usage: Usage,
    /// Feed lines up to here are of the past.
    position: u64,
    /// Usage up to here has been reported.
    reported: i64,
    forecast: Forecast,
}

impl<'a> Run<'a> {
    fn begin(fork: &'a Fork, account: &str) -> Result<Run<'a>> {
        let link = Direct::new(fork.coinbox().clone(), "forecast".to_owned(), None);
        let from = fork.coinbox().now();
        // What was used a moment ago is not in the totals yet: they follow a minute behind.
        link.drive("store/totals")?;
        fork.coinbox().drain()?;
        let usage = Usage::of_last_days(&link, account, from)?;
        let (account, position) = (account.to_owned(), last_position(&link, account)?);
        let balance = balance(&link, &account)?;
        let assumptions = assumptions(&usage);
        let forecast = Forecast {
            account: account.clone(),
            from,
            balance,
            assumptions,
            recharges: Vec::new(),
            months: Vec::new(),
            invoices: Vec::new(),
            warnings: Vec::new(),
        };
        Ok(Run { fork, link, account, usage, position, reported: from, forecast })
    }

    fn finish(mut self, months: u32) -> Result<Forecast> {
        let mut end = next_month(self.forecast.from);
        for _ in 0..months {
            let first = self.forecast.recharges.len();
            // The last moment before the month's end: what is taken on the first belongs to the next month.
            let used = self.live_until(end - 1)?;
            let recharged = self.forecast.recharges[first..].iter().map(|recharge| recharge.amount).sum();
            let balance = balance(&self.link, &self.account)?;
            let month = text::day(end - 1)[..7].to_owned();
            self.forecast.months.push(MonthEnd { month, used, recharged, balance });
            end = next_month(end);
        }
        // The last month is closed too.
        self.fork.coinbox().advance_to(self.fork.coinbox().now() + SETTLED_MS)?;
        self.follow()?;
        Ok(self.forecast)
    }

    /// Lives on until a moment: what is used is reported hour by hour. Answers what that cost.
    fn live_until(&mut self, end: i64) -> Result<i64> {
        let mut used = 0;
        while self.reported < end {
            let to = (self.reported + STEP_MS).min(end);
            self.fork.coinbox().advance_to(to)?;
            used += self.usage.report(&self.link, self.reported, to)?;
            self.fork.coinbox().drain()?;
            self.reported = to;
        }
        self.follow()?;
        Ok(used)
    }

    /// Reads what has happened to the account.
    fn follow(&mut self) -> Result<()> {
        loop {
            let arguments = json!({"account": self.account, "after": self.position.to_string(), "limit": FEED_PAGE});
            let page = self.link.call("events.read", arguments)?;
            let events = page.as_array().context("events are a list")?;
            for event in events {
                self.position = number(&event["position"])?.unsigned_abs();
                self.note(event)?;
            }
            if events.len() < FEED_PAGE {
                return Ok(());
            }
        }
    }

    fn note(&mut self, event: &Value) -> Result<()> {
        let at = number(&event["at"])?;
        let kind = event["kind"].as_str().unwrap_or_default();
        let facts: Vec<(String, String)> = event["facts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|fact| Some((fact["name"].as_str()?.to_owned(), fact["value"].as_str()?.to_owned())))
            .collect();
        let fact = |name: &str| facts.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let amount = |name: &str| text::micros(fact(name).unwrap_or_default());
        if kind == "invoice-issued" {
            self.forecast.invoices.push(Invoice {
                at,
                first: fact("period-start").unwrap_or_default().to_owned(),
                last: fact("period-end").unwrap_or_default().to_owned(),
                total: amount("total")?,
                amount_due: amount("amount-due")?,
            });
        } else if kind == "recharge-paid" {
            self.forecast.recharges.push(Recharge {
                at,
                kind: fact("kind").unwrap_or_default().to_owned(),
                amount: amount("amount")?,
                balance: amount("balance")?,
            });
        } else if WARNINGS.contains(&kind) {
            self.forecast.warnings.push(Warning { at, kind: kind.to_owned(), facts });
        }
        Ok(())
    }
}

fn number(value: &Value) -> Result<i64> {
    value.as_str().and_then(|text| text.parse().ok()).with_context(|| format!("{value} is no number"))
}

fn balance(link: &Direct, account: &str) -> Result<i64> {
    number(&link.call("credits.get-balance", json!({"auth-id": account}))?["balance"])
}

/// Position of the account's newest event.
fn last_position(link: &Direct, account: &str) -> Result<u64> {
    let mut after = 0;
    loop {
        let page =
            link.call("events.read", json!({"account": account, "after": after.to_string(), "limit": FEED_PAGE}))?;
        let events = page.as_array().context("events are a list")?;
        if let Some(last) = events.last() {
            after = number(&last["position"])?.unsigned_abs();
        }
        if events.len() < FEED_PAGE {
            return Ok(after);
        }
    }
}

fn assumptions(usage: &Usage) -> Vec<String> {
    vec![
        usage.in_words(),
        "Prices and the operator's choices stay as they are decided today, price versions of the future included."
            .to_owned(),
        "Every card that is stored and has not expired pays; a charge that is open now is paid too.".to_owned(),
        "Nobody pays by hand, changes settings, buys or releases a number.".to_owned(),
    ]
}
