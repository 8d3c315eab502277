//! Versions, rows and prices as the contract shows them.

use crate::number_table::NumberRow;
use coinbox_ground::currency::Currency;
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::vocabulary::{Instant, optional_int_text, uint_text};
use serde::{Deserialize, Serialize};

/// One price. Both increments are 0 where the product is not rated in increments.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PriceRow {
    /// What is used.
    pub product: Product,
    /// Which way.
    pub heading: Heading,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// 1 to 15 digits.
    pub prefix: String,
    /// 0 to 1000, at most 8 decimals.
    pub rate: String,
    /// Seconds, 1 to 3600.
    pub first_increment: u32,
    /// Seconds, 1 to 3600.
    pub next_increment: u32,
    /// What the numbers with this prefix are called together, such as a mobile network: 1 to 60 characters.
    #[serde(default)]
    pub group: Option<String>,
}

/// What a surcharge is charged for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Each event once.
    Event,
    /// What is billed of it, in the unit of the product's price.
    Unit,
}

/// A surcharge as the contract has it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Surcharge {
    /// 2 to 30 lower-case letters, digits and hyphens, a letter first.
    pub code: String,
    /// As invoices print it: 1 to 60 characters.
    pub words: String,
    /// Rides on events of this product.
    pub product: Product,
    /// Only of this heading.
    #[serde(default)]
    pub heading: Option<Heading>,
    /// Only where the price row is of this country.
    #[serde(default)]
    pub country: Option<String>,
    /// Only where the other side's number begins so.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Only where the price row is of this group.
    #[serde(default)]
    pub group: Option<String>,
    /// What is counted.
    pub basis: Basis,
    /// 0 to 1000, at most 8 decimals.
    pub rate: String,
}

impl Surcharge {
    /// Whether it is for the same as another one, whatever it costs.
    pub(super) fn replaces(&self, other: &Surcharge) -> bool {
        let of = |surcharge: &Surcharge| {
            let Surcharge { code, product, heading, country, prefix, group, .. } = surcharge.clone();
            (code, product, heading, country, prefix, group)
        };
        of(self) == of(other)
    }
}

/// Which units of a month a step is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TierMode {
    /// Those above it.
    Graduated,
    /// All of the month, once it is above the step.
    Volume,
}

/// From which quantity of a month on a row has which rate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TierStep {
    /// Billed units of the month that come before it.
    #[serde(with = "uint_text")]
    pub above: u64,
    /// 0 to 1000, at most 8 decimals.
    pub rate: String,
}

/// The tiers of a price row as the contract has them (USE-9).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RowTiers {
    /// Of the row.
    pub product: Product,
    /// Of the row.
    pub heading: Heading,
    /// Of the row.
    pub prefix: String,
    /// Which units a step is for.
    pub mode: TierMode,
    /// 1 to 20, ascending.
    pub steps: Vec<TierStep>,
}

/// Prices of one country as an account has them (USE-5).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CountryPrices {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Country calling code.
    pub calling_code: Option<u32>,
    /// Of each product and heading the row with the shortest prefix.
    pub standard: Vec<PriceRow>,
    /// At most 10 000.
    pub rows: Vec<PriceRow>,
    /// Whether there are more rows.
    pub more: bool,
    /// In order of kind.
    pub numbers: Vec<NumberRow>,
    /// A month of a seat.
    pub seat: Option<String>,
    /// What may ride on use of the country: the account's own ones first. One of its own comes before all of the price book's of its code.
    pub surcharges: Vec<Surcharge>,
    /// Tiers of `rows`.
    pub tiers: Vec<RowTiers>,
}

/// How a version stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VersionState {
    /// An import is adding rows, or was cut off: unless it is finished or published it is removed by itself.
    Incomplete,
    /// Rows may be added.
    Draft,
    /// In force from its start on. Its rows never change.
    Published,
    /// Taken back before it began.
    Withdrawn,
    /// Another version was published for the same moment before it began.
    Replaced,
    /// It was in force, and can price nothing any more.
    Retired,
}

/// One version of the price book.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Version {
    /// Counted from 1.
    pub number: u32,
    /// How it stands.
    pub state: VersionState,
    /// From when its prices are, were, or would have been in force.
    #[serde(default, with = "optional_int_text")]
    pub starts_at: Option<Instant>,
    /// How many.
    pub rows: u32,
    /// Of all its prices.
    // Answers that were kept before versions had a currency do not say it.
    #[serde(default = "Currency::usd_code")]
    pub currency: String,
}

/// Rows in order of product, heading and prefix.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RowPage {
    /// At most 1000.
    pub rows: Vec<PriceRow>,
    /// `after` of the next page.
    pub next: Option<String>,
}
