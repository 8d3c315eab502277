//! The record: business choices that the operator changes at run time, with their defaults.

use super::amounts::PerCurrency;
use super::people::People;
use super::sign_ups::SignUps;
use crate::tax_rates::TaxRate;
use coinbox_ground::currency::Currency;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::{
    Checks, DAY_MS, FieldRule, HOUR_MS, Instant, MINUTE_MS, Micros, int_text, list_int_text,
};
use serde::{Deserialize, Serialize};

/// Most numbers that one main account may rent.
pub const NUMBERS_MAX: u32 = 10_000;

/// No amount of the policy may be larger: 10 000 000.00. Keeps every product of policy numbers far inside [`Money`].
pub const AMOUNT_MAX: Money = Money::from_units(10_000_000);

/// Business choices that the operator can change at run time. Amounts are whole cents (R4).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Policy {
    /// Counts changes; 0: never changed.
    pub version: u32,
    /// CRD-17. Of accounts and coupons that are made without naming one.
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub currency: Currency,
    /// CRD-3.
    pub minimum_recharge: PerCurrency<Micros>,
    /// CRD-3; an account can have its own.
    pub maximum_recharge: PerCurrency<Micros>,
    /// CRD-8; 0 to 10 of them in each currency.
    pub alert_thresholds: PerCurrency<Vec<Micros>>,
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
    pub trial_credits: PerCurrency<Micros>,
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
    /// R33. None: the default.
    #[serde(default)]
    pub unusual_spend: Option<UnusualSpend>,
    /// SEC-3, SEC-8, SEC-9.
    #[serde(default, skip_serializing_if = "People::is_default")]
    pub people: People,
    /// ACC-3, ACC-5.
    #[serde(default, skip_serializing_if = "SignUps::is_default")]
    pub sign_ups: SignUps,
}

/// When the usage of a day is unusual (R33).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UnusualSpend {
    /// How many times the daily average of the 7 days before it has to exceed: 2 to 1000; 0: the rule is off.
    pub factor: u32,
    /// A day of no more than this is never unusual.
    pub floor: PerCurrency<Micros>,
    /// The same of an account that is younger than 7 days or has used nothing in the 7 days before; not below `floor`.
    pub without_history: PerCurrency<Micros>,
}

/// When the usage of a day of one account is unusual: as [`UnusualSpend`] says for its currency.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SpendRule {
    /// 0: the rule is off.
    pub factor: u32,
    /// A day of no more than this is never unusual.
    pub floor: Money,
    /// The same without a history.
    pub without_history: Money,
}

impl Default for UnusualSpend {
    fn default() -> UnusualSpend {
        let dollars = |units: i64| PerCurrency::from(Money::from_units(units).micros());
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

impl FirstMonth {
    /// All of them with their words.
    pub(super) const WORDS: [(&'static str, FirstMonth); 3] =
        [("none", FirstMonth::None), ("full", FirstMonth::Full), ("prorated", FirstMonth::Prorated)];

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        match self {
            FirstMonth::None => "none",
            FirstMonth::Full => "full",
            FirstMonth::Prorated => "prorated",
        }
    }
}

impl Default for Policy {
    fn default() -> Policy {
        let micros = |units: i64| Money::from_units(units).micros();
        let dollars = |units: i64| PerCurrency::from(micros(units));
        Policy {
            version: 0,
            currency: Currency::USD,
            minimum_recharge: dollars(25),
            maximum_recharge: dollars(10_000),
            alert_thresholds: PerCurrency::from([500, 250, 100, 10].map(micros).to_vec()),
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
            people: People::default(),
            sign_ups: SignUps::default(),
        }
    }
}

impl Policy {
    /// What a new store begins with: see `begin`.
    pub fn of_new_stores() -> Policy {
        Policy { require_billing_address: true, ..Policy::default() }
    }

    /// Of accounts and coupons that are made without naming one (CRD-17).
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// What is not said for a currency, by name of setting. Accounts can be made in it if nothing is missing (CRD-17). A currency without alert thresholds has
    /// none.
    pub fn lacks(&self, currency: Currency) -> Vec<&'static str> {
        let unusual = self.unusual_spend.clone().unwrap_or_default();
        [
            ("minimum-recharge", &self.minimum_recharge),
            ("maximum-recharge", &self.maximum_recharge),
            ("trial-credits", &self.trial_credits),
            ("unusual-spend.floor", &unusual.floor),
            ("unusual-spend.without-history", &unusual.without_history),
        ]
        .into_iter()
        .filter(|(_, amounts)| amounts.get(currency).is_none())
        .map(|(name, _)| name)
        .collect()
    }

    /// The currency that is named; none: the default. Notes what is wrong with it: accounts and coupons can only be made in a currency for which
    /// every amount is said (CRD-17).
    pub fn offered(&self, code: Option<&str>, checks: &mut Checks, field: &str) -> Currency {
        let Some(code) = code else { return self.currency };
        let Some(currency) = Currency::parse(code) else {
            checks.currency(code, field);
            return self.currency;
        };
        let missing = self.lacks(currency);
        let limit = format!("a currency that the policy offers; it does not say in {currency}: {}", missing.join(", "));
        checks.require(missing.is_empty(), field, FieldRule::UnknownValue, limit);
        currency
    }

    /// The policy as an account of one currency sees it: no amount in any other one, and amounts that name none are in it.
    pub fn for_account(&self, currency: Currency) -> Policy {
        let unusual = self.unusual_spend.clone().unwrap_or_default();
        Policy {
            currency,
            minimum_recharge: self.minimum_recharge.only(currency),
            maximum_recharge: self.maximum_recharge.only(currency),
            alert_thresholds: self.alert_thresholds.only(currency),
            trial_credits: self.trial_credits.only(currency),
            unusual_spend: Some(UnusualSpend {
                floor: unusual.floor.only(currency),
                without_history: unusual.without_history.only(currency),
                ..unusual
            }),
            ..self.clone()
        }
    }

    /// CRD-3.
    pub fn minimum_recharge(&self, currency: Currency) -> Money {
        self.minimum_recharge.amount(currency)
    }

    /// CRD-3, for accounts without limits of their own: see `profiles::policy::maximum_recharge`.
    pub fn maximum_recharge(&self, currency: Currency) -> Money {
        self.maximum_recharge.amount(currency)
    }

    /// CRD-8, as the operator ordered them.
    pub fn alert_thresholds(&self, currency: Currency) -> impl Iterator<Item = Money> + '_ {
        self.alert_thresholds.get(currency).into_iter().flatten().copied().map(Money::from_micros)
    }

    /// R33.
    pub fn unusual_spend(&self, currency: Currency) -> SpendRule {
        let rule = self.unusual_spend.clone().unwrap_or_default();
        SpendRule {
            factor: rule.factor,
            floor: rule.floor.amount(currency),
            without_history: rule.without_history.amount(currency),
        }
    }

    /// ACC-4.
    pub fn trial_credits(&self, currency: Currency) -> Money {
        self.trial_credits.amount(currency)
    }
}
