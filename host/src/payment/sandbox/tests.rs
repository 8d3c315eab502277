//! Every token of the table, keys, closing, refunds, pages, restarts.

use super::*;
use crate::capability::{Clock, Instant, PaymentGateway};
use crate::clock::SimulatedClock;
use crate::contract::payment_types::{
    ChargeRequest, DeclineReason, Declined, Finding, MethodAnswer, Paid, PaymentMovement, PaymentOutcome, Pending,
    RefundRequest,
};
use crate::contract::types::NotSent;
use std::path::Path;
use std::sync::Arc;

/// 2026-03-01T00:00:00Z.
const START: Instant = 1_772_323_200_000;

struct Bench {
    clock: Arc<SimulatedClock>,
    sandbox: Sandbox,
}

fn bench() -> Bench {
    let clock = Arc::new(SimulatedClock::new(START));
    let sandbox = Sandbox::in_memory(clock.clone(), SandboxSettings::default()).expect("sandbox");
    Bench { clock, sandbox }
}

fn request(key: &str, method: &str, amount: i64) -> ChargeRequest {
    ChargeRequest {
        key: key.to_owned(),
        auth_id: "MAAAAAAAAAAAAAAAAAAA".to_owned(),
        amount,
        currency: "USD".to_owned(),
        method: method.to_owned(),
        customer_present: false,
        statement: "COINBOX".to_owned(),
        metadata: Vec::new(),
    }
}

impl Bench {
    fn charge(&self, key: &str, method: &str) -> PaymentOutcome {
        self.sandbox.charge(request(key, method, 25_000_000))
    }

    fn refund(&self, key: &str, charge_key: &str, amount: i64) -> PaymentOutcome {
        self.sandbox.refund(RefundRequest {
            key: key.to_owned(),
            auth_id: "MAAAAAAAAAAAAAAAAAAA".to_owned(),
            charge_key: charge_key.to_owned(),
            amount,
            currency: "USD".to_owned(),
            metadata: Vec::new(),
        })
    }

    fn moved(&self) -> Vec<(String, i64)> {
        let movements = self.sandbox.movements().expect("movements");
        movements
            .into_iter()
            .map(|movement| (movement.key, if movement.refund { -movement.amount } else { movement.amount }))
            .collect()
    }
}

fn paid(number: u32, at: Instant) -> PaymentOutcome {
    PaymentOutcome::Paid(Paid { reference: format!("sbx-{number:08}"), at })
}

fn refused(reason: DeclineReason, code: &str) -> PaymentOutcome {
    PaymentOutcome::Declined(Declined { reason, code: code.to_owned() })
}

fn unknown() -> PaymentOutcome {
    PaymentOutcome::Unknown("no answer".into())
}

#[test]
fn approve_pays_once_per_key() {
    let bench = bench();
    assert_eq!(bench.charge("a", "tok_approve"), paid(1, START));
    bench.clock.advance(1_000).expect("forward");
    assert_eq!(bench.charge("a", "tok_approve"), paid(1, START));
    assert_eq!(bench.charge("b", "tok_approve"), paid(2, START + 1_000));
    assert_eq!(bench.sandbox.find("a"), Finding::Found(paid(1, START)));
    assert_eq!(bench.sandbox.find("c"), Finding::NotFound);
    assert_eq!(bench.moved(), [("a".to_owned(), 25_000_000), ("b".to_owned(), 25_000_000)]);
}

#[test]
fn declines_carry_reason_and_code_and_are_final_for_their_key() {
    let bench = bench();
    let cases = [
        ("tok_decline_insufficient", DeclineReason::InsufficientFunds, "insufficient_funds"),
        ("tok_decline_limit", DeclineReason::LimitExceeded, "card_limit_exceeded"),
        ("tok_decline_expired", DeclineReason::Expired, "expired_card"),
        ("tok_decline_lost", DeclineReason::LostOrStolen, "lost_card"),
        ("tok_decline_fraud", DeclineReason::SuspectedFraud, "suspected_fraud"),
        ("tok_decline_unspecified", DeclineReason::Unspecified, "generic_decline"),
        ("tok_decline_confirm", DeclineReason::ConfirmationRequired, "confirmation_required"),
        ("tok_expired_card", DeclineReason::Expired, "expired_card"),
        ("tok_nobody_knows", DeclineReason::MethodRemoved, "no_such_method"),
    ];
    for (token, reason, code) in cases {
        assert_eq!(bench.charge(token, token), refused(reason, code));
        assert_eq!(bench.charge(token, token), refused(reason, code));
    }
    assert_eq!(
        bench.sandbox.find("tok_decline_lost"),
        Finding::Found(refused(DeclineReason::LostOrStolen, "lost_card"))
    );
    assert_eq!(bench.moved(), []);
    let present = ChargeRequest { customer_present: true, ..request("p", "tok_decline_confirm", 10_000) };
    assert!(matches!(bench.sandbox.charge(present), PaymentOutcome::Paid(_)));
}

