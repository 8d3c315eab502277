//! Products as the contract shows them (USE-7): a code with its unit, how it is rated, its headings, and its words on invoices.

use coinbox_ground::product::{Heading, Product, SideRule};
use serde::{Deserialize, Serialize};

/// What a product is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Seconds of time.
    Second,
    /// Parts of messages.
    Part,
    /// Requests that were answered.
    Request,
    /// Bytes of data.
    Byte,
    /// Anything else that is counted.
    Item,
}

impl Unit {
    /// As invoices print a quantity of it.
    pub const fn words(self) -> &'static str {
        match self {
            Unit::Second => "seconds",
            Unit::Part => "parts",
            Unit::Request => "requests",
            Unit::Byte => "bytes",
            Unit::Item => "items",
        }
    }

    /// The word of the contract.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Unit::Second => "second",
            Unit::Part => "part",
            Unit::Request => "request",
            Unit::Byte => "byte",
            Unit::Item => "item",
        }
    }

    /// Most of it in one event or reservation.
    pub const fn quantity_max(self) -> u32 {
        match self {
            Unit::Byte => u32::MAX,
            _ => QUANTITY_MAX,
        }
    }
}

/// Most seconds, parts, requests or items of one event or reservation.
pub const QUANTITY_MAX: u32 = 1_000_000;

/// How a quantity comes to what is billed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rating {
    /// The first increment of the price row at least, and further ones as they are begun.
    Increments,
    /// What was used, as it is.
    PerUnit,
    /// Whole units of the price: one that is begun counts.
    PerStartedUnit,
}

impl Rating {
    /// The word of the contract.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Rating::Increments => "increments",
            Rating::PerUnit => "per-unit",
            Rating::PerStartedUnit => "per-started-unit",
        }
    }
}

/// A heading of a product.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HeadingRow {
    /// Its code, which price rows and events name.
    pub code: Heading,
    /// As invoices print it behind the words of the product; empty: those say everything.
    pub words: String,
    /// What an event says of the other side.
    pub other_side: SideRule,
}

/// A product of the catalogue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProductRow {
    /// Its code, which price rows and events name.
    pub code: Product,
    /// What it is counted in.
    pub unit: Unit,
    /// How it is rated.
    pub rating: Rating,
    /// How many units its price is for.
    pub unit_size: u32,
    /// As invoices print so many units, such as `minutes`, `MB` or `1000 requests`.
    pub price_unit: String,
    /// In the order in which they are listed.
    pub headings: Vec<HeadingRow>,
    /// What the operator's accounting calls its tax class; empty: nothing.
    pub tax_code: String,
    /// As invoices print it.
    pub words: String,
}

impl ProductRow {
    /// A heading.
    pub fn heading(&self, code: Heading) -> Option<&HeadingRow> {
        self.headings.iter().find(|heading| heading.code == code)
    }
}

/// How a use of one product and heading is rated. Small: there is one for each event of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// Number of product and heading in the catalogue.
    pub(crate) pair: u16,
    /// What it is counted in.
    pub unit: Unit,
    /// How it is rated.
    pub rating: Rating,
    /// How many units the price is for.
    pub unit_size: u32,
    /// What an event says of the other side.
    pub side: SideRule,
}

impl Terms {
    /// Most of it in one event or reservation.
    pub const fn quantity_max(&self) -> u32 {
        self.unit.quantity_max()
    }
}
