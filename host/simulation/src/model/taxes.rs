//! Taxes of the model: which a customer owes, on what, to the cent (INV-7, R28, R85).

use super::account::Account;
use super::cents::CENT;
use super::policy::Policy;

/// A tax on a net amount in whole cents, half a cent away from zero. The percentage is in millionths.
fn tax(net: i64, percent: i64) -> i64 {
    let whole = 100 * 1_000_000 * i128::from(CENT);
    let exact = i128::from(net) * i128::from(percent);
    let cents = exact.signum() * ((exact.abs() + whole / 2) / whole);
    i64::try_from(cents).unwrap_or(0) * CENT
}

impl Account {
    /// Every rate of the country, each on the whole net amount. Where he has a tax ID, the customer may owe it himself.
    pub(super) fn taxes_on(&self, net: i64, policy: &Policy) -> Vec<i64> {
        let (of, has_tax_id) = self.address;
        let rates = policy.taxes.iter().filter(|(country, ..)| *country == of);
        rates.map(|(_, percent, reverse)| if *reverse && has_tax_id { 0 } else { tax(net, *percent) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tax_is_rounded_once_half_a_cent_away_from_zero() {
        assert_eq!(tax(10_000_000, 8_875_000), 890_000, "0.8875");
        assert_eq!((tax(20_000, 25_000_000), tax(-20_000, 25_000_000)), (10_000, -10_000), "half a cent");
        assert_eq!((tax(1_000_000, 333_333), tax(0, 19_000_000)), (0, 0));
        let mut account = Account::default();
        account.move_to("US", false);
        let taxes = vec![("US", 7_250_000, false), ("US", 1_000_000, true), ("DE", 19_000_000, true)];
        let policy = Policy { taxes, ..Policy::default() };
        assert_eq!(account.taxes_on(1_000_000, &policy), [70_000, 10_000]);
        account.move_to("US", true);
        assert_eq!(account.taxes_on(1_000_000, &policy), [70_000, 0]);
    }
}
