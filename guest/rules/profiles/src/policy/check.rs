//! What is wrong with a policy: its bounds, and what the seller on documents may not lose.

use super::record::{AMOUNT_MAX, NUMBERS_MAX, Policy, Seller, UnusualSpend};
use crate::tax_rates::check_rates;
use coinbox_forms::country;
use coinbox_ground::business_days;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::{Checks, DAY_MS, Fault, FieldRule, HOUR_MS, MINUTE_MS};

impl Policy {
    /// Every broken bound at once.
    pub fn check(&self) -> Result<(), Fault> {
        let mut checks = Checks::new();
        amount(&mut checks, "policy.minimum-recharge", self.minimum_recharge(), Money::from_micros(10_000));
        amount(&mut checks, "policy.maximum-recharge", self.maximum_recharge(), self.minimum_recharge());
        at_most(&mut checks, "policy.alert-thresholds", self.alert_thresholds.len(), 10);
        for (place, threshold) in self.alert_thresholds().take(10).enumerate() {
            amount(&mut checks, &format!("policy.alert-thresholds[{place}]"), threshold, Money::ZERO);
        }
        checks.require(!self.ladder_levels.is_empty(), "policy.ladder-levels", FieldRule::Missing, 1);
        at_most(&mut checks, "policy.ladder-levels", self.ladder_levels.len(), 8);
        for (place, level) in self.ladder_levels.iter().take(8).enumerate() {
            let field = format!("policy.ladder-levels[{place}]");
            range(&mut checks, &field, *level, 0, 100);
            let falling = place == 0 || *level < self.ladder_levels[place - 1];
            checks.require(falling, &field, FieldRule::WrongForm, "below the level before");
        }
        range(&mut checks, "policy.series-limit", self.series_limit, 1, 1000);
        range(&mut checks, "policy.failure-limit", self.failure_limit, 1, 100);
        checks.require(!self.ask_again_ms.is_empty(), "policy.ask-again-ms", FieldRule::Missing, 1);
        at_most(&mut checks, "policy.ask-again-ms", self.ask_again_ms.len(), 10);
        for (place, wait) in self.ask_again_ms.iter().take(10).enumerate() {
            range(&mut checks, &format!("policy.ask-again-ms[{place}]"), *wait, 1000, 30 * DAY_MS);
        }
        range(&mut checks, "policy.hang-up-grace-ms", self.hang_up_grace_ms, 0, 600_000);
        at_most(&mut checks, "policy.dunning-days", self.dunning_days.len(), 10);
        for (place, days) in self.dunning_days.iter().take(10).enumerate() {
            let field = format!("policy.dunning-days[{place}]");
            range(&mut checks, &field, *days, 1, 90);
            let rising = place == 0 || *days > self.dunning_days[place - 1];
            checks.require(rising, &field, FieldRule::WrongForm, "after the day before");
        }
        self.unusual_spend().check(&mut checks);
        range(&mut checks, "policy.reservation-ttl-ms", self.reservation_ttl_ms, MINUTE_MS, 7 * DAY_MS);
        range(&mut checks, "policy.usage-window-ms", self.usage_window_ms, HOUR_MS, 90 * DAY_MS);
        range(&mut checks, "policy.usage-ahead-ms", self.usage_ahead_ms, 0, DAY_MS);
        range(&mut checks, "policy.daily-summary-hour", self.daily_summary_hour, 0, 23);
        amount(&mut checks, "policy.trial-credits", self.trial_credits(), Money::ZERO);
        range(&mut checks, "policy.close-settle-ms", self.close_settle_ms, 0, HOUR_MS);
        range(&mut checks, "policy.refund-window-ms", self.refund_window_ms, 0, 3650 * DAY_MS);
        range(&mut checks, "policy.refund-business-days", self.refund_business_days, 1, 250);
        at_most(&mut checks, "policy.holidays", self.holidays.len(), 400);
        for (place, holiday) in self.holidays.iter().take(400).enumerate() {
            let field = format!("policy.holidays[{place}]");
            let good = business_days::parse(holiday).is_some();
            checks.require(good, &field, FieldRule::WrongForm, "a date such as 2026-12-25");
            let rising = place == 0 || *holiday > self.holidays[place - 1];
            checks.require(rising, &field, FieldRule::WrongForm, "later than the one before");
        }
        range(&mut checks, "policy.coupon-tries", self.coupon_tries, 1, 1000);
        range(&mut checks, "policy.trial-subaccounts", self.trial_subaccounts, 0, 100_000);
        range(&mut checks, "policy.standard-subaccounts", self.standard_subaccounts, 0, 100_000);
        range(&mut checks, "policy.trial-numbers", self.trial_numbers, 0, NUMBERS_MAX);
        range(&mut checks, "policy.standard-numbers", self.standard_numbers, 0, NUMBERS_MAX);
        range(&mut checks, "policy.rent-grace-ms", self.rent_grace_ms, DAY_MS, 365 * DAY_MS);
        at_most(&mut checks, "policy.rent-warning-days", self.rent_warning_days.len(), 10);
        for (place, days) in self.rent_warning_days.iter().take(10).enumerate() {
            let field = format!("policy.rent-warning-days[{place}]");
            range(&mut checks, &field, *days, 1, 364);
            let falling = place == 0 || *days < self.rent_warning_days[place - 1];
            checks.require(falling, &field, FieldRule::WrongForm, "below the one before");
        }
        range(&mut checks, "policy.standard-rate", self.standard_rate, 1, 100_000);
        range(&mut checks, "policy.lookup-rate", self.lookup_rate, 1, 100_000);
        range(&mut checks, "policy.message-rate", self.message_rate, 1, 100_000);
        checks.text(&self.brand, "policy.brand", 1, 22);
        checks.require(self.brand.is_ascii(), "policy.brand", FieldRule::WrongForm, "printable ASCII");
        self.seller.check(&mut checks);
        check_rates(&mut checks, &self.tax_rates);
        range(&mut checks, "policy.payment-days", self.payment_days, 0, 365);
        checks.text(&self.payment_terms, "policy.payment-terms", 0, 500);
        at_most(&mut checks, "policy.ways-to-pay", self.ways_to_pay.len(), 10);
        for (place, line) in self.ways_to_pay.iter().take(10).enumerate() {
            checks.text(line, &format!("policy.ways-to-pay[{place}]"), 1, 200);
        }
        let prefixes = [
            ("policy.invoice-prefix", &self.invoice_prefix),
            ("policy.credit-note-prefix", &self.credit_note_prefix),
            ("policy.receipt-prefix", &self.receipt_prefix),
        ];
        for (place, (field, prefix)) in prefixes.iter().enumerate() {
            let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
            let form = prefix.len() <= 10 && prefix.bytes().all(good);
            checks.require(form, field, FieldRule::WrongForm, "0 to 10 of A-Z, 0-9 and -");
            let unique = prefixes[..place].iter().all(|(_, other)| other != prefix);
            checks.require(unique, field, FieldRule::NotAllowedTogether, "differs from the other prefixes");
        }
        checks.done()
    }

