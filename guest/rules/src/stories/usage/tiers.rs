//! What is counted of a month where prices have tiers, and for how long (USE-9).

use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::ground::calendar::Month;
use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::START;
use crate::pricing::{self, PriceRow, RowTiers, TierStep};
use crate::stories::scenario::{Story, operator};
use crate::usage::recording::{forget_counted, record_events};
use crate::usage::reservations::{Hold, Kind, Measure, Price, ReserveAnswer, reserve};

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
