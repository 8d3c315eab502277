//! Tiers of price rows: units of a month above so many have another rate, or all units of a month that is above so many (USE-9).
//!
//! A version of the price book and a set of overrides each have a table of them, beside the rows that they refine. A row without tiers is
//! stored and rated as if there were none. How much of a month was used is counted elsewhere: here is what follows from it.

use crate::catalogue::Catalogue;
use crate::digits::Prefix;
use crate::error::{Error, ROWS_WITH_PROBLEMS_MAX};
use crate::places::prefix;
use crate::row::parse_prefix;
use crate::rows::{check_pair, check_rate};
use crate::shown::{RowTiers, TierMode, TierStep};
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::rate::{RATE_MAX, Rate};
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most tables of one version.
pub(super) const VERSION_TABLES_MAX: usize = 1000;
/// Most tables of one set of overrides.
pub(super) const SET_TABLES_MAX: usize = 100;
/// Most bytes of the tiers of a version: a stored value has room for them.
pub(super) const VERSION_BYTES_MAX: usize = 250_000;
/// Most bytes of the tiers of a set: its rows, groups and surcharges are in the same value.
pub(super) const SET_BYTES_MAX: usize = 30_000;
/// What the argument is called.
pub(super) const FIELD: &str = "tiers";
/// Most steps of one row.
const STEPS_MAX: usize = 20;
/// The highest quantity that a step can be at.
const ABOVE_MAX: u64 = 1_000_000_000_000_000;

/// The rates of a row by the quantity of the month: from 0 on its own, then that of each step. Stored as `[[0,"0.012"],[60000,"0.01"]]`, with the mode
/// volume as `{"volume":[[0,"0.012"],[60000,"0.01"]]}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tiers {
    mode: TierMode,
    steps: Vec<(u64, Rate)>,
}

/// What lies in one tier of what is billed of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// Of the tier.
    pub rate: Rate,
    /// How much of what was used.
    pub quantity: u32,
    /// How much of what is billed.
    pub billed: u64,
    /// What it comes to.
    pub amount: Money,
}

impl Tiers {
    /// From the rate of the row, and steps that ascend.
    fn of(mode: TierMode, first: Rate, steps: impl IntoIterator<Item = (u64, Rate)>) -> Tiers {
        Tiers { mode, steps: std::iter::once((0, first)).chain(steps).collect() }
    }

    /// Which units a step is for.
    pub(super) fn mode(&self) -> TierMode {
        self.mode
    }

    /// Whether all units of a month have the rate of the step that it reaches.
    pub fn is_volume(&self) -> bool {
        self.mode == TierMode::Volume
    }

    /// The step in which a month of so many units stands, and its rate: that of its last unit.
    pub fn reached(&self, units: u64) -> (usize, Rate) {
        let place = self.place(units.saturating_sub(1));
        (place, self.steps[place].1)
    }

    /// The tier of the first unit behind so many.
    fn place(&self, before: u64) -> usize {
        self.steps.partition_point(|(above, _)| *above <= before) - 1
    }

    /// The highest rate that use behind so many units of the month may have.
    pub fn highest(&self, before: u64) -> Rate {
        self.steps[self.place(before)..].iter().map(|(_, rate)| *rate).max().expect("the place of a tier")
    }

    /// Splits what is billed of an event behind so many units of the month. All parts together are rounded once (R3), and so is each sum of the
    /// first parts. So a part is what the rounded sum grows by: none is below zero, and the last takes what is left.
    pub(super) fn split(
        &self,
        before: u64,
        (quantity, billed): (u32, u64),
        unit_size: u32,
    ) -> Result<Vec<Part>, MoneyOverflow> {
        let (mut parts, mut place, mut reached) = (Vec::new(), self.place(before), before);
        let (mut quantity_left, mut billed_left) = (quantity, billed);
        let (mut exact, mut posted) = (0_u128, Money::ZERO);
        loop {
            let rate = self.steps[place].1;
            let room = self.steps.get(place + 1).map_or(u64::MAX, |(above, _)| above - reached);
            let billed = billed_left.min(room);
            billed_left -= billed;
            let used = u32::try_from(billed).unwrap_or(u32::MAX).min(quantity_left);
            let quantity = if billed_left == 0 { quantity_left } else { used };
            quantity_left -= quantity;
            exact += u128::from(rate.steps()) * u128::from(billed);
            let total = Rate::posted_sum(exact, u64::from(unit_size))?;
            parts.push(Part { rate, quantity, billed, amount: total.minus(posted)? });
            if billed_left == 0 {
                return Ok(parts);
            }
            (posted, reached, place) = (total, reached + billed, place + 1);
        }
    }

    /// The steps in the form of the contract.
    pub(super) fn shown(&self) -> Vec<TierStep> {
        self.steps[1..].iter().map(|(above, rate)| TierStep { above: *above, rate: rate.to_string() }).collect()
    }
}

