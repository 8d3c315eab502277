//! Stories about rented numbers, and the rent of many accounts under random interruptions.

use crate::accounts::{self, AccountType, NewAccount};
use crate::credit::movements::adjustments::{self, Adjustment};
use crate::credit::settings::balance;
use crate::ground::calendar::{Month, start_of};
use crate::ground::ids::AuthId;
use crate::ground::job::{Next, Progress};
use crate::ground::money::Money;
use crate::ground::outside::{OfferFilter, OfferPage, OfferedNumber, StockOutcome};
use crate::ground::product::NumberKind;
use crate::ground::testing::{Fake, START};
use crate::ground::turn::{Record, Turn};
use crate::ground::vocabulary::{DAY_MS, Fault, HOUR_MS, Instant};
use crate::jobs;
use crate::ledger::Transaction;
use crate::numbers::records::{self, Rented};
use crate::numbers::{Error, NumberFilter, Purchase, buy, get, list, offers, price_offers, release, rent};
use crate::policy::FirstMonth;
use crate::pricing::{self, NumberPrices, NumberRow};
use crate::stories::scenario::{Story, change_policy, operator};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn offer(number: &str) -> OfferedNumber {
    OfferedNumber {
        number: number.to_owned(),
        country: "US".to_owned(),
        calling_code: "1".to_owned(),
        kind: NumberKind::Local,
        region: "California".to_owned(),
        city: "San Francisco".to_owned(),
        voice: true,
        sms: true,
        mms: false,
    }
}

fn purchase(number: &str) -> Purchase {
    Purchase { offer: offer(number), alias: None, app_id: None }
}

fn prices(setup: &str, monthly: &str) -> NumberPrices {
    let (country, kind) = ("US".to_owned(), NumberKind::Local);
    NumberPrices {
        rows: vec![NumberRow { country, kind, setup: setup.to_owned(), monthly: monthly.to_owned() }],
        seat: None,
    }
}

fn publish(fake: &Fake, now: Instant, from: Instant, setup: &str, monthly: &str) {
    fake.command(now, |turn| {
        let version = pricing::create_version(turn, &operator(), None)?.number;
        pricing::set_number_prices(turn, &operator(), version, prices(setup, monthly))?;
        pricing::publish_version(turn, &operator(), version, from)
    })
    .expect("good prices");
}

/// Case 09-one-number-spoils-the-search: one bad row of a stock is left out and told, and its neighbours are offered.
#[test]
fn what_the_rules_refuse_of_a_stock_is_left_out_and_told() {
    let story = Story::new();
    let anything = OfferFilter {
        number: None,
        country: Some("US".to_owned()),
        kind: None,
        pattern: None,
        region: None,
        city: None,
        voice: false,
        sms: false,
        mms: false,
        offset: 0,
        limit: 100,
    };
    let bad = [
        OfferedNumber { calling_code: "00".to_owned(), ..offer("0014155550100") },
        OfferedNumber { country: "UK".to_owned(), ..offer("14155550104") },
        OfferedNumber { calling_code: "44".to_owned(), ..offer("14155550105") },
        OfferedNumber { city: "Ac\u{e000}me".to_owned(), ..offer("14155550106") },
        OfferedNumber { region: "x".repeat(101), ..offer("14155550107") },
        offer("14155550108\u{202e}"),
    ];
    let good = [offer("14155550101"), offer("14155550102")];
    let numbers: Vec<OfferedNumber> = bad.iter().chain(&good).cloned().collect();
    *story.gateway.offers.borrow_mut() = Some(OfferPage { numbers, total: 8 });
    let page = offers(&story.gateway, anything.clone()).expect("a page");
    assert_eq!((&page.numbers[..], page.total), (&good[..], 8));
    let warnings = story.gateway.warnings.borrow();
    assert_eq!(warnings.len(), 1);
    let told = "6 numbers of the stock are left out of a page of offers; \"0014155550100\": offer.number must be 5 to 15 digits";
    assert!(warnings[0].starts_with(told), "{}", warnings[0]);
    let priced =
        |offers| story.fake.query(story.now, |turn| price_offers(turn, &operator(), story.account.clone(), offers));
    assert!(priced(page.numbers).is_ok(), "what is offered can be priced");
    assert!(bad.iter().all(|offer| priced(vec![offer.clone()]).is_err()), "what is left out cannot");
    assert_eq!(offers(&story.gateway, OfferFilter { country: Some("UK".to_owned()), ..anything }), None);
}

