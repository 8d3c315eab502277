//! A component that breaks the contract: each breach has its own error, writes nothing, and the next call is served.

#[path = "hostile_support/mod.rs"]
mod support;

use coinbox_host::engine::{CallContext, CallError, Class, Engine, InstancePolicy, Limits, LoadError, Misuse, Options};
use coinbox_host::engine::{RulesRuntime, RulesSlot};
use coinbox_host::storage::{StoreError, View};
use coinbox_tests::components;
use serde_json::json;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use support::{FixedView, NOW, answer, assert_serves, call, call_with, capabilities};

const MEBIBYTE: usize = 1024 * 1024;

fn limits() -> Limits {
    Limits { guest_time: Duration::from_secs(1), ..Limits::default() }
}

fn warm() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| components::engine(components::hostile(), limits(), InstancePolicy::default()))
}

fn fresh() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| components::engine(components::hostile(), limits(), InstancePolicy::Fresh))
}

/// The error of a breach: the same in a kept instance, in an idle one and in a new one.
fn refused(function: &str, behaviour: &str) -> CallError {
    let mut slot = RulesSlot::default();
    assert_serves(warm(), Some(&mut slot));
    let kept = refused_once(warm(), Some(&mut slot), function, behaviour);
    assert_serves(warm(), Some(&mut slot));
    let idle = refused_once(warm(), None, function, behaviour);
    assert_serves(warm(), None);
    let new = refused_once(fresh(), None, function, behaviour);
    assert_serves(fresh(), None);
    assert_eq!(kept, idle, "{behaviour}");
    assert_eq!(kept, new, "{behaviour}");
    kept
}

fn refused_once(engine: &Engine, slot: Option<&mut RulesSlot>, function: &str, behaviour: &str) -> CallError {
    let outcome = call(engine, slot, function, behaviour);
    assert_eq!(outcome.changes, None, "{behaviour}");
    outcome.answer.expect_err(behaviour)
}

fn misuse(function: &str, behaviour: &str) -> Misuse {
    match refused(function, behaviour) {
        CallError::Misuse(misuse) => misuse,
        other => panic!("{behaviour}: {other}"),
    }
}

#[test]
fn an_endless_loop_meets_the_deadline() {
    let mut slot = RulesSlot::default();
    for behaviour in ["loop", "loop-staged"] {
        let error = refused_once(warm(), Some(&mut slot), "jobs.begin", behaviour);
        assert_eq!(error, CallError::Deadline { limit_ms: 1000 });
        assert_serves(warm(), Some(&mut slot));
    }
    assert_eq!(refused_once(fresh(), None, "jobs.perform", "loop"), CallError::Deadline { limit_ms: 1000 });
    assert_eq!(CallError::Deadline { limit_ms: 1000 }.to_string(), "the rules ran longer than 1000 ms");
}

#[test]
fn the_deadline_counts_the_guest_and_not_the_host() {
    // Ten reads of 150 ms each: one and a half times the deadline.
    let outcome = call(warm(), None, "jobs.begin", "slow-reads");
    assert_eq!(outcome.answer, Ok(json!({"ok": "rest"})));
    assert!(outcome.changes.is_some());
    // And slow reads are no way around it.
    assert_eq!(refused_once(warm(), None, "jobs.begin", "read-then-loop"), CallError::Deadline { limit_ms: 1000 });
}

#[test]
fn a_gateway_slower_than_the_deadline_is_waited_for() {
    let slow = capabilities(Duration::from_millis(1500));
    let outcome = call_with(warm(), None, "jobs.perform", "charge", &slow);
    let paid = json!({"payment": {"paid": {"reference": "gateway-1", "at": NOW.to_string()}}});
    assert_eq!(outcome.answer, Ok(paid));
}

#[test]
fn a_gateway_that_never_answers_leaves_an_unknown_outcome_and_no_trap() {
    let limits = Limits { outside_time: Duration::from_millis(50), ..limits() };
    let engine = components::engine(components::hostile(), limits, InstancePolicy::default());
    let never = capabilities(Duration::from_secs(3600));
    let charged = call_with(&engine, None, "jobs.perform", "charge", &never);
    assert_eq!(charged.answer, Ok(json!({"payment": {"unknown": {"cause": "no answer within 50 ms"}}})));
    let found = call_with(&engine, None, "jobs.perform", "find", &never);
    let not_asked = json!({"ask-again": (NOW + 60_000).to_string(), "cause": "no answer within 50 ms"});
    assert_eq!(found.answer, Ok(json!({"payment-closed": {"not-asked": not_asked}})));
    assert_serves(&engine, None);
}

