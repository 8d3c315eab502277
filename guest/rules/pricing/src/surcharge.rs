//! Surcharges: amounts that ride on an event and are charged with it, such as the fee of a carrier (USE-8).
//!
//! A version of the price book and a set of overrides each have a table of them. Of the rows of one code that match an event one
//! holds: the account's own before the price book's, then the most special one. So an override changes a surcharge, and with a rate of 0
//! it waives it.

use crate::catalogue::Catalogue;
use crate::condition::{Condition, Named, Use};
use crate::error::{Error, ROWS_WITH_PROBLEMS_MAX};
use crate::places::prefix;
use crate::product_row::Terms;
use crate::row::Row;
use crate::rows::check_rate;
use crate::shown::{Basis, Surcharge};
use coinbox_forms::code::{CODE_LIMIT, is_code};
use coinbox_forms::letters;
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::product::{Heading, Product, SurchargeCode};
use coinbox_ground::rate::{RATE_MAX, Rate};
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Most surcharges of one version.
pub(super) const VERSION_SURCHARGES_MAX: usize = 500;
/// Most surcharges of one set of overrides.
pub(super) const SET_SURCHARGES_MAX: usize = 100;
/// What the argument is called.
pub(super) const FIELD: &str = "surcharges";
/// Most codes of one product in one table: an event bears so many of the price book's and so many of the account's.
const CODES_MAX: usize = 4;
/// Most bytes of a table: a stored value has room for them.
pub(super) const BYTES_MAX: usize = 250_000;
/// Longest words of an invoice.
const WORDS_MAX: usize = 60;

/// What rides on an event: what rating needs, and a reservation keeps. Stored as `["carrier-fee","Carrier fee","event","0.003"]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Rider {
    /// Its code.
    pub code: SurchargeCode,
    /// As invoices print it.
    pub words: String,
    /// What is counted.
    pub basis: Basis,
    /// For each of these.
    pub rate: Rate,
}

impl Rider {
    /// What it comes to on so much use at a price: rounded once (R3). Nothing was used: nothing rides on it.
    pub fn amount(&self, row: &Row, terms: &Terms, quantity: u32) -> Result<Money, MoneyOverflow> {
        match self.basis {
            _ if quantity == 0 => Ok(Money::ZERO),
            Basis::Event => self.rate.posted(1, 1),
            Basis::Unit => Row { rate: self.rate, ..*row }.amount(terms, quantity),
        }
    }
}

impl Serialize for Rider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.code, &self.words, self.basis, self.rate.to_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rider, D::Error> {
        let (code, words, basis, rate) = <(SurchargeCode, String, Basis, String)>::deserialize(deserializer)?;
        let rate = Rate::parse(&rate).ok_or_else(|| D::Error::custom("rate"))?;
        Ok(Rider { code, words, basis, rate })
    }
}

/// The surcharges of a version or a set of overrides, as they are searched and stored.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct SurchargeTable {
    v: u32,
    rows: Vec<Rule>,
}

impl Record for SurchargeTable {
    const KIND: &'static str = "surcharges";
}

/// One row, stored as `["carrier-fee","Carrier fee","event","0.003","sms","outbound","US",null,"Example Mobile"]`.
#[derive(Clone, PartialEq, Debug)]
struct Rule {
    rider: Rc<Rider>,
    when: Condition,
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rider = &self.rider;
        let (product, heading, country, prefix, group) = self.when.stored();
        let rate = rider.rate.to_string();
        (rider.code, &rider.words, rider.basis, rate, product, heading, country, prefix, group).serialize(serializer)
    }
}

type StoredRule =
    (SurchargeCode, String, Basis, String, Product, Option<Heading>, Option<String>, Option<String>, Option<String>);

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
        let (code, words, basis, rate, product, heading, country, prefix, group) =
            StoredRule::deserialize(deserializer)?;
        let when = Condition::read((product, heading, country, prefix, group));
        let (Some(rate), Some(when)) = (Rate::parse(&rate), when) else {
            return Err(D::Error::custom("surcharge"));
        };
        Ok(Rule { rider: Rc::new(Rider { code, words, basis, rate }), when })
    }
}

/// What a row rides on.
fn named(row: &Surcharge) -> Named<'_> {
    let (country, prefix, group) = (row.country.as_deref(), row.prefix.as_deref(), row.group.as_deref());
    Named { product: row.product, heading: row.heading, country, prefix, group }
}

