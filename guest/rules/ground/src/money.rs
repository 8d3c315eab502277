//! Money: exact amounts in millionths of a dollar (CRD-1), and the named roundings (R3, R4).

use crate::text::parse_signed;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Money is in US dollars (R4).
pub const CURRENCY: &str = "USD";

/// Micro-units in one unit of currency.
pub const MICROS_PER_UNIT: i64 = 1_000_000;

/// Micro-units in one cent: what a payment gateway can move (R4).
pub const MICROS_PER_CENT: i64 = 10_000;

/// Micro-units in the last place of a posted amount: 5 decimals (R3).
pub const MICROS_PER_POSTED_STEP: i64 = 10;

/// An amount of money in micro-units. Credit left is positive, debt negative. All arithmetic is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug, Hash)]
pub struct Money(i64);

/// An amount left the range of about ± 9.2 million million dollars.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MoneyOverflow;

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// An amount of micro-units.
    pub const fn from_micros(micros: i64) -> Money {
        Money(micros)
    }

    /// Whole units of currency. For constants.
    pub const fn from_units(units: i64) -> Money {
        Money(units * MICROS_PER_UNIT)
    }

    /// The amount in micro-units.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The sum.
    pub fn plus(self, other: Money) -> Result<Money, MoneyOverflow> {
        self.0.checked_add(other.0).map(Money).ok_or(MoneyOverflow)
    }

    /// The difference.
    pub fn minus(self, other: Money) -> Result<Money, MoneyOverflow> {
        self.0.checked_sub(other.0).map(Money).ok_or(MoneyOverflow)
    }

    /// The amount with the other sign.
    pub fn negated(self) -> Result<Money, MoneyOverflow> {
        self.0.checked_neg().map(Money).ok_or(MoneyOverflow)
    }

    /// A whole number of times the amount.
    pub fn times(self, count: i64) -> Result<Money, MoneyOverflow> {
        self.0.checked_mul(count).map(Money).ok_or(MoneyOverflow)
    }

    /// Exact percentage, rounded down to a micro-unit: ladder levels (CRD-6).
    pub fn percent(self, percent: u32) -> Result<Money, MoneyOverflow> {
        let product = i128::from(self.0) * i128::from(percent);
        i64::try_from(product.div_euclid(100)).map(Money).map_err(|_| MoneyOverflow)
    }

    /// Whether the gateway could move exactly this amount (R4).
    pub fn is_whole_cents(self) -> bool {
        self.0 % MICROS_PER_CENT == 0
    }

    /// The nearest whole cents, half up: what a postpaid total is charged as (R4). For amounts of zero or more.
    pub fn to_cents_half_up(self) -> Result<Money, MoneyOverflow> {
        let cents = self.0.checked_add(MICROS_PER_CENT / 2).ok_or(MoneyOverflow)?.div_euclid(MICROS_PER_CENT);
        Ok(Money(cents * MICROS_PER_CENT))
    }

    /// The nearest whole cents, half away from zero: what documents come to (R85).
    pub fn to_cents(self) -> Result<Money, MoneyOverflow> {
        Money::cents(self.to_decimal())
    }

    /// Rounds a computed amount once, to whole cents, half away from zero: tax on documents (R85).
    pub fn cents(exact: Decimal) -> Result<Money, MoneyOverflow> {
        Money::posted(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Rounds a computed charge once, at posting: half away from zero at 5 decimals (R3).
    pub fn posted(exact: Decimal) -> Result<Money, MoneyOverflow> {
        use rust_decimal::prelude::ToPrimitive;
        let rounded = exact.round_dp_with_strategy(5, RoundingStrategy::MidpointAwayFromZero);
        let micros = rounded.checked_mul(Decimal::from(MICROS_PER_UNIT)).ok_or(MoneyOverflow)?;
        micros.to_i64().map(Money).ok_or(MoneyOverflow)
    }

    /// The exact decimal value, for rates and tax.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 6)
    }

    /// Reads decimal text such as `-12.5` or `0.00001`: at most 6 decimals, no exponent.
    pub fn parse(text: &str) -> Option<Money> {
        parse_signed(text, 6).map(Money)
    }
}

/// Shortest exact decimal text with at least two decimals: `25.00`, `-0.00005`.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let units = magnitude / MICROS_PER_UNIT.unsigned_abs();
        let fraction = format!("{:06}", magnitude % MICROS_PER_UNIT.unsigned_abs());
        let kept = fraction.trim_end_matches('0').len().max(2);
        write!(formatter, "{sign}{units}.{}", &fraction[..kept])
    }
}

/// Stored as a JSON number of micro-units.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        i64::deserialize(deserializer).map(Money)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_exact() {
        for (micros, text) in
            [(0, "0.00"), (25_000_000, "25.00"), (-50, "-0.00005"), (1, "0.000001"), (-5_000_000, "-5.00")]
        {
            assert_eq!(Money::from_micros(micros).to_string(), text);
            assert_eq!(Money::parse(text), Some(Money::from_micros(micros)));
        }
        for bad in ["", "-", ".", "1.", ".5", "1e3", "1.0000001", "9223372036854.775808", "+1", " 1"] {
            assert_eq!(Money::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Money::parse("9223372036854.775807"), Some(Money::from_micros(i64::MAX)));
        assert_eq!(Money::parse("-9223372036854.775808"), Some(Money::from_micros(i64::MIN)));
        assert_eq!(Money::from_micros(i64::MIN).to_string(), "-9223372036854.775808");
    }

    #[test]
    fn posting_rounds_half_away_from_zero_at_five_decimals() {
        let posted = |text: &str| Money::posted(text.parse().expect("decimal")).map(Money::micros);
        assert_eq!(posted("0.000005"), Ok(10));
        assert_eq!(posted("0.0000049999"), Ok(0));
        assert_eq!(posted("-0.000005"), Ok(-10));
        assert_eq!(posted("0.136"), Ok(136_000));
        assert_eq!(posted("99999999999999999999"), Err(MoneyOverflow));
    }

    #[test]
    fn arithmetic_is_checked() {
        let most = Money::from_micros(i64::MAX);
        assert_eq!(most.plus(Money::from_micros(1)), Err(MoneyOverflow));
        assert_eq!(Money::from_micros(i64::MIN).negated(), Err(MoneyOverflow));
        assert_eq!(most.times(2), Err(MoneyOverflow));
        assert_eq!(Money::from_units(100).percent(75), Ok(Money::from_units(75)));
        for (micros, cents) in [(0, 0), (4_999, 0), (5_000, 1), (14_999, 1), (15_000, 2), (2_630_000, 263)] {
            assert_eq!(Money(micros).to_cents_half_up(), Ok(Money(cents * MICROS_PER_CENT)), "{micros}");
        }
        assert_eq!(most.to_cents_half_up(), Err(MoneyOverflow));
        for (micros, cents) in [(0, 0), (4_999, 0), (5_000, 1), (-4_999, 0), (-5_000, -1), (14_990, 1), (-15_010, -2)] {
            assert_eq!(Money(micros).to_cents(), Ok(Money(cents * MICROS_PER_CENT)), "{micros}");
        }
        assert_eq!(most.to_cents(), Err(MoneyOverflow));
    }
}