#[test]
fn endless_allocation_meets_the_memory_limit() {
    let CallError::Memory { asked_bytes, limit_bytes } = refused("jobs.begin", "allocate") else {
        panic!("another error")
    };
    assert_eq!(limit_bytes, 64 * MEBIBYTE);
    assert!(asked_bytes > limit_bytes && asked_bytes <= 66 * MEBIBYTE, "{asked_bytes}");
}

#[test]
fn recursion_without_end_meets_the_stack_limit() {
    assert_eq!(refused("jobs.begin", "recurse"), CallError::Stack { limit_bytes: 512 * 1024 });
}

#[test]
fn oversized_results_and_changes_are_not_copied() {
    let handed = CallError::Handed { limit_bytes: 32 * MEBIBYTE };
    assert_eq!(refused("jobs.look", "huge"), handed);
    assert_eq!(refused("jobs.begin", "huge-changes"), handed);
}

#[test]
fn an_answer_that_is_no_text_is_absurd() {
    let CallError::Absurd(text) = refused("jobs.look", "not-text") else { panic!("another error") };
    assert!(text.contains("utf-8"), "{text}");
}

#[test]
fn a_trap_with_writes_staged_writes_nothing() {
    let CallError::Trap { message, place } = refused("jobs.begin", "trap") else { panic!("another error") };
    assert_eq!(message, "wasm trap: wasm `unreachable` instruction executed");
    // The names are in a file that this engine was not shown.
    let place = place.expect("a place");
    assert!(place.starts_with("function ") && place.ends_with(" of coinbox_hostile.wasm"), "{place}");
}

#[test]
fn a_trap_is_named_from_the_file_beside_the_component() {
    let options = Options { limits: limits(), symbols: Some(components::hostile_symbols()), ..Options::default() };
    let engine = Engine::load(components::hostile(), &options).expect("loaded");
    for behaviour in ["trap", "panic"] {
        let error = refused_once(&engine, None, "jobs.begin", behaviour);
        let CallError::Trap { place: Some(place), .. } = &error else { panic!("another error: {error}") };
        assert!(place.contains("coinbox"), "{place}");
        assert!(error.to_string().ends_with(&format!(" (in {place})")), "{error}");
    }
    // The file of another component names nothing.
    let other = Options { symbols: Some(components::hostile_symbols().with_file_name("coinbox.symbols")), ..options };
    let engine = Engine::load(components::hostile(), &other).expect("loaded");
    let CallError::Trap { place, .. } = refused_once(&engine, None, "jobs.begin", "trap") else {
        panic!("another error")
    };
    assert!(place.is_some_and(|place| place.starts_with("function ")));
}

#[test]
fn the_last_words_of_a_panic_are_the_message() {
    let CallError::Trap { message, .. } = refused("jobs.begin", "panic") else { panic!("another error") };
    assert!(message.contains("tests/hostile/src/lib.rs") && message.ends_with("wallet balance overflow"), "{message}");
}

#[test]
fn an_error_answer_throws_the_changes_away() {
    for engine in [warm(), fresh()] {
        let outcome = call(engine, None, "jobs.begin", "refuse");
        assert_eq!(outcome.answer, Ok(json!({"err": "no-such-job"})));
        assert_eq!(outcome.changes, None);
        assert_serves(engine, None);
    }
}

#[test]
fn the_outside_is_lent_to_effects_only() {
    for (behaviour, import) in [
        ("charge", "payment.charge"),
        ("close", "payment.close"),
        ("mail", "email.send"),
        ("hang-up", "telephony.hang-up"),
    ] {
        assert_eq!(misuse("jobs.begin", behaviour), Misuse::OutsideNotLent { import, class: Class::Command });
    }
    assert_eq!(
        refused("jobs.begin", "charge").to_string(),
        "the rules broke the contract: `payment.charge`: the outside is not lent to a command"
    );
}

