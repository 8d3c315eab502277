//! Phone numbers in a simulation: ordered from a stock that may be slow or forgetful, rented, given back.

use super::model::{STOCK, offer};
use super::run::Simulation;
use anyhow::Result;
use serde_json::json;

impl Simulation {
    /// Somebody wants a number of the stock, whoever has it.
    pub(super) fn buy(&mut self, source: usize, nth: usize) -> Result<()> {
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let Some((source, payer)) = super::values::nth(&self.model.usage.sources, source) else { return Ok(()) };
        let (number, kind) = STOCK[nth % STOCK.len()];
        // Which of two orders of one number is answered first is the stock's business.
        if self.model.accounts[payer].rents.is_ordered(number) {
            return Ok(());
        }
        let rented = self.model.accounts.iter().any(|account| account.rents.numbers().iter().any(|one| one == number));
        let gone = self.model.accounts[payer].deleted.contains(&source);
        let expected = !rented && !gone && self.model.accounts[payer].may_buy(kind, now, &policy);
        if expected {
            self.model.accounts[payer].order(&source, number, kind, now, &policy);
        }
        let purchase = json!({"offer": offer((number, kind)), "alias": null, "app-id": null});
        self.command("numbers.buy", json!({"auth-id": source, "purchase": purchase}), expected)?;
        Ok(())
    }

    /// A customer deletes a sub-account.
    pub(super) fn delete(&mut self, nth: usize, numbers: &str) -> Result<()> {
        let mains: Vec<&String> = self.model.accounts.iter().map(|account| &account.id).collect();
        let mut subs = self.model.usage.sources.clone();
        subs.retain(|(id, _)| !mains.contains(&id));
        let Some((sub, place)) = super::values::nth(&subs, nth) else { return Ok(()) };
        // A deletion is known by no key: whoever repeats it is told that there is no such sub-account.
        self.world.call_off_crash();
        let account = &self.model.accounts[place];
        let may = numbers != "refuse" || account.numbers_of(&sub).is_empty();
        let expected = may && !account.deleted.contains(&sub);
        let arguments = json!({"auth-id": sub, "disposal": numbers});
        if self.command("subaccounts.delete", arguments, expected)?.is_some() {
            self.model.accounts[place].delete(&sub, numbers == "cascade");
        }
        Ok(())
    }

    /// Somebody gives back a number that is rented.
    pub(super) fn give_back(&mut self, nth: usize) -> Result<()> {
        let mut rented = Vec::new();
        for (place, account) in self.model.accounts.iter().enumerate() {
            rented.extend(account.rents.numbers().into_iter().map(|number| (place, number)));
        }
        let Some((place, number)) = super::values::nth(&rented, nth) else { return Ok(()) };
        let account = &mut self.model.accounts[place];
        account.give_back(&number);
        let arguments = json!({"auth-id": account.id, "number": number});
        self.command("numbers.release", arguments, true)?;
        Ok(())
    }
}
