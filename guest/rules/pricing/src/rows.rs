//! Rows of prices as they are given: what is wrong with them, and how they are shown again.

use crate::digits::Prefix;
use crate::error::ROWS_WITH_PROBLEMS_MAX;
use crate::row::{NO_COUNTRY, Row, parse_prefix};
use crate::shown::PriceRow;
use coinbox_forms::{country, letters};
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::rate::{RATE_MAX, Rate};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule};

/// Longest name of a group of numbers.
const GROUP_NAME_MAX: usize = 60;

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
pub(super) fn parse_rows(rows: &[PriceRow]) -> Result<Vec<ParsedRow>, Fault> {
    let mut checks = Checks::new();
    let mut parsed = Vec::with_capacity(rows.len());
    let mut bad = 0;
    for (place, row) in rows.iter().enumerate() {
        match parse_row(row) {
            Some(row) => parsed.push(row),
            None => {
                check_row(&mut checks, place, row);
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
pub(super) fn is_for_no_number(row: &PriceRow) -> bool {
    row.prefix.is_empty() && !row.heading.needs_number()
}

pub(super) fn parse_row(row: &PriceRow) -> Option<ParsedRow> {
    let rate = Rate::parse(&row.rate).filter(|rate| *rate <= RATE_MAX)?;
    let seconds = |increment: u32| {
        let fits = if row.product == Product::Voice { (1..=3600).contains(&increment) } else { increment == 0 };
        u16::try_from(increment).ok().filter(|_| fits)
    };
    let parsed = Row {
        prefix: parse_prefix(&row.prefix).filter(|prefix| *prefix != Prefix::EMPTY || is_for_no_number(row))?,
        country: if is_for_no_number(row) && row.country.is_empty() {
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
pub(super) fn check_row(checks: &mut Checks, place: usize, row: &PriceRow) {
    let field = |name: &str| format!("rows[{place}].{name}");
    if !(is_for_no_number(row) && row.country.is_empty()) {
        checks.form(country::check(&row.country), &field("country"));
    }
    let prefix = Prefix::parse(&row.prefix).is_some() || is_for_no_number(row);
    let limit = if row.heading.needs_number() {
        "1 to 15 digits"
    } else {
        "1 to 15 digits, or empty: for the other side that has no number"
    };
    checks.require(prefix, &field("prefix"), FieldRule::WrongForm, limit);
    match Rate::parse(&row.rate) {
        None => checks.require(false, &field("rate"), FieldRule::WrongForm, "0 or more, at most 8 decimals"),
        Some(rate) => checks.require(rate <= RATE_MAX, &field("rate"), FieldRule::TooLarge, RATE_MAX),
    }
    let (least, most) = if row.product == Product::Voice { (1, 3600) } else { (0, 0) };
    for (name, increment) in [("first-increment", row.first_increment), ("next-increment", row.next_increment)] {
        checks.require(increment >= least, &field(name), FieldRule::TooSmall, least);
        checks.require(increment <= most, &field(name), FieldRule::TooLarge, most);
    }
    let limit = format!("1 to {GROUP_NAME_MAX} characters without comma or quotation mark");
    checks.require(row.group.as_deref().is_none_or(is_group_name), &field("group"), FieldRule::WrongForm, limit);
}
