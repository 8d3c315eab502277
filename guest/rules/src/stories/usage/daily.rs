//! Daily mails: which day is told, when, and once.

use crate::ground::testing::START;
use crate::ground::vocabulary::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};
use crate::stories::ledger::totals::{sms, with_prices};
use crate::stories::scenario::{Story, change_policy, operator};
use crate::usage::daily::{DailyChoice, DailySummary, get_daily_summary, set_daily_summary};
use crate::{accounts, usage};
use std::collections::BTreeSet;

fn zone(story: &mut Story, name: &str) {
    story.command(|turn, auth| {
        let change = accounts::Change { timezone: Some(name.to_owned()), ..accounts::Change::default() };
        accounts::update(turn, &operator(), auth, change)
    });
}

fn switch(story: &mut Story, enabled: Option<bool>) -> DailySummary {
    let choice = match enabled {
        Some(true) => DailyChoice::On,
        Some(false) => DailyChoice::Off,
        None => DailyChoice::AsPolicy,
    };
    story.command(|turn, auth| set_daily_summary(turn, &operator(), auth, choice))
}

fn spend(story: &mut Story, id: &str, at: Instant) {
    let batch = vec![sms(id, &story.account, 100, at)];
    story.command(|turn, _| usage::record_events(turn, &operator(), batch));
}

/// Days that mails were sent about.
fn told(story: &Story) -> Vec<String> {
    let mails = story.gateway.mails.borrow();
    let day = |mail: &crate::ground::outside::Message| {
        mail.facts.iter().find(|fact| fact.name == "day").map(|fact| fact.value.clone())
    };
    mails.iter().filter(|mail| mail.template == "daily-summary").filter_map(day).collect()
}

#[test]
fn a_day_with_usage_is_mailed_once_at_the_hour_and_an_idle_one_never() {
    let mut story = with_prices();
    zone(&mut story, "Asia/Kolkata");
    spend(&mut story, "before", START);
    story.advance(HOUR_MS);
    assert!(!story.fake.timers().keys().any(|key| key.ends_with("/daily")), "nobody has asked for it");
    switch(&mut story, Some(true));
    // 08:00 in Kolkata is 02:30 UTC; the first of March is told on the second.
    story.advance(25 * HOUR_MS + 30 * MINUTE_MS - 1);
    assert_eq!(told(&story), [""; 0]);
    story.advance(1);
    assert_eq!(told(&story), ["2026-03-01"]);
    {
        let mails = story.gateway.mails.borrow();
        let mail = mails.iter().find(|mail| mail.template == "daily-summary").expect("a mail");
        let fact = |name: &str| mail.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.clone());
        assert_eq!(fact("amount").as_deref(), Some("0.851"));
        assert_eq!(fact("details").as_deref(), Some("sms outbound: 1 (100 in all) 0.851 USD"));
        assert_eq!(fact("timezone").as_deref(), Some("Asia/Kolkata"));
    }
    story.advance(10 * DAY_MS);
    assert_eq!(told(&story).len(), 1, "no usage, no mail");
    assert!(!story.fake.timers().keys().any(|key| key.ends_with("/daily")));
    // Two days running, and an event of the first that comes when its mail is gone.
    let day = START + 11 * DAY_MS;
    story.now = story.now.max(day);
    let first = story.now;
    spend(&mut story, "a", first);
    story.advance(DAY_MS);
    let second = story.now;
    spend(&mut story, "b", second);
    spend(&mut story, "late", first + 1);
    story.advance(5 * DAY_MS);
    assert_eq!(told(&story), ["2026-03-01", "2026-03-12", "2026-03-13"]);
}

#[test]
fn a_day_first_reported_after_its_hour_is_told_all_the_same() {
    let mut story = with_prices();
    switch(&mut story, Some(true));
    story.now = START + 3 * DAY_MS + 12 * HOUR_MS;
    let yesterday = story.now - DAY_MS;
    spend(&mut story, "a", yesterday);
    story.advance(2 * MINUTE_MS);
    assert_eq!(told(&story), ["2026-03-03"]);
    spend(&mut story, "b", yesterday + 1);
    let old = story.now - 3 * DAY_MS;
    spend(&mut story, "c", old);
    story.advance(3 * DAY_MS);
    assert_eq!(told(&story), ["2026-03-03"]);
}

