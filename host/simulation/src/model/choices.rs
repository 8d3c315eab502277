//! What customers and operators choose for an account: alerts, automatic recharge, cards, how it is billed, whether it may be used (ACC-8, CRD-5, CRD-6,
//! CRD-8, CRD-15, INV-1, INV-7, R10, R32).

use super::account::Account;
use super::policy::Policy;
use super::records::charges::Settings;
use super::records::standing::Standing;
use super::told::{Occasion, Told};

impl Account {
    /// Replaces the customer's thresholds.
    pub fn set_alerts(&mut self, thresholds: &[i64], now: i64, policy: &Policy) {
        self.custom = thresholds.iter().copied().collect();
        self.judge(now, policy, Occasion::Other);
    }

    /// Whether these settings may be saved (CRD-3, CRD-5, R7).
    pub fn may_save(&self, settings: &Settings, policy: &Policy) -> bool {
        settings.below > 0
            && settings.below <= settings.amount * i64::from(policy.series_limit)
            && self.may_be_charged(settings.amount, policy)
            && (!settings.enabled || (self.default.is_some() && self.limit.is_none()))
    }

    /// Saves settings (R10).
    pub fn save(&mut self, settings: Settings, now: i64, policy: &Policy) {
        self.recharge.settings = Some(settings);
        self.recharge.reset();
        self.judge(now, policy, Occasion::Other);
    }

    /// Makes a card the default (CRD-6, R10).
    pub fn make_default(&mut self, number: u32, now: i64, policy: &Policy) {
        self.default = Some(number);
        let words = vec![("card", format!("card-{number}"))];
        self.expect(Told { kind: "default-card-changed", amounts: Vec::new(), words });
        self.recharge.reset();
        self.judge(now, policy, Occasion::Other);
    }

    /// Takes a card away; no other becomes the default.
    pub fn remove_card(&mut self, number: u32) {
        self.cards.retain(|card| card.number != number);
        if self.default == Some(number) {
            self.default = None;
        }
        let words = vec![("card", format!("card-{number}"))];
        self.expect(Told { kind: "card-removed", amounts: Vec::new(), words });
    }

    /// Suspends or reinstates (R32).
    pub fn stand(&mut self, standing: Standing, now: i64, policy: &Policy) {
        if self.standing == standing {
            return;
        }
        self.enter(standing);
        self.judge(now, policy, Occasion::Other);
    }

    /// Whether it may pay so: by invoice once it is no trial, from credit once it owes nothing.
    pub fn may_bill(&self, limit: Option<i64>) -> bool {
        limit == self.limit || if limit.is_some() { !self.trial } else { self.due() == 0 }
    }

    /// Changes how it pays, or its limit.
    pub fn bill(&mut self, limit: Option<i64>, now: i64, policy: &Policy) {
        if limit == self.limit {
            return;
        }
        let was_prepaid = self.limit.is_none();
        self.limit = limit;
        let word = if limit.is_some() { "postpaid" } else { "prepaid" };
        let amounts = limit.map(|limit| ("credit-limit", limit)).into_iter().collect();
        self.expect(Told { kind: "billing-changed", amounts, words: vec![("billing-mode", word.to_owned())] });
        if limit.is_some() {
            self.recharge.switch_off();
            if was_prepaid {
                self.collect_open_invoices();
            }
        } else {
            self.round_off(now, now);
        }
        self.judge(now, policy, Occasion::Other);
    }

    /// The operator has invoices made each quarter, or each month (INV-1).
    pub fn set_cycle(&mut self, quarterly: bool) {
        if std::mem::replace(&mut self.cycles.quarterly, quarterly) != quarterly {
            self.expect(Told { kind: "billing-changed", amounts: Vec::new(), words: Vec::new() });
        }
    }

    /// The customer has moved, or has got a tax ID or lost it.
    pub fn move_to(&mut self, country: &'static str, has_tax_id: bool) {
        if self.address != (country, has_tax_id) {
            self.address = (country, has_tax_id);
            self.expect(Told { kind: "billing-changed", amounts: Vec::new(), words: Vec::new() });
        }
    }
}