#[test]
fn storage_is_not_lent_to_effects() {
    for (behaviour, import) in [
        ("get", "storage.get-many"),
        ("name", "storage.store-name"),
        ("feed", "storage.read-feed"),
        ("stage", "storage.stage"),
    ] {
        assert_eq!(misuse("jobs.perform", behaviour), Misuse::StorageNotLent { import, class: Class::Effect });
    }
}

#[test]
fn an_effect_sees_no_storage_even_where_the_host_lends_a_view() {
    let lent = capabilities(Duration::ZERO);
    let context = CallContext { class: Class::Effect, view: Some(Arc::new(FixedView)), capabilities: &lent, now: NOW };
    let task = json!({"task": {"job": "get", "attempt": 1, "work": {"close-payment": {"key": "key"}}}});
    let outcome = warm().call(None, context, "jobs.perform", &task);
    let expected = Misuse::StorageNotLent { import: "storage.get-many", class: Class::Effect };
    assert_eq!(outcome.answer, Err(CallError::Misuse(expected)));
}

#[test]
fn staging_is_for_commands_once_and_last() {
    assert_eq!(misuse("jobs.look", "stage"), Misuse::StageInQuery);
    assert_eq!(misuse("jobs.begin", "stage-twice"), Misuse::StagedTwice);
    for (behaviour, import) in [
        ("stage-then-get", "storage.get-many"),
        ("stage-then-scan", "storage.scan"),
        ("stage-then-name", "storage.store-name"),
    ] {
        assert_eq!(misuse("jobs.begin", behaviour), Misuse::StorageAfterStage { import });
    }
}

#[test]
fn a_command_neither_hashes_nor_compares_passwords() {
    for (behaviour, import) in [("hash", "vault.hash-password"), ("verify", "vault.verify-password")] {
        assert_eq!(misuse("jobs.begin", behaviour), Misuse::SlowInCommand { import });
    }
}

#[test]
fn absurd_arguments_are_named_with_their_limit() {
    for (function, behaviour, problem) in [
        ("jobs.begin", "key-600", "storage: puts[0].key has 600 bytes, at most 512 are allowed"),
        (
            "jobs.begin",
            "key-space",
            "storage: puts[0].key holds the byte 0x20 at 1, keys are printable ASCII without space",
        ),
        ("jobs.begin", "unsorted", "storage: puts[1].key a comes after b, each list is sorted by key"),
        ("jobs.begin", "nul", "storage: puts[0].value holds the NUL character at 1"),
        ("jobs.begin", "many-changes", "storage: changes have 50001 elements, at most 50000 are allowed"),
        ("jobs.begin", "empty", "storage: puts[0].value is empty, a value has 1 to 262144 bytes"),
        ("jobs.begin", "half-a-put", "storage: puts has 3 texts, keys and values come in pairs"),
        ("jobs.begin", "puts-inside-a-letter", "storage: puts.lengths[1] ends at byte 2, inside a character"),
        ("jobs.begin", "get-beyond", "storage: keys.lengths[1] ends at byte 4, the text has 3"),
        ("jobs.begin", "get-short", "storage: keys.lengths add up to 1 bytes, the text has 3"),
        ("jobs.begin", "get-600", "storage: keys[0] has 600 bytes, at most 512 are allowed"),
        ("jobs.begin", "get-20001", "storage: get-many asks for 20001 keys, at most 20000 are allowed"),
        ("jobs.begin", "scan-0", "storage: limit is 0, it must be 1 to 10000"),
        ("jobs.begin", "feed-10001", "storage: limit is 10001, it must be 1 to 10000"),
        ("jobs.begin", "random-4097", "random: len is 4097, at most 4096 bytes are given at once"),
        ("jobs.begin", "seal", "vault: secret has 16385 bytes, at most 16384 are allowed"),
        ("jobs.begin", "purpose", "vault: purpose has 65 bytes, at most 64 are allowed"),
        ("jobs.perform", "charge-0", "charge.amount is 0, it must be above 0"),
        ("jobs.perform", "hang-up", "request.calls has 1001 elements, at most 1000 are allowed"),
    ] {
        assert_eq!(misuse(function, behaviour), Misuse::Argument(problem.to_owned()), "{behaviour}");
    }
}

