//! What phone numbers and seats cost: by country and kind of number, and a month of a seat (USE-2, NUM-1, INV-8).
//!
//! The number prices of a version are one record, `pb/<version>/numbers`; an account's own ones are part of its override
//! sets. Both are looked up at the moment that is charged for, never at the moment of charging.

use crate::error::Error;
use crate::loaded;
use crate::number_table::{NumberPrice, NumberPrices, NumberRow, PriceTable, key};
use crate::row::parse_country;
use crate::sets::Sets;
use crate::shown::Version;
use crate::versions::{StoredVersions, VERSIONS_KEY, digest};
use coinbox_access::{self as access, functions};
use coinbox_ground::call::Call;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::product::NumberKind;
use coinbox_ground::vocabulary::{Caller, Fault, Instant};
use std::rc::Rc;

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
        call.put(VERSIONS_KEY, &stored);
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

/// The account's own table in force at a moment.
fn own(call: &Call<'_>, account: AuthId, at: Instant) -> Result<Option<Rc<PriceTable>>, Fault> {
    let sets = Sets::load(call, account)?;
    let Some(entry) = sets.in_force(at) else { return Ok(None) };
    Ok(loaded::override_rows(call, account, entry)?.numbers())
}

/// The table of the price book in force at a moment.
fn general(call: &Call<'_>, at: Instant) -> Result<Option<Rc<PriceTable>>, Fault> {
    let versions = loaded::versions(call)?;
    let Some(place) = versions.in_force(at) else { return Ok(None) };
    let version = versions.at(place);
    version.numbers.as_ref().map(|digest| loaded::number_prices(call, version.number, digest)).transpose()
}

/// What a number of this country and kind costs a main account at a moment; none: it has no price, so it cannot be bought.
pub fn number_price(
    call: &Call<'_>,
    account: AuthId,
    country: &str,
    kind: NumberKind,
    at: Instant,
) -> Result<Option<NumberPrice>, Fault> {
    let Some(country) = parse_country(country) else { return Ok(None) };
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
