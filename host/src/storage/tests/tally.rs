//! Records that are gone have no check value (case sec-10): they are counted.

use super::*;
use rusqlite::Connection;
use tempfile::TempDir;

/// A store with entries of some kinds, two lines and two timers, and what has been overwritten and removed besides.
fn filled() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let store = create(directory.path());
    let mut position = 1;
    let timer = |key: &str, due| Timer { key: key.to_owned(), lane: TimerLane::Bulk, due };
    let first = Changes {
        lines: vec![("t".into(), "1".into()), ("t".into(), "2".into())],
        timers: vec![timer("a", 1), timer("b", 2), timer("c", 3)],
        ..puts(&[
            ("num/1", "x"),
            ("num/2", "x"),
            ("nb/1", "x"),
            ("cred/a/b", "x"),
            ("store", "x"),
            ("old/1", "x"),
            ("old/2", "x"),
        ])
    };
    store.commit(&group(first, 1, &mut position)).expect("commits");
    let second = Changes {
        removes: vec!["old/1".into()],
        clears: vec![("old/2".into(), "old/3".into())],
        cancels: vec!["c".into()],
        timers: vec![timer("b", 9)],
        ..puts(&[("num/2", "y")])
    };
    store.commit(&group(second, 2, &mut position)).expect("commits");
    directory
}

fn outside(directory: &TempDir, sql: &str) -> usize {
    let connection = Connection::open(directory.path().join("store.sqlite")).expect("opens");
    let changed = connection.execute(sql, []).expect("runs");
    connection.close().expect("closes");
    changed
}

fn missing(directory: &TempDir) -> Vec<String> {
    open(directory.path()).check().expect("reads").missing
}

#[test]
fn sec_10_records_of_every_kind_that_are_gone_are_missed() {
    let directory = filled();
    let checked = open(directory.path()).check().expect("reads");
    assert_eq!((checked.missing, checked.uncounted, checked.damaged), (Vec::new(), 0, 0));
    for (sql, said) in [
        ("DELETE FROM entries WHERE key = 'num/1'", "1 of 2 entries `num` are missing"),
        ("DELETE FROM entries WHERE key LIKE 'num/%'", "2 of 2 entries `num` are missing"),
        ("DELETE FROM entries WHERE key = 'nb/1'", "1 of 1 entries `nb` are missing"),
        ("DELETE FROM entries WHERE key = 'cred/a/b'", "1 of 1 entries `cred` are missing"),
        ("DELETE FROM entries WHERE key = 'store'", "1 of 1 entries `store` are missing"),
        ("DELETE FROM feed", "2 of 2 lines of the feed are missing"),
        ("DELETE FROM feed WHERE position = 1", "1 of 2 lines of the feed are missing"),
        ("INSERT INTO entries (key, value) VALUES ('nb/2', 'x')", "1 entries `nb` are there that were not written"),
        // With check values of their own, as a record of an older copy has them.
        (
            "UPDATE entries SET value = 'x', digest = (SELECT digest FROM entries WHERE key = 'num/1') WHERE key = 'num/2'",
            "entries `num` are not those that were written (2 of them)",
        ),
        ("DELETE FROM tally WHERE kind = 'entry nb'", "1 entries `nb` are there that were not written"),
    ] {
        let directory = filled();
        assert!(outside(&directory, sql) > 0, "{sql}");
        assert!(missing(&directory).iter().any(|what| what == said), "{sql}: {:?}", missing(&directory));
        // What is written later does not make it good.
        let store = open(directory.path());
        let mut position = 9;
        store.commit(&group(puts(&[("other/1", "z")]), 3, &mut position)).expect("commits");
        assert!(store.check().expect("reads").missing.iter().any(|what| what == said), "{sql}, later");
    }
}

#[test]
fn sec_10_a_store_that_has_lost_timers_is_not_run() {
    for (sql, said) in [
        ("DELETE FROM timers", "2 of 2 timers are missing"),
        ("DELETE FROM timers WHERE key = 'a'", "1 of 2 timers are missing"),
        ("INSERT INTO timers (key, lane, due) VALUES ('z', 1, 1)", "1 timers are there that were not written"),
    ] {
        let directory = filled();
        assert_eq!(open(directory.path()).timers().expect("sound").len(), 2);
        outside(&directory, sql);
        let StoreError(text) = open(directory.path()).timers().expect_err(sql);
        assert!(text.contains(said) && text.contains("coinbox restore"), "{text}");
        assert_eq!(missing(&directory), [said]);
    }
}

#[test]
fn sec_10_a_store_from_before_is_counted_as_it_is_found() {
    let directory = filled();
    for sql in ["DROP TABLE tally", "UPDATE entries SET digest = NULL", "UPDATE timers SET digest = NULL"] {
        outside(&directory, sql);
    }
    let store = open(directory.path());
    let checked = store.check().expect("reads");
    assert_eq!((checked.missing.len(), checked.uncounted, checked.without_digest), (0, 9, 7));
    assert_eq!(store.timers().expect("sound").len(), 2);
    // Records without a check value are overwritten and removed like others.
    let mut position = 9;
    let changes = Changes { removes: vec!["nb/1".into()], cancels: vec!["a".into()], ..puts(&[("num/1", "z")]) };
    store.commit(&group(changes, 3, &mut position)).expect("commits");
    assert_eq!(store.check().expect("reads").missing, Vec::<String>::new());
    drop(store);
    outside(&directory, "DELETE FROM entries WHERE key = 'num/2'");
    assert_eq!(missing(&directory), ["1 of 2 entries `num` are missing"]);
    // An older program writes without counting: what it leaves is counted anew, and the commits go on.
    let before = open(directory.path()).progress().mark().commits;
    outside(&directory, "DELETE FROM entries WHERE key = 'cred/a/b'");
    outside(&directory, "UPDATE tally SET rows = rows + 1 WHERE kind = 'commits'");
    let store = open(directory.path());
    assert_eq!((store.check().expect("reads").missing, store.progress().mark().commits), (Vec::new(), before + 2));
}
