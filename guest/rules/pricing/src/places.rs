//! Names of the chunks of a version, and of what is kept by product, heading and prefix.

use crate::digits::Prefix;
use coinbox_ground::product::{self, Heading, Product};

/// Product, heading and region of a chunk.
pub(super) type Place = (Product, Heading, Prefix);

/// Name of the region of prefixes that are shorter than a country calling code.
const NO_REGION: &str = "-";

/// Name of a chunk within its version: `vo/44`, `lookup:request/44`.
pub(super) fn name_of((product, heading, region): &Place) -> String {
    let region = if *region == Prefix::EMPTY { NO_REGION.to_owned() } else { region.to_string() };
    format!("{}/{region}", product::pair(*product, *heading))
}

pub(super) fn parse_name(name: &str) -> Option<Place> {
    let (pair, region) = name.split_once('/')?;
    let (product, heading) = product::parse_pair(pair)?;
    let region = if region == NO_REGION { Some(Prefix::EMPTY) } else { Prefix::parse(region) };
    Some((product, heading, region?))
}

/// Beginning of the keys of the price book.
pub const PREFIX: &str = "pb/";

/// Beginning of the keys of what a version holds.
pub(super) fn prefix(version: u32) -> String {
    format!("{PREFIX}{version:04}/")
}

/// Key of a chunk.
pub(super) fn chunk_key(version: u32, place: &Place) -> String {
    prefix(version) + &name_of(place)
}

/// Under what the name of a row's group is kept.
pub(super) fn group_key(product: Product, heading: Heading, prefix: Prefix) -> String {
    format!("{}/{prefix}", product::pair(product, heading))
}
