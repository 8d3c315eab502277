//! Restores after a host has died at any one moment of what a client had asked for under its key: the client asks again, and nothing happens
//! twice outside (sec-02, sec-13; CRD-7, CRD-12, NUM-5, R42).

use coinbox_host::inventory::FileInventory;
use coinbox_host::storage::sqlite::{self, Origin};
use coinbox_tests::crash::Fuse;
use coinbox_tests::crash_world::{DAY, Host, MINUTE, USD, World, list, text};
use serde_json::{Value, json};
use std::sync::Arc;

const HOUR: i64 = 60 * MINUTE;

/// A backup of a store in which `prepare` has been done, and what that has answered.
fn backed_up<T>(world: &World, prepare: impl FnOnce(&Host) -> T) -> T {
    let host = world.open("first");
    let prepared = prepare(&host);
    host.quiet();
    host.coinbox.backup(&world.path("backup")).expect("a backup");
    host.coinbox.stop().expect("stops");
    prepared
}

/// A store of this name from the backup; the outside is as it is.
fn restored(world: &World, name: &str) -> Host {
    sqlite::install(&world.path("backup"), &world.path(name), Origin::Restored, world.random())
        .expect("a restored store");
    world.open(name)
}

/// Runs `act` on the store in which a fuse blows at each moment in turn, restores the backup and asks `act` again; then `check`.
fn at_every_moment<T>(
    fill: impl Fn(&World),
    prepare: impl Fn(&Host) -> T,
    act: impl Fn(&Host, &T) -> Option<Value>,
    check: impl Fn(&World, &Host, &T, &str),
) {
    let mut moment = 0;
    loop {
        moment += 1;
        let world = World::new(moment);
        fill(&world);
        let prepared = backed_up(&world, &prepare);
        let fuse = Fuse::at(moment);
        let lost = world.open_fused("first", &fuse);
        let first = lost.as_ref().and_then(|host| act(host, &prepared));
        let place = fuse.place();
        drop(lost);
        let host = restored(&world, "second");
        host.quiet();
        let again = act(&host, &prepared);
        host.advance(5 * MINUTE);
        if let (Some(first), Some(again)) = (&first, &again) {
            assert_eq!(first, again, "{place}: the first answer again");
        }
        check(&world, &host, &prepared, &place);
        host.verify();
        if !fuse.is_blown() {
            assert!(moment > 10, "the fuse was passed {moment} times only");
            return;
        }
    }
}

fn recharge(host: &Host, account: &str) -> Option<Value> {
    let arguments = json!({"auth-id": account, "amount": (50 * USD).to_string(), "card": null});
    let answer = host.ask("credits.recharge", Some("order-4711"), arguments).ok();
    let _ = host.coinbox.drain();
    answer
}

#[test]
fn sec_02_a_recharge_that_died_anywhere_is_charged_once_over_a_restore() {
    let prepare = |host: &Host| {
        let account = host.account();
        host.card(&account, "tok_approve");
        account
    };
    at_every_moment(
        |_| {},
        prepare,
        |host, account: &String| recharge(host, account),
        |world, host, account, place| {
            assert_eq!(world.taken().len(), 1, "{place}");
            assert_eq!(host.balance(account), 50 * USD, "{place}");
            assert_eq!(world.taken(), host.recharges(), "{place}: the gateway and the ledger");
            let arguments = json!({"auth-id": account, "amount": (60 * USD).to_string(), "card": null});
            let other = host.ask("credits.recharge", Some("order-4711"), arguments);
            assert_eq!(other, Ok(json!({"err": {"refused": "key-reused"}})), "{place}");
        },
    );
}

#[test]
fn sec_13_a_closing_that_died_anywhere_gives_back_once_over_a_restore() {
    let prepare = |host: &Host| {
        let account = host.account();
        host.card(&account, "tok_approve");
        let arguments = json!({"auth-id": account, "amount": (100 * USD).to_string(), "card": null});
        host.ok("credits.recharge", arguments);
        host.quiet();
        let debit = json!({"debit": {"amount": (60 * USD).to_string()}});
        host.ok("credits.adjust", json!({"auth-id": account, "adjustment": debit, "reason": "used"}));
        account
    };
    let close = |host: &Host, account: &String| {
        let answer = host.ask("accounts.close", Some("close-1"), json!({"auth-id": account, "reason": "x"})).ok();
        let _ = host.coinbox.advance_to(host.coinbox.now() + HOUR);
        let _ = answer;
        None
    };
    at_every_moment(
        |_| {},
        prepare,
        close,
        |world, host, account, place| {
            host.advance(DAY);
            let shown = host.ok("accounts.get", json!({"auth-id": account}));
            assert_eq!(shown["standing"], "closed", "{place}");
            let back: Vec<i64> = world.given_back().into_values().collect();
            assert_eq!(back, [40 * USD], "{place}: once");
            assert_eq!(host.balance(account), 0, "{place}");
        },
    );
}

