//! Tax on invoices: the policy's table by country and state, reverse charge (INV-7, R28).

use super::TaxLine;
use super::tax_id;
use crate::money::Money;
use crate::vocabulary::{Checks, Fault, FieldRule};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Most rows of the table.
const RATES_MAX: usize = 500;

/// One row of the tax table. All rows that fit a customer apply side by side, each to the whole net amount.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaxRate {
    /// ISO 3166-1 alpha-2: the customer's.
    pub country: String,
    /// The customer's state as the account has it, letter case aside; empty: every state.
    pub state: String,
    /// As invoices print it, 1 to 60 characters.
    pub name: String,
    /// 0 to 100 with at most 6 decimals.
    pub percent: String,
    /// Whether a customer with a valid tax ID owes the tax himself.
    pub reverse_charge: bool,
    /// Why no tax is charged, printed under reverse charge and at a rate of 0: 0 to 200 characters.
    #[serde(default)]
    pub legal_basis: String,
}

fn percent(text: &str) -> Option<Decimal> {
    let money = Money::parse(text)?;
    let good = money >= Money::ZERO && money <= Money::from_units(100);
    good.then(|| money.to_decimal())
}

/// Two upper-case letters.
pub(crate) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Checks the policy's table.
pub(crate) fn check_rates(checks: &mut Checks, rates: &[TaxRate]) {
    checks.require(rates.len() <= RATES_MAX, "policy.tax-rates", FieldRule::TooMany, RATES_MAX);
    for (place, rate) in rates.iter().take(RATES_MAX).enumerate() {
        let field = |name: &str| format!("policy.tax-rates[{place}].{name}");
        checks.require(is_country(&rate.country), &field("country"), FieldRule::WrongForm, "two upper-case letters");
        checks.text(&rate.state, &field("state"), 0, 100);
        checks.text(&rate.name, &field("name"), 1, 60);
        checks.require(
            percent(&rate.percent).is_some(),
            &field("percent"),
            FieldRule::WrongForm,
            "0 to 100, 6 decimals",
        );
        checks.text(&rate.legal_basis, &field("legal-basis"), 0, 200);
    }
}

/// Where the customer is taxed.
pub(super) struct Taxed<'a> {
    pub(super) country: &'a str,
    pub(super) state: &'a str,
    pub(super) tax_id: &'a str,
}

/// The taxes on a net amount of zero or more, each rounded once (R3, R28).
pub(super) fn taxes(rates: &[TaxRate], customer: &Taxed<'_>, net: Money) -> Result<Vec<TaxLine>, Fault> {
    let mut lines = Vec::new();
    for rate in rates {
        let state = rate.state.is_empty() || rate.state.to_lowercase() == customer.state.to_lowercase();
        if rate.country != customer.country || !state {
            continue;
        }
        let reverse_charge = rate.reverse_charge
            && !customer.tax_id.is_empty()
            && tax_id::has_form_of(customer.tax_id, customer.country);
        let percent = percent(&rate.percent);
        let is_zero = percent.is_some_and(|percent| percent.is_zero());
        let amount = match percent {
            Some(percent) if !reverse_charge => {
                let exact = net.to_decimal().checked_mul(percent).ok_or(crate::money::MoneyOverflow)?;
                Money::posted(exact / Decimal::ONE_HUNDRED)?
            }
            _ => Money::ZERO,
        };
        lines.push(TaxLine {
            name: rate.name.clone(),
            percent: rate.percent.clone(),
            base: net.micros(),
            amount: amount.micros(),
            reverse_charge,
            legal_basis: if reverse_charge || is_zero { rate.legal_basis.clone() } else { String::new() },
        });
    }
    Ok(lines)
}

