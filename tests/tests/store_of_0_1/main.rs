//! A store that release 0.1.0 has written (`tests/stores/0.1.0`), opened by today's rules: it is backed up, moved up in bounded steps whatever dies
//! between them, answers as it did, and what was under way goes on to the end that 0.1.0 would have come to.

mod fixture;
mod forms;

use coinbox_host::coinbox::Upgrade;
use coinbox_host::engine::RulesRuntime;
use coinbox_host::storage::sqlite::{self, Origin};
use coinbox_tests::components;
use coinbox_tests::crash::Fuse;
use coinbox_tests::crash_world::{Host, lend, list};
use coinbox_tests::native::NativeRules;
use fixture::{Fixture, rows, version_of_file};
use forms::Told;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The job that moves the store up.
const JOB: &str = "store/upgrade";
/// Who has done everything in the history.
const OPERATOR: &str = "conformance";
/// More calls than the store needs.
const CALLS_MAX: usize = 100;

/// The native rules, and the component where it is not left out (`COINBOX_RULES=native`).
fn kinds_of_rules() -> Vec<(&'static str, Arc<dyn RulesRuntime>)> {
    let native: Arc<dyn RulesRuntime> = Arc::new(NativeRules::new());
    let mut kinds = vec![("native", native)];
    if std::env::var_os("COINBOX_RULES").is_none_or(|chosen| chosen != "native") {
        kinds.push(("component", lend(components::warm_rules())));
    }
    kinds
}

/// One call of the job. Answers whether there are more.
fn step(host: &Host) -> Result<bool, String> {
    let answer = host.coinbox.call("jobs.begin", &json!({"job": JOB})).map_err(|error| error.to_string())?;
    match answer["ok"].as_str() {
        Some("again") => Ok(true),
        Some("rest") => Ok(false),
        _ => Err(format!("jobs.begin answers {answer}")),
    }
}

/// Every call of the job that is left.
fn moved_up(host: &Host) {
    let calls = (0..CALLS_MAX).find(|_| !step(host).expect("a step"));
    assert!(calls.is_some(), "{CALLS_MAX} calls are not enough");
}

/// Entries by key.
fn entries(host: &Host) -> BTreeMap<String, String> {
    let dump = host.dump().into_iter();
    dump.filter_map(|line| {
        let (key, value) = line.strip_prefix("entry ")?.split_once(' ')?;
        Some((key.to_owned(), value.to_owned()))
    })
    .collect()
}

fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeSet<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter().filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

/// A call as the operator of the history: keys are his.
fn ask(host: &Host, call: &str, key: Option<&str>, arguments: &Value) -> Value {
    let mut arguments = arguments.clone();
    arguments["caller"] = host.caller(key);
    arguments["caller"]["who"]["operator"]["name"] = json!(OPERATOR);
    host.coinbox.call(call, &arguments).unwrap_or_else(|error| panic!("{call}: {error}"))
}

/// A difference, with as much of the arguments as tells which call it was.
fn line(call: &str, arguments: &Value, what: &str) -> String {
    let arguments: String = arguments.to_string().chars().take(200).collect();
    format!("{call} {arguments}: {what}")
}

