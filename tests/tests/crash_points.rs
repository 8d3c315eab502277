//! Crash before and after every single thing that the host is asked for, during recharges, usage batches, purchases of numbers, invoices, a
//! closing with its refunds, a credit note and a chargeback (CRD-7, CRD-12, USE-1, NUM-2, INV-5).
//!
//! The scenario runs once for each moment; at that moment the host dies. A new host opens the store, the client repeats what it has no
//! answer to, time goes on until nothing is due, and then the gateway, the ledger and the wallets must say the same.

use coinbox_host::coinbox::EffectDoor;
use coinbox_host::contract::inventory_types::{NumberKind, OfferedNumber};
use coinbox_host::inventory::Fault;
use coinbox_tests::crash::Fuse;
use coinbox_tests::crash_world::{DAY, Host, MINUTE, START, USD, World, event, list, text};
use serde_json::{Value, json};
use std::time::Duration;

/// Many more moments than any scenario has.
const MOMENTS_MAX: u64 = 5_000;

/// A scenario: what is there before, what is asked, what must be true in the end.
struct Scenario {
    name: &'static str,
    /// Answers the accounts that the scenario is about.
    prepare: fn(&World, &Host) -> Vec<String>,
    /// What the client asks for, and asks for again when it has no answer. `Err`: no answer.
    ask: fn(&Host, &[String]) -> Result<(), String>,
    check: fn(&World, &Host, &[String]),
}

/// The doors of effects of the host that dies and of the one that comes after it. What a host finds does not tell through which door it came
/// about, so each door dies at every moment here, and each picks up whatever the other has left.
const DOORS: [[EffectDoor; 2]; 2] = [[BETWEEN_CALLS, EffectDoor::InsideCall], [EffectDoor::InsideCall, BETWEEN_CALLS]];
const BETWEEN_CALLS: EffectDoor = EffectDoor::BetweenCalls { outside_time: Duration::from_secs(60) };

/// Runs a scenario without a crash and then with one at every moment, through both doors of effects. Answers how many moments there were at
/// the door that has fewer.
fn exhaust(scenario: &Scenario) -> u64 {
    let moments = DOORS.map(|doors| exhaust_door(scenario, doors));
    println!("{}: {moments:?} moments", scenario.name);
    moments[0].min(moments[1])
}

fn exhaust_door(scenario: &Scenario, doors: [EffectDoor; 2]) -> u64 {
    let mut moment = 0;
    loop {
        let fuse = Fuse::at(moment);
        run(scenario, doors, &fuse);
        if moment > 0 && !fuse.is_blown() {
            return moment - 1;
        }
        moment += 1;
        assert!(moment < MOMENTS_MAX, "{}: the scenario never ends", scenario.name);
    }
}

fn run(scenario: &Scenario, [dying, surviving]: [EffectDoor; 2], fuse: &std::sync::Arc<Fuse>) {
    let mut world = World::new(7);
    world.effects = dying;
    let host = world.open("store");
    host.prices();
    let accounts = (scenario.prepare)(&world, &host);
    host.quiet();
    host.coinbox.stop().expect("stops");
    drop(host);

    let answered = world.open_fused("store", fuse).is_some_and(|host| {
        let answered = (scenario.ask)(&host, &accounts);
        // A dying host may be anywhere in here; what it says does not matter.
        let _ = host.coinbox.drain();
        let _ = host.coinbox.advance_to(host.coinbox.now().max(START) + DAY);
        answered.is_ok() && !fuse.is_blown()
    });

    world.effects = surviving;
    let host = world.open("store");
    if !answered {
        (scenario.ask)(&host, &accounts).unwrap_or_else(|error| panic!("{} {}: {error}", scenario.name, fuse.place()));
    }
    host.quiet();
    host.coinbox.advance_to(host.coinbox.now() + 5 * DAY).expect("jobs are driven");
    let place = fuse.place();
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        host.verify();
        assert_eq!(world.taken(), host.recharges(), "the gateway and the ledger");
        (scenario.check)(&world, &host, &accounts);
    }));
    if let Err(panic) = checked {
        let name = scenario.name;
        eprintln!("scenario {name:?} with a crash at moment {} ({place}), effects {dying:?}", fuse.passed());
        std::panic::resume_unwind(panic);
    }
}

fn answered(answer: Result<Value, String>) -> Result<(), String> {
    let answer = answer?;
    assert!(answer.get("ok").is_some(), "the rules accept it: {answer}");
    Ok(())
}

