//! Cases whose payload is a bare value in the rules and a record of one field in the contract.
//!
//! Bindings of some languages drop the tag of a variant that has bare values beside records, so the contract has none. A module here reads and
//! writes the record of one field: `#[serde(with = "one_field::amount")]` on `Owes(Micros)` is `{"owes": {"amount": "25000000"}}`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! one_field {
    ($($(#[$meta:meta])* $field:ident: $kind:ty $(, $form:literal)?;)*) => {
        $(
            $(#[$meta])*
            pub mod $field {
                use super::*;

                #[derive(Serialize, Deserialize)]
                #[serde(rename_all = "kebab-case", deny_unknown_fields)]
                struct Record {
                    $(#[serde(with = $form)])?
                    $field: $kind,
                }

                /// Writes the record.
                pub fn serialize<S: Serializer>(value: &$kind, serializer: S) -> Result<S::Ok, S::Error> {
                    Record { $field: value.to_owned() }.serialize(serializer)
                }

                /// Reads the record.
                pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$kind, D::Error> {
                    Record::deserialize(deserializer).map(|record| record.$field)
                }
            }
        )*
    };
}

one_field! {
    /// An amount of money.
    amount: i64, "crate::vocabulary::int_text";
    /// A moment.
    at: i64, "crate::vocabulary::int_text";
    /// The moment before which something holds.
    until: i64, "crate::vocabulary::int_text";
    /// The number of an attempt.
    attempt: u32;
    /// How many there are.
    count: u32;
    /// How many are left.
    left: u32;
    /// How many there may be.
    limit: u32;
    /// The number of a version.
    version: u32;
    /// Why, for the operator.
    cause: String;
    /// Why, as a word.
    reason: String;
    /// A key.
    key: String;
    /// A row, by its name.
    row: String;
    /// A token.
    token: String;
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    #[serde(rename_all = "kebab-case")]
    enum Case {
        Owes(#[serde(with = "super::amount")] i64),
        Lost(#[serde(with = "super::cause")] String),
    }

    #[test]
    fn a_bare_value_is_a_record_outside() {
        for (case, text) in [
            (Case::Owes(25_000_000), json!({"owes": {"amount": "25000000"}})),
            (Case::Lost("time-out".to_owned()), json!({"lost": {"cause": "time-out"}})),
        ] {
            assert_eq!(serde_json::to_value(&case).expect("has a form"), text);
            assert_eq!(serde_json::from_value::<Case>(text).expect("readable"), case);
        }
        for wrong in [json!({"owes": "25000000"}), json!({"owes": {"amount": "1", "more": 1}}), json!({"owes": {}})] {
            assert!(serde_json::from_value::<Case>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
