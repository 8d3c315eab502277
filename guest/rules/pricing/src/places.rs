//! Names of the chunks of a version, and of what is kept by product, heading and prefix.

use crate::digits::Prefix;
use coinbox_ground::product::{Heading, Product};

/// Product, heading and region of a chunk.
pub(super) type Place = (Product, Heading, Prefix);

/// Name of the region of prefixes that are shorter than a country calling code.
const NO_REGION: &str = "-";

/// Name of a chunk within its version: `vo/44`.
pub(super) fn name_of((product, heading, region): &Place) -> String {
    let region = if *region == Prefix::EMPTY { NO_REGION.to_owned() } else { region.to_string() };
    format!("{}/{region}", letters(*product, *heading))
}

pub(super) fn parse_name(name: &str) -> Option<Place> {
    let (letters, region) = name.split_once('/')?;
    let (product, heading) = parse_letters(letters)?;
    let region = if region == NO_REGION { Some(Prefix::EMPTY) } else { Prefix::parse(region) };
    Some((product, heading, region?))
}

/// Beginning of the keys of what a version holds.
pub(super) fn prefix(version: u32) -> String {
    format!("pb/{version:04}/")
}

/// Key of a chunk.
pub(super) fn chunk_key(version: u32, place: &Place) -> String {
    prefix(version) + &name_of(place)
}

/// Two letters for keys and cursors.
pub(super) fn letters(product: Product, heading: Heading) -> String {
    [product.letter(), heading.letter()].iter().collect()
}

pub(super) fn parse_letters(text: &str) -> Option<(Product, Heading)> {
    let mut letters = text.chars();
    let pair = (Product::of_letter(letters.next()?)?, Heading::of_letter(letters.next()?)?);
    letters.next().is_none().then_some(pair)
}

/// Under what the name of a row's group is kept.
pub(super) fn group_key(product: Product, heading: Heading, prefix: Prefix) -> String {
    format!("{}/{prefix}", letters(product, heading))
}