fn buy_in(story: &mut Story, number: &str) {
    let purchase = purchase(number);
    story.command(|turn, auth| buy(turn, &operator(), auth, purchase));
}

/// A standard account in a store whose months end.
fn open_store() -> Story {
    let mut story = Story::new();
    story.command(|turn, _| jobs::store_opened(turn, jobs::Beginning::Created));
    story
}

fn units(text: &str) -> Money {
    Money::parse(text).expect("an amount")
}

#[test]
fn num_3_the_first_month_by_each_treatment() {
    let at = |year, month, day| start_of(jiff::civil::date(year, month, day)) + 12 * HOUR_MS;
    let rent = |treatment, monthly: &str, at| first_rent_text(treatment, monthly, at);
    fn first_rent_text(treatment: FirstMonth, monthly: &str, at: Instant) -> String {
        rent::first_rent(treatment, units(monthly), at).expect("in range").to_string()
    }
    use FirstMonth::{Full, None, Prorated};
    // 13 of 30 days (R34).
    assert_eq!(rent(Prorated, "1.00", at(2026, 4, 18)), "0.43333");
    assert_eq!(rent(Prorated, "1.00", at(2026, 4, 1)), "1.00");
    assert_eq!(rent(Prorated, "1.00", at(2026, 4, 30)), "0.03333");
    // 1/28 = 0.0357142…, 1/29 = 0.0344827…
    assert_eq!(rent(Prorated, "1.00", at(2026, 2, 28)), "0.03571");
    assert_eq!(rent(Prorated, "1.00", at(2028, 2, 29)), "0.03448");
    assert_eq!(rent(Prorated, "1.00", at(2028, 2, 28)), "0.06897");
    // 0.0001 × 15/30 = 0.00005 exactly; 0.00001 × 15/30 = 0.000005 is half a step: up.
    assert_eq!(rent(Prorated, "0.0001", at(2026, 4, 16)), "0.00005");
    assert_eq!(rent(Prorated, "0.00001", at(2026, 4, 16)), "0.00001");
    assert_eq!(rent(Prorated, "0.00001", at(2026, 4, 17)), "0.00");
    assert_eq!(
        (rent(Full, "1.00", at(2026, 4, 18)), rent(None, "1.00", at(2026, 4, 1))),
        ("1.00".into(), "0.00".into())
    );
    assert_eq!(rent(Prorated, "0.00", at(2026, 4, 18)), "0.00");
}

#[test]
fn num_2_what_is_held_is_posted_when_the_stock_delivers() {
    let mut story = open_store();
    publish(&story.fake, START, 0, "0.5", "3.1");
    story.recharge(25);
    story.advance(15 * DAY_MS);
    *story.gateway.stock_script.borrow_mut() = vec![StockOutcome::Unknown("time-out".to_owned())];
    buy_in(&mut story, "14155550100");
    // 16 of 31 days: 1.60; with the fee 2.10 are held.
    assert_eq!((story.units(), story.balance().available), ("25.00".to_owned(), 22_900_000));
    story.advance(HOUR_MS);
    assert_eq!((story.units(), story.balance().available), ("22.90".to_owned(), 22_900_000));
    let lines: Vec<(String, String, i64)> = lines_of(&story.fake);
    assert_eq!(lines, [("ns".into(), "2026-03".into(), 500_000), ("nr".into(), "2026-03".into(), 1_600_000)]);
    assert_eq!(*story.gateway.delivered.borrow(), [("order", "14155550100".to_owned())]);
}

