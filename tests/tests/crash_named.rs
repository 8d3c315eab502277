//! What goes wrong in real life, each by its name (CRD-5, CRD-7, USE-1, USE-6).

#![recursion_limit = "256"]

use coinbox_host::coinbox::{Drive, EffectDoor, StoreChoice};
use coinbox_host::contract::exported::about::Facts;
use coinbox_host::engine::{CallContext, CallOutcome, Class, Engine, InstancePolicy, Limits, RulesRuntime, RulesSlot};
use coinbox_host::payment::sandbox::{Fault, SandboxSettings};
use coinbox_host::storage::Durable;
use coinbox_host::storage::memory::Memory;
use coinbox_host::storage::sqlite::{self, Origin};
use coinbox_tests::components;
use coinbox_tests::crash::{Fuse, FusedRules};
use coinbox_tests::crash_world::{DAY, Host, MINUTE, START, USD, World, event, list, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

fn recharge(host: &Host, account: &str, dollars: i64) -> String {
    let arguments = json!({"auth-id": account, "amount": (dollars * USD).to_string(), "card": null});
    text(&host.ok("credits.recharge", arguments)["job"])
}

fn agrees(world: &World, host: &Host) {
    host.verify();
    assert_eq!(world.taken(), host.recharges(), "the gateway and the ledger");
}

fn asked(world: &World, call: &str) -> usize {
    world.gateway.requests().expect("the gateway's log").iter().filter(|line| line.call == call).count()
}

/// Both doors of effects, of which each request may take `outside`.
fn doors(outside: Duration) -> [EffectDoor; 2] {
    [EffectDoor::InsideCall, EffectDoor::BetweenCalls { outside_time: outside }]
}

/// A host whose guest may compute for a tenth of a second and whose gateway may take `outside`.
fn impatient(world: &mut World, door: EffectDoor, outside: Duration) -> Host {
    let limits = Limits { guest_time: Duration::from_millis(100), outside_time: outside, ..Limits::default() };
    let engine = components::engine(components::rules(), limits, InstancePolicy::default());
    world.effects = door;
    world.host(Arc::new(engine), StoreChoice::Memory, Drive::ByHand)
}

#[test]
fn gateway_slower_than_the_guests_deadline() {
    let outside = Duration::from_secs(60);
    for door in doors(outside) {
        let mut world = World::new(1);
        let host = impatient(&mut world, door, outside);
        let account = host.account();
        host.card(&account, "tok_slow:400");
        let job = recharge(&host, &account, 30);
        host.quiet();
        // The time that the gateway takes is not the guest's: the charge is booked at the first attempt.
        assert_eq!(host.coinbox.call("jobs.look", &json!({"job": job})).expect("an answer"), json!("succeeded"));
        assert_eq!((host.balance(&account), asked(&world, "charge"), asked(&world, "find")), (30 * USD, 1, 0));
        agrees(&world, &host);
    }
}

#[test]
fn gateway_slower_than_the_host_waits_for_it() {
    let outside = Duration::from_millis(100);
    for door in doors(outside) {
        let mut world = World::new(1);
        let host = impatient(&mut world, door, outside);
        let account = host.account();
        host.card(&account, "tok_slow:700");
        let job = recharge(&host, &account, 30);
        host.quiet();
        // Nobody knows yet, so nothing is booked and nothing is tried again under another key.
        assert_eq!(host.coinbox.call("jobs.look", &json!({"job": job})).expect("an answer"), json!("working"));
        assert_eq!((host.balance(&account), host.coinbox.driven().lost), (0, 0), "an unknown outcome is an outcome");
        // The gateway was only slow: once it has done its work, the second attempt asks and finds it.
        std::thread::sleep(Duration::from_millis(1000));
        host.advance(2 * MINUTE);
        assert_eq!(host.coinbox.call("jobs.look", &json!({"job": job})).expect("an answer"), json!("succeeded"));
        assert_eq!((host.balance(&account), asked(&world, "charge")), (30 * USD, 1));
        assert!(asked(&world, "find") > 0, "the second attempt asks before it acts");
        agrees(&world, &host);
    }
}

/// Dies right after the gateway has answered a charge, and comes back days later.
fn down_after_charging(lost: Option<Fault>) -> (World, Host, String) {
    let settings = SandboxSettings { idempotency_memory_ms: DAY, ..SandboxSettings::default() };
    let moment = {
        let (world, fuse) = (World::with(3, settings.clone()), Fuse::never());
        let (_, _) = charge_and_die(&world, &fuse, None);
        fuse.passed()
    };
    for moment in 1..=moment {
        let (world, fuse) = (World::with(3, settings.clone()), Fuse::at(moment));
        let (account, _) = charge_and_die(&world, &fuse, lost);
        if fuse.place() != "after payment.charge" {
            continue;
        }
        // Two days later the gateway has forgotten what the key stood for.
        world.clock.set(START + 2 * DAY).expect("forward");
        let host = world.open("store");
        host.quiet();
        return (world, host, account);
    }
    panic!("the scenario never charges");
}

fn charge_and_die(world: &World, fuse: &Arc<Fuse>, lost: Option<Fault>) -> (String, bool) {
    let host = world.open("store");
    let account = host.account();
    host.card(&account, "tok_approve");
    recharge(&host, &account, 40);
    host.coinbox.stop().expect("stops");
    drop(host);
    if let Some(fault) = lost {
        world.gateway.disturb_money(fault);
    }
    let host = world.open_fused("store", fuse);
    let lived = host.is_some_and(|host| host.coinbox.drain().is_ok() && !fuse.is_blown());
    (account, lived)
}

#[test]
fn host_down_longer_than_the_gateway_remembers_keys() {
    let (world, host, account) = down_after_charging(None);
    assert_eq!((host.balance(&account), asked(&world, "charge")), (40 * USD, 1), "found, not charged again");
    agrees(&world, &host);
}

/// Rules that believe that every attempt is the first.
struct Forgetful(&'static Engine);

impl RulesRuntime for Forgetful {
    fn facts(&self) -> &Facts {
        RulesRuntime::facts(self.0)
    }

    fn call(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome {
        let mut arguments = arguments.clone();
        if matches!(function, "jobs.perform" | "jobs.next-request") {
            arguments["task"]["attempt"] = json!(1);
        }
        self.0.call(slot, context, function, &arguments)
    }
}

/// The check has teeth: a second charge under a forgotten key is what it finds, through either door.
#[test]
#[should_panic(expected = "was charged twice")]
fn charging_again_without_asking_is_noticed() {
    charge_again_without_asking(EffectDoor::InsideCall);
}

#[test]
#[should_panic(expected = "was charged twice")]
fn charging_again_without_asking_between_calls_is_noticed() {
    charge_again_without_asking(EffectDoor::default());
}

fn charge_again_without_asking(door: EffectDoor) {
    let settings = SandboxSettings { idempotency_memory_ms: DAY, ..SandboxSettings::default() };
    let mut world = World::with(3, settings);
    world.effects = door;
    let store = || StoreChoice::Sqlite(world.path("store"));
    let host = world.host(Arc::new(Forgetful(components::warm_rules())), store(), Drive::ByHand);
    let account = host.account();
    host.card(&account, "tok_timeout_after");
    recharge(&host, &account, 40);
    host.quiet();
    host.coinbox.stop().expect("stops");
    drop(host);
    world.clock.set(START + 2 * DAY).expect("forward");
    let host = world.host(Arc::new(Forgetful(components::warm_rules())), store(), Drive::ByHand);
    host.quiet();
    agrees(&world, &host);
}

#[test]
fn host_down_for_days_after_a_request_that_never_arrived() {
    let (world, host, account) = down_after_charging(Some(Fault::LostBefore));
    host.advance(DAY);
    assert_eq!((host.balance(&account), asked(&world, "charge")), (40 * USD, 2), "sent again under its own key");
    agrees(&world, &host);
}

#[test]
fn restore_then_recharge() {
    let world = World::new(4);
    let host = world.open("first");
    let account = host.account();
    host.card(&account, "tok_approve");
    recharge(&host, &account, 30);
    host.quiet();
    host.coinbox.backup(&world.path("backup")).expect("a backup");
    // What the backup does not know: one more recharge, and one that was only written down when the disk died.
    recharge(&host, &account, 50);
    host.quiet();
    host.advance(MINUTE);
    assert_eq!(host.balance(&account), 80 * USD);
    let first_keys: BTreeSet<String> = world.taken().into_keys().collect();
    host.coinbox.stop().expect("stops");
    drop(host);

    sqlite::install(&world.path("backup"), &world.path("second"), Origin::Restored, world.random())
        .expect("a restored store");
    let host = world.open("second");
    assert_eq!(host.balance(&account), 30 * USD, "the backup");
    // The customer recharges at once: the charge waits until everything that the gateway has moved is booked.
    recharge(&host, &account, 25);
    host.quiet();
    assert_eq!(host.balance(&account), 80 * USD, "reconciled, nothing charged yet");
    assert_eq!(world.taken().len(), 2);
    host.advance(5 * MINUTE);
    assert_eq!(host.balance(&account), 105 * USD);
    agrees(&world, &host);
    let new_keys: Vec<String> = world.taken().into_keys().filter(|key| !first_keys.contains(key)).collect();
    assert_eq!(new_keys.len(), 1, "one new key");
    // Reconciliation is over: the next recharge goes through at once.
    recharge(&host, &account, 25);
    host.quiet();
    assert_eq!(host.balance(&account), 130 * USD);
    agrees(&world, &host);
}

#[test]
fn restore_with_automatic_recharge_charges_nothing_twice() {
    let world = World::new(5);
    let host = world.open("first");
    host.prices();
    let account = host.account();
    host.card(&account, "tok_approve");
    host.goodwill(&account, 100 * USD);
    host.coinbox.backup(&world.path("backup")).expect("a backup");
    host.auto_recharge(&account, 100 * USD, 50 * USD);
    let spend = |host: &Host, id: &str| {
        let usage = event(&account, id, "voice", "1212000", 600, host.coinbox.now());
        host.ok("usage.record-events", json!({"events": [usage]}));
        host.quiet();
    };
    spend(&host, "lost");
    assert_eq!((host.balance(&account), world.taken().len()), (144 * USD, 1));
    host.coinbox.stop().expect("stops");
    drop(host);

    sqlite::install(&world.path("backup"), &world.path("second"), Origin::Restored, world.random())
        .expect("a restored store");
    let host = world.open("second");
    host.auto_recharge(&account, 151 * USD, 50 * USD);
    // 100 in the backup, 50 booked by reconciliation, still below 151: one charge, under a key of the new store.
    host.advance(5 * MINUTE);
    assert_eq!((host.balance(&account), world.taken().len()), (200 * USD, 2));
    agrees(&world, &host);
}

#[test]
fn copy_of_a_store_with_the_same_gateway() {
    let world = World::new(6);
    let host = world.open("original");
    let account = host.account();
    host.card(&account, "tok_approve");
    recharge(&host, &account, 30);
    host.quiet();
    host.coinbox.backup(&world.path("backup")).expect("a backup");
    let before = world.taken().len();
    sqlite::install(&world.path("backup"), &world.path("copy"), Origin::Copied, world.random()).expect("a copy");
    let copy = world.open("copy");
    // Both do the same, in turn: the same account, the same charge number, other keys.
    for (dollars, host) in [(40, &host), (40, &copy), (60, &copy), (60, &host)] {
        recharge(host, &account, dollars);
        host.quiet();
    }
    assert_eq!((host.balance(&account), copy.balance(&account)), (130 * USD, 130 * USD));
    let (ours, theirs) = (host.recharges(), copy.recharges());
    let shared: Vec<&String> = ours.keys().filter(|key| theirs.contains_key(*key)).collect();
    assert_eq!(shared.len(), before, "only the history is shared");
    let mut both = ours.clone();
    both.extend(theirs.clone());
    assert_eq!(world.taken(), both);
    host.verify();
    copy.verify();
}

#[test]
fn large_import_beside_live_traffic() {
    const BATCHES: usize = 12;
    const SINGLES: usize = 40;
    let world = World::new(8);
    let host = world.open("store");
    host.prices();
    let accounts: Vec<String> = (0..20).map(|_| host.account()).collect();
    for account in &accounts {
        host.goodwill(account, 10_000 * USD);
    }
    let at = host.coinbox.now();
    let host = &host;
    let accounts = &accounts;
    let rated = |answer: &Value| list(&answer["answers"]).iter().filter(|answer| answer.get("rated").is_some()).count();
    let counted: usize = std::thread::scope(|scope| {
        let import = scope.spawn(move || {
            (0..BATCHES)
                .map(|batch| {
                    let events: Vec<Value> = (0..1000)
                        .map(|line| {
                            event(&accounts[line % 20], &format!("import-{batch}-{line}"), "sms", "1212000", 1, at)
                        })
                        .collect();
                    rated(&host.ok("usage.record-events", json!({"events": events})))
                })
                .sum::<usize>()
        });
        let live = (0..8).map(|client| {
            scope.spawn(move || {
                (0..SINGLES)
                    .map(|turn| {
                        let account = &accounts[(client * 7 + turn) % 20];
                        let usage = event(account, &format!("live-{client}-{turn}"), "sms", "1212000", 1, at);
                        // Every call is answered, none is refused as busy, none is run for ever.
                        assert!(host.balance(account) > 0);
                        rated(&host.ok("usage.record-events", json!({"events": [usage]})))
                    })
                    .sum::<usize>()
            })
        });
        let live: Vec<_> = live.collect();
        import.join().expect("the import ends")
            + live.into_iter().map(|client| client.join().expect("a client ends")).sum::<usize>()
    });
    assert_eq!(counted, BATCHES * 1000 + 8 * SINGLES);
    assert_eq!(host.counted().len(), counted);
    let spent: i64 = accounts.iter().map(|account| 10_000 * USD - host.balance(account)).sum();
    assert_eq!(spent, counted as i64 * 50_000, "0.05 an event");
    host.verify();
}

#[test]
fn one_hot_parent() {
    let world = World::new(9);
    let host = world.open("store");
    host.prices();
    let parent = host.account();
    host.goodwill(&parent, 1_000 * USD);
    let subs: Vec<String> = (0..16)
        .map(|number| {
            let arguments = json!({"parent": parent, "name": format!("sub {number}"), "enabled": true});
            text(&host.ok("subaccounts.create", arguments)["auth-id"])
        })
        .collect();
    let (host, at) = (&host, host.coinbox.now());
    std::thread::scope(|scope| {
        for sub in &subs {
            scope.spawn(move || {
                for turn in 0..50 {
                    let usage = event(sub, &format!("{turn}"), "sms", "1212000", 1, at);
                    let answer = host.ok("usage.record-events", json!({"events": [usage]}));
                    assert_eq!(answer["answers"], json!([{"rated": "50000"}]));
                }
            });
        }
    });
    assert_eq!(host.balance(&parent), 1_000 * USD - 16 * 50 * 50_000);
    assert_eq!(host.counted().len(), 16 * 50);
    host.verify();
}

#[test]
fn refusals_that_leave_a_trace_survive() {
    let world = World::new(10);
    let host = world.open("store");
    host.prices();
    let account = host.account();
    host.card(&account, "tok_decline_limit");
    let usage = [
        event(&account, "good", "sms", "1212000", 1, START),
        event(&account, "bad number", "sms", "1212000", 1, START),
        event(&account, "unpriced", "sms", "99999", 1, START),
    ];
    let answer = host.ok("usage.record-events", json!({"events": usage}));
    assert_eq!(answer["answers"], json!([{"rated": "50000"}, {"rejected": "malformed"}, {"rejected": "no-price"}]));
    let job = recharge(&host, &account, 30);
    host.quiet();
    host.coinbox.stop().expect("stops");
    drop(host);

    let host = world.open("store");
    let rejected = host.ok("usage.list-rejected", json!({"after": null, "limit": 10}));
    let mut reasons: Vec<String> = list(&rejected["rejected"]).iter().map(|reject| text(&reject["reason"])).collect();
    reasons.sort();
    assert_eq!(reasons, ["malformed", "no-price"]);
    let charges = host.ok("credits.list-charges", json!({"auth-id": account, "after": null, "limit": 10}));
    assert_eq!(charges["charges"][0]["state"], json!({"declined": "limit-exceeded"}));
    assert_eq!(
        host.coinbox.call("jobs.look", &json!({"job": job})).expect("an answer"),
        json!({"failed": "limit-exceeded"})
    );
    assert!(world.mailer.messages().iter().any(|mail| mail.template == "recharge-failed"));
    agrees(&world, &host);
}

/// A product of the catalogue.
fn product(code: &str) -> Value {
    let heading = json!({"code": "outbound", "words": "", "other-side": "number-required"});
    json!({"code": code, "unit": "request", "rating": "per-unit", "unit-size": 1, "price-unit": "requests",
        "headings": [heading], "tax-code": "", "words": "Test"})
}

/// [`refused_calls`] of what people do: as an operator, and with what nobody was given.
fn refused_calls_of_people(nobody: &str) -> Vec<(&'static str, Value)> {
    let member = json!({"auth-id": nobody, "number": 1, "reason": "test"});
    vec![
        ("login.start", json!({"email": "", "old": "", "device-token": null})),
        ("login.finish", json!({"ticket": ""})),
        ("login.start-proof", json!({"old": "wrong"})),
        ("login.finish-proof", json!({"ticket": ""})),
        ("login.send-code", json!({"channel": "sms"})),
        ("login.check", json!({"method": "phone", "code": "000000"})),
        ("login.touch", json!({})),
        ("login.end-session", json!({"name": "nothing"})),
        ("login.end-others", json!({})),
        ("login.logout", json!({})),
        ("members.invite-owner", json!({"auth-id": nobody, "name": "Ada"})),
        ("members.start-accept", json!({"link": ""})),
        ("members.finish-accept", json!({"ticket": "", "name": "Ada"})),
        ("members.issue-temporary", member.clone()),
        ("members.allow-new-factors", member),
        ("members.start-enrol", json!({"link": "", "old": ""})),
        ("members.finish-enrol", json!({"ticket": ""})),
        ("password.request-reset", json!({"email": ""})),
        ("password.start-reset", json!({"link": ""})),
        ("password.finish-reset", json!({"ticket": ""})),
        ("password.start-change", json!({"old": "wrong"})),
        ("password.finish-change", json!({"ticket": ""})),
        ("password.start-choose", json!({})),
        ("password.choose", json!({"ticket": ""})),
        ("profile.change", json!({"change": {"name": "Ada", "language": null}})),
        ("profile.request-email", json!({"email": "ada@example.com"})),
        ("profile.confirm-email", json!({"link": ""})),
        ("profile.undo-email", json!({"link": ""})),
        ("profile.send-code", json!({"purpose": "first-phone", "number": "14155550100", "channel": "sms"})),
        ("profile.begin-authenticator", json!({"code": null})),
        ("profile.confirm-authenticator", json!({"code": "000000"})),
        ("profile.start-phone-change", json!({"number": "14155550100"})),
        ("profile.confirm-phone", json!({"code": "000000"})),
        ("profile.new-recovery-codes", json!({})),
        ("profile.remove-factor", json!({"kind": "phone"})),
    ]
}

/// The same for sign-ups, destinations of trials, reviews and lists.
fn refused_sign_ups(account: &str) -> Vec<(&'static str, Value)> {
    vec![
        (
            "review.hand-in",
            json!({"auth-id": account, "kind": "identity", "document": {"digest": "", "size": "0", "media-type": "", "name": ""}}),
        ),
        ("destinations.begin", json!({"auth-id": account, "number": "x", "channel": "sms"})),
        ("destinations.check", json!({"auth-id": account, "number": "x", "code": ""})),
        ("destinations.remove", json!({"auth-id": account, "number": "14155550100"})),
        ("review.note", json!({"auth-id": account, "text": ""})),
        ("review.ask", json!({"auth-id": account, "kinds": [], "text": ""})),
        ("review.decide", json!({"auth-id": account, "decision": "approve", "text": ""})),
        ("review.reinstate", json!({"auth-id": account, "documents": [], "text": ""})),
        ("signup.start", json!({"sign-up": {"email": "", "name": "", "company": "", "language": ""}})),
        ("signup.finish", json!({"ticket": ""})),
        ("signup.resend", json!({"holder": ""})),
        ("signup.confirm", json!({"link": "", "holder": ""})),
        ("signup.start-confirm", json!({"link": "", "old": ""})),
        ("signup.finish-confirm", json!({"ticket": ""})),
        (
            "lists.begin",
            json!({"name": "personal-mail", "about": {"source": "", "edition": "", "dated": "0", "licence": ""}}),
        ),
        (
            "lists.add",
            json!({"name": "personal-mail", "version": 9, "entries": [{"entry": "example.com", "note": ""}]}),
        ),
        ("lists.publish", json!({"name": "personal-mail", "version": 9})),
        ("lists.set-own", json!({"name": "personal-mail", "entries": []})),
    ]
}

/// A call of each command that the rules refuse, where the world is `account` with a card and a charge that was declined.
fn refused_calls(account: &str) -> Vec<(&'static str, Value)> {
    let nobody = "MA000000000000000000";
    let much = "9000000000000000000";
    let account_form = json!({
        "account-type": "standard", "name": "", "email": "nobody", "address": "", "city": "", "state": "", "timezone": "Mars",
    });
    let settings = json!({
        "enabled": true, "balance-amount": "0", "recharge-amount": "1", "caps": {"day": "-1", "week": null, "month": null},
    });
    let row = json!({
        "product": "sms", "heading": "outbound", "country": "us", "prefix": "x", "rate": "-1", "first-increment": 0,
        "next-increment": 0,
    });
    let coupon = json!({
        "code": "no code", "amount": "1", "redeem-by": "0", "validity": {"lasting": "0"}, "uses": 0, "uses-per-account": 0, "note": "",
    });
    let usage = event(account, "one", "sms", "1212000", 1, START);
    let setting = json!({"name": "hang-up-grace", "value": "-1ms"});
    let mut calls = vec![
        ("accounts.create", json!({"account": account_form})),
        ("accounts.update", json!({"auth-id": account, "change": {"timezone": "Mars"}})),
        ("accounts.set-standing", json!({"auth-id": nobody, "standing": "active", "details": ""})),
        ("subaccounts.create", json!({"parent": account, "name": "", "enabled": true})),
        ("subaccounts.update", json!({"auth-id": "SA000000000000000000", "change": {"name": "x"}})),
        ("credits.recharge", json!({"auth-id": account, "amount": "1", "card": null})),
        ("credits.give-up", json!({"auth-id": account, "charge": 1})),
        ("credits.set-auto-recharge", json!({"auth-id": account, "settings": settings})),
        ("credits.add-card", json!({"auth-id": account, "token": "4111111111111111", "make-default": true})),
        ("credits.set-default-card", json!({"auth-id": account, "card": "card-9"})),
        ("credits.remove-card", json!({"auth-id": account, "card": "card-9"})),
        ("credits.set-alerts", json!({"auth-id": account, "thresholds": ["1"], "recipients": ["nobody"]})),
        ("credits.adjust", json!({"auth-id": account, "adjustment": {"debit": {"amount": much}}, "reason": "test"})),
        ("credits.settle", json!({"auth-id": account, "card": null})),
        (
            "credits.record-chargeback",
            json!({"auth-id": account, "charge": 4_294_967_295_u32, "amount": "1", "reference": ""}),
        ),
        (
            "credits.record-payment-chargeback",
            json!({"auth-id": account, "payment": "nothing", "amount": null, "reference": "test"}),
        ),
        ("credits.record-dispute-won", json!({"auth-id": account, "charge": 1, "reference": "nothing"})),
        ("credits.write-off", json!({"auth-id": account, "reason": "test"})),
        ("refunds.retry", json!({"auth-id": account, "number": 1})),
        ("refunds.settle", json!({"auth-id": account, "number": 1, "reference": "test"})),
        ("accounts.close", json!({"auth-id": account, "reason": "\u{7}"})),
        ("operator.resolve-payment", json!({"item": "nothing", "resolution": "dismiss", "reason": "test"})),
        ("coupons.create", json!({"coupon": coupon})),
        ("invoices.set-billing", json!({"auth-id": account, "change": {"country": "x"}})),
        ("invoices.set-cycle", json!({"auth-id": account, "months": 2})),
        (
            "invoices.issue-credit-note",
            json!({"auth-id": account, "invoice": "2026-000009", "amount": null, "reason": "test"}),
        ),
        ("invoices.set-seats", json!({"auth-id": account, "paid": 0})),
        ("operator.set-billing", json!({"auth-id": account, "billing": {"postpaid": "1"}})),
        ("pricing.withdraw-overrides", json!({"auth-id": account, "starts-at": START.to_string()})),
        ("reservations.reserve", json!({"holds": []})),
        ("reservations.extend", json!({"extensions": []})),
        ("reservations.settle", json!({"settlements": []})),
        ("reservations.release", json!({"reservations": []})),
        ("subaccounts.delete", json!({"auth-id": "SA000000000000000000", "disposal": "refuse"})),
        ("usage.set-daily-summary", json!({"auth-id": nobody, "choice": "on"})),
        ("coupons.withdraw", json!({"number": 9})),
        ("coupons.redeem", json!({"auth-id": nobody, "code": "SPRING"})),
        ("pricing.add-rows", json!({"version": 1, "rows": [row]})),
        ("pricing.set-overrides", json!({"auth-id": account, "starts-at": START.to_string(), "rows": [row]})),
        ("usage.record-events", json!({"events": vec![usage.clone(); 1001]})),
        (
            "usage.record-columns",
            json!({"columns": {"names": {"text": "abc", "lengths": [1, 1, 1]}, "uses": [], "used": [0], "quantities": [1], "moments": ["0"]}}),
        ),
        ("usage.calls-started", json!({"calls": []})),
        ("usage.calls-ended", json!({"auth-id": account, "calls": []})),
        ("usage.resubmit", json!({"events": [{"key": "nothing", "event": usage}]})),
        ("usage.discard", json!({"keys": ["nothing"]})),
        ("operator.change-settings", json!({"version": null, "settings": [setting]})),
        ("operator.change-account-settings", json!({"auth-id": nobody, "version": null, "settings": []})),
    ];
    calls.extend(refused_prices());
    calls.extend(refused_calls_of_people(nobody));
    calls.extend(refused_sign_ups(account));
    calls.extend(refused_rents(account, nobody));
    calls
}

/// The same for what is paid by the month.
fn refused_rents(account: &str, nobody: &str) -> Vec<(&'static str, Value)> {
    let offer = json!({
        "number": "14155550100", "country": "US", "calling-code": "1", "kind": "local", "region": "", "city": "", "voice": true, "sms": true, "mms": false,
    });
    let fee = json!({"reference": "", "product": "voice", "heading": "outbound", "quantity": 0, "first-month": null});
    vec![
        ("numbers.buy", json!({"auth-id": nobody, "purchase": {"offer": offer, "alias": null, "app-id": null}})),
        ("numbers.update", json!({"auth-id": account, "number": "14155550100", "change": {"alias": "x"}})),
        ("numbers.release", json!({"auth-id": account, "number": "14155550100"})),
        ("recurring.start", json!({"auth-id": account, "charge": fee})),
        ("recurring.change", json!({"auth-id": account, "reference": "plan-1", "quantity": 2})),
        ("recurring.end", json!({"auth-id": account, "reference": "plan-1", "last-month": null})),
    ]
}

/// The same for prices.
fn refused_prices() -> Vec<(&'static str, Value)> {
    vec![
        ("pricing.finish-import", json!({"version": 9})),
        ("pricing.publish-version", json!({"version": 9, "starts-at": "0"})),
        ("pricing.withdraw-version", json!({"version": 1})),
        ("pricing.remove-draft", json!({"version": 1})),
        ("pricing.set-number-prices", json!({"version": 9, "prices": {"rows": [], "seat": "1"}})),
        ("pricing.set-tiers", json!({"version": 9, "tiers": []})),
        ("pricing.set-surcharges", json!({"version": 9, "surcharges": []})),
        ("pricing.add-product", json!({"product": product("voice")})),
        ("pricing.update-product", json!({"product": product("nothing")})),
    ]
}

#[test]
fn errors_leave_nothing() {
    let world = World::new(11);
    let store: Arc<dyn Durable> = Arc::new(Memory::create(world.random()));
    let host = world.host(coinbox_tests::crash_world::rules(), StoreChoice::Own(store.clone()), Drive::ByHand);
    host.prices();
    let account = host.account();
    host.card(&account, "tok_decline_limit");
    recharge(&host, &account, 30);
    host.quiet();

    let calls = refused_calls(&account);
    let tried: BTreeSet<&str> = calls.iter().map(|(function, _)| *function).collect();
    let dump = |host: &Host| (host.dump(), coinbox_tests::crash_world::timers(&*store));
    let before = dump(&host);
    for (function, arguments) in calls {
        // With and without a key: a refused command leaves its key free.
        for key in [None, Some("key")] {
            let answer =
                host.ask(function, key, arguments.clone()).unwrap_or_else(|error| panic!("{function}: {error}"));
            assert!(answer.get("err").is_some(), "{function} accepts {answer}");
            assert_eq!(dump(&host), before, "{function} answered {answer} and left something");
        }
    }
    for (function, arguments) in [
        ("jobs.begin", json!({"job": "no such job"})),
        ("jobs.finish", json!({"job": format!("{account}/charge/9"), "attempt": 1, "done": {"lost": "x"}})),
        (
            "coupons.claim",
            json!({"claim": {"key": "", "code": "SPRING", "auth-id": account, "currency": "USD", "asked": "0"}}),
        ),
    ] {
        let answer = host.coinbox.call(function, &arguments).expect("an answer");
        assert!(answer.get("err").is_some(), "{function} accepts {answer}");
        assert_eq!(dump(&host), before, "{function} left something");
    }
    // Who may not is refused before anything else, and leaves nothing either.
    let facts = host.coinbox.facts().functions.clone();
    for function in facts.iter().filter(|function| function.class == Class::Command) {
        let own = function.name.starts_with("jobs.") || function.name == "coupons.claim";
        // A draft needs nothing that could be wrong but the permission.
        let only_permission = ["pricing.create-version", "pricing.begin-import"].contains(&function.name.as_str());
        assert!(
            own || only_permission || tried.contains(function.name.as_str()),
            "{} has no refused call",
            function.name
        );
    }
    let stranger = json!({"who": {"operator": {"name": "stranger", "permissions": []}}, "request": "test"});
    let answer = host.coinbox.call("pricing.create-version", &json!({"caller": stranger})).expect("an answer");
    assert_eq!(answer, json!({"err": {"refused": {"forbidden": "pricing.create-version"}}}));
    assert_eq!(dump(&host), before);
}

/// W7: a host may hand over only the permission that a function asks for. That is enough for each of them, and nothing less is.
#[test]
fn one_permission_is_enough_for_each_function() {
    let world = World::new(14);
    let host = world.host(coinbox_tests::crash_world::rules(), StoreChoice::Memory, Drive::ByHand);
    let account = host.account();
    let facts = host.coinbox.facts().functions.clone();
    let ask = |function: &str, arguments: &Value, permissions: &[&str]| {
        let mut arguments = arguments.clone();
        let operator = json!({"operator": {"name": "tester", "permissions": permissions}});
        arguments["caller"] = json!({"who": operator, "request": "test"});
        host.coinbox.call(function, &arguments).unwrap_or_else(|error| panic!("{function}: {error}"))
    };
    let every: Vec<&str> = facts.iter().filter_map(|function| function.permission.as_deref()).collect();
    for (function, arguments) in refused_calls(&account) {
        let described = facts.iter().find(|facts| facts.name == function).expect("described");
        // What people do, about themselves or with a secret, has none.
        let Some(permission) = described.permission.as_deref() else { continue };
        let forbidden = json!({"err": {"refused": {"forbidden": permission}}});
        let with_all = ask(function, &arguments, &every);
        assert!(with_all.get("err").is_some_and(|_| with_all != forbidden), "{function} answers {with_all}");
        assert_eq!(ask(function, &arguments, &[permission]), with_all, "{function}");
        let others: Vec<&str> = every.iter().copied().filter(|held| *held != permission).collect();
        assert_eq!(ask(function, &arguments, &others), forbidden, "{function}");
    }
}

#[test]
fn a_trap_or_a_dead_store_in_mid_command_leaves_nothing() {
    let world = World::new(12);
    let host = world.open("store");
    let account = host.account();
    host.goodwill(&account, 20 * USD);
    let before = host.dump();
    host.coinbox.stop().expect("stops");
    drop(host);
    // Killed at staging, whatever the command was: nothing of it is there.
    for moment in 1..40 {
        let fuse = Fuse::at(moment);
        let Some(host) = world.open_fused("store", &fuse) else { continue };
        let adjustment = json!({"debit": {"amount": (5 * USD).to_string()}});
        let arguments = json!({"auth-id": account, "adjustment": adjustment, "reason": "test"});
        let answer = host.ask("credits.adjust", None, arguments);
        let place = fuse.place();
        drop(host);
        let host = world.open("store");
        if answer.is_ok() || place == "after commit" {
            assert_eq!(host.balance(&account), 15 * USD, "{place}");
            return;
        }
        assert_eq!(host.dump(), before, "{place}");
        host.coinbox.stop().expect("stops");
    }
    panic!("the command never came through");
}

#[test]
fn a_customer_who_repeats_a_request_pays_once() {
    let world = World::new(13);
    let host = world.host(
        Arc::new(FusedRules::new(components::fresh_rules(), &Fuse::never())),
        StoreChoice::Memory,
        Drive::ByHand,
    );
    let account = host.account();
    host.card(&account, "tok_timeout_after");
    let arguments = json!({"auth-id": account, "amount": (30 * USD).to_string(), "card": null});
    let answers: BTreeSet<String> = (0..5)
        .map(|_| {
            let answer = host.ask("credits.recharge", Some("one click"), arguments.clone()).expect("an answer");
            host.advance(MINUTE);
            answer.to_string()
        })
        .collect();
    assert_eq!(answers.len(), 1, "the first answer, again and again: {answers:?}");
    host.advance(DAY);
    assert_eq!((host.balance(&account), world.taken().len()), (30 * USD, 1));
    let other = json!({"auth-id": account, "amount": (31 * USD).to_string(), "card": null});
    assert_eq!(host.ask("credits.recharge", Some("one click"), other), Ok(json!({"err": {"refused": "key-reused"}})));
    agrees(&world, &host);
}
