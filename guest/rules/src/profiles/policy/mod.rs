//! The policy: business choices that the operator changes at run time, one versioned record.

mod limits;

pub use limits::{LimitName, Limits, LimitsChange, Rates, get_limits, maximum_recharge, rates, set_limits};

use crate::access::credentials;
use crate::ground::call::{Call, Record};
use crate::ground::events::{EventDraft, emit};
use crate::ground::idempotency;
use crate::ground::money::Money;
use crate::ground::vocabulary::{
    Caller, Checks, DAY_MS, Fact, Fault, FieldRule, HOUR_MS, Instant, MINUTE_MS, Micros, int_text, list_int_text,
};
use crate::invoices;
use crate::numbers::NUMBERS_MAX;
use crate::operator::Error;
use crate::profiles::tax_rates::{self, TaxRate};
use coinbox_forms::country;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// Key of the record.
pub const KEY: &str = "policy";

/// No amount of the policy may be larger: 10 000 000.00. Keeps every product of policy numbers far inside [`Money`].
pub const AMOUNT_MAX: Money = Money::from_units(10_000_000);

/// Business choices that the operator can change at run time. Amounts are whole cents (R4).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Policy {
    /// Counts changes; 0: never changed.
    pub version: u32,
    /// CRD-3.
    #[serde(with = "int_text")]
    pub minimum_recharge: Micros,
    /// CRD-3; raised per account by [`set_limits`].
    #[serde(with = "int_text")]
    pub maximum_recharge: Micros,
    /// CRD-8; 0 to 10 of them.
    #[serde(with = "list_int_text")]
    pub alert_thresholds: Vec<Micros>,
    /// CRD-6. Percent of B, falling, 1 to 8 of them.
    pub ladder_levels: Vec<u32>,
    /// R7. Most paid charges of one series, 1 to 1000.
    pub series_limit: u32,
    /// CRD-16, R8. Most failed attempts of one episode, 1 to 100.
    pub failure_limit: u32,
    /// R11. When an open charge is asked about again, 1 to 10 of them; the last repeats.
    #[serde(with = "list_int_text")]
    pub ask_again_ms: Vec<Instant>,
    /// R12. 0 to 600 000.
    #[serde(with = "int_text")]
    pub hang_up_grace_ms: Instant,
    /// CRD-15, R29. Days after issue at which an unpaid invoice is charged again, rising, 1 to 90, 0 to 10 of them.
    pub dunning_days: Vec<u32>,
    /// ACC-9. Whether a suspension for payment failure ends by itself once everything due is paid.
    pub lift_payment_suspension: bool,
    /// USE-3. How long a reservation whose reserved time is used waits for its settlement, 1 minute to 7 days.
    #[serde(with = "int_text")]
    pub reservation_ttl_ms: Instant,
    /// R15. 1 hour to 90 days.
    #[serde(with = "int_text")]
    pub usage_window_ms: Instant,
    /// R15. 0 to 1 day.
    #[serde(with = "int_text")]
    pub usage_ahead_ms: Instant,
    /// USE-4. Hour of an account's own time zone at which its daily summary is mailed, 0 to 23.
    pub daily_summary_hour: u32,
    /// USE-4. Whether accounts that have not chosen get daily summaries.
    pub daily_summaries: bool,
    /// ACC-4.
    #[serde(with = "int_text")]
    pub trial_credits: Micros,
    /// ACC-12, R23. How long usage of before is still posted when an account is closed, 0 to 1 hour.
    #[serde(with = "int_text")]
    pub close_settle_ms: Instant,
    /// CRD-12. How far back recharges are given back at closing, 0 to 3650 days.
    #[serde(with = "int_text")]
    pub refund_window_ms: Instant,
    /// CRD-12, R24. Business days until a refund is due, 1 to 250.
    pub refund_business_days: u32,
    /// CRD-12. Dates that are no business days, such as `2026-12-25`: up to 400, each later than the one before.
    pub holidays: Vec<String>,
    /// CRD-13. Declined tries of coupon codes within an hour, 1 to 1000.
    pub coupon_tries: u32,
    /// ACC-6. 0 to 100 000.
    pub trial_subaccounts: u32,
    /// Most sub-accounts of a standard account, 0 to 100 000.
    pub standard_subaccounts: u32,
    /// ACC-6. Most rented numbers of a trial, 0 to 10 000.
    pub trial_numbers: u32,
    /// Most rented numbers of a standard account, 0 to 10 000.
    pub standard_numbers: u32,
    /// NUM-3, R20.
    pub first_month: FirstMonth,
    /// NUM-4, R19. 1 to 365 days.
    #[serde(with = "int_text")]
    pub rent_grace_ms: Instant,
    /// R19. Falling, 0 to 10 of 1 to 364.
    pub rent_warning_days: Vec<u32>,
    /// SEC-10. Requests a second and main account, 1 to 100 000.
    pub standard_rate: u32,
    /// SEC-10.
    pub lookup_rate: u32,
    /// SEC-10, R41.
    pub message_rate: u32,
    /// Name of the operator's product, 1 to 22 printable ASCII characters.
    pub brand: String,
    /// INV-1, INV-6. Who sells, as documents name it; without a legal name it is the brand.
    pub seller: Seller,
    /// INV-7. None: no tax.
    pub tax_rates: Vec<TaxRate>,
    /// INV-2. Days after issue by which an invoice is due, 0 to 365.
    pub payment_days: u32,
    /// INV-2. Printed on invoices, 0 to 500 characters.
    pub payment_terms: String,
    /// INV-2. How an invoice can be paid: 0 to 10 lines of 1 to 200 characters.
    pub ways_to_pay: Vec<String>,
    /// INV-1. Before the year in numbers of invoices: 0 to 10 of `A-Z0-9-`; the three prefixes differ.
    pub invoice_prefix: String,
    /// INV-5.
    pub credit_note_prefix: String,
    /// INV-3.
    pub receipt_prefix: String,
    /// R44, R89. Whether legal name, address and country must be there before a charge, the customer's and the seller's. On in new stores: see `begin`.
    pub require_billing_address: bool,
    /// R33. None, when it is set: as it was.
    #[serde(default)]
    pub unusual_spend: Option<UnusualSpend>,
}