#[test]
fn timeout_before_charges_nothing_until_sent_again() {
    let bench = bench();
    assert_eq!(bench.charge("a", "tok_timeout_before"), unknown());
    assert_eq!(bench.sandbox.find("a"), Finding::NotFound);
    assert_eq!(bench.sandbox.find("a"), Finding::NotFound);
    assert_eq!(bench.moved(), []);
    assert_eq!(bench.charge("a", "tok_timeout_before"), paid(1, START));
    assert_eq!(bench.charge("a", "tok_timeout_before"), paid(1, START));
    assert_eq!(bench.moved().len(), 1);
}

#[test]
fn timeout_after_has_charged() {
    let bench = bench();
    assert_eq!(bench.charge("a", "tok_timeout_after"), unknown());
    assert_eq!(bench.moved().len(), 1);
    assert_eq!(bench.sandbox.find("a"), Finding::Found(paid(1, START)));
    assert_eq!(bench.charge("a", "tok_timeout_after"), paid(1, START));
    assert_eq!(bench.moved().len(), 1);
}

#[test]
fn late_is_paid_at_its_moment_on_the_clock() {
    let bench = bench();
    let pending = PaymentOutcome::Pending(Pending { ask_again: START + 90_000 });
    assert_eq!(bench.charge("a", "tok_late"), pending);
    bench.clock.advance(89_999).expect("forward");
    assert_eq!(bench.sandbox.find("a"), Finding::Found(pending.clone()));
    assert_eq!(bench.charge("a", "tok_late"), pending);
    assert_eq!(bench.sandbox.close("a"), Finding::Found(pending));
    assert_eq!(bench.moved(), []);
    bench.clock.advance(5_000).expect("forward");
    assert_eq!(bench.sandbox.find("a"), Finding::Found(paid(1, START + 90_000)));
    assert_eq!(bench.moved().len(), 1);
    assert_eq!(
        bench.charge("b", "tok_late_decline:10"),
        PaymentOutcome::Pending(Pending { ask_again: START + 94_999 + 10 })
    );
    bench.clock.advance(10).expect("forward");
    let declined = refused(DeclineReason::InsufficientFunds, "insufficient_funds");
    assert_eq!(bench.sandbox.find("b"), Finding::Found(declined));
    assert_eq!(bench.moved().len(), 1);
}

#[test]
fn late_finds_is_paid_at_the_asked_find() {
    let bench = bench();
    let pending = PaymentOutcome::Pending(Pending { ask_again: START + 60_000 });
    assert_eq!(bench.charge("a", "tok_late_finds:2"), pending);
    assert_eq!(bench.charge("a", "tok_late_finds:2"), pending);
    assert_eq!(bench.sandbox.find("a"), Finding::Found(pending));
    assert_eq!(bench.sandbox.find("a"), Finding::Found(paid(1, START)));
}

#[test]
fn unknown_then_paid_shows_at_the_third_find() {
    let bench = bench();
    assert_eq!(bench.charge("a", "tok_unknown_then_paid"), unknown());
    assert_eq!(bench.sandbox.find("a"), Finding::NotFound);
    assert_eq!(bench.moved(), []);
    assert_eq!(bench.sandbox.find("a"), Finding::NotFound);
    assert_eq!(bench.sandbox.find("a"), Finding::Found(paid(1, START)));
    // Sent again instead of asked: the same, and never twice.
    assert_eq!(bench.charge("b", "tok_unknown_then_paid"), unknown());
    assert_eq!(bench.sandbox.find("b"), Finding::NotFound);
    assert_eq!(bench.charge("b", "tok_unknown_then_paid"), unknown());
    assert_eq!(bench.charge("b", "tok_unknown_then_paid"), paid(2, START));
    assert_eq!(bench.sandbox.find("b"), Finding::Found(paid(2, START)));
    assert_eq!(bench.moved().len(), 2);
}

