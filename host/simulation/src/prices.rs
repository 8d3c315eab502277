//! What the operator does to prices in a simulation: publishes, takes back, replaces; for all, or for one account.

use super::model::{number_prices, price_rows, surcharges};
use super::run::Simulation;
use anyhow::{Context, Result};
use serde_json::json;

impl Simulation {
    /// Publishes all prices at so many percent, `ahead` milliseconds from now.
    pub(super) fn publish(&mut self, percent: i64, ahead: i64) -> Result<()> {
        let begun = self.command("pricing.begin-import", json!({}), true)?.unwrap_or_default();
        let number = begun["number"].as_u64().context("a version has a number")?;
        let rows = json!({"version": number, "rows": price_rows(percent)});
        self.command("pricing.add-rows", rows, true)?;
        let prices = json!({"version": number, "prices": number_prices()});
        self.command("pricing.set-number-prices", prices, true)?;
        let riding = json!({"version": number, "surcharges": surcharges(percent)});
        self.command("pricing.set-surcharges", riding, true)?;
        let now = self.world.now();
        let expected = self.model.usage.prices.publish(number, percent, now + ahead, now);
        let arguments = json!({"version": number, "starts-at": (now + ahead).to_string()});
        if self.command("pricing.publish-version", arguments, expected)?.is_none() {
            self.command("pricing.remove-draft", json!({"version": number}), true)?;
        }
        Ok(())
    }

    /// Takes the version that begins last back.
    pub(super) fn take_back(&mut self) -> Result<()> {
        let now = self.world.now();
        let number = self.model.usage.prices.last();
        let expected = self.model.usage.prices.withdraw(number, now);
        self.command("pricing.withdraw-version", json!({"version": number}), expected)?;
        Ok(())
    }

    /// Gives an account prices of its own, or takes the last ones back.
    pub(super) fn price_account(&mut self, account: usize, percent: Option<i64>, ahead: i64) -> Result<()> {
        let Some(place) = self.account(account) else { return Ok(()) };
        let (now, id) = (self.world.now(), self.model.accounts[place].id.clone());
        let prices = &mut self.model.usage.prices;
        let Some(percent) = percent else {
            let Some(starts) = prices.last_own(place) else { return Ok(()) };
            let arguments = json!({"auth-id": id, "starts-at": starts.to_string()});
            let expected = self.model.accounts[place].is_open_to("pricing.withdraw-overrides")
                && self.model.usage.prices.withdraw_own(place, now);
            self.command("pricing.withdraw-overrides", arguments, expected)?;
            return Ok(());
        };
        let starts = now + ahead;
        let expected = self.model.accounts[place].is_open_to("pricing.set-overrides")
            && prices.set_own(place, percent, starts, now);
        let arguments = json!({"auth-id": id, "starts-at": starts.to_string(), "rows": price_rows(percent),
            "surcharges": surcharges(percent)});
        self.command("pricing.set-overrides", arguments, expected)?;
        Ok(())
    }
}