/// When the usage of a day is unusual (R33).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UnusualSpend {
    /// How many times the daily average of the 7 days before it has to exceed: 2 to 1000; 0: the rule is off.
    pub factor: u32,
    /// A day of no more than this is never unusual.
    #[serde(with = "int_text")]
    pub floor: Micros,
    /// The same of an account that is younger than 7 days or has used nothing in the 7 days before; not below `floor`.
    #[serde(with = "int_text")]
    pub without_history: Micros,
}

impl Default for UnusualSpend {
    fn default() -> UnusualSpend {
        let dollars = |units: i64| Money::from_units(units).micros();
        UnusualSpend { factor: 5, floor: dollars(5), without_history: dollars(1000) }
    }
}

/// Who sells, as documents name it.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seller {
    /// 0 to 200 characters.
    pub legal_name: String,
    /// 0 to 10 lines of 1 to 200 characters.
    pub address_lines: Vec<String>,
    /// ISO 3166-1 alpha-2, or empty.
    pub country: String,
    /// 0 to 30 characters.
    pub tax_id: String,
    /// An address that mails can be sent to, or empty.
    pub email: String,
    /// In the register of companies, 0 to 100 characters.
    #[serde(default)]
    pub registration_number: String,
    /// 0 to 40 characters.
    #[serde(default)]
    pub phone: String,
}

/// What a number pays at purchase for the month that has begun (NUM-3, R20).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstMonth {
    /// Nothing.
    None,
    /// A whole month.
    Full,
    /// The rest of the month by days.
    Prorated,
}

impl Default for Policy {
    fn default() -> Policy {
        let dollars = |units: i64| Money::from_units(units).micros();
        Policy {
            version: 0,
            minimum_recharge: dollars(25),
            maximum_recharge: dollars(10_000),
            alert_thresholds: vec![dollars(500), dollars(250), dollars(100), dollars(10)],
            ladder_levels: vec![75, 50, 25, 0],
            series_limit: 40,
            failure_limit: 5,
            ask_again_ms: vec![MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS],
            hang_up_grace_ms: 10_000,
            dunning_days: vec![1, 3, 5, 7],
            lift_payment_suspension: true,
            reservation_ttl_ms: HOUR_MS,
            usage_window_ms: 35 * DAY_MS,
            usage_ahead_ms: 10 * MINUTE_MS,
            daily_summary_hour: 8,
            daily_summaries: false,
            trial_credits: dollars(10),
            close_settle_ms: HOUR_MS,
            refund_window_ms: 90 * DAY_MS,
            refund_business_days: 20,
            holidays: Vec::new(),
            coupon_tries: 10,
            trial_subaccounts: 1,
            standard_subaccounts: 1000,
            trial_numbers: 1,
            standard_numbers: NUMBERS_MAX,
            first_month: FirstMonth::Prorated,
            rent_grace_ms: 30 * DAY_MS,
            rent_warning_days: vec![14, 7, 1],
            standard_rate: 20,
            lookup_rate: 20,
            message_rate: 20,
            brand: "Coinbox".to_owned(),
            seller: Seller::default(),
            tax_rates: Vec::new(),
            payment_days: 0,
            payment_terms: String::new(),
            ways_to_pay: Vec::new(),
            invoice_prefix: String::new(),
            credit_note_prefix: "CN-".to_owned(),
            receipt_prefix: "R-".to_owned(),
            require_billing_address: false,
            unusual_spend: Some(UnusualSpend::default()),
        }
    }
}