#[test]
fn unknown_then_never_is_closed_on_demand_or_after_a_while() {
    let bench = bench();
    assert_eq!(bench.charge("a", "tok_unknown_then_never"), unknown());
    assert_eq!(bench.charge("b", "tok_unknown_then_never"), unknown());
    assert_eq!(bench.charge("a", "tok_unknown_then_never"), unknown());
    assert_eq!(bench.sandbox.find("a"), Finding::NotFound);
    assert_eq!(bench.sandbox.close("a"), Finding::Closed);
    assert_eq!(bench.sandbox.find("a"), Finding::Closed);
    assert_eq!(bench.charge("a", "tok_unknown_then_never"), refused(DeclineReason::NotAccepted, "key_closed"));
    bench.clock.advance(3_599_999).expect("forward");
    assert_eq!(bench.sandbox.find("b"), Finding::NotFound);
    bench.clock.advance(1).expect("forward");
    assert_eq!(bench.sandbox.find("b"), Finding::Closed);
    assert_eq!(bench.moved(), []);
}

#[test]
fn close_is_final_for_what_has_moved_nothing_and_changes_nothing_else() {
    let bench = bench();
    assert_eq!(bench.sandbox.close("new"), Finding::Closed);
    assert_eq!(bench.charge("new", "tok_approve"), refused(DeclineReason::NotAccepted, "key_closed"));
    bench.clock.advance(400 * 24 * 3_600_000).expect("forward");
    assert_eq!(bench.charge("new", "tok_approve"), refused(DeclineReason::NotAccepted, "key_closed"));
    let now = bench.clock.now();
    bench.charge("transit", "tok_unknown_then_paid");
    assert_eq!(bench.sandbox.close("transit"), Finding::Closed);
    for _ in 0..4 {
        assert_eq!(bench.sandbox.find("transit"), Finding::Closed);
    }
    bench.charge("lost", "tok_timeout_before");
    assert_eq!(bench.sandbox.close("lost"), Finding::Closed);
    assert_eq!(bench.charge("lost", "tok_timeout_before"), refused(DeclineReason::NotAccepted, "key_closed"));
    let first = bench.charge("paid", "tok_approve");
    assert_eq!(bench.sandbox.close("paid"), Finding::Found(first.clone()));
    assert_eq!(bench.charge("paid", "tok_approve"), first);
    assert_eq!(bench.moved(), [("paid".to_owned(), 25_000_000)]);
    assert!(
        bench
            .sandbox
            .movements()
            .expect("movements")
            .iter()
            .all(|movement| movement.paid.as_ref().is_some_and(|paid| paid.at == now))
    );
}

#[test]
fn not_sent_takes_nothing_on_at_the_first_tries_of_each_key() {
    let bench = bench();
    let down = PaymentOutcome::NotSent(NotSent { ask_again: START + 60_000, cause: "the gateway is down".to_owned() });
    for key in ["a", "b"] {
        assert_eq!(bench.charge(key, "tok_not_sent"), down);
        assert_eq!(bench.sandbox.find(key), Finding::NotFound);
        assert_eq!(bench.charge(key, "tok_not_sent"), down);
        assert!(matches!(bench.charge(key, "tok_not_sent"), PaymentOutcome::Paid(_)));
    }
    assert!(matches!(bench.charge("c", "tok_not_sent:0"), PaymentOutcome::Paid(_)));
    assert_eq!(bench.charge("d", "tok_not_sent:1"), down);
    assert!(matches!(bench.charge("d", "tok_not_sent:1"), PaymentOutcome::Paid(_)));
}

#[test]
fn programmed_cards_count_charges_not_repeats() {
    let bench = bench();
    let poor = refused(DeclineReason::InsufficientFunds, "insufficient_funds");
    let script = "tok_script:approve,decline_insufficient,timeout_after";
    for round in 0..2 {
        assert!(matches!(bench.charge(&format!("{round}-1"), script), PaymentOutcome::Paid(_)));
        assert!(matches!(bench.charge(&format!("{round}-1"), script), PaymentOutcome::Paid(_)));
        assert_eq!(bench.charge(&format!("{round}-2"), script), poor);
        assert_eq!(bench.charge(&format!("{round}-3"), script), unknown());
    }
    assert!(
        matches!(bench.charge("other", &format!("{script}-2")), PaymentOutcome::Paid(_)),
        "another card begins anew"
    );
    assert!(matches!(bench.charge("after-1", "tok_decline_after:2"), PaymentOutcome::Paid(_)));
    assert!(matches!(bench.charge("after-2", "tok_decline_after:2"), PaymentOutcome::Paid(_)));
    assert_eq!(bench.charge("after-3", "tok_decline_after:2"), poor);
    assert_eq!(bench.charge("after-4", "tok_decline_after:2"), poor);
}

