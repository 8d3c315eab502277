//! Summaries of usage: sums, pages, ranges, who sees them.

use crate::accounts::{self, subaccounts};
use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::credit::settings::alerts;
use crate::ground::ids::AuthId;
use crate::ground::testing::{START, holder};
use crate::ground::vocabulary::{DAY_MS, FieldRule, HOUR_MS, Instant, MINUTE_MS, Refusal};
use crate::ledger::totals;
use crate::stories::ledger::totals::{sms, with_prices};
use crate::stories::scenario::{Story, operator};
use crate::usage::summary::{Grouping, SummaryPage, SummaryRow, list_lines, summary};
use crate::usage::{self, Error};

fn zone(story: &mut Story, name: &str) {
    story.command(|turn, auth| {
        let change = accounts::Change { timezone: Some(name.to_owned()), ..accounts::Change::default() };
        accounts::update(turn, &operator(), auth, change)
    });
}

fn ask(story: &Story, of: &str, from: &str, to: &str, group: &[Grouping]) -> Result<SummaryPage, Error> {
    let (of, from, to) = (of.to_owned(), from.to_owned(), to.to_owned());
    story.fake.query(story.now, |turn| summary(turn, &operator(), of, from, to, group.to_vec(), None, None))
}

fn told(summary: &SummaryPage) -> Vec<String> {
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let row = |row: &SummaryRow| {
        let who = row.auth_id.as_deref().map_or("-", |auth_id| &auth_id[..2]);
        let what = [&row.product, &row.heading].map(word).join(" ");
        format!("{} {who} {what} {} {} {}", word(&row.day), row.count, row.quantity, row.amount)
    };
    summary.rows.iter().map(row).collect()
}

#[test]
fn rows_are_the_same_before_and_after_the_totals_have_followed() {
    let mut story = with_prices();
    zone(&mut story, "Asia/Kolkata");
    let sub =
        story.command(|turn, auth| subaccounts::create(turn, &operator(), auth, "sales".to_owned(), true)).auth_id;
    let main = story.account.clone();
    story.now = START + 20 * DAY_MS;
    // Midnight of the customer is 18:30 UTC.
    let midnight = START + 19 * DAY_MS + 18 * HOUR_MS + 30 * MINUTE_MS;
    let batch = vec![
        sms("1", &main, 2, midnight - 1),
        sms("2", &sub, 3, midnight),
        sms("3", &sub, 1, midnight + 1),
        sms("4", &main, 1, midnight - DAY_MS),
    ];
    story.fake.command(story.now, |turn| usage::record_events(turn, &operator(), batch)).expect("a batch");
    let reason = "sorry".to_owned();
    story
        .fake
        .command(story.now, |turn| {
            adjustments::adjust(turn, &operator(), main.clone(), Adjustment::Debit(500_000), reason)
        })
        .expect("a debit");
    let check = |story: &Story| {
        let of = |of: &str, group: &[Grouping]| told(&ask(story, of, "2026-03-20", "2026-03-21", group).expect("rows"));
        assert_eq!(of(&main, &[]), ["- - - - 5 8 559570"]);
        assert_eq!(of(&main, &[Grouping::Product]), ["- - adjustment  1 1 500000", "- - sms outbound 4 7 59570"]);
        assert_eq!(
            of(&main, &[Grouping::Day, Grouping::Subaccount]),
            ["2026-03-20 MA - - 2 3 25530", "2026-03-21 MA - - 1 1 500000", "2026-03-21 SA - - 2 4 34040"]
        );
        assert_eq!(
            of(&main, &[Grouping::Subaccount, Grouping::Product]),
            ["- MA adjustment  1 1 500000", "- MA sms outbound 2 3 25530", "- SA sms outbound 2 4 34040"]
        );
        assert_eq!(of(&sub, &[Grouping::Day]), ["2026-03-21 - - - 2 4 34040"]);
    };
    check(&story);
    story.advance(2 * MINUTE_MS);
    check(&story);
    let whole = ask(&story, &main, "2026-03-20", "2026-03-21", &[]).expect("rows");
    assert_eq!((whole.timezone.as_str(), whole.complete_until), ("Asia/Kolkata", story.now));
    assert_eq!((whole.begins, whole.ends), (midnight - DAY_MS, midnight + DAY_MS));
    assert_eq!((whole.amount, whole.next), (559_570, None));
    // The days beside them are empty.
    for (from, to) in [("2026-03-19", "2026-03-19"), ("2026-03-22", "2027-04-25")] {
        assert!(ask(&story, &main, from, to, &[Grouping::Day]).expect("rows").rows.is_empty(), "{from}");
    }
}