fn lines_of(fake: &Fake) -> Vec<(String, String, i64)> {
    transactions(fake)
        .into_iter()
        .flat_map(|transaction| transaction.lines)
        .map(|line| (line.p, line.i, line.m.micros()))
        .collect()
}

fn transactions(fake: &Fake) -> Vec<Transaction> {
    let entries = fake.dump();
    let texts = entries.iter().filter(|(key, _)| key.starts_with("t/")).map(|(_, text)| text);
    texts.map(|text| serde_json::from_str(text).expect("a transaction")).collect()
}

#[test]
fn an_order_that_is_delivered_in_a_later_month_pays_from_that_day() {
    let mut story = open_store();
    publish(&story.fake, START, 0, "0", "3.1");
    story.recharge(25);
    story.advance(30 * DAY_MS);
    // Ordered on the 31st for 0.10. The stock is asked four times on that day, once on each day from April 1st, and has it on the
    // 30th: one of 30 days, 3.10 / 30 = 0.10333.
    *story.gateway.stock_script.borrow_mut() = vec![StockOutcome::Unknown("time-out".to_owned()); 4 + 29];
    buy_in(&mut story, "14155550100");
    assert_eq!(story.balance().available, 24_900_000);
    story.advance(40 * DAY_MS);
    assert_eq!(lines_of(&story.fake)[0], ("nr".to_owned(), "2026-04".to_owned(), 103_330));
    assert_eq!(lines_of(&story.fake)[1], ("nr".to_owned(), "2026-05".to_owned(), 3_100_000));
    assert_eq!(lines_of(&story.fake).len(), 2);
}

#[test]
fn num_4_unpaid_rent_is_warned_about_and_then_the_number_goes() {
    let mut story = open_store();
    publish(&story.fake, START, 0, "0", "10");
    story.recharge(25);
    buy_in(&mut story, "14155550100");
    buy_in(&mut story, "14155550101");
    assert_eq!(story.units(), "5.00");
    // April 1st: 20.00 are due, 5.00 of the first number's are paid.
    let first = start_of(jiff::civil::date(2026, 4, 1));
    story.advance(first - story.now - 1);
    assert_eq!(story.units(), "5.00");
    story.advance(1);
    assert_eq!((story.units(), story.mails("rent-owed")), ("-15.00".to_owned(), 1));
    for (days, mails) in [(16, 2), (23, 3), (29, 4)] {
        story.advance(first + days * DAY_MS - story.now - 1);
        assert_eq!(story.mails("rent-owed"), mails - 1, "a millisecond before day {days}");
        story.advance(1);
        assert_eq!(story.mails("rent-owed"), mails, "day {days}");
    }
    story.advance(first + 30 * DAY_MS - story.now - 1);
    assert_eq!(listed(&story), 2);
    story.advance(1);
    // April has 30 days: it is May 1st, of which the numbers are held for no instant (R82).
    assert_eq!((listed(&story), story.mails("number-released")), (0, 1));
    assert_eq!(story.units(), "-15.00");
    assert_eq!(story.gateway.delivered.borrow().len(), 4);
    story.advance(60 * DAY_MS);
    assert_eq!((story.units(), story.mails("rent-owed")), ("-15.00".to_owned(), 4), "nothing more falls due");
}

/// A store in which rent of two numbers is unpaid since April 1st, and that of a third is paid. Answers the first of May.
fn two_to_be_released() -> (Story, Instant) {
    let mut story = open_store();
    publish(&story.fake, START, 0, "0", "10");
    story.recharge(40);
    for number in ["14155550100", "14155550101", "14155550102"] {
        buy_in(&mut story, number);
        story.advance(1);
    }
    // 10.00 are left, which pay the oldest rental.
    let may = start_of(jiff::civil::date(2026, 5, 1));
    story.advance(may - DAY_MS - story.now);
    assert_eq!((story.units(), listed(&story)), ("-20.00".to_owned(), 3));
    (story, may)
}

