//! The surcharges of versions and of accounts, set and read (USE-8).
//!
//! Those of a version are one record, `pb/<version>/surcharges`; an account's own ones are part of its override sets.

use crate::bytes::check_bytes;
use crate::error::Error;
use crate::loaded;
use crate::row::parse_country;
use crate::sets::Sets;
use crate::shown::{Surcharge, Version};
use crate::surcharge::{BYTES_MAX, FIELD, SurchargeTable, VERSION_SURCHARGES_MAX, key};
use crate::versions::{StoredVersions, VERSIONS_KEY, digest};
use coinbox_access::{self as access, functions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, Instant};
use coinbox_ledger::wallet;

/// Replaces all surcharges of a draft.
pub fn set_surcharges(
    turn: &mut Turn<'_>,
    caller: &Caller,
    version: u32,
    surcharges: Vec<Surcharge>,
) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_SET_SURCHARGES)?;
    command.once(turn, &(version, &surcharges), |turn, _, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let entry = stored.entry(version)?;
        entry.take_prices(turn.now())?;
        let table = SurchargeTable::parse(&surcharges, (FIELD, VERSION_SURCHARGES_MAX), &*loaded::catalogue(turn)?)?;
        check_bytes(&table, FIELD, BYTES_MAX, "together")?;
        entry.surcharges = u32::try_from(table.count()).expect("bounded");
        entry.surcharges_digest = (table.count() > 0).then(|| digest("", &table));
        let shown = entry.show();
        turn.put(VERSIONS_KEY, &stored);
        if table.count() > 0 {
            turn.put(&key(version), &table);
        } else {
            turn.remove(&key(version));
        }
        Ok(shown)
    })
}

/// The surcharges of a version, in order of code.
pub fn get_surcharges(turn: &Turn<'_>, caller: &Caller, version: u32) -> Result<Vec<Surcharge>, Error> {
    access::query(turn, caller, functions::PRICING_GET_SURCHARGES)?;
    let mut stored = StoredVersions::load(turn)?;
    let has = stored.entry(version)?.surcharges_digest.is_some();
    Ok(if has { turn.need::<SurchargeTable>(&key(version))?.shown().collect() } else { Vec::new() })
}

/// The override surcharges of an account in force at a moment.
pub fn get_surcharge_overrides(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    at: Instant,
) -> Result<Vec<Surcharge>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::PRICING_GET_SURCHARGE_OVERRIDES, &auth_id)?;
    let sets = Sets::load(turn, account)?;
    let Some(entry) = sets.in_force(at) else { return Ok(Vec::new()) };
    let set = loaded::override_rows(turn, account, entry)?;
    Ok(set.surcharges().map(|table| table.shown().collect()).unwrap_or_default())
}

/// What may ride on use of a country, as an account has it: its own surcharges first, each in order of code.
pub(super) fn of_country(
    turn: &Turn<'_>,
    account: AuthId,
    country: [u8; 2],
    at: Instant,
) -> Result<Vec<Surcharge>, Fault> {
    let wanted =
        |surcharge: &Surcharge| surcharge.country.as_deref().is_none_or(|named| parse_country(named) == Some(country));
    let mut shown = Vec::new();
    let sets = Sets::load(turn, account)?;
    if let Some(entry) = sets.in_force(at) {
        let set = loaded::override_rows(turn, account, entry)?;
        shown.extend(set.surcharges().into_iter().flat_map(SurchargeTable::shown).filter(wanted));
    }
    let versions = loaded::versions(turn)?;
    if let Some(place) = versions.in_force(wallet::currency(turn, account)?, at)
        && let Some(table) = loaded::surcharges(turn, versions.at(place))?
    {
        // A row of one's own for the same takes the place of the price book's.
        let general = table.shown().filter(wanted).filter(|row| !shown.iter().any(|mine| mine.replaces(row)));
        let general: Vec<Surcharge> = general.collect();
        shown.extend(general);
    }
    Ok(shown)
}