#[test]
fn what_is_allowed_at_the_edge_passes() {
    for behaviour in ["scan-backwards", "random", "clock", "chatter"] {
        let outcome = call(warm(), None, "jobs.begin", behaviour);
        assert_eq!(outcome.answer, Ok(json!({"ok": "rest"})), "{behaviour}");
        assert!(outcome.changes.is_some(), "{behaviour}");
    }
    let nothing = call(warm(), None, "jobs.begin", "nothing");
    assert_eq!((nothing.answer, nothing.changes), (Ok(json!({"ok": "rest"})), None));
}

#[test]
fn a_broken_store_ends_the_call() {
    struct Broken;
    impl View for Broken {
        fn store_name(&self) -> String {
            String::new()
        }
        fn get_many(&self, _: &[&str]) -> Result<Vec<Option<Arc<str>>>, StoreError> {
            Err(StoreError("disk on fire".to_owned()))
        }
        fn scan(
            &self,
            _: &str,
            _: &str,
            _: coinbox_host::storage::Direction,
            _: u32,
        ) -> Result<coinbox_host::storage::Page, StoreError> {
            unreachable!()
        }
        fn read_feed(
            &self,
            _: Option<&str>,
            _: u64,
            _: u32,
        ) -> Result<Vec<coinbox_host::storage::FeedLine>, StoreError> {
            unreachable!()
        }
    }
    let lent = capabilities(Duration::ZERO);
    let context = CallContext { class: Class::Query, view: Some(Arc::new(Broken)), capabilities: &lent, now: NOW };
    let outcome = warm().call(None, context, "jobs.look", &json!({"job": "read"}));
    assert_eq!(outcome.answer, Err(CallError::Store(StoreError("disk on fire".to_owned()))));
}

fn served(engine: &Engine, slot: &mut RulesSlot) -> u64 {
    let outcome = call(engine, Some(slot), "jobs.begin", "calls");
    answer(outcome)["err"]["stale-attempt"]["attempt"].as_u64().expect("a count")
}

#[test]
fn an_instance_is_used_again_until_it_traps_or_is_large_or_old() {
    let mut slot = RulesSlot::default();
    assert_eq!([served(warm(), &mut slot), served(warm(), &mut slot)], [1, 2]);
    refused_once(warm(), Some(&mut slot), "jobs.begin", "trap");
    assert_eq!([served(warm(), &mut slot), served(warm(), &mut slot)], [1, 2]);
    answer(call(warm(), Some(&mut slot), "jobs.begin", "grow"));
    assert_eq!(served(warm(), &mut slot), 1);

    let old = components::engine(components::hostile(), limits(), InstancePolicy::Warm { calls: 2 });
    // Uses up the instance that has described itself.
    assert_serves(&old, None);
    // The slot holds an instance of another engine: it is not used.
    assert_eq!([served(&old, &mut slot), served(&old, &mut slot), served(&old, &mut slot)], [1, 2, 1]);
    assert_eq!([served(fresh(), &mut slot), served(fresh(), &mut slot)], [1, 1]);
}

#[test]
fn more_calls_than_instances_wait_and_are_told() {
    let limits = Limits { instances: 1, instance_wait: Duration::ZERO, ..limits() };
    let engine = components::engine(components::hostile(), limits, InstancePolicy::default());
    let mut slot = RulesSlot::default();
    assert_serves(&engine, Some(&mut slot));
    assert_eq!(engine.instances(), (1, 0));
    assert_eq!(refused_once(&engine, None, "jobs.begin", "good"), CallError::Busy { limit: 1 });
    drop(slot);
    assert_serves(&engine, None);
    assert_eq!(engine.instances(), (1, 1));
    refused_once(&engine, None, "jobs.begin", "trap");
    assert_eq!(engine.instances(), (0, 0));
}

#[test]
fn instances_without_a_pool_of_memory_keep_the_same_limits() {
    // No machine has the address space for so many.
    let limits = Limits { instances: 10_000_000, ..limits() };
    let engine = components::engine(components::hostile(), limits, InstancePolicy::default());
    assert_serves(&engine, None);
    assert!(matches!(refused_once(&engine, None, "jobs.begin", "allocate"), CallError::Memory { .. }));
    assert_eq!(refused_once(&engine, None, "jobs.begin", "recurse"), CallError::Stack { limit_bytes: 512 * 1024 });
    assert_serves(&engine, None);
}