#[test]
fn no_day_is_told_twice_when_the_time_zone_moves() {
    for (from, to) in [
        ("Pacific/Kiritimati", "Etc/GMT+12"),
        ("Etc/GMT+12", "Pacific/Kiritimati"),
        ("Asia/Tokyo", "America/Los_Angeles"),
    ] {
        for moved_after in 0..30 {
            let mut story = with_prices();
            zone(&mut story, from);
            switch(&mut story, Some(true));
            let mut days = 0;
            for hour in 0..96 {
                if hour == 24 + moved_after {
                    zone(&mut story, to);
                }
                let now = story.now;
                spend(&mut story, &format!("e-{hour}"), now);
                story.advance(HOUR_MS);
                days = hour / 24;
            }
            story.advance(3 * DAY_MS);
            let told = told(&story);
            let once: BTreeSet<&String> = told.iter().collect();
            assert_eq!(once.len(), told.len(), "{from} {to} {moved_after}: {told:?}");
            assert!(told.windows(2).all(|two| two[0] < two[1]), "{told:?}");
            assert!(told.len() > days, "{from} {to} {moved_after}: {told:?}");
        }
    }
}

#[test]
fn the_hour_is_the_local_one_on_days_of_23_and_25_hours() {
    let mut story = with_prices();
    zone(&mut story, "America/Chicago");
    switch(&mut story, Some(true));
    // The clocks go forward on 2026-03-08: 08:00 is 14:00 UTC before and 13:00 UTC from then on.
    for (day, due) in [(6, 6 * DAY_MS + 14 * HOUR_MS), (7, 7 * DAY_MS + 13 * HOUR_MS)] {
        story.now = START + (day - 1) * DAY_MS + 20 * HOUR_MS;
        let now = story.now;
        spend(&mut story, &day.to_string(), now);
        story.advance(2 * MINUTE_MS);
        let account = story.account.clone();
        let shown =
            story.fake.query(story.now, |turn| get_daily_summary(turn, &operator(), account)).expect("a setting");
        assert_eq!(shown.due, Some(START + due), "{day}");
        story.advance(DAY_MS - 2 * MINUTE_MS);
    }
    assert_eq!(told(&story), ["2026-03-06", "2026-03-07"]);
}

#[test]
fn the_policy_speaks_for_those_who_have_not_chosen() {
    let mut story = with_prices();
    story.command(|turn, _| {
        change_policy(turn, |policy| {
            policy.daily_summaries = true;
            policy.daily_summary_hour = 0;
        })
    });
    let now = story.now;
    spend(&mut story, "a", now);
    story.advance(DAY_MS + MINUTE_MS);
    assert_eq!(told(&story), ["2026-03-01"]);
    let shown = switch(&mut story, Some(false));
    assert_eq!((shown.enabled, shown.chosen, shown.hour), (false, true, 0));
    let now = story.now;
    spend(&mut story, "b", now);
    story.advance(2 * DAY_MS);
    assert_eq!(told(&story).len(), 1);
    let shown = switch(&mut story, None);
    assert_eq!((shown.enabled, shown.chosen), (true, false));
    story.advance(2 * DAY_MS);
    assert_eq!(told(&story).len(), 1, "what was used while it was off is not told afterwards");
}

#[test]
fn a_day_used_up_before_switching_on_is_told() {
    let mut story = with_prices();
    let now = story.now;
    spend(&mut story, "a", now);
    story.advance(HOUR_MS);
    let shown = switch(&mut story, Some(true));
    assert_eq!(shown.due, Some(START + DAY_MS + 8 * HOUR_MS));
    story.advance(2 * DAY_MS);
    assert_eq!(told(&story), ["2026-03-01"]);
}
