//! The work of a task as the host does it, with rules that answer as they were told: requests between calls, their limits, and what is lost. Then
//! coupons of another store, with real rules in two stores.

use coinbox_host::capability::{Capabilities, CouponClaims, Instant, PaymentGateway};
use coinbox_host::coinbox::{Coinbox, Drive, Options, StoreChoice};
use coinbox_host::contract::coupon_types::{ClaimOutcome, CouponClaim};
use coinbox_host::contract::exported::about::Facts;
use coinbox_host::contract::payment_types;
use coinbox_host::effects::{EffectDoor, perform};
use coinbox_host::engine::{CallContext, CallError, CallOutcome, Class, Misuse, RulesRuntime, RulesSlot};
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::storage::memory::Memory;
use coinbox_tests::crash_world::{MINUTE, START, World};
use coinbox_tests::native::NativeRules;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Rules that answer as they were told, and write down what they were called with.
struct Told {
    facts: Facts,
    answers: Mutex<Vec<Result<Value, CallError>>>,
    calls: Mutex<Vec<(String, Value)>>,
}

impl Told {
    fn to_answer(answers: impl IntoIterator<Item = Result<Value, CallError>>) -> Told {
        let facts = NativeRules::new().facts().clone();
        Told { facts, answers: Mutex::new(answers.into_iter().collect()), calls: Mutex::default() }
    }

    /// The answers that each call of `jobs.next-request` brought.
    fn brought(&self) -> Vec<Value> {
        self.calls.lock().expect("one thread").iter().map(|(_, arguments)| arguments["answers"].clone()).collect()
    }
}

impl RulesRuntime for Told {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        _: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome {
        assert_eq!((context.class, context.view.is_none()), (Class::Effect, true));
        self.calls.lock().expect("one thread").push((function.to_owned(), arguments.clone()));
        let mut answers = self.answers.lock().expect("one thread");
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        CallOutcome { answer, changes: None }
    }
}

/// A gateway that knows no key, charges everything, and thinks for so long.
struct Slow(Duration);

impl PaymentGateway for Slow {
    fn charge(&self, request: payment_types::ChargeRequest) -> payment_types::PaymentOutcome {
        std::thread::sleep(self.0);
        payment_types::PaymentOutcome::Paid(payment_types::Paid { reference: request.key, at: 7 })
    }
    fn refund(&self, _: payment_types::RefundRequest) -> payment_types::PaymentOutcome {
        panic!("nothing is refunded here")
    }
    fn find(&self, _: &str) -> payment_types::Finding {
        std::thread::sleep(self.0);
        payment_types::Finding::NotFound
    }
    fn close(&self, _: &str) -> payment_types::Finding {
        panic!("nothing is closed here")
    }
    fn movements_since(&self, _: Instant, _: Option<&str>) -> Option<payment_types::MovementPage> {
        std::thread::sleep(self.0);
        Some(payment_types::MovementPage { movements: Vec::new(), next: None, complete_since: 7 })
    }
    fn describe_method(&self, _: &str) -> payment_types::MethodAnswer {
        panic!("nothing is described here")
    }
    fn forget_method(&self, _: &str) -> bool {
        panic!("nothing is forgotten here")
    }
}

/// A home cell that thinks for so long, and then has no such coupon.
impl CouponClaims for Slow {
    fn claim(&self, _: &CouponClaim) -> ClaimOutcome {
        std::thread::sleep(self.0);
        ClaimOutcome::Declined(coinbox_host::contract::coupon_types::CouponDecline::Unknown)
    }
}

const NOW: Instant = 1_000;

fn work(rules: &Told, door: EffectDoor, slow: Duration) -> Result<Value, CallError> {
    let capabilities = Capabilities { payment: Arc::new(Slow(slow)), ..World::new(1).capabilities() };
    let claims: Arc<dyn CouponClaims> = Arc::new(Slow(slow));
    perform(door, rules, &capabilities, &claims, || NOW, &json!("the task"))
}

fn ask(request: Value) -> Result<Value, CallError> {
    Ok(json!({"ok": {"ask": request}}))
}

fn charge(amount: &str) -> Value {
    json!({"charge": {
        "key": "key-1", "auth-id": "MA", "amount": amount, "currency": "USD", "method": "tok", "customer-present": true,
        "statement": "COINBOX", "metadata": [],
    }})
}

fn claim(key: &str) -> Value {
    json!({"claim-coupon": {"key": key, "code": "SPRING-26", "auth-id": "MA", "currency": "USD", "asked": "1"}})
}

fn done() -> Result<Value, CallError> {
    Ok(json!({"ok": {"done": {"lost": "as the rules say"}}}))
}

#[test]
fn requests_are_carried_out_between_calls_until_the_rules_are_done() {
    let rules = Told::to_answer([ask(json!({"find-payment": {"key": "key-1"}})), ask(charge("1")), done()]);
    let outcome = work(&rules, EffectDoor::default(), Duration::ZERO);
    assert_eq!(outcome, Ok(json!({"lost": "as the rules say"})));
    let (found, paid) =
        (json!({"finding": "not-found"}), json!({"payment": {"paid": {"reference": "key-1", "at": "7"}}}));
    assert_eq!(rules.brought(), [json!([]), json!([found]), json!([found, paid])]);
    for (function, arguments) in rules.calls.lock().expect("one thread").iter() {
        assert_eq!((function.as_str(), &arguments["task"]), ("jobs.next-request", &json!("the task")));
    }
}

