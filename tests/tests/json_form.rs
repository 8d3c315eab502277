//! The JSON form of WIT values: by types known at run time and by the Rust types of the contract it is one and the same.

use coinbox_host::contract::exported::jobs::{JobTask, TaskOutcome};
use coinbox_host::engine::{Engine, InstancePolicy, Limits};
use coinbox_host::json;
use coinbox_tests::components;
use serde_json::{Value, json};
use std::sync::OnceLock;

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| components::engine(components::hostile(), Limits::default(), InstancePolicy::default()))
}

/// Reads arguments of a function and writes them again.
fn through(function: &str, arguments: &Value) -> Result<Value, json::JsonError> {
    let parameters = &engine().functions().get(function).expect("described").parameters;
    let read = json::read_arguments(parameters, arguments)?;
    let names = parameters.iter().map(|(name, _)| name.clone());
    Ok(Value::Object(names.zip(read.iter().map(|value| json::write(value).expect("has a form"))).collect()))
}

fn works() -> Vec<Value> {
    let message = json!({
        "key": "m", "to": [{"address": "a@b", "name": null}, {"address": "c@d", "name": "C"}], "template": "receipt",
        "language": "en", "facts": [{"name": "n", "value": "v"}], "secret-facts": [],
        "attachments": [
            {"kept": {"digest": "00", "size": "18446744073709551615", "media-type": "text/csv", "name": "a"}},
            {"document": {"auth-id": "MA1", "kind": "invoice", "number": "2026-000123"}},
        ],
    });
    vec![
        json!({"charge": {
            "key": "k", "auth-id": "MA1", "amount": "-9223372036854775808", "currency": "USD", "method": "t",
            "customer-present": true, "statement": "", "metadata": [{"name": "v", "value": "1"}],
        }}),
        json!({"find-payment": {"key": "k"}}),
        json!({"reconcile-stock": {"since": "0", "cursor": null}}),
        json!({"close-payment": {"key": "k\u{1F600}"}}),
        json!({"send-mail": message}),
        json!({"hang-up": {"key": "k", "auth-id": "MA1", "calls": ["a", "b"], "cause": "out-of-credit"}}),
        json!({"reconcile": {"since": "0", "cursor": null}}),
        json!({"reconcile": {"since": "1", "cursor": "next"}}),
        json!({"claim-coupon": {"key": "k", "code": "sealed", "auth-id": "MA1", "currency": "USD", "asked": "5"}}),
    ]
}

fn outcomes() -> Vec<Value> {
    let method =
        json!({"kind": "card", "brand": "Visa", "last-four": "4242", "expires-year": 65535, "expires-month": null});
    let movement = json!({
        "key": "k", "refund": false, "charge-key": null, "amount": "1", "currency": "USD", "received": "1",
        "paid": {"reference": "r", "at": "2"}, "metadata": [],
    });
    let ordered = json!({
        "key": "k", "release": false, "number": "14155550100", "auth-id": "MA1", "at": "3", "done": true,
        "metadata": [{"name": "v", "value": "1"}],
    });
    vec![
        json!({"payment": {"declined": {"reason": "lost-or-stolen", "code": "c"}}}),
        json!({"payment": {"unknown": {"cause": ""}}}),
        json!({"payment-closed": "closed"}),
        json!({"payment-closed": {"found": {"pending": {"ask-again": "5"}}}}),
        json!({"method": {"described": method}}),
        json!({"method": "no-such-method"}),
        json!({"method-forgotten": false}),
        json!({"mail": "sent"}),
        json!({"code": {"refused": {"cause": "land line"}}}),
        json!({"hang-up": []}),
        json!({"movements": null}),
        json!({"movements": {"movements": [movement], "next": null, "complete-since": "0"}}),
        json!({"stock-movements": {"movements": [ordered], "next": "c", "complete-since": "0"}}),
        json!({"coupon-claim": {"claimed": {"coupon": 1, "label": "****G-26", "amount": "1", "currency": "USD", "validity": {"lasting": "1"}}}}),
        json!({"coupon-claim": {"declined": "other-currency"}}),
        json!({"coupon-claim": {"refused": {"cause": "c"}}}),
        json!({"coupon-claim": {"not-sent": {"ask-again": "5", "cause": "c"}}}),
        json!({"lost": "trap"}),
    ]
}