#[test]
fn limit_declines_once_the_sum_would_pass_it() {
    let bench = bench();
    let charge = |key: &str, amount| bench.sandbox.charge(request(key, "tok_limit:50.00", amount));
    assert!(matches!(charge("a", 30_000_000), PaymentOutcome::Paid(_)));
    assert_eq!(charge("b", 20_010_000), refused(DeclineReason::LimitExceeded, "card_limit_exceeded"));
    assert!(matches!(charge("c", 20_000_000), PaymentOutcome::Paid(_)), "exactly the limit is within it");
    assert_eq!(charge("d", 10_000), refused(DeclineReason::LimitExceeded, "card_limit_exceeded"));
}

#[test]
fn expiring_card_is_good_through_its_month() {
    let bench = bench();
    bench.clock.set(1_801_439_999_999).expect("2027-01-31T23:59:59.999Z");
    assert!(matches!(bench.charge("a", "tok_expiring:2027-01"), PaymentOutcome::Paid(_)));
    bench.clock.advance(1).expect("2027-02-01");
    assert_eq!(bench.charge("b", "tok_expiring:2027-01"), refused(DeclineReason::Expired, "expired_card"));
}

#[test]
fn a_key_stands_for_one_request() {
    let bench = bench();
    let reused = refused(DeclineReason::NotAccepted, "key_reused");
    bench.charge("a", "tok_approve");
    assert_eq!(bench.sandbox.charge(request("a", "tok_approve", 25_010_000)), reused);
    assert_eq!(bench.sandbox.charge(request("a", "tok_approve-2", 25_000_000)), reused);
    let other = ChargeRequest { auth_id: "MABBBBBBBBBBBBBBBBBB".to_owned(), ..request("a", "tok_approve", 25_000_000) };
    assert_eq!(bench.sandbox.charge(other), reused);
    assert_eq!(bench.refund("a", "a", 25_000_000), reused);
    assert_eq!(bench.moved(), [("a".to_owned(), 25_000_000)]);
}

#[test]
fn a_forgotten_key_charges_again_but_find_never_forgets() {
    let bench = bench();
    bench.charge("a", "tok_approve");
    bench.clock.advance(24 * 3_600_000 - 1).expect("forward");
    assert_eq!(bench.charge("a", "tok_approve"), paid(1, START));
    bench.clock.advance(1).expect("forward");
    assert_eq!(bench.sandbox.find("a"), Finding::Found(paid(1, START)));
    assert_eq!(bench.sandbox.close("a"), Finding::Found(paid(1, START)));
    assert_eq!(bench.charge("a", "tok_approve"), paid(2, START + 24 * 3_600_000), "as a real gateway would");
    assert_eq!(bench.moved().len(), 2);
    // A second charge that is declined does not hide the first, which was paid.
    let first = bench.charge("b", "tok_decline_after:1");
    bench.clock.advance(24 * 3_600_000).expect("forward");
    assert!(matches!(bench.charge("b", "tok_decline_after:1"), PaymentOutcome::Declined(_)));
    assert_eq!(bench.sandbox.find("b"), Finding::Found(first.clone()));
    assert_eq!(bench.sandbox.close("b"), Finding::Found(first));
}