fn recharge_50(host: &Host, accounts: &[String]) -> Result<(), String> {
    let arguments = json!({"auth-id": accounts[0], "amount": (50 * USD).to_string(), "card": null});
    answered(host.ask("credits.recharge", Some("the customer's key"), arguments))
}

/// A manual recharge with a card of this token.
macro_rules! recharge {
    ($test:ident, $token:literal, $paid:literal) => {
        #[test]
        fn $test() {
            let moments = exhaust(&Scenario {
                name: concat!("recharge with ", $token),
                prepare: |_, host| {
                    let account = host.account();
                    host.card(&account, $token);
                    vec![account]
                },
                ask: recharge_50,
                check: |world, host, accounts| {
                    let charges = host.ok("credits.list-charges", json!({"auth-id": accounts[0], "after": null, "limit": 100}));
                    let charges = list(&charges["charges"]);
                    assert_eq!(charges.len(), 1, "one key, one charge");
                    if $paid {
                        assert_eq!(charges[0]["state"], "paid");
                        assert_eq!(host.balance(&accounts[0]), 50 * USD);
                        assert_eq!(world.taken().len(), 1);
                    } else {
                        assert!(charges[0]["state"].get("declined").is_some(), "{}", charges[0]);
                        assert_eq!(host.balance(&accounts[0]), 0);
                        assert_eq!(world.taken().len(), 0);
                    }
                },
            });
            // Lookups, staging, commits, the charge and its mail, before and after each.
            assert!(moments > 60, "only {moments} moments were tried");
        }
    };
}

recharge!(recharge_that_is_approved, "tok_approve", true);
recharge!(recharge_whose_request_is_lost, "tok_timeout_before", true);
recharge!(recharge_whose_answer_is_lost, "tok_timeout_after", true);
recharge!(recharge_that_is_late, "tok_late:5000", true);
recharge!(recharge_that_is_unknown_for_a_while, "tok_unknown_then_paid", true);
recharge!(recharge_that_is_not_taken_on, "tok_not_sent:1", true);
recharge!(recharge_that_is_declined, "tok_decline_insufficient", false);

fn batch(host: &Host, accounts: &[String]) -> Result<(), String> {
    let at = START - MINUTE;
    let sms = |account: &str, id: &str| event(account, id, "sms", "1212000", 1, at);
    let mut events = vec![
        sms(&accounts[0], "a"),
        event(&accounts[0], "b", "voice", "1212000", 601, at),
        sms(&accounts[0], "a"),
        sms(&accounts[1], "c"),
        event(&accounts[1], "d", "voice", "44000", 60, at),
        sms("MA000000000000000000", "e"),
        sms(&accounts[1], "f"),
    ];
    events[6]["at"] = json!((START - 36 * DAY).to_string());
    answered(host.ask("usage.record-events", None, json!({"events": events})))
}

fn check_batch(host: &Host, accounts: &[String]) {
    let at = START - MINUTE;
    let expected: Vec<String> = [(0, "a"), (0, "b"), (1, "c")]
        .iter()
        .map(|(account, id)| format!("{} {id} {at}", accounts[*account]))
        .collect();
    let mut expected: Vec<_> = expected.into_iter().collect();
    expected.sort();
    assert_eq!(host.counted().into_iter().collect::<Vec<_>>(), expected);
    let rejected = host.ok("usage.list-rejected", json!({"after": null, "limit": 500}));
    let reasons: Vec<String> = list(&rejected["rejected"]).iter().map(|reject| text(&reject["reason"])).collect();
    assert_eq!(reasons, ["too-old", "no-price", "unknown-account"], "each once, by their own time");
}

#[test]
fn batch_that_sets_off_recharges_and_alerts() {
    let moments = exhaust(&Scenario {
        name: "batch with a series of recharges",
        prepare: |_, host| {
            let accounts = vec![host.account(), host.account()];
            for account in &accounts {
                host.card(account, "tok_approve");
                host.goodwill(account, 12 * USD);
            }
            host.auto_recharge(&accounts[0], 12 * USD - USD / 20, 25 * USD);
            accounts
        },
        ask: batch,
        check: |world, host, accounts| {
            check_batch(host, accounts);
            // 12.00 − 0.05 − 11 minutes at 0.60 falls below 11.95: one charge of 25.00.
            assert_eq!(host.balance(&accounts[0]), 12 * USD - 50_000 - 6_600_000 + 25 * USD);
            assert_eq!(host.balance(&accounts[1]), 12 * USD - 50_000);
            assert_eq!(world.taken().values().collect::<Vec<_>>(), [&(25 * USD)]);
            let alerts: Vec<_> =
                host.feed(&accounts[0], 0).into_iter().filter(|event| event["kind"] == "balance-low").collect();
            assert_eq!(alerts.len(), 1, "one dip below 10, one alert");
        },
    });
    assert!(moments > 100, "only {moments} moments were tried");
}

