//! Currencies: ISO 4217 (CRD-17). An amount is always of one account, and an account has one currency for ever; nothing is converted.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A currency that people pay with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Currency {
    letters: [u8; 3],
    /// Behind the point of the smallest unit: 0, 2 or 3.
    digits: u8,
}

impl Currency {
    /// Of every account of which nothing else is said: stores of before know no other.
    pub const USD: Currency = Currency { letters: *b"USD", digits: 2 };

    /// A currency by its code.
    pub fn parse(code: &str) -> Option<Currency> {
        if code == "USD" {
            return Some(Currency::USD);
        }
        let digits = coinbox_forms::currency::digits(code)?;
        Some(Currency { letters: code.as_bytes().try_into().ok()?, digits })
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.letters).expect("ASCII by construction")
    }

    /// Digits behind the point of the smallest unit.
    pub fn digits(self) -> usize {
        usize::from(self.digits)
    }

    /// Micro-units in the smallest unit: what a payment gateway can move (R4).
    pub const fn smallest_micros(self) -> i64 {
        // Digits are 0 to 3.
        10_i64.pow(6 - self.digits as u32)
    }

    /// The smallest unit as text: `0.01` of USD, `1` of JPY, `0.001` of KWD.
    pub fn smallest(self) -> String {
        match self.digits() {
            0 => "1".to_owned(),
            digits => format!("0.{:0>digits$}", 1),
        }
    }

    /// What an amount at the gateway has to be, in words that follow "must be".
    pub fn whole(self) -> String {
        if self == Currency::USD {
            return "whole cents".to_owned();
        }
        format!("a multiple of {} {self}", self.smallest())
    }

    /// Its code for answers that were kept before they said a currency.
    pub fn usd_code() -> String {
        Currency::USD.to_string()
    }

    /// Whether it is the one of accounts of which nothing else is said: then records leave it out.
    pub fn is_usd(&self) -> bool {
        *self == Currency::USD
    }
}

impl Default for Currency {
    fn default() -> Currency {
        Currency::USD
    }
}

/// The three letters.
impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// Stored as the three letters.
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Currency::parse(&code).ok_or_else(|| D::Error::custom("currency"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).expect("a currency")
    }

    #[test]
    fn the_smallest_unit_is_the_standards() {
        for (code, micros, words) in [
            ("USD", 10_000, "whole cents"),
            ("EUR", 10_000, "a multiple of 0.01 EUR"),
            ("INR", 10_000, "a multiple of 0.01 INR"),
            ("JPY", 1_000_000, "a multiple of 1 JPY"),
            ("KWD", 1_000, "a multiple of 0.001 KWD"),
        ] {
            assert_eq!((currency(code).smallest_micros(), currency(code).whole().as_str()), (micros, words), "{code}");
        }
        assert_eq!(Currency::parse("usd"), None);
        assert_eq!(Currency::parse("XAU"), None);
    }

    #[test]
    fn it_is_stored_as_its_code() {
        assert_eq!(serde_json::to_string(&currency("KWD")).expect("text"), "\"KWD\"");
        assert_eq!(serde_json::from_str::<Currency>("\"KWD\"").expect("known"), currency("KWD"));
        assert!(serde_json::from_str::<Currency>("\"QQQ\"").is_err());
        assert_eq!(currency("USD"), Currency::default());
    }
}