impl SurchargeTable {
    /// Checks and reads what came; every broken rule is named, of at most 20 rows. `field`: what the argument is called.
    pub(super) fn parse(
        rows: &[Surcharge],
        (field, most): (&str, usize),
        catalogue: &Catalogue,
    ) -> Result<SurchargeTable, Error> {
        let mut checks = Checks::new();
        checks.require(rows.len() <= most, field, FieldRule::TooMany, most);
        checks.done()?;
        let mut checks = Checks::new();
        let (mut read, mut bad) = (Vec::with_capacity(rows.len()), 0);
        for (place, row) in rows.iter().enumerate() {
            match parse_row(row, catalogue) {
                Some(rule) => read.push(rule),
                None => {
                    check_row(&mut checks, &format!("{field}[{place}]"), row, catalogue);
                    bad += 1;
                }
            }
            if bad == ROWS_WITH_PROBLEMS_MAX {
                break;
            }
        }
        checks.done()?;
        check_codes(&read, field)?;
        read.sort_by(|one, other| (one.rider.code, &one.when).cmp(&(other.rider.code, &other.when)));
        let same = |pair: &&[Rule]| pair[0].rider.code == pair[1].rider.code && pair[0].when == pair[1].when;
        match read.windows(2).find(same) {
            Some(pair) => Err(Error::RepeatedRow(pair[0].rider.code.to_string())),
            None => Ok(SurchargeTable { v: 1, rows: read }),
        }
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.rows.len()
    }

    /// Whether some that hold for a use ride only on groups.
    pub(super) fn names_groups(&self, of: &Use<'_>) -> bool {
        self.rows.iter().any(|rule| rule.when.group.is_some() && rule.when.holds(of))
    }

    /// In the form of the contract, in order of code, product and what they ride on.
    pub(super) fn shown(&self) -> impl Iterator<Item = Surcharge> {
        self.rows.iter().map(|Rule { rider, when }| Surcharge {
            code: rider.code.to_string(),
            words: rider.words.clone(),
            product: when.product,
            heading: when.heading,
            country: when.country(),
            prefix: when.prefix(),
            group: when.group.clone(),
            basis: rider.basis,
            rate: rider.rate.to_string(),
        })
    }
}

/// At most so many codes a product.
fn check_codes(read: &[Rule], field: &str) -> Result<(), Fault> {
    let mut codes: BTreeMap<Product, BTreeSet<SurchargeCode>> = BTreeMap::new();
    for rule in read {
        codes.entry(rule.when.product).or_default().insert(rule.rider.code);
    }
    let mut checks = Checks::new();
    let limit = format!("{CODES_MAX} codes for one product");
    checks.require(codes.values().all(|codes| codes.len() <= CODES_MAX), field, FieldRule::TooMany, limit);
    checks.done()
}

fn is_words(text: &str) -> bool {
    (1..=WORDS_MAX).contains(&text.chars().count())
        && text.trim() == text
        && !text.contains([',', '"', '/'])
        && letters::first_unprintable(text).is_none()
}

fn parse_row(row: &Surcharge, catalogue: &Catalogue) -> Option<Rule> {
    let rate = Rate::parse(&row.rate).filter(|rate| *rate <= RATE_MAX)?;
    if !is_code(&row.code) || !is_words(&row.words) {
        return None;
    }
    let rider = Rider { code: SurchargeCode::read(&row.code), words: row.words.clone(), basis: row.basis, rate };
    Some(Rule { rider: Rc::new(rider), when: Condition::parse(&named(row), catalogue)? })
}

/// Names what is wrong with a row that could not be parsed.
fn check_row(checks: &mut Checks, row_field: &str, row: &Surcharge, catalogue: &Catalogue) {
    let field = |name: &str| format!("{row_field}.{name}");
    checks.require(is_code(&row.code), &field("code"), FieldRule::WrongForm, CODE_LIMIT);
    let limit = format!("1 to {WORDS_MAX} characters without comma, quotation mark or slash");
    checks.require(is_words(&row.words), &field("words"), FieldRule::WrongForm, limit);
    Condition::check(checks, &named(row), &field, catalogue);
    check_rate(checks, &field("rate"), &row.rate);
}

