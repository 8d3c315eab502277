//! Tests of the lane: `model` for what commands see, `crash` for what survives, `speed` for figures.

mod crash;
mod gate;
mod model;
mod speed;

use super::*;
use crate::storage::memory::Memory;
use crate::storage::tests::{Counting, puts, value};
use crate::storage::{Beginning, Changes, Durable, StoreError, Timer, TimerLane};
use gate::Gate;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn memory() -> Arc<Memory> {
    Arc::new(Memory::create(&Counting::default()))
}

fn start(store: Arc<dyn Durable>) -> Sequencer {
    Sequencer::start(store, SequencerOptions::default()).expect("starts")
}

fn put(sequencer: &Sequencer, key: &str, text: &str) -> Answer<()> {
    let changes = puts(&[(key, text)]);
    sequencer.submit(move |_, _| ((), Decision::keep(changes, 1)))
}

/// Reads a value in the lane and changes nothing.
fn look(sequencer: &Sequencer, key: &str) -> Answer<Option<String>> {
    let key = key.to_owned();
    sequencer.submit(move |view, _| (value(&**view, &key), Decision::Discard))
}

/// Returns when the lane has finished everything that was submitted before. (Its own answer may be held back.)
fn drain(sequencer: &Sequencer) {
    let (ran, wait) = channel();
    drop(sequencer.submit(move |_, _| (ran.send(()), Decision::Discard)));
    wait.recv().expect("the lane runs");
}

fn ready<T>(answer: &mut Answer<T>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    matches!(pin!(answer).poll(&mut context), Poll::Ready(_))
}

#[test]
fn an_answer_waits_for_what_the_command_wrote_and_for_what_it_read() {
    let gate = Gate::new(memory());
    let sequencer = start(gate.clone());
    // Nothing is under way: what reads only is answered at once.
    assert_eq!(look(&sequencer, "a").wait(), Ok(None));
    let mut writer = put(&sequencer, "a", "1");
    gate.wait_for_entered(1);
    let mut reader = look(&sequencer, "a");
    drain(&sequencer);
    assert!(!ready(&mut writer) && !ready(&mut reader));
    assert_eq!(value(&*sequencer.snapshot().expect("memory"), "a"), None);
    // The next group grows meanwhile; who reads it waits for it and not only for the one that is written.
    let mut second = put(&sequencer, "a", "2");
    let mut second_reader = look(&sequencer, "a");
    drain(&sequencer);
    gate.let_pass(1);
    assert_eq!((writer.wait(), reader.wait()), (Ok(()), Ok(Some("1".to_owned()))));
    assert!(!ready(&mut second) && !ready(&mut second_reader));
    gate.let_pass(1);
    assert_eq!((second.wait(), second_reader.wait()), (Ok(()), Ok(Some("2".to_owned()))));
    assert_eq!(value(&*sequencer.snapshot().expect("memory"), "a").as_deref(), Some("2"));
}

#[test]
fn what_is_sequenced_while_a_group_is_written_becomes_one_group() {
    let gate = Gate::new(memory());
    let sequencer = start(gate.clone());
    let first = put(&sequencer, "first", "1");
    gate.wait_for_entered(1);
    let others: Vec<_> = (0..50).map(|index| put(&sequencer, &format!("key{index}"), "1")).collect();
    drain(&sequencer);
    gate.open();
    assert_eq!(first.wait(), Ok(()));
    assert!(others.into_iter().all(|answer| answer.wait() == Ok(())));
    assert_eq!(gate.groups(), [1, 50]);
}

#[test]
fn groups_are_bounded() {
    let gate = Gate::new(memory());
    let options = SequencerOptions { group_commands_max: 2, ..SequencerOptions::default() };
    let sequencer = Sequencer::start(gate.clone(), options).expect("starts");
    let answers: Vec<_> = (0..20).map(|index| put(&sequencer, &format!("key{index}"), "1")).collect();
    gate.wait_for_entered(1);
    gate.open();
    assert!(answers.into_iter().all(|answer| answer.wait() == Ok(())));
    let groups = gate.groups();
    assert_eq!(groups.iter().sum::<usize>(), 20);
    assert!(groups.iter().all(|commands| *commands <= 2), "{groups:?}");

    let bytes = SequencerOptions { group_bytes_max: 1, ..SequencerOptions::default() };
    let gate = Gate::new(memory());
    let sequencer = Sequencer::start(gate.clone(), bytes).expect("starts");
    let answers: Vec<_> = (0..5).map(|index| put(&sequencer, &format!("key{index}"), "1")).collect();
    gate.open();
    assert!(answers.into_iter().all(|answer| answer.wait() == Ok(())));
    assert_eq!(gate.groups(), [1; 5]);
}

