//! One price row as it is kept: prefix, country, exact rate, increments.

use crate::digits::Prefix;
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::product::Product;
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
    /// Per minute or part.
    pub rate: Rate,
    /// Seconds that every call pays at least; 0 for messages.
    pub first_increment: u16,
    /// Seconds that further time is counted in; 0 for messages.
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

    /// What this quantity of a product costs.
    pub fn amount(&self, product: Product, quantity: u32) -> Result<Money, MoneyOverflow> {
        match product {
            Product::Voice => self.rate.posted(self.billed_seconds(quantity), 60),
            Product::Sms | Product::Mms => self.rate.posted(u64::from(quantity), 1),
        }
    }

    /// How many seconds or parts of this quantity are billed.
    pub fn billed(&self, product: Product, quantity: u32) -> Result<u32, MoneyOverflow> {
        match product {
            Product::Voice => u32::try_from(self.billed_seconds(quantity)).map_err(|_| MoneyOverflow),
            Product::Sms | Product::Mms => Ok(quantity),
        }
    }

    /// Nothing for nothing; else the first increment and as many further ones as it takes.
    fn billed_seconds(&self, seconds: u32) -> u64 {
        let (seconds, first) = (u64::from(seconds), u64::from(self.first_increment));
        // Stored rows of voice have no increment of zero; one second is the smallest there is.
        let next = u64::from(self.next_increment).max(1);
        if seconds == 0 { 0 } else { first + seconds.saturating_sub(first).div_ceil(next) * next }
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

    #[test]
    fn calls_are_billed_by_increments() {
        let minute = row("1", "0.0085", 60, 60);
        for (seconds, micros) in [(0, 0), (1, 8_500), (60, 8_500), (61, 17_000), (924, 136_000)] {
            assert_eq!(minute.amount(Product::Voice, seconds), Ok(Money::from_micros(micros)), "{seconds}");
        }
        let fine = row("1", "0.01", 30, 6);
        for (seconds, billed) in [(1, 30), (30, 30), (31, 36), (36, 36), (37, 42)] {
            assert_eq!(fine.billed_seconds(seconds), billed, "{seconds}");
        }
    }

    #[test]
    fn messages_are_billed_by_parts_and_rounded_once() {
        let message = row("1", "0.000005", 0, 0);
        assert_eq!(message.amount(Product::Sms, 0), Ok(Money::ZERO));
        assert_eq!(message.amount(Product::Sms, 1), Ok(Money::from_micros(10)));
        assert_eq!(message.amount(Product::Mms, 3), Ok(Money::from_micros(20)));
        assert_eq!(row("1", "0.00000499", 0, 0).amount(Product::Sms, 1), Ok(Money::ZERO));
        assert_eq!(row("1", "1000", 0, 0).amount(Product::Sms, u32::MAX), Err(MoneyOverflow));
        assert_eq!(row("1", "1000", 3600, 3600).amount(Product::Voice, 1_000_000), Ok(Money::from_units(16_680_000)));
    }

    proptest! {
        #[test]
        fn increments_match_a_loop(seconds in 0_u32..100_000, first in 1_u16..=3600, next in 1_u16..=3600) {
            let mut billed = 0;
            while billed < u64::from(seconds) {
                billed += u64::from(if billed == 0 { first } else { next });
            }
            prop_assert_eq!(row("1", "1", first, next).billed_seconds(seconds), billed);
        }

        #[test]
        fn amounts_match_decimal_arithmetic(steps in 0..=RATE_MAX.steps(), quantity in 0_u32..=1_000_000, first in 1_u16..=3600, next in 1_u16..=3600) {
            let priced = Row { rate: Rate::from_steps(steps), ..row("1", "0", first, next) };
            let rate = Decimal::new(i64::try_from(steps).expect("small"), 8);
            let exact = rate * Decimal::from(priced.billed_seconds(quantity)) / Decimal::from(60);
            prop_assert_eq!(priced.amount(Product::Voice, quantity), Money::posted(exact));
            prop_assert_eq!(priced.amount(Product::Sms, quantity), Money::posted(rate * Decimal::from(quantity)));
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
