//! What comes back to an account of the model after a restore: charges, refunds and numbers that the gateway and the stock know and the backup does not
//! (CRD-7, CRD-12, NUM-5). What it was is known from the history that was lost.

use super::account::Account;
use super::policy::Policy;
use super::records::charges::{Charge, ChargeKind, ChargeState, Ladder};
use super::records::closing::RefundState;
use super::records::gone::Gone;
use super::records::lots::LotKind;
use super::records::standing::Standing;
use super::told::{Event, Occasion, Taken};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;

impl Account {
    /// Whether a history that began with this account and has ended now can be lost without anything that happens late, and without a refund of which its lot
    /// does not hold enough: a person would have to decide about that.
    pub fn can_lose(&self, lost: &Account, now: i64) -> bool {
        let closes = self.closes_later_than(now) && (self.is_leaving() || !lost.is_leaving() || self.rents.is_idle());
        let decided = self.refunds.iter().zip(&lost.refunds).all(|(then, lost)| {
            then.tries == lost.tries && (lost.state != RefundState::SettledOtherwise || lost.state == then.state)
        });
        let refunds = lost.refunds.get(self.refunds.len()..).unwrap_or_default();
        let covered = refunds.iter().all(|refund| {
            let charge = self.recharge.charges.get(&refund.charge);
            match charge.and_then(|charge| charge.lot) {
                Some(lot) => self.rest_of(lot) >= refund.amount,
                None => self.debts.is_empty(),
            }
        });
        let moved = refunds.is_empty() || lost.rents.orders_since(&self.rents).is_empty();
        closes && decided && covered && moved
    }

    /// What has happened since is lost.
    pub fn lose(&mut self, lost: &Account, carried_out: &BTreeMap<String, i64>) {
        let new = lost.recharge.charges.iter().filter(|(number, _)| !self.recharge.charges.contains_key(number));
        let charges = new.map(|(number, charge)| (*number, charge.clone())).collect();
        let refunds = lost.refunds.iter().enumerate().skip(self.refunds.len());
        let refunds = refunds.map(|(place, refund)| (place + 1, (refund.charge, refund.amount))).collect();
        let orders = carried_out.clone();
        self.gone = Gone { charges, orders, refunds, reconciling: true, touched: false, quiet: None };
        for card in &mut self.cards {
            card.forgotten |= !lost.cards.iter().any(|kept| kept.number == card.number && kept.token == card.token);
        }
    }

    /// Everything has come back.
    pub(super) fn reconciled(&mut self, at: i64, policy: &Policy) {
        self.judge_restored(at, policy);
        if std::mem::take(&mut self.gone.reconciling) {
            self.judge(at, policy, Occasion::Other);
        }
    }

    /// Whoever has had something back is judged when all of it is there.
    pub(super) fn judge_restored(&mut self, at: i64, policy: &Policy) {
        if std::mem::take(&mut self.gone.touched) {
            self.judge(at, policy, Occasion::Credit);
        }
    }

    /// The feed tells what has come back.
    pub(super) fn follow_restored(&mut self, event: Event<'_>, policy: &Policy, taken: &Taken) -> Result<()> {
        self.gone.touched = true;
        match event.kind() {
            "recharge-recovered" => self.follow_recovered_charge(event, policy, taken),
            "recharge-found-open" => {
                let (number, mut charge) = self.lost_charge(event)?;
                charge.state = ChargeState::Open;
                if charge.kind == ChargeKind::Automatic && !matches!(self.recharge.ladder, Ladder::Charging(_)) {
                    self.recharge.ladder = Ladder::Charging(number);
                }
                self.recharge.charges.insert(number, charge);
                Ok(())
            }
            "refund-recovered" => {
                let number = event.number("refund").and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
                let lost = self.gone.refunds.remove(&number).context("the history that was lost has not made it")?;
                let (charge, amount) = lost;
                let told = (event.number("charge"), event.amount("amount"), event.amount("taken-off"));
                ensure!(told == (Some(charge), Some(amount), Some(amount)), "it was {lost:?}");
                let lot = self.recharge.charges.get(&charge).and_then(|charge| charge.lot);
                let lot = self.lots.iter_mut().find(|one| Some(one.number) == lot).context("it has a lot")?;
                lot.rest = lot.rest.checked_sub(amount).filter(|rest| *rest >= 0).context("its lot holds less")?;
                ensure!(event.amount("balance") == Some(self.balance()), "the balance is {}", self.balance());
                self.recover_refund(number, charge, amount, event.word("due").unwrap_or_default())?;
                self.gone.quiet = Some(number);
                if event.word("cause") == Some("closing") {
                    self.recharge.switch_off();
                }
                Ok(())
            }
            "number-recovered" => {
                let number = event.word("number").unwrap_or_default();
                let delivered = *self.gone.orders.get(number).context("nobody has ordered this")?;
                let holder = event.word("sub-account").unwrap_or(&self.id).to_owned();
                self.rents.recover(number, holder, delivered)
            }
            other => anyhow::bail!("{other} comes back from nowhere"),
        }
    }

    fn lost_charge(&mut self, event: Event<'_>) -> Result<(u32, Charge)> {
        let number = event.number("charge").context("a charge has a number")?;
        let mut charge = self.gone.charges.remove(&number).context("the history that was lost has not made it")?;
        let told = (event.word("kind"), event.amount("amount"));
        ensure!(told == (Some(charge.kind.word()), Some(charge.amount)), "it was {charge:?}");
        // Which card it was, nobody has kept.
        charge.card = 0;
        (charge.charged_back, charge.chargebacks, charge.given_up, charge.lot) = (0, Vec::new(), false, None);
        self.recharge.recovered.insert(number);
        Ok((number, charge))
    }

    fn follow_recovered_charge(&mut self, event: Event<'_>, policy: &Policy, taken: &Taken) -> Result<()> {
        let at = event.at();
        ensure!(self.standing != Standing::Closed, "nothing is credited to a closed account");
        let (number, mut charge) = self.lost_charge(event)?;
        let key = event.word("key").unwrap_or_default();
        let (amount, paid_at) = *taken.get(key).with_context(|| format!("{key} was booked and never taken"))?;
        ensure!(amount == charge.amount, "the gateway took {amount} under {key}");
        let kind = charge.kind;
        let owed = self.credit(LotKind::Cash, amount, paid_at);
        if kind == ChargeKind::Settlement {
            self.round_off(at, at);
        }
        charge.state = ChargeState::Paid;
        charge.lot = Some(u32::try_from(self.lots.len()).unwrap_or(u32::MAX));
        self.recharge.charges.insert(number, charge);
        ensure!(event.amount("balance") == Some(self.balance()), "the balance is {}", self.balance());
        ensure!(event.amount("paid-owed") == Some(owed), "{owed} was owed");
        match kind {
            ChargeKind::Automatic | ChargeKind::Manual => {
                self.recharge.reset();
                self.trial = false;
            }
            ChargeKind::Invoice => self.drop_paid(),
            ChargeKind::Settlement => {}
        }
        self.judge(at, policy, Occasion::Credit);
        Ok(())
    }
}