/// [`Tiers`] as they are stored.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredTiers {
    Graduated(Vec<(u64, String)>),
    Volume { volume: Vec<(u64, String)> },
}

impl Serialize for Tiers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let steps: Vec<(u64, String)> = self.steps.iter().map(|(above, rate)| (*above, rate.to_string())).collect();
        match self.mode {
            TierMode::Graduated => StoredTiers::Graduated(steps),
            TierMode::Volume => StoredTiers::Volume { volume: steps },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tiers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tiers, D::Error> {
        let (mode, stored) = match StoredTiers::deserialize(deserializer)? {
            StoredTiers::Graduated(steps) => (TierMode::Graduated, steps),
            StoredTiers::Volume { volume } => (TierMode::Volume, volume),
        };
        let read = stored.into_iter().map(|(above, rate)| Some((above, Rate::parse(&rate)?)));
        let tiers: Vec<(u64, Rate)> = read.collect::<Option<_>>().ok_or_else(|| D::Error::custom("rate"))?;
        let starts = tiers.first().is_some_and(|(above, _)| *above == 0);
        let ascends = tiers.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if starts && ascends { Ok(Tiers { mode, steps: tiers }) } else { Err(D::Error::custom("tiers")) }
    }
}

/// What names a row: product, heading, prefix.
pub(super) type RowName = (Product, Heading, Prefix);

/// The row that tiers were given for, their mode, and the steps: above so many units this rate.
pub(super) type GivenTiers = (RowName, TierMode, Vec<(u64, Rate)>);

/// The tiers of a version or of a set of overrides, by the row that has them.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct TierTable(BTreeMap<RowName, Rc<Tiers>>);

/// As it is stored: `{"v":1,"rows":[["voice","outbound","44",[[0,"0.012"],[60000,"0.01"]]]]}`.
#[derive(Serialize, Deserialize)]
struct StoredTable {
    v: u32,
    rows: Vec<(Product, Heading, String, Tiers)>,
}

impl Record for TierTable {
    const KIND: &'static str = "tiers";
}

impl Serialize for TierTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.in_order().map(|((product, heading, prefix), tiers)| (product, heading, prefix, tiers.clone()));
        StoredTable { v: 1, rows: rows.collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TierTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TierTable, D::Error> {
        let stored = StoredTable::deserialize(deserializer)?;
        let read = |(product, heading, prefix, tiers): (Product, Heading, String, Tiers)| {
            Some(((product, heading, parse_prefix(&prefix)?), Rc::new(tiers)))
        };
        let rows = stored.rows.into_iter().map(read).collect::<Option<_>>();
        rows.map(TierTable).ok_or_else(|| D::Error::custom("prefix"))
    }
}

impl TierTable {
    /// The table of what was given. `rate_of` finds the rate of a row, `a_row` says what a table must name.
    pub(super) fn of(
        given: Vec<GivenTiers>,
        a_row: &str,
        rate_of: impl Fn(RowName) -> Option<Rate>,
    ) -> Result<TierTable, Error> {
        let mut checks = Checks::new();
        let mut rows = BTreeMap::new();
        let mut bad = 0;
        for (place, (name, mode, steps)) in given.into_iter().enumerate() {
            let Some(first) = rate_of(name) else {
                checks.require(false, &format!("{FIELD}[{place}].prefix"), FieldRule::UnknownValue, a_row);
                bad += 1;
                if bad == ROWS_WITH_PROBLEMS_MAX {
                    break;
                }
                continue;
            };
            if rows.insert(name, Rc::new(Tiers::of(mode, first, steps))).is_some() {
                return Err(Error::RepeatedRow(name.2.to_string()));
            }
        }
        checks.done()?;
        Ok(TierTable(rows))
    }

    /// How many steps.
    pub(super) fn steps(&self) -> usize {
        self.0.values().map(|tiers| tiers.steps.len() - 1).sum()
    }

    /// The tiers of a row.
    pub(super) fn find(&self, name: &RowName) -> Option<&Rc<Tiers>> {
        self.0.get(name)
    }

    /// In order of product, heading and prefix.
    fn in_order(&self) -> impl Iterator<Item = ((Product, Heading, String), &Tiers)> {
        let mut rows: Vec<_> = self
            .0
            .iter()
            .map(|((product, heading, prefix), tiers)| ((*product, *heading, prefix.to_string()), &**tiers))
            .collect();
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows.into_iter()
    }

    /// In the form of the contract, in order of product, heading and prefix.
    pub(super) fn shown(&self) -> impl Iterator<Item = RowTiers> {
        self.in_order().map(|((product, heading, prefix), tiers)| RowTiers {
            product,
            heading,
            prefix,
            mode: tiers.mode,
            steps: tiers.shown(),
        })
    }
}