#[test]
fn batch_that_ends_the_credit_and_the_calls() {
    let moments = exhaust(&Scenario {
        name: "batch to zero with running calls",
        prepare: |_, host| {
            let accounts = vec![host.account(), host.account()];
            for account in &accounts {
                host.goodwill(account, 5 * USD);
            }
            let call = json!({"call": "call-1", "auth-id": accounts[0], "started": START.to_string()});
            host.ok("usage.calls-started", json!({"calls": [call]}));
            accounts
        },
        ask: batch,
        check: |world, host, accounts| {
            check_batch(host, accounts);
            assert_eq!(host.balance(&accounts[0]), 5 * USD - 50_000 - 6_600_000);
            assert!(world.telephony.hang_ups().iter().any(|order| order.calls == ["call-1"]), "the call was ended");
            assert_eq!(host.ok("usage.list-calls", json!({"auth-id": accounts[0]})), json!([]));
        },
    });
    assert!(moments > 60, "only {moments} moments were tried");
}

const NUMBER: &str = "14155550100";

/// Number prices from now on, one number in stock, an account with credit.
fn renter(world: &World, host: &Host) -> Vec<String> {
    let version = host.ok("pricing.create-version", json!({}))["number"].clone();
    let prices = json!({"rows": [{"country": "US", "kind": "local", "setup": "1", "monthly": "31"}], "seat": null});
    host.ok("pricing.set-number-prices", json!({"version": version, "prices": prices}));
    host.ok("pricing.publish-version", json!({"version": version, "starts-at": host.coinbox.now().to_string()}));
    world.stock.add(OfferedNumber {
        number: NUMBER.to_owned(),
        country: "US".to_owned(),
        calling_code: "1".to_owned(),
        kind: NumberKind::Local,
        region: String::new(),
        city: String::new(),
        voice: true,
        sms: true,
        mms: false,
    });
    let account = host.account();
    host.goodwill(&account, 100 * USD);
    vec![account]
}

fn buy(host: &Host, accounts: &[String]) -> Result<(), String> {
    let offer = json!({
        "number": NUMBER, "country": "US", "calling-code": "1", "kind": "local", "region": "", "city": "", "voice": true,
        "sms": true, "mms": false,
    });
    let arguments = json!({"auth-id": accounts[0], "purchase": {"offer": offer, "alias": null, "app-id": null}});
    answered(host.ask("numbers.buy", Some("the customer's key"), arguments))
}

fn release(host: &Host, accounts: &[String]) -> Result<(), String> {
    let arguments = json!({"auth-id": accounts[0], "number": NUMBER});
    answered(host.ask("numbers.release", Some("the customer's key"), arguments))
}

/// A purchase; what happens to the first order on its way to the stock.
macro_rules! purchase {
    ($test:ident, $fault:expr) => {
        #[test]
        fn $test() {
            let moments = exhaust(&Scenario {
                name: stringify!($test),
                prepare: |world, host| {
                    let accounts = renter(world, host);
                    let fault: Option<Fault> = $fault;
                    fault.into_iter().for_each(|fault| world.stock.disturb(fault));
                    accounts
                },
                ask: buy,
                check: |world, host, accounts| {
                    let filter = json!({"voice": false, "sms": false, "mms": false});
                    let args = json!({"auth-id": accounts[0], "filter": filter, "offset": 0, "limit": 10});
                    let listed = host.ok("numbers.list", args);
                    assert_eq!(listed["total"], 1, "{listed}");
                    assert_eq!(world.stock.held_by(&accounts[0]), [NUMBER]);
                    let orders = world.stock.requests();
                    let keys: std::collections::BTreeSet<_> =
                        orders.iter().filter(|request| request.call == "order").map(|request| &request.key).collect();
                    assert_eq!(keys.len(), 1, "one purchase, one key");
                    // Once 1.00, and of 31.00 one for each day from that of the order to the 31st of March.
                    let mut orders = host.feed(&accounts[0], 0);
                    orders.retain(|event| event["kind"] == "number-ordered");
                    assert_eq!(orders.len(), 1);
                    let ordered: i64 = text(&orders[0]["at"]).parse().expect("a moment");
                    assert_eq!(100 * USD - host.balance(&accounts[0]), USD + USD * (30 - (ordered - START) / DAY));
                    let balance = host.ok("credits.get-balance", json!({"auth-id": accounts[0]}));
                    assert_eq!(balance["balance"], balance["available"], "nothing is held any more");
                },
            });
            assert!(moments > 40, "only {moments} moments were tried");
        }
    };
}

