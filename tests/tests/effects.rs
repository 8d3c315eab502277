//! The work of a task as the host does it, with rules that answer as they were told: requests between calls, their limits, and what is lost.

use coinbox_host::capability::{Capabilities, Instant, PaymentGateway};
use coinbox_host::contract::exported::about::Facts;
use coinbox_host::contract::payment_types;
use coinbox_host::effects::{EffectDoor, perform};
use coinbox_host::engine::{CallContext, CallError, CallOutcome, Class, Misuse, RulesRuntime, RulesSlot};
use coinbox_tests::crash_world::World;
use coinbox_tests::native::NativeRules;
use serde_json::{Value, json};
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

const NOW: Instant = 1_000;

fn work(rules: &Told, door: EffectDoor, slow: Duration) -> Result<Value, CallError> {
    let capabilities = Capabilities { payment: Arc::new(Slow(slow)), ..World::new(1).capabilities() };
    perform(door, rules, &capabilities, || NOW, &json!("the task"))
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