#[test]
fn a_full_queue_is_busy_and_nothing_of_the_refused_command_happens() {
    let options = SequencerOptions { queue_max: 2, ..SequencerOptions::default() };
    let sequencer = Sequencer::start(memory(), options).expect("starts");
    let (started, wait_started) = channel();
    let (go_on, wait_go_on) = channel();
    let first = sequencer.submit(move |_, _| {
        started.send(()).expect("the test waits");
        wait_go_on.recv().expect("the test goes on");
        ((), Decision::Discard)
    });
    wait_started.recv().expect("the lane runs");
    let waiting = [put(&sequencer, "a", "1"), put(&sequencer, "b", "1")];
    assert_eq!(sequencer.waiting(), 2);
    let error = put(&sequencer, "c", "1").wait().expect_err("busy");
    assert_eq!(error, SequenceError::Busy(2));
    assert_eq!(error.to_string(), "busy: 2 commands are waiting, which is the limit; try again");
    go_on.send(()).expect("the lane waits");
    assert_eq!(first.wait(), Ok(()));
    assert!(waiting.into_iter().all(|answer| answer.wait() == Ok(())));
    assert_eq!(look(&sequencer, "c").wait(), Ok(None));
}

#[test]
fn after_an_error_of_the_store_nothing_goes_on() {
    let gate = Gate::new(memory());
    let (told, wait_told) = channel();
    let options = SequencerOptions {
        on_failure: Some(Box::new(move |text| told.send(text.to_owned()).expect("the test waits"))),
        ..SequencerOptions::default()
    };
    let sequencer = Sequencer::start(gate.clone(), options).expect("starts");
    let written = put(&sequencer, "a", "1");
    gate.wait_for_entered(1);
    let seen = look(&sequencer, "a");
    let growing = put(&sequencer, "b", "1");
    let seen_growing = look(&sequencer, "b");
    drain(&sequencer);
    gate.fail("disk on fire");
    let failed = SequenceError::StoreFailed("disk on fire".to_owned());
    assert_eq!(written.wait(), Err(failed.clone()));
    assert_eq!(seen.wait(), Err(failed.clone()));
    assert_eq!(growing.wait(), Err(failed.clone()));
    assert_eq!(seen_growing.wait(), Err(failed.clone()));
    assert_eq!(wait_told.recv().as_deref(), Ok("disk on fire"));
    assert_eq!(put(&sequencer, "c", "1").wait(), Err(failed.clone()));
    assert_eq!(sequencer.snapshot().err(), Some(StoreError("disk on fire".to_owned())));
    assert_eq!(sequencer.failure().as_deref(), Some("disk on fire"));
    assert!(sequencer.timers().is_closed());
    assert_eq!(sequencer.stop(), Err(failed));
    assert_eq!(gate.groups(), [0; 0]);
}

#[test]
fn timers_appear_when_they_are_durable_and_before_the_answer() {
    let gate = Gate::new(memory());
    let sequencer = start(gate.clone());
    let timer = Timer { key: "job".to_owned(), lane: TimerLane::Urgent, due: 5 };
    let changes = Changes { timers: vec![timer.clone()], ..Changes::default() };
    let answer = sequencer.submit(move |_, _| ((), Decision::keep(changes, 1)));
    gate.wait_for_entered(1);
    assert!(sequencer.timers().next_due(5).is_none());
    gate.open();
    assert_eq!(answer.wait(), Ok(()));
    assert_eq!(sequencer.timers().next_due(5).expect("due").timer(), &timer);
    drop(sequencer);
    // The next start finds it again.
    assert_eq!(start(gate).timers().earliest_until(5), Some(timer));
}

#[test]
fn changes_out_of_their_limits_are_rejected_whole() {
    let sequencer = start(memory());
    let changes = puts(&[("b", "1"), ("a", "1")]);
    let error = sequencer.submit(move |_, _| ((), Decision::keep(changes, 99))).wait().expect_err("rejected");
    assert_eq!(error.to_string(), "storage: puts[1].key a comes after b, each list is sorted by key");
    assert_eq!(look(&sequencer, "b").wait(), Ok(None));
    assert_eq!(sequencer.moment_floor(), 0);
}

#[test]
fn a_panic_ends_its_command_only_and_drops_the_warm_instance() {
    let sequencer = start(memory());
    let count = |sequencer: &Sequencer| {
        sequencer.submit(|_, locals| {
            let counter = locals.get_or_try_make(|| Ok::<_, ()>(0_u32)).expect("makes");
            *counter += 1;
            (*counter, Decision::Discard)
        })
    };
    assert_eq!((count(&sequencer).wait(), count(&sequencer).wait()), (Ok(1), Ok(2)));
    let panics = sequencer.submit(|_, _| -> ((), Decision) { panic!("boom {}", 1) });
    assert_eq!(panics.wait(), Err(SequenceError::Panicked("boom 1".to_owned())));
    assert_eq!(count(&sequencer).wait(), Ok(1));
}

