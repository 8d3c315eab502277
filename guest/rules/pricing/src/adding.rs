//! Adding rows to a version: they are sorted into chunks by product, heading and region.

use crate::chunk::StoredRows;
use crate::countries;
use crate::digits::region;
use crate::error::Error;
use crate::index::Index;
use crate::loaded;
use crate::places::{Place, chunk_key};
use crate::row::Row;
use crate::rows::{ParsedRow, parse_rows};
use crate::shown::{PriceRow, Version};
use crate::versions::{StoredVersions, VERSIONS_KEY, digest};
use coinbox_access::{self as access, functions};
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};
use std::collections::BTreeMap;

/// Most rows of one version.
const VERSION_ROWS_MAX: usize = 100_000;

/// Most rows of one call.
const CALL_ROWS_MAX: usize = 1000;

/// Most rows of one chunk: about 50 bytes each, and a stored value holds 256 KiB.
const CHUNK_ROWS_MAX: usize = 5000;

/// Adds rows to a draft, or to a version that is being imported.
pub fn add_rows(turn: &mut Turn<'_>, caller: &Caller, version: u32, rows: Vec<PriceRow>) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_ADD_ROWS)?;
    command.once(turn, &(version, &rows), |turn, _, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let entry = stored.entry(version)?;
        entry.take_prices(turn.now())?;
        let mut checks = Checks::new();
        checks.require(!rows.is_empty(), "rows", FieldRule::Missing, 1);
        checks.require(rows.len() <= CALL_ROWS_MAX, "rows", FieldRule::TooMany, CALL_ROWS_MAX);
        let total = entry.rows as usize + rows.len();
        checks.require(total <= VERSION_ROWS_MAX, "rows", FieldRule::TooMany, format!("{VERSION_ROWS_MAX} a version"));
        checks.done()?;
        let rows = parse_rows(&rows, &*loaded::catalogue(turn)?)?;
        entry.rows = u32::try_from(total).expect("bounded above");
        let content: Vec<(Product, Heading, Row)> =
            rows.iter().map(|parsed| (parsed.product, parsed.heading, parsed.row)).collect();
        entry.digest = digest(&entry.digest, &content);
        // What is kept under the digest is rows and names of groups.
        let groups: Vec<&Option<String>> = rows.iter().map(|parsed| &parsed.group).collect();
        if groups.iter().any(|group| group.is_some()) {
            entry.digest = digest(&entry.digest, &groups);
        }
        let shown = entry.show();
        turn.put(VERSIONS_KEY, &stored);
        store_rows(turn, version, rows)?;
        Ok(shown)
    })
}

/// Sorts rows into their chunks.
fn store_rows(turn: &mut Turn<'_>, version: u32, rows: Vec<ParsedRow>) -> Result<(), Error> {
    let mut added: BTreeMap<Place, Vec<Row>> = BTreeMap::new();
    let rows: Vec<(ParsedRow, Place)> = rows
        .into_iter()
        .map(|parsed| {
            let place = (parsed.product, parsed.heading, region(parsed.row.prefix));
            (parsed, place)
        })
        .collect();
    countries::note(turn, version, &rows)?;
    for (parsed, place) in rows {
        added.entry(place).or_default().push(parsed.row);
    }
    let mut index = Index::load(turn, version)?;
    turn.prefetch(added.keys().filter(|place| index.holds(place)).map(|place| chunk_key(version, place)));
    for (place, rows) in added {
        let key = chunk_key(version, &place);
        let mut stored: StoredRows = turn.get(&key)?.unwrap_or_default();
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
        index.note(place, u32::try_from(stored.rows.len()).expect("bounded above"));
        turn.put(&key, &stored);
    }
    index.save(turn, version);
    Ok(())
}
