//! Versions, rows, overrides and rating together.

use crate::accounts::{AccountType, Created, NewAccount};
use crate::ground::currency::Currency;
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::product::{Event, Heading, NumberKind, Product, Rejection};
use crate::ground::rate::Rate;
use crate::ground::testing::{Fake, START, keyed};
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{DAY_MS, Fault, FieldRule, Instant, Refusal};
use crate::pricing::rating::{Book, Payer, Rated};
use crate::pricing::{
    Error, NumberPrices, NumberRow, PriceRow, Version, VersionState, add_rows, create_version, get_overrides,
    list_rows, list_versions, number_price, publish_version, seat_price, set_number_prices, set_overrides,
};
use crate::stories::scenario::operator;
use proptest::prelude::*;
use std::collections::BTreeSet;

pub(crate) fn voice(prefix: &str, rate: &str) -> PriceRow {
    PriceRow {
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        country: "GB".to_owned(),
        prefix: prefix.to_owned(),
        rate: rate.to_owned(),
        first_increment: 60,
        next_increment: 60,
        group: None,
    }
}

pub(crate) fn sms(prefix: &str, rate: &str) -> PriceRow {
    PriceRow { product: Product::SMS, first_increment: 0, next_increment: 0, ..voice(prefix, rate) }
}

pub(crate) fn event(product: Product, number: &str, quantity: u32, at: Instant) -> Event {
    Event {
        id: "e".to_owned(),
        auth_id: "MAAAAAAAAAAAAAAAAAAA".to_owned(),
        product,
        heading: Heading::OUTBOUND,
        number: number.to_owned(),
        quantity,
        at,
    }
}

pub(crate) fn draft(fake: &Fake) -> u32 {
    fake.command(START, |turn| create_version(turn, &operator(), None)).expect("a draft").number
}

pub(crate) fn add(fake: &Fake, version: u32, rows: Vec<PriceRow>) -> Result<Version, Error> {
    fake.command(START, |turn| add_rows(turn, &operator(), version, rows))
}

pub(crate) fn publish(fake: &Fake, now: Instant, version: u32, starts_at: Instant) -> Result<Version, Error> {
    fake.command(now, |turn| publish_version(turn, &operator(), version, starts_at))
}

/// A version that is in force from the beginning.
pub(crate) fn book(fake: &Fake, rows: Vec<PriceRow>) -> u32 {
    let version = draft(fake);
    for part in rows.chunks(1000) {
        add(fake, version, part.to_vec()).expect("good rows");
    }
    publish(fake, START, version, 0).expect("published");
    version
}

/// Whose prices: those of an account in USD.
fn payer(overrides: Option<AuthId>) -> Payer {
    Payer { currency: Currency::USD, overrides }
}

pub(crate) fn rate(fake: &Fake, event: &Event, overrides: Option<AuthId>) -> Result<Rated, Rejection> {
    fake.query(START, |turn| rate_in(turn, event, overrides)).expect("readable")
}

/// What an event of a product that is there costs in a call.
fn rate_in(turn: &Turn<'_>, event: &Event, overrides: Option<AuthId>) -> Result<Result<Rated, Rejection>, Fault> {
    let mut book = Book::open(turn)?;
    let terms = book.terms(event.product, event.heading).expect("a product of the catalogue");
    let found = book.find(turn, (event.view(), terms, payer(overrides)))?;
    found
        .map(|price| Rated::by(&price, &terms, event.quantity, 0))
        .map_or_else(|rejection| Ok(Err(rejection)), |rated| rated.map(Ok))
}

fn matched(fake: &Fake, number: &str) -> Option<String> {
    rate(fake, &event(Product::VOICE, number, 1, START), None).ok().map(|rated| rated.prefix.to_string())
}

