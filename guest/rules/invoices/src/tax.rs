//! Tax on invoices: the policy's table by country and state, reverse charge (INV-7, R28).

use crate::document::TaxLine;
use coinbox_forms::{subdivision, tax_id};
use coinbox_ground::currency::Currency;
use coinbox_ground::money::{MICROS_PER_POSTED_STEP, Money};
use coinbox_ground::vocabulary::Fault;
use coinbox_profiles::tax_rates::{TaxRate, percent};
use rust_decimal::Decimal;

/// Where the customer is taxed.
pub(crate) struct Taxed<'a> {
    pub country: &'a str,
    pub state: &'a str,
    pub tax_id: &'a str,
}

/// Whether a row holds for a state of its country, which [`subdivision::compared`] has made.
fn holds_for(rate: &TaxRate, state: &str) -> bool {
    rate.state.trim().is_empty() || subdivision::compared(&rate.country, &rate.state) == state
}

/// Whether the table has rows for single states of a country: then where in it a customer is decides his tax.
pub(crate) fn goes_by_state(rates: &[TaxRate], country: &str) -> bool {
    rates.iter().any(|rate| rate.country == country && !rate.state.trim().is_empty())
}

/// Why the table cannot say what tax is owed in this state: it is none, or no row holds for it. A state without tax has a row of 0 percent.
pub(crate) fn unknown_state(rates: &[TaxRate], country: &str, state: &str) -> Option<String> {
    if !goes_by_state(rates, country) {
        return None;
    }
    let shown = state.trim();
    let compared = subdivision::compared(country, state);
    if let Err(problem) = subdivision::parse(country, &compared) {
        return Some(if shown.is_empty() {
            format!("{country}: the billing information has no state")
        } else {
            format!("{country}: the state {shown} is not {problem}")
        });
    }
    let known = rates.iter().any(|rate| rate.country == country && holds_for(rate, &compared));
    (!known).then(|| format!("{country}: no row of the tax table holds for the state {compared}"))
}

/// Why a tax ID that was stored before its check digits were looked at makes no reverse charge where the table has one (INV-7).
pub(crate) fn invalid_id(rates: &[TaxRate], country: &str, tax_id: &str) -> Option<String> {
    let matters = !tax_id.is_empty() && rates.iter().any(|rate| rate.country == country && rate.reverse_charge);
    let problem = tax_id::check(country, tax_id).err().filter(|_| matters)?;
    Some(format!("{country}: the tax ID {tax_id} is not {problem}; there is no reverse charge"))
}