#[test]
fn sums_are_told_in_pages_of_single_accounts() {
    let story = with_prices();
    let account = AuthId::parse(&story.account).expect("an auth ID");
    for number in 0..7_500 {
        let (day, source) = (jiff::civil::date(2026, 3, 1 + i8::try_from(number / 2_500).unwrap_or(0)), number % 2_500);
        let source = AuthId::parse(&format!("SA{source:018}")).expect("an auth ID");
        let key = totals::day_source_key(account, day, source);
        story.fake.plant(&key, r#"{"v":1,"by":{"so":{"c":1,"q":2,"m":30}}}"#);
    }
    let page = |after: Option<String>, group: Vec<Grouping>| {
        let days = ("2026-03-01".to_owned(), "2026-03-03".to_owned());
        story
            .fake
            .query(START, |turn| summary(turn, &operator(), account.to_string(), days.0, days.1, group, after, None))
            .expect("rows")
    };
    let by = vec![Grouping::Day, Grouping::Subaccount];
    let first = page(None, by.clone());
    assert_eq!((first.rows.len(), first.amount), (5_000, 150_000));
    let second = page(first.next, by);
    assert_eq!((second.rows.len(), second.amount, second.next), (2_500, 75_000, None));
    // By sub-account alone, both pages hold parts of the same rows.
    let first = page(None, vec![Grouping::Subaccount]);
    assert_eq!((first.rows.len(), first.rows[0].amount), (2_500, 60));
    let second = page(first.next, vec![Grouping::Subaccount]);
    assert_eq!((second.rows.len(), second.rows[0].amount, second.next), (2_500, 30, None));
}

#[test]
fn a_range_is_four_hundred_days_at_most_and_the_right_way_round() {
    let story = Story::new();
    let account = story.account.clone();
    let fields = |from: &str, to: &str| match ask(&story, &account, from, to, &[]) {
        Ok(_) => Vec::new(),
        Err(Error::Refused(Refusal::Invalid(problems))) => {
            problems.into_iter().map(|problem| (problem.field, problem.rule)).collect()
        }
        Err(other) => panic!("{other:?}"),
    };
    let one = |field: &str, rule| vec![(field.to_owned(), rule)];
    assert!(fields("2026-01-01", "2027-02-04").is_empty());
    assert_eq!(fields("2026-01-01", "2027-02-05"), one("to-day", FieldRule::TooLarge));
    assert_eq!(fields("2026-01-02", "2026-01-01"), one("to-day", FieldRule::TooSmall));
    assert!(fields("2026-01-02", "2026-01-02").is_empty());
    assert_eq!(fields("2026-02-29", "2026-03-01"), one("from-day", FieldRule::WrongForm));
    let both = [one("from-day", FieldRule::WrongForm), one("to-day", FieldRule::WrongForm)].concat();
    assert_eq!(fields("yesterday", ""), both);
    assert!(fields("9999-12-31", "9999-12-31").is_empty());
}

#[test]
fn a_sub_accounts_token_sees_only_itself() {
    let mut story = with_prices();
    let mut made = |name: &str| {
        let name = name.to_owned();
        story.command(|turn, auth| subaccounts::create(turn, &operator(), auth, name, true))
    };
    let (one, other) = (made("one"), made("other"));
    let batch =
        vec![sms("1", &one.auth_id, 1, START), sms("2", &other.auth_id, 2, START), sms("3", &story.account, 4, START)];
    story.command(|turn, _| usage::record_events(turn, &operator(), batch));
    story.advance(2 * MINUTE_MS);
    let caller = holder(&one.auth_id, &one.auth_token);
    let asked = |of: &str| {
        let (of, day) = (of.to_owned(), "2026-03-01".to_owned());
        story.fake.query(story.now, |turn| {
            summary(turn, &caller, of.clone(), day.clone(), day, vec![], None, None)
                .map(|summary| summary.rows[0].quantity)
        })
    };
    let lines = |of: &str| {
        let of = of.to_owned();
        story
            .fake
            .query(story.now, |turn| list_lines(turn, &caller, of, 0, Instant::MAX, None, None))
            .map(|page| page.lines.into_iter().map(|line| line.id).collect::<Vec<_>>())
    };
    assert_eq!((asked(&one.auth_id), lines(&one.auth_id)), (Ok(1), Ok(vec!["1".to_owned()])));
    for foreign in [&other.auth_id, &story.account, "SA000000000000000000", "x"] {
        assert!(asked(foreign).is_err() && lines(foreign).is_err(), "{foreign}");
    }
}

#[test]
fn lines_are_listed_by_the_moment_of_their_posting() {
    let mut story = with_prices();
    let account = story.account.clone();
    for day in [0, 20, 31, 40] {
        story.now = START + day * DAY_MS;
        let batch = vec![sms(&day.to_string(), &account, 1, story.now - 1)];
        story.command(|turn, _| usage::record_events(turn, &operator(), batch));
    }
    story.advance(2 * MINUTE_MS);
    let of = |from: Instant, to: Instant| {
        let page = story
            .fake
            .query(story.now, |turn| list_lines(turn, &operator(), account.clone(), from, to, None, None))
            .expect("lines");
        assert_eq!(page.next, None);
        page.lines.into_iter().map(|line| line.id).collect::<Vec<_>>()
    };
    let april = START + 31 * DAY_MS;
    assert_eq!(of(0, Instant::MAX), ["0", "20", "31", "40"]);
    assert_eq!(of(START, april), ["0", "20"]);
    assert_eq!(of(april, Instant::MAX), ["31", "40"]);
    assert_eq!(of(START + 1, april + 1), ["20", "31"]);
    assert_eq!(of(START + 21 * DAY_MS, april), [""; 0]);
    let refused = |from, to| {
        story
            .fake
            .query(story.now, |turn| list_lines(turn, &operator(), account.clone(), from, to, None, None))
            .is_err()
    };
    assert!(refused(-1, 5) && refused(5, 5));
}

#[test]
fn crd_9_the_average_is_exact_and_rounded_up_to_a_cent_once() {
    let mut story = with_prices();
    let account = story.account.clone();
    let suggested = |story: &Story| {
        story
            .fake
            .query(story.now, |turn| alerts::get_alerts(turn, &operator(), account.clone()))
            .expect("alerts")
            .suggested
    };
    // 100 messages at 0.00851 on the day it was made: 0.851.
    let batch = vec![sms("1", &account, 100, START + HOUR_MS)];
    story.now = START + HOUR_MS;
    story.command(|turn, _| usage::record_events(turn, &operator(), batch));
    story.command(|turn, auth| {
        adjustments::adjust(turn, &operator(), auth, Adjustment::Debit(9_000_000), "a correction".to_owned())
    });
    let goodwill = Goodwill { amount: 5_000_000, expires: Some(START + 5 * DAY_MS) };
    story.command(|turn, auth| {
        adjustments::adjust(turn, &operator(), auth, Adjustment::Goodwill(goodwill), "sorry".to_owned())
    });
    assert_eq!(suggested(&story), None, "no full day yet");
    story.advance(DAY_MS);
    assert_eq!(suggested(&story), Some(860_000), "0.851 in one day");
    story.advance(DAY_MS);
    assert_eq!(suggested(&story), Some(430_000), "0.851 in two days: 0.4255");
    story.advance(28 * DAY_MS);
    assert_eq!(suggested(&story), Some(30_000), "0.851 in thirty days: 0.02836…");
    story.advance(DAY_MS);
    assert_eq!(suggested(&story), None, "nothing in the last thirty days");
    let batch = (0..6).map(|number| sms(&format!("more-{number}"), &account, 100, story.now)).collect();
    story.command(|turn, _| usage::record_events(turn, &operator(), batch));
    story.advance(DAY_MS);
    assert_eq!(suggested(&story), Some(180_000), "6 × 0.851 in thirty days: 0.1702");
}
