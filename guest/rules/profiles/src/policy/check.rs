//! What settings may not be together, and what the seller on documents may not lose. What bounds each of them alone is in its form.

use super::record::Policy;
use coinbox_ground::currency::Currency;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::{Checks, DAY_MS, Fault, FieldRule, Instant};
use coinbox_ground::written;

/// The path of a setting's amount in a currency: USD is not named.
pub(super) fn of(field: &str, currency: Currency) -> String {
    if currency.is_usd() { field.to_owned() } else { format!("{field}[{currency}]") }
}

impl Policy {
    /// Whether every amount is said for currencies that accounts have.
    pub fn check_currencies(&self, used: &[Currency]) -> Result<(), Fault> {
        let mut checks = Checks::new();
        for currency in used {
            for name in self.lacks(*currency) {
                let limit = format!("an amount in {currency}, which accounts have");
                checks.require(false, &format!("settings.{name}"), FieldRule::Missing, limit);
            }
        }
        checks.done()
    }

    /// Notes what is not said for the default currency. An account's own settings cannot take it away.
    pub(super) fn check_default(&self, checks: &mut Checks) {
        let missing = self.lacks(self.currency);
        let limit =
            format!("a currency for which every amount is said; {} lacks {}", self.currency, missing.join(", "));
        checks.require(missing.is_empty(), "settings.currency", FieldRule::NotAllowedTogether, limit);
    }

    /// Notes what does not go together after a change. What is wrong of one value alone was noted before.
    pub(super) fn check_together(&self, before: &Policy, checks: &mut Checks) {
        for (currency, maximum) in &self.maximum_recharge.0 {
            let (minimum, maximum) = (self.minimum_recharge(*currency), Money::from_micros(*maximum));
            let holds = maximum >= minimum || maximum < Money::smallest(*currency);
            let shown = minimum.in_currency(*currency);
            checks.require(holds, &of("settings.maximum-recharge", *currency), FieldRule::TooSmall, shown);
        }
        let unusual = self.unusual_spend.clone().unwrap_or_default();
        checks.require(unusual.factor != 1, "settings.unusual-spend.factor", FieldRule::TooSmall, 2);
        for (currency, without) in &unusual.without_history.0 {
            let floor = unusual.floor.amount(*currency);
            let holds = *without >= floor.micros() || *without < 0;
            let field = of("settings.unusual-spend.without-history", *currency);
            checks.require(holds, &field, FieldRule::TooSmall, floor.in_currency(*currency));
        }
        let prefixes = [
            ("settings.invoice-prefix", &self.invoice_prefix),
            ("settings.credit-note-prefix", &self.credit_note_prefix),
            ("settings.receipt-prefix", &self.receipt_prefix),
        ];
        for (place, (field, prefix)) in prefixes.iter().enumerate() {
            let unique = prefixes[..place].iter().all(|(_, other)| other != prefix);
            checks.require(unique, field, FieldRule::NotAllowedTogether, "differs from the other prefixes");
        }
        self.check_tries(checks);
        self.sign_ups.check_documents(checks);
        self.check_seller(before, checks);
    }

    /// Tries are counted for a day: no count may take longer to be forgotten.
    fn check_tries(&self, checks: &mut Checks) {
        let people = &self.people;
        for (name, tries, every) in [
            ("login.network", people.login_network_tries, people.login_network_every_ms),
            ("reset", people.reset_tries, people.reset_every_ms),
            ("reset.network", people.reset_network_tries, people.reset_network_every_ms),
        ] {
            let (tries_name, every_name) = match name {
                "reset" => ("reset.tries".to_owned(), "settings.reset.every".to_owned()),
                name => (format!("{name}-tries"), format!("settings.{name}-every")),
            };
            let most = DAY_MS / Instant::from(tries.max(1));
            let limit = format!("{} (a day for all of {tries_name})", written::duration(most));
            checks.require(every <= most, &every_name, FieldRule::TooLarge, limit);
        }
    }

    /// Documents need the seller's legal name, address and country: once there, they stay, and customers are asked for theirs only where the
    /// operator's are there (R89).
    fn check_seller(&self, before: &Policy, checks: &mut Checks) {
        let asks = self.require_billing_address && !before.require_billing_address;
        if before.seller.missing().is_empty() || asks {
            for name in self.seller.missing() {
                checks.require(false, &format!("settings.seller.{name}"), FieldRule::Missing, 1);
            }
        }
    }
}
