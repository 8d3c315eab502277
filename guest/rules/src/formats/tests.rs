use super::*;
use crate::ground::product::{Heading, Product};
use crate::ground::testing::{Fake, START};
use crate::ground::vocabulary::{HOUR_MS, MINUTE_MS};
use crate::jobs::{self, Beginning};
use crate::pricing::{self, PriceRow};
use crate::stories::scenario::{Story, operator};
use crate::usage::reservations::{Hold, Kind, Measure, Price, list_open, reserve};
use std::collections::{BTreeMap, BTreeSet};

/// Open reservations that are not of this format yet: three pages of them, and one more.
const OLD: usize = 1501;

fn row(product: Product, prefix: &str, rate: &str, increments: u32) -> PriceRow {
    PriceRow {
        product,
        heading: Heading::OUTBOUND,
        country: "US".to_owned(),
        prefix: prefix.to_owned(),
        rate: rate.to_owned(),
        first_increment: increments,
        next_increment: increments,
        group: None,
    }
}

/// One second costs 0.01; what goes to 1212 is free.
fn story() -> Story {
    let mut story = Story::new();
    story.recharge(60);
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    let rows = vec![
        row(Product::VOICE, "1", "0.6", 6),
        row(Product::VOICE, "1212", "0", 60),
        row(Product::SMS, "1", "0.01", 0),
    ];
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, rows));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    let rated = |product, number: &str, quantity| {
        let number = number.to_owned();
        Price::Rated(Measure { product, heading: Heading::OUTBOUND, number, quantity })
    };
    let hold = |name: &str, kind, price| (name.to_owned(), kind, price);
    let holds = [
        hold("amount", Kind::Call, Price::Fixed(1_000_000)),
        hold("free", Kind::Call, rated(Product::VOICE, "12125550100", 60)),
        hold("message", Kind::Message, rated(Product::SMS, "14155550100", 7)),
        hold("voice", Kind::Call, rated(Product::VOICE, "14155550100", 90)),
    ];
    story.command(|turn, auth| {
        let of = |(name, kind, price)| {
            let auth_id = auth.clone();
            Hold { auth_id, name, kind, price, lasts_ms: MINUTE_MS, at_least: None, source: None }
        };
        reserve(turn, &operator(), holds.into_iter().map(of).collect())
    });
    story
}

/// The store as version 0.1.0 has left it, with many calls more.
fn of_0_1(story: &Story) -> BTreeMap<String, String> {
    let mut dump = story.fake.dump();
    dump.remove(KEY);
    let old = |text: &str| {
        let mut record: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let fields = record.as_object_mut().expect("an object");
        fields.remove("g");
        record.to_string()
    };
    let open: Vec<(String, String)> =
        dump.iter().filter(|(key, _)| key.starts_with("rsv/")).map(|(key, text)| (key.clone(), old(text))).collect();
    assert_eq!(open.len(), 4);
    let voice = open.iter().find(|(key, _)| key.ends_with("/voice")).expect("the call").clone();
    dump.extend(open);
    for number in 0..OLD - 4 {
        dump.insert(format!("{}-{number:04}", voice.0), voice.1.clone());
    }
    dump
}

