//! Money: exact amounts in millionths of a unit of currency (CRD-1), and the named roundings (R3, R4). Which currency, the account says (CRD-17).

use crate::currency::Currency;
use crate::text::parse_signed;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The currency of amounts of which nothing else is said.
pub const CURRENCY: &str = "USD";

/// Micro-units in one unit of currency.
pub const MICROS_PER_UNIT: i64 = 1_000_000;

/// Micro-units in one cent of [`CURRENCY`].
pub const MICROS_PER_CENT: i64 = 10_000;

/// Micro-units in the last place of a posted amount: 5 decimals (R3).
pub const MICROS_PER_POSTED_STEP: i64 = 10;

/// An amount of money in micro-units. Credit left is positive, debt negative. All arithmetic is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug, Hash)]
pub struct Money(i64);

/// An amount left the range of about ± 9.2 million million units of currency.
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

    /// The smallest unit of a currency: what a payment gateway can move at least (R4).
    pub const fn smallest(currency: Currency) -> Money {
        Money(currency.smallest_micros())
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

    /// Whether it is whole cents: of amounts in [`CURRENCY`].
    pub fn is_whole_cents(self) -> bool {
        self.is_whole(Currency::USD)
    }

    /// Whether the gateway could move exactly this amount: whole smallest units of the currency (R4).
    pub fn is_whole(self, currency: Currency) -> bool {
        self.0 % currency.smallest_micros() == 0
    }

    /// The nearest whole smallest units, half up: what a postpaid total is charged as (R4). For amounts of zero or more.
    pub fn to_whole_half_up(self, currency: Currency) -> Result<Money, MoneyOverflow> {
        let smallest = currency.smallest_micros();
        Ok(Money(self.0.checked_add(smallest / 2).ok_or(MoneyOverflow)?.div_euclid(smallest) * smallest))
    }

    /// The whole smallest units in it, rounded towards zero.
    pub fn to_whole_down(self, currency: Currency) -> Money {
        Money(self.0 - self.0 % currency.smallest_micros())
    }

    /// The nearest whole smallest units, half away from zero: what documents come to (R85).
    pub fn to_whole(self, currency: Currency) -> Result<Money, MoneyOverflow> {
        Money::whole(self.to_decimal(), currency)
    }

    /// Rounds a computed amount once, to whole smallest units, half away from zero: tax on documents (R85).
    pub fn whole(exact: Decimal, currency: Currency) -> Result<Money, MoneyOverflow> {
        let digits = u32::try_from(currency.digits()).unwrap_or_default();
        Money::posted(exact.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero))
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

    /// The amount as people of this currency write it: at least the digits of its smallest unit, more where they say something.
    pub fn in_currency(self, currency: Currency) -> Shown {
        Shown { amount: self, digits: currency.digits() }
    }

    /// Reads decimal text such as `-12.5` or `0.00001`: at most 6 decimals, no exponent.
    pub fn parse(text: &str) -> Option<Money> {
        parse_signed(text, 6).map(Money)
    }
}

/// Shortest exact decimal text with at least two decimals: `25.00`, `-0.00005`.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown { amount: *self, digits: 2 }.fmt(formatter)
    }
}

/// An amount on its way to people, without the currency's code: `25.00` of USD, `25` of JPY, `25.000` of KWD.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    amount: Money,
    /// Least digits behind the point.
    digits: usize,
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.amount.0;
        let sign = if micros < 0 { "-" } else { "" };
        let magnitude = micros.unsigned_abs();
        let units = magnitude / MICROS_PER_UNIT.unsigned_abs();
        let fraction = format!("{:06}", magnitude % MICROS_PER_UNIT.unsigned_abs());
        match fraction.trim_end_matches('0').len().max(self.digits) {
            0 => write!(formatter, "{sign}{units}"),
            kept => write!(formatter, "{sign}{units}.{}", &fraction[..kept]),
        }
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
    }

    #[test]
    fn whole_smallest_units_are_the_currencys() {
        let [usd, jpy, kwd] = ["USD", "JPY", "KWD"].map(|code| Currency::parse(code).expect("a currency"));
        for (micros, cents) in [(0, 0), (4_999, 0), (5_000, 1), (14_999, 1), (15_000, 2), (2_630_000, 263)] {
            assert_eq!(Money(micros).to_whole_half_up(usd), Ok(Money(cents * 10_000)), "{micros}");
        }
        for (micros, cents) in [(0, 0), (4_999, 0), (5_000, 1), (-4_999, 0), (-5_000, -1), (14_990, 1), (-15_010, -2)] {
            assert_eq!(Money(micros).to_whole(usd), Ok(Money(cents * 10_000)), "{micros}");
        }
        for (micros, yen) in [(499_999, 0), (500_000, 1), (1_499_990, 1), (-500_000, -1), (263_500_000, 264)] {
            assert_eq!(Money(micros).to_whole(jpy), Ok(Money(yen * 1_000_000)), "{micros}");
        }
        for (micros, fils) in [(499, 0), (500, 1), (1_499, 1), (-500, -1), (2_630_000, 2_630)] {
            assert_eq!(Money(micros).to_whole(kwd), Ok(Money(fils * 1_000)), "{micros}");
        }
        let most = Money::from_micros(i64::MAX);
        for currency in [usd, jpy, kwd] {
            assert_eq!(most.to_whole_half_up(currency), Err(MoneyOverflow));
            assert_eq!(most.to_whole(currency), Err(MoneyOverflow));
        }
        let whole = |micros: i64| [usd, jpy, kwd].map(|currency| Money(micros).is_whole(currency));
        assert_eq!(whole(1_000_000), [true, true, true]);
        assert_eq!(whole(10_000), [true, false, true]);
        assert_eq!(whole(1_000), [false, false, true]);
        assert_eq!(whole(10), [false, false, false]);
        let down = |micros: i64| [usd, jpy, kwd].map(|currency| Money(micros).to_whole_down(currency).micros());
        assert_eq!(down(1_999_999), [1_990_000, 1_000_000, 1_999_000]);
        assert_eq!(down(-1_999_999), [-1_990_000, -1_000_000, -1_999_000]);
    }

    #[test]
    fn amounts_are_shown_with_the_digits_of_their_currency() {
        let shown = |micros: i64| {
            ["USD", "JPY", "KWD"]
                .map(|code| Money(micros).in_currency(Currency::parse(code).expect("a currency")).to_string())
        };
        assert_eq!(shown(25_000_000), ["25.00", "25", "25.000"]);
        assert_eq!(shown(-500_000), ["-0.50", "-0.5", "-0.500"]);
        assert_eq!(shown(8_500), ["0.0085", "0.0085", "0.0085"]);
        assert_eq!(shown(0), ["0.00", "0", "0.000"]);
    }
}