#[test]
fn money_02_rent_for_a_month_not_held_whichever_job_comes_first() {
    let (mut story, may) = two_to_be_released();
    story.now = may;
    // The run of the month, before the job that watches unpaid rent.
    let page = |story: &Story, after: Option<String>| {
        story
            .fake
            .command(story.now, |turn| crate::numbers::rent_run::run(turn, Month::of(may), after.as_deref()))
            .expect("a page")
    };
    let Progress::After(after) = page(&story, None) else { panic!("it releases first") };
    assert_eq!((listed(&story), story.balance().balance), (1, -20_000_000));
    assert!(matches!(page(&story, Some(after)), Progress::Done));
    assert_eq!((listed(&story), story.balance().balance), (1, -30_000_000));
    story.drain();
    assert_eq!((listed(&story), story.balance().balance), (1, -30_000_000), "the jobs find nothing left");
    let months: Vec<String> = lines_of(&story.fake).into_iter().map(|(_, month, _)| month).collect();
    assert_eq!(months, ["2026-03", "2026-03", "2026-03", "2026-04", "2026-04", "2026-04", "2026-05"]);
}

#[test]
fn money_02_rent_for_a_month_not_held_by_a_server_that_was_down_over_the_first() {
    let (mut story, may) = two_to_be_released();
    story.now = may + 2 * DAY_MS + HOUR_MS;
    // Somebody asks before any job has run: what is to be released owes nothing of May.
    let caught_up = story.fake.command(story.now, |turn| {
        let account = AuthId::parse(&story.account).expect("an auth ID");
        rent::catch_up_all(turn, account)
    });
    assert_eq!((caught_up, story.balance().balance), (Ok(true), -30_000_000));
    story.drain();
    assert_eq!((listed(&story), story.balance().balance), (1, -30_000_000));
}

#[test]
fn money_02_rent_for_a_month_not_held_but_one_that_is_paid_in_time_owes_it() {
    let (mut story, may) = two_to_be_released();
    story.now = may + 2 * DAY_MS;
    // The payment comes before the jobs that are late.
    let gift = Adjustment::Goodwill(adjustments::Goodwill { amount: 10_000_000, expires: None });
    let account = story.account.clone();
    let given = story
        .fake
        .command(story.now, |turn| adjustments::adjust(turn, &operator(), account, gift, "in time".to_owned()));
    assert!(given.is_ok());
    story.drain();
    // One number is kept, and owes May like the first.
    assert_eq!((listed(&story), story.balance().balance), (2, -30_000_000));
}

fn listed(story: &Story) -> u32 {
    let filter = NumberFilter::default();
    story
        .fake
        .query(story.now, |turn| list(turn, &operator(), story.account.clone(), filter, 0, 1))
        .expect("a page")
        .total
}

#[test]
fn num_4_a_recharge_keeps_the_numbers_whose_rent_it_pays() {
    let mut story = open_store();
    publish(&story.fake, START, 0, "0", "30");
    story.recharge(61);
    buy_in(&mut story, "14155550100");
    buy_in(&mut story, "14155550101");
    // May: 60.00 are due, 1.00 is there. 30.00 more pay the first number and 1.00 of the second.
    let first = start_of(jiff::civil::date(2026, 4, 1));
    story.advance(first - story.now);
    assert_eq!(story.units(), "-59.00");
    story.recharge(30);
    let release_at = |story: &Story, number: &str| {
        story
            .fake
            .query(story.now, |turn| get(turn, &operator(), story.account.clone(), number.to_owned()))
            .expect("a number")
            .release_at
    };
    assert_eq!(release_at(&story, "14155550100"), None);
    assert_eq!(release_at(&story, "14155550101"), Some(first + 30 * DAY_MS));
    story.advance(30 * DAY_MS);
    assert_eq!(listed(&story), 1);
    assert_eq!(release_at(&story, "14155550100"), Some(first + 60 * DAY_MS), "May is unpaid now");
}

