//! A component that breaks every promise of the contract, one at a time. The job that a call names says which.

#[allow(missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "rules", generate_all });
}
mod unused;

use bindings::coinbox::billing::{
    diagnostics, email, email_types, payment, payment_types, storage, telephony, telephony_types, types, vault,
};
use bindings::export;
use bindings::exports::coinbox::billing::{about, jobs};
use bindings::wasi::clocks::wall_clock;
use bindings::wasi::random::random;
use std::cell::Cell;
use std::hint::black_box;

struct Hostile;

export!(Hostile with_types_in bindings);

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

fn put<'a>(key: &'a str, value: &'a str) -> [&'a str; 2] {
    [key, value]
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> types::Texts {
    let mut all = types::Texts { text: String::new(), lengths: Vec::new() };
    for text in texts {
        all.text.push_str(text);
        all.lengths.push(text.len() as u32);
    }
    all
}

fn stage(puts: Vec<[&str; 2]>) {
    stage_texts(texts(puts.into_iter().flatten()));
}

fn stage_texts(puts: types::Texts) {
    let timer = storage::Timer { key: "job".to_owned(), lane: storage::Lane::Bulk, due: now() };
    let line = storage::NewLine { topic: "topic".to_owned(), body: "{}".to_owned() };
    let changes = storage::Changes {
        puts,
        removes: vec![],
        clears: vec![],
        lines: vec![line],
        timers: vec![timer],
        cancels: vec![],
    };
    storage::stage(&changes);
}

fn now() -> i64 {
    let now = wall_clock::now();
    now.seconds as i64 * 1000 + i64::from(now.nanoseconds / 1_000_000)
}

/// The values of these keys, one after another.
fn get(keys: &[&str]) -> String {
    storage::get_many(&texts(keys.iter().copied())).text
}

/// No tail call, little use of the stack in linear memory: it is the machine's stack that ends.
#[allow(unconditional_recursion)]
fn deeper(depth: u64) -> u64 {
    black_box(deeper(black_box(depth + 1))) + depth
}

fn charge(amount: i64) -> payment_types::ChargeRequest {
    payment_types::ChargeRequest {
        key: "store.charge-1".to_owned(),
        auth_id: "MA000000000000000001".to_owned(),
        amount,
        currency: "USD".to_owned(),
        method: "token".to_owned(),
        customer_present: false,
        statement: "COINBOX".to_owned(),
        metadata: Vec::new(),
    }
}

/// What asks storage for more than it gives, or for what is no span.
fn read_wrongly(job: &str) {
    let span = |first: &str, end: &str| storage::Span { first: first.to_owned(), end: end.to_owned() };
    match job {
        "hash" => drop(vault::hash_password("password")),
        "verify" => drop(vault::verify_password("password", "")),
        "get-600" => drop(get(&[&"k".repeat(600)])),
        "get-20001" => drop(get(&vec!["k"; 20_001])),
        "get-beyond" => drop(storage::get_many(&types::Texts { text: "abc".to_owned(), lengths: vec![1, 3] })),
        "get-short" => drop(storage::get_many(&types::Texts { text: "abc".to_owned(), lengths: vec![1] })),
        "scan-0" => drop(storage::scan(&span("a", "b"), storage::Direction::Descending, 0)),
        "scan-backwards" => {
            assert!(storage::scan(&span("b", "a"), storage::Direction::Ascending, 1).entries.lengths.is_empty());
            stage(vec![put("good", "1")]);
        }
        "feed-10001" => drop(storage::read_feed(None, 0, 10_001)),
        other => panic!("no behaviour named {other}"),
    }
}

fn report_panics() {
    std::panic::set_hook(Box::new(|panic| diagnostics::report(diagnostics::Level::Defect, &panic.to_string())));
}

impl about::Guest for Hostile {
    fn describe() -> about::Facts {
        let function = |name: &str, class| about::FunctionFacts {
            name: name.to_owned(),
            class,
            permission: None,
            roles: Vec::new(),
            tokens: about::TokenKind::None,
            standings: Vec::new(),
            fresh: false,
            audited: false,
            rate: None,
            slow: false,
            route: about::Route { way: about::RouteWay::Anywhere, items: None, id: None },
        };
        about::Facts {
            version: "0.1.0".to_owned(),
            contract: "0.2.0".to_owned(),
            time_zones: "none".to_owned(),
            record_version: 1,
            functions: vec![
                function("about.describe", about::Class::Query),
                function("jobs.begin", about::Class::Command),
                function("jobs.perform", about::Class::Effect),
                function("jobs.finish", about::Class::Command),
                function("jobs.look", about::Class::Query),
                function("accounts.get", about::Class::Query),
            ],
            limits: Vec::new(),
            names: Vec::new(),
            shared: Vec::new(),
        }
    }
}

impl jobs::Guest for Hostile {
    fn begin(job: String) -> Result<jobs::NextStep, jobs::JobError> {
        match job.as_str() {
            "good" => stage(vec![put("good", "1")]),
            "nothing" => {}
            "calls" => {
                let calls = CALLS.get() + 1;
                CALLS.set(calls);
                return Err(jobs::JobError::StaleAttempt(jobs::CurrentAttempt { attempt: calls }));
            }
            "grow" => drop(black_box(vec![1_u8; 40 << 20])),
            "loop" => loop {
                black_box(&job);
            },
            "loop-staged" => {
                stage(vec![put("bad", "1")]);
                loop {
                    black_box(&job);
                }
            }
            "read-then-loop" => {
                get(&["slow"]);
                loop {
                    black_box(&job);
                }
            }
            "slow-reads" => {
                for _ in 0..10 {
                    get(&["slow"]);
                    // Long enough in the guest that the deadline is looked at.
                    for turn in 0..100_000 {
                        black_box(turn);
                    }
                }
                stage(vec![put("good", "1")]);
            }
            "allocate" => {
                let mut kept = Vec::new();
                loop {
                    kept.push(black_box(vec![1_u8; 1 << 20]));
                }
            }
            "recurse" => {
                black_box(deeper(0));
            }
            "panic" => {
                report_panics();
                stage(vec![put("bad", "1")]);
                panic!("wallet balance overflow");
            }
            "trap" => {
                stage(vec![put("bad", "1")]);
                std::process::abort();
            }
            "refuse" => {
                stage(vec![put("bad", "1")]);
                return Err(jobs::JobError::NoSuchJob);
            }
            "stage-twice" => {
                stage(vec![put("bad", "1")]);
                stage(vec![]);
            }
            "stage-then-get" => {
                stage(vec![put("bad", "1")]);
                get(&["bad"]);
            }
            "stage-then-scan" => {
                stage(vec![put("bad", "1")]);
                let within = storage::Span { first: "a".to_owned(), end: "b".to_owned() };
                storage::scan(&within, storage::Direction::Ascending, 1);
            }
            "stage-then-name" => {
                stage(vec![put("bad", "1")]);
                storage::store_name();
            }
            "charge" => {
                payment::charge(&charge(1));
            }
            "close" => {
                payment::close("store.charge-1");
            }
            "mail" => {
                let message = email_types::MailMessage {
                    key: "store.mail-1".to_owned(),
                    to: vec![],
                    template: "receipt".to_owned(),
                    language: "en".to_owned(),
                    facts: vec![],
                    secret_facts: vec![],
                    attachments: vec![],
                };
                email::send(&message);
            }
            "hang-up" => hang_up(1),
            "key-600" => stage(vec![put(&"k".repeat(600), "1")]),
            "key-space" => stage(vec![put("a key", "1")]),
            "unsorted" => stage(vec![put("b", "1"), put("a", "1")]),
            "nul" => stage(vec![put("a", "x\0")]),
            "empty" => stage(vec![put("a", "")]),
            // Not `stage`, which copies: two of these would not fit into the memory.
            "huge-changes" => {
                stage_texts(types::Texts { text: "x".repeat(40 << 20), lengths: vec![1, (40 << 20) - 1] })
            }
            "many-changes" => {
                let keys: Vec<String> = (0..50_001).map(|index| format!("{index:06}")).collect();
                stage(keys.iter().map(|key| put(key, "1")).collect());
            }
            "half-a-put" => stage_texts(texts(["a", "1", "b"].into_iter())),
            "puts-inside-a-letter" => stage_texts(types::Texts { text: "a\u{e4}".to_owned(), lengths: vec![1, 1] }),
            "random-4097" => drop(random::get_random_bytes(4097)),
            "random" => {
                assert_eq!(random::get_random_bytes(4096).len(), 4096);
                stage(vec![put("good", "1")]);
            }
            "seal" => drop(vault::seal("test", &"x".repeat(16 * 1024 + 1))),
            "purpose" => drop(vault::digest(&"x".repeat(65), "")),
            "clock" => {
                let before = now();
                get(&["slow"]);
                assert_eq!(now(), before);
                stage(vec![put("good", "1")]);
            }
            "chatter" => {
                for _ in 0..200 {
                    // Two bytes a character, so that the cut falls between two of them.
                    diagnostics::report(diagnostics::Level::Debug, &"ä".repeat(8 << 10));
                }
                stage(vec![put("good", "1")]);
            }
            other => read_wrongly(other),
        }
        Ok(jobs::NextStep::Rest)
    }

    fn perform(task: jobs::JobTask) -> jobs::TaskOutcome {
        match task.job.as_str() {
            "get" => drop(get(&["good"])),
            "name" => drop(storage::store_name()),
            "feed" => drop(storage::read_feed(None, 0, 1)),
            "stage" => stage(vec![put("bad", "1")]),
            "charge" => return jobs::TaskOutcome::Payment(payment::charge(&charge(25_000_000))),
            "find" => return jobs::TaskOutcome::PaymentClosed(payment::find("store.charge-1")),
            "charge-0" => drop(payment::charge(&charge(0))),
            "hang-up" => hang_up(1001),
            "loop" => loop {
                black_box(&task);
            },
            other => panic!("no behaviour named {other}"),
        }
        jobs::TaskOutcome::Lost("done".to_owned())
    }

    fn next_request(_: jobs::JobTask, _: Vec<jobs::OutsideAnswer>) -> Result<jobs::EffectStep, jobs::FieldProblem> {
        unused::unused()
    }

    fn finish(_: String, _: u32, _: jobs::TaskOutcome) -> Result<jobs::NextStep, jobs::JobError> {
        unused::unused()
    }

    fn payment_notice(_: String, _: payment_types::PaymentOutcome) -> Result<jobs::NextStep, jobs::JobError> {
        unused::unused()
    }

    fn look(job: String) -> Option<jobs::JobStanding> {
        match job.as_str() {
            "good" => return Some(jobs::JobStanding::Succeeded),
            "read" => return Some(jobs::JobStanding::Failed(get(&["good"]))),
            "stage" => stage(vec![put("bad", "1")]),
            "huge" => return Some(jobs::JobStanding::Failed("x".repeat(40 << 20))),
            // SAFETY: it is not sound. It is what a broken component does.
            "not-text" => {
                return Some(jobs::JobStanding::Failed(unsafe { String::from_utf8_unchecked(vec![0xff, 0xfe]) }));
            }
            other => panic!("no behaviour named {other}"),
        }
        None
    }

    fn store_opened(_: jobs::StoreBeginning) -> Result<(), jobs::JobError> {
        unused::unused()
    }

    fn shared_changed() -> Result<(), jobs::JobError> {
        unused::unused()
    }
}

fn hang_up(calls: usize) {
    let request = telephony_types::HangUpRequest {
        key: "store.hang-up-1".to_owned(),
        auth_id: "MA000000000000000001".to_owned(),
        calls: vec!["call".to_owned(); calls],
        cause: telephony_types::HangUpCause::OutOfCredit,
    };
    telephony::hang_up(&request);
}
