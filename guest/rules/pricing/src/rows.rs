//! Rows of prices as they are given: what is wrong with them, and how they are shown again.

use crate::catalogue::Catalogue;
use crate::digits::Prefix;
use crate::error::ROWS_WITH_PROBLEMS_MAX;
use crate::product_row::{ProductRow, Rating, Terms};
use crate::row::{NO_COUNTRY, Row, parse_prefix};
use crate::shown::PriceRow;
use coinbox_forms::code::CODE_LIMIT;
use coinbox_forms::{country, letters};
use coinbox_ground::product::{self, Heading, Product, SideRule};
use coinbox_ground::rate::{RATE_MAX, Rate};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule};

/// Longest name of a group of numbers.
const GROUP_NAME_MAX: usize = 60;
/// What the name of a group must be.
pub(super) const GROUP_LIMIT: &str = "1 to 60 characters without comma or quotation mark";

pub(super) fn show_row(product: Product, heading: Heading, row: &Row, group: Option<String>) -> PriceRow {
    PriceRow {
        product,
        heading,
        country: row.country().to_owned(),
        prefix: row.prefix.to_string(),
        rate: row.rate.to_string(),
        first_increment: u32::from(row.first_increment),
        next_increment: u32::from(row.next_increment),
        group,
    }
}

/// A row that follows every rule.
pub(super) struct ParsedRow {
    pub(super) product: Product,
    pub(super) heading: Heading,
    pub(super) row: Row,
    pub(super) group: Option<String>,
}

/// Name of a group: it stands in price files between commas.
pub(super) fn is_group_name(name: &str) -> bool {
    (1..=GROUP_NAME_MAX).contains(&name.chars().count())
        && name.trim() == name
        && !name.contains([',', '"'])
        && letters::first_unprintable(name).is_none()
}

/// Checks every row.
pub(super) fn parse_rows(rows: &[PriceRow], catalogue: &Catalogue) -> Result<Vec<ParsedRow>, Fault> {
    let mut checks = Checks::new();
    let mut parsed = Vec::with_capacity(rows.len());
    let mut bad = 0;
    for (place, row) in rows.iter().enumerate() {
        match parse_row(row, catalogue) {
            Some(row) => parsed.push(row),
            None => {
                check_row(&mut checks, place, row, catalogue);
                bad += 1;
            }
        }
        if bad == ROWS_WITH_PROBLEMS_MAX {
            break;
        }
    }
    checks.done()?;
    Ok(parsed)
}

/// Whether a row is meant for the other side that has no number: such a row may be of no country.
fn is_for_no_number(row: &PriceRow, terms: &Terms) -> bool {
    row.prefix.is_empty() && terms.side != SideRule::NumberRequired
}

/// The prefix of a row, if it is one that its heading can have.
fn prefix_of(row: &PriceRow, terms: &Terms) -> Option<Prefix> {
    parse_prefix(&row.prefix).filter(|prefix| {
        let is_empty = *prefix == Prefix::EMPTY;
        if is_empty { is_for_no_number(row, terms) } else { terms.side != SideRule::None }
    })
}

/// Least and most of an increment.
fn increments(terms: &Terms) -> (u32, u32) {
    match terms.rating {
        Rating::Increments => (1, 3600),
        Rating::PerUnit | Rating::PerStartedUnit => (0, 0),
    }
}

fn parse_row(row: &PriceRow, catalogue: &Catalogue) -> Option<ParsedRow> {
    let terms = catalogue.find(row.product, row.heading)?;
    let rate = Rate::parse(&row.rate).filter(|rate| *rate <= RATE_MAX)?;
    let (least, most) = increments(&terms);
    let seconds = |increment: u32| u16::try_from(increment).ok().filter(|_| (least..=most).contains(&increment));
    let parsed = Row {
        prefix: prefix_of(row, &terms)?,
        country: if is_for_no_number(row, &terms) && row.country.is_empty() {
            NO_COUNTRY
        } else {
            country::parse(&row.country)?
        },
        rate,
        first_increment: seconds(row.first_increment)?,
        next_increment: seconds(row.next_increment)?,
    };
    let group = match &row.group {
        Some(group) if !is_group_name(group) => return None,
        group => group.clone(),
    };
    Some(ParsedRow { product: row.product, heading: row.heading, row: parsed, group })
}

