//! The price book: the catalogue of products (USE-7), complete versions of their prices with a start time, and price overrides per account (USE-2).
//!
//! A version begins as a draft, or is incomplete while it is imported. Published, its rows never change, and until it begins it
//! can be withdrawn, or replaced by another one for the same moment; once it can price nothing any more it is retired, and makes room.
//!
//! Rows lie in chunks of one version, product, heading and region at `pb/<version>/<product and heading>/<region>`; an index beside
//! them says which there are. A published version never changes, so its chunks are parsed once and kept.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod adding;
mod ahead;
mod built_in;
mod bytes;
mod cache;
mod catalogue;
mod chunk;
mod condition;
mod countries;
mod digits;
mod error;
pub mod floor;
mod index;
mod life;
mod listing;
mod loaded;
mod number_table;
mod numbers;
mod override_rows;
mod overrides;
mod places;
mod product_row;
mod products;
pub mod rating;
mod removing;
mod row;
mod rows;
mod sets;
mod shown;
mod surcharge;
mod surcharges;
mod table;
mod tier_tables;
mod tiers;
pub mod upkeep;
mod versions;

pub use adding::add_rows;
pub use ahead::note_ahead;
pub use catalogue::Catalogue;
pub use countries::by_country;
pub use digits::Prefix;
pub use error::Error;
pub use life::{
    begin_import, create_version, finish_import, list_versions, publish_version, remove_draft, withdraw_version,
};
pub use listing::list_rows;
pub use loaded::catalogue;
pub use number_table::{NumberPrices, NumberRow};
pub use numbers::{get_number_overrides, get_number_prices, number_price, seat_price, set_number_prices};
pub use overrides::{OverrideSet, get_overrides, has_overrides, list_overrides, set_overrides, withdraw_overrides};
pub use places::PREFIX;
pub use product_row::{HeadingRow, ProductRow, QUANTITY_MAX, Rating, Terms, Unit};
pub use products::{add_product, list_products, update_product};
pub use row::Row;
pub use rows::check_use;
pub use shown::{
    Basis, CountryPrices, PriceRow, RowPage, RowTiers, Surcharge, TierMode, TierStep, Version, VersionState,
};
pub use surcharge::Rider;
pub use surcharges::{get_surcharge_overrides, get_surcharges, set_surcharges};
pub use tier_tables::{get_tier_overrides, get_tiers, set_tiers};
pub use tiers::{Part, Tiers};
pub use upkeep::clean;
pub use versions::VERSIONS_KEY;
