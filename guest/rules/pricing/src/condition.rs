//! When something beside a price row holds for a use: surcharges name it (USE-8).

use crate::catalogue::Catalogue;
use crate::digits::Prefix;
use crate::row::{Row, parse_country};
use crate::rows::{GROUP_LIMIT, check_pair, check_product, is_group_name};
use coinbox_forms::country;
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::vocabulary::{Checks, FieldRule};

/// What the contract names.
pub(super) struct Named<'a> {
    pub(super) product: Product,
    pub(super) heading: Option<Heading>,
    pub(super) country: Option<&'a str>,
    pub(super) prefix: Option<&'a str>,
    pub(super) group: Option<&'a str>,
}

/// All that is named must hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Condition {
    pub(super) product: Product,
    pub(super) heading: Option<Heading>,
    country: Option<[u8; 2]>,
    prefix: Option<Prefix>,
    pub(super) group: Option<String>,
}

/// The use that something is looked for, with the price row that it is rated by.
pub(super) struct Use<'a> {
    pub(super) product: Product,
    pub(super) heading: Heading,
    pub(super) number: Prefix,
    pub(super) row: &'a Row,
}

/// As records have it.
pub(super) type StoredCondition = (Product, Option<Heading>, Option<String>, Option<String>, Option<String>);

impl Condition {
    /// What is named, if all of it has its form.
    pub(super) fn parse(named: &Named<'_>, catalogue: &Catalogue) -> Option<Condition> {
        let product = catalogue.product(named.product)?;
        let heading = named.heading.is_none_or(|heading| product.heading(heading).is_some());
        if !heading || !named.group.is_none_or(is_group_name) {
            return None;
        }
        Some(Condition {
            product: named.product,
            heading: named.heading,
            country: some(named.country, country::parse)?,
            prefix: some(named.prefix, Prefix::parse)?,
            group: named.group.map(str::to_owned),
        })
    }

    /// Names what has not its form.
    pub(super) fn check(
        checks: &mut Checks,
        named: &Named<'_>,
        field: &impl Fn(&str) -> String,
        catalogue: &Catalogue,
    ) {
        match named.heading {
            None => {
                check_product(checks, named.product, field, catalogue);
            }
            Some(heading) => {
                check_pair(checks, (named.product, heading), field, catalogue);
            }
        }
        if let Some(named) = named.country {
            checks.form(country::check(named), &field("country"));
        }
        let prefix = named.prefix.is_none_or(|prefix| Prefix::parse(prefix).is_some());
        checks.require(prefix, &field("prefix"), FieldRule::WrongForm, "1 to 15 digits");
        checks.require(named.group.is_none_or(is_group_name), &field("group"), FieldRule::WrongForm, GROUP_LIMIT);
    }

    /// Whether it holds, groups apart.
    pub(super) fn holds(&self, of: &Use<'_>) -> bool {
        self.product == of.product
            && self.heading.is_none_or(|heading| heading == of.heading)
            && self.country.is_none_or(|country| country == of.row.country)
            && self.prefix.is_none_or(|prefix| of.number.first(prefix.length()) == prefix)
    }

    /// Which of two conditions is more special: by the prefix first, then group, country, heading.
    pub(super) fn special(&self) -> (u32, bool, bool, bool) {
        let length = self.prefix.map_or(0, Prefix::length);
        (length, self.group.is_some(), self.country.is_some(), self.heading.is_some())
    }

    /// The country, as the contract has it.
    pub(super) fn country(&self) -> Option<String> {
        self.country.map(|country| String::from_utf8_lossy(&country).into_owned())
    }

    /// The prefix, as the contract has it.
    pub(super) fn prefix(&self) -> Option<String> {
        self.prefix.map(|prefix| prefix.to_string())
    }

    /// For a record.
    pub(super) fn stored(&self) -> StoredCondition {
        (self.product, self.heading, self.country(), self.prefix(), self.group.clone())
    }

    /// Of a record.
    pub(super) fn read((product, heading, country, prefix, group): StoredCondition) -> Option<Condition> {
        let (country, prefix) = (some(country.as_deref(), parse_country)?, some(prefix.as_deref(), Prefix::parse)?);
        Some(Condition { product, heading, country, prefix, group })
    }
}

/// None of nothing; the outer none: the text has not the form.
fn some<T>(text: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => parse(text).map(Some),
    }
}
