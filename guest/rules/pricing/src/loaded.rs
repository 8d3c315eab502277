//! Versions, override sets and number prices, read and parsed once each.

use crate::cache::BookCache;
use crate::number_table::{self, PriceTable};
use crate::override_rows::{OverrideRows, StoredOverrides};
use crate::sets::SetEntry;
use crate::versions::{StoredVersions, VERSIONS_KEY, Versions};
use coinbox_ground::call::Call;
use coinbox_ground::ids::AuthId;
use coinbox_ground::vocabulary::Fault;
use std::rc::Rc;

/// The versions as the call sees them. Parsed once per text.
pub(super) fn versions(call: &Call<'_>) -> Result<Rc<Versions>, Fault> {
    let text = call.text(VERSIONS_KEY).unwrap_or_default();
    BookCache::of(call).versions(&text, || Ok(Versions::of(StoredVersions::load(call)?)))
}

/// The rows of a set, kept under the digest of their content.
pub(super) fn override_rows(call: &Call<'_>, account: AuthId, set: &SetEntry) -> Result<Rc<OverrideRows>, Fault> {
    if let Some(rows) = BookCache::of(call).set(&set.digest) {
        return Ok(rows);
    }
    let stored: StoredOverrides = call.need(&set.key(account))?;
    let rows = Rc::new(OverrideRows::new(stored));
    BookCache::of(call).keep_set(&set.digest, &rows);
    Ok(rows)
}

/// The number prices of a version, parsed once a digest.
pub(super) fn number_prices(call: &Call<'_>, version: u32, digest: &Rc<str>) -> Result<Rc<PriceTable>, Fault> {
    if let Some(kept) = BookCache::of(call).numbers(digest) {
        return Ok(kept);
    }
    let table: Rc<PriceTable> = Rc::new(call.need(&number_table::key(version))?);
    BookCache::of(call).keep_numbers(digest, &table);
    Ok(table)
}
