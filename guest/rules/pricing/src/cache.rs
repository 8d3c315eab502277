//! Parsed records that outlive a turn: price book versions, chunks, override sets.
//!
//! Everything here is kept under what it was parsed from: a text, or a digest of the content. So a warm instance
//! answers exactly what a fresh one would, whatever store it serves.

use crate::catalogue::Catalogue;
use crate::chunk::Chunk;
use crate::digits::Prefix;
use crate::index::Index;
use crate::number_table::PriceTable;
use crate::override_rows::OverrideRows;
use crate::surcharge::SurchargeTable;
use crate::tiers::TierTable;
use crate::versions::Versions;
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::text::ascii;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Rows that are kept, about 24 bytes each; beyond them the chunks are dropped and read again.
const ROWS_MAX: usize = 250_000;
/// What a chunk, set or index entry counts for besides its rows.
const ENTRY_ROWS: usize = 8;

/// Name of a chunk: region, product, heading, digest of its version's content. What differs most comes first, and is a number.
type ChunkName = (Prefix, Product, Heading, Rc<str>);

/// Digest of a version's rows, and a country: what the groups of its rows are called.
type GroupsName = (Rc<str>, [u8; 2]);
/// Names of groups by product, heading and prefix.
type Groups = Rc<BTreeMap<String, String>>;

/// Parsed immutable records: the slot of this area in what outlives a turn.
#[derive(Default)]
pub(crate) struct BookCache {
    kept: RefCell<Kept>,
}

#[derive(Default)]
struct Kept {
    versions: Option<(Rc<str>, Rc<Versions>)>,
    catalogue: Option<(String, Rc<Catalogue>)>,
    indexes: BTreeMap<Rc<str>, Rc<Index>>,
    chunks: BTreeMap<ChunkName, Rc<Chunk>>,
    sets: BTreeMap<String, Rc<OverrideRows>>,
    numbers: BTreeMap<Rc<str>, Rc<PriceTable>>,
    surcharges: BTreeMap<Rc<str>, Rc<SurchargeTable>>,
    tiers: BTreeMap<Rc<str>, Rc<TierTable>>,
    groups: BTreeMap<GroupsName, Groups>,
    rows: usize,
}

impl Kept {
    fn make_room(&mut self, rows: usize) {
        let wanted = rows + ENTRY_ROWS;
        if self.rows + wanted > ROWS_MAX {
            self.indexes.clear();
            self.chunks.clear();
            self.sets.clear();
            self.numbers.clear();
            self.surcharges.clear();
            self.tiers.clear();
            self.groups.clear();
            self.rows = 0;
        }
        self.rows += wanted;
    }
}

impl BookCache {
    /// The one of this instance.
    pub(super) fn of(turn: &Turn<'_>) -> Rc<BookCache> {
        turn.kept().slot()
    }

    /// The versions of this text.
    pub(super) fn versions(
        &self,
        text: &Rc<str>,
        parse: impl FnOnce() -> Result<Versions, Fault>,
    ) -> Result<Rc<Versions>, Fault> {
        if let Some((known, versions)) = &self.kept.borrow().versions
            && ascii::are_same(known, text)
        {
            return Ok(versions.clone());
        }
        let versions = Rc::new(parse()?);
        self.kept.borrow_mut().versions = Some((text.clone(), versions.clone()));
        Ok(versions)
    }

    /// The catalogue of this digest.
    pub(super) fn catalogue(
        &self,
        digest: &str,
        read: impl FnOnce() -> Result<Catalogue, Fault>,
    ) -> Result<Rc<Catalogue>, Fault> {
        if let Some((known, catalogue)) = &self.kept.borrow().catalogue
            && known == digest
        {
            return Ok(catalogue.clone());
        }
        let catalogue = Rc::new(read()?);
        self.kept.borrow_mut().catalogue = Some((digest.to_owned(), catalogue.clone()));
        Ok(catalogue)
    }

    pub(super) fn index(&self, digest: &Rc<str>) -> Option<Rc<Index>> {
        self.kept.borrow().indexes.get(digest).cloned()
    }

    pub(super) fn keep_index(&self, digest: &Rc<str>, index: &Rc<Index>) {
        let mut kept = self.kept.borrow_mut();
        kept.make_room(index.count());
        kept.indexes.insert(digest.clone(), index.clone());
    }

    pub(super) fn chunk(&self, name: &ChunkName) -> Option<Rc<Chunk>> {
        self.kept.borrow().chunks.get(name).cloned()
    }

    pub(super) fn keep_chunk(&self, name: ChunkName, chunk: &Rc<Chunk>) {
        let mut kept = self.kept.borrow_mut();
        kept.make_room(chunk.rows().len());
        kept.chunks.insert(name, chunk.clone());
    }

    pub(super) fn set(&self, digest: &str) -> Option<Rc<OverrideRows>> {
        self.kept.borrow().sets.get(digest).cloned()
    }

    pub(super) fn keep_set(&self, digest: &str, set: &Rc<OverrideRows>) {
        let mut kept = self.kept.borrow_mut();
        kept.make_room(set.count());
        kept.sets.insert(digest.to_owned(), set.clone());
    }

    pub(super) fn numbers(&self, digest: &str) -> Option<Rc<PriceTable>> {
        self.kept.borrow().numbers.get(digest).cloned()
    }

    pub(super) fn surcharges(&self, digest: &str) -> Option<Rc<SurchargeTable>> {
        self.kept.borrow().surcharges.get(digest).cloned()
    }

    pub(super) fn keep_surcharges(&self, digest: &Rc<str>, table: &Rc<SurchargeTable>) {
        let mut kept = self.kept.borrow_mut();
        kept.make_room(table.count());
        kept.surcharges.insert(digest.clone(), table.clone());
    }

    pub(super) fn tiers(&self, digest: &str) -> Option<Rc<TierTable>> {
        self.kept.borrow().tiers.get(digest).cloned()
    }

    pub(super) fn keep_tiers(&self, digest: &Rc<str>, table: &Rc<TierTable>) {
        let mut kept = self.kept.borrow_mut();
        kept.make_room(table.steps());
        kept.tiers.insert(digest.clone(), table.clone());
    }

    pub(super) fn groups(&self, name: &GroupsName) -> Option<Groups> {
        self.kept.borrow().groups.get(name).cloned()
    }

    pub(super) fn keep_groups(&self, name: GroupsName, groups: &Groups) {
        let mut kept = self.kept.borrow_mut();
        kept.make_room(groups.len());
        kept.groups.insert(name, groups.clone());
    }

    pub(super) fn keep_numbers(&self, digest: &Rc<str>, table: &Rc<PriceTable>) {
        let mut kept = self.kept.borrow_mut();
        kept.make_room(table.count());
        kept.numbers.insert(digest.clone(), table.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let cache = BookCache::default();
        let chunk = Rc::new(Chunk::default());
        for number in 0..40_000_u32 {
            let digest: Rc<str> = Rc::from(format!("{number:032x}"));
            cache.keep_chunk((Prefix::EMPTY, Product::VOICE, Heading::OUTBOUND, digest), &chunk);
        }
        let kept = cache.kept.borrow();
        assert_eq!((kept.chunks.len(), kept.rows), (8_750, 70_000));
    }
}
