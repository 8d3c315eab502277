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
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::product::NumberKind;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, Instant};
use coinbox_ledger::wallet;
use std::rc::Rc;

/// Replaces all number prices of a draft.
pub fn set_number_prices(
    turn: &mut Turn<'_>,
    caller: &Caller,
    version: u32,
    prices: NumberPrices,
) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_SET_NUMBER_PRICES)?;
    command.once(turn, &(version, &prices), |turn, _, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let entry = stored.entry(version)?;
        entry.take_prices(turn.now())?;
        let table = PriceTable::parse(&prices)?;
        entry.numbers = u32::try_from(table.count()).expect("bounded");
        entry.numbers_digest = Some(digest("", &table));
        let shown = entry.show();
        turn.put(VERSIONS_KEY, &stored);
        turn.put(&key(version), &table);
        Ok(shown)
    })
}

/// The number prices of a version.
pub fn get_number_prices(turn: &Turn<'_>, caller: &Caller, version: u32) -> Result<NumberPrices, Error> {
    access::query(turn, caller, functions::PRICING_GET_NUMBER_PRICES)?;
    let mut stored = StoredVersions::load(turn)?;
    let has = stored.entry(version)?.numbers_digest.is_some();
    Ok(if has { turn.need::<PriceTable>(&key(version))?.shown() } else { NumberPrices::default() })
}

/// The override number prices of an account in force at a moment.
pub fn get_number_overrides(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    at: Instant,
) -> Result<NumberPrices, Error> {
    let (_, account) = access::query_on(turn, caller, functions::PRICING_GET_NUMBER_OVERRIDES, &auth_id)?;
    Ok(own(turn, account, at)?.map_or_else(NumberPrices::default, |table| table.shown()))
}

/// The account's own table in force at a moment.
fn own(turn: &Turn<'_>, account: AuthId, at: Instant) -> Result<Option<Rc<PriceTable>>, Fault> {
    let sets = Sets::load(turn, account)?;
    let Some(entry) = sets.in_force(at) else { return Ok(None) };
    Ok(loaded::override_rows(turn, account, entry)?.numbers())
}

/// The table of the price book in the currency of an account in force at a moment.
fn general(turn: &Turn<'_>, account: AuthId, at: Instant) -> Result<Option<Rc<PriceTable>>, Fault> {
    let versions = loaded::versions(turn)?;
    let Some(place) = versions.in_force(wallet::currency(turn, account)?, at) else { return Ok(None) };
    let version = versions.at(place);
    version.numbers.as_ref().map(|digest| loaded::number_prices(turn, version.number, digest)).transpose()
}

/// What a number of this country and kind costs a main account at a moment; none: it has no price, so it cannot be bought.
pub fn number_price(
    turn: &Turn<'_>,
    account: AuthId,
    country: &str,
    kind: NumberKind,
    at: Instant,
) -> Result<Option<NumberPrice>, Fault> {
    let Some(country) = parse_country(country) else { return Ok(None) };
    let find = |table: &Rc<PriceTable>| table.prices.get(&(country, kind)).copied();
    if let Some(price) = own(turn, account, at)?.as_ref().and_then(find) {
        return Ok(Some(price));
    }
    Ok(general(turn, account, at)?.as_ref().and_then(find))
}

/// What one seat costs a main account a month at a moment; none: seats have no price.
pub fn seat_price(turn: &Turn<'_>, account: AuthId, at: Instant) -> Result<Option<Money>, Fault> {
    if let Some(seat) = own(turn, account, at)?.and_then(|table| table.seat) {
        return Ok(Some(seat));
    }
    Ok(general(turn, account, at)?.and_then(|table| table.seat))
}

/// The number prices of one country as an account has them, in order of kind.
pub(super) fn of_country(
    turn: &Turn<'_>,
    account: AuthId,
    country: [u8; 2],
    at: Instant,
) -> Result<Vec<NumberRow>, Fault> {
    let mut merged = PriceTable::default();
    for table in [general(turn, account, at)?, own(turn, account, at)?].into_iter().flatten() {
        let rows = table.prices.iter().filter(|((of, _), _)| *of == country);
        merged.prices.extend(rows.map(|(name, price)| (*name, *price)));
    }
    Ok(merged.rows(None))
}
