//! What is counted of a month where prices have tiers, and for how long (USE-9).

use crate::ground::calendar::Month;
use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::START;
use crate::pricing::{self, PriceRow, RowTiers, TierStep};
use crate::stories::scenario::{Story, operator};
use crate::usage::recording::{forget_counted, record_events};

fn priced() -> Story {
    let mut story = Story::new();
    let row = |country: &str, prefix: &str| PriceRow {
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        country: country.to_owned(),
        prefix: prefix.to_owned(),
        rate: "0.01".to_owned(),
        first_increment: 0,
        next_increment: 0,
        group: None,
    };
    let rows = vec![row("US", "1"), row("GB", "44")];
    let tiers = RowTiers {
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        prefix: "1".to_owned(),
        steps: vec![TierStep { above: 100, rate: "0.008".to_owned() }],
    };
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, rows));
    story.command(|turn, _| pricing::set_tiers(turn, &operator(), 1, vec![tiers]));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    story
}

fn counts(story: &Story) -> Vec<(String, String)> {
    story.fake.dump().into_iter().filter(|(key, _)| key.starts_with("tier/")).collect()
}

#[test]
fn a_month_is_counted_where_a_row_has_tiers_until_none_of_its_events_is_accepted() {
    let mut story = priced();
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
