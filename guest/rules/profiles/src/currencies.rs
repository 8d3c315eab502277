//! Which currencies accounts were made in: the policy goes on saying every amount for them (CRD-17).
//!
//! Stores of which nothing is written here have accounts in USD alone, or none at all.

use crate::profile;
use coinbox_ground::currency::Currency;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};

const KEY: &str = "currencies";

/// At [`KEY`], once there is an account in another currency than USD.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Used {
    v: u32,
    /// In order of their codes.
    used: Vec<Currency>,
}

impl Record for Used {
    const KIND: &'static str = "currencies of accounts";
}

/// The currencies that accounts were made in.
pub fn used(turn: &Turn<'_>) -> Result<Vec<Currency>, Fault> {
    if let Some(kept) = turn.get::<Used>(KEY)? {
        return Ok(kept.used);
    }
    let (accounts, _) = turn.span_text(profile::PREFIX, &end_of_prefix(profile::PREFIX), 1);
    Ok(if accounts.is_empty() { Vec::new() } else { vec![Currency::USD] })
}

/// An account is about to be made in a currency.
pub fn note(turn: &mut Turn<'_>, currency: Currency) -> Result<(), Fault> {
    if currency.is_usd() && turn.text(KEY).is_none() {
        return Ok(());
    }
    let mut used = used(turn)?;
    if let Err(place) = used.binary_search(&currency) {
        used.insert(place, currency);
        turn.put(KEY, &Used { v: 1, used });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START};

    #[test]
    fn currencies_are_noted_once_and_usd_alone_writes_nothing() {
        let fake = Fake::new();
        let currency = |code: &str| Currency::parse(code).expect("a currency");
        let make = |code: &str| {
            let made: Result<(), Fault> = fake.command(START, |turn| {
                note(turn, currency(code))?;
                turn.put_text(&format!("{}{code}", profile::PREFIX), "{}".to_owned());
                Ok(())
            });
            assert_eq!(made, Ok(()));
        };
        let known = || fake.query(START, used).expect("readable").iter().map(Currency::to_string).collect::<Vec<_>>();
        assert_eq!(known(), Vec::<String>::new());
        make("USD");
        assert_eq!(known(), ["USD"]);
        assert!(!fake.dump().contains_key(KEY));
        make("JPY");
        make("EUR");
        make("EUR");
        assert_eq!(known(), ["EUR", "JPY", "USD"]);
    }
}
