//! Records of every released version stay readable: one fixture a version, read by today's rules.
//!
//! The fixture of the present version is written by `COINBOX_WRITE_FIXTURE=1 cargo test -p coinbox-rules stored_records`, which is
//! done once, when a version is released; afterwards the file never changes.

use crate::accounts::subaccounts;
use crate::accounts::{self, AccountType, NewAccount};
use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::credit::settings::alerts;
use crate::credit::watch::recharge::Caps;
use crate::ground::idempotency::Asked;
use crate::ground::interfaces;
use crate::ground::metadata;
use crate::ground::outside::{OfferedNumber, StockOutcome};
use crate::ground::product::{Event, Heading, NumberKind, Product, Rejection};
use crate::ground::testing::{START, keyed};
use crate::ground::vocabulary::DAY_MS;
use crate::invoices;
use crate::jobs;
use crate::numbers;
use crate::operator as ledger_operator;
use crate::payments::cards;
use crate::payments::charges;
use crate::payments::coupons;
use crate::policy;
use crate::pricing::{self, PriceRow};
use crate::stories::invoices::recurring;
use crate::stories::scenario::{Answer, Story, changes, operator};
use crate::usage;
use crate::usage::daily;
use crate::usage::reservations::{self, Extension, Hold, Kind, Named, Price};
use crate::usage::running_calls::{self, RunningCall};
use std::collections::{BTreeMap, BTreeSet};

const VERSION_1: &str = include_str!("../../fixtures/records-v1.json");

/// Kinds of records that came after the release of the last fixture.
const UNRELEASED: &[&str] = &[
    "acctm", "adj", "back", "bi", "bill", "body", "chk", "clos", "coup", "cyc", "daily", "day", "doc", "docn", "docno",
    "docst", "draft", "dun", "ended", "held", "hist", "iss", "mov", "nb", "nbi", "nbn", "ord", "page", "recur", "red",
    "redc", "redn", "redt", "rel", "rent", "rfd", "rsv", "rsvc", "rsve", "rsvx", "seat", "seen", "series", "spend",
    "use",
];

fn row(prefix: &str, rate: &str) -> PriceRow {
    PriceRow {
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        country: "US".to_owned(),
        prefix: prefix.to_owned(),
        rate: rate.to_owned(),
        first_increment: 60,
        next_increment: 60,
        group: None,
    }
}

fn event(id: &str, auth_id: &str, number: &str) -> Event {
    Event {
        id: id.to_owned(),
        auth_id: auth_id.to_owned(),
        product: Product::VOICE,
        heading: Heading::OUTBOUND,
        number: number.to_owned(),
        quantity: 61,
        at: START,
    }
}

/// A number that was released, and one whose rent is owed: while it was on order the credit was spent.
fn numbers(story: &mut Story) {
    let new = NewAccount {
        currency: None,
        account_type: AccountType::Developer,
        name: "Renter".to_owned(),
        email: "rent@acme.example".to_owned(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
    };
    let account = story.command(|turn, _| accounts::create(turn, &operator(), new)).auth_id;
    let purchase = |number: &str| numbers::Purchase {
        offer: OfferedNumber {
            number: number.to_owned(),
            country: "US".to_owned(),
            calling_code: "1".to_owned(),
            kind: NumberKind::Local,
            region: String::new(),
            city: String::new(),
            voice: true,
            sms: true,
            mms: false,
        },
        alias: Some("front desk".to_owned()),
        app_id: None,
    };
    let buy = |turn: &mut crate::ground::turn::Turn<'_>, number| {
        numbers::buy(turn, &operator(), account.to_owned(), purchase(number))
    };
    story.command(|turn, _| buy(turn, "14155550100"));
    story.command(|turn, _| numbers::release(turn, &operator(), account.to_owned(), "14155550100".to_owned()));
    *story.gateway.stock_script.borrow_mut() = vec![StockOutcome::Unknown("time-out".to_owned())];
    story.command(|turn, _| buy(turn, "14155550101"));
    let spent = Adjustment::Debit(9_000_000);
    story.command(|turn, _| adjustments::adjust(turn, &operator(), account.to_owned(), spent, "spent".to_owned()));
}

