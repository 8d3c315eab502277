//! The price book: complete versions with a start time, and price overrides per account (USE-2).
//!
//! A version begins as a draft, or is incomplete while it is imported. Published, its rows never change, and until it begins it
//! can be withdrawn, or replaced by another one for the same moment; once it can price nothing any more it is retired, and makes room.
//!
//! Rows lie in chunks of one version, product, heading and region at `pb/<version>/<letters>/<region>`; an index beside
//! them says which there are. A published version never changes, so its chunks are parsed once and kept.

mod cache;
mod chunk;
mod countries;
mod digits;
pub(crate) mod floor;
mod life;
mod listing;
mod numbers;
mod overrides;
pub mod rating;
pub(crate) mod upkeep;
mod versions;

pub use crate::ground::rate::Rate;
pub use chunk::Row;
pub use countries::by_country;
pub use digits::Prefix;
pub use life::{
    begin_import, create_version, finish_import, list_versions, publish_version, remove_draft, withdraw_version,
};
pub use listing::list_rows;
pub use numbers::{NumberPrices, NumberRow, get_number_overrides, get_number_prices, set_number_prices};
pub(crate) use numbers::{number_price, seat_price};
pub use overrides::{OverrideSet, get_overrides, has_overrides, list_overrides, set_overrides, withdraw_overrides};
pub(crate) use upkeep::{clean, note_ahead};
pub use versions::VERSIONS_KEY;

use crate::access::credentials;
use crate::ground::call::Call;
use crate::ground::idempotency;
use crate::ground::product::{Heading, Product};
use crate::ground::rate::RATE_MAX;
use crate::ground::vocabulary::{
    Caller, Checks, Fault, FieldRule, Instant, int_text, interface_error, optional_int_text,
};
use chunk::{NO_COUNTRY, StoredRows, parse_prefix};
use coinbox_forms::{country, letters};
use digits::region;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use versions::{Index, Place, StoredVersions, chunk_key, digest};

/// Most rows of one version.
const VERSION_ROWS_MAX: usize = 100_000;
/// Most rows of one call.
const CALL_ROWS_MAX: usize = 1000;
/// Most rows of one chunk: about 50 bytes each, and a stored value holds 256 KiB.
const CHUNK_ROWS_MAX: usize = 5000;
/// Longest name of a group of numbers.
const GROUP_NAME_MAX: usize = 60;
/// The latest moment that keys can tell apart: in the year 2286.
const MOMENT_MAX: Instant = 9_999_999_999_999;

/// One price. SMS and MMS have both increments 0.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PriceRow {
    /// What is used.
    pub product: Product,
    /// Which way.
    pub heading: Heading,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// 1 to 15 digits.
    pub prefix: String,
    /// 0 to 1000, at most 8 decimals.
    pub rate: String,
    /// Seconds, 1 to 3600.
    pub first_increment: u32,
    /// Seconds, 1 to 3600.
    pub next_increment: u32,
    /// What the numbers with this prefix are called together, such as a mobile network: 1 to 60 characters.
    #[serde(default)]
    pub group: Option<String>,
}

/// Prices of one country as an account has them (USE-5).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CountryPrices {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Country calling code.
    pub calling_code: Option<u32>,
    /// Of each product and heading the row with the shortest prefix.
    pub standard: Vec<PriceRow>,
    /// At most 10 000.
    pub rows: Vec<PriceRow>,
    /// Whether there are more rows.
    pub more: bool,
    /// In order of kind.
    pub numbers: Vec<NumberRow>,
    /// A month of a seat.
    pub seat: Option<String>,
}

/// How a version stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VersionState {
    /// An import is adding rows, or was cut off: unless it is finished or published it is removed by itself.
    Incomplete,
    /// Rows may be added.
    Draft,
    /// In force from its start on. Its rows never change.
    Published,
    /// Taken back before it began.
    Withdrawn,
    /// Another version was published for the same moment before it began.
    Replaced,
    /// It was in force, and can price nothing any more.
    Retired,
}

/// One version of the price book.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Version {
    /// Counted from 1.
    pub number: u32,
    /// How it stands.
    pub state: VersionState,
    /// From when its prices are, were, or would have been in force.
    #[serde(default, with = "optional_int_text")]
    pub starts_at: Option<Instant>,
    /// How many.
    pub rows: u32,
}

