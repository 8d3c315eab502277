//! Backups and restores in a simulation: the store goes back, the gateway and the stock keep what has happened (sec-02, sec-13, R42).

use super::backup::Backup;
use super::check;
use super::model::Standing;
use super::operation::{DAY, MINUTE};
use super::run::{Done, Simulation};
use anyhow::{Context, Result, ensure};
use coinbox_host::capability::Inventory;
use serde_json::json;
use std::collections::BTreeMap;

/// How long it takes at most to find out what has happened since a backup: so long nothing new starts outside.
const PATIENCE: i64 = 3 * MINUTE;

impl Simulation {
    pub(super) fn back_up(&mut self) -> Result<()> {
        self.backup = Some(Backup {
            store: self.world.back_up()?,
            at: self.world.now(),
            model: self.model.clone(),
            done: self.done.len(),
            mails: self.world.mailer.messages().len(),
            requests: self.world.gateway.requests()?.len(),
        });
        Ok(())
    }

    /// Whether what has happened since the backup can be foretold to the last digit. What would happen late is not, nor accounts that the backup does not know.
    fn can_restore(&self, backup: &Backup) -> bool {
        let now = self.world.now() + PATIENCE;
        backup.at.div_euclid(DAY) == now.div_euclid(DAY)
            && backup.model.accounts.len() == self.model.accounts.len()
            && backup.model.accounts.iter().zip(&self.model.accounts).all(|(then, lost)| then.can_lose(lost, now))
    }

    /// The store is lost and put back. What the gateway and the stock have done since is booked, nothing happens twice, and a client that repeats a request
    /// gets its first answer.
    pub(super) fn restore(&mut self, crash: Option<u64>) -> Result<()> {
        let Some(backup) = self.backup.take().filter(|backup| self.can_restore(backup)) else { return Ok(()) };
        self.world.call_off_crash();
        // What was asked for in the history that is lost is held against its own model.
        check::asked_for(&self.world, &self.model)?;
        self.down = false;
        self.world.gateway.set_down(false);
        let mut carried_out = BTreeMap::new();
        let listed = self.world.stock.orders_since(0, None).context("the stock tells what it has done")?;
        for order in listed.movements.into_iter().filter(|order| !order.release) {
            carried_out.insert(order.number, order.at);
        }
        let lost = std::mem::replace(&mut self.model, backup.model);
        self.model.lost = lost.lost;
        self.model.lost.mails.push(backup.mails..self.world.mailer.messages().len());
        self.model.lost.requests.push(backup.requests..self.world.gateway.requests()?.len());
        for (account, lost) in self.model.accounts.iter_mut().zip(&lost.accounts) {
            account.lose(lost, &carried_out);
        }
        let repeated = self.done.split_off(backup.done);
        self.world.restore(&backup.store, crash)?;
        self.world.drain()?;
        if crash.is_some() {
            // Whoever died while he asked for the list is asked again when his time is over.
            self.world.advance_to(self.world.now() + PATIENCE)?;
        }
        self.world.call_off_crash();
        self.follow()?;
        self.seen.restored += 1;
        check::ledger(&mut self.world, &self.model)?;
        for done in repeated {
            self.repeat_after_restore(&done)?;
        }
        Ok(())
    }

    /// The request for something that has come back: it is not carried out again.
    fn repeat_after_restore(&mut self, done: &Done) -> Result<()> {
        let Some(id) = done.arguments["auth-id"].as_str() else { return Ok(()) };
        let Some((_, place)) = self.model.usage.sources.iter().find(|(source, _)| source == id) else {
            return Ok(());
        };
        let account = &self.model.accounts[*place];
        let name = done.answer["ok"]["name"].as_str().unwrap_or_default();
        let came_back = match done.function {
            "credits.recharge" | "credits.settle" => {
                name.parse().is_ok_and(|number| account.recharge.recovered.contains(&number))
            }
            "numbers.buy" => account.rents.recovered.contains(name) && account.standing == Standing::Active,
            _ => false,
        };
        if !came_back {
            return Ok(());
        }
        let before = super::world::stored_lines(&*self.world.store()?.snapshot()?)?;
        let again = self.world.ask(done.function, Some(&done.key), done.arguments.clone())?;
        ensure!(
            again == done.answer,
            "{} {} is repeated after a restore: first answered {}, then {again}",
            done.function,
            done.arguments,
            done.answer
        );
        let mut other = done.arguments.clone();
        other["amount"] = json!("26000000");
        if done.function == "credits.recharge" && other != done.arguments {
            let refused = self.world.ask(done.function, Some(&done.key), other)?;
            ensure!(refused["err"]["refused"] == "key-reused", "another body under its key answers {refused}");
        }
        let after = super::world::stored_lines(&*self.world.store()?.snapshot()?)?;
        ensure!(before == after, "{} {}: its repeat has changed the store", done.function, done.arguments);
        Ok(())
    }
}