/// A store that holds every kind of record. Answers the sub-account too.
fn everything() -> (Story, String) {
    let mut story = Story::new();
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, vec![row("1", "0.01"), row("1212", "0.02")]));
    let prices = pricing::NumberPrices {
        rows: vec![pricing::NumberRow {
            country: "US".to_owned(),
            kind: NumberKind::Local,
            setup: "1".to_owned(),
            monthly: "0.8".to_owned(),
        }],
        seat: None,
    };
    story.command(|turn, _| pricing::set_number_prices(turn, &operator(), 1, prices));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    story.command(|turn, auth| {
        pricing::set_overrides(turn, &operator(), auth, START, vec![row("1415", "0.005")], None, None, None)
    });
    story.recharge(30);
    reserve(&mut story);
    story.command(|turn, auth| {
        let goodwill = Goodwill { amount: 5_000_000, expires: Some(START + 90 * DAY_MS) };
        adjustments::adjust(turn, &operator(), auth, Adjustment::Goodwill(goodwill), "sorry".to_owned())
    });
    story.automatic(40, 25, Caps { month: Some(500_000_000), ..Caps::default() });
    story.script(&[Answer::Decline]);
    story.debit(70);
    story.command(|turn, _| {
        let coupon = coupons::NewCoupon {
            currency: None,
            code: Some("SPRING-26".to_owned()),
            amount: 1_000_000,
            redeem_by: START + DAY_MS,
            validity: coupons::Validity::Lasting(DAY_MS),
            uses: 10,
            uses_per_account: 1,
            note: "fair".to_owned(),
        };
        coupons::create(turn, &operator(), coupon)
    });
    for code in ["SPRING-26", "SPRING-27"] {
        story.command(|turn, auth| coupons::redeem(turn, &operator(), auth, code.to_owned()));
    }
    let sub =
        story.command(|turn, auth| subaccounts::create(turn, &operator(), auth, "sales".to_owned(), true)).auth_id;
    story.command(|turn, auth| {
        let recipients = vec!["billing@acme.example".to_owned()];
        alerts::set_alerts(turn, &operator(), auth, Some(vec![20_000_000]), Some(recipients))
    });
    let batch = vec![
        event("call-1", &sub, "14155550100"),
        event("call-2", &sub, "99900000"),
        event("call-1", &sub, "14155550100"),
    ];
    story.command(|turn, _| usage::record_events(turn, &keyed(operator(), "batch-1"), batch));
    story.command(|turn, auth| {
        let limits = changes(&[("maximum-recharge", "20000.00"), ("standard-rate", "50")]);
        policy::change_account_settings(turn, &operator(), auth, None, limits)
    });
    story.minimum(20);
    let trial = |turn: &mut crate::ground::turn::Turn<'_>, _| {
        let trial = NewAccount {
            currency: None,
            account_type: AccountType::Developer,
            name: "Trial".to_owned(),
            email: "try@acme.example".to_owned(),
            address: "1 Main St".to_owned(),
            city: "Springfield".to_owned(),
            state: "IL".to_owned(),
            timezone: "America/Chicago".to_owned(),
        };
        accounts::create(turn, &operator(), trial)
    };
    story.command(trial);
    let other = story.command(trial);
    let other = || other.auth_id.clone();
    story.command(|turn, _| cards::add_card(turn, &operator(), other(), "tok_9".to_owned(), false));
    story.command(|turn, _| charges::recharge(turn, &operator(), other(), 30_000_000, None));
    story.command(|turn, _| {
        accounts::set_standing(turn, &operator(), other(), accounts::Standing::Closed, "wished".to_owned())
    });
    numbers(&mut story);
    story.command(|turn, auth| daily::set_daily_summary(turn, &operator(), auth, daily::DailyChoice::On));
    story.command(|turn, auth| cards::add_card(turn, &operator(), auth, "tok_2".to_owned(), false));
    story.command(|turn, auth| cards::remove_card(turn, &operator(), auth, "card-2".to_owned()));
    // A charge that stays open for more than a day, and a payment of another history of this store.
    story.script(&[Answer::LostBefore; 20]);
    story.recharge(60);
    story.advance(2 * DAY_MS);
    story.gateway.paid.borrow_mut().push((format!("cb-otherstore000000-{}-charge-77", story.account), 1_000_000));
    // One whose client's key is known, and whose number is taken.
    let asked = Asked { function: "credits.recharge".to_owned(), key: "a".repeat(64), args: "b".repeat(64) };
    let key = format!("cb-otherstore000000-{}-charge-1", story.account);
    story.gateway.metadata.borrow_mut().insert(key.clone(), metadata::of("manual", Some(&asked)));
    story.gateway.paid.borrow_mut().push((key, 1_000_000));
    story.command(|turn, _| jobs::store_opened(turn, jobs::Beginning::Restored(START)));
    write_off(&mut story);
    // What follows is written down and not driven any more.
    let running = running_call(&story);
    story
        .fake
        .command(story.now, |turn| running_calls::calls_started(turn, &operator(), vec![running]))
        .expect("a known account");
    story
        .fake
        .command(story.now, |turn| jobs::store_opened(turn, jobs::Beginning::Restored(START)))
        .expect("any store");
    let account = story.account.clone();
    let adjustment = Adjustment::Goodwill(Goodwill { amount: 1_000_000, expires: None });
    story
        .fake
        .command(story.now, |turn| {
            accounts::set_standing(
                turn,
                &operator(),
                account.clone(),
                accounts::Standing::Active,
                "checked".to_owned(),
            )?;
            adjustments::adjust(turn, &operator(), account, adjustment, "one more".to_owned()).map_err(|error| {
                match error {
                    interfaces::credits::Error::Refused(refusal) => accounts::Error::Refused(refusal),
                    other => panic!("{other:?}"),
                }
            })
        })
        .expect("good commands");
    with_documents(&story);
    (story, sub)
}