#[test]
fn moments_never_step_back() {
    let store = memory();
    let sequencer = start(store.clone());
    let keep = |moment| {
        let changes = puts(&[("a", "1")]);
        let answer = sequencer.submit(move |_, locals| (locals.moment_floor(), Decision::keep(changes, moment)));
        answer.wait().expect("an answer")
    };
    assert_eq!([keep(50), keep(20), keep(60), keep(60)], [0, 50, 50, 60]);
    assert_eq!(sequencer.moment_floor(), 60);
    sequencer.stop().expect("stops");
    assert_eq!(start(store).moment_floor(), 60);
}

#[test]
fn a_kept_view_is_refused_after_its_command() {
    let sequencer = start(memory());
    let kept = sequencer.submit(|view, _| (view.clone(), Decision::Discard)).wait().expect("an answer");
    let refused = StoreError("a view of the lane was used after its command had ended".to_owned());
    assert_eq!(kept.get_many(&["a"]), Err(refused.clone()));
    assert_eq!(kept.scan("a", "b", crate::storage::Direction::Ascending, 1), Err(refused.clone()));
    assert_eq!(kept.read_feed(None, 0, 1), Err(refused));
    // What is changed while somebody holds an old view is seen all the same.
    assert_eq!(put(&sequencer, "a", "1").wait(), Ok(()));
    assert_eq!(look(&sequencer, "a").wait(), Ok(Some("1".to_owned())));
}

#[test]
fn a_beginning_is_settled_once_even_by_a_command_without_changes() {
    let store = memory();
    let sequencer = start(store.clone());
    assert_eq!(sequencer.beginning(), Ok(Some(Beginning::Created)));
    assert_eq!(put(&sequencer, "a", "1").wait(), Ok(()));
    assert_eq!(sequencer.beginning(), Ok(Some(Beginning::Created)));
    let settle = sequencer.submit(|_, _| ((), Decision::keep_and_settle(Changes::default(), 7)));
    assert_eq!(settle.wait(), Ok(()));
    assert_eq!((sequencer.beginning(), store.moment()), (Ok(None), Ok(7)));
}

#[test]
fn feed_positions_grow_over_restarts() {
    let store = memory();
    let line = |text: &str| Changes { lines: vec![("t".to_owned(), text.to_owned()); 2], ..Changes::default() };
    for round in ["x", "y"] {
        let sequencer = start(store.clone());
        let changes = line(round);
        assert_eq!(sequencer.submit(move |_, _| ((), Decision::keep(changes, 1))).wait(), Ok(()));
        sequencer.stop().expect("stops");
    }
    let lines = store.snapshot().expect("memory").read_feed(None, 0, 10).expect("memory");
    let seen: Vec<(u64, &str)> = lines.iter().map(|line| (line.position, &*line.body)).collect();
    assert_eq!(seen, [(1, "x"), (2, "x"), (3, "y"), (4, "y")]);
}

#[test]
fn stopping_finishes_what_was_submitted_and_takes_no_more() {
    let gate = Gate::new(memory());
    let sequencer = start(gate.clone());
    let answers: Vec<_> = (0..5).map(|index| put(&sequencer, &format!("key{index}"), "1")).collect();
    gate.wait_for_entered(1);
    let stopping = std::thread::spawn({
        let sequencer = sequencer.clone();
        move || sequencer.stop()
    });
    gate.open();
    assert_eq!(stopping.join().expect("stops"), Ok(()));
    assert!(answers.into_iter().all(|answer| answer.wait() == Ok(())));
    assert_eq!(put(&sequencer, "late", "1").wait(), Err(SequenceError::Stopped));
    assert_eq!(gate.groups().iter().sum::<usize>(), 5);
}

#[test]
fn the_last_clone_may_be_dropped_by_a_command() {
    let sequencer = start(memory());
    let (dropped, wait_dropped) = channel();
    let inner = sequencer.clone();
    let answer = sequencer.submit(move |_, _| {
        wait_dropped.recv().expect("the test drops its own");
        drop(inner);
        (1, Decision::Discard)
    });
    // This one goes first, so that the command's is the last.
    drop(sequencer);
    dropped.send(()).expect("the lane waits");
    assert_eq!(answer.wait(), Ok(1));
}

#[test]
fn answers_are_futures_too() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("a runtime");
    let sequencer = start(memory());
    let answer = put(&sequencer, "a", "1");
    let limited = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), answer).await });
    assert_eq!(limited.ok(), Some(Ok(())));
}
