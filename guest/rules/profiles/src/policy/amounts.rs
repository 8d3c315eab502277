//! Amounts of the policy: one for each currency in which accounts can be made (CRD-17).

use coinbox_ground::currency::Currency;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::Micros;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A value for each currency that names one. If that is USD alone, it is stored as the value itself, as every version has; otherwise by currency:
/// `{"EUR":"20000000","USD":"25000000"}`.
#[derive(Clone, PartialEq, Debug)]
pub struct PerCurrency<T>(pub(super) BTreeMap<Currency, T>);

impl<T> PerCurrency<T> {
    /// A value for a currency, and for no other one.
    pub fn of(currency: Currency, value: T) -> PerCurrency<T> {
        PerCurrency(BTreeMap::from([(currency, value)]))
    }

    /// The value for one currency alone.
    pub fn only(&self, currency: Currency) -> PerCurrency<T>
    where
        T: Clone,
    {
        PerCurrency(self.0.get(&currency).map(|value| (currency, value.clone())).into_iter().collect())
    }

    /// The value for a currency.
    pub fn get(&self, currency: Currency) -> Option<&T> {
        self.0.get(&currency)
    }
}

impl PerCurrency<Micros> {
    /// The amount for a currency; none is said: zero.
    pub fn amount(&self, currency: Currency) -> Money {
        self.get(currency).copied().map_or(Money::ZERO, Money::from_micros)
    }
}

/// In USD alone.
impl<T> From<T> for PerCurrency<T> {
    fn from(value: T) -> PerCurrency<T> {
        PerCurrency::of(Currency::USD, value)
    }
}

/// What is stored for one currency.
pub trait Kept: Sized {
    /// As it is stored.
    fn kept(&self) -> Value;
    /// Reads it.
    fn read(value: &Value) -> Option<Self>;
}

impl Kept for Micros {
    fn kept(&self) -> Value {
        Value::String(self.to_string())
    }

    fn read(value: &Value) -> Option<Micros> {
        value.as_str()?.parse().ok()
    }
}

impl Kept for Vec<Micros> {
    fn kept(&self) -> Value {
        Value::Array(self.iter().map(Kept::kept).collect())
    }

    fn read(value: &Value) -> Option<Vec<Micros>> {
        value.as_array()?.iter().map(Micros::read).collect()
    }
}

impl<T: Kept> Serialize for PerCurrency<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.get(Currency::USD), self.0.len()) {
            (Some(value), 1) => value.kept().serialize(serializer),
            _ => {
                let each = self.0.iter().map(|(currency, value)| (currency.to_string(), value.kept()));
                Value::Object(each.collect::<Map<_, _>>()).serialize(serializer)
            }
        }
    }
}

impl<'de, T: Kept> Deserialize<'de> for PerCurrency<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PerCurrency<T>, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = match &value {
            Value::Object(each) => each
                .iter()
                .map(|(code, value)| Some((Currency::parse(code)?, T::read(value)?)))
                .collect::<Option<BTreeMap<_, _>>>()
                .map(PerCurrency),
            value => T::read(value).map(PerCurrency::from),
        };
        read.ok_or_else(|| D::Error::custom("amounts by currency"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_usd_alone_are_stored_as_they_always_were() {
        let yen = Currency::parse("JPY").expect("a currency");
        let amount = PerCurrency::from(25_000_000_i64);
        assert_eq!(serde_json::to_string(&amount).expect("text"), "\"25000000\"");
        let list = PerCurrency::from(vec![5_i64, 4]);
        assert_eq!(serde_json::to_string(&list).expect("text"), r#"["5","4"]"#);
        assert_eq!(serde_json::to_string(&PerCurrency::from(Vec::<Micros>::new())).expect("text"), "[]");
        let mut both = amount.clone();
        both.0.insert(yen, 2_500_000_000);
        let text = serde_json::to_string(&both).expect("text");
        assert_eq!(text, r#"{"JPY":"2500000000","USD":"25000000"}"#);
        for known in [&amount, &both, &PerCurrency::of(yen, 1)] {
            let text = serde_json::to_string(known).expect("text");
            assert_eq!(&serde_json::from_str::<PerCurrency<Micros>>(&text).expect("readable"), known);
        }
        assert_eq!(both.amount(yen), Money::from_units(2500));
        assert_eq!(amount.amount(yen), Money::ZERO);
        for bad in ["5", r#"{"QQQ":"5"}"#, r#"{"USD":5}"#, "null"] {
            assert!(serde_json::from_str::<PerCurrency<Micros>>(bad).is_err(), "{bad}");
        }
    }
}