/// Rows in order of product, heading and prefix.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RowPage {
    /// At most 1000.
    pub rows: Vec<PriceRow>,
    /// `after` of the next page.
    pub next: Option<String>,
}

interface_error! {
    /// Errors of `pricing`.
    Error {
        /// Published versions never change.
        AlreadyPublished,
        /// Only what is published can be withdrawn.
        NotPublished,
        /// It began at this moment, or has priced something: it cannot be taken back.
        AlreadyBegun(#[serde(with = "int_text")] Instant),
        /// Two rows for the same product, heading and prefix, or for the same country and kind of number.
        RepeatedRow(String),
    }
}

/// Adds rows to a draft, or to a version that is being imported.
pub fn add_rows(call: &mut Call<'_>, caller: &Caller, version: u32, rows: Vec<PriceRow>) -> Result<Version, Error> {
    let who = credentials::permit(call, caller, "pricing.add-rows", None)?;
    idempotency::once(call, caller, &who.scope(), "pricing.add-rows", &(version, &rows), |call| {
        let mut stored = StoredVersions::load(call)?;
        let entry = stored.entry(version)?;
        entry.take_prices(call.now())?;
        let mut checks = Checks::new();
        checks.require(!rows.is_empty(), "rows", FieldRule::Missing, 1);
        checks.require(rows.len() <= CALL_ROWS_MAX, "rows", FieldRule::TooMany, CALL_ROWS_MAX);
        let total = entry.rows as usize + rows.len();
        checks.require(total <= VERSION_ROWS_MAX, "rows", FieldRule::TooMany, format!("{VERSION_ROWS_MAX} a version"));
        checks.done()?;
        let rows = parse_rows(&rows)?;
        entry.rows = u32::try_from(total).expect("bounded above");
        let content: Vec<(Product, Heading, Row)> =
            rows.iter().map(|parsed| (parsed.product, parsed.heading, parsed.row)).collect();
        entry.digest = digest(&entry.digest, &content);
        let shown = entry.show();
        call.put(VERSIONS_KEY, &stored);
        store_rows(call, version, rows)?;
        Ok(shown)
    })
}

fn show_row(product: Product, heading: Heading, row: &Row, group: Option<String>) -> PriceRow {
    PriceRow {
        product,
        heading,
        country: row.country().to_owned(),
        prefix: row.prefix.to_string(),
        rate: row.rate.to_string(),
        first_increment: u32::from(row.first_increment),
        next_increment: u32::from(row.next_increment),
        group,
    }
}

/// A row that follows every rule.
struct ParsedRow {
    product: Product,
    heading: Heading,
    row: Row,
    group: Option<String>,
}

/// Name of a group: it stands in price files between commas.
fn is_group_name(name: &str) -> bool {
    (1..=GROUP_NAME_MAX).contains(&name.chars().count())
        && name.trim() == name
        && !name.contains([',', '"'])
        && letters::first_unprintable(name).is_none()
}

/// Checks every row. The first 100 broken rules are answered: a file with the wrong columns breaks them all.
fn parse_rows(rows: &[PriceRow]) -> Result<Vec<ParsedRow>, Fault> {
    const ROWS_WITH_PROBLEMS_MAX: usize = 20;
    let mut checks = Checks::new();
    let mut parsed = Vec::with_capacity(rows.len());
    let mut bad = 0;
    for (place, row) in rows.iter().enumerate() {
        match parse_row(row) {
            Some(row) => parsed.push(row),
            None => {
                check_row(&mut checks, place, row);
                bad += 1;
            }
        }
        if bad == ROWS_WITH_PROBLEMS_MAX {
            break;
        }
    }
    checks.done()?;
    Ok(parsed)
}

/// Whether a row is meant for the other side that has no number: such a row may be of no country.
fn is_for_no_number(row: &PriceRow) -> bool {
    row.prefix.is_empty() && !row.heading.needs_number()
}

fn parse_row(row: &PriceRow) -> Option<ParsedRow> {
    let rate = Rate::parse(&row.rate).filter(|rate| *rate <= RATE_MAX)?;
    let seconds = |increment: u32| {
        let fits = if row.product == Product::Voice { (1..=3600).contains(&increment) } else { increment == 0 };
        u16::try_from(increment).ok().filter(|_| fits)
    };
    let parsed = Row {
        prefix: parse_prefix(&row.prefix).filter(|prefix| *prefix != Prefix::EMPTY || is_for_no_number(row))?,
        country: if is_for_no_number(row) && row.country.is_empty() {
            NO_COUNTRY
        } else {
            country::parse(&row.country)?
        },
        rate,
        first_increment: seconds(row.first_increment)?,
        next_increment: seconds(row.next_increment)?,
    };
    let group = match &row.group {
        Some(group) if !is_group_name(group) => return None,
        group => group.clone(),
    };
    Some(ParsedRow { product: row.product, heading: row.heading, row: parsed, group })
}

/// Names what is wrong with a row that could not be parsed.
fn check_row(checks: &mut Checks, place: usize, row: &PriceRow) {
    let field = |name: &str| format!("rows[{place}].{name}");
    if !(is_for_no_number(row) && row.country.is_empty()) {
        checks.form(country::check(&row.country), &field("country"));
    }
    let prefix = Prefix::parse(&row.prefix).is_some() || is_for_no_number(row);
    let limit = if row.heading.needs_number() {
        "1 to 15 digits"
    } else {
        "1 to 15 digits, or empty: for the other side that has no number"
    };
    checks.require(prefix, &field("prefix"), FieldRule::WrongForm, limit);
    match Rate::parse(&row.rate) {
        None => checks.require(false, &field("rate"), FieldRule::WrongForm, "0 or more, at most 8 decimals"),
        Some(rate) => checks.require(rate <= RATE_MAX, &field("rate"), FieldRule::TooLarge, RATE_MAX),
    }
    let (least, most) = if row.product == Product::Voice { (1, 3600) } else { (0, 0) };
    for (name, increment) in [("first-increment", row.first_increment), ("next-increment", row.next_increment)] {
        checks.require(increment >= least, &field(name), FieldRule::TooSmall, least);
        checks.require(increment <= most, &field(name), FieldRule::TooLarge, most);
    }
    let limit = format!("1 to {GROUP_NAME_MAX} characters without comma or quotation mark");
    checks.require(row.group.as_deref().is_none_or(is_group_name), &field("group"), FieldRule::WrongForm, limit);
}

/// Sorts rows into their chunks.
fn store_rows(call: &mut Call<'_>, version: u32, rows: Vec<ParsedRow>) -> Result<(), Error> {
    let mut added: BTreeMap<Place, Vec<Row>> = BTreeMap::new();
    let rows: Vec<(ParsedRow, Place)> = rows
        .into_iter()
        .map(|parsed| {
            let place = (parsed.product, parsed.heading, region(parsed.row.prefix));
            (parsed, place)
        })
        .collect();
    countries::note(call, version, &rows)?;
    for (parsed, place) in rows {
        added.entry(place).or_default().push(parsed.row);
    }
    let mut index = Index::load(call, version)?;
    call.prefetch(added.keys().filter(|place| index.holds(place)).map(|place| chunk_key(version, place)));
    for (place, rows) in added {
        let key = chunk_key(version, &place);
        let mut stored: StoredRows = call.get(&key)?.unwrap_or_default();
        stored.v = 1;
        stored.rows.extend(rows);
        stored.rows.sort_unstable_by_key(|row| row.prefix);
        if let Some(pair) = stored.rows.windows(2).find(|pair| pair[0].prefix == pair[1].prefix) {
            return Err(Error::RepeatedRow(pair[0].prefix.to_string()));
        }
        if stored.rows.len() > CHUNK_ROWS_MAX {
            let limit = format!("{CHUNK_ROWS_MAX} for one product, heading and calling code {}", place.2);
            return Err(Fault::invalid("rows", FieldRule::TooMany, Some(&limit)).into());
        }
        index.0.insert(place, u32::try_from(stored.rows.len()).expect("bounded above"));
        call.put(&key, &stored);
    }
    index.save(call, version);
    Ok(())
}
