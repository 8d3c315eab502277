//! Another process is killed in the middle of its work; what it had acknowledged is there afterwards.

use super::*;
use crate::storage::Direction;
use crate::storage::sqlite::{Sqlite, SqliteOptions};
use crate::storage::tests::open;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command as Process, Stdio};

const DIRECTORY: &str = "COINBOX_TEST_CRASH_DIRECTORY";

/// One more number: the counter, an entry of its own, a feed line and a timer.
fn count(sequencer: &Sequencer) -> Answer<u64> {
    sequencer.submit(|view, _| {
        let number = value(&**view, "count").map_or(0, |text| text.parse::<u64>().expect("a number")) + 1;
        let text = number.to_string();
        let key = format!("number/{number:08}");
        let changes = Changes {
            timers: vec![Timer { key: key.clone(), lane: TimerLane::Bulk, due: 1 }],
            lines: vec![("numbers".to_owned(), text.clone())],
            ..puts(&[("count", &text), (&key, &text)])
        };
        (number, Decision::keep(changes, 1))
    })
}

/// The process that is killed. Does nothing when it is run with the other tests.
#[test]
fn child() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let store = Sqlite::open_or_create(Path::new(&directory), &Counting::default(), SqliteOptions::default());
    let sequencer = start(Arc::new(store.expect("a store")));
    let mut output = std::io::stdout();
    let mut answers = std::collections::VecDeque::new();
    loop {
        answers.push_back(count(&sequencer));
        if answers.len() > 16 {
            let number = answers.pop_front().expect("there are more than sixteen").wait().expect("an answer");
            writeln!(output, "\nacknowledged {number}").expect("the parent reads");
            output.flush().expect("the parent reads");
        }
    }
}

/// Runs the child until it has acknowledged so much more, kills it, and answers the last acknowledged number.
fn run_and_kill(directory: &Path, acknowledged: usize) -> u64 {
    let mut child = Process::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "sequencer::tests::crash::child", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let mut last = 0;
    let numbers = output.lines().filter_map(|line| line.ok()?.strip_prefix("acknowledged ")?.parse::<u64>().ok());
    for (index, number) in numbers.enumerate() {
        last = number;
        if index == acknowledged {
            child.kill().expect("it runs");
        }
    }
    child.wait().expect("it has ended");
    last
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_there_after_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut before = 0;
    for acknowledged in [1, 37, 150, 400] {
        let last = run_and_kill(directory.path(), acknowledged);
        assert!(last > before, "the child went on after {before}, to {last}");
        let store = open(directory.path());
        let view = store.snapshot().expect("a snapshot");
        let count: u64 = value(&*view, "count").expect("it has counted").parse().expect("a number");
        assert!(count >= last, "{last} was acknowledged, {count} is there");
        let page = view.scan("number/", "number0", Direction::Ascending, 10_000).expect("scans");
        let numbers: Vec<u64> = page.entries.iter().map(|(_, text)| text.parse().expect("a number")).collect();
        let expected: Vec<u64> = (1..=count).collect();
        assert_eq!(numbers, expected);
        let lines = view.read_feed(Some("numbers"), 0, 10_000).expect("reads");
        let lines: Vec<u64> = lines.iter().map(|line| line.body.parse().expect("a number")).collect();
        assert_eq!(lines, expected);
        assert_eq!(store.timers().expect("reads").len() as u64, count);
        before = count;
    }
}

#[test]
fn a_store_that_was_not_stopped_is_opened_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Sqlite::create(directory.path(), &Counting::default(), SqliteOptions::default()).expect("creates");
    let sequencer = start(Arc::new(store));
    assert_eq!(count(&sequencer).wait(), Ok(1));
    // What a loss of power would leave: the files as they are now, with everything still in the log.
    let copy = tempfile::tempdir().expect("a directory");
    for file in ["store.sqlite", "store.sqlite-wal"] {
        std::fs::copy(directory.path().join(file), copy.path().join(file)).expect("copies");
    }
    drop(sequencer);
    for path in [directory.path(), copy.path()] {
        let sequencer = start(Arc::new(open(path)));
        assert_eq!(count(&sequencer).wait(), Ok(2));
        assert_eq!(sequencer.timers().len(), 2);
    }
}
