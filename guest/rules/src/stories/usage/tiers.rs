//! What is counted of a month where prices have tiers, and for how long (USE-9).

use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::ground::calendar::Month;
use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::START;
use crate::pricing::{self, PriceRow, RowTiers, TierMode, TierStep};
use crate::stories::scenario::{Story, operator};
use crate::usage::recording::{forget_counted, record_events};
use crate::usage::reservations::{Hold, Kind, Measure, Price, ReserveAnswer, reserve};
use proptest::prelude::*;

/// A story with these prices, and tiers of the prefixes.
fn with_tiers(tiered: &[String], others: &[&str]) -> Story {
    let mut story = Story::new();
    let row = |prefix: &str| PriceRow {
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        country: if prefix.starts_with('1') { "US" } else { "GB" }.to_owned(),
        prefix: prefix.to_owned(),
        rate: "0.01".to_owned(),
        first_increment: 0,
        next_increment: 0,
        group: None,
    };
    let steps = |prefix: &String| RowTiers {
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        prefix: prefix.clone(),
        mode: TierMode::Graduated,
        steps: vec![TierStep { above: 100, rate: "0.008".to_owned() }],
    };
    let rows = tiered.iter().map(String::as_str).chain(others.iter().copied()).map(row).collect();
    let tiers = tiered.iter().map(steps).collect();
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, rows));
    story.command(|turn, _| pricing::set_tiers(turn, &operator(), 1, tiers));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    story
}

fn counts(story: &Story) -> Vec<(String, String)> {
    story.fake.dump().into_iter().filter(|(key, _)| key.starts_with("tier/")).collect()
}

#[test]
fn a_month_is_counted_where_a_row_has_tiers_until_none_of_its_events_is_accepted() {
    let mut story = with_tiers(&["1".to_owned()], &["44"]);
    let event = |id: &str, number: &str, quantity| Event {
        id: id.to_owned(),
        auth_id: story.account.clone(),
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        number: number.to_owned(),
        quantity,
        at: START,
    };
    let events =
        vec![event("e-1", "447700900123", 60), event("e-2", "14155550100", 0), event("e-3", "14155550100", 60)];
    for (event, kept) in events.into_iter().zip([0, 0, 1]) {
        story.command(|turn, _| record_events(turn, &operator(), vec![event]));
        assert_eq!(counts(&story).len(), kept);
    }
    let march = (format!("tier/2026-03/{}/so/1", story.account), r#"{"v":1,"b":60}"#.to_owned());
    assert_eq!(counts(&story), [march]);
    let end = Month::of(START).end();
    for (before, kept) in [(end - 1, 1), (end, 0)] {
        story.command(|turn, _| forget_counted(turn, before));
        assert_eq!(counts(&story).len(), kept, "{before}");
    }
}

/// Each hold is priced behind the count of its own row, and all counts of a batch are read together.
#[test]
fn a_batch_of_holds_reads_all_counts_at_once() {
    let prefixes: Vec<String> = (200..260).map(|area| format!("1{area}")).collect();
    let mut story = with_tiers(&prefixes, &[]);
    let goodwill = Adjustment::Goodwill(Goodwill { amount: 10_000_000, expires: None });
    story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, goodwill, "given".to_owned()));
    let hold = |auth: &str, prefix: &String| Hold {
        auth_id: auth.to_owned(),
        name: prefix.clone(),
        kind: Kind::Message,
        price: Price::Rated(Measure {
            product: Product::SMS,
            heading: Heading::OUTBOUND,
            number: format!("{prefix}5550100"),
            quantity: 1,
        }),
        lasts_ms: 60_000,
        at_least: None,
        source: None,
    };
    let before = story.fake.crossings();
    let answers = story.command(|turn, auth| {
        let holds = prefixes.iter().map(|prefix| hold(&auth, prefix)).collect();
        reserve(turn, &operator(), holds)
    });
    let crossed = story.fake.crossings() - before;
    assert!(
        answers.iter().all(|answer| matches!(answer, ReserveAnswer::Reserved(held) if held.amount == 10_000)),
        "{:?}",
        answers[0]
    );
    assert!(crossed < 25, "{crossed} crossings for {} holds", prefixes.len());
}

