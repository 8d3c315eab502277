//! One price row as it is kept: prefix, country, exact rate, increments.

use crate::digits::Prefix;
use crate::product_row::{Rating, Terms};
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::rate::Rate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One price row. Stored as `["4477","GB","0.0085",60,60]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// What numbers it is for.
    pub prefix: Prefix,
    /// ISO 3166-1 alpha-2.
    pub country: [u8; 2],
    /// Per unit of the price: a minute, a part.
    pub rate: Rate,
    /// What every use pays at least, in the unit of the product; 0 where it is not rated in increments.
    pub first_increment: u16,
    /// What further use is counted in; 0 where it is not rated in increments.
    pub next_increment: u16,
}

impl Row {
    /// The two letters; empty: no country.
    pub fn country(&self) -> &str {
        if self.country == NO_COUNTRY { "" } else { self.stored_country() }
    }

    fn stored_country(&self) -> &str {
        std::str::from_utf8(&self.country).expect("ASCII by construction")
    }

    /// What this quantity costs.
    pub fn amount(&self, terms: &Terms, quantity: u32) -> Result<Money, MoneyOverflow> {
        self.rate.posted(self.billed(terms, quantity), u64::from(terms.unit_size))
    }

    /// How much of this quantity is billed, in the unit of the product.
    pub fn billed(&self, terms: &Terms, quantity: u32) -> u64 {
        match terms.rating {
            Rating::Increments => self.in_increments(quantity),
            Rating::PerUnit => u64::from(quantity),
            Rating::PerStartedUnit => {
                let size = u64::from(terms.unit_size);
                u64::from(quantity).next_multiple_of(size)
            }
        }
    }

    /// Nothing for nothing; else the first increment and as many further ones as it takes.
    fn in_increments(&self, quantity: u32) -> u64 {
        let (quantity, first) = (u64::from(quantity), u64::from(self.first_increment));
        // Stored rows have no increment of zero; one unit is the smallest there is.
        let next = u64::from(self.next_increment).max(1);
        if quantity == 0 { 0 } else { first + quantity.saturating_sub(first).next_multiple_of(next) }
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (prefix, rate) = (self.prefix.to_string(), self.rate.to_string());
        (prefix, self.stored_country(), rate, self.first_increment, self.next_increment).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Row, D::Error> {
        let (prefix, country, rate, first_increment, next_increment) =
            <(&'de str, &'de str, &'de str, u16, u16)>::deserialize(deserializer)?;
        Ok(Row {
            prefix: parse_prefix(prefix).ok_or_else(|| D::Error::custom("prefix"))?,
            country: parse_country(country).ok_or_else(|| D::Error::custom("country"))?,
            rate: Rate::parse(rate).ok_or_else(|| D::Error::custom("rate"))?,
            first_increment,
            next_increment,
        })
    }
}

/// Of a row for no country: one with an empty prefix.
pub(crate) const NO_COUNTRY: [u8; 2] = *b"--";

/// 0 to 15 digits. None of them: the row is for the other side that has no number.
pub(crate) fn parse_prefix(text: &str) -> Option<Prefix> {
    if text.is_empty() { Some(Prefix::EMPTY) } else { Prefix::parse(text) }
}

/// Two upper-case letters: what versions before the list of countries have stored.
pub(crate) fn parse_country(text: &str) -> Option<[u8; 2]> {
    let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
    (letters == NO_COUNTRY || letters.iter().all(u8::is_ascii_uppercase)).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product_row::Unit;
    use coinbox_ground::product::SideRule;
    use coinbox_ground::rate::RATE_MAX;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    fn row(prefix: &str, rate: &str, first_increment: u16, next_increment: u16) -> Row {
        Row {
            prefix: Prefix::parse(prefix).expect("digits"),
            country: *b"ZZ",
            rate: Rate::parse(rate).expect("rate"),
            first_increment,
            next_increment,
        }
    }

    const CALL: Terms =
        Terms { pair: 0, unit: Unit::Second, rating: Rating::Increments, unit_size: 60, side: SideRule::Optional };
    const PART: Terms = Terms { unit: Unit::Part, rating: Rating::PerUnit, unit_size: 1, ..CALL };
    /// Each million bytes that is begun.
    const MEGABYTE: Terms = Terms { unit: Unit::Byte, rating: Rating::PerStartedUnit, unit_size: 1_000_000, ..CALL };

    #[test]
    fn started_units_are_billed_whole() {
        let priced = row("1", "0.05", 0, 0);
        for (bytes, billed, micros) in [
            (0, 0, 0),
            (1, 1_000_000, 50_000),
            (1_000_000, 1_000_000, 50_000),
            (1_000_001, 2_000_000, 100_000),
            (u32::MAX, 4_295_000_000, 214_750_000),
        ] {
            assert_eq!(priced.billed(&MEGABYTE, bytes), billed, "{bytes}");
            assert_eq!(priced.amount(&MEGABYTE, bytes), Ok(Money::from_micros(micros)), "{bytes}");
        }
        let dearest = row("1", "1000", 0, 0);
        let kilobyte = Terms { unit_size: 1000, ..MEGABYTE };
        assert_eq!(dearest.amount(&kilobyte, u32::MAX), Ok(Money::from_units(4_294_968_000)), "checked and exact");
    }

    #[test]
    fn calls_are_billed_by_increments() {
        let minute = row("1", "0.0085", 60, 60);
        for (seconds, micros) in [(0, 0), (1, 8_500), (60, 8_500), (61, 17_000), (924, 136_000)] {
            assert_eq!(minute.amount(&CALL, seconds), Ok(Money::from_micros(micros)), "{seconds}");
        }
        let fine = row("1", "0.01", 30, 6);
        for (seconds, billed) in [(1, 30), (30, 30), (31, 36), (36, 36), (37, 42)] {
            assert_eq!(fine.in_increments(seconds), billed, "{seconds}");
        }
    }

    #[test]
    fn messages_are_billed_by_parts_and_rounded_once() {
        let message = row("1", "0.000005", 0, 0);
        assert_eq!(message.amount(&PART, 0), Ok(Money::ZERO));
        assert_eq!(message.amount(&PART, 1), Ok(Money::from_micros(10)));
        assert_eq!(message.amount(&PART, 3), Ok(Money::from_micros(20)));
        assert_eq!(row("1", "0.00000499", 0, 0).amount(&PART, 1), Ok(Money::ZERO));
        let most = row("1", "1000", 0, 0);
        assert_eq!(most.amount(&PART, u32::MAX), Ok(Money::from_units(4_294_967_295_000)), "beyond 64 bits in between");
        assert_eq!(Rate::from_steps(u64::MAX).posted(u64::MAX, 1), Err(MoneyOverflow));
        assert_eq!(row("1", "1000", 3600, 3600).amount(&CALL, 1_000_000), Ok(Money::from_units(16_680_000)));
    }

    proptest! {
        #[test]
        fn increments_match_a_loop(seconds in 0_u32..100_000, first in 1_u16..=3600, next in 1_u16..=3600) {
            let mut billed = 0;
            while billed < u64::from(seconds) {
                billed += u64::from(if billed == 0 { first } else { next });
            }
            prop_assert_eq!(row("1", "1", first, next).in_increments(seconds), billed);
        }

        #[test]
        fn amounts_match_decimal_arithmetic(steps in 0..=RATE_MAX.steps(), quantity in 0_u32..=1_000_000, first in 1_u16..=3600, next in 1_u16..=3600) {
            let priced = Row { rate: Rate::from_steps(steps), ..row("1", "0", first, next) };
            let rate = Decimal::new(i64::try_from(steps).expect("small"), 8);
            let exact = rate * Decimal::from(priced.in_increments(quantity)) / Decimal::from(60);
            prop_assert_eq!(priced.amount(&CALL, quantity), Money::posted(exact));
            let gigabyte = Terms { unit_size: 1_073_741_824, ..MEGABYTE };
            let started = quantity.div_ceil(gigabyte.unit_size);
            prop_assert_eq!(priced.amount(&gigabyte, quantity), Money::posted(rate * Decimal::from(started)));
            prop_assert_eq!(priced.amount(&PART, quantity), Money::posted(rate * Decimal::from(quantity)));
        }

        #[test]
        fn rates_survive_text(steps in 0..=RATE_MAX.steps()) {
            prop_assert_eq!(Rate::parse(&Rate::from_steps(steps).to_string()), Some(Rate::from_steps(steps)));
        }

        #[test]
        fn odd_texts_never_panic(text in "\\PC{0,20}|[0-9.eE+-]{0,12}") {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            prop_assert!(Rate::parse(&text).is_none() || digits);
            let _ = (Prefix::parse(&text), parse_country(&text));
        }
    }
}