#[test]
fn the_home_cell_is_asked_for_coupons() {
    let rules = Told::to_answer([ask(claim("key-1")), done()]);
    assert!(work(&rules, EffectDoor::default(), Duration::ZERO).is_ok());
    assert_eq!(rules.brought(), [json!([]), json!([{"coupon-claim": {"declined": "unknown"}}])]);
}

#[test]
fn inside_a_call_the_rules_are_asked_once() {
    let rules = Told::to_answer([Ok(json!({"lost": "as the rules say"}))]);
    let outcome = work(&rules, EffectDoor::InsideCall, Duration::ZERO);
    assert_eq!(outcome, Ok(json!({"lost": "as the rules say"})));
    let call = ("jobs.perform".to_owned(), json!({"task": "the task"}));
    assert_eq!(*rules.calls.lock().expect("one thread"), [call]);
}

/// No answer in time is answered in the words of the capability, as the imports do: the outcome is not lost.
#[test]
fn what_gives_no_answer_in_time_is_not_known() {
    let impatient = EffectDoor::BetweenCalls { outside_time: Duration::from_millis(20) };
    let cause = "no answer within 20 ms";
    let not_asked = json!({"ask-again": (NOW + 60_000).to_string(), "cause": cause});
    for (request, answer) in [
        (charge("1"), json!({"payment": {"unknown": {"cause": cause}}})),
        (json!({"find-payment": {"key": "key-1"}}), json!({"finding": {"not-asked": not_asked}})),
        (json!({"list-movements": {"since": "0", "cursor": null}}), json!({"movements": null})),
        (claim("key-1"), json!({"coupon-claim": {"unknown": {"cause": cause}}})),
    ] {
        let rules = Told::to_answer([ask(request), done()]);
        assert!(work(&rules, impatient, Duration::from_secs(1)).is_ok());
        assert_eq!(rules.brought(), [json!([]), json!([answer])]);
    }
}

#[test]
fn what_the_contract_forbids_is_never_carried_out() {
    for (request, problem) in [
        (charge("0"), "charge.amount is 0, it must be above 0"),
        (charge("-1"), "charge.amount is -1, it must be above 0"),
        (claim(""), "claim.key must be 1 to 200 bytes of printable ASCII without space"),
        (claim(&"k".repeat(201)), "claim.key has 201 bytes, at most 200 are allowed"),
        (json!({"find-payment": {"key": ""}}), "key must be 1 to 512 bytes of printable ASCII without space"),
        (json!({"find-payment": {"key": "a b"}}), "key must be 1 to 512 bytes of printable ASCII without space"),
    ] {
        let rules = Told::to_answer([ask(request), done()]);
        let outcome = work(&rules, EffectDoor::default(), Duration::ZERO);
        assert_eq!(outcome, Err(CallError::Misuse(Misuse::Argument(problem.to_owned()))));
    }
}

#[test]
fn rules_that_fail_or_never_end_leave_a_lost_outcome() {
    let trap = || Err(CallError::Deadline { limit_ms: 1 });
    let rules = Told::to_answer([ask(charge("1")), trap()]);
    assert_eq!(work(&rules, EffectDoor::default(), Duration::ZERO), trap());

    let field = json!({"field": "answers[0]", "rule": "wrong-form", "limit": "finding"});
    let rules = Told::to_answer([Ok(json!({"err": field}))]);
    let refused = work(&rules, EffectDoor::default(), Duration::ZERO).expect_err("no outcome").to_string();
    assert!(refused.contains("`jobs.next-request` has refused") && refused.contains("answers[0]"), "{refused}");

    let rules = Told::to_answer([ask(json!({"find-payment": {"key": "key-1"}}))]);
    let endless = work(&rules, EffectDoor::default(), Duration::ZERO).expect_err("no outcome").to_string();
    assert!(endless.contains("more than 100 requests"), "{endless}");

    let rules = Told::to_answer([ask(json!({"unheard-of": {}}))]);
    let absurd = work(&rules, EffectDoor::default(), Duration::ZERO);
    assert!(matches!(absurd, Err(CallError::Absurd(_))), "{absurd:?}");
}

/// A store with this mark, and the host of it.
fn store(world: &World, mark: &str, claims: Option<Arc<dyn CouponClaims>>) -> Coinbox {
    Coinbox::open(Options {
        runtime: Arc::new(NativeRules::new()),
        store: StoreChoice::Own(Arc::new(Memory::marked(world.random(), mark))),
        capabilities: world.capabilities(),
        simulated_clock: Some(world.clock.clone()),
        drive: Drive::ByHand,
        effects: EffectDoor::default(),
        claims,
        sequencer: SequencerOptions::default(),
    })
    .expect("a host")
}