/// Splits an amount over parts in proportion, by largest remainder in steps of the last posted place; never more than a part. `amount` is at
/// most their sum; all are zero or more.
pub(super) fn shares(amount: Money, parts: &[Money]) -> Result<Vec<Money>, Fault> {
    let step = i128::from(crate::money::MICROS_PER_POSTED_STEP);
    let sum: i128 = parts.iter().map(|part| i128::from(part.micros())).sum();
    if sum == 0 || i128::from(amount.micros()) == sum {
        return Ok(parts.to_vec());
    }
    let units = i128::from(amount.micros()) / step;
    let mut shares: Vec<(usize, i128, i128)> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| {
            let exact = units * i128::from(part.micros());
            (place, exact / sum, exact % sum)
        })
        .collect();
    let mut left = units - shares.iter().map(|(_, share, _)| share).sum::<i128>();
    // Largest remainder first; of equal ones the first part.
    shares.sort_by(|one, other| other.2.cmp(&one.2).then(one.0.cmp(&other.0)));
    for (_, share, _) in &mut shares {
        if left > 0 {
            *share += 1;
            left -= 1;
        }
    }
    shares.sort_unstable();
    shares
        .into_iter()
        .map(|(_, share, _)| {
            i64::try_from(share * step).map(Money::from_micros).map_err(|_| crate::money::MoneyOverflow.into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(country: &str, state: &str, percent: &str, reverse_charge: bool) -> TaxRate {
        let (country, state) = (country.to_owned(), state.to_owned());
        let (name, percent, legal_basis) = ("Tax".to_owned(), percent.to_owned(), "by law".to_owned());
        TaxRate { country, state, name, percent, reverse_charge, legal_basis }
    }

    fn amounts(rates: &[TaxRate], country: &str, state: &str, tax_id: &str, net: i64) -> Vec<(i64, bool)> {
        let lines = taxes(rates, &Taxed { country, state, tax_id }, Money::from_micros(net)).expect("small amounts");
        lines.into_iter().map(|line| (line.amount, line.reverse_charge)).collect()
    }

    #[test]
    fn every_rate_of_country_and_state_applies_once_and_is_rounded_once() {
        let table = [rate("US", "CA", "7.25", false), rate("US", "", "1", false), rate("DE", "", "19", true)];
        // 7.25 % of 0.33333 is 0.0241664…, 1 % is 0.0033333.
        assert_eq!(amounts(&table, "US", "ca", "", 333_330), [(24_170, false), (3_330, false)]);
        assert_eq!(amounts(&table, "US", "NY", "", 333_330), [(3_330, false)]);
        assert_eq!(amounts(&table, "FR", "", "", 333_330), []);
        // Half a step rounds away from zero: 1 % of 0.0005 is 0.000005.
        assert_eq!(amounts(&table, "US", "", "", 500), [(10, false)]);
        assert_eq!(amounts(&table, "DE", "", "", 10_000_000), [(1_900_000, false)]);
        assert_eq!(amounts(&table, "DE", "", "DE123456789", 10_000_000), [(0, true)]);
        assert_eq!(amounts(&table, "DE", "", "DE12345678", 10_000_000), [(1_900_000, false)], "one digit short");
    }

    /// money-13: the legal basis stands where no tax is charged, and nowhere else.
    #[test]
    fn the_legal_basis_says_why_no_tax_is_charged() {
        let table = [rate("DE", "", "19", true), rate("FR", "", "0.00", false)];
        let basis = |country, tax_id| {
            let taxed = Taxed { country, state: "", tax_id };
            let lines = taxes(&table, &taxed, Money::from_units(1)).expect("small amounts");
            lines.into_iter().map(|line| line.legal_basis).collect::<Vec<_>>()
        };
        assert_eq!(basis("DE", ""), [""], "tax is charged");
        assert_eq!(basis("DE", "DE123456789"), ["by law"]);
        assert_eq!(basis("FR", ""), ["by law"]);
    }

    #[test]
    fn shares_are_by_largest_remainder_and_never_exceed_a_part() {
        let money = |list: &[i64]| list.iter().copied().map(Money::from_micros).collect::<Vec<_>>();
        let split = |amount, parts: &[i64]| shares(Money::from_micros(amount), &money(parts)).expect("in range");
        // 0.39667 over 1.00 and 0.19: 33333.6 and 6333.4 steps; the larger remainder gets the last step.
        assert_eq!(split(396_670, &[1_000_000, 190_000]), money(&[333_340, 63_330]));
        assert_eq!(split(1_190_000, &[1_000_000, 190_000]), money(&[1_000_000, 190_000]));
        assert_eq!(split(10, &[20, 20, 20]), money(&[10, 0, 0]));
        assert_eq!(split(0, &[20, 20]), money(&[0, 0]));
        assert_eq!(split(0, &[0]), money(&[0]));
    }
}