#[test]
fn bad_requests_are_not_accepted() {
    let bench = bench();
    let good = request("k", "tok_approve", 10_000);
    let cases = [
        (ChargeRequest { key: String::new(), ..good.clone() }, "bad_key"),
        (ChargeRequest { key: "k".repeat(256), ..good.clone() }, "bad_key"),
        (ChargeRequest { key: "k\n".to_owned(), ..good.clone() }, "bad_key"),
        (ChargeRequest { amount: 0, ..good.clone() }, "bad_amount"),
        (ChargeRequest { amount: -10_000, ..good.clone() }, "bad_amount"),
        (ChargeRequest { amount: 10_001, ..good.clone() }, "bad_amount"),
        (ChargeRequest { amount: 1_010_000, currency: "JPY".to_owned(), ..good.clone() }, "bad_amount"),
        (ChargeRequest { amount: 1_500, currency: "KWD".to_owned(), ..good.clone() }, "bad_amount"),
        (ChargeRequest { currency: "usd".to_owned(), ..good.clone() }, "bad_currency"),
        (ChargeRequest { currency: String::new(), ..good.clone() }, "bad_currency"),
        (ChargeRequest { statement: "twenty-three characters".to_owned(), ..good.clone() }, "bad_statement"),
        (ChargeRequest { statement: "Café".to_owned(), ..good.clone() }, "bad_statement"),
    ];
    for (bad, code) in cases {
        assert_eq!(bench.sandbox.charge(bad), refused(DeclineReason::NotAccepted, code), "{code}");
    }
    assert!(matches!(bench.sandbox.charge(good.clone()), PaymentOutcome::Paid(_)));
    for (key, amount, currency) in [("jpy", 1_000_000, "JPY"), ("kwd", 1_000, "KWD")] {
        let whole = ChargeRequest { key: key.to_owned(), amount, currency: currency.to_owned(), ..good.clone() };
        assert!(matches!(bench.sandbox.charge(whole), PaymentOutcome::Paid(_)), "{currency}");
    }
}

#[test]
fn refunds_never_pass_the_charge() {
    let bench = bench();
    bench.charge("a", "tok_approve");
    bench.charge("no", "tok_decline_limit");
    bench.charge("late", "tok_late");
    let above = refused(DeclineReason::NotAccepted, "refund_above_charge");
    let none = refused(DeclineReason::NotAccepted, "no_such_charge");
    assert_eq!(bench.refund("r1", "a", 25_010_000), above);
    assert_eq!(bench.refund("r2", "a", 20_000_000), paid(4, START));
    assert_eq!(bench.refund("r2", "a", 20_000_000), paid(4, START));
    assert_eq!(bench.refund("r3", "a", 5_010_000), above);
    assert_eq!(bench.refund("r4", "a", 5_000_000), paid(5, START));
    assert_eq!(bench.refund("r5", "a", 10_000), above);
    for key in ["no", "late", "nothing", "r2"] {
        assert_eq!(bench.refund(&format!("r-{key}"), key, 10_000), none, "{key}");
    }
    let euro = RefundRequest {
        key: "r6".to_owned(),
        auth_id: String::new(),
        charge_key: "a".to_owned(),
        amount: 10_000,
        currency: "EUR".to_owned(),
        metadata: Vec::new(),
    };
    assert_eq!(bench.sandbox.refund(euro), refused(DeclineReason::NotAccepted, "bad_currency"));
    assert_eq!(bench.sandbox.find("r4"), Finding::Found(paid(5, START)));
    let moved: Vec<i64> = bench.moved().into_iter().map(|(_, amount)| amount).collect();
    assert_eq!(moved, [25_000_000, -20_000_000, -5_000_000]);
}

#[test]
fn movements_come_in_pages_from_a_moment_on() {
    let bench = bench();
    // Settles in the middle of the others: it must neither be missed nor come twice.
    bench.charge("late", "tok_late:150");
    for number in 0..250 {
        bench.clock.advance(1).expect("forward");
        bench.charge(&format!("k{number}"), "tok_approve");
    }
    let mut keys = Vec::new();
    let mut sizes = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = bench.sandbox.movements_since(START + 10, cursor.as_deref()).expect("asked");
        sizes.push(page.movements.len());
        keys.extend(page.movements.into_iter().map(|movement| movement.key));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [100, 100, 42]);
    assert_eq!(keys[0], "k9");
    assert_eq!(keys.iter().filter(|key| *key == "late").count(), 1);
    assert_eq!(keys[140..143], ["late", "k149", "k150"], "number breaks ties of the moment");
    assert_eq!(bench.sandbox.movements_since(START + 251, None).expect("asked").movements, []);
    let again = bench.sandbox.movements_since(START + 10, Some("nonsense")).expect("asked");
    assert_eq!(again.movements[0].key, "k9");
    // Exactly one page has no next one.
    assert_eq!(bench.sandbox.movements_since(START + 152, None).expect("asked").next, None);
}

