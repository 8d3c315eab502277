//! Prices of one country as an account has them (USE-5), and what is kept by country for it: where the rows of a country
//! lie, and the names of groups of numbers such as mobile networks.

use crate::cache::BookCache;
use crate::chunk::StoredRows;
use crate::digits::{Prefix, calling_code};
use crate::error::Error;
use crate::index::Index;
use crate::number_table::NumberRow;
use crate::override_rows::OverrideRows;
use crate::places::{Place, chunk_key, group_key, name_of, parse_name, prefix};
use crate::row::{Row, parse_country, parse_prefix};
use crate::rows::{ParsedRow, show_row};
use crate::sets::Sets;
use crate::shown::{CountryPrices, PriceRow, RowTiers};
use crate::tiers::TierTable;
use crate::versions::Published;
use crate::{loaded, numbers, surcharges};
use coinbox_access::{self as access, credentials, functions};
use coinbox_forms::country;
use coinbox_ground::product::{self, Heading, Product};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};
use coinbox_ledger::wallet;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Most rows of one answer.
const ROWS_MAX: usize = 10_000;
/// Most names of groups of one country: with their prefixes about 100 bytes each, and a stored value holds 256 KiB.
const GROUPS_MAX: usize = 2000;

/// What is kept of one country in one version, at `pb/<version>/by/<country>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Country {
    v: u32,
    /// Names of the chunks that hold rows of the country.
    places: BTreeSet<String>,
    /// Names of groups by product, heading and prefix: `{"so/4477":"Mobile"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    groups: BTreeMap<String, String>,
}

impl Record for Country {
    const KIND: &'static str = "prices of a country";
}

impl Default for Country {
    fn default() -> Country {
        Country { v: 1, places: BTreeSet::new(), groups: BTreeMap::new() }
    }
}

fn key(version: u32, country: [u8; 2]) -> String {
    format!("{}by/{}", prefix(version), std::str::from_utf8(&country).expect("ASCII by construction"))
}

/// Notes where rows of each country lie and what their groups are called.
pub(super) fn note(turn: &mut Turn<'_>, version: u32, rows: &[(ParsedRow, Place)]) -> Result<(), Fault> {
    let touched: BTreeSet<[u8; 2]> = rows.iter().map(|(parsed, _)| parsed.row.country).collect();
    turn.prefetch(touched.iter().map(|country| key(version, *country)));
    for country in touched {
        let key = key(version, country);
        let mut kept: Country = turn.get(&key)?.unwrap_or_default();
        for (parsed, place) in rows.iter().filter(|(parsed, _)| parsed.row.country == country) {
            kept.places.insert(name_of(place));
            if let Some(group) = &parsed.group {
                kept.groups.insert(group_key(parsed.product, parsed.heading, parsed.row.prefix), group.clone());
            }
        }
        if kept.groups.len() > GROUPS_MAX {
            let limit = format!("{GROUPS_MAX} groups a country");
            return Err(Fault::invalid("rows", FieldRule::TooMany, Some(&limit)));
        }
        turn.put(&key, &kept);
    }
    Ok(())
}

/// What the groups of the rows of a country are called in a version, by `group_key`; parsed once.
pub(super) fn groups(
    turn: &Turn<'_>,
    version: &Published,
    country: [u8; 2],
) -> Result<Rc<BTreeMap<String, String>>, Fault> {
    let name = (version.digest.clone(), country);
    if let Some(kept) = BookCache::of(turn).groups(&name) {
        return Ok(kept);
    }
    let kept: Country = turn.get(&key(version.number, country))?.unwrap_or_default();
    let groups = Rc::new(kept.groups);
    BookCache::of(turn).keep_groups(name, &groups);
    Ok(groups)
}

/// Writes the names of their groups into rows of a version.
pub(super) fn name_groups(turn: &Turn<'_>, version: u32, rows: &mut [PriceRow]) -> Result<(), Fault> {
    let countries: BTreeSet<[u8; 2]> = rows.iter().filter_map(|row| parse_country(&row.country)).collect();
    turn.prefetch(countries.iter().map(|country| key(version, *country)));
    let mut known: BTreeMap<String, Country> = BTreeMap::new();
    for country in countries {
        if let Some(kept) = turn.get::<Country>(&key(version, country))? {
            known.insert(String::from_utf8_lossy(&country).into_owned(), kept);
        }
    }
    for row in rows {
        let groups = known.get(&row.country).map(|kept| &kept.groups);
        row.group = groups.and_then(|groups| {
            groups.get(&format!("{}/{}", product::pair(row.product, row.heading), row.prefix)).cloned()
        });
    }
    Ok(())
}

/// A row with what it is for and the name of its group.
type Found = BTreeMap<(Product, Heading, String), (Row, Option<String>)>;

