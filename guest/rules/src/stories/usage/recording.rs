//! Batches of events: the other side of any form, the longest IDs.

use crate::ground::product::{Event, Heading, Product, Rejection};
use crate::ground::testing::START;
use crate::ground::vocabulary::MINUTE_MS;
use crate::ledger;
use crate::pricing::{self, PriceRow};
use crate::stories::scenario::{Story, operator};
use crate::usage::recording::EVENTS_MAX;
use crate::usage::recording::{list_rejected, record_events};
use crate::usage::{Answer, BatchAnswer};

fn event(id: String, auth_id: &str, number: &str) -> Event {
    Event {
        id,
        auth_id: auth_id.to_owned(),
        product: Product::VOICE,
        heading: Heading::INBOUND,
        number: number.to_owned(),
        quantity: 60,
        at: START,
    }
}

fn priced() -> Story {
    let mut story = Story::new();
    let row = |prefix: &str, rate: &str| PriceRow {
        product: Product::VOICE,
        heading: Heading::INBOUND,
        country: String::new(),
        prefix: prefix.to_owned(),
        rate: rate.to_owned(),
        first_increment: 60,
        next_increment: 60,
        group: None,
    };
    let rows = vec![row("", "0.004"), PriceRow { country: "US".to_owned(), ..row("1", "0.0055") }];
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, rows));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    story
}

fn record(story: &mut Story, events: &[Event]) -> BatchAnswer {
    let events = events.to_vec();
    story.command(|turn, _| record_events(turn, &operator(), events))
}

/// Case 12-the-other-side-is-no-number: the posting says that no prefix was matched, and holds the other side as it came.
#[test]
fn the_other_side_that_is_no_number_is_posted_as_it_came() {
    let mut story = priced();
    let sides = ["anonymous", "", "AMAZON", "sip:bob@example.com", "Caf\u{e9} \"x\"", "14155550100"];
    let events: Vec<Event> =
        sides.iter().zip(1..).map(|(side, place)| event(format!("c{place}"), &story.account, side)).collect();
    let answer = record(&mut story, &events);
    let rated = [4_000, 4_000, 4_000, 4_000, 4_000, 5_500].map(Answer::Rated);
    assert_eq!(answer.answers, rated);
    let key = format!("{}{}", ledger::PREFIX, answer.transactions[0]);
    let posted: ledger::Transaction = serde_json::from_str(&story.fake.dump()[&key]).expect("a transaction");
    let found: Vec<(&str, &str)> = posted.lines.iter().map(|line| (line.n.as_str(), line.x.as_str())).collect();
    let expected: Vec<(&str, &str)> = sides.iter().copied().zip(["", "", "", "", "", "1"]).collect();
    assert_eq!(found, expected);
}

/// Case 12-the-other-side-is-no-number: whatever the network says of a sender, what came in is rated (R14); a number in another form is
/// rated as that number.
#[test]
fn what_came_in_is_rated_however_its_sender_is_written() {
    let mut story = priced();
    let numbers = ["+14155550123", "tel:+14155550123", "tel:+1-415-555-0123;npdi", "+1 (415) 555-0123"];
    let others = ["12", "7", "0", "1234567890123456", "*67", "(415) 555-0123", "tel:911", "anonymous;npdi"];
    let sides: Vec<&str> = numbers.iter().chain(&others).copied().collect();
    let events: Vec<Event> =
        sides.iter().zip(1..).map(|(side, place)| event(format!("c{place}"), &story.account, side)).collect();
    let answer = record(&mut story, &events);
    let amounts = std::iter::repeat_n(5_500, numbers.len()).chain(std::iter::repeat_n(4_000, others.len()));
    assert_eq!(answer.answers, amounts.map(Answer::Rated).collect::<Vec<_>>());
    // What is called needs digits, so that a mistake is seen before it costs something.
    let called = Event { heading: Heading::OUTBOUND, ..event("c99".to_owned(), &story.account, "+14155550123") };
    assert_eq!(record(&mut story, &[called]).answers, [Answer::Rejected(Rejection::Malformed)]);
}

/// Case 12-the-other-side-is-no-number: IDs and names are long, and a batch of the longest still fits its records.
#[test]
fn a_batch_of_the_longest_ids_fits_its_records() {
    let mut story = priced();
    let events: Vec<Event> =
        (0..EVENTS_MAX).map(|place| event(format!("{place:\"<255}"), &story.account, &"\"".repeat(255))).collect();
    let answer = record(&mut story, &events);
    assert!(answer.answers.iter().all(|answer| *answer == Answer::Rated(4_000)));
    assert!(answer.transactions.len() > 2, "{} transactions", answer.transactions.len());
    assert!(record(&mut story, &events).answers.iter().all(|answer| *answer == Answer::Duplicate));
    // Totals follow a minute later, and their pages fit too.
    story.advance(MINUTE_MS);
    let stored = story.fake.dump();
    let longest = stored.iter().map(|(key, value)| (value.len(), key)).max();
    assert!(longest.is_some_and(|(bytes, _)| bytes <= 256 * 1024), "{longest:?}");
    let pages = stored.iter().filter(|(key, _)| key.starts_with("page/")).map(|(_, page)| {
        let page: serde_json::Value = serde_json::from_str(page).expect("a page");
        page["lines"].as_array().map_or(0, Vec::len)
    });
    let pages: Vec<usize> = pages.collect();
    assert_eq!((pages.iter().sum::<usize>(), pages.len() > 4), (EVENTS_MAX, true), "{pages:?}");
}

/// Case 12-the-other-side-is-no-number: the list of rejected events keeps what is needed to send an event again.
#[test]
fn rejected_events_keep_their_whole_id() {
    let mut story = priced();
    let long = "x".repeat(255);
    let unpriced = Event { product: Product::SMS, ..event(long.clone(), &story.account, "AMAZON") };
    let longer = event("y".repeat(900), &story.account, "14155550100");
    record(&mut story, &[unpriced.clone(), longer.clone()]);
    let page =
        story.fake.query(story.now, |turn| list_rejected(turn, &operator(), None, None, None, 10)).expect("a page");
    let mut kept: Vec<Event> = page.rejected.into_iter().map(|rejected| rejected.event).collect();
    kept.sort_by_key(|event| event.id.len());
    assert_eq!(kept, [unpriced, longer]);
}
