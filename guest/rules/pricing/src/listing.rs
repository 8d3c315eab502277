//! Reading price rows back in order of product, heading and prefix.

use crate::chunk::StoredRows;
use crate::countries::name_groups;
use crate::digits::Prefix;
use crate::error::Error;
use crate::index::Index;
use crate::loaded;
use crate::places::chunk_key;
use crate::row::{Row, parse_prefix};
use crate::rows::show_row;
use crate::shown::RowPage;
use crate::versions::StoredVersions;
use coinbox_access::{self as access, functions};
use coinbox_ground::product::{self, Heading, Product, SideRule};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, FieldRule};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one page.
const PAGE_ROWS: usize = 1000;

/// The rows of a version, at most 1000 a page.
pub fn list_rows(turn: &Turn<'_>, caller: &Caller, version: u32, after: Option<String>) -> Result<RowPage, Error> {
    access::query(turn, caller, functions::PRICING_LIST_ROWS)?;
    StoredVersions::load(turn)?.entry(version)?;
    let cursor = after.as_deref().map(|after| parse_cursor(turn, after)).transpose()?;
    let index = Index::load(turn, version)?;
    let mut rows = Vec::new();
    let mut next = None;
    let pairs: BTreeSet<(Product, Heading)> = index.places().map(|place| (place.0, place.1)).collect();
    for (product, heading) in pairs {
        let beyond = match &cursor {
            Some((reached, _)) if (product, heading) < *reached => continue,
            Some((reached, prefix)) if (product, heading) == *reached => Some(prefix.as_str()),
            _ => None,
        };
        let room = PAGE_ROWS + 1 - rows.len();
        let group = group_rows(turn, version, &index, (product, heading), beyond, room)?;
        rows.extend(group.values().take(room).map(|row| show_row(product, heading, row, None)));
        if rows.len() > PAGE_ROWS {
            rows.truncate(PAGE_ROWS);
            let last = rows.last().expect("a page is not empty");
            next = Some(format!("{}/{}", product::pair(last.product, last.heading), last.prefix));
            break;
        }
    }
    name_groups(turn, version, &mut rows)?;
    Ok(RowPage { rows, next })
}

/// At least `room` rows of one product and heading with prefixes beyond the one reached, if there are so many, without gaps.
///
/// All regions but those of short prefixes follow one another in the order of their digits; the short prefixes are
/// spread among them, so those few are always looked at.
fn group_rows(
    turn: &Turn<'_>,
    version: u32,
    index: &Index,
    group: (Product, Heading),
    beyond: Option<&str>,
    room: usize,
) -> Result<BTreeMap<String, Row>, Fault> {
    let is_spread = |region: Prefix| region == Prefix::EMPTY || region.length() == 1;
    let regions = index.places().filter(|place| (place.0, place.1) == group).map(|place| place.2);
    let (spread, mut in_order): (Vec<Prefix>, Vec<Prefix>) = regions.partition(|region| is_spread(*region));
    in_order.sort_by_key(Prefix::to_string);
    let mut found = BTreeMap::new();
    let mut read = |region: Prefix| -> Result<usize, Fault> {
        let stored: StoredRows = turn.need(&chunk_key(version, &(group.0, group.1, region)))?;
        let before = found.len();
        for row in stored.rows {
            let prefix = row.prefix.to_string();
            if Some(prefix.as_str()) > beyond {
                found.insert(prefix, row);
            }
        }
        Ok(found.len() - before)
    };
    for region in spread {
        read(region)?;
    }
    let mut complete_to = None;
    let mut counted = 0;
    for region in in_order {
        let digits = region.to_string();
        // Every prefix of a region begins with its digits: a region before the cursor's own holds nothing beyond it.
        if beyond.is_some_and(|beyond| digits.as_str() < beyond && !beyond.starts_with(&digits)) {
            continue;
        }
        if counted >= room {
            complete_to = Some(digits);
            break;
        }
        counted += read(region)?;
    }
    if let Some(end) = complete_to {
        found.split_off(&end);
    }
    Ok(found)
}

fn parse_cursor(turn: &Turn<'_>, text: &str) -> Result<((Product, Heading), String), Fault> {
    let catalogue = loaded::catalogue(turn)?;
    text.split_once('/')
        .and_then(|(pair, prefix)| {
            let pair = product::parse_pair(pair)?;
            let needs_number = catalogue.find(pair.0, pair.1)?.side == SideRule::NumberRequired;
            let prefix = parse_prefix(prefix).filter(|prefix| *prefix != Prefix::EMPTY || !needs_number)?;
            Some((pair, prefix.to_string()))
        })
        .ok_or_else(|| Fault::invalid("after", FieldRule::WrongForm, Some("the next of an earlier page")))
}
