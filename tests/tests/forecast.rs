//! A forecast is what comes of the last 30 days if they go on, and it leaves no trace.

use coinbox_operations::forecast::{MonthEnd, forecast};
use coinbox_tests::crash_world::{DAY, Host, MINUTE, START, USD, World, event};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// An account with 100.00 that talks five minutes (3.00) every noon of March, and is recharged by 25.00 below 50.00.
fn a_month(host: &Host, token: &str) -> String {
    host.prices();
    let account = host.account();
    host.card(&account, token);
    host.goodwill(&account, 100 * USD);
    host.auto_recharge(&account, 50 * USD, 25 * USD);
    host.advance(12 * 60 * MINUTE);
    for day in 0..30 {
        let call = event(&account, &format!("call-{day}"), "voice", "12125550100", 300, host.coinbox.now());
        host.ok("usage.record-events", json!({"events": [call]}));
        host.quiet();
        host.advance(if day == 29 { 12 * 60 * MINUTE } else { DAY });
    }
    account
}

/// Every file of a store but the index of its log, which readers write.
fn files(store: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(store)
        .expect("a directory")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, _)| !name.ends_with("-shm"))
        .map(|(name, path)| (name, std::fs::read(path).expect("a file")))
        .collect()
}

#[test]
fn the_last_30_days_go_on() {
    let world = World::new(1);
    let host = world.open("store");
    // This card has paid twice and never pays again: a forecast says that cards pay.
    let account = a_month(&host, "tok_decline_after:2");
    assert_eq!(host.coinbox.now(), START + 30 * DAY);
    // 100 - 30 × 3.00, and 25.00 each time it fell below 50: after 17 days (49), after 26 days (47).
    assert_eq!(host.balance(&account), 60 * USD);
    let (stored, on_disk) = (host.dump(), files(&world.path("store")));
    let (asked, mails, taken) = (world.gateway.requests().expect("a book"), world.mailer.messages(), world.taken());

    let forecast = forecast(&host.coinbox, &account, 3).expect("a forecast");

    assert_eq!((forecast.from, forecast.balance), (START + 30 * DAY, 60 * USD));
    // April: 60 - 90 + 4 × 25; May: 70 - 93 + 3 × 25; June: 52 - 90 + 4 × 25.
    let month = |month: &str, used, recharged, balance| MonthEnd {
        month: month.to_owned(),
        used: used * USD,
        recharged: recharged * USD,
        balance: balance * USD,
    };
    assert_eq!(
        forecast.months,
        [month("2026-04", 90, 100, 70), month("2026-05", 93, 75, 52), month("2026-06", 90, 100, 62)]
    );
    // 60 falls below 50 with the fourth call.
    let first = &forecast.recharges[0];
    assert_eq!((first.at, first.amount, first.balance), (START + 33 * DAY + 12 * 60 * MINUTE, 25 * USD, 73 * USD));
    assert_eq!(forecast.recharges.len(), 11);
    assert!(forecast.assumptions[0].contains("voice 30 times for 90.00, 3.00 a day"), "{:?}", forecast.assumptions);

    // March, April, May and June; the goodwill of 100.00 paid for March: a discount, and of April the last 10.00.
    let invoices: Vec<(&str, i64)> =
        forecast.invoices.iter().map(|invoice| (invoice.last.as_str(), invoice.total / USD)).collect();
    assert_eq!(invoices, [("2026-04-30", 80), ("2026-05-31", 93), ("2026-06-30", 90)]);

    // Nothing of it has reached the original, its gateway, or anybody's mailbox.
    assert_eq!(host.dump(), stored);
    assert_eq!(files(&world.path("store")), on_disk);
    assert_eq!(world.gateway.requests().expect("a book"), asked);
    assert_eq!(world.mailer.messages().len(), mails.len());
    assert_eq!(world.taken(), taken);
}

/// Totals follow the ledger a minute behind; what a forecast lives again is what was used, not what was added up.
#[test]
fn what_was_used_a_moment_ago_goes_on_too() {
    let world = World::new(3);
    let host = world.open("store");
    host.prices();
    let account = host.account();
    host.goodwill(&account, 100 * USD);
    host.advance(12 * 60 * MINUTE);
    // More than the fifty transactions that a query reads of what is not added up yet, and the last of them at this very moment.
    for number in 0..60 {
        let call = event(&account, &format!("call-{number}"), "voice", "12125550100", 60, host.coinbox.now());
        host.ok("usage.record-events", json!({"events": [call]}));
    }
    let forecast = forecast(&host.coinbox, &account, 3).expect("a forecast");
    assert!(forecast.assumptions[0].contains("voice 60 times for 36.00"), "{:?}", forecast.assumptions);
    // Used at noon of 2 March, and 30 days later each time: on 1 April, 1 May and 31 May.
    let used: Vec<i64> = forecast.months.iter().map(|month| month.used / USD).collect();
    assert_eq!(used, [0, 36, 72]);
}

#[test]
fn what_is_unknown_or_without_bound_is_refused() {
    let world = World::new(2);
    let host = world.open("store");
    let account = host.account();
    let refused = |account: &str, months| forecast(&host.coinbox, account, months).expect_err("refused").to_string();
    assert!(refused("MA00000000000000000A", 3).contains("not found"), "{}", refused("MA00000000000000000A", 3));
    assert!(refused(&account, 0).contains("1 to 24"));
    assert!(refused(&account, 25).contains("1 to 24"));
    // Nothing used, nothing owed: nothing happens.
    let still = forecast(&host.coinbox, &account, 1).expect("a forecast");
    assert_eq!((still.recharges.len(), still.months.len(), still.months[0].balance), (0, 1, 0));
}