#[test]
fn num_3_what_was_held_at_midnight_owes_even_if_the_run_is_late() {
    let first = start_of(jiff::civil::date(2026, 4, 1));
    let rents = |story: &Story| {
        let lines = transactions(&story.fake).into_iter().filter(|transaction| transaction.kind == "rent");
        lines.flat_map(|transaction| transaction.lines).map(|line| format!("{} {}", line.n, line.i)).collect::<Vec<_>>()
    };
    // Five minutes past midnight nothing has been driven yet.
    let at_five_past = |act: &dyn Fn(&mut Turn<'_>, String) -> Result<(), Error>| {
        let mut story = open_store();
        publish(&story.fake, START, 0, "0", "3.1");
        story.recharge(25);
        buy_in(&mut story, "14155550100");
        buy_in(&mut story, "14155550101");
        story.now = first + 5 * crate::ground::vocabulary::MINUTE_MS;
        let account = story.account.clone();
        story.fake.command(story.now, |turn| act(turn, account)).expect("a good command");
        story
    };
    let released = |turn: &mut Turn<'_>, auth| release(turn, &operator(), auth, "14155550101".to_owned()).map(drop);
    let mut story = at_five_past(&released);
    assert_eq!(rents(&story), ["14155550101 2026-04"]);
    story.drain();
    assert_eq!(rents(&story), ["14155550101 2026-04", "14155550100 2026-04"]);
    let bought = |turn: &mut Turn<'_>, auth| buy(turn, &operator(), auth, purchase("14155550102")).map(drop);
    let mut story = at_five_past(&bought);
    assert_eq!(rents(&story), ["14155550100 2026-04", "14155550101 2026-04"]);
    story.drain();
    assert_eq!((rents(&story).len(), story.units()), (2, "9.50".to_owned()));
    // 25 − 3.10 − 3.10 = 18.80 before midnight; a third number would fit only if April were forgotten.
    let mut story = open_store();
    publish(&story.fake, START, 0, "0", "12");
    story.recharge(30);
    buy_in(&mut story, "14155550100");
    let account = story.account.clone();
    let refused = story.fake.command(first, |turn| buy(turn, &operator(), account, purchase("14155550101")));
    let missing = crate::ground::vocabulary::Refusal::OutOfCredit(6_000_000);
    assert_eq!(refused, Err(Error::Refused(missing)), "18.00 are there, 12.00 are due");
}

