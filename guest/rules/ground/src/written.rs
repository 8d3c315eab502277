//! Values as people write them: amounts with their currency, durations, lists. Each has one form, which is read and written here.
//!
//! | what | form |
//! |---|---|
//! | amounts | [`Amount`]s after commas: `25.00`, `500.00, 250.00`, `25.00 USD, 20.00 EUR`. An amount without a code is in the default currency |
//! | numbers | `40`; after commas `75, 50, 25, 0` |
//! | durations | `10s`; after commas `1m, 5m, 1h, 1d`. Units are `ms`, `s`, `m`, `h`, `d` |
//!
//! What is written is read back as the same value.

use crate::currency::Currency;
use crate::money::Money;
use crate::text::parse_signed;
use crate::vocabulary::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};

/// An amount in a currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Amount {
    /// ISO 4217.
    pub currency: Currency,
    /// How much.
    pub value: Money,
}

/// Reads amounts. They may be in several currencies, and several of one currency keep their order. One without a code is in the currency `plain`.
pub fn parse_amounts(text: &str, plain: Currency) -> Option<Vec<Amount>> {
    parse_list(text, |entry| {
        let (value, currency) = match entry.split_once(' ') {
            Some((value, code)) => (value, Currency::parse(code.trim_start())?),
            None => (entry, plain),
        };
        Some(Amount { currency, value: Money::parse(value)? })
    })
}

/// Writes amounts with the digits of their currencies. If all are in the currency `plain`, none has a code. Otherwise each has one.
pub fn amounts(amounts: &[Amount], plain: Currency) -> String {
    let coded = amounts.iter().any(|amount| amount.currency != plain);
    list(amounts, |Amount { currency, value }| match coded {
        false => value.in_currency(*currency).to_string(),
        true => format!("{} {currency}", value.in_currency(*currency)),
    })
}

/// Reads a whole number.
pub fn parse_number(text: &str) -> Option<i64> {
    parse_signed(text, 0)
}

/// Reads milliseconds.
pub fn parse_duration(text: &str) -> Option<Instant> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (_, length) = UNITS.into_iter().find(|(unit, _)| *unit == &text[end..])?;
    text[..end].parse::<Instant>().ok()?.checked_mul(length)
}

/// Writes milliseconds in the largest unit that is exact.
pub fn duration(ms: Instant) -> String {
    let fits = |(_, length): &(&str, Instant)| ms != 0 && ms % length == 0;
    let (unit, length) = UNITS.into_iter().find(fits).unwrap_or(("ms", 1));
    format!("{}{unit}", ms / length)
}

const UNITS: [(&str, Instant); 5] = [("d", DAY_MS), ("h", HOUR_MS), ("m", MINUTE_MS), ("s", 1000), ("ms", 1)];

/// Reads entries between commas. Blanks around an entry mean nothing, and no text at all is no entry.
pub fn parse_list<T>(text: &str, one: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    text.split(',').map(|entry| one(entry.trim())).collect()
}

/// Writes entries between commas.
pub fn list<T>(entries: &[T], one: impl Fn(&T) -> String) -> String {
    entries.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(units: i64, currency: &str) -> Amount {
        Amount { currency: Currency::parse(currency).expect("a currency"), value: Money::from_units(units) }
    }

    #[test]
    fn amounts_are_in_one_currency_or_in_several() {
        for (text, read, written) in [
            ("", vec![], ""),
            ("25", vec![amount(25, "USD")], "25.00"),
            ("25.00 USD", vec![amount(25, "USD")], "25.00"),
            ("500.00,250.00", vec![amount(500, "USD"), amount(250, "USD")], "500.00, 250.00"),
            ("25, 20.00  EUR", vec![amount(25, "USD"), amount(20, "EUR")], "25.00 USD, 20.00 EUR"),
            ("2000 JPY", vec![amount(2000, "JPY")], "2000 JPY"),
            ("-1", vec![amount(-1, "USD")], "-1.00"),
        ] {
            assert_eq!(parse_amounts(text, Currency::USD), Some(read.clone()), "{text}");
            assert_eq!(amounts(&read, Currency::USD), written);
            assert_eq!(parse_amounts(written, Currency::USD), Some(read), "{written}");
        }
        for wrong in ["lots", "25 usd", "25 QQQ", "25 DOLLARS", "25,", ",", "25 USD EUR", "USD 25", "1e3", "25.0000001"]
        {
            assert_eq!(parse_amounts(wrong, Currency::USD), None, "{wrong}");
        }
    }

    #[test]
    fn durations_are_in_the_largest_exact_unit() {
        for (text, ms, written) in [
            ("0s", 0, "0ms"),
            ("1500ms", 1500, "1500ms"),
            ("60s", 60_000, "1m"),
            ("90m", 5_400_000, "90m"),
            ("24h", DAY_MS, "1d"),
            ("35d", 35 * DAY_MS, "35d"),
        ] {
            assert_eq!(parse_duration(text), Some(ms), "{text}");
            assert_eq!(duration(ms), written);
            assert_eq!(parse_duration(written), Some(ms));
        }
        for wrong in ["", "5", "m", "-1m", "1 m", "1min", "1.5h", "9223372036854775807d", "1M"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lists_have_commas_between_entries() {
        assert_eq!(parse_list("75, 50,0", parse_number), Some(vec![75, 50, 0]));
        assert_eq!(parse_list(" ", parse_number), Some(vec![]));
        for wrong in ["75,,50", "75,", "75 50", "7.5", "+7"] {
            assert_eq!(parse_list(wrong, parse_number), None, "{wrong}");
        }
        assert_eq!(list(&[75, 50, 0], i64::to_string), "75, 50, 0");
    }
}
