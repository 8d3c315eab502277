//! What phone numbers and seats cost: by country and kind of number, and a month of a seat (USE-2, NUM-1, INV-8).
//!
//! The number prices of a version are one record, `pb/<version>/numbers`; an account's own ones are part of its override
//! sets. Both are looked up at the moment that is charged for, never at the moment of charging.

use super::cache::BookCache;
use super::overrides::Sets;
use super::versions::{Entry, StoredVersions, Versions, digest};
use super::{Error, Version};
use coinbox_access::{self as access, functions};
use coinbox_ground::call::{Call, Record};
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::{MICROS_PER_POSTED_STEP, Money};
use coinbox_ground::product::NumberKind;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most number prices of one version or override set: every country has four kinds.
const NUMBER_ROWS_MAX: usize = 1100;
/// The highest set-up fee and monthly price.
const PRICE_MAX: Money = Money::from_units(100_000);
/// Rows with problems that are answered in full.
const ROWS_WITH_PROBLEMS_MAX: usize = 20;

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
    prices: BTreeMap<([u8; 2], NumberKind), NumberPrice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seat: Option<Money>,
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
                let country =
                    super::super::chunk::parse_country(&country).ok_or_else(|| D::Error::custom("country"))?;
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
    fn rows(&self, of: Option<[u8; 2]>) -> Vec<NumberRow> {
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

fn key(version: u32) -> String {
    format!("pb/{version:04}/numbers")
}

/// Replaces all number prices of a draft.
pub fn set_number_prices(
    call: &mut Call<'_>,
    caller: &Caller,
    version: u32,
    prices: NumberPrices,
) -> Result<Version, Error> {
    let command = access::command(call, caller, functions::PRICING_SET_NUMBER_PRICES)?;
    command.once(call, &(version, &prices), |call, _, ()| {
        let mut stored = StoredVersions::load(call)?;
        let entry = stored.entry(version)?;
        entry.take_prices(call.now())?;
        let table = PriceTable::parse(&prices)?;
        entry.numbers = u32::try_from(table.count()).expect("bounded");
        entry.numbers_digest = Some(digest("", &table));
        let shown = entry.show();
        call.put(super::VERSIONS_KEY, &stored);
        call.put(&key(version), &table);
        Ok(shown)
    })
}

/// The number prices of a version.
pub fn get_number_prices(call: &Call<'_>, caller: &Caller, version: u32) -> Result<NumberPrices, Error> {
    access::query(call, caller, functions::PRICING_GET_NUMBER_PRICES)?;
    let mut stored = StoredVersions::load(call)?;
    let has = stored.entry(version)?.numbers_digest.is_some();
    Ok(if has { call.need::<PriceTable>(&key(version))?.shown() } else { NumberPrices::default() })
}

/// The override number prices of an account in force at a moment.
pub fn get_number_overrides(
    call: &Call<'_>,
    caller: &Caller,
    auth_id: String,
    at: Instant,
) -> Result<NumberPrices, Error> {
    let (_, account) = access::query_on(call, caller, functions::PRICING_GET_NUMBER_OVERRIDES, &auth_id)?;
    Ok(own(call, account, at)?.map_or_else(NumberPrices::default, |table| table.shown()))
}

impl Entry {
    /// Its number prices, parsed once a digest.
    fn number_prices(call: &Call<'_>, number: u32, digest: &Rc<str>) -> Result<Rc<PriceTable>, Fault> {
        if let Some(kept) = BookCache::of(call).numbers(digest) {
            return Ok(kept);
        }
        let table: Rc<PriceTable> = Rc::new(call.need(&key(number))?);
        BookCache::of(call).keep_numbers(digest, &table);
        Ok(table)
    }
}

/// The account's own table in force at a moment.
fn own(call: &Call<'_>, account: AuthId, at: Instant) -> Result<Option<Rc<PriceTable>>, Fault> {
    let sets = Sets::load(call, account)?;
    let Some(entry) = sets.in_force(at) else { return Ok(None) };
    Ok(entry.load(call, account)?.numbers())
}

/// The table of the price book in force at a moment.
fn general(call: &Call<'_>, at: Instant) -> Result<Option<Rc<PriceTable>>, Fault> {
    let versions = Versions::load(call)?;
    let Some(place) = versions.in_force(at) else { return Ok(None) };
    let version = versions.at(place);
    version.numbers.as_ref().map(|digest| Entry::number_prices(call, version.number, digest)).transpose()
}

/// What a number of this country and kind costs a main account at a moment; none: it has no price, so it cannot be bought.
pub fn number_price(
    call: &Call<'_>,
    account: AuthId,
    country: &str,
    kind: NumberKind,
    at: Instant,
) -> Result<Option<NumberPrice>, Fault> {
    let Some(country) = super::chunk::parse_country(country) else { return Ok(None) };
    let find = |table: &Rc<PriceTable>| table.prices.get(&(country, kind)).copied();
    if let Some(price) = own(call, account, at)?.as_ref().and_then(find) {
        return Ok(Some(price));
    }
    Ok(general(call, at)?.as_ref().and_then(find))
}

/// What one seat costs a main account a month at a moment; none: seats have no price.
pub fn seat_price(call: &Call<'_>, account: AuthId, at: Instant) -> Result<Option<Money>, Fault> {
    if let Some(seat) = own(call, account, at)?.and_then(|table| table.seat) {
        return Ok(Some(seat));
    }
    Ok(general(call, at)?.and_then(|table| table.seat))
}

/// The number prices of one country as an account has them, in order of kind.
pub(super) fn of_country(
    call: &Call<'_>,
    account: AuthId,
    country: [u8; 2],
    at: Instant,
) -> Result<Vec<NumberRow>, Fault> {
    let mut merged = PriceTable::default();
    for table in [general(call, at)?, own(call, account, at)?].into_iter().flatten() {
        let rows = table.prices.iter().filter(|((of, _), _)| *of == country);
        merged.prices.extend(rows.map(|(name, price)| (*name, *price)));
    }
    Ok(merged.rows(None))
}
