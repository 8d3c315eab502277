//! Phone numbers in a simulation: ordered from a stock that may be slow or forgetful, rented, given back.

use super::model::{STOCK, offer};
use super::run::Simulation;
use anyhow::Result;
use serde_json::json;

impl Simulation {
    /// Somebody wants a number of the stock, whoever has it.
    pub(super) fn buy(&mut self, source: usize, nth: usize) -> Result<()> {
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let Some((source, payer)) = super::nth(&self.model.usage.sources, source) else { return Ok(()) };
        let (number, kind) = STOCK[nth % STOCK.len()];
        // Which of two orders of one number is answered first is the stock's business.
        if self.model.accounts[payer].rents.is_ordered(number) {
            return Ok(());
        }
        let rented = self.model.accounts.iter().any(|account| account.rents.numbers().iter().any(|one| one == number));
        let expected = !rented && self.model.accounts[payer].may_buy(kind, now, &policy);
        if expected {
            self.model.accounts[payer].order(number, kind, now, &policy);
        }
        let purchase = json!({"offer": offer((number, kind)), "alias": null, "app-id": null});
        self.command("numbers.buy", json!({"auth-id": source, "purchase": purchase}), expected)?;
        Ok(())
    }

    /// Somebody gives back a number that is rented.
    pub(super) fn give_back(&mut self, nth: usize) -> Result<()> {
        let mut rented = Vec::new();
        for (place, account) in self.model.accounts.iter().enumerate() {
            rented.extend(account.rents.numbers().into_iter().map(|number| (place, number)));
        }
        let Some((place, number)) = super::nth(&rented, nth) else { return Ok(()) };
        let account = &mut self.model.accounts[place];
        account.give_back(&number);
        let arguments = json!({"auth-id": account.id, "number": number});
        self.command("numbers.release", arguments, true)?;
        Ok(())
    }
}
