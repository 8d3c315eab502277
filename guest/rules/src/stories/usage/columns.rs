//! Batches as columns: the same as the list of their events, for any events.

use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::{Dice, START, keyed};
use crate::ground::texts::Texts;
use crate::ground::vocabulary::{Caller, Fault, Refusal};
use crate::pricing::{self, PriceRow};
use crate::stories::scenario::{Story, operator};
use crate::usage::recording::{AnswerColumns, EventColumns, ProductUse, record_columns, record_events};
use crate::usage::{BatchAnswer, Error};

fn priced() -> Story {
    let mut story = Story::new();
    let row = |product: Product, heading: Heading, prefix: &str| PriceRow {
        product,
        heading,
        country: if prefix.is_empty() { String::new() } else { "US".to_owned() },
        prefix: prefix.to_owned(),
        rate: "0.0123".to_owned(),
        first_increment: if product == Product::VOICE { 60 } else { 0 },
        next_increment: if product == Product::VOICE { 6 } else { 0 },
        group: None,
    };
    let rows = vec![
        row(Product::VOICE, Heading::OUTBOUND, "1"),
        row(Product::VOICE, Heading::INBOUND, ""),
        row(Product::SMS, Heading::OUTBOUND, "1415"),
    ];
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, rows));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    story
}

fn drawn(dice: &mut Dice, account: &str) -> Event {
    let mut pick = |of: &[&str]| of[dice.throw(of.len() as u64) as usize].to_owned();
    let long = "x".repeat(300);
    Event {
        id: pick(&["a", "b", "c", "call-1", "\"q\\", "", "Caf\u{e9}", &long]),
        auth_id: pick(&[account, account, account, "MA000000000000000000", "nobody", ""]),
        product: Product::read(&pick(&["voice", "voice", "sms", "mms", "lookup", "No code"])),
        heading: Heading::read(&pick(&["outbound", "inbound", "inbound", "request", ""])),
        number: pick(&["14155550100", "1", "", "anonymous", "+1 415 555 0100", "sip:\u{1f600}", "447700900123"]),
        quantity: [0, 1, 60, 61, 1_000_000, u32::MAX][dice.throw(6) as usize],
        at: START + [0, 0, 0, 1, -1, i64::MIN / 2, i64::MAX / 2, -3_024_000_001][dice.throw(8) as usize],
    }
}

fn columns(events: &[Event]) -> EventColumns {
    let mut uses: Vec<ProductUse> = Vec::new();
    let mut used = Vec::new();
    for event in events {
        let of = ProductUse { product: event.product, heading: event.heading };
        let place = uses.iter().position(|known| *known == of).unwrap_or_else(|| {
            uses.push(of);
            uses.len() - 1
        });
        used.push(u16::try_from(place).expect("few"));
    }
    let names: Texts = events.iter().flat_map(|event| [&event.id, &event.auth_id, &event.number]).collect();
    EventColumns {
        names: names.given(),
        uses,
        used,
        quantities: events.iter().map(|event| event.quantity).collect(),
        moments: events.iter().map(|event| event.at).collect(),
    }
}

fn as_list(story: &Story, caller: &Caller, events: &[Event]) -> Result<BatchAnswer, Error> {
    story.fake.command(START, |turn| record_events(turn, caller, events.to_vec()))
}

fn as_columns(story: &Story, caller: &Caller, events: &[Event]) -> Result<AnswerColumns, Error> {
    story.fake.command(START, |turn| record_columns(turn, caller, columns(events)))
}

#[test]
fn the_same_events_leave_the_same_bytes_in_both_forms() {
    let mut dice = Dice(41);
    let mut fates = std::collections::BTreeSet::new();
    for round in 0..60 {
        let (list, other) = (priced(), priced());
        assert_eq!(list.account, other.account);
        for batch in 0..3 {
            let count = dice.throw(40);
            let mut events: Vec<Event> = Vec::new();
            for place in 0..count {
                // Some come again, as they were.
                match events.get(dice.throw(4 * (place + 1)) as usize) {
                    Some(earlier) => events.push(earlier.clone()),
                    None => events.push(drawn(&mut dice, &list.account)),
                }
            }
            let caller = if dice.throw(2) == 0 { operator() } else { keyed(operator(), &format!("key-{batch}")) };
            let expected = as_list(&list, &caller, &events).expect("a batch");
            let found = as_columns(&other, &caller, &events).expect("columns");
            fates.extend(found.fates.iter().map(|fate| format!("{fate:?}")));
            assert_eq!(found, AnswerColumns::from(expected), "round {round}");
            // A key of the one form is the same key of the other one.
            let again = as_columns(&list, &caller, &events).map(|answer| answer.fates.len());
            assert_eq!(again, as_list(&other, &caller, &events).map(|answer| answer.answers.len()));
            assert_eq!(list.fake.dump(), other.fake.dump(), "round {round}");
            assert_eq!(list.fake.lines(), other.fake.lines(), "round {round}");
            assert_eq!(list.fake.timers(), other.fake.timers(), "round {round}");
        }
    }
    assert_eq!(fates.len(), 9, "everything but a closed account: {fates:?}");
}

#[test]
fn a_key_is_bound_to_the_events_and_not_to_their_form() {
    let story = priced();
    let caller = keyed(operator(), "key");
    let mut dice = Dice(7);
    let events: Vec<Event> = (0..5).map(|_| drawn(&mut dice, &story.account)).collect();
    let first = as_columns(&story, &caller, &events).expect("columns");
    assert_eq!(AnswerColumns::from(as_list(&story, &caller, &events).expect("the first answer")), first);
    let refused = Err(Error::from(Fault::from(Refusal::KeyReused)));
    assert_eq!(as_list(&story, &caller, &events[1..]).map(AnswerColumns::from), refused);
    assert_eq!(as_columns(&story, &caller, &events[1..]), refused);
}
