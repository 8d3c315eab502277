//! Reservations against a model that is nothing but sums: whatever happens in whatever order, nothing is promised or spent twice.

use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::{START, holder};
use crate::ground::vocabulary::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, Refusal};
use crate::operator as ledger_operator;
use crate::pricing::{self, PriceRow};
use crate::stories::scenario::{Story, operator};
use crate::usage::reservations::{
    ExtendAnswer, Extension, Hold, Kind, Named, Page, Price, ReleaseAnswer, ReserveAnswer, SettleAnswer, Settlement,
    extend, list, release, reserve, settle,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A million micros a second, so that a second is a dollar.
fn story() -> Story {
    let mut story = Story::new();
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    let row = PriceRow {
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        country: "US".to_owned(),
        prefix: "1".to_owned(),
        rate: "60".to_owned(),
        first_increment: 1,
        next_increment: 1,
        group: None,
    };
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, vec![row]));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    story
}

fn credit(story: &mut Story, amount: i64) {
    let goodwill = Adjustment::Goodwill(Goodwill { amount, expires: None });
    story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, goodwill, "given".to_owned()));
}

fn hold(auth_id: &str, name: &str, amount: i64, lasts_ms: Instant) -> Hold {
    let price = Price::Fixed(amount);
    Hold {
        auth_id: auth_id.to_owned(),
        name: name.to_owned(),
        kind: Kind::Call,
        price,
        lasts_ms,
        at_least: None,
        source: None,
    }
}

fn reserve_one(story: &mut Story, name: &str, amount: i64, lasts_ms: Instant) -> ReserveAnswer {
    story
        .command(|turn, auth| reserve(turn, &operator(), vec![hold(&auth, name, amount, lasts_ms)]))
        .pop()
        .expect("one answer")
}

fn extend_to(story: &mut Story, name: &str, amount: i64, lasts_ms: Instant) -> ExtendAnswer {
    story
        .command(|turn, auth| {
            let item = Extension {
                auth_id: auth,
                name: name.to_owned(),
                price: Price::Fixed(amount),
                lasts_ms,
                at_least: None,
            };
            extend(turn, &operator(), vec![item])
        })
        .pop()
        .expect("one answer")
}

fn settlement(auth_id: String, name: &str, seconds: u32, at: Instant) -> Settlement {
    let event = Event {
        id: format!("event-{name}"),
        auth_id,
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        number: "15551234567".to_owned(),
        quantity: seconds,
        at,
    };
    Settlement { name: name.to_owned(), event }
}

fn settle_one(story: &mut Story, name: &str, seconds: u32, at: Instant) -> SettleAnswer {
    story
        .command(|turn, auth| settle(turn, &operator(), vec![settlement(auth, name, seconds, at)]))
        .answers
        .pop()
        .expect("one answer")
}

fn differences(story: &Story) -> Vec<ledger_operator::Difference> {
    let balance = story.balance();
    let folded = ledger_operator::Folded {
        auth_id: story.account.clone(),
        trial: -balance.trial,
        promotional: -balance.promotional,
        cash: -balance.cash,
        receivable: balance.owed,
    };
    story
        .fake
        .query(story.now, |turn| ledger_operator::compare(turn, &operator(), vec![folded]))
        .expect("a known account")
}

fn page(story: &Story) -> Page {
    story
        .fake
        .query(story.now, |turn| list(turn, &operator(), story.account.clone(), None, 500))
        .expect("a known account")
}

/// One thing that happens, to one of eight names.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Reserve(u8, u8),
    Extend(u8, u8),
    Settle(u8, u8),
    Release(u8),
    Debit(u8),
    Credit(u8),
    Wait(u8),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => (0..8_u8, 0..40_u8).prop_map(|(name, amount)| Deed::Reserve(name, amount)),
        3 => (0..8_u8, 0..60_u8).prop_map(|(name, amount)| Deed::Extend(name, amount)),
        2 => (0..8_u8, 0..60_u8).prop_map(|(name, amount)| Deed::Settle(name, amount)),
        1 => (0..8_u8).prop_map(Deed::Release),
        1 => (0..30_u8).prop_map(Deed::Debit),
        2 => (1..60_u8).prop_map(Deed::Credit),
        2 => (1..80_u8).prop_map(Deed::Wait),
    ];
    prop::collection::vec(deed, 1..40)
}

/// What the model knows of an open reservation: amount, when it expires.
type Books = BTreeMap<String, (i64, Instant)>;