#[test]
fn both_ways_of_reading_and_writing_agree() {
    for work in works() {
        let task = json!({"job": "j", "attempt": 4_294_967_295_u32, "work": work});
        assert_eq!(through("jobs.perform", &json!({"task": task})), Ok(json!({"task": task})));
        let typed: JobTask = json::from_value(&task).unwrap_or_else(|error| panic!("{task}: {error}"));
        assert_eq!(json::to_value(&typed), Ok(task));
    }
    for done in outcomes() {
        let arguments = json!({"job": "j", "attempt": 0, "done": done});
        assert_eq!(through("jobs.finish", &arguments), Ok(arguments));
        let typed: TaskOutcome = json::from_value(&done).unwrap_or_else(|error| panic!("{done}: {error}"));
        assert_eq!(json::to_value(&typed), Ok(done));
    }
}

/// The problem with a task, which must be the same for both ways.
fn problem(change: impl FnOnce(&mut Value)) -> String {
    let mut task = json!({"job": "j", "attempt": 1, "work": works().remove(0)});
    change(&mut task);
    let untyped = through("jobs.perform", &json!({"task": task})).expect_err("a problem");
    let typed = json::from_value::<JobTask>(&task).expect_err("a problem");
    assert_eq!(untyped.problem, typed.problem);
    assert_eq!(untyped.path.trim_start_matches("task").trim_start_matches('.'), typed.path);
    untyped.to_string()
}

#[test]
fn both_ways_name_the_same_path_and_problem() {
    let charge = |name: &'static str, value: Value| move |task: &mut Value| task["work"]["charge"][name] = value;
    let cases = [
        (
            problem(|task| task["attempt"] = json!("1")),
            "`task.attempt`: expected a whole number from 0 to 4294967295, found text",
        ),
        (
            problem(|task| task["attempt"] = json!(4_294_967_296_u64)),
            "`task.attempt`: expected a whole number from 0 to 4294967295, found 4294967296",
        ),
        (
            problem(charge("amount", json!(25))),
            "`task.work.charge.amount`: expected a 64-bit whole number as decimal text, found a number",
        ),
        (
            problem(charge("amount", json!("9223372036854775808"))),
            "`task.work.charge.amount`: expected a 64-bit whole number as decimal text, found `9223372036854775808`",
        ),
        (
            problem(charge("amount", json!("+1"))),
            "`task.work.charge.amount`: expected a 64-bit whole number as decimal text, found `+1`",
        ),
        (
            problem(charge("customer-present", json!(1))),
            "`task.work.charge.customer-present`: expected true or false, found a number",
        ),
        (
            problem(charge("customer_present", json!(true))),
            "`task.work.charge.customer_present`: no such name; the names are key, auth-id, amount, currency, method, customer-present, statement, metadata",
        ),
        (
            problem(|task| drop(task["work"]["charge"].as_object_mut().unwrap().remove("method"))),
            "`task.work.charge.method`: missing",
        ),
        (
            problem(|task| task["work"] = json!({"charge": {}, "refund": {}})),
            "`task.work`: expected one case as the only key, found 2 keys",
        ),
        (
            problem(|task| task["work"] = json!("charge")),
            "`task.work`: case `charge` has a payload: write {\"charge\": …}",
        ),
        (
            problem(|task| task["work"] = json!(7)),
            "`task.work`: expected the name of a case, or an object with it as the only key, found a number",
        ),
        (
            problem(|task| {
                task["work"] =
                    json!({"hang-up": {"key": "k", "auth-id": "a", "calls": ["x", null], "cause": "suspended"}})
            }),
            "`task.work.hang-up.calls[1]`: expected text, found null",
        ),
        (
            problem(|task| {
                task["work"] = json!({"hang-up": {"key": "k", "auth-id": "a", "calls": {}, "cause": "suspended"}})
            }),
            "`task.work.hang-up.calls`: expected an array, found an object",
        ),
        (
            problem(|task| {
                task["work"] =
                    json!({"hang-up": {"key": "k", "auth-id": "a", "calls": [], "cause": {"suspended": null}}})
            }),
            "`task.work.hang-up.cause`: case `suspended` has no payload: write it as text",
        ),
        (problem(|task| *task = json!([])), "`task`: expected an object, found an array"),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn an_option_may_be_left_out_and_is_written_as_null() {
    let short = json!({"task": {"job": "j", "attempt": 1, "work": {"reconcile": {"since": "0"}}}});
    let long = json!({"task": {"job": "j", "attempt": 1, "work": {"reconcile": {"since": "0", "cursor": null}}}});
    assert_eq!(through("jobs.perform", &short), Ok(long));
}