/// What rides on a use, in order of code. `tables`: the account's own, then the price book's. `group` is asked only where a row may ride
/// on a group.
pub(super) fn riders(
    tables: [Option<&SurchargeTable>; 2],
    of: &Use<'_>,
    group: impl FnOnce() -> Result<Option<String>, Fault>,
) -> Result<Vec<Rc<Rider>>, Fault> {
    if tables.iter().flatten().next().is_none() {
        return Ok(Vec::new());
    }
    let group = match tables.iter().flatten().any(|table| table.names_groups(of)) {
        true => group()?,
        false => None,
    };
    let mut found: BTreeMap<SurchargeCode, &Rule> = BTreeMap::new();
    for table in tables.into_iter().flatten() {
        let mut own: BTreeMap<SurchargeCode, &Rule> = BTreeMap::new();
        for rule in &table.rows {
            if !rule.when.holds(of) || (rule.when.group.is_some() && rule.when.group != group) {
                continue;
            }
            let held = own.entry(rule.rider.code).or_insert(rule);
            if rule.when.special() > held.when.special() {
                *held = rule;
            }
        }
        for (code, rule) in own {
            found.entry(code).or_insert(rule);
        }
    }
    Ok(found.into_values().filter(|rule| rule.rider.rate.steps() > 0).map(|rule| rule.rider.clone()).collect())
}