#[test]
fn methods_are_described_and_forgotten() {
    let bench = bench();
    let MethodAnswer::Described(card) = bench.sandbox.describe_method("tok_expiring:2027-01") else { panic!("a card") };
    assert_eq!((card.brand.as_str(), card.expires_year, card.expires_month), ("visa", Some(2027), Some(1)));
    assert_eq!(bench.sandbox.describe_method("tok_nobody"), MethodAnswer::NoSuchMethod);
    assert!(bench.sandbox.forget_method("tok_approve"));
    assert!(bench.sandbox.forget_method("tok_approve"));
    assert!(bench.sandbox.forget_method("tok_nobody"));
    assert_eq!(bench.sandbox.describe_method("tok_approve"), MethodAnswer::NoSuchMethod);
    assert_eq!(bench.charge("a", "tok_approve"), refused(DeclineReason::MethodRemoved, "method_removed"));
    assert!(matches!(bench.charge("b", "tok_approve-2"), PaymentOutcome::Paid(_)));
}

#[test]
fn faults_disturb_the_next_call_only() {
    let bench = bench();
    let down = NotSent { ask_again: START + 60_000, cause: "the gateway is down".to_owned() };
    bench.sandbox.disturb_money(Fault::LostBefore);
    bench.sandbox.disturb_money(Fault::LostAfter);
    bench.sandbox.disturb_money(Fault::NotSent);
    assert_eq!(bench.charge("a", "tok_approve"), unknown());
    assert_eq!(bench.sandbox.find("a"), Finding::NotFound);
    assert_eq!(bench.charge("b", "tok_approve"), unknown());
    assert_eq!(bench.sandbox.find("b"), Finding::Found(paid(1, START)));
    assert_eq!(bench.charge("c", "tok_approve"), PaymentOutcome::NotSent(down.clone()));
    assert_eq!(bench.charge("a", "tok_approve"), paid(2, START));
    bench.sandbox.disturb_look_up(Fault::NotSent);
    assert_eq!(bench.sandbox.find("a"), Finding::NotAsked(down.clone()));
    assert_eq!(bench.sandbox.find("a"), Finding::Found(paid(2, START)));
    bench.sandbox.disturb_look_up(Fault::LostAfter);
    assert_eq!(bench.sandbox.close("d"), Finding::NotAsked(down.clone()));
    assert_eq!(bench.sandbox.find("d"), Finding::Closed);
    bench.sandbox.set_down(true);
    assert_eq!(bench.charge("e", "tok_approve"), PaymentOutcome::NotSent(down.clone()));
    assert_eq!(bench.refund("r", "a", 10_000), PaymentOutcome::NotSent(down.clone()));
    assert_eq!(bench.sandbox.find("a"), Finding::NotAsked(down.clone()));
    assert_eq!(bench.sandbox.movements_since(0, None), None);
    assert_eq!(bench.sandbox.describe_method("tok_approve"), MethodAnswer::NotAsked(down));
    assert!(!bench.sandbox.forget_method("tok_approve"));
    bench.sandbox.set_down(false);
    assert!(matches!(bench.charge("e", "tok_approve"), PaymentOutcome::Paid(_)));
}

#[test]
fn a_slow_answer_is_durable_before_it_is_given() {
    let bench = bench();
    let sandbox = Arc::new(bench.sandbox);
    let slow = {
        let sandbox = sandbox.clone();
        std::thread::spawn(move || sandbox.charge(request("a", "tok_slow:2000", 10_000)))
    };
    // Other calls are not held up, and see the charge before its caller does.
    while sandbox.find("a") == Finding::NotFound {
        assert!(!slow.is_finished(), "answered before it was durable");
        std::thread::yield_now();
    }
    assert!(!slow.is_finished(), "the answer was not held back");
    assert_eq!(slow.join().expect("answered"), paid(1, START));
}

#[test]
fn requests_are_listed_with_their_answers() {
    let bench = bench();
    bench.charge("a", "tok_timeout_after");
    bench.sandbox.find("a");
    bench.refund("r", "a", 10_000);
    let lines: Vec<(String, String, Option<i64>, String)> = bench
        .sandbox
        .requests()
        .expect("requests")
        .into_iter()
        .map(|line| (line.call, line.subject, line.amount, line.answer))
        .collect();
    let line =
        |call: &str, key: &str, amount, answer: &str| (call.to_owned(), key.to_owned(), amount, answer.to_owned());
    assert_eq!(
        lines,
        [
            line("charge", "a", Some(25_000_000), "unknown"),
            line("find", "a", None, "paid"),
            line("refund", "r", Some(10_000), "paid"),
        ]
    );
}