fn unit(amount: u8) -> i64 {
    i64::from(amount) * 1_000_000
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_is_promised_or_spent_twice(deeds in deeds()) {
        let mut story = story();
        let (mut balance, mut open, mut over) = (0_i64, Books::new(), BTreeMap::<String, Option<(u32, Instant)>>::new());
        for deed in deeds {
            let now = story.now;
            let held: i64 = open.values().map(|(amount, _)| amount).sum();
            let available = balance - held;
            match deed {
                Deed::Reserve(name, amount) => {
                    // The same name with another amount, so that repeats and conflicts come by themselves.
                    let name = format!("call-{name}");
                    let answer = reserve_one(&mut story, &name, unit(amount), MINUTE_MS);
                    match answer {
                        ReserveAnswer::Reserved(shown) if open.contains_key(&name) => {
                            prop_assert_eq!(shown.amount, open[&name].0);
                        }
                        ReserveAnswer::Granted(_) => prop_assert!(false, "nobody has asked for a part"),
                        ReserveAnswer::Reserved(shown) => {
                            prop_assert!(available > 0 && unit(amount) <= available, "promised more than there is");
                            prop_assert_eq!((shown.amount, shown.expires), (unit(amount), now + MINUTE_MS + HOUR_MS));
                            open.insert(name, (unit(amount), shown.expires));
                        }
                        ReserveAnswer::Refused(Refusal::OutOfCredit(missing)) => {
                            prop_assert!(available <= 0 || available < unit(amount));
                            prop_assert_eq!(missing, unit(amount).max(1) - available);
                        }
                        ReserveAnswer::Refused(other) => prop_assert!(false, "{other:?}"),
                        ReserveAnswer::Conflicting => prop_assert!(open.contains_key(&name)),
                        ReserveAnswer::Over => prop_assert!(over.contains_key(&name)),
                    }
                }
                Deed::Extend(name, amount) => {
                    let name = format!("call-{name}");
                    match extend_to(&mut story, &name, unit(amount), 30 * MINUTE_MS) {
                        ExtendAnswer::Reserved(shown) => {
                            let entry = open.get_mut(&name).expect("only what is open is extended");
                            prop_assert!(unit(amount) - entry.0 <= available.max(0));
                            prop_assert_eq!(shown.amount, entry.0.max(unit(amount)));
                            *entry = (shown.amount, shown.expires);
                        }
                        ExtendAnswer::Granted(_) => prop_assert!(false, "nobody has asked for a part"),
                        ExtendAnswer::Ending(_) => {
                            prop_assert!(unit(amount) - open[&name].0 > available.max(0));
                        }
                        ExtendAnswer::Unknown => prop_assert!(!open.contains_key(&name) && !over.contains_key(&name)),
                        ExtendAnswer::Over => prop_assert!(over.contains_key(&name)),
                    }
                }
                Deed::Settle(name, seconds) => {
                    let name = format!("call-{name}");
                    match settle_one(&mut story, &name, u32::from(seconds), now) {
                        SettleAnswer::Settled(settled) => {
                            prop_assert!(!matches!(over.get(&name), Some(Some(_))), "settled twice");
                            prop_assert_eq!(settled.amount, unit(seconds));
                            prop_assert_eq!(settled.released, open.remove(&name).map_or(0, |(amount, _)| amount));
                            balance -= settled.amount;
                            over.insert(name, Some((u32::from(seconds), now)));
                        }
                        SettleAnswer::Duplicate => prop_assert_eq!(over[&name], Some((u32::from(seconds), now))),
                        SettleAnswer::Conflicting => prop_assert!(matches!(over[&name], Some(before) if before != (u32::from(seconds), now))),
                        SettleAnswer::Rejected(rejection) => prop_assert!(false, "{rejection:?}"),
                    }
                }
                Deed::Release(name) => {
                    let name = format!("call-{name}");
                    let answer = story.command(|turn, auth| {
                        release(turn, &operator(), vec![Named { auth_id: auth, name: name.clone() }])
                    });
                    match open.remove(&name) {
                        Some((amount, _)) => {
                            prop_assert_eq!(answer, [ReleaseAnswer::Released(amount)]);
                            over.insert(name, None);
                        }
                        None if over.contains_key(&name) => prop_assert_eq!(answer, [ReleaseAnswer::Over]),
                        None => prop_assert_eq!(answer, [ReleaseAnswer::Unknown]),
                    }
                }
                Deed::Debit(amount) => {
                    if amount > 0 {
                        story.debit(i64::from(amount));
                        balance -= unit(amount);
                    }
                }
                Deed::Credit(amount) => {
                    credit(&mut story, unit(amount));
                    balance += unit(amount);
                }
                Deed::Wait(minutes) => {
                    story.advance(i64::from(minutes) * MINUTE_MS);
                    let late: Vec<String> =
                        open.iter().filter(|(_, (_, expires))| *expires <= story.now).map(|(name, _)| name.clone()).collect();
                    for name in late {
                        open.remove(&name);
                        over.insert(name, None);
                    }
                }
            }
            let held: i64 = open.values().map(|(amount, _)| amount).sum();
            let page = page(&story);
            let listed: BTreeMap<String, i64> =
                page.reservations.iter().map(|shown| (shown.name.clone(), shown.amount)).collect();
            let modelled: BTreeMap<String, i64> = open.iter().map(|(name, (amount, _))| (name.clone(), *amount)).collect();
            prop_assert_eq!((page.reserved, listed), (held, modelled));
            prop_assert_eq!((story.balance().balance, story.balance().available), (balance, balance - held));
            prop_assert_eq!(differences(&story), Vec::new());
        }
    }
}