pub(crate) fn account(fake: &Fake) -> AuthId {
    let account = NewAccount {
        currency: None,
        account_type: AccountType::Standard,
        name: "n".to_owned(),
        email: "n@example.com".to_owned(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
    };
    let created: Created =
        fake.command(START, |turn| crate::accounts::create(turn, &operator(), account)).expect("an account");
    AuthId::parse(&created.auth_id).expect("an auth ID")
}

pub(crate) fn overrides(
    fake: &Fake,
    now: Instant,
    account: AuthId,
    starts_at: Instant,
    rows: Vec<PriceRow>,
) -> Result<(), Error> {
    fake.command(now, |turn| set_overrides(turn, &operator(), account.to_string(), starts_at, rows, None, None, None))
}

pub(crate) fn problems<T: std::fmt::Debug>(answer: Result<T, Error>) -> Vec<(String, FieldRule)> {
    match answer {
        Err(Error::Refused(Refusal::Invalid(problems))) => {
            problems.into_iter().map(|problem| (problem.field, problem.rule)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_event_is_rated_at_the_price_in_force_at_its_own_time() {
    let fake = Fake::new();
    book(&fake, vec![voice("44", "0.01"), voice("447", "0.05")]);
    let second = draft(&fake);
    add(&fake, second, vec![voice("44", "0.02")]).expect("good rows");
    // A draft prices nothing.
    assert_eq!(matched(&fake, "447700900123").as_deref(), Some("447"));
    publish(&fake, START, second, START + DAY_MS).expect("published");
    let at = |at: Instant| rate(&fake, &event(Product::VOICE, "447700900123", 61, at), None);
    let shown = |rated: Rated| (rated.prefix.to_string(), rated.rate.to_string(), rated.amount.micros());
    assert_eq!(at(START).map(shown), Ok(("447".to_owned(), "0.05".to_owned(), 100_000)));
    assert_eq!(at(START + DAY_MS - 1).map(shown), Ok(("447".to_owned(), "0.05".to_owned(), 100_000)));
    assert_eq!(at(START + DAY_MS).map(shown), Ok(("44".to_owned(), "0.02".to_owned(), 40_000)));
    assert_eq!(at(-1).map(shown), Err(Rejection::NoPrice));
}

#[test]
fn what_has_no_price_is_no_price() {
    let fake = Fake::new();
    assert_eq!(rate(&fake, &event(Product::VOICE, "44770", 1, START), None), Err(Rejection::NoPrice));
    book(&fake, vec![voice("44", "0.01"), sms("1", "0.005")]);
    for (product, number, expected) in [
        (Product::VOICE, "44770", None),
        (Product::VOICE, "45770", Some(Rejection::NoPrice)),
        (Product::SMS, "44770", Some(Rejection::NoPrice)),
        (Product::MMS, "14155550100", Some(Rejection::NoPrice)),
        (Product::SMS, "14155550100", None),
        (Product::VOICE, "", Some(Rejection::Malformed)),
        (Product::VOICE, "+4477", Some(Rejection::Malformed)),
        (Product::VOICE, "1234567890123456", Some(Rejection::Malformed)),
    ] {
        assert_eq!(rate(&fake, &event(product, number, 1, START), None).err(), expected, "{product:?} {number}");
    }
    let inbound = Event { heading: Heading::INBOUND, ..event(Product::VOICE, "44770", 1, START) };
    assert_eq!(rate(&fake, &inbound, None), Err(Rejection::NoPrice));
}

#[test]
fn overrides_win_ties_and_lose_to_longer_prefixes() {
    let fake = Fake::new();
    book(&fake, vec![voice("44", "0.01"), voice("447", "0.05"), voice("4477009", "0.09")]);
    let account = account(&fake);
    let rated = |number: &str, at: Instant| {
        let rated = rate(&fake, &event(Product::VOICE, number, 60, at), Some(account)).expect("a price");
        (rated.prefix.to_string(), rated.amount.micros())
    };
    assert_eq!(rated("447800", START), ("447".to_owned(), 50_000));
    overrides(&fake, START, account, START + 10, vec![voice("447", "0.04"), voice("4", "0.001")]).expect("set");
    assert_eq!(rated("447800", START + 9), ("447".to_owned(), 50_000));
    assert_eq!(rated("447800", START + 10), ("447".to_owned(), 40_000));
    assert_eq!(rated("441200", START + 10), ("44".to_owned(), 10_000));
    assert_eq!(rated("447700900", START + 10), ("4477009".to_owned(), 90_000));
    assert_eq!(rated("430000", START + 10), ("4".to_owned(), 1_000));
    overrides(&fake, START, account, START + 20, vec![]).expect("set");
    assert_eq!(rated("447800", START + 20), ("447".to_owned(), 50_000));
    let wallet = fake.query(START, |turn| crate::ledger::wallet::need(turn, account)).expect("a wallet");
    assert!(wallet.has_overrides());
}

#[test]
fn a_later_set_replaces_all_from_its_start_on() {
    let fake = Fake::new();
    let account = account(&fake);
    let at = |at: Instant| {
        let rows = fake.query(START, |turn| get_overrides(turn, &operator(), account.to_string(), at)).expect("rows");
        rows.into_iter().map(|row| row.prefix).collect::<Vec<_>>()
    };
    overrides(&fake, START, account, START + 10, vec![voice("44", "1"), voice("1415", "1"), voice("2", "1")])
        .expect("set");
    overrides(&fake, START, account, START + 20, vec![voice("33", "1")]).expect("set");
    assert_eq!((at(START + 9), at(START + 20)), (vec![], vec!["33".to_owned()]));
    assert_eq!(at(START + 19), ["1415", "2", "44"]);
    overrides(&fake, START, account, START + 15, vec![voice("49", "1")]).expect("set");
    assert_eq!(
        (at(START + 14).len(), at(START + 15), at(START + 99)),
        (3, vec!["49".to_owned()], vec!["49".to_owned()])
    );
    let kept = fake.dump().into_keys().filter(|key| key.starts_with("po/")).count();
    assert_eq!(kept, 1 + 2);
    let repeated = overrides(&fake, START, account, START, vec![voice("33", "1"), voice("33", "2")]);
    assert_eq!(repeated, Err(Error::RepeatedRow("33".to_owned())));
    assert_eq!(
        problems(overrides(&fake, START + 10, account, START + 9, vec![])),
        [("starts-at".to_owned(), FieldRule::TooSmall)]
    );
    let many = vec![voice("33", "1"); 501];
    assert_eq!(problems(overrides(&fake, START, account, START, many)), [("rows".to_owned(), FieldRule::TooMany)]);
}

#[test]
fn versions_are_immutable_and_start_apart() {
    let fake = Fake::new();
    let first = draft(&fake);
    assert_eq!(problems(publish(&fake, START, first, 5)), [("version".to_owned(), FieldRule::TooSmall)]);
    assert_eq!(add(&fake, first, vec![voice("44", "0.01")]).map(|version| version.rows), Ok(1));
    assert_eq!(add(&fake, first, vec![voice("44", "0.02")]), Err(Error::RepeatedRow("44".to_owned())));
    assert_eq!(add(&fake, first, vec![voice("4", "1"), voice("4", "1")]), Err(Error::RepeatedRow("4".to_owned())));
    assert_eq!(add(&fake, 9, vec![voice("44", "1")]), Err(Error::Refused(Refusal::NotFound("version".to_owned()))));
    assert_eq!(problems(publish(&fake, START, first, -1)), [("starts-at".to_owned(), FieldRule::TooSmall)]);
    assert_eq!(publish(&fake, START, first, 5).map(|version| version.starts_at), Ok(Some(5)));
    assert_eq!(publish(&fake, START, first, 5), Err(Error::AlreadyPublished));
    assert_eq!(add(&fake, first, vec![voice("45", "0.01")]), Err(Error::AlreadyPublished));
    let second = draft(&fake);
    add(&fake, second, vec![voice("44", "0.02")]).expect("good rows");
    assert_eq!(problems(publish(&fake, START, second, START - 1)), [("starts-at".to_owned(), FieldRule::TooSmall)]);
    publish(&fake, START, second, START).expect("published");
    let third = draft(&fake);
    add(&fake, third, vec![voice("44", "0.03")]).expect("good rows");
    assert_eq!(
        problems(publish(&fake, START, third, START)),
        [("starts-at".to_owned(), FieldRule::NotAllowedTogether)]
    );
    let listed = fake.query(START, |turn| list_versions(turn, &operator())).expect("versions");
    let states: Vec<(u32, VersionState, Option<Instant>, u32)> =
        listed.iter().map(|version| (version.number, version.state, version.starts_at, version.rows)).collect();
    assert_eq!(
        states,
        [
            (1, VersionState::Published, Some(5), 1),
            (2, VersionState::Published, Some(START), 1),
            (3, VersionState::Draft, None, 1)
        ]
    );
}

#[test]
fn adding_again_under_the_same_key_adds_once() {
    let fake = Fake::new();
    let version = draft(&fake);
    let caller = keyed(operator(), "part-1");
    for _ in 0..2 {
        let answer = fake.command(START, |turn| add_rows(turn, &caller, version, vec![voice("44", "0.01")]));
        assert_eq!(answer.map(|version| version.rows), Ok(1));
    }
}

#[test]
fn broken_rows_are_named_by_field_and_limit() {
    let fake = Fake::new();
    let version = draft(&fake);
    let bad = PriceRow {
        country: "gb".to_owned(),
        rate: "1000.00000001".to_owned(),
        first_increment: 0,
        next_increment: 3601,
        group: None,
        ..voice("44x", "1")
    };
    let found =
        problems(add(&fake, version, vec![voice("44", "1"), bad, PriceRow { first_increment: 1, ..sms("44", "x") }]));
    let expected = [
        ("rows[1].country", FieldRule::WrongForm),
        ("rows[1].prefix", FieldRule::WrongForm),
        ("rows[1].rate", FieldRule::TooLarge),
        ("rows[1].first-increment", FieldRule::TooSmall),
        ("rows[1].next-increment", FieldRule::TooLarge),
        ("rows[2].rate", FieldRule::WrongForm),
        ("rows[2].first-increment", FieldRule::TooLarge),
    ];
    assert_eq!(found, expected.map(|(field, rule)| (field.to_owned(), rule)));
    assert_eq!(problems(add(&fake, version, vec![])), [("rows".to_owned(), FieldRule::Missing)]);
    let many = vec![voice("44", "1"); 1001];
    assert_eq!(problems(add(&fake, version, many)), [("rows".to_owned(), FieldRule::TooMany)]);
    assert_eq!(problems(add(&fake, version, vec![voice("", ""); 1000])).len(), 40);
    assert_eq!(add(&fake, version, vec![voice("44", "1000")]).map(|version| version.rows), Ok(1));
}

#[test]
fn a_full_chunk_is_refused_and_stays_under_the_size_of_a_value() {
    let fake = Fake::new();
    let version = draft(&fake);
    // The longest rows there are, all of one calling code.
    let row = |number: u64| PriceRow {
        first_increment: 3600,
        next_increment: 3600,
        ..voice(&format!("44{number:013}"), "999.12345678")
    };
    for part in 0..5 {
        let rows = (part * 1000..part * 1000 + 1000).map(row).collect();
        add(&fake, version, rows).expect("good rows");
    }
    let answer = add(&fake, version, vec![row(5000)]);
    assert_eq!(problems(answer), [("rows".to_owned(), FieldRule::TooMany)]);
    assert!(add(&fake, version, vec![voice("33", "1")]).is_ok());
    assert!(fake.dump()["pb/0001/vo/44"].len() <= 256 * 1024);
}

#[test]
fn rows_are_listed_in_order_without_gaps() {
    let fake = Fake::new();
    let version = draft(&fake);
    let mut expected = Vec::new();
    // Prefixes of every kind: shorter than a calling code, shared codes with and without area, and ordinary ones.
    for prefix in ["1", "12", "141", "142", "7", "79", "3", "35", "0", "99"] {
        expected.push(voice(prefix, "0.01"));
    }
    for number in 0..1500 {
        expected.push(voice(&format!("1{}", 2000 + number), "0.02"));
        expected.push(sms(&format!("44{number:04}"), "0.03"));
    }
    expected.extend((0..90).map(|number| voice(&format!("35{}", 100 + number), "0.04")));
    for part in expected.chunks(997) {
        add(&fake, version, part.to_vec()).expect("good rows");
    }
    expected.sort_by(|one, other| {
        (one.product, one.heading, &one.prefix).cmp(&(other.product, other.heading, &other.prefix))
    });
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page = fake.query(START, |turn| list_rows(turn, &operator(), version, after.clone())).expect("a page");
        assert!(page.rows.len() <= 1000);
        listed.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed.len(), expected.len());
    assert_eq!(listed, expected);
    for bad in ["", "vo", "xo/44", "vo/", "vo/4x", "voo/44"] {
        let answer = fake.query(START, |turn| list_rows(turn, &operator(), version, Some(bad.to_owned())));
        assert_eq!(problems(answer), [("after".to_owned(), FieldRule::WrongForm)], "{bad}");
    }
}

#[test]
fn a_batch_reads_three_times_cold_and_once_warm() {
    let fake = Fake::new();
    let mut rows: Vec<PriceRow> = (200..1000).map(|area| voice(&format!("1{area}"), "0.01")).collect();
    rows.extend((20..99).map(|code| voice(&code.to_string(), "0.02")));
    book(&fake, rows);
    let account = account(&fake);
    overrides(&fake, START, account, START, vec![voice("44", "0.5")]).expect("set");
    let events: Vec<Event> = (0..1000)
        .map(|place| {
            event(
                Product::VOICE,
                &format!("{}5550100", if place % 2 == 0 { 1200 + place % 800 } else { 20 + place % 79 }),
                60,
                START,
            )
        })
        .collect();
    let batch = || {
        let before = fake.crossings();
        let total = fake.query(START, |turn| {
            let mut book = Book::open(turn).expect("readable");
            let terms = book.terms(Product::VOICE, Heading::OUTBOUND).expect("calls");
            book.prefetch(turn, events.iter().map(|event| (event.view(), terms, payer(Some(account)))))
                .expect("readable");
            let mut total = 0;
            for event in &events {
                let asked = (event.view(), terms, payer(Some(account)));
                let price = book.find(turn, asked).expect("readable").expect("a price");
                let rated = Rated::by(&price, &terms, event.quantity, 0).expect("within the bounds of money");
                total += rated.amount.micros();
            }
            total
        });
        (fake.crossings() - before, total)
    };
    let (cold, first) = batch();
    let (warm, second) = batch();
    // Warm: the list of versions with the state of the catalogue, and the account's list of override sets.
    assert_eq!((cold, warm), (3, 2));
    assert_eq!(first, second);
}

#[test]
fn a_warm_instance_answers_another_store_from_that_stores_rows() {
    // Same version numbers, same keys, other content: what is kept must not leak from one to the other.
    let kept = crate::ground::kept::Kept::new();
    let price = |rate_text: &str| {
        let fake = Fake::new();
        book(&fake, vec![voice("44", rate_text)]);
        let lent = crate::ground::turn::Lent {
            storage: &fake,
            vault: &crate::ground::testing::OpenVault,
            random: &fake,
            admission: &fake,
            now: START,
            kept: &kept,
        };
        let turn = Turn::new(lent);
        let event = event(Product::VOICE, "447700", 60, START);
        rate_in(&turn, &event, None).expect("readable").map(|rated| rated.amount)
    };
    assert_eq!(price("0.01"), Ok(Money::from_micros(10_000)));
    assert_eq!(price("0.02"), Ok(Money::from_micros(20_000)));
    assert_eq!(price("0.01"), Ok(Money::from_micros(10_000)));
}

#[test]
fn a_missing_or_broken_chunk_is_said_and_not_guessed() {
    let fake = Fake::new();
    book(&fake, vec![voice("44", "0.01")]);
    for broken in [r#"{"v":1,"rows":[["44","GB","0.01",60]]}"#, "[]", r#"{"v":1,"rows":[["44","GB","-1",60,60]]}"#] {
        let fake = {
            let copy = Fake::new();
            fake.dump().iter().for_each(|(key, value)| copy.plant(key, value));
            copy
        };
        fake.plant("pb/0001/vo/44", broken);
        let event = event(Product::VOICE, "447700", 60, START);
        let answer = fake.query(START, |turn| rate_in(turn, &event, None));
        match answer {
            Err(Fault::Other(problem)) => assert_eq!(problem.code, "stored-record-unreadable", "{broken}"),
            other => panic!("{broken}: {other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The whole path, stored chunks included, against a scan over all rows.
    #[test]
    fn the_longest_prefix_wins_wherever_it_is_kept(
        general in prop::collection::btree_set("(1|7|4|3)[0-9]{0,5}", 1..60),
        own in prop::collection::btree_set("(1|7|4|3)[0-9]{0,4}", 0..20),
        numbers in prop::collection::vec("(1|7|4|3)[0-9]{2,8}", 1..30),
    ) {
        let fake = Fake::new();
        book(&fake, general.iter().map(|prefix| voice(prefix, "0.01")).collect());
        let account = account(&fake);
        overrides(&fake, START, account, START, own.iter().map(|prefix| voice(prefix, "0.02")).collect()).expect("set");
        let longest = |rows: &BTreeSet<String>, number: &str| {
            rows.iter().filter(|prefix| number.starts_with(prefix.as_str())).map(String::len).max().unwrap_or(0)
        };
        for number in numbers {
            let (of_book, of_own) = (longest(&general, &number), longest(&own, &number));
            let expected = match of_book.max(of_own) {
                0 => None,
                length => Some((number[..length].to_owned(), if of_own >= of_book { "0.02" } else { "0.01" }.to_owned())),
            };
            let rated = rate(&fake, &event(Product::VOICE, &number, 60, START), Some(account)).ok();
            prop_assert_eq!(rated.map(|rated| (rated.prefix.to_string(), rated.rate.to_string())), expected);
        }
    }

    /// Rows of a file with anything in its fields: refused whole with named fields, or stored whole.
    #[test]
    fn odd_rows_are_refused_whole(
        country in "[A-Za-z]{0,3}|\\PC{0,4}",
        prefix in "[0-9]{0,17}|\\PC{0,6}",
        rate_text in "[0-9]{0,5}(\\.[0-9]{0,10})?|-1|1e3|NaN|\\PC{0,6}",
        first_increment in prop_oneof![0_u32..4000, any::<u32>()],
        next_increment in prop_oneof![0_u32..4000, any::<u32>()],
        is_voice in any::<bool>(),
    ) {
        let fake = Fake::new();
        let version = draft(&fake);
        let before = fake.dump();
        let product = if is_voice { Product::VOICE } else { Product::SMS };
        let heading = Heading::INBOUND;
        let odd = PriceRow { product, heading, country, prefix, rate: rate_text, first_increment, next_increment, group: None };
        match add(&fake, version, vec![voice("44", "1"), odd.clone()]) {
            Ok(version) => {
                prop_assert_eq!(version.rows, 2);
                let page = fake.query(START, |turn| list_rows(turn, &operator(), 1, None)).expect("a page");
                let shown = page.rows.iter().find(|row| row.heading == Heading::INBOUND).expect("stored");
                prop_assert_eq!(&PriceRow { rate: odd.rate.clone(), ..shown.clone() }, &odd);
                prop_assert_eq!(Rate::parse(&shown.rate), Rate::parse(&odd.rate));
            }
            other => {
                let found = problems(other);
                prop_assert!(!found.is_empty());
                prop_assert!(found.iter().all(|(field, _)| field.starts_with("rows[1].")));
                prop_assert_eq!(fake.dump(), before);
            }
        }
    }
}

fn number(country: &str, kind: NumberKind, setup: &str, monthly: &str) -> NumberRow {
    NumberRow { country: country.to_owned(), kind, setup: setup.to_owned(), monthly: monthly.to_owned() }
}

#[test]
fn numbers_and_seats_cost_what_is_in_force_at_the_moment_charged_for() {
    let fake = Fake::new();
    let account = account(&fake);
    let set = |version: u32, rows: Vec<NumberRow>, seat: Option<&str>| {
        let prices = NumberPrices { rows, seat: seat.map(str::to_owned) };
        fake.command(START, |turn| set_number_prices(turn, &operator(), version, prices)).expect("good prices");
    };
    let price = |kind: NumberKind, at: Instant| {
        let price = fake.query(START, |turn| number_price(turn, account, "US", kind, at)).expect("readable");
        price.map(|price| (price.setup.micros(), price.monthly.micros()))
    };
    let seat = |at: Instant| fake.query(START, |turn| seat_price(turn, account, at)).expect("readable");
    assert_eq!((price(NumberKind::Local, START), seat(START)), (None, None));
    let first = draft(&fake);
    let us = |setup: &str, monthly: &str| number("US", NumberKind::Local, setup, monthly);
    set(first, vec![us("0.5", "0.8"), number("US", NumberKind::TollFree, "1", "2")], Some("20"));
    publish(&fake, START, first, 0).expect("published");
    let second = draft(&fake);
    set(second, vec![us("0", "0.9")], None);
    publish(&fake, START, second, START + 100).expect("published");
    assert_eq!(price(NumberKind::Local, START + 99), Some((500_000, 800_000)));
    assert_eq!(price(NumberKind::Local, START + 100), Some((0, 900_000)));
    assert_eq!(
        (price(NumberKind::TollFree, START + 99), price(NumberKind::TollFree, START + 100)),
        (Some((1_000_000, 2_000_000)), None)
    );
    assert_eq!((seat(START + 99), seat(START + 100)), (Some(Money::from_units(20)), None));
    // Of one's own: what is named there, from its moment on; the rest is the book's.
    let own = NumberPrices { rows: vec![us("0.1", "0.00001")], seat: Some("15".to_owned()) };
    fake.command(START, |turn| {
        set_overrides(turn, &operator(), account.to_string(), START + 50, vec![], Some(own), None, None)
    })
    .expect("set");
    assert_eq!(price(NumberKind::Local, START + 49), Some((500_000, 800_000)));
    assert_eq!(price(NumberKind::Local, START + 50), Some((100_000, 10)));
    assert_eq!(price(NumberKind::TollFree, START + 50), Some((1_000_000, 2_000_000)));
    assert_eq!((seat(START + 49), seat(START + 50)), (Some(Money::from_units(20)), Some(Money::from_units(15))));
    fake.command(START, |turn| {
        set_overrides(turn, &operator(), account.to_string(), START + 60, vec![], None, None, None)
    })
    .expect("set");
    assert_eq!(
        (price(NumberKind::Local, START + 60), seat(START + 60)),
        (Some((500_000, 800_000)), Some(Money::from_units(20)))
    );
    let unknown = fake.query(START, |turn| number_price(turn, account, "us", NumberKind::Local, START));
    assert_eq!(unknown, Ok(None));
}

#[test]
fn names_of_groups_stay_with_their_rows() {
    let fake = Fake::new();
    let named = |prefix: &str, group: &str| PriceRow { group: Some(group.to_owned()), ..sms(prefix, "0.01") };
    let version = draft(&fake);
    add(&fake, version, vec![named("44", "Rest"), sms("4420", "0.02"), named("447", "Mobile")]).expect("good rows");
    let page = fake.query(START, |turn| list_rows(turn, &operator(), version, None)).expect("a page");
    let groups: Vec<Option<&str>> = page.rows.iter().map(|row| row.group.as_deref()).collect();
    assert_eq!(groups, [Some("Rest"), None, Some("Mobile")]);
    let letters = "n".repeat(61);
    for bad in ["", " x", "a,b", "a\"b", "a\nb", letters.as_str()] {
        assert_eq!(
            problems(add(&fake, version, vec![named("45", bad)])),
            [("rows[0].group".to_owned(), FieldRule::WrongForm)]
        );
    }
    add(&fake, version, vec![named("45", &letters[1..])]).expect("60 letters");
    // 2000 names a country are enough.
    let rows =
        |from: usize, to: usize| (from..to).map(|prefix| named(&format!("48{prefix:05}"), "x")).collect::<Vec<_>>();
    add(&fake, version, rows(0, 1000)).expect("good rows");
    add(&fake, version, rows(1000, 1997)).expect("2000 with the three before");
    assert_eq!(problems(add(&fake, version, vec![named("49", "x")])), [("rows".to_owned(), FieldRule::TooMany)]);
}
