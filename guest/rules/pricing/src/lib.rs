//! The price book: complete versions with a start time, and price overrides per account (USE-2).
//!
//! A version begins as a draft, or is incomplete while it is imported. Published, its rows never change, and until it begins it
//! can be withdrawn, or replaced by another one for the same moment; once it can price nothing any more it is retired, and makes room.
//!
//! Rows lie in chunks of one version, product, heading and region at `pb/<version>/<letters>/<region>`; an index beside
//! them says which there are. A published version never changes, so its chunks are parsed once and kept.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod adding;
mod cache;
mod chunk;
mod countries;
mod digits;
mod error;
pub mod floor;
mod life;
mod listing;
mod numbers;
mod overrides;
pub mod rating;
mod rows;
mod shown;
pub mod upkeep;
mod versions;

pub use chunk::Row;
pub use coinbox_ground::rate::Rate;
pub use countries::by_country;
pub use digits::Prefix;
pub use life::{
    begin_import, create_version, finish_import, list_versions, publish_version, remove_draft, withdraw_version,
};
pub use listing::list_rows;
pub use numbers::{NumberPrices, NumberRow, get_number_overrides, get_number_prices, set_number_prices};
pub use numbers::{number_price, seat_price};
pub use overrides::{OverrideSet, get_overrides, has_overrides, list_overrides, set_overrides, withdraw_overrides};
pub use upkeep::{clean, note_ahead};
pub use versions::VERSIONS_KEY;

pub use adding::add_rows;
pub use error::Error;
use rows::{ParsedRow, parse_rows, show_row};
use shown::MOMENT_MAX;
pub use shown::{CountryPrices, PriceRow, RowPage, Version, VersionState};