/// Names of the open reservations with what they were granted.
fn granted(fake: &Fake) -> BTreeMap<String, Option<u64>> {
    let (mut found, mut after) = (BTreeMap::new(), None);
    loop {
        let page = fake.query(START, |turn| list_open(turn, &operator(), None, after, 500)).expect("a page");
        found.extend(page.reservations.into_iter().map(|open| (open.reservation.name, open.granted)));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

fn open_again(story: &Story) -> Result<(), jobs::Error> {
    story.fake.command(story.now, |turn| jobs::store_opened(turn, Beginning::Again))
}

fn begin(story: &Story) -> Result<Next, jobs::Error> {
    story.fake.command(story.now, |turn| jobs::begin(turn, JOB.key()))
}

/// The host dies before each of the calls is safe, and the store is opened again each time: every call is bounded, none is done twice, and at
/// the end each record is what one run without a crash makes of it.
#[test]
fn a_store_of_0_1_is_moved_up_in_bounded_steps_whatever_dies_between_them() {
    let story = story();
    story.fake.replace(&of_0_1(&story));
    let none: BTreeSet<Option<u64>> = granted(&story.fake).into_values().collect();
    assert_eq!(none, BTreeSet::from([None]));
    open_again(&story).expect("an older store");
    assert_eq!(story.fake.timers()[&JOB.key()], (Lane::Normal, story.now));
    let mut calls = 0;
    loop {
        let before = (story.fake.dump(), story.fake.timers());
        let died: Result<(), jobs::Error> = story.fake.command(story.now, |turn| {
            jobs::begin(turn, JOB.key())?;
            Err(jobs::Error::NoSuchJob)
        });
        assert_eq!(died, Err(jobs::Error::NoSuchJob));
        open_again(&story).expect("a store under way");
        assert_eq!((story.fake.dump(), story.fake.timers()), before, "opening again begins nothing anew");
        let next = begin(&story).expect("a step");
        let changed = story.fake.dump().iter().filter(|(key, value)| before.0.get(*key) != Some(*value)).count();
        assert!(changed <= 501, "{changed} records in one call");
        calls += 1;
        if next == Next::Rest {
            break;
        }
    }
    assert_eq!(calls, 4, "three full pages and one record");
    let found = granted(&story.fake);
    assert_eq!(found.len(), OLD);
    let of = |name: &str| found[name];
    // 90 seconds end where an increment of 6 ends; of what is free no amount says how much was asked for.
    assert_eq!((of("voice"), of("message"), of("free"), of("amount")), (Some(90), Some(7), None, None));
    assert!(found.iter().all(|(name, units)| !name.starts_with("voice") || *units == Some(90)));
    assert_eq!(story.fake.dump()[KEY], r#"{"v":1,"format":2}"#);
    assert!(!story.fake.timers().contains_key(&JOB.key()));
    // Opened once more, nothing is left to be done.
    let before = (story.fake.dump(), story.fake.timers());
    open_again(&story).expect("a store of today");
    assert_eq!((story.fake.dump(), story.fake.timers()), before);
}

#[test]
fn a_new_store_is_of_this_format_and_a_host_that_leaves_out_opening_moves_an_older_one_up_a_day_later() {
    let mut story = story();
    story.fake.command(story.now, |turn| jobs::store_opened(turn, Beginning::Created)).expect("a new store");
    assert_eq!(story.fake.dump()[KEY], r#"{"v":1,"format":2}"#);
    assert!(!story.fake.timers().contains_key(&JOB.key()));
    let old = of_0_1(&story);
    story.fake.replace(&old);
    story.advance(24 * HOUR_MS);
    assert_eq!(story.fake.dump()[KEY], r#"{"v":1,"format":2}"#);
}

/// A backup of version 0.1.0 that is restored or copied is an older store too.
#[test]
fn restored_and_copied_stores_of_0_1_are_moved_up() {
    for beginning in [Beginning::Restored(START), Beginning::Copied] {
        let story = story();
        story.fake.replace(&of_0_1(&story));
        story.fake.command(story.now, |turn| jobs::store_opened(turn, beginning)).expect("an older store");
        assert!(story.fake.timers().contains_key(&JOB.key()), "{beginning:?}");
    }
}

#[test]
fn a_store_of_a_newer_format_is_refused_and_stays_as_it_is() {
    let story = story();
    story.fake.plant(KEY, r#"{"v":1,"format":3}"#);
    let before = story.fake.dump();
    let refused = format!("{:?}", open_again(&story));
    assert!(
        refused.contains("store-of-newer-format") && refused.contains("\"3\"") && refused.contains("\"2\""),
        "{refused}"
    );
    assert_eq!(story.fake.dump(), before);
}

#[test]
fn the_table_leads_from_each_format_to_the_next() {
    let mut names = BTreeSet::new();
    let mut format = FIRST;
    for step in STEPS {
        assert!(step.from == format || step.from == format + 1, "{}: the steps are in order", step.name);
        format = step.from;
        assert!(names.insert(step.name) && !step.what.is_empty() && (1..=10_000).contains(&step.bound));
    }
    assert_eq!(format + 1, RECORD_VERSION, "the last step leads to the format that is written");
}