purchase!(purchase_that_is_delivered, None);
purchase!(purchase_whose_order_is_lost, Some(Fault::LostBefore));
purchase!(purchase_whose_answer_is_lost, Some(Fault::LostAfter));
purchase!(purchase_that_is_late, Some(Fault::Late));

#[test]
fn release_whose_answer_is_lost() {
    let moments = exhaust(&Scenario {
        name: "release whose answer is lost",
        prepare: |world, host| {
            let accounts = renter(world, host);
            buy(host, &accounts).expect("bought");
            host.coinbox.drain().expect("driven");
            world.stock.disturb(Fault::LostAfter);
            accounts
        },
        ask: release,
        check: |world, host, accounts| {
            assert_eq!(world.stock.held_by(&accounts[0]), Vec::<String>::new());
            let filter = json!({"voice": false, "sms": false, "mms": false});
            let args = json!({"auth-id": accounts[0], "filter": filter, "offset": 0, "limit": 10});
            assert_eq!(host.ok("numbers.list", args)["total"], 0);
            let released: Vec<_> =
                host.feed(&accounts[0], 0).into_iter().filter(|event| event["kind"] == "number-released").collect();
            assert_eq!(released.len(), 1);
        },
    });
    assert!(moments > 40, "only {moments} moments were tried");
}

/// Two recharges of 50.00 and 30.00, of which 12.00 are spent.
fn spender(host: &Host) -> String {
    let account = host.account();
    host.card(&account, "tok_approve");
    for units in [50, 30] {
        let arguments = json!({"auth-id": account, "amount": (units * USD).to_string(), "card": null});
        host.ok("credits.recharge", arguments);
        host.quiet();
    }
    let debit = json!({"debit": {"amount": (12 * USD).to_string()}});
    host.ok("credits.adjust", json!({"auth-id": account, "adjustment": debit, "reason": "used"}));
    account
}

fn documents(host: &Host, account: &str, kind: &str) -> Vec<(String, String)> {
    let filter = json!({"oldest-first": true});
    let page =
        host.ok("invoices.list-documents", json!({"auth-id": account, "kind": kind, "filter": filter, "limit": 10}));
    list(&page["documents"]).iter().map(|one| (text(&one["number"]), text(&one["total"]))).collect()
}

/// A closing: the final invoice is made once, and each payment is given back once, though an answer is lost besides.
#[test]
fn closing_with_two_refunds() {
    let moments = exhaust(&Scenario {
        name: "closing with two refunds",
        prepare: |world, host| {
            let account = spender(host);
            world.gateway.disturb_money(coinbox_host::payment::sandbox::Fault::LostAfter);
            vec![account]
        },
        ask: |host, accounts| {
            let arguments = json!({"auth-id": accounts[0], "reason": "wished"});
            let answer = host.ask("accounts.close", Some("the customer's key"), arguments)?;
            // Asked again more than a day later: keys are forgotten then.
            if answer == json!({"err": {"refused": "closed"}}) { Ok(()) } else { answered(Ok(answer)) }
        },
        check: |world, host, accounts| {
            let mut given_back: Vec<i64> = world.given_back().into_values().collect();
            given_back.sort_unstable();
            assert_eq!(given_back, [30 * USD, 38 * USD], "each payment once");
            let closing = host.ok("accounts.get-closing", json!({"auth-id": accounts[0]}));
            assert_eq!((&closing["step"], &closing["refunded"]), (&json!("done"), &json!((68 * USD).to_string())));
            let states: Vec<&Value> = list(&closing["refunds"]).iter().map(|refund| &refund["state"]).collect();
            assert_eq!(states, [&json!("paid"), &json!("paid")]);
            assert_eq!(host.balance(&accounts[0]), 0);
            let invoice = ("2026-000001".to_owned(), (12 * USD).to_string());
            assert_eq!(documents(host, &accounts[0], "invoice"), [invoice]);
        },
    });
    assert!(moments > 100, "only {moments} moments were tried");
}