/// Checks and reads what came; every broken rule is named, of at most 20 tables.
pub(super) fn parse(given: &[RowTiers], most: usize, catalogue: &Catalogue) -> Result<Vec<GivenTiers>, Fault> {
    let mut checks = Checks::new();
    checks.require(given.len() <= most, FIELD, FieldRule::TooMany, most);
    checks.done()?;
    let mut checks = Checks::new();
    let (mut read, mut bad) = (Vec::with_capacity(given.len()), 0);
    for (place, row) in given.iter().enumerate() {
        match parse_row(row, catalogue) {
            Some(row) => read.push(row),
            None => {
                check_row(&mut checks, &format!("{FIELD}[{place}]"), row, catalogue);
                bad += 1;
            }
        }
        if bad == ROWS_WITH_PROBLEMS_MAX {
            break;
        }
    }
    checks.done()?;
    Ok(read)
}

fn parse_row(row: &RowTiers, catalogue: &Catalogue) -> Option<GivenTiers> {
    catalogue.find(row.product, row.heading)?;
    if !(1..=STEPS_MAX).contains(&row.steps.len()) {
        return None;
    }
    let mut steps = Vec::with_capacity(row.steps.len());
    let mut before = 0;
    for step in &row.steps {
        let rate = Rate::parse(&step.rate).filter(|rate| *rate <= RATE_MAX)?;
        if step.above <= before || step.above > ABOVE_MAX {
            return None;
        }
        before = step.above;
        steps.push((step.above, rate));
    }
    Some(((row.product, row.heading, parse_prefix(&row.prefix)?), row.mode, steps))
}

/// Names what is wrong with a table that could not be parsed.
fn check_row(checks: &mut Checks, row_field: &str, row: &RowTiers, catalogue: &Catalogue) {
    let field = |name: &str| format!("{row_field}.{name}");
    check_pair(checks, (row.product, row.heading), &field, catalogue);
    let prefix = parse_prefix(&row.prefix).is_some();
    checks.require(prefix, &field("prefix"), FieldRule::WrongForm, "0 to 15 digits, as the price row has it");
    checks.require(!row.steps.is_empty(), &field("steps"), FieldRule::Missing, 1);
    checks.require(row.steps.len() <= STEPS_MAX, &field("steps"), FieldRule::TooMany, STEPS_MAX);
    let mut before = 0;
    for (place, step) in row.steps.iter().take(STEPS_MAX).enumerate() {
        let field = |name: &str| field(&format!("steps[{place}].{name}"));
        checks.require(step.above > before, &field("above"), FieldRule::TooSmall, before.saturating_add(1));
        checks.require(step.above <= ABOVE_MAX, &field("above"), FieldRule::TooLarge, ABOVE_MAX);
        check_rate(checks, &field("rate"), &step.rate);
        before = step.above;
    }
}