/// The taxes on a net amount, each rounded once to whole smallest units (R28, R85). Below zero, where corrections are more than was charged, tax goes back with
/// what was taxed before.
pub(crate) fn taxes(
    rates: &[TaxRate],
    customer: &Taxed<'_>,
    net: Money,
    currency: Currency,
) -> Result<Vec<TaxLine>, Fault> {
    let mut lines = Vec::new();
    let state = subdivision::compared(customer.country, customer.state);
    for rate in rates.iter().filter(|rate| rate.country == customer.country && holds_for(rate, &state)) {
        let reverse_charge =
            rate.reverse_charge && !customer.tax_id.is_empty() && tax_id::is_of(customer.country, customer.tax_id);
        let percent = percent(&rate.percent);
        let is_zero = percent.is_some_and(|percent| percent.is_zero());
        let amount = match percent {
            Some(percent) if !reverse_charge => {
                let exact = net.to_decimal().checked_mul(percent).ok_or(coinbox_ground::money::MoneyOverflow)?;
                Money::whole(exact / Decimal::ONE_HUNDRED, currency)?
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

/// Splits an amount over parts in proportion, by largest remainder in whole smallest units; never more than a part. `amount` is at most their sum; all are zero
/// or more. Parts that are no whole ones, of documents of earlier versions, are split in steps of the last posted place.
pub(crate) fn shares(amount: Money, parts: &[Money], currency: Currency) -> Result<Vec<Money>, Fault> {
    let whole = parts.iter().all(|part| part.is_whole(currency));
    let step = i128::from(if whole { currency.smallest_micros() } else { MICROS_PER_POSTED_STEP });
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
            i64::try_from(share * step).map(Money::from_micros).map_err(|_| coinbox_ground::money::MoneyOverflow.into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::vocabulary::Checks;
    use coinbox_profiles::tax_rates::check_rates;

    fn rate(country: &str, state: &str, percent: &str, reverse_charge: bool) -> TaxRate {
        let (country, state) = (country.to_owned(), state.to_owned());
        let (name, percent, legal_basis) = ("Tax".to_owned(), percent.to_owned(), "by law".to_owned());
        TaxRate { country, state, name, percent, reverse_charge, legal_basis }
    }

    fn amounts(rates: &[TaxRate], country: &str, state: &str, tax_id: &str, net: i64) -> Vec<(i64, bool)> {
        let lines = taxes(rates, &Taxed { country, state, tax_id }, Money::from_micros(net), Currency::USD)
            .expect("small amounts");
        lines.into_iter().map(|line| (line.amount, line.reverse_charge)).collect()
    }

    #[test]
    fn every_rate_of_country_and_state_applies_once_and_is_rounded_once_to_cents() {
        let table = [rate("US", "CA", "7.25", false), rate("US", "", "1", false), rate("DE", "", "19", true)];
        // 7.25 % of 33.33 is 2.416425, 1 % is 0.3333.
        assert_eq!(amounts(&table, "US", "ca", "", 33_330_000), [(2_420_000, false), (330_000, false)]);
        assert_eq!(amounts(&table, "US", "NY", "", 33_330_000), [(330_000, false)]);
        assert_eq!(amounts(&table, "FR", "", "", 33_330_000), []);
        // Half a cent rounds away from zero, both ways: 1 % of 0.50 is 0.005.
        assert_eq!(amounts(&table, "US", "", "", 500_000), [(10_000, false)]);
        assert_eq!(amounts(&table, "US", "", "", -500_000), [(-10_000, false)]);
        assert_eq!(amounts(&table, "US", "", "", 490_000), [(0, false)]);
        assert_eq!(amounts(&table, "DE", "", "", 10_000_000), [(1_900_000, false)]);
        assert_eq!(amounts(&table, "DE", "", "DE136695976", 10_000_000), [(0, true)]);
        assert_eq!(amounts(&table, "DE", "", "DE13669597", 10_000_000), [(1_900_000, false)], "one digit short");
    }

    /// Case 06-the-customer-decides-about-his-tax: what people wrote before is the same state, and another one is told.
    #[test]
    fn a_state_is_what_is_meant_and_an_unknown_one_is_told() {
        let table = [rate("US", "CA", "7.25", false), rate("DE", "", "19", true)];
        for state in ["CA", "CA ", " CA", "ca", "California", "US-CA"] {
            assert_eq!(amounts(&table, "US", state, "", 100_000_000), [(7_250_000, false)], "{state:?}");
            assert_eq!(unknown_state(&table, "US", state), None, "{state:?}");
        }
        let old = [rate("US", "California", "7.25", false)];
        assert_eq!(amounts(&old, "US", "CA", "", 100_000_000), [(7_250_000, false)], "a table of an older version");
        for (state, why) in [
            ("elsewhere", "US: the state elsewhere is not a code of ISO 3166-2 for US, such as AK"),
            (" ", "US: the billing information has no state"),
            ("NY", "US: no row of the tax table holds for the state NY"),
        ] {
            assert_eq!(amounts(&table, "US", state, "", 1_000_000), [], "{state:?}");
            assert_eq!(unknown_state(&table, "US", state).as_deref(), Some(why));
        }
        assert_eq!(unknown_state(&table, "DE", "anything"), None, "no row of Germany goes by state");
        let wide = [rate("US", "CA", "7.25", false), rate("US", "", "1", false)];
        assert_eq!(unknown_state(&wide, "US", "NY"), None);
        assert!(unknown_state(&wide, "US", "").is_some(), "it may be California");
    }

    /// A tax ID that an older version took, and that has wrong check digits, makes no reverse charge, and the operator is told.
    #[test]
    fn a_stored_tax_id_that_is_none_is_told_where_it_would_matter() {
        let table = [rate("DE", "", "19", true), rate("FR", "", "20", false)];
        assert_eq!(amounts(&table, "DE", "", "DE136695970", 10_000_000), [(1_900_000, false)]);
        let told = "DE: the tax ID DE136695970 is not a VAT number of Germany: DE in front, upper case, and its check digits right; \
                    there is no reverse charge";
        assert_eq!(invalid_id(&table, "DE", "DE136695970").as_deref(), Some(told));
        for (country, number) in [("DE", "DE136695976"), ("DE", ""), ("FR", "FR 1"), ("US", "?")] {
            assert_eq!(invalid_id(&table, country, number), None, "{country} {number}");
        }
    }

    /// Cases 05-countries-that-do-not-exist and 06: a row that taxes nobody is refused.
    #[test]
    fn rows_are_of_countries_and_of_their_states() {
        let refused = |country: &str, state: &str| {
            let mut checks = Checks::new();
            check_rates(&mut checks, "settings.tax-rates", &[rate(country, state, "1", false)]);
            match checks.done() {
                Err(Fault::Refused(coinbox_ground::vocabulary::Refusal::Invalid(problems))) => {
                    problems.into_iter().map(|problem| (problem.field, problem.limit.unwrap_or_default())).collect()
                }
                _ => Vec::new(),
            }
        };
        let of = |name: &str, limit: &str| vec![(format!("settings.tax-rates[0].{name}"), limit.to_owned())];
        assert_eq!(refused("QQ", ""), of("country", "two upper-case letters of ISO 3166-1"));
        assert_eq!(refused("UK", ""), of("country", "GB, the code of ISO 3166-1: two upper-case letters"));
        assert_eq!(refused("US", "California"), of("state", "CA, the code of ISO 3166-2 for California"));
        assert_eq!(refused("US", "QQ"), of("state", "a code of ISO 3166-2 for US, such as AK"));
        assert!(refused("US", " ca ").is_empty() && refused("DE", "BE").is_empty() && refused("XK", "").is_empty());
    }

    /// Case 08-the-same-column-twice, of another table: a tax that stands twice would be charged twice.
    #[test]
    fn a_tax_of_a_place_stands_once_however_it_is_written() {
        let refused = |rows: &[TaxRate]| {
            let mut checks = Checks::new();
            check_rates(&mut checks, "settings.tax-rates", rows);
            match checks.done() {
                Err(Fault::Refused(coinbox_ground::vocabulary::Refusal::Invalid(problems))) => {
                    problems.into_iter().map(|problem| (problem.field, problem.limit.unwrap_or_default())).collect()
                }
                _ => Vec::new(),
            }
        };
        let named = |state: &str, name: &str, percent: &str| TaxRate {
            name: name.to_owned(),
            ..rate("CA", state, percent, false)
        };
        let twice = |place: usize, before: usize| {
            let limit = format!("differs in country, state or name from settings.tax-rates[{before}]");
            (format!("settings.tax-rates[{place}].name"), limit)
        };
        assert_eq!(refused(&[named("QC", "GST", "5"), named("QC", "QST", "9.975"), named("ON", "GST", "5")]), []);
        let rows = [
            named("QC", "GST", "5"),
            named("", "GST", "5"),
            named("qc ", "GST", "5"),
            named("QC", " gst", "9"),
            named(" ", "GST", "5"),
        ];
        assert_eq!(refused(&rows), [twice(2, 0), twice(3, 0), twice(4, 1)]);
    }

    /// money-13: the legal basis stands where no tax is charged, and nowhere else.
    #[test]
    fn the_legal_basis_says_why_no_tax_is_charged() {
        let table = [rate("DE", "", "19", true), rate("FR", "", "0.00", false)];
        let basis = |country, tax_id| {
            let taxed = Taxed { country, state: "", tax_id };
            let lines = taxes(&table, &taxed, Money::from_units(1), Currency::USD).expect("small amounts");
            lines.into_iter().map(|line| line.legal_basis).collect::<Vec<_>>()
        };
        assert_eq!(basis("DE", ""), [""], "tax is charged");
        assert_eq!(basis("DE", "DE136695976"), ["by law"]);
        assert_eq!(basis("FR", ""), ["by law"]);
    }

    #[test]
    fn shares_are_by_largest_remainder_and_never_exceed_a_part() {
        let money = |list: &[i64]| list.iter().copied().map(Money::from_micros).collect::<Vec<_>>();
        let split =
            |amount, parts: &[i64]| shares(Money::from_micros(amount), &money(parts), Currency::USD).expect("in range");
        // 0.40 over 1.00 and 0.19: 33.6 and 6.4 cents; the larger remainder gets the last cent.
        assert_eq!(split(400_000, &[1_000_000, 190_000]), money(&[340_000, 60_000]));
        // Documents of earlier versions: 0.39667 over 0.99999 and 0.19 in steps of the last posted place.
        assert_eq!(split(396_670, &[999_990, 190_000]), money(&[333_340, 63_330]));
        assert_eq!(split(1_190_000, &[1_000_000, 190_000]), money(&[1_000_000, 190_000]));
        assert_eq!(split(10, &[20, 20, 20]), money(&[10, 0, 0]));
        assert_eq!(split(10_000, &[20_000, 20_000, 20_000]), money(&[10_000, 0, 0]));
        assert_eq!(split(0, &[20, 20]), money(&[0, 0]));
        assert_eq!(split(0, &[0]), money(&[0]));
    }

    #[test]
    fn tax_and_its_shares_are_whole_units_of_the_currency() {
        let [yen, dinar] = ["JPY", "KWD"].map(|code| Currency::parse(code).expect("a currency"));
        let table = [rate("JP", "", "10", false)];
        let taxed = Taxed { country: "JP", state: "", tax_id: "" };
        let tax = |net: i64, currency| {
            taxes(&table, &taxed, Money::from_micros(net), currency).expect("small amounts")[0].amount
        };
        assert_eq!(tax(418_000_000, yen), 42_000_000, "41.8 yen");
        assert_eq!(tax(414_000_000, yen), 41_000_000, "41.4 yen");
        assert_eq!(tax(1_234_000, dinar), 123_000, "0.1234 dinar");
        let parts = [418_000_000, 42_000_000].map(Money::from_micros);
        let split = shares(Money::from_micros(100_000_000), &parts, yen).expect("in range");
        assert_eq!(split, [91_000_000, 9_000_000].map(Money::from_micros), "90.87 and 9.13 yen");
    }
}
