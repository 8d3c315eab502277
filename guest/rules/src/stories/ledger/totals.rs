//! Running totals: what is folded, once, and into which record.

use crate::ground::calendar::Month;
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::START;
use crate::ground::turn::Record;
use crate::ground::vocabulary::{DAY_MS, Instant, MINUTE_MS};
use crate::ledger::totals::{
    CycleTotals, Movement, Page, PricedSum, PricedTotals, SourceTotals, Sum, are_complete_before, cycle_key,
    movements_prefix, pages_prefix, run, source_key,
};
use crate::ledger::{self, Transaction};
use crate::pricing::{self, PriceRow};
use crate::stories::scenario::{Story, operator};
use crate::{accounts, usage};

/// A story with SMS to the United States at 0.00851.
pub(crate) fn with_prices() -> Story {
    let mut story = Story::new();
    let row = PriceRow {
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        country: "US".to_owned(),
        prefix: "1".to_owned(),
        rate: "0.00851".to_owned(),
        first_increment: 0,
        next_increment: 0,
        group: None,
    };
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, vec![row]));
    story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
    story
}

/// One message.
pub(crate) fn sms(id: &str, auth_id: &str, quantity: u32, at: Instant) -> Event {
    Event {
        id: id.to_owned(),
        auth_id: auth_id.to_owned(),
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        number: "14155550100".to_owned(),
        quantity,
        at,
    }
}

/// A stored record.
pub(crate) fn record<R: Record>(story: &Story, key: &str) -> R {
    story.fake.query(story.now, |turn| turn.need(key)).expect("written")
}

#[test]
fn a_month_is_what_was_posted_in_it_and_a_day_is_the_customers() {
    let mut story = with_prices();
    let account = AuthId::parse(&story.account).expect("an auth ID");
    // 05:30 east of UTC: the customer's day begins at 18:30 UTC.
    story.command(|turn, auth| {
        let change = accounts::Change { timezone: Some("Asia/Kolkata".to_owned()), ..accounts::Change::default() };
        accounts::update(turn, &operator(), auth, change)
    });
    let sub = story
        .command(|turn, auth| crate::accounts::subaccounts::create(turn, &operator(), auth, "sales".to_owned(), true))
        .auth_id;
    let month = Month::of(START);
    story.recharge(30);
    story.advance(month.end() - 1 - story.now);
    let (late, early) = (month.end() - DAY_MS, month.end() - 10);
    let batch = vec![sms("1", &story.account, 2, late), sms("2", &sub, 3, early), sms("3", &sub, 1, early)];
    story.command(|turn, _| usage::record_events(turn, &operator(), batch));
    story.debit(1);
    story.advance(1);
    // Posted on the first moment of the next month, used in the last.
    let batch = vec![sms("4", &sub, 10, early)];
    story.command(|turn, _| usage::record_events(turn, &operator(), batch));
    story.advance(MINUTE_MS);

    let money = Money::from_micros;
    let sub_id = AuthId::parse(&sub).expect("an auth ID");
    let priced = |count, quantity, billed, amount| PricedSum {
        count,
        quantity,
        billed,
        amount: money(amount),
        ..PricedSum::default()
    };
    let own: PricedTotals = record(&story, &source_key(month, account, account));
    assert_eq!(own.by["so//0.00851"], priced(1, 2, 2, 17_020));
    assert_eq!(own.by["ad//"], priced(1, 1, 0, 1_000_000));
    let subs: PricedTotals = record(&story, &source_key(month, account, sub_id));
    assert_eq!(subs.by["so//0.00851"], priced(2, 4, 4, 34_040));
    let next: PricedTotals = record(&story, &source_key(month.next(), account, sub_id));
    let late = PricedSum { first: Some(early), last: Some(early), ..priced(1, 10, 10, 85_100) };
    assert_eq!(next.by["so@2026-03//0.00851"], late);
    let cycle: CycleTotals = record(&story, &cycle_key(month, account));
    assert_eq!(cycle.flows["usage"].cash, money(51_060));
    assert_eq!(cycle.flows["recharge"].taken(), Ok(money(-30_000_000)));
    assert_eq!(cycle.flows["debit"].taken(), Ok(money(1_000_000)));
    let day: SourceTotals = record(&story, &format!("use/{account}/2026-04-01/{sub}"));
    assert_eq!(day.by["so"], Sum { count: 3, quantity: 14, amount: money(119_140) });
    let moved =
        story.fake.query(story.now, |turn| turn.list::<Movement>(&movements_prefix(account), 10)).expect("a list").0;
    assert_eq!(moved.len(), 1);
    assert_eq!((moved[0].1.kind.as_str(), moved[0].1.flow.cash), ("recharge", money(-30_000_000)));
    let pages = story.fake.query(story.now, |turn| turn.list::<Page>(&pages_prefix(account), 10)).expect("a list").0;
    let ids: Vec<&str> = pages.iter().flat_map(|(_, page)| &page.lines).map(|line| line.i.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3", "spent", "4"]);
}

#[test]
fn every_transaction_is_folded_once_whatever_is_repeated() {
    let story = with_prices();
    let account = AuthId::parse(&story.account).expect("an auth ID");
    for number in 0..450_u32 {
        let batch = vec![sms(&number.to_string(), &story.account, 1, START)];
        story.fake.command(story.now, |turn| usage::record_events(turn, &operator(), batch)).expect("a batch");
    }
    assert!(story.fake.timers().contains_key("store/totals"));
    for _ in 0..5 {
        story.fake.command(story.now, run).expect("readable");
    }
    let totals: PricedTotals = record(&story, &source_key(Month::of(START), account, account));
    let amount = Money::from_micros(450 * 8_510);
    let expected = PricedSum { count: 450, quantity: 450, billed: 450, amount, ..PricedSum::default() };
    assert_eq!(totals.by["so//0.00851"], expected);
    assert_eq!(story.fake.query(story.now, |turn| are_complete_before(turn, Instant::MAX)), Ok(true));
}

#[test]
fn pages_name_the_transaction_of_every_line_and_hold_one_month() {
    let mut story = with_prices();
    let account = AuthId::parse(&story.account).expect("an auth ID");
    let month = Month::of(START);
    story.now = month.end() - 1;
    let batch = (0..700).map(|number| sms(&number.to_string(), &story.account, 1, story.now)).collect();
    story.fake.command(story.now, |turn| usage::record_events(turn, &operator(), batch)).expect("a batch");
    story.now += 1;
    let batch = vec![sms("next", &story.account, 1, story.now)];
    story.fake.command(story.now, |turn| usage::record_events(turn, &operator(), batch)).expect("a batch");
    story.advance(MINUTE_MS);
    let pages = story.fake.query(story.now, |turn| turn.list::<Page>(&pages_prefix(account), 10)).expect("a list").0;
    let sizes: Vec<usize> = pages.iter().map(|(_, page)| page.lines.len()).collect();
    assert_eq!(sizes, [500, 200, 1]);
    let mut ids = Vec::new();
    for (key, page) in pages {
        let first = page.of[0].0.clone();
        assert!(key.starts_with(&format!("{}{first}/", pages_prefix(account))), "{key}");
        for (transaction, line) in page.posted() {
            let stored: Transaction = record(&story, &format!("{}{transaction}", ledger::PREFIX));
            assert!(stored.lines.contains(&line), "{transaction}");
            ids.push(line.i);
        }
    }
    let expected: Vec<String> = (0..700).map(|number: i32| number.to_string()).chain(["next".to_owned()]).collect();
    assert_eq!(ids, expected);
}