fn offer() -> Value {
    json!({
        "number": "14155550100", "country": "US", "calling-code": "1", "kind": "local", "region": "California",
        "city": "San Francisco", "voice": true, "sms": true, "mms": false,
    })
}

fn number_prices(host: &Host) {
    let rows = json!([{"country": "US", "kind": "local", "setup": "0.5", "monthly": "0.8"}]);
    host.ok("pricing.create-version", json!({}));
    host.ok("pricing.set-number-prices", json!({"version": 1, "prices": {"rows": rows, "seat": null}}));
    host.ok("pricing.publish-version", json!({"version": 1, "starts-at": "0"}));
}

fn buy(host: &Host, account: &str) -> Option<Value> {
    let purchase = json!({"offer": offer(), "alias": null, "app-id": null});
    let answer = host.ask("numbers.buy", Some("number-1"), json!({"auth-id": account, "purchase": purchase})).ok();
    let _ = host.coinbox.drain();
    answer
}

#[test]
fn sec_02_an_order_that_died_anywhere_is_held_and_paid_once_over_a_restore() {
    let prepare = |host: &Host| {
        number_prices(host);
        let account = host.account();
        host.goodwill(&account, 20 * USD);
        account
    };
    let act = |host: &Host, account: &String| buy(host, account);
    let with_stock = |world: &World| {
        world.stock.add(coinbox_host::json::from_value(&offer()).expect("an offer"));
    };
    at_every_moment(with_stock, prepare, act, |world, host, account, place| {
        assert_eq!(world.stock.held_by(account), ["14155550100"], "{place}");
        let page = host.ok("numbers.list", json!({"auth-id": account, "filter": {"voice": false, "sms": false, "mms": false}, "offset": 0, "limit": 100}));
        let numbers: Vec<String> = list(&page["numbers"]).iter().map(|number| text(&number["number"])).collect();
        assert_eq!(numbers, ["14155550100"], "{place}");
        let paid = host.ledger().into_iter().filter(|transaction| transaction["kind"] == "number-purchase").count();
        assert_eq!(paid, 1, "{place}");
    });
}

#[test]
fn sec_02_the_gateway_is_told_digests_and_never_a_clients_key() {
    let world = World::new(1);
    let host = world.open("first");
    let account = host.account();
    host.card(&account, "tok_approve");
    recharge(&host, &account);
    let movement = world.gateway.movements().expect("the book").remove(0);
    let names: Vec<&str> = movement.metadata.iter().map(|fact| fact.name.as_str()).collect();
    assert_eq!(names, ["v", "purpose", "function", "key", "request"]);
    assert!(movement.metadata.iter().all(|fact| !fact.value.contains("order-4711")));
}

#[test]
fn sec_02_a_stock_whose_journal_is_lost_makes_a_person_look_before_keys_are_free() {
    let world = World::new(1);
    let stock_file = world.path("numbers.csv");
    std::fs::write(&stock_file, "number,country,calling_code,type,voice,sms\n14155550100,US,1,local,1,1\n")
        .expect("a file");
    let open = |name: &str, journal: &str| {
        let clock = world.clock.clone();
        let inventory = FileInventory::open(&stock_file, &world.path(journal), clock).expect("a stock");
        world.open_with(name, |capabilities| capabilities.inventory = Arc::new(inventory))
    };
    let host = open("first", "journal");
    number_prices(&host);
    let account = host.account();
    host.goodwill(&account, 20 * USD);
    host.quiet();
    host.advance(HOUR);
    host.coinbox.backup(&world.path("backup")).expect("a backup");
    host.advance(HOUR);
    buy(&host, &account);
    host.coinbox.stop().expect("stops");
    drop(host);
    // With its journal the stock tells what was ordered; without it, that it does not know.
    for (name, journal, known) in [("second", "journal", true), ("third", "another", false)] {
        sqlite::install(&world.path("backup"), &world.path(name), Origin::Restored, world.random()).expect("restored");
        let host = open(name, journal);
        host.quiet();
        let items = host.ok("operator.list-queue", json!({"after": null, "limit": 100}));
        let kinds: Vec<String> = list(&items["items"]).iter().map(|item| text(&item["kind"])).collect();
        let answer = buy(&host, &account).expect("an answer");
        if known {
            assert_eq!((kinds.len(), answer["ok"]["name"].as_str()), (0, Some("14155550100")));
        } else {
            assert_eq!(kinds, ["orders-not-listed"]);
            assert_eq!(answer, json!({"err": {"refused": {"unknown-since-restore": "orders-not-listed"}}}));
            let item = text(&list(&items["items"])[0]["id"]);
            let arguments = json!({"item": item, "resolution": "dismiss", "reason": "nothing was ordered"});
            host.ok("operator.resolve-payment", arguments);
            let answer = buy(&host, &account).expect("an answer");
            assert_eq!(answer["ok"]["name"], "14155550100");
        }
        let paid = host.ledger().into_iter().filter(|transaction| transaction["kind"] == "number-purchase").count();
        assert_eq!(paid, 1, "{name}");
        host.verify();
        host.coinbox.stop().expect("stops");
    }
}
