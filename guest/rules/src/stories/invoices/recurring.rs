//! Recurring charges on hosts that are late or die, and as many of them as an account may have (USE-7).

use crate::accounts::closing;
use crate::calendar::start_of;
use crate::derived;
use crate::ground::job::Next;
use crate::ground::product::{Heading, Product, SideRule};
use crate::ground::testing::START;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{HOUR_MS, Instant, MINUTE_MS};
use crate::jobs;
use crate::ledger::{Line, Transaction};
use crate::policy::FirstMonth;
use crate::pricing::{self, HeadingRow, PriceRow, ProductRow, Rating, Unit};
use crate::recurring::{self, CHARGES_MAX, Error, NewRecurringCharge, RecurringCharge};
use crate::stories::invoices::documents::{begun, check_sums, read, to_next_month};
use crate::stories::scenario::{Story, operator};
use crate::subaccounts::{self, Disposal};

/// A product that is counted in items, with a heading that names no other side.
fn product(code: &str, heading: &str) -> ProductRow {
    ProductRow {
        code: Product::read(code),
        unit: Unit::Item,
        rating: Rating::PerUnit,
        unit_size: 1,
        price_unit: "plans".to_owned(),
        headings: vec![HeadingRow {
            code: Heading::read(heading),
            words: "gold".to_owned(),
            other_side: SideRule::None,
        }],
        tax_code: String::new(),
        words: "Support".to_owned(),
    }
}

/// Its price.
fn row(code: &str, heading: &str, rate: &str) -> PriceRow {
    PriceRow {
        product: Product::read(code),
        heading: Heading::read(heading),
        country: String::new(),
        prefix: String::new(),
        rate: rate.to_owned(),
        first_increment: 0,
        next_increment: 0,
        group: None,
    }
}

fn new(reference: &str, quantity: u32, first_month: FirstMonth) -> NewRecurringCharge {
    NewRecurringCharge {
        reference: reference.to_owned(),
        product: Product::read("support"),
        heading: Heading::read("gold"),
        quantity,
        first_month: Some(first_month),
    }
}

fn price(story: &mut Story, rate: &str, starts_at: Instant) {
    let rows = vec![row("support", "gold", rate)];
    story.command(|turn, auth| pricing::set_overrides(turn, &operator(), auth, starts_at, rows, None, None, None));
}

/// A charge of an account that pays 30.00 a month for support; its first month is free.
pub(crate) fn start_one(turn: &mut Turn<'_>, auth: String) -> Result<RecurringCharge, Error> {
    let now = turn.now();
    let rows = vec![row("support", "gold", "30")];
    pricing::add_product(turn, &operator(), product("support", "gold")).expect("a good product");
    pricing::set_overrides(turn, &operator(), auth.clone(), now, rows, None, None, None).expect("good prices");
    recurring::start(turn, &operator(), auth, new("PLAN-7", 1, FirstMonth::None))
}

/// An account that pays 30.00 a month for support.
fn sold(story: &mut Story) {
    story.command(|turn, _| pricing::add_product(turn, &operator(), product("support", "gold")));
    let now = story.now;
    price(story, "30", now);
}

/// Two plans whose first month was charged whole, in a store whose months end.
fn two_plans() -> Story {
    let mut story = begun();
    sold(&mut story);
    story.command(|turn, auth| recurring::start(turn, &operator(), auth, new("A", 2, FirstMonth::Full)));
    story
}

fn lines(story: &Story) -> Vec<Line> {
    let entries = story.fake.dump();
    let texts = entries.iter().filter(|(key, _)| key.starts_with("t/")).map(|(_, text)| text);
    let transactions = texts.map(|text| serde_json::from_str::<Transaction>(text).expect("a transaction"));
    transactions.filter(|transaction| transaction.kind == "recurring").flat_map(|one| one.lines).collect()
}

/// Month, quantity, rate and amount of every charge.
fn charged(story: &Story) -> Vec<String> {
    lines(story).into_iter().map(|line| format!("{} {} {} {}", line.i, line.q, line.r, line.m)).collect()
}

fn day(month: i8, day: i8) -> Instant {
    start_of(jiff::civil::date(2026, month, day))
}

#[test]
fn a_host_that_is_two_months_late_charges_what_was_held_at_each_first() {
    let mut story = two_plans();
    price(&mut story, "40", day(4, 15));
    story.now = day(5, 20);
    // Somebody changes the quantity before any job has run.
    let account = story.account.clone();
    let changed =
        story.fake.command(story.now, |turn| recurring::change(turn, &operator(), account, "A".to_owned(), 7));
    assert_eq!(changed.map(|charge| (charge.quantity, charge.charged_through)), Ok((7, "2026-05".to_owned())));
    let held = ["2026-03 2 30 60.00", "2026-04 2 30 60.00", "2026-05 2 40 80.00"];
    assert_eq!(charged(&story), held);
    story.drain();
    assert_eq!((charged(&story), story.units()), (held.map(str::to_owned).to_vec(), "-200.00".to_owned()));
    to_next_month(&mut story);
    assert_eq!(charged(&story).last().map(String::as_str), Some("2026-06 7 40 280.00"));
}

