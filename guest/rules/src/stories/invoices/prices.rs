//! Lines that their reader can check (money-11-invoice-lines-cannot-be-checked, R85).

use crate::credit::movements::posting::{self, Debit};
use crate::ground::calendar::Month;
use crate::ground::money::Money;
use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::START;
use crate::ground::vocabulary::{DAY_MS, Fault, HOUR_MS};
use crate::invoices::{Document, DocumentLine, set_cycle};
use crate::ledger::Line;
use crate::pricing::{self, PriceRow};
use crate::stories::invoices::documents::{account, begun, check_sums, correct, read, to_next_month};
use crate::stories::scenario::{Story, operator};
use crate::usage;

fn publish(story: &mut Story, version: u32, rate: &str, starts_at: i64) {
    let row = PriceRow {
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        country: "US".to_owned(),
        prefix: "1".to_owned(),
        rate: rate.to_owned(),
        first_increment: 60,
        next_increment: 60,
        group: None,
    };
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| pricing::add_rows(turn, &operator(), version, vec![row]));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), version, starts_at));
}

fn calls(story: &mut Story, source: &str, count: u32, seconds: u32, at: i64) {
    let event = |number| Event {
        id: format!("{seconds}-{number}-{}", at - START),
        auth_id: source.to_owned(),
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        number: "14155550100".to_owned(),
        quantity: seconds,
        at,
    };
    let events: Vec<Event> = (0..count).map(event).collect();
    story.command(|turn, _| usage::record_events(turn, &operator(), events));
}

/// Billed, unit, price, count, seconds, amount of each line.
fn checked(document: &Document) -> Vec<(&str, &str, &str, u64, u64, i64)> {
    let mut shown = Vec::new();
    for line in &document.lines {
        let price = line.price.as_ref().expect("a single price");
        shown.push((
            price.billed.as_str(),
            price.unit.as_str(),
            price.unit_price.as_str(),
            line.count,
            line.quantity,
            line.amount,
        ));
    }
    shown
}

#[test]
fn money_11_lines_have_billed_quantity_price_and_count_and_late_use_its_dates() {
    let mut story = begun();
    let april = Month::of(START).next();
    publish(&mut story, 1, "0.0085", 0);
    publish(&mut story, 2, "0.01", april.first() + 14 * DAY_MS);
    let auth = story.account.clone();
    to_next_month(&mut story);
    calls(&mut story, &auth, 10, 100, april.first());
    // Reported after the end of the month in which they were made.
    calls(&mut story, &auth, 1, 30, april.first() - 2 * DAY_MS);
    calls(&mut story, &auth, 1, 60, april.first() - 1);
    story.advance(20 * DAY_MS);
    let now = story.now;
    calls(&mut story, &auth, 3, 61, now);
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    assert_eq!(
        checked(&invoice),
        [
            ("20", "minutes", "0.0085", 10, 1_000, 170_000),
            ("6", "minutes", "0.01", 3, 183, 60_000),
            ("2", "minutes", "0.0085", 2, 90, 17_000),
        ]
    );
    let dates: Vec<_> = invoice.lines.iter().map(|line| (line.used_from, line.used_to)).collect();
    assert_eq!(dates, [(None, None), (None, None), (Some(april.first() - 2 * DAY_MS), Some(april.first() - 1))]);
}

#[test]
fn money_11_use_of_another_month_of_the_same_quarter_is_not_late() {
    let mut story = begun();
    publish(&mut story, 1, "0.0085", 0);
    let auth = story.account.clone();
    story.command(|turn, auth| set_cycle(turn, &operator(), auth, 3));
    to_next_month(&mut story);
    to_next_month(&mut story);
    let may = story.now;
    calls(&mut story, &auth, 1, 60, may - HOUR_MS);
    calls(&mut story, &auth, 1, 60, may);
    for _ in 0..2 {
        to_next_month(&mut story);
    }
    let invoice = read(&story, "2026-000001");
    assert_eq!(checked(&invoice), [("2", "minutes", "0.0085", 2, 120, 17_000)]);
    assert_eq!(invoice.lines[0].used_from, None);
}