/// Key of the tiers of a version.
pub(super) fn key(version: u32) -> String {
    prefix(version) + "tiers"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    fn tiers(rates: &[(u64, &str)]) -> Tiers {
        let steps = rates.iter().map(|(above, rate)| (*above, Rate::parse(rate).expect("a rate"))).collect();
        Tiers { mode: TierMode::Graduated, steps }
    }

    fn parts(tiers: &Tiers, before: u64, quantity: u32, billed: u64, unit_size: u32) -> Vec<(String, u32, u64, i64)> {
        let parts = tiers.split(before, (quantity, billed), unit_size).expect("within the bounds of money");
        let part = |part: &Part| (part.rate.to_string(), part.quantity, part.billed, part.amount.micros());
        parts.iter().map(part).collect()
    }

    #[test]
    fn an_event_is_split_where_the_month_reaches_a_step() {
        let minutes = tiers(&[(0, "0.6"), (120, "0.3"), (180, "0")]);
        let part = |rate: &str, quantity, billed, micros| (rate.to_owned(), quantity, billed, micros);
        assert_eq!(parts(&minutes, 0, 0, 0, 60), [part("0.6", 0, 0, 0)]);
        assert_eq!(parts(&minutes, 0, 61, 120, 60), [part("0.6", 61, 120, 1_200_000)]);
        assert_eq!(parts(&minutes, 60, 61, 120, 60), [part("0.6", 60, 60, 600_000), part("0.3", 1, 60, 300_000)]);
        assert_eq!(parts(&minutes, 120, 1, 60, 60), [part("0.3", 1, 60, 300_000)], "a step begins above");
        let all = [part("0.6", 1, 60, 600_000), part("0.3", 0, 60, 300_000), part("0", 0, 180, 0)];
        assert_eq!(parts(&minutes, 60, 1, 300, 60), all);
        assert_eq!(parts(&minutes, u64::MAX, 9, 60, 60), [part("0", 9, 60, 0)]);
    }

    #[test]
    fn the_sum_is_rounded_once_and_no_part_is_below_zero() {
        // Each unit would be rounded up to 0.00001, and all together come to 0.00002.
        let small = tiers(&[(0, "0.000005"), (1, "0.000005"), (2, "0.000005"), (3, "0.000005")]);
        let amounts: Vec<i64> = parts(&small, 0, 4, 4, 1).iter().map(|part| part.3).collect();
        assert_eq!(amounts, [10, 0, 10, 0]);
    }

    #[test]
    fn a_month_stands_in_a_step_once_it_is_above_it() {
        let months = Tiers { mode: TierMode::Volume, ..tiers(&[(0, "3"), (10, "1"), (20, "2")]) };
        let reached = |units| months.reached(units);
        let step = |place, rate: &str| (place, Rate::parse(rate).expect("a rate"));
        assert_eq!([0, 1, 10].map(reached), [0, 0, 0].map(|place| step(place, "3")));
        assert_eq!([11, 20].map(reached), [1, 1].map(|place| step(place, "1")));
        assert_eq!([21, u64::MAX].map(reached), [2, 2].map(|place| step(place, "2")));
        assert!(months.is_volume() && !tiers(&[(0, "3")]).is_volume());
    }

    #[test]
    fn the_highest_rate_is_that_of_tiers_still_to_come() {
        let odd = tiers(&[(0, "3"), (10, "1"), (20, "2")]);
        let highest = |before| odd.highest(before).to_string();
        assert_eq!([0, 9, 10, 19, 20, u64::MAX].map(highest), ["3", "3", "2", "2", "2", "2"]);
    }

    #[test]
    fn stored_tiers_are_read_back() {
        let name = (Product::VOICE, Heading::OUTBOUND, Prefix::parse("44").expect("digits"));
        let table = TierTable(BTreeMap::from([(name, Rc::new(tiers(&[(0, "0.012"), (60_000, "0.01")])))]));
        let text = serde_json::to_string(&table).expect("plain");
        assert_eq!(text, r#"{"v":1,"rows":[["voice","outbound","44",[[0,"0.012"],[60000,"0.01"]]]]}"#);
        assert_eq!(serde_json::from_str::<TierTable>(&text).expect("readable"), table);
        for (good, bad) in [("[0,", "[1,"), ("60000", "0"), (r#""0.01""#, r#""-1""#), (r#""44""#, r#""x""#)] {
            assert!(serde_json::from_str::<TierTable>(&text.replace(good, bad)).is_err(), "{bad}");
        }
        let volume = text.replace("[[0,", r#"{"volume":[[0,"#).replace("]]]]}", "]]}]]}");
        let table = serde_json::from_str::<TierTable>(&volume).expect("readable");
        assert!(table.find(&name).expect("a row").is_volume());
        assert_eq!(serde_json::to_string(&table).expect("plain"), volume);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Unit by unit in decimal numbers: whatever the events are, each costs its units at the rates of their tiers, rounded once.
        #[test]
        fn split_events_cost_what_decimal_arithmetic_says(
            first in 0..=RATE_MAX.steps(),
            steps in prop::collection::btree_map(1..2_000_u64, 0..=RATE_MAX.steps(), 0..20),
            events in prop::collection::vec(0..700_u32, 1..6),
            unit_size in prop_oneof![Just(1_u32), Just(60), 1..1_000_000_u32],
        ) {
            let rates = Tiers::of(TierMode::Graduated, Rate::from_steps(first), steps.iter().map(|(above, rate)| (*above, Rate::from_steps(*rate))));
            let exact = |steps: u64| Decimal::new(i64::try_from(steps).expect("small"), 8);
            let mut before = 0_u64;
            for quantity in events {
                let billed = u64::from(quantity);
                let mut sum = Decimal::ZERO;
                for unit in before..before + billed {
                    sum += exact(steps.range(..=unit).next_back().map_or(first, |(_, rate)| *rate));
                }
                let total = Money::posted(sum / Decimal::from(unit_size)).expect("within the bounds of money");
                let parts = rates.split(before, (quantity, billed), unit_size).expect("within the bounds of money");
                prop_assert_eq!(parts.iter().map(|part| part.amount.micros()).sum::<i64>(), total.micros());
                prop_assert_eq!(parts.iter().map(|part| part.billed).sum::<u64>(), billed);
                prop_assert_eq!(parts.iter().map(|part| part.quantity).sum::<u32>(), quantity);
                prop_assert!(parts.iter().all(|part| part.amount >= Money::ZERO));
                let most = rates.highest(before).posted(billed, u64::from(unit_size)).expect("within the bounds of money");
                prop_assert!(total <= most, "a hold at the highest rate covers it");
                before += billed;
            }
        }
    }
}