/// Names what is wrong with a row that could not be parsed.
fn check_row(checks: &mut Checks, place: usize, row: &PriceRow, catalogue: &Catalogue) {
    let field = |name: &str| format!("rows[{place}].{name}");
    let terms = check_pair(checks, (row.product, row.heading), &field, catalogue);
    if !(row.country.is_empty() && terms.is_none_or(|terms| is_for_no_number(row, &terms))) {
        checks.form(country::check(&row.country), &field("country"));
    }
    if let Some(terms) = terms {
        let limit = match terms.side {
            SideRule::NumberRequired => "1 to 15 digits",
            SideRule::Optional => "1 to 15 digits, or empty: for the other side that has no number",
            SideRule::None => "empty: there is no other side",
        };
        checks.require(prefix_of(row, &terms).is_some(), &field("prefix"), FieldRule::WrongForm, limit);
    }
    check_rate(checks, &field("rate"), &row.rate);
    if let Some(terms) = terms {
        let (least, most) = increments(&terms);
        for (name, increment) in [("first-increment", row.first_increment), ("next-increment", row.next_increment)] {
            checks.require(increment >= least, &field(name), FieldRule::TooSmall, least);
            checks.require(increment <= most, &field(name), FieldRule::TooLarge, most);
        }
    }
    let group = row.group.as_deref().is_none_or(is_group_name);
    checks.require(group, &field("group"), FieldRule::WrongForm, GROUP_LIMIT);
}

/// What a rate must be.
pub(super) fn check_rate(checks: &mut Checks, field: &str, rate: &str) {
    match Rate::parse(rate) {
        None => checks.require(false, field, FieldRule::WrongForm, "0 or more, at most 8 decimals"),
        Some(rate) => checks.require(rate <= RATE_MAX, field, FieldRule::TooLarge, RATE_MAX),
    }
}

/// A product. None: what is wrong with its field is named.
pub(super) fn check_product<'a>(
    checks: &mut Checks,
    product: Product,
    field: &impl Fn(&str) -> String,
    catalogue: &'a Catalogue,
) -> Option<&'a ProductRow> {
    let found = catalogue.product(product);
    let rule = if product.is_formed() { FieldRule::UnknownValue } else { FieldRule::WrongForm };
    let limit = if product.is_formed() { "a product of the catalogue" } else { CODE_LIMIT };
    checks.require(found.is_some(), &field("product"), rule, limit);
    found
}

/// The terms of a product and heading. None: what is wrong with their fields is named.
pub(super) fn check_pair(
    checks: &mut Checks,
    (product, heading): (Product, Heading),
    field: &impl Fn(&str) -> String,
    catalogue: &Catalogue,
) -> Option<Terms> {
    let row = check_product(checks, product, field, catalogue)?;
    let terms = catalogue.find(product, heading);
    if terms.is_none() {
        let known: Vec<&str> = row.headings.iter().map(|heading| heading.code.name()).collect();
        let rule = if heading.is_formed() { FieldRule::UnknownValue } else { FieldRule::WrongForm };
        checks.require(false, &field("heading"), rule, format!("a heading of {product}: {}", known.join(", ")));
    }
    terms
}

/// The terms of what was or will be used, if product, heading, number and quantity have their form. What has not is named.
pub fn check_use(
    checks: &mut Checks,
    catalogue: &Catalogue,
    pair: (Product, Heading),
    (number, quantity): (&str, u32),
    field: &impl Fn(&str) -> String,
) -> Option<Terms> {
    let terms = check_pair(checks, pair, field, catalogue)?;
    let side = product::other_side(terms.side, number).is_some();
    checks.require(side, &field("number"), FieldRule::WrongForm, product::other_side_limit(terms.side));
    let most = terms.quantity_max();
    checks.require(quantity <= most, &field("quantity"), FieldRule::TooLarge, most);
    Some(terms)
}