#[test]
fn credit_note_over_a_part() {
    let moments = exhaust(&Scenario {
        name: "credit note over a part",
        prepare: |_, host| {
            let account = spender(host);
            host.coinbox.advance_to(APRIL + DAY).expect("jobs are driven");
            vec![account]
        },
        ask: |host, accounts| {
            let arguments = json!({
                "auth-id": accounts[0], "invoice": "2026-000001", "amount": (5 * USD).to_string(), "reason": "never delivered",
            });
            answered(host.ask("invoices.issue-credit-note", Some("the operator's key"), arguments))
        },
        check: |_, host, accounts| {
            assert_eq!(host.balance(&accounts[0]), 73 * USD);
            let lots = host.ok("credits.list-lots", json!({"auth-id": accounts[0]}));
            let rests: Vec<String> = list(&lots).iter().map(|lot| text(&lot["rest"])).collect();
            assert_eq!(rests, [(43 * USD).to_string(), (30 * USD).to_string()]);
            let note = ("CN-2026-000001".to_owned(), (5 * USD).to_string());
            assert_eq!(documents(host, &accounts[0], "credit-note"), [note]);
        },
    });
    assert!(moments > 20, "only {moments} moments were tried");
}

#[test]
fn chargeback_of_a_payment_that_is_partly_spent() {
    let moments = exhaust(&Scenario {
        name: "chargeback of a payment that is partly spent",
        prepare: |_, host| vec![spender(host)],
        ask: |host, accounts| {
            let arguments = json!({"auth-id": accounts[0], "charge": 1, "amount": null, "reference": "case 7"});
            answered(host.ask("credits.record-chargeback", Some("the operator's key"), arguments))
        },
        check: |_, host, accounts| {
            assert_eq!(host.balance(&accounts[0]), 18 * USD, "50.00 of 68.00");
            let account = host.ok("accounts.get", json!({"auth-id": accounts[0]}));
            assert_eq!(account["standing"], json!({"suspended": "payment-failure"}));
            let told: Vec<_> =
                host.feed(&accounts[0], 0).into_iter().filter(|event| event["kind"] == "chargeback").collect();
            assert_eq!(told.len(), 1);
            let charges = host.ok("credits.list-charges", json!({"auth-id": accounts[0], "after": null, "limit": 100}));
            let taken_back: Vec<String> =
                list(&charges["charges"]).iter().map(|charge| text(&charge["charged-back"])).collect();
            assert_eq!(taken_back, ["0".to_owned(), (50 * USD).to_string()]);
        },
    });
    assert!(moments > 20, "only {moments} moments were tried");
}

/// 2026-04-01T00:00:00Z.
const APRIL: i64 = START + 30 * DAY;

/// An invoice of a postpaid account that is declined at issue and paid a day later.
#[test]
fn invoice_that_is_paid_at_the_second_attempt() {
    let moments = exhaust(&Scenario {
        name: "invoice that is paid at the second attempt",
        prepare: |_, host| {
            let account = host.account();
            host.card(&account, "tok_script:decline_insufficient,timeout_after");
            host.ok(
                "operator.set-billing",
                json!({"auth-id": account, "billing": {"postpaid": (500 * USD).to_string()}}),
            );
            let debit = json!({"debit": {"amount": (20 * USD).to_string()}});
            host.ok("credits.adjust", json!({"auth-id": account, "adjustment": debit, "reason": "used"}));
            host.coinbox.advance_to(APRIL - 1).expect("jobs are driven");
            vec![account]
        },
        ask: |host, _| {
            host.coinbox.advance_to(host.coinbox.now().max(APRIL + DAY)).map(|_| ()).map_err(|error| error.to_string())
        },
        check: |world, host, accounts| {
            let charges = host.ok("credits.list-charges", json!({"auth-id": accounts[0], "after": null, "limit": 100}));
            let charges = list(&charges["charges"]);
            assert_eq!(charges.len(), 2, "{charges:?}");
            assert_eq!((&charges[0]["state"], &charges[0]["invoice"]), (&json!("paid"), &json!("2026-000001")));
            assert_eq!(world.taken().values().sum::<i64>(), 20 * USD);
            assert_eq!(host.balance(&accounts[0]), 0);
            let invoices = host.ok(
                "invoices.list-documents",
                json!({"auth-id": accounts[0], "kind": "invoice", "filter": {"oldest-first": false}, "limit": 10}),
            );
            let numbers: Vec<(String, String)> =
                list(&invoices["documents"]).iter().map(|one| (text(&one["number"]), text(&one["status"]))).collect();
            assert_eq!(numbers, [("2026-000001".to_owned(), "paid".to_owned())]);
        },
    });
    assert!(moments > 100, "only {moments} moments were tried");
}
