//! The policy's table of taxes by country and state (INV-7).

use coinbox_forms::{country, subdivision};
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::{Checks, FieldRule};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Most rows of the table.
pub(crate) const RATES_MAX: usize = 500;

/// The form of the table, as JSON Schema.
pub(crate) const SCHEMA: &str = concat!(
    r#"{"type":"array","maxItems":500,"items":{"type":"object","additionalProperties":false,"#,
    r#""required":["country","name","percent"],"properties":{"#,
    r#""country":{"type":"string","description":"ISO 3166-1 alpha-2: country of the customer"},"#,
    r#""state":{"type":"string","description":"ISO 3166-2, the part after the hyphen, such as CA: state of the customer. Empty or left out: every state"},"#,
    r#""name":{"type":"string","minLength":1,"maxLength":60,"description":"as invoices print it"},"#,
    r#""percent":{"type":"string","description":"0 to 100, at most 6 decimals"},"#,
    r#""reverse-charge":{"type":"boolean","description":"a customer with a valid tax ID owes the tax, and the seller charges none. Left out: false"},"#,
    r#""legal-basis":{"type":"string","maxLength":200,"description":"why no tax is charged, printed under reverse charge and at a rate of 0. Left out: empty"}"#,
    r#"}}}"#
);

/// One row of the tax table. All rows that fit a customer apply side by side, each to the whole net amount.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaxRate {
    /// ISO 3166-1 alpha-2: the customer's.
    pub country: String,
    /// ISO 3166-2, the part after the hyphen; blanks at the ends and letter case mean nothing. Empty: every state.
    #[serde(default)]
    pub state: String,
    /// As invoices print it, 1 to 60 characters.
    pub name: String,
    /// 0 to 100 with at most 6 decimals.
    pub percent: String,
    /// Whether a customer with a valid tax ID owes the tax himself.
    #[serde(default)]
    pub reverse_charge: bool,
    /// Why no tax is charged, printed under reverse charge and at a rate of 0: 0 to 200 characters.
    #[serde(default)]
    pub legal_basis: String,
}

/// A rate, if the text is one.
pub fn percent(text: &str) -> Option<Decimal> {
    let money = Money::parse(text)?;
    let good = money >= Money::ZERO && money <= Money::from_units(100);
    good.then(|| money.to_decimal())
}

/// Checks the policy's table, which problems name by this path.
pub fn check_rates(checks: &mut Checks, path: &str, rates: &[TaxRate]) {
    checks.require(rates.len() <= RATES_MAX, path, FieldRule::TooMany, RATES_MAX);
    for (place, rate) in rates.iter().take(RATES_MAX).enumerate() {
        let field = |name: &str| format!("{path}[{place}].{name}");
        checks.form(country::check(&rate.country), &field("country"));
        checks.text(&rate.state, &field("state"), 0, 100);
        if !rate.state.trim().is_empty() && country::is_country(&rate.country) {
            checks.form(subdivision::parse(&rate.country, &rate.state).map(|_| ()), &field("state"));
        }
        checks.text(&rate.name, &field("name"), 1, 60);
        // Two rows of one tax would be charged both.
        if let Some(before) = rates[..place].iter().position(|other| is_same_tax(other, rate)) {
            let limit = format!("differs in country, state or name from {path}[{before}]");
            checks.require(false, &field("name"), FieldRule::NotAllowedTogether, limit);
        }
        checks.require(
            percent(&rate.percent).is_some(),
            &field("percent"),
            FieldRule::WrongForm,
            "0 to 100, 6 decimals",
        );
        checks.text(&rate.legal_basis, &field("legal-basis"), 0, 200);
    }
}

/// Whether two rows are the same tax of the same place, however they write it.
pub(crate) fn is_same_tax(one: &TaxRate, other: &TaxRate) -> bool {
    let name = |rate: &TaxRate| rate.name.trim().to_lowercase();
    let state = |rate: &TaxRate| subdivision::compared(&rate.country, &rate.state);
    one.country == other.country && name(one) == name(other) && state(one) == state(other)
}