    /// Documents need the seller's legal name, address and country: once there, they stay, and customers are asked for theirs only where the
    /// operator's are there (R89).
    pub fn check_seller(&self, before: &Policy) -> Result<(), Fault> {
        let asks = self.require_billing_address && !before.require_billing_address;
        if before.seller.missing().is_empty() || asks {
            let mut checks = Checks::new();
            for name in self.seller.missing() {
                checks.require(false, &format!("policy.seller.{name}"), FieldRule::Missing, 1);
            }
            checks.done()?;
        }
        Ok(())
    }
}

impl Seller {
    fn check(&self, checks: &mut Checks) {
        checks.text(&self.legal_name, "policy.seller.legal-name", 0, 200);
        at_most(checks, "policy.seller.address-lines", self.address_lines.len(), 10);
        for (place, line) in self.address_lines.iter().take(10).enumerate() {
            checks.text(line, &format!("policy.seller.address-lines[{place}]"), 1, 200);
        }
        if !self.country.is_empty() {
            checks.form(country::check(&self.country), "policy.seller.country");
        }
        checks.text(&self.tax_id, "policy.seller.tax-id", 0, 30);
        if !self.email.is_empty() {
            checks.email(&self.email, "policy.seller.email");
        }
        checks.text(&self.registration_number, "policy.seller.registration-number", 0, 100);
        checks.text(&self.phone, "policy.seller.phone", 0, 40);
    }
}

impl UnusualSpend {
    fn check(&self, checks: &mut Checks) {
        let off = self.factor == 0;
        checks.require(off || self.factor >= 2, "policy.unusual-spend.factor", FieldRule::TooSmall, 2);
        checks.require(self.factor <= 1000, "policy.unusual-spend.factor", FieldRule::TooLarge, 1000);
        let (floor, without) = (Money::from_micros(self.floor), Money::from_micros(self.without_history));
        amount(checks, "policy.unusual-spend.floor", floor, Money::ZERO);
        amount(checks, "policy.unusual-spend.without-history", without, floor.max(Money::ZERO));
    }
}

/// An amount of whole cents from `least` to [`AMOUNT_MAX`].
pub fn amount(checks: &mut Checks, field: &str, amount: Money, least: Money) {
    checks.require(amount >= least, field, FieldRule::TooSmall, least);
    checks.require(amount <= AMOUNT_MAX, field, FieldRule::TooLarge, AMOUNT_MAX);
    checks.require(amount.is_whole_cents(), field, FieldRule::WrongForm, "whole cents");
}

/// A number within its bounds.
pub fn range<N: PartialOrd + ToString>(checks: &mut Checks, field: &str, value: N, least: N, most: N) {
    checks.require(value >= least, field, FieldRule::TooSmall, least);
    checks.require(value <= most, field, FieldRule::TooLarge, most);
}

/// No more than so many entries of a list.
fn at_most(checks: &mut Checks, field: &str, count: usize, most: usize) {
    checks.require(count <= most, field, FieldRule::TooMany, most);
}
