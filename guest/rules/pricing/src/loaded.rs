//! The catalogue, versions, override sets and number prices, read and parsed once each.

use crate::cache::BookCache;
use crate::catalogue::{self, Catalogue};
use crate::number_table::{self, PriceTable};
use crate::override_rows::{OverrideRows, StoredOverrides};
use crate::sets::SetEntry;
use crate::surcharge::{self, SurchargeTable};
use crate::tiers::{self, TierTable};
use crate::versions::{Published, StoredVersions, VERSIONS_KEY, Versions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use std::rc::Rc;

/// The versions as the call sees them. Parsed once per text.
pub(super) fn versions(turn: &Turn<'_>) -> Result<Rc<Versions>, Fault> {
    let text = turn.text(VERSIONS_KEY).unwrap_or_default();
    BookCache::of(turn).versions(&text, || Ok(Versions::of(StoredVersions::load(turn)?)))
}

/// The catalogue of products as the call sees it. Parsed once a digest.
pub fn catalogue(turn: &Turn<'_>) -> Result<Rc<Catalogue>, Fault> {
    let digest = catalogue::written_digest(turn)?;
    BookCache::of(turn)
        .catalogue(&digest, || if digest.is_empty() { Ok(Catalogue::default()) } else { catalogue::read(turn) })
}

/// The rows of a set, kept under the digest of their content.
pub(super) fn override_rows(turn: &Turn<'_>, account: AuthId, set: &SetEntry) -> Result<Rc<OverrideRows>, Fault> {
    if let Some(rows) = BookCache::of(turn).set(&set.digest) {
        return Ok(rows);
    }
    let stored: StoredOverrides = turn.need(&set.key(account))?;
    let rows = Rc::new(OverrideRows::new(stored));
    BookCache::of(turn).keep_set(&set.digest, &rows);
    Ok(rows)
}

/// The number prices of a version, parsed once a digest.
pub(super) fn number_prices(turn: &Turn<'_>, version: u32, digest: &Rc<str>) -> Result<Rc<PriceTable>, Fault> {
    if let Some(kept) = BookCache::of(turn).numbers(digest) {
        return Ok(kept);
    }
    let table: Rc<PriceTable> = Rc::new(turn.need(&number_table::key(version))?);
    BookCache::of(turn).keep_numbers(digest, &table);
    Ok(table)
}

/// The surcharges of a version, parsed once a digest. None: it has none.
pub(super) fn surcharges(turn: &Turn<'_>, version: &Published) -> Result<Option<Rc<SurchargeTable>>, Fault> {
    let Some(digest) = &version.surcharges else { return Ok(None) };
    if let Some(kept) = BookCache::of(turn).surcharges(digest) {
        return Ok(Some(kept));
    }
    let table: Rc<SurchargeTable> = Rc::new(turn.need(&surcharge::key(version.number))?);
    BookCache::of(turn).keep_surcharges(digest, &table);
    Ok(Some(table))
}

/// The tiers of a version, parsed once a digest. None: it has none.
pub(super) fn tiers(turn: &Turn<'_>, version: &Published) -> Result<Option<Rc<TierTable>>, Fault> {
    let Some(digest) = &version.tiers else { return Ok(None) };
    if let Some(kept) = BookCache::of(turn).tiers(digest) {
        return Ok(Some(kept));
    }
    let table: Rc<TierTable> = Rc::new(turn.need(&tiers::key(version.number))?);
    BookCache::of(turn).keep_tiers(digest, &table);
    Ok(Some(table))
}