/// Key of the surcharges of a version.
pub(super) fn key(version: u32) -> String {
    prefix(version) + "surcharges"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits::Prefix;
    use proptest::prelude::*;

    fn surcharge(code: &str, rate: &str) -> Surcharge {
        Surcharge {
            code: code.to_owned(),
            words: "Carrier fee".to_owned(),
            product: Product::SMS,
            heading: None,
            country: None,
            prefix: None,
            group: None,
            basis: Basis::Unit,
            rate: rate.to_owned(),
        }
    }

    fn table(rows: &[Surcharge]) -> SurchargeTable {
        SurchargeTable::parse(rows, (FIELD, VERSION_SURCHARGES_MAX), &Catalogue::new(Vec::new())).expect("good rows")
    }

    fn row(country: &[u8; 2], first_increment: u16) -> Row {
        let (prefix, rate) = (Prefix::parse("1").expect("digits"), Rate::parse("0.01").expect("a rate"));
        Row { prefix, country: *country, rate, first_increment, next_increment: first_increment }
    }

    /// Codes and rates of what rides on a message.
    fn riding(
        tables: [Option<&SurchargeTable>; 2],
        heading: Heading,
        number: &str,
        country: &[u8; 2],
        group: Option<&str>,
    ) -> Vec<(String, String)> {
        let row = row(country, 0);
        let number = Prefix::parse(number).expect("digits");
        let of = Use { product: Product::SMS, heading, number, row: &row };
        let found = riders(tables, &of, || Ok(group.map(str::to_owned))).expect("readable");
        found.iter().map(|rider| (rider.code.to_string(), rider.rate.to_string())).collect()
    }

    #[test]
    fn stored_surcharges_are_read_back() {
        let named = Surcharge {
            heading: Some(Heading::OUTBOUND),
            country: Some("US".to_owned()),
            group: Some("Example Mobile".to_owned()),
            basis: Basis::Event,
            ..surcharge("carrier-fee", "0.003")
        };
        let stored = table(std::slice::from_ref(&named));
        let text = serde_json::to_string(&stored).expect("plain");
        let row = r#"["carrier-fee","Carrier fee","event","0.003","sms","outbound","US",null,"Example Mobile"]"#;
        assert_eq!(text, format!(r#"{{"v":1,"rows":[{row}]}}"#));
        assert_eq!(serde_json::from_str::<SurchargeTable>(&text).expect("readable"), stored);
        assert_eq!(stored.shown().collect::<Vec<_>>(), [named]);
        assert!(serde_json::from_str::<SurchargeTable>(&text.replace("0.003", "-1")).is_err());
        assert!(serde_json::from_str::<SurchargeTable>(&text.replace("null", "\"x\"")).is_err());
    }

    #[test]
    fn a_unit_is_what_is_billed_and_nothing_rides_on_nothing() {
        let terms = Catalogue::new(Vec::new()).find(Product::VOICE, Heading::OUTBOUND).expect("built in");
        let rider = |basis| Rider {
            code: SurchargeCode::read("fee"),
            words: "Fee".to_owned(),
            basis,
            rate: Rate::parse("0.06").expect("a rate"),
        };
        let minute = row(b"US", 60);
        for (basis, seconds, micros) in [
            (Basis::Unit, 0, 0),
            (Basis::Unit, 1, 60_000),
            (Basis::Unit, 61, 120_000),
            (Basis::Event, 0, 0),
            (Basis::Event, 61, 60_000),
        ] {
            let amount = rider(basis).amount(&minute, &terms, seconds);
            assert_eq!(amount, Ok(Money::from_micros(micros)), "{basis:?} {seconds}");
        }
    }

    #[test]
    fn groups_are_asked_only_where_one_may_count() {
        let plain = table(&[
            surcharge("fee", "1"),
            Surcharge { product: Product::MMS, group: Some("A".to_owned()), ..surcharge("fee", "2") },
        ]);
        let row = row(b"US", 0);
        let number = Prefix::parse("1415").expect("digits");
        let of = Use { product: Product::SMS, heading: Heading::OUTBOUND, number, row: &row };
        let found = riders([None, Some(&plain)], &of, || panic!("no group counts")).expect("readable");
        assert_eq!(found.len(), 1);
        assert_eq!(riders([None, None], &of, || panic!("nothing rides")), Ok(Vec::new()));
    }

    fn any_surcharge() -> impl Strategy<Value = Surcharge> {
        let heading = prop::option::of(prop::sample::select(vec![Heading::OUTBOUND, Heading::INBOUND]));
        let country = prop::option::of(prop::sample::select(vec!["US", "CA"]));
        let prefix = prop::option::of(prop::sample::select(vec!["1", "14", "1415", "2"]));
        let group = prop::option::of(prop::sample::select(vec!["A", "B"]));
        let code = prop::sample::select(vec!["one", "two"]);
        (code, heading, country, prefix, group, 0_u32..4).prop_map(|(code, heading, country, prefix, group, rate)| {
            Surcharge {
                heading,
                country: country.map(str::to_owned),
                prefix: prefix.map(str::to_owned),
                group: group.map(str::to_owned),
                ..surcharge(code, &rate.to_string())
            }
        })
    }

    /// Without two of one code for the same.
    fn distinct(rows: Vec<Surcharge>) -> Vec<Surcharge> {
        let mut kept: Vec<Surcharge> = Vec::new();
        for row in rows {
            if !kept.iter().any(|before| before.replaces(&row)) {
                kept.push(row);
            }
        }
        kept
    }

    proptest! {
        /// As the contract says it: of one code the account's own first, then the longest prefix, a group, a country, a heading; a rate of 0 waives.
        #[test]
        fn the_most_special_of_a_code_rides(
            own in prop::collection::vec(any_surcharge(), 0..8).prop_map(distinct),
            general in prop::collection::vec(any_surcharge(), 0..12).prop_map(distinct),
            heading in prop::sample::select(vec![Heading::OUTBOUND, Heading::INBOUND]),
            number in prop::sample::select(vec!["14155550100", "14165550100", "12125550100", "25550100"]),
            country in prop::sample::select(vec!["US", "CA"]),
            group in prop::option::of(prop::sample::select(vec!["A", "B"])),
        ) {
            let holds = |row: &&Surcharge| {
                row.heading.is_none_or(|named| named == heading)
                    && row.country.as_deref().is_none_or(|named| named == country)
                    && row.prefix.as_deref().is_none_or(|named| number.starts_with(named))
                    && row.group.as_deref().is_none_or(|named| Some(named) == group)
            };
            let mut expected = Vec::new();
            for code in ["one", "two"] {
                let best = |rows: &[Surcharge]| {
                    let of_code = rows.iter().filter(|row| row.code == code).filter(holds);
                    let special = |row: &&Surcharge| (
                        row.prefix.as_ref().map_or(0, String::len), row.group.is_some(), row.country.is_some(), row.heading.is_some(),
                    );
                    of_code.max_by_key(special).cloned()
                };
                if let Some(row) = best(&own).or_else(|| best(&general)).filter(|row| row.rate != "0") {
                    expected.push((row.code, row.rate));
                }
            }
            let (own, general) = (table(&own), table(&general));
            let country: &[u8; 2] = country.as_bytes().try_into().expect("two letters");
            prop_assert_eq!(riding([Some(&own), Some(&general)], heading, number, country, group), expected);
        }
    }
}