#[test]
fn money_11_every_line_is_its_billed_quantity_times_its_price_to_the_rounding_of_each_charge() {
    let mut story = begun();
    publish(&mut story, 1, "0.0033333", 0);
    let overridden = PriceRow {
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        country: "US".to_owned(),
        prefix: "1".to_owned(),
        rate: "0.00777".to_owned(),
        first_increment: 1,
        next_increment: 1,
        group: None,
    };
    let auth = story.account.clone();
    calls(&mut story, &auth, 7, 61, START);
    story.advance(DAY_MS);
    let from = story.now;
    story.command(|turn, auth| {
        pricing::set_overrides(turn, &operator(), auth, from, vec![overridden], None, None, None)
    });
    story.advance(DAY_MS);
    let now = story.now;
    for seconds in [1, 59, 61, 1_000] {
        calls(&mut story, &auth, 3, seconds, now);
    }
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    assert_eq!(invoice.lines.len(), 2);
    for line in &invoice.lines {
        let price = line.price.as_ref().expect("a single price");
        let decimal = |text: &str| text.parse::<rust_decimal::Decimal>().expect("decimal text");
        let exact = decimal(&price.billed) * decimal(&price.unit_price);
        let off = (exact - Money::from_micros(line.amount).to_decimal()).abs();
        let allowed = rust_decimal::Decimal::new(5 * i64::try_from(line.count).expect("few"), 6);
        assert!(off <= allowed + rust_decimal::Decimal::new(1, 6), "{line:?}: {off}");
    }
}

#[test]
fn money_11_lines_of_version_0_1_0_are_billed_as_their_amount_says_and_adjustments_of_it_are_lines() {
    let mut story = begun();
    publish(&mut story, 1, "0.0085", 0);
    let auth = story.account.clone();
    story.recharge(50);
    calls(&mut story, &auth, 2, 61, START);
    story.debit(3);
    correct(&mut story, 1_000_000);
    // As that version has written them.
    for (key, text) in story.fake.dump().into_iter().filter(|(key, _)| key.starts_with("t/")) {
        let mut transaction: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        if transaction["kind"] == "usage" {
            for line in transaction["lines"].as_array_mut().expect("lines") {
                assert_eq!(line.as_object_mut().and_then(|line| line.remove("b")), Some(120.into()));
            }
        } else {
            transaction.as_object_mut().expect("an object").remove("lines");
        }
        story.fake.plant(&key, &transaction.to_string());
    }
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    let shown: Vec<(&str, i64)> = invoice.lines.iter().map(|line| (line.product.as_str(), line.amount)).collect();
    assert_eq!(shown, [("correction", -1_000_000), ("adjustment", 3_000_000), ("voice-outbound", 34_000)]);
    let price = invoice.lines[2].price.as_ref().expect("a single price");
    assert_eq!((price.billed.as_str(), price.unit_price.as_str(), invoice.lines[2].count), ("4", "0.0085", 2));
    assert_eq!(invoice.movements.len(), 1);
}

#[test]
fn money_11_prices_beyond_those_that_are_told_apart_are_one_line_a_product() {
    let mut story = begun();
    let auth = account(&story);
    let line = |number: i64| Line {
        a: auth,
        i: number.to_string(),
        p: "vo".to_owned(),
        n: String::new(),
        q: 60,
        b: None,
        t: START,
        x: "1".to_owned(),
        r: format!("0.{number:05}"),
        m: Money::from_micros(10 * number),
    };
    for number in 0..4 {
        let lines = (0..100).map(|place| line(1_000 + 100 * number + place)).collect();
        story.command(|turn, _| -> Result<(), Fault> {
            let debit = Debit { kind: "test-charge", cause: "test", cycle: None, lines, others: Vec::new() };
            posting::debit(turn, auth, debit).map(drop)
        });
        story.advance(2 * crate::ground::vocabulary::MINUTE_MS);
    }
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    assert_eq!(invoice.lines.len(), 301);
    let further: Vec<&DocumentLine> = invoice.lines.iter().filter(|line| line.price.is_none()).collect();
    assert_eq!(further.len(), 1);
    assert_eq!(further[0].description, "Voice calls, outbound, at further prices");
    assert_eq!((further[0].count, further[0].quantity), (100, 6_000));
    let prices: Vec<_> =
        invoice.lines.iter().filter_map(|line| line.price.as_ref()).map(|price| &price.unit_price).collect();
    assert!(prices.is_sorted(), "in order of price");
}