/// The parsed policy: the slot of this area in what outlives a call.
#[derive(Default)]
struct PolicyCache {
    kept: RefCell<Option<(Rc<str>, Rc<Policy>)>>,
}

impl PolicyCache {
    /// The one of this instance.
    fn of(call: &Call<'_>) -> Rc<PolicyCache> {
        call.kept().slot()
    }

    /// The policy of this text.
    fn policy(&self, text: &Rc<str>, parse: impl FnOnce() -> Result<Policy, Fault>) -> Result<Rc<Policy>, Fault> {
        if let Some((known, policy)) = &*self.kept.borrow()
            && known == text
        {
            return Ok(policy.clone());
        }
        let policy = Rc::new(parse()?);
        *self.kept.borrow_mut() = Some((text.clone(), policy.clone()));
        Ok(policy)
    }
}

/// The stored form. Fields that an older version did not have take their default when it is read.
#[derive(Serialize, Deserialize)]
struct StoredPolicy {
    v: u32,
    policy: Map<String, Value>,
}

impl Record for StoredPolicy {
    const KIND: &'static str = "policy";
}

impl Policy {
    /// Keys that rating usage reads first, to be read together with others.
    pub fn keys() -> impl Iterator<Item = String> {
        [KEY, crate::pricing::VERSIONS_KEY].into_iter().map(str::to_owned)
    }

    /// The policy in force. Parsed once per text, so that calls that follow one another share it.
    pub fn load(call: &Call<'_>) -> Result<Rc<Policy>, Fault> {
        let text = call.text(KEY).unwrap_or_default();
        PolicyCache::of(call).policy(&text, || match call.get::<StoredPolicy>(KEY)? {
            Some(stored) => stored.over_defaults(),
            None => Ok(Policy::default()),
        })
    }

    /// CRD-3.
    pub fn minimum_recharge(&self) -> Money {
        Money::from_micros(self.minimum_recharge)
    }

    /// CRD-3, for accounts without limits of their own: see [`maximum_recharge`].
    pub fn maximum_recharge(&self) -> Money {
        Money::from_micros(self.maximum_recharge)
    }

    /// CRD-8, as the operator ordered them.
    pub fn alert_thresholds(&self) -> impl Iterator<Item = Money> + '_ {
        self.alert_thresholds.iter().copied().map(Money::from_micros)
    }

    /// R33.
    pub fn unusual_spend(&self) -> UnusualSpend {
        self.unusual_spend.unwrap_or_default()
    }

    /// ACC-4.
    pub fn trial_credits(&self) -> Money {
        Money::from_micros(self.trial_credits)
    }

    fn check(&self) -> Result<(), Fault> {
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
            let good = crate::ground::business_days::parse(holiday).is_some();
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
        tax_rates::check_rates(&mut checks, &self.tax_rates);
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
}