/// Accounts with numbers, their credit; a month's run that is stopped and started anew at random.
fn rent_run(sizes: &[usize], credits: &[i64], stops: &[bool]) -> Result<(), TestCaseError> {
    let fake = Fake::new();
    fake.command(START, |turn| jobs::store_opened(turn, jobs::Beginning::Created)).expect("a new store");
    publish(&fake, START, 0, "0", "1.25");
    let mut accounts = BTreeMap::new();
    for (place, (size, credit)) in sizes.iter().zip(credits).enumerate() {
        let new = NewAccount {
            currency: None,
            account_type: AccountType::Standard,
            name: format!("Account {place}"),
            email: format!("a{place}@example.com"),
            address: String::new(),
            city: String::new(),
            state: String::new(),
            timezone: "UTC".to_owned(),
        };
        let auth = fake.command(START, |turn| accounts::create(turn, &operator(), new)).expect("good").auth_id;
        let account = AuthId::parse(&auth).expect("an auth ID");
        fake.command(START, |turn| -> Result<(), Fault> {
            for number in 0..*size {
                let rented = serde_json::json!({
                    "v": 1,
                    "offer": offer(&format!("1415{place:03}{number:04}")),
                    "holder": account,
                    "since": START,
                    "monthly": Money::ZERO,
                    "through": Month::of(START),
                });
                records::insert(turn, account, &serde_json::from_value(rented).expect("a record"))?;
            }
            Ok(())
        })
        .expect("records");
        if *credit > 0 {
            let goodwill = Adjustment::Goodwill(adjustments::Goodwill { amount: *credit * 10, expires: None });
            fake.command(START, |turn| {
                adjustments::adjust(turn, &operator(), auth.clone(), goodwill, "gift".to_owned())
            })
            .expect("good");
        }
        accounts.insert(auth, (*size, *credit * 10));
    }
    let first = Month::of(START).end();
    let (mut stops, mut done) = (stops.iter().chain(std::iter::repeat(&false)), false);
    for step in 0..10_000 {
        let now = first + step;
        // A host that dies before the changes are kept: the same call comes again.
        if *stops.next().expect("endless") {
            let lost: Result<Next, ()> = fake.command(now, |turn| {
                jobs::begin(turn, "store/month-end".to_owned()).expect("a known job");
                Err(())
            });
            prop_assert!(lost.is_err());
        }
        if fake.command(now, |turn| jobs::begin(turn, "store/month-end".to_owned())).expect("a known job") == Next::Rest
        {
            done = true;
            break;
        }
    }
    prop_assert!(done);
    let mut seen = BTreeSet::new();
    let mut charged: BTreeMap<String, i64> = BTreeMap::new();
    for transaction in transactions(&fake).iter().filter(|transaction| transaction.kind == "rent") {
        prop_assert!(transaction.lines.len() <= 500);
        let lines: i64 = transaction.lines.iter().map(|line| line.m.micros()).sum();
        let income: i64 =
            transaction.postings.iter().filter(|posting| posting.1.is_none()).map(|posting| posting.2.micros()).sum();
        prop_assert_eq!(lines, -income);
        for line in &transaction.lines {
            prop_assert!(seen.insert((line.n.clone(), line.i.clone())), "{} twice", line.n);
            *charged.entry(line.a.to_string()).or_default() += line.m.micros();
        }
    }
    prop_assert_eq!(seen.len(), sizes.iter().sum::<usize>());
    for (auth, (size, credit)) in accounts {
        let due = 1_250_000 * i64::try_from(size).expect("few");
        prop_assert_eq!(charged.get(&auth).copied().unwrap_or_default(), due);
        let balance = fake.query(first, |turn| balance::get_balance(turn, &operator(), auth.clone())).expect("known");
        prop_assert_eq!(balance.balance, credit - due);
        // As much as is owed is owed by numbers, from the newest on.
        let account = AuthId::parse(&auth).expect("an auth ID");
        let owing = fake.query(first, |turn| records::all(turn, account)).expect("numbers");
        let owing = owing.iter().filter(|(_, rented)| rented.unpaid(Money::ZERO).is_some()).count();
        let expected = ((due - credit).max(0) + 1_249_999) / 1_250_000;
        prop_assert_eq!(i64::try_from(owing).expect("few"), expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn num_3_rent_is_taken_once_a_number_and_month_wherever_the_run_is_stopped(
        accounts in proptest::collection::vec((0_usize..40, 0_i64..4_000_000), 1..12),
        stops in proptest::collection::vec(any::<bool>(), 0..20),
    ) {
        let (sizes, credits): (Vec<usize>, Vec<i64>) = accounts.into_iter().unzip();
        rent_run(&sizes, &credits, &stops)?;
    }
}

#[test]
fn num_3_large_accounts_take_several_transactions_and_several_calls() {
    rent_run(&[2_301, 0, 1_100], &[0, 5, 100_000_000], &[true, false, true]).expect("holds");
}

#[test]
fn names_of_records_are_told() {
    assert_eq!((Rented::KIND, records::Count::KIND), ("rented number", "count of rented numbers"));
}

#[test]
fn the_policy_decides_the_first_month() {
    let mut story = open_store();
    publish(&story.fake, START, 0, "1", "31");
    story.recharge(100);
    story.advance(10 * DAY_MS);
    for (treatment, number, units) in [
        (FirstMonth::None, "14155550100", "99.00"),
        (FirstMonth::Full, "14155550101", "67.00"),
        (FirstMonth::Prorated, "14155550102", "45.00"),
    ] {
        story.command(|turn, _| change_policy(turn, |policy| policy.first_month = treatment));
        buy_in(&mut story, number);
        // 1.00 + nothing; 1.00 + 31.00; 1.00 + 21 of 31 days.
        assert_eq!(story.units(), units);
    }
}
