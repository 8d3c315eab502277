//! What settings may not be together, and what the seller on documents may not lose. What bounds each of them alone is in its form.

use super::record::Policy;
use coinbox_ground::money::{MICROS_PER_CENT, Money};
use coinbox_ground::vocabulary::{Checks, FieldRule};

impl Policy {
    /// Notes what does not go together after a change. What is wrong of one value alone was noted before.
    pub(super) fn check_together(&self, before: &Policy, checks: &mut Checks) {
        let (minimum, maximum) = (self.minimum_recharge(), self.maximum_recharge());
        let holds = maximum >= minimum || maximum.micros() < MICROS_PER_CENT;
        checks.require(holds, "settings.maximum-recharge", FieldRule::TooSmall, minimum);
        let unusual = self.unusual_spend();
        checks.require(unusual.factor != 1, "settings.unusual-spend.factor", FieldRule::TooSmall, 2);
        let holds = unusual.without_history >= unusual.floor || unusual.without_history < 0;
        let floor = Money::from_micros(unusual.floor);
        checks.require(holds, "settings.unusual-spend.without-history", FieldRule::TooSmall, floor);
        let prefixes = [
            ("settings.invoice-prefix", &self.invoice_prefix),
            ("settings.credit-note-prefix", &self.credit_note_prefix),
            ("settings.receipt-prefix", &self.receipt_prefix),
        ];
        for (place, (field, prefix)) in prefixes.iter().enumerate() {
            let unique = prefixes[..place].iter().all(|(_, other)| other != prefix);
            checks.require(unique, field, FieldRule::NotAllowedTogether, "differs from the other prefixes");
        }
        self.check_seller(before, checks);
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