/// Asks again what 0.1.0 was asked, and compares with what it answered.
fn answers_as(host: &Host, told: &[Told]) {
    let mut different = Vec::new();
    for one in told {
        let (call, arguments) = forms::asked(&one.call, &one.args);
        let answer = ask(host, &call, None, &arguments);
        forms::compare(&one.call, &one.answer, &answer, &mut |what| different.push(line(&call, &arguments, &what)));
    }
    assert!(
        different.is_empty(),
        "{} of {} answers differ:\n{}",
        different.len(),
        told.len(),
        different.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// Money as the ledger has it: each transaction, and so the whole in each currency, sums to zero; all of it is USD; balances follow from it.
fn is_sound(host: &Host) {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for transaction in host.ledger() {
        let currency = transaction["currency"].as_str().expect("a currency").to_owned();
        for posting in list(&transaction["postings"]) {
            *sums.entry(currency.clone()).or_default() += coinbox_tests::crash_world::number(&posting["amount"]);
        }
    }
    assert_eq!(sums, BTreeMap::from([("USD".to_owned(), 0)]));
    host.verify();
    let accounts = host.accounts();
    for account in &accounts {
        assert_eq!(host.ok("accounts.get", json!({"auth-id": account}))["currency"], "USD");
    }
    assert_eq!(
        list(&host.ok("operator.compare-derived", json!({"accounts": accounts}))["differences"]),
        [] as [Value; 0]
    );
    for (function, limit) in [("operator.compare-events", 100), ("operator.compare-indexes", 500)] {
        let mut after = Value::Null;
        loop {
            let page = host.ok(function, json!({"after": after, "limit": limit}));
            assert_eq!(list(&page["differences"]), [] as [Value; 0], "{function}");
            assert_ne!(page["complete"], false, "{function}");
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
    }
}

/// How much each open reservation was granted, by name: what was quoted, up to the end of the billing increment.
fn granted(host: &Host) -> BTreeMap<String, Option<u64>> {
    let page = host.ok("reservations.list-open", json!({"source": null, "after": null, "limit": 500}));
    assert_eq!(page["next"], Value::Null);
    let of = |open: &Value| {
        let granted = open["granted"].as_str().map(|text| text.parse().expect("a count"));
        (open["reservation"]["name"].as_str().expect("a name").to_owned(), granted)
    };
    list(&page["reservations"]).iter().map(of).collect()
}

#[test]
fn it_is_kept_and_moved_up_in_bounded_steps_and_answers_as_before() {
    for (kind, rules) in kinds_of_rules() {
        println!("{kind}");
        let fixture = Fixture::new();
        let as_it_was = rows(&fixture.store());
        assert_eq!(version_of_file(&fixture.store()), 1);
        let mut host = fixture.open(&rules);
        let kept = fixture.world.path("store/store-format-1.sqlite");
        assert_eq!(host.coinbox.upgraded(), Some(&Upgrade { from: 1, to: 2, kept: Some(kept.clone()) }));
        assert_eq!(rows(&kept), as_it_was, "the backup is the store as it was");
        // 0.1.0 takes the backup, and refuses the store.
        assert_eq!((version_of_file(&kept), version_of_file(&fixture.store())), (1, 2));
        answers_as(&host, &fixture.answers);
        assert!(granted(&host).values().all(Option::is_none));
        let first = entries(&host);
        assert_eq!(first["store/format"], r#"{"v":1,"format":2,"step":{"name":"reservations-granted"}}"#);
        for call in 0.. {
            assert!(call < CALLS_MAX);
            let before = entries(&host);
            let more = step(&host).expect("a step");
            let after = entries(&host);
            let changed = changed(&before, &after);
            assert!(changed.len() <= 501, "{} entries in one call", changed.len());
            // What is on disk is enough to go on.
            host.coinbox.stop().expect("stops");
            drop(host);
            host = fixture.open(&rules);
            assert_eq!(host.coinbox.upgraded(), None, "kept once");
            assert_eq!(entries(&host), after, "opening again begins nothing anew");
            if !more {
                break;
            }
        }
        let last = entries(&host);
        assert_eq!(last["store/format"], r#"{"v":1,"format":2}"#);
        let foreign: Vec<String> = changed(&first, &last)
            .into_iter()
            .filter(|key| !key.starts_with("rsv/") && key != "store/format")
            .collect();
        assert_eq!(foreign, [] as [String; 0], "nothing else is rewritten");
        let expected = [
            ("o-1", Some(150)),
            ("o-2", Some(66)),
            ("o-3", Some(7)),
            ("o-4", None),
            ("o-5", None),
            ("o-6", Some(31)),
            ("o-7", Some(600)),
            ("o-8", Some(48)),
        ];
        assert_eq!(granted(&host), BTreeMap::from(expected.map(|(name, units)| (name.to_owned(), units))));
        answers_as(&host, &fixture.answers);
        is_sound(&host);
        host.coinbox.stop().expect("stops");
    }
}

#[test]
fn whatever_dies_while_it_is_moved_up_the_end_is_the_same() {
    let clean = Fixture::new();
    let host = clean.world.open("store");
    moved_up(&host);
    let expected = host.dump();
    let mut moment = 0;
    loop {
        moment += 1;
        let fixture = Fixture::new();
        let fuse = Fuse::at(moment);
        let lost = fixture.world.open_fused("store", &fuse);
        if let Some(host) = &lost {
            let _ = (0..CALLS_MAX).find(|_| step(host) != Ok(true));
        }
        let place = fuse.place();
        drop(lost);
        let host = fixture.world.open("store");
        moved_up(&host);
        assert_eq!(host.dump(), expected, "died at {place}");
        if !fuse.is_blown() {
            assert!(moment > 3, "the fuse was passed {moment} times only");
            return;
        }
    }
}

/// What the host gives and takes goes on as 0.1.0 would have gone on: jobs, months, prices, repeats of old requests.
#[test]
fn what_was_under_way_goes_on_to_the_same_end() {
    for (kind, rules) in kinds_of_rules() {
        println!("{kind}");
        let fixture = Fixture::new();
        let host = fixture.open(&rules);
        let mut different = Vec::new();
        for one in &fixture.later {
            if let Some(moment) = one.clock {
                host.coinbox.advance_to(moment).expect("jobs are driven");
                host.quiet();
                continue;
            }
            let (call, arguments) = forms::asked(&one.call, &one.args);
            let answer = ask(&host, &call, one.key.as_deref(), &arguments);
            forms::compare(&one.call, &one.answer, &answer, &mut |what| different.push(line(&call, &arguments, &what)));
            if one.drain {
                host.quiet();
            }
        }
        assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
        assert_eq!(entries(&host)["store/format"], r#"{"v":1,"format":2}"#, "the step was taken among other jobs");
        answers_as(&host, &fixture.answers_at_the_end());
        is_sound(&host);
        host.coinbox.stop().expect("stops");
    }
}

/// Back to before the upgrade, and up once more: the backup is a store of 0.1.0 again.
#[test]
fn the_backup_that_was_kept_is_restored() {
    for (kind, rules) in kinds_of_rules() {
        println!("{kind}");
        let fixture = Fixture::new();
        let host = fixture.open(&rules);
        moved_up(&host);
        host.coinbox.stop().expect("stops");
        drop(host);
        let kept = fixture.world.path("store/store-format-1.sqlite");
        sqlite::install(&kept, &fixture.world.path("restored"), Origin::Restored, fixture.world.random())
            .expect("a store of the backup");
        let host = fixture.open_at("restored", &rules);
        let again = fixture.world.path("restored/store-format-1.sqlite");
        assert_eq!(host.coinbox.upgraded(), Some(&Upgrade { from: 1, to: 2, kept: Some(again) }));
        moved_up(&host);
        // Until the gateway's list is read, money is as it was.
        let money = ["credits.get-balance", "credits.list-lots", "invoices.read-document", "operator.read-ledger"];
        let of_money: Vec<Told> =
            fixture.answers.iter().filter(|told| money.contains(&told.call.as_str())).cloned().collect();
        answers_as(&host, &of_money);
        host.quiet();
        is_sound(&host);
        host.coinbox.stop().expect("stops");
    }
}