#[test]
fn the_file_outlives_the_program() {
    let folder = tempfile::tempdir().expect("folder");
    let mut path = folder.path().join("gateway.sqlite");
    let clock = Arc::new(SimulatedClock::new(START));
    let open = |path: &Path| Sandbox::open(path, clock.clone(), SandboxSettings::default()).expect("sandbox");
    let first = open(&path);
    assert!(matches!(first.charge(request("a", "tok_decline_after:1", 10_000)), PaymentOutcome::Paid(_)));
    assert_eq!(first.charge(request("b", "tok_unknown_then_paid", 10_000)), unknown());
    assert_eq!(first.find("b"), Finding::NotFound);
    // As a kill would leave it: nothing is closed in order, and the log is beside the file.
    let killed = folder.path().join("killed.sqlite");
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(name(&path), name(&killed)).expect("copied");
    }
    drop(first);
    path = killed;
    let second = open(&path);
    assert_eq!(second.charge(request("a", "tok_decline_after:1", 10_000)), paid(1, START));
    assert!(matches!(second.charge(request("c", "tok_decline_after:1", 10_000)), PaymentOutcome::Declined(_)));
    assert_eq!(second.find("b"), Finding::NotFound);
    assert_eq!(second.find("b"), Finding::Found(paid(2, START)));
    assert_eq!(second.requests().expect("requests").len(), 7);
}

#[test]
fn other_files_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let open = |path: &Path| {
        let clock = Arc::new(SimulatedClock::new(START));
        Sandbox::open(path, clock, SandboxSettings::default()).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let text = folder.path().join("text");
    std::fs::write(&text, "not a database at all, but long enough to be looked at as one, twice over and more")
        .expect("write");
    assert!(open(&text).contains("not a database"), "{}", open(&text));
    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other).expect("open").execute_batch("CREATE TABLE t (x)").expect("table");
    assert!(open(&other).contains("not a payment sandbox"), "{}", open(&other));
    assert!(open(&folder.path().join("no/such/folder")).contains("unable to open"));
    let good = folder.path().join("good.sqlite");
    assert_eq!(open(&good), "");
    rusqlite::Connection::open(&good).expect("open").pragma_update(None, "user_version", 9).expect("version");
    assert!(open(&good).contains("layout 9"), "{}", open(&good));
}

/// sec-02: what came with a charge outlives the program, and what is under way is listed until it is final.
#[test]
fn sec_02_movements_bring_metadata_back_and_name_what_is_under_way() {
    let bench = bench();
    let metadata = vec![
        crate::contract::types::Fact { name: "v".to_owned(), value: "1".to_owned() },
        crate::contract::types::Fact { name: "key".to_owned(), value: "\u{e9}\"".to_owned() },
    ];
    let with =
        |key: &str, method: &str| ChargeRequest { metadata: metadata.clone(), ..request(key, method, 25_000_000) };
    bench.sandbox.charge(with("a", "tok_approve"));
    bench.sandbox.charge(with("b", "tok_late:5000"));
    bench.sandbox.charge(with("c", "tok_late_decline:5000"));
    bench.sandbox.charge(with("d", "tok_decline_limit"));
    let refund = RefundRequest {
        key: "r".to_owned(),
        auth_id: "MAAAAAAAAAAAAAAAAAAA".to_owned(),
        charge_key: "a".to_owned(),
        amount: 10_000_000,
        currency: "USD".to_owned(),
        metadata: metadata.clone(),
    };
    bench.sandbox.refund(refund);
    let listed = |bench: &Bench| {
        let page = bench.sandbox.movements_since(START, None).expect("asked");
        assert_eq!((page.next, page.complete_since), (None, START));
        assert!(page.movements.iter().all(|movement| movement.metadata == metadata));
        let of = |movement: PaymentMovement| (movement.key, movement.charge_key, movement.paid.is_some());
        page.movements.into_iter().map(of).collect::<Vec<_>>()
    };
    let of = |key: &str, charge: Option<&str>, paid| (key.to_owned(), charge.map(str::to_owned), paid);
    let under_way = [of("a", None, true), of("b", None, false), of("c", None, false), of("r", Some("a"), true)];
    assert_eq!(listed(&bench), under_way);
    bench.clock.advance(5_000).expect("forward");
    assert_eq!(listed(&bench), [of("a", None, true), of("r", Some("a"), true), of("b", None, true)]);
    assert_eq!(bench.moved().len(), 3, "only what was moved");
}