#[test]
fn the_run_of_a_late_host_takes_one_month_after_the_other() {
    let mut story = two_plans();
    price(&mut story, "40", day(4, 15));
    story.now = day(5, 20);
    story.drain();
    assert_eq!(charged(&story), ["2026-03 2 30 60.00", "2026-04 2 30 60.00", "2026-05 2 40 80.00"]);
    let moments: Vec<Instant> = lines(&story).iter().map(|line| line.t).collect();
    assert_eq!(moments, [START, day(4, 1), day(5, 1)], "each is of its month, whenever it was posted");
    to_next_month(&mut story);
    // What was posted in May for April is on the invoice of May, with its date.
    let invoice = read(&story, "2026-000002");
    check_sums(&invoice);
    let told: Vec<(&str, u64, Option<Instant>, i64)> = invoice
        .lines
        .iter()
        .map(|line| (line.description.as_str(), line.quantity, line.used_from, line.amount))
        .collect();
    assert_eq!(told, [("Support, gold, A", 2, None, 80_000_000), ("Support, gold, A", 2, Some(day(4, 1)), 60_000_000)]);
}

#[test]
fn r82_a_charge_that_ends_as_the_month_begins_does_not_owe_it() {
    for (late, expected) in [(0, "-60.00"), (1, "-120.00")] {
        let mut story = two_plans();
        story.now = day(4, 1) + late;
        let account = story.account.clone();
        let ended =
            story.fake.command(story.now, |turn| recurring::end(turn, &operator(), account, "A".to_owned(), None));
        assert_eq!(ended.map(|charge| charge.ended), Ok(Some(story.now)));
        assert_eq!(story.units(), expected, "{late} ms late");
        story.drain();
        assert_eq!(story.units(), expected, "{late} ms late, after the run");
    }
}

#[test]
fn closing_and_deleting_post_what_is_due_first() {
    let mut story = two_plans();
    let sub = story.command(|turn, auth| subaccounts::create(turn, &operator(), auth, "desk".to_owned(), true)).auth_id;
    story.command(|turn, _| recurring::start(turn, &operator(), sub.clone(), new("S", 1, FirstMonth::None)));
    story.recharge(200);
    story.now = day(4, 1) + 5 * MINUTE_MS;
    let deleted = story.fake.command(story.now, |turn| subaccounts::delete(turn, &operator(), sub, Disposal::Refuse));
    assert!(deleted.is_ok());
    assert_eq!(story.units(), "110.00", "200 - 60 - 30");
    let account = story.account.clone();
    let closed = story.fake.command(story.now, |turn| closing::close(turn, &operator(), account, "wished".to_owned()));
    assert!(closed.is_ok());
    assert_eq!(story.units(), "50.00");
    story.advance(40 * 24 * HOUR_MS);
    assert_eq!(charged(&story).len(), 3, "nothing is charged afterwards");
    assert!(story.fake.dump().keys().all(|key| !key.starts_with("recur/")), "and nothing is kept");
}

#[test]
fn a_run_that_dies_before_each_of_its_calls_charges_once() {
    let mut story = two_plans();
    for reference in ["B", "C"] {
        story.command(|turn, auth| recurring::start(turn, &operator(), auth, new(reference, 1, FirstMonth::None)));
    }
    story.now = day(4, 1);
    for step in 0..1_000 {
        let now = story.now + step;
        let lost: Result<(), ()> = story.fake.command(now, |turn| {
            jobs::begin(turn, "store/month-end".to_owned()).expect("a known job");
            Err(())
        });
        assert!(lost.is_err());
        let next = story.fake.command(now, |turn| jobs::begin(turn, "store/month-end".to_owned()));
        if next == Ok(Next::Rest) {
            break;
        }
    }
    let april: Vec<String> = lines(&story).into_iter().filter(|line| line.i == "2026-04").map(|line| line.x).collect();
    assert_eq!(april, ["A", "B", "C"]);
}

/// Names as long as they may be.
const LONG: (&str, &str) = ("support-by-people-who-know-you", "gold-with-an-engineer-on-site1");

#[test]
fn as_many_as_there_may_be_fit_into_every_record() {
    let mut story = begun();
    story.command(|turn, _| pricing::add_product(turn, &operator(), product(LONG.0, LONG.1)));
    let (now, rows) = (story.now, vec![row(LONG.0, LONG.1, "999.99999999")]);
    story.command(|turn, auth| pricing::set_overrides(turn, &operator(), auth, now, rows, None, None, None));
    let one = |number: usize| NewRecurringCharge {
        reference: format!("{number:060}"),
        product: Product::read(LONG.0),
        heading: Heading::read(LONG.1),
        quantity: 10_000,
        first_month: Some(FirstMonth::Full),
    };
    let account = story.account.clone();
    for number in 0..CHARGES_MAX {
        story
            .fake
            .command(story.now, |turn| recurring::start(turn, &operator(), account.clone(), one(number)))
            .expect("a good charge");
    }
    let more = |story: &Story| {
        story.fake.command(story.now, |turn| recurring::start(turn, &operator(), account.clone(), one(CHARGES_MAX)))
    };
    assert_eq!(more(&story), Err(Error::TooManyCharges(500)));
    let first = format!("{:060}", 0);
    story.command(|turn, auth| recurring::end(turn, &operator(), auth, first, None));
    assert_eq!(more(&story), Err(Error::TooManyCharges(500)), "it counts until its month is over");
    to_next_month(&mut story);
    assert!(more(&story).is_ok());
    assert_eq!(lines(&story).len(), 2 * CHARGES_MAX);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    assert_eq!(invoice.lines.len(), 301, "300 prices of a section, and one line for all others");
    assert_eq!(invoice.lines[0].description, "Support, gold, at further prices");
    let account = story.account.clone();
    let compared = story
        .fake
        .query(story.now, |turn| derived::compare_derived(turn, &operator(), vec![account]))
        .expect("compared");
    assert_eq!((compared.differences, compared.not_compared), (Vec::new(), Vec::new()));
    let longest = story.fake.dump().values().map(|value| value.len()).max();
    assert!(longest.is_some_and(|length| length <= 256 * 1024), "{longest:?}");
}