#[test]
fn an_idle_instance_holds_no_state_of_the_store() {
    let view: Arc<dyn View> = Arc::new(FixedView);
    let lent = capabilities(Duration::ZERO);
    let mut slot = RulesSlot::default();
    for behaviour in ["read", "stage"] {
        let context = CallContext { class: Class::Query, view: Some(view.clone()), capabilities: &lent, now: NOW };
        let _ = warm().call(Some(&mut slot), context, "jobs.look", &json!({"job": behaviour}));
        assert_eq!(Arc::strong_count(&view), 1, "{behaviour}");
    }
    assert_eq!(Arc::strong_count(&lent.payment), 7);
}

#[test]
fn calls_that_do_not_fit_are_refused_before_they_run() {
    let lent = capabilities(Duration::ZERO);
    let ask = |class, function: &str, arguments| {
        let context = CallContext { class, view: Some(Arc::new(FixedView)), capabilities: &lent, now: NOW };
        let outcome = warm().call(None, context, function, &arguments);
        assert_eq!(outcome.changes, None);
        outcome.answer.expect_err(function).to_string()
    };
    assert_eq!(ask(Class::Command, "jobs.invent", json!({})), "no function `jobs.invent`");
    // Exported, but not described.
    assert_eq!(ask(Class::Command, "credits.recharge", json!({})), "no function `credits.recharge`");
    assert_eq!(
        ask(Class::Query, "jobs.begin", json!({"job": "good"})),
        "`jobs.begin` is a command, it was called as a query"
    );
    assert_eq!(
        ask(Class::Command, "jobs.begin", json!([])),
        "arguments: expected an object with the arguments by name, found an array"
    );
    assert_eq!(ask(Class::Command, "jobs.begin", json!({})), "arguments: `job`: missing");
    assert_eq!(ask(Class::Command, "jobs.begin", json!({"job": 1})), "arguments: `job`: expected text, found a number");
    assert_eq!(
        ask(Class::Command, "jobs.begin", json!({"job": "good", "Job": "good"})),
        "arguments: `Job`: no such name; the names are job"
    );
}

/// The same component under the names of another version of the contract.
fn of_contract(version: &str) -> Vec<u8> {
    const OURS: &[u8] = b"0.2.0";
    assert_eq!(version.len(), OURS.len(), "sizes inside the component stay");
    let mut wasm = components::hostile().to_vec();
    let mut place = 0;
    while let Some(found) = wasm[place..].windows(16).position(|bytes| bytes == b"coinbox:billing/") {
        place += found + 16;
        let name = wasm[place..].iter().position(|byte| !byte.is_ascii_lowercase() && *byte != b'-').unwrap_or(0);
        if wasm[place + name..].starts_with(b"@") && wasm[place + name + 1..].starts_with(OURS) {
            wasm[place + name + 1..][..OURS.len()].copy_from_slice(version.as_bytes());
        }
    }
    wasm
}

#[test]
fn a_component_of_another_line_of_the_contract_is_refused_by_a_sentence_that_names_both() {
    assert_eq!(coinbox_host::contract::VERSION, "0.2.0");
    for version in ["0.1.0", "0.3.0", "1.2.0"] {
        let error = Engine::load(&of_contract(version), &Options::default()).err().expect("not loaded");
        assert!(matches!(&error, LoadError::OtherContract { component } if component == version), "{error}");
        assert_eq!(
            error.to_string(),
            format!(
                "the component is of contract coinbox:billing@{version}, this host is of coinbox:billing@0.2.0: \
                 take a component and a host of the same release"
            )
        );
    }
    Engine::load(&of_contract("0.2.0"), &Options::default()).map(drop).expect("its own name");
}

#[test]
fn a_component_that_cannot_be_used_says_why() {
    let load = |wasm: &[u8]| Engine::load(wasm, &Options::default()).err().expect("not loaded");
    assert!(matches!(load(b"not a component"), LoadError::Compile(_)));
    assert!(matches!(load(&components::hostile()[..1000]), LoadError::Compile(_)));
    let empty = load(b"\0asm\x0d\0\x01\0");
    assert!(matches!(&empty, LoadError::Contract(_)), "{empty}");
    assert!(
        empty.to_string().starts_with("the component does not fit the contract coinbox:billing@0.2.0: "),
        "{empty}"
    );
}
