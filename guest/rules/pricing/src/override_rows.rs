//! The rows of one set of price overrides: as they are stored, and ready to be searched.

use crate::chunk::Chunk;
use crate::digits::Prefix;
use crate::number_table::PriceTable;
use crate::places::group_key;
use crate::row::Row;
use crate::surcharge::SurchargeTable;
use crate::tiers::TierTable;
use coinbox_ground::product::{self, Heading, Product};
use coinbox_ground::turn::Record;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Price overrides of an account from some moment on, as they are stored.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StoredOverrides {
    pub(super) v: u32,
    /// By product and heading, as keys have them.
    pub(super) prices: BTreeMap<String, Vec<Row>>,
    /// Names of groups by product, heading and prefix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) groups: BTreeMap<String, String>,
    /// Prices of numbers and seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) numbers: Option<PriceTable>,
    /// What rides on events (USE-8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) surcharges: Option<SurchargeTable>,
    /// Tiers of these rows (USE-9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tiers: Option<TierTable>,
}

impl Record for StoredOverrides {
    const KIND: &'static str = "price overrides";
}

/// Price overrides of an account from some moment on, ready to be searched.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct OverrideRows {
    chunks: BTreeMap<(Product, Heading), Chunk>,
    groups: BTreeMap<String, String>,
    numbers: Option<Rc<PriceTable>>,
    surcharges: Option<SurchargeTable>,
    tiers: Option<TierTable>,
}

impl OverrideRows {
    /// From the stored form. Names that are no product and heading are left out: nothing is ever stored under them.
    pub(crate) fn new(stored: StoredOverrides) -> OverrideRows {
        let chunks =
            stored.prices.into_iter().filter_map(|(pair, rows)| Some((product::parse_pair(&pair)?, Chunk::new(rows))));
        let (groups, surcharges, tiers) = (stored.groups, stored.surcharges, stored.tiers);
        OverrideRows { chunks: chunks.collect(), groups, numbers: stored.numbers.map(Rc::new), surcharges, tiers }
    }

    /// The row with the longest prefix of this number.
    pub(crate) fn find(&self, product: Product, heading: Heading, number: Prefix) -> Option<&Row> {
        self.chunks.get(&(product, heading))?.find(number)
    }

    /// Whether it has a row for exactly this prefix.
    pub(super) fn has(&self, product: Product, heading: Heading, prefix: Prefix) -> bool {
        let chunk = self.chunks.get(&(product, heading));
        chunk.is_some_and(|chunk| chunk.rows().binary_search_by_key(&prefix, |row| row.prefix).is_ok())
    }

    /// All rows by product and heading.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = (Product, Heading, &Chunk)> {
        self.chunks.iter().map(|((product, heading), chunk)| (*product, *heading, chunk))
    }

    /// How many rows.
    pub(crate) fn count(&self) -> usize {
        let numbers = self.numbers.as_ref().map_or(0, |table| table.count());
        let surcharges = self.surcharges.as_ref().map_or(0, SurchargeTable::count);
        let steps = self.tiers.as_ref().map_or(0, TierTable::steps);
        self.chunks.values().map(|chunk| chunk.rows().len()).sum::<usize>() + numbers + surcharges + steps
    }

    /// Name of the group of a row.
    pub(super) fn group(&self, product: Product, heading: Heading, prefix: Prefix) -> Option<String> {
        self.groups.get(&group_key(product, heading, prefix)).cloned()
    }

    /// What rides on events.
    pub(super) fn surcharges(&self) -> Option<&SurchargeTable> {
        self.surcharges.as_ref()
    }

    /// Tiers of these rows.
    pub(super) fn tiers(&self) -> Option<&TierTable> {
        self.tiers.as_ref()
    }

    /// Prices of numbers and seats.
    pub(super) fn numbers(&self) -> Option<Rc<PriceTable>> {
        self.numbers.clone()
    }
}