/// Steps of the mode volume, in rates of eight decimals.
fn volume(steps: &std::collections::BTreeMap<u64, u64>) -> RowTiers {
    let step = |(above, rate): (&u64, &u64)| TierStep { above: *above, rate: eight_decimals(*rate) };
    RowTiers {
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        prefix: "1".to_owned(),
        mode: TierMode::Volume,
        steps: steps.iter().map(step).collect(),
    }
}

fn eight_decimals(rate: u64) -> String {
    format!("{}.{:08}", rate / 100_000_000, rate % 100_000_000)
}

/// Ledger transactions, parsed.
fn transactions(story: &Story) -> Vec<serde_json::Value> {
    let stored = story.fake.dump().into_iter().filter(|(key, _)| key.starts_with("t/"));
    stored.map(|(_, text)| serde_json::from_str(&text).expect("a record")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the steps, the events and who pays: the month costs its measure at the rate of the step that it reaches. It was rounded once at the last
    /// settlement, and once for each event since. Every transaction sums to zero, and what is stored of the account follows from the ledger.
    #[test]
    fn use_9_a_month_costs_its_measure_at_the_rate_of_its_step(
        first in 0..3_000_000_u64,
        steps in prop::collection::btree_map(1..400_u64, 0..3_000_000_u64, 1..6),
        calls in prop::collection::vec(prop::collection::vec(0..90_u32, 1..4), 1..8),
        credit in prop_oneof![Just(0_i64), 1..20_i64, Just(10_000)],
    ) {
        let mut story = with_tiers(&["1".to_owned()], &[]);
        story.command(|turn, _| pricing::create_version(turn, &operator(), None));
        let row = PriceRow {
            product: Product::SMS,
            heading: Heading::OUTBOUND,
            country: "US".to_owned(),
            prefix: "1".to_owned(),
            rate: eight_decimals(first),
            first_increment: 0,
            next_increment: 0,
            group: None,
        };
        story.command(|turn, _| pricing::add_rows(turn, &operator(), 2, vec![row]));
        story.command(|turn, _| pricing::set_tiers(turn, &operator(), 2, vec![volume(&steps)]));
        story.command(|turn, _| pricing::publish_version(turn, &operator(), 2, START));
        if credit > 0 {
            let goodwill = Adjustment::Goodwill(Goodwill { amount: credit * 10_000, expires: None });
            story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, goodwill, "given".to_owned()));
        }
        let before = story.balance().balance;
        let (mut units, mut events) = (0_u64, 0_i64);
        for (call, quantities) in calls.iter().enumerate() {
            let event = |(place, quantity): (usize, &u32)| Event {
                id: format!("e-{call}-{place}"),
                auth_id: story.account.clone(),
                product: Product::SMS,
                heading: Heading::OUTBOUND,
                number: "14155550100".to_owned(),
                quantity: *quantity,
                at: START,
            };
            let batch: Vec<Event> = quantities.iter().enumerate().map(event).collect();
            units += quantities.iter().map(|quantity| u64::from(*quantity)).sum::<u64>();
            events += i64::try_from(batch.len()).expect("a few");
            story.command(|turn, _| record_events(turn, &operator(), batch.clone()));
            let known = story.fake.dump();
            story.command(|turn, _| record_events(turn, &operator(), batch));
            prop_assert_eq!(story.fake.dump(), known, "a call that comes again changes nothing");
            let rate = steps.range(..units.max(1)).next_back().map_or(first, |(_, rate)| *rate);
            let exact = i128::from(units) * i128::from(rate);
            // In hundredths of micros: each rounding moves by at most half of 0.00001.
            let charged = i128::from(before - story.balance().balance) * 100;
            prop_assert!((charged - exact).abs() <= 500 * i128::from(1 + events), "{charged} for {exact}");
        }
        for transaction in transactions(&story) {
            let postings = transaction["postings"].as_array().expect("postings");
            let sum: i64 = postings.iter().map(|posting| posting[2].as_i64().expect("an amount")).sum();
            prop_assert_eq!(sum, 0, "{}", transaction);
        }
    }
}