/// The tiers of rows as they will be shown: the account's own of its own rows, the price book's of all others.
fn tiers(rows: &[PriceRow], (general, own): (Option<Rc<TierTable>>, Option<&OverrideRows>)) -> Vec<RowTiers> {
    let of = |row: &PriceRow| {
        let prefix = parse_prefix(&row.prefix)?;
        let is_own = own.is_some_and(|set| set.has(row.product, row.heading, prefix));
        let table = if is_own { own.and_then(OverrideRows::tiers) } else { general.as_deref() };
        let found = table?.find(&(row.product, row.heading, prefix))?;
        Some(RowTiers {
            product: row.product,
            heading: row.heading,
            prefix: row.prefix.clone(),
            mode: found.mode(),
            steps: found.shown(),
        })
    };
    rows.iter().filter_map(of).collect()
}

/// The prices of a country that an account has now: the price book's, its own ones in their places.
pub fn by_country(turn: &Turn<'_>, caller: &Caller, auth_id: String, country: String) -> Result<CountryPrices, Error> {
    let (_, asked) = access::query_on(turn, caller, functions::PRICING_BY_COUNTRY, &auth_id)?;
    let account = credentials::main_of(turn, asked)?.ok_or_else(|| Fault::not_found("account"))?;
    let Some(code) = parse_country(&country).filter(|_| !country::is_mistaken(&country)) else {
        let mut checks = Checks::new();
        checks.form(country::check(&country), "country");
        return Err(checks.done().err().unwrap_or_else(|| Fault::not_found("country")).into());
    };
    let now = turn.now();
    let mut found = Found::new();
    let versions = loaded::versions(turn)?;
    let mut general_tiers = None;
    if let Some(place) = versions.in_force(wallet::currency(turn, account)?, now) {
        general(turn, versions.at(place), code, &mut found)?;
        general_tiers = loaded::tiers(turn, versions.at(place))?;
    }
    let sets = Sets::load(turn, account)?;
    let own = sets.in_force(now).map(|entry| loaded::override_rows(turn, account, entry)).transpose()?;
    if let Some(set) = &own {
        for (product, heading, chunk) in set.chunks() {
            for row in chunk.rows() {
                let name = (product, heading, row.prefix.to_string());
                // A row of one's own for the same prefix wins, whatever country it calls it.
                match found.get_mut(&name) {
                    Some((general, _)) => *general = Row { country: code, ..*row },
                    None if row.country == code => {
                        let group = set.group(product, heading, row.prefix);
                        found.insert(name, (*row, group));
                    }
                    None => {}
                }
            }
        }
    }
    let numbers: Vec<NumberRow> = numbers::of_country(turn, account, code, now)?;
    if found.is_empty() && numbers.is_empty() {
        return Err(Fault::not_found("country").into());
    }
    let shown = |((product, heading, _), (row, group)): (&(Product, Heading, String), &(Row, Option<String>))| {
        show_row(*product, *heading, row, group.clone())
    };
    let rows: Vec<PriceRow> = found.iter().take(ROWS_MAX).map(shown).collect();
    let shortest = found.values().map(|(row, _)| row.prefix).filter(|prefix| *prefix != Prefix::EMPTY).min();
    Ok(CountryPrices {
        country,
        calling_code: shortest.and_then(calling_code),
        standard: standard(&found).into_iter().filter_map(|name| found.get_key_value(&name)).map(shown).collect(),
        tiers: tiers(&rows, (general_tiers, own.as_deref())),
        rows,
        more: found.len() > ROWS_MAX,
        numbers,
        seat: numbers::seat_price(turn, account, now)?.map(|seat| seat.to_string()),
        surcharges: surcharges::of_country(turn, account, code, now)?,
    })
}

/// The rows of a version for a country.
fn general(turn: &Turn<'_>, version: &Published, country: [u8; 2], found: &mut Found) -> Result<(), Fault> {
    let kept: Country = turn.get(&key(version.number, country))?.unwrap_or_default();
    let places: Vec<Place> = if version.by_country {
        kept.places.iter().filter_map(|name| parse_name(name)).collect()
    } else {
        Index::load(turn, version.number)?.places().collect()
    };
    turn.prefetch(places.iter().map(|place| chunk_key(version.number, place)));
    for place in places {
        let stored: StoredRows = turn.need(&chunk_key(version.number, &place))?;
        for row in stored.rows.into_iter().filter(|row| row.country == country) {
            let group = kept.groups.get(&group_key(place.0, place.1, row.prefix)).cloned();
            found.insert((place.0, place.1, row.prefix.to_string()), (row, group));
        }
    }
    Ok(())
}

/// Of each product and heading the row with the shortest prefix: what holds where nothing more special is said.
fn standard(found: &Found) -> Vec<(Product, Heading, String)> {
    let mut shortest: BTreeMap<(Product, Heading), &(Product, Heading, String)> = BTreeMap::new();
    for name in found.keys().filter(|name| !name.2.is_empty()) {
        let kept = shortest.entry((name.0, name.1)).or_insert(name);
        if name.2.len() < kept.2.len() {
            *kept = name;
        }
    }
    shortest.into_values().cloned().collect()
}
