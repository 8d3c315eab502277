//! Number prices of one version or override set: how they are given, checked, stored and shown.

use crate::error::{Error, ROWS_WITH_PROBLEMS_MAX};
use crate::places::prefix;
use crate::row::parse_country;
use coinbox_ground::money::{MICROS_PER_POSTED_STEP, Money};
use coinbox_ground::product::NumberKind;
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Checks, FieldRule};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Most number prices of one version or override set: every country has four kinds.
const NUMBER_ROWS_MAX: usize = 1100;

/// The highest set-up fee and monthly price.
const PRICE_MAX: Money = Money::from_units(100_000);

/// What a kind of number costs in a country.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberRow {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Local, national, mobile or toll-free.
    pub kind: NumberKind,
    /// Once, 0 to 100 000, at most 5 decimals.
    pub setup: String,
    /// A month, 0 to 100 000, at most 5 decimals.
    pub monthly: String,
}

/// All number prices and the price of a seat.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberPrices {
    /// In order of country and kind, at most 1100.
    pub rows: Vec<NumberRow>,
    /// A month of a seat, 0 to 100 000, at most 5 decimals. None: no price of its own.
    pub seat: Option<String>,
}

/// What one number costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NumberPrice {
    /// Once, at purchase.
    pub setup: Money,
    /// A whole calendar month.
    pub monthly: Money,
}

/// Number prices as they are searched, and as they are stored:
/// `{"v":1,"prices":[["US","local",0,800000]],"seat":20000000}`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(super) struct PriceTable {
    v: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "rows")]
    pub(super) prices: BTreeMap<([u8; 2], NumberKind), NumberPrice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seat: Option<Money>,
}

impl Record for PriceTable {
    const KIND: &'static str = "number prices";
}

/// The stored form of the prices.
mod rows {
    use super::*;

    type Prices = BTreeMap<([u8; 2], NumberKind), NumberPrice>;

    pub(super) fn serialize<S: Serializer>(prices: &Prices, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(prices.iter().map(|((country, kind), price)| {
            let country = std::str::from_utf8(country).expect("ASCII by construction");
            (country, kind, price.setup, price.monthly)
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Prices, D::Error> {
        let rows = Vec::<(String, NumberKind, Money, Money)>::deserialize(deserializer)?;
        rows.into_iter()
            .map(|(country, kind, setup, monthly)| {
                let country = parse_country(&country).ok_or_else(|| D::Error::custom("country"))?;
                Ok(((country, kind), NumberPrice { setup, monthly }))
            })
            .collect()
    }
}

impl PriceTable {
    /// Checks and reads what came; every broken rule is named, of at most 20 rows.
    pub(super) fn parse(prices: &NumberPrices) -> Result<PriceTable, Error> {
        let mut checks = Checks::new();
        let rows_max = format!("{NUMBER_ROWS_MAX} number prices");
        checks.require(prices.rows.len() <= NUMBER_ROWS_MAX, "prices.rows", FieldRule::TooMany, rows_max);
        let mut table = PriceTable { v: 1, ..PriceTable::default() };
        let mut repeated = None;
        let mut bad = 0;
        for (place, row) in prices.rows.iter().take(NUMBER_ROWS_MAX).enumerate() {
            let field = |name: &str| format!("prices.rows[{place}].{name}");
            let country = coinbox_forms::country::parse(&row.country);
            checks.form(coinbox_forms::country::check(&row.country), &field("country"));
            let setup = amount(&mut checks, &field("setup"), &row.setup);
            let monthly = amount(&mut checks, &field("monthly"), &row.monthly);
            let (Some(country), Some(setup), Some(monthly)) = (country, setup, monthly) else {
                bad += 1;
                if bad == ROWS_WITH_PROBLEMS_MAX {
                    break;
                }
                continue;
            };
            if table.prices.insert((country, row.kind), NumberPrice { setup, monthly }).is_some() {
                repeated.get_or_insert_with(|| format!("{} {}", row.country, row.kind.name()));
            }
        }
        if let Some(seat) = &prices.seat {
            table.seat = amount(&mut checks, "prices.seat", seat);
        }
        checks.done()?;
        repeated.map_or(Ok(table), |row| Err(Error::RepeatedRow(row)))
    }

    /// The form of the contract.
    pub(super) fn shown(&self) -> NumberPrices {
        NumberPrices { rows: self.rows(None), seat: self.seat.map(|seat| seat.to_string()) }
    }

    /// Rows of one country or of all.
    pub(super) fn rows(&self, of: Option<[u8; 2]>) -> Vec<NumberRow> {
        let wanted = self.prices.iter().filter(|((country, _), _)| of.is_none_or(|of| of == *country));
        wanted
            .map(|((country, kind), price)| NumberRow {
                country: std::str::from_utf8(country).expect("ASCII by construction").to_owned(),
                kind: *kind,
                setup: price.setup.to_string(),
                monthly: price.monthly.to_string(),
            })
            .collect()
    }

    /// How many prices.
    pub(super) fn count(&self) -> usize {
        self.prices.len() + usize::from(self.seat.is_some())
    }
}

/// A price: zero or more, at most 5 decimals.
fn amount(checks: &mut Checks, field: &str, text: &str) -> Option<Money> {
    let parsed = Money::parse(text).filter(|amount| {
        !text.starts_with('-') && *amount >= Money::ZERO && amount.micros() % MICROS_PER_POSTED_STEP == 0
    });
    checks.require(parsed.is_some(), field, FieldRule::WrongForm, "0 or more, at most 5 decimals");
    let fits = parsed.is_none_or(|amount| amount <= PRICE_MAX);
    checks.require(fits, field, FieldRule::TooLarge, PRICE_MAX);
    parsed.filter(|_| fits)
}

/// Key of the number prices of a version.
pub(super) fn key(version: u32) -> String {
    prefix(version) + "numbers"
}