/// A coupon of another store that is being claimed.
fn claim_elsewhere(story: &Story) {
    story.fake.set_mark("B2");
    let account = story.account.clone();
    let redeemed =
        story.fake.command(story.now, |turn| coupons::redeem(turn, &operator(), account, "SPRING-28".to_owned()));
    assert!(matches!(redeemed, Ok(coupons::Outcome::Started(_))), "{redeemed:?}");
    story.fake.set_mark("");
}

/// A debt that was written off.
fn write_off(story: &mut Story) {
    let owing = NewAccount {
        currency: None,
        account_type: AccountType::Standard,
        name: "Owing".to_owned(),
        email: "owe@acme.example".to_owned(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
    };
    story.command(|turn, _| {
        let account = accounts::create(turn, &operator(), owing).expect("a good account").auth_id;
        adjustments::adjust(turn, &operator(), account.clone(), Adjustment::Debit(1_000_000), "spent".to_owned())?;
        adjustments::write_off(turn, &operator(), account, "gone".to_owned())
    });
}

fn running_call(story: &Story) -> RunningCall {
    RunningCall { call: "call-7".to_owned(), auth_id: story.account.clone(), started: START, source: None }
}

/// One reservation that is over and one whose extension was refused.
fn reserve(story: &mut Story) {
    let account = story.account.clone();
    let hold = |name: &str| Hold {
        auth_id: account.clone(),
        name: name.to_owned(),
        kind: Kind::Call,
        price: Price::Fixed(0),
        lasts_ms: 7 * DAY_MS,
        at_least: None,
        source: None,
    };
    let more = Extension {
        auth_id: account.clone(),
        name: "call-9".to_owned(),
        price: Price::Fixed(1_000_000_000),
        lasts_ms: 0,
        at_least: None,
    };
    let holds = vec![hold("call-8"), hold("call-9")];
    let first = Named { auth_id: account.clone(), name: "call-8".to_owned() };
    story.command(|turn, _| {
        reservations::reserve(turn, &operator(), holds)?;
        reservations::release(turn, &operator(), vec![first])?;
        reservations::extend(turn, &operator(), vec![more])
    });
}

/// A coupon of another store, a recurring charge, billing information, seats, a quarterly cycle, an invoice that is collected, and a final
/// invoice that has no number yet.
fn with_documents(story: &Story) {
    claim_elsewhere(story);
    let started = story.fake.command(story.now, |turn| recurring::start_one(turn, story.account.clone()));
    assert!(started.is_ok(), "{started:?}");
    let change = invoices::BillingChange { country: Some("US".to_owned()), ..invoices::BillingChange::default() };
    let main = crate::ground::ids::AuthId::parse(&story.account).expect("an auth ID");
    let made: Result<(), invoices::Error> = story.fake.command(story.now, |turn| {
        invoices::set_billing(turn, &operator(), story.account.clone(), change)?;
        invoices::set_seats(turn, &operator(), story.account.clone(), 2)?;
        invoices::set_cycle(turn, &operator(), story.account.clone(), 3)?;
        invoices::mark_failed(turn, main, "2026-000001", true)?;
        crate::credit::records::dunning::start(turn, main, "2026-000001", (START - DAY_MS, START))?;
        crate::usage::unusual::run(turn, main)?;
        for _ in 0..100 {
            if let invoices::FinalStep::Ready(draft) = invoices::begin_final(turn, main)? {
                return Ok(invoices::end_final(turn, main, *draft, None)?);
            }
        }
        panic!("the totals never catch up");
    });
    made.expect("good commands");
}

#[test]
fn the_fixture_holds_every_kind_of_record_that_is_written_today() {
    let (story, _) = everything();
    let kind = |key: &String| key.split('/').next().unwrap_or_default().to_owned();
    let today: BTreeSet<String> = story.fake.dump().keys().map(kind).collect();
    if std::env::var_os("COINBOX_WRITE_FIXTURE").is_some() {
        let text = serde_json::to_string_pretty(&story.fake.dump()).expect("texts");
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/records-v1.json"), text + "\n")
            .expect("writable");
        return;
    }
    let stored: BTreeMap<String, String> = serde_json::from_str(VERSION_1).expect("an object of texts");
    let mut kept: BTreeSet<String> = stored.keys().map(kind).collect();
    kept.extend(UNRELEASED.iter().map(|kind| (*kind).to_owned()));
    assert_eq!(today, kept);
    for (key, value) in &stored {
        let version = serde_json::from_str::<serde_json::Value>(value).expect("JSON")["v"].clone();
        assert_eq!(version, 1, "{key}");
    }
}

#[test]
fn records_of_version_1_are_read_and_worked_with() {
    let stored: BTreeMap<String, String> = serde_json::from_str(VERSION_1).expect("an object of texts");
    let (mut story, sub) = everything();
    story.fake.replace(&stored);
    // The identifiers follow from the seed of the fake host, so they are those of the fixture.
    let balance = story.balance();
    assert_eq!((balance.balance, balance.owed, balance.out_of_credit), (-8_010_000, 8_010_000, true));
    assert_eq!(story.status().failures, 0, "the payment of the other history has reset the ladder");
    let listed = story
        .fake
        .query(story.now, |turn| charges::list_charges(turn, &operator(), story.account.clone(), None, 100))
        .expect("a known account");
    assert_eq!(listed.charges.len(), 4);
    let rejected = story
        .fake
        .query(story.now, |turn| usage::list_rejected(turn, &operator(), None, None, None, 10))
        .expect("a list");
    assert_eq!(rejected.rejected[0].reason, Rejection::NoPrice);
    let again = vec![event("call-1", &sub, "14155550100")];
    let answer = story.fake.command(story.now, |turn| usage::record_events(turn, &operator(), again)).expect("a batch");
    assert_eq!(answer.answers, [usage::Answer::Duplicate]);
    let calls = story
        .fake
        .query(story.now, |turn| running_calls::list_calls(turn, &operator(), story.account.clone()))
        .expect("a known account");
    assert_eq!(calls.len(), 1);
    let page =
        story.fake.query(story.now, |turn| ledger_operator::read_ledger(turn, &operator(), None, 100)).expect("a page");
    let sum: i64 = page.transactions.iter().flat_map(|one| &one.postings).map(|posting| posting.amount).sum();
    assert_eq!((page.transactions.len(), sum), (8, 0));
    // A price book from before rows were listed by country.
    let prices = story
        .fake
        .query(story.now, |turn| pricing::by_country(turn, &operator(), sub.clone(), "US".to_owned()))
        .expect("priced");
    let shown: Vec<(&str, &str)> = prices.rows.iter().map(|row| (row.prefix.as_str(), row.rate.as_str())).collect();
    assert_eq!((prices.calling_code, shown), (Some(1), vec![("1", "0.01"), ("1212", "0.02"), ("1415", "0.005")]));
    assert_eq!((prices.numbers.len(), prices.seat), (0, None));
    // Opened by these rules, its accounts become found by their addresses (INV-9).
    story.fake.command(story.now, |turn| jobs::store_opened(turn, jobs::Beginning::Again)).expect("a good store");
    // Time goes on: the open charge is asked about and paid, what is owed is paid first.
    story.script(&[]);
    story.advance(2 * DAY_MS);
    let entries = story.fake.dump().keys().filter(|key| key.starts_with("acctm/")).count();
    let filter = accounts::AccountFilter { email: Some("TRY@acme.example".to_owned()), ..Default::default() };
    let found =
        story.fake.query(story.now, |turn| accounts::list(turn, &operator(), Some(filter), None, 10)).expect("a list");
    assert_eq!((entries, found.accounts.len()), (2, 1));
    assert!(story.balance().balance >= 51_990_000);
    assert_eq!(story.balance().owed, 0);
}