#[test]
fn what_is_held_and_not_in_a_reservation_is_found_by_comparing() {
    let mut story = story();
    credit(&mut story, 10_000_000);
    reserve_one(&mut story, "call-1", 3_000_000, MINUTE_MS);
    assert_eq!(differences(&story), []);
    let key = format!("rsv/{}/call-1", story.account);
    let planted = story.fake.dump()[&key].replace("3000000", "2000000");
    story.fake.plant(&key, &planted);
    let found = differences(&story);
    assert_eq!(found.len(), 1);
    assert!(found[0].what == "wallet" && found[0].stored.contains(r#""r":3000000"#), "{found:?}");
    assert!(found[0].rebuilt.contains(r#""r":2000000"#), "{found:?}");
}

#[test]
fn everything_that_was_written_is_forgotten_when_no_usage_is_accepted_any_more() {
    let mut story = story();
    credit(&mut story, 100_000_000);
    for name in ["settled", "released", "expired"] {
        reserve_one(&mut story, name, 1_000_000, MINUTE_MS);
    }
    settle_one(&mut story, "settled", 1, START);
    story.command(|turn, auth| release(turn, &operator(), vec![Named { auth_id: auth, name: "released".to_owned() }]));
    story.advance(2 * HOUR_MS);
    let kept = |story: &Story| {
        let dump = story.fake.dump();
        dump.keys().filter(|key| key.starts_with("rsv") || key.starts_with("call")).count()
    };
    assert_eq!(kept(&story), 6, "three names that are used up, and when to forget them");
    story.advance(36 * DAY_MS);
    assert_eq!(kept(&story), 0);
    assert!(!story.fake.dump().contains_key("store/reservations"));
    assert!(!story.fake.timers().contains_key("store/reservations"));
}

#[test]
fn a_thousand_reservations_of_one_account_take_few_crossings() {
    let mut story = story();
    credit(&mut story, 1_000_000_000);
    let holds: Vec<Hold> = (0..1000).map(|number| hold(&story.account, &format!("call-{number}"), 1_000, 0)).collect();
    let before = story.fake.crossings();
    let answers = story.fake.command(START, |turn| reserve(turn, &operator(), holds)).expect("a batch");
    assert!(answers.iter().all(|answer| matches!(answer, ReserveAnswer::Reserved(_))));
    assert!(story.fake.crossings() - before < 25, "{}", story.fake.crossings() - before);
    let settlements: Vec<Settlement> =
        (0..1000).map(|number| settlement(story.account.clone(), &format!("call-{number}"), 1, START)).collect();
    let before = story.fake.crossings();
    let batch = story.fake.command(START, |turn| settle(turn, &operator(), settlements)).expect("a batch");
    assert!(batch.answers.iter().all(|answer| matches!(answer, SettleAnswer::Settled(_))));
    assert!(story.fake.crossings() - before < 40, "{}", story.fake.crossings() - before);
    assert_eq!((story.balance().balance, story.balance().available), (0, 0));
}

#[test]
fn a_token_names_its_own_accounts_only() {
    let mut story = story();
    credit(&mut story, 10_000_000);
    let sub = story
        .command(|turn, auth| crate::accounts::subaccounts::create(turn, &operator(), auth, "one".to_owned(), true));
    let account = story.account.clone();
    let token = story
        .fake
        .query(START, |turn| crate::accounts::reveal_token(turn, &operator(), account.clone()))
        .expect("a known account");
    let ask = |auth_id: &str, token: &str, of: &str, name: &str| {
        let holds = vec![hold(of, name, 1_000_000, 0)];
        story.fake.command(START, |turn| reserve(turn, &holder(auth_id, token), holds)).expect("a batch")
    };
    assert!(matches!(ask(&account, &token, &account, "a")[0], ReserveAnswer::Reserved(_)));
    assert!(matches!(ask(&account, &token, &sub.auth_id, "b")[0], ReserveAnswer::Reserved(_)));
    assert!(matches!(ask(&sub.auth_id, &sub.auth_token, &sub.auth_id, "c")[0], ReserveAnswer::Reserved(_)));
    let refused = ask(&sub.auth_id, &sub.auth_token, &account, "d");
    assert!(matches!(refused[0], ReserveAnswer::Refused(Refusal::NotFound(_))));
    assert_eq!(page(&story).reserved, 3_000_000);
}