impl Policy {
    /// Documents need the seller's legal name, address and country: once there, they stay, and customers are asked for theirs only where the
    /// operator's are there (R89).
    fn check_seller(&self, before: &Policy) -> Result<(), Fault> {
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

/// Choices that differ in new stores: older ones keep what they have (R89).
pub(crate) fn begin(call: &mut Call<'_>) -> Result<(), Fault> {
    if call.text(KEY).is_none() {
        let policy = Map::from_iter([("require-billing-address".to_owned(), Value::Bool(true))]);
        call.put(KEY, &StoredPolicy { v: 1, policy });
    }
    invoices::seller::tell(call)
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

impl StoredPolicy {
    fn of(policy: &Policy) -> StoredPolicy {
        match serde_json::to_value(policy) {
            Ok(Value::Object(policy)) => StoredPolicy { v: 1, policy },
            _ => unreachable!("a record is always written as an object"),
        }
    }

    fn over_defaults(self) -> Result<Policy, Fault> {
        let mut fields = StoredPolicy::of(&Policy::default()).policy;
        fields.extend(self.policy);
        serde_json::from_value(Value::Object(fields)).map_err(|error| {
            Fault::problem(
                "stored-record-unreadable",
                vec![Fact::new("kind", StoredPolicy::KIND), Fact::new("key", KEY), Fact::new("cause", error)],
            )
        })
    }
}

/// An amount of whole cents from `least` to [`AMOUNT_MAX`].
fn amount(checks: &mut Checks, field: &str, amount: Money, least: Money) {
    checks.require(amount >= least, field, FieldRule::TooSmall, least);
    checks.require(amount <= AMOUNT_MAX, field, FieldRule::TooLarge, AMOUNT_MAX);
    checks.require(amount.is_whole_cents(), field, FieldRule::WrongForm, "whole cents");
}

fn range<N: PartialOrd + ToString>(checks: &mut Checks, field: &str, value: N, least: N, most: N) {
    checks.require(value >= least, field, FieldRule::TooSmall, least);
    checks.require(value <= most, field, FieldRule::TooLarge, most);
}

fn at_most(checks: &mut Checks, field: &str, count: usize, most: usize) {
    checks.require(count <= most, field, FieldRule::TooMany, most);
}

/// The policy in force.
pub fn get_policy(call: &Call<'_>, caller: &Caller) -> Result<Policy, Error> {
    credentials::permit(call, caller, "operator.get-policy", None)?;
    Ok(Policy::load(call)?.as_ref().clone())
}

/// Replaces the policy. `policy.version` is the one that was read; the answer's is one higher.
pub fn set_policy(call: &mut Call<'_>, caller: &Caller, policy: Policy) -> Result<Policy, Error> {
    let who = credentials::permit(call, caller, "operator.set-policy", None)?;
    idempotency::once(call, caller, &who.scope(), "operator.set-policy", &policy, |call| {
        policy.check()?;
        let before = Policy::load(call)?;
        policy.check_seller(&before)?;
        if policy.version != before.version {
            return Err(Error::PolicyChanged(before.version));
        }
        let version =
            before.version.checked_add(1).ok_or_else(|| Fault::problem("policy-version-exhausted", vec![]))?;
        let unusual_spend = Some(policy.unusual_spend.unwrap_or_else(|| before.unusual_spend()));
        let after = Policy { version, unusual_spend, ..policy.clone() };
        let mut facts = vec![Fact::new("version", version), Fact::new("by", who.name())];
        facts.extend(differences(&before, &after));
        call.put(KEY, &StoredPolicy::of(&after));
        invoices::seller::look_again(call)?;
        crate::housekeeping::start_rejudge(call);
        emit(call, EventDraft { account: None, kind: "policy-changed", rule: "SEC-12", facts, transactions: vec![] });
        Ok(after)
    })
}

/// The changed fields with their new values.
fn differences(before: &Policy, after: &Policy) -> Vec<Fact> {
    let before = StoredPolicy::of(before).policy;
    StoredPolicy::of(after)
        .policy
        .into_iter()
        .filter(|(name, value)| name != "version" && before.get(name) != Some(value))
        .map(|(name, value)| match value {
            Value::String(text) => Fact::new(&name, text),
            other => Fact::new(&name, other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::testing::{Fake, START};

    #[test]
    fn a_record_of_fewer_fields_takes_defaults_for_the_rest() {
        let fake = Fake::new();
        fake.plant(KEY, r#"{"v":1,"policy":{"version":7,"trial-credits":"5000000"}}"#);
        let policy = fake.query(START, Policy::load).expect("readable");
        assert_eq!(*policy, Policy { version: 7, trial_credits: 5_000_000, ..Policy::default() });
        fake.plant(KEY, r#"{"v":1,"policy":{"version":8,"tiral-credits":"5000000"}}"#);
        assert!(fake.query(START, Policy::load).is_err());
    }

    #[test]
    fn calls_share_the_parsed_policy_until_its_text_changes() {
        let fake = Fake::new();
        let first = fake.query(START, Policy::load).expect("defaults");
        let second = fake.query(START, Policy::load).expect("defaults");
        assert!(Rc::ptr_eq(&first, &second));
        fake.plant(KEY, r#"{"v":1,"policy":{"version":1}}"#);
        assert_eq!(fake.query(START, Policy::load).map(|policy| policy.version), Ok(1));
    }
}