/// A call as an operator that must succeed.
fn must(host: &Coinbox, function: &str, mut arguments: Value) -> Value {
    let permissions: Vec<&String> = host.facts().functions.iter().filter_map(|row| row.permission.as_ref()).collect();
    let who = json!({"operator": {"name": "olga", "permissions": permissions}});
    arguments["caller"] = json!({"who": who, "request": "request-1"});
    let mut answer = host.call(function, &arguments).expect("an answer");
    assert!(answer.get("ok").is_some(), "{function} answered {answer}");
    answer["ok"].take()
}

fn account(host: &Coinbox) -> String {
    let account = json!({"account-type": "standard", "name": "Acme", "email": "a@acme.example", "address": "", "city": "", "state": "",
        "timezone": "UTC"});
    let created = must(host, "accounts.create", json!({"account": account}));
    created["auth-id"].as_str().expect("an auth ID").to_owned()
}

/// Redeems the code and drives what follows at once. Answers the job.
fn redeem(host: &Coinbox, auth_id: &str, code: &str) -> String {
    let answer = must(host, "coupons.redeem", json!({"auth-id": auth_id, "code": code}));
    let job = answer["started"]["job"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    host.drain().expect("jobs are driven");
    job
}

fn standing(host: &Coinbox, job: &str) -> Value {
    host.call("jobs.look", &json!({"job": job})).expect("an answer")
}

fn promotional(host: &Coinbox, auth_id: &str) -> Value {
    must(host, "credits.get-balance", json!({"auth-id": auth_id}))["promotional"].take()
}

/// A home cell whose answers get lost on the way back, so many of them.
struct Losing {
    home: Coinbox,
    lost: AtomicU32,
    asked: Mutex<Vec<String>>,
}

impl CouponClaims for Losing {
    fn claim(&self, claim: &CouponClaim) -> ClaimOutcome {
        self.asked.lock().expect("one thread").push(claim.key.clone());
        let outcome = CouponClaims::claim(&self.home, claim);
        if self.lost.load(Ordering::Relaxed) == 0 {
            return outcome;
        }
        self.lost.fetch_sub(1, Ordering::Relaxed);
        ClaimOutcome::Unknown("the line is cut".into())
    }
}

fn coupon(code: &str) -> Value {
    json!({"coupon": {"code": code, "amount": "5000000", "redeem-by": (START + 86_400_000).to_string(), "validity": "unlimited", "uses": 3,
        "uses-per-account": 1, "note": ""}})
}

/// Two stores in one program: the coupon is in the one, the account in the other. However many answers are lost, one use is taken and its
/// credit given once.
#[test]
fn a_coupon_of_another_store_is_redeemed_once_whatever_answers_are_lost() {
    for lost in 0..4 {
        let world = World::new(1);
        let home = store(&world, "A1", None);
        must(&home, "coupons.create", coupon("SPRING-26"));
        let way = Arc::new(Losing { home: home.clone(), lost: AtomicU32::new(lost), asked: Mutex::default() });
        let cell = store(&world, "B2", Some(way.clone()));
        let acme = account(&cell);
        let job = redeem(&cell, &acme, "spring-26");
        if lost > 0 {
            assert_eq!((standing(&cell, &job), promotional(&cell, &acme)), (json!("working"), json!("0")));
        }
        cell.advance_to(cell.now() + 60 * MINUTE).expect("a clock that is moved");
        assert_eq!((standing(&cell, &job), promotional(&cell, &acme)), (json!("succeeded"), json!("5000000")));
        assert_eq!(must(&home, "coupons.get", json!({"code": "SPRING-26"}))["redeemed"], json!(1));
        let asked = way.asked.lock().expect("one thread").clone();
        assert_eq!(asked.len(), lost as usize + 1);
        assert!(asked.iter().all(|key| *key == asked[0]), "{asked:?}");
        // An account of the home cell needs no job.
        let local = account(&home);
        let redeemed = must(&home, "coupons.redeem", json!({"auth-id": local, "code": "SPRING-26"}));
        assert_eq!(redeemed["redeemed"]["amount"], json!("5000000"));
        // The other cell has no such coupon, and home says so.
        let job = redeem(&cell, &acme, "NO-SUCH-CODE");
        assert_eq!(standing(&cell, &job), json!({"failed": "unknown"}));
    }
}

/// A host that is told of no other store asks its own.
#[test]
fn one_store_with_a_mark_keeps_its_coupons_itself() {
    let world = World::new(1);
    let host = store(&world, "A1", None);
    let acme = account(&host);
    must(&host, "coupons.create", coupon("SPRING-26"));
    let job = redeem(&host, &acme, "NO-SUCH-CODE");
    assert_eq!(standing(&host, &job), json!({"failed": "unknown"}));
    // Made while the claim is under way: the job asks, and finds it.
    let answer = must(&host, "coupons.redeem", json!({"auth-id": acme, "code": "SUMMER-26"}));
    must(&host, "coupons.create", coupon("SUMMER-26"));
    host.drain().expect("jobs are driven");
    assert_eq!(standing(&host, answer["started"]["job"].as_str().expect("a job")), json!("succeeded"));
    assert_eq!(promotional(&host, &acme), json!("5000000"));
}
