//! The tiers of versions and of accounts, set and read (USE-9).
//!
//! Those of a version are one record, `pb/<version>/tiers`; an account's own ones are part of its override sets.

use crate::bytes::check_bytes;
use crate::chunk::StoredRows;
use crate::digits::region;
use crate::error::Error;
use crate::index::Index;
use crate::loaded;
use crate::places::{Place, chunk_key};
use crate::sets::Sets;
use crate::shown::{RowTiers, Version};
use crate::tiers::{self, RowName, TierTable, VERSION_BYTES_MAX, VERSION_TABLES_MAX};
use crate::versions::{StoredVersions, VERSIONS_KEY, digest};
use coinbox_access::{self as access, functions};
use coinbox_ground::rate::Rate;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, Instant};
use std::collections::{BTreeMap, BTreeSet};

/// Replaces all tiers of a draft. The rows that they are of must be there: no row of a draft is ever taken away.
pub fn set_tiers(turn: &mut Turn<'_>, caller: &Caller, version: u32, tiers: Vec<RowTiers>) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_SET_TIERS)?;
    command.once(turn, &(version, &tiers), |turn, _, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let entry = stored.entry(version)?;
        entry.take_prices(turn.now())?;
        let named = tiers::parse(&tiers, VERSION_TABLES_MAX, &*loaded::catalogue(turn)?)?;
        let rates = rates(turn, version, named.iter().map(|(name, ..)| *name))?;
        let table = TierTable::of(named, "a price row of this version", |name| rates.get(&name).copied())?;
        check_bytes(&table, tiers::FIELD, VERSION_BYTES_MAX, "together")?;
        entry.tier_steps = u32::try_from(table.steps()).expect("bounded");
        entry.tiers_digest = (table.steps() > 0).then(|| digest("", &table));
        let shown = entry.show();
        turn.put(VERSIONS_KEY, &stored);
        if table.steps() > 0 {
            turn.put(&tiers::key(version), &table);
        } else {
            turn.remove(&tiers::key(version));
        }
        Ok(shown)
    })
}

/// The rates of those of these rows that a version has.
fn rates(
    turn: &Turn<'_>,
    version: u32,
    names: impl Iterator<Item = RowName>,
) -> Result<BTreeMap<RowName, Rate>, Fault> {
    let names: BTreeSet<RowName> = names.collect();
    let place = |(product, heading, prefix): RowName| -> Place { (product, heading, region(prefix)) };
    let index = Index::load(turn, version)?;
    let places: BTreeSet<Place> = names.iter().copied().map(place).filter(|place| index.holds(place)).collect();
    turn.prefetch(places.iter().map(|place| chunk_key(version, place)));
    let mut rates = BTreeMap::new();
    for place in places {
        let stored: StoredRows = turn.need(&chunk_key(version, &place))?;
        let rows = stored.rows.iter().map(|row| ((place.0, place.1, row.prefix), row.rate));
        rates.extend(rows.filter(|(name, _)| names.contains(name)));
    }
    Ok(rates)
}

/// The tiers of a version, in order of product, heading and prefix.
pub fn get_tiers(turn: &Turn<'_>, caller: &Caller, version: u32) -> Result<Vec<RowTiers>, Error> {
    access::query(turn, caller, functions::PRICING_GET_TIERS)?;
    let mut stored = StoredVersions::load(turn)?;
    let has = stored.entry(version)?.tiers_digest.is_some();
    Ok(if has { turn.need::<TierTable>(&tiers::key(version))?.shown().collect() } else { Vec::new() })
}

/// The override tiers of an account in force at a moment.
pub fn get_tier_overrides(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    at: Instant,
) -> Result<Vec<RowTiers>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::PRICING_GET_TIER_OVERRIDES, &auth_id)?;
    let sets = Sets::load(turn, account)?;
    let Some(entry) = sets.in_force(at) else { return Ok(Vec::new()) };
    let set = loaded::override_rows(turn, account, entry)?;
    Ok(set.tiers().map(|table| table.shown().collect()).unwrap_or_default())
}
