//! Who may write to a store (case sec-09), and who may read its files (case sec-06).

use super::*;
use crate::private;
use crate::storage::sqlite::{Home, Origin, install};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use tempfile::TempDir;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn refusal(directory: &Path) -> String {
    match Sqlite::open(directory, SqliteOptions::default()) {
        Ok(_) => panic!("{} must be refused", directory.display()),
        Err(StoreError(text)) => text,
    }
}

/// As a clean-up job does it that takes it for a left-over.
fn remove_lock(directory: &Path) {
    fs::remove_file(directory.join("lock")).expect("removes");
}

#[test]
fn sec_09_without_the_lock_file_a_second_writer_is_refused_on_every_way_to_the_store() {
    let home = directory();
    let data = home.path().join("data");
    let first = create(&data);
    let mut position = 1;
    first.commit(&group(puts(&[("a", "1")]), 1, &mut position)).expect("commits");

    remove_lock(&data);
    let text = refusal(&data);
    assert!(
        text.starts_with(&format!("store {} is in use by another process", data.join("store.sqlite").display())),
        "{text}"
    );
    assert!(text.ends_with("Stop that one, or talk to it over REST"), "{text}");

    let linked = home.path().join("linked");
    symlink(&data, &linked).expect("links");
    remove_lock(&data);
    assert!(refusal(&linked).contains("is in use by another process"));

    for (name, link) in
        [("hard", fs::hard_link::<PathBuf, PathBuf> as fn(_, _) -> _), ("soft", symlink::<PathBuf, PathBuf>)]
    {
        let other = home.path().join(name);
        fs::create_dir(&other).expect("makes");
        link(data.join("store.sqlite"), other.join("store.sqlite")).expect("links");
        assert!(refusal(&other).contains("is in use by another process"), "{name}");
        fs::remove_file(other.join("store.sqlite")).expect("removes");
    }
    first.commit(&group(puts(&[("a", "2")]), 2, &mut position)).expect("the first one goes on");

    let renamed = home.path().join("renamed");
    fs::rename(&data, &renamed).expect("renames");
    remove_lock(&renamed);
    assert!(refusal(&renamed).contains("is in use by another process"));
    drop(first);
    let second = open(&renamed);
    assert_eq!(value(&*second.snapshot().expect("a snapshot"), "a").as_deref(), Some("2"));
}

#[test]
fn sec_09_a_store_that_is_moved_away_or_replaced_takes_no_more_commits() {
    let home = directory();
    let (data, away) = (home.path().join("data"), home.path().join("away"));
    let first = create(&data);
    let mut position = 1;
    first.commit(&group(puts(&[("a", "1")]), 1, &mut position)).expect("commits");
    fs::rename(&data, &away).expect("renames");
    let StoreError(text) = first.commit(&group(puts(&[("a", "2")]), 2, &mut position)).expect_err("found by nobody");
    assert!(text.contains("is not where it was opened: it was moved or removed while this program used it"), "{text}");

    // Another store in its place is not read as if it were this one.
    let other = create(&data);
    other.commit(&group(puts(&[("a", "other")]), 1, &mut 1)).expect("commits");
    let StoreError(text) = first.snapshot().err().expect("not its store");
    assert!(text.contains("another file has taken its place"), "{text}");
    let StoreError(text) = first.commit(&group(puts(&[("a", "2")]), 2, &mut position)).expect_err("not its store");
    assert!(text.contains("another file has taken its place"), "{text}");
    drop(first);
    let kept = open(&away);
    assert_eq!(value(&*kept.snapshot().expect("a snapshot"), "a").as_deref(), Some("1"));
    assert_eq!(value(&*other.snapshot().expect("a snapshot"), "a").as_deref(), Some("other"));
}

#[test]
fn sec_09_where_locks_are_not_seen_the_older_writer_finds_that_it_was_replaced() {
    let data = directory();
    let first = create(data.path());
    let mut position = 1;
    first.commit(&group(puts(&[("balance", "100")]), 1, &mut position)).expect("commits");
    // What another program does when it opens the store, where the file system tells it of no lock.
    let elsewhere = rusqlite::Connection::open(data.path().join("store.sqlite")).expect("opens");
    elsewhere.execute("UPDATE home SET writer = 'another'", []).expect("takes over");
    let StoreError(text) = first.commit(&group(puts(&[("balance", "80")]), 2, &mut position)).expect_err("fenced");
    assert!(text.contains("another program has opened it to write since this one did"), "{text}");
    let found: String =
        elsewhere.query_row("SELECT value FROM entries WHERE key = 'balance'", [], |row| row.get(0)).expect("reads");
    assert_eq!(found, "100");
    drop(elsewhere);
    drop(first);
    // The next one to open it draws its own mark and goes on.
    let second = open(data.path());
    second.commit(&group(puts(&[("balance", "90")]), 3, &mut 2)).expect("commits");
    assert_eq!((second.moment(), second.last_position()), (Ok(3), Ok(0)));
}

#[test]
fn sec_09_a_store_with_two_names_is_refused_since_its_log_has_only_one() {
    let data = directory();
    let other = directory();
    drop(create(data.path()));
    fs::hard_link(data.path().join("store.sqlite"), other.path().join("store.sqlite")).expect("links");
    for directory in [data.path(), other.path()] {
        let text = refusal(directory);
        assert!(text.contains("has 2 names (hard links)"), "{text}");
    }
    fs::remove_file(other.path().join("store.sqlite")).expect("removes");
    open(data.path());
    // A backup has no log: a rotated one with several names is as good as any.
    let (backup, again) = (other.path().join("backup"), other.path().join("again"));
    open(data.path()).backup(&backup).expect("a backup");
    fs::hard_link(&backup, &again).expect("links");
    install(&again, &other.path().join("new"), Origin::Restored, &Counting::default()).expect("installs");
}

/// Set for the other process of the test below: the store that it looks into.
const LOOK_INTO: &str = "COINBOX_TEST_LOOK_INTO";

/// Another program that reads the store and ends, as `sqlite3 store.sqlite .tables` does, must not take SQLite's log away: it would do so
/// if this process had lost its lock on the file, and what is committed after that would be gone with the next start.
#[test]
fn sec_09_another_program_that_looks_into_the_store_leaves_its_log_alone() {
    if let Some(path) = std::env::var_os(LOOK_INTO) {
        let other = rusqlite::Connection::open(path).expect("opens");
        let entries: i64 = other.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).expect("reads");
        assert_eq!(entries, 1);
        return;
    }
    let data = directory();
    let store = create(data.path());
    let mut position = 1;
    store.commit(&group(puts(&[("a", "1")]), 1, &mut position)).expect("commits");
    let test = "storage::tests::hold::sec_09_another_program_that_looks_into_the_store_leaves_its_log_alone";
    let looked = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test])
        .env(LOOK_INTO, data.path().join("store.sqlite"))
        .output()
        .expect("runs");
    assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stdout));
    assert!(data.path().join("store.sqlite-wal").exists(), "the log was taken away from under this process");
    store.commit(&group(puts(&[("a", "2")]), 2, &mut position)).expect("commits");
    drop(store);
    assert_eq!(value(&*open(data.path()).snapshot().expect("a snapshot"), "a").as_deref(), Some("2"));
}

#[test]
fn sec_06_every_file_of_a_store_is_for_its_owner_only() {
    let home = directory();
    let data = home.path().join("open");
    fs::create_dir(&data).expect("makes");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("opens");
    let store = create(&data);
    store.commit(&group(puts(&[("a", "1")]), 1, &mut 1)).expect("commits");
    let _view = store.snapshot().expect("a snapshot");
    let backup = home.path().join("backup.sqlite");
    store.backup(&backup).expect("a backup");
    // As a backup is that was carried here by something else.
    fs::set_permissions(&backup, fs::Permissions::from_mode(0o644)).expect("opens");
    let restored = home.path().join("above/restored");
    install(&backup, &restored, Origin::Restored, &Counting::default()).expect("installs");
    let again = open(&restored);
    again.commit(&group(puts(&[("a", "2")]), 2, &mut 2)).expect("commits");
    let mut looked_at = Vec::new();
    for directory in [&data, &restored] {
        for entry in fs::read_dir(directory).expect("lists") {
            let path = entry.expect("lists").path();
            assert_eq!(private::open_to_others(&path), None, "{}", path.display());
            looked_at.push(path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned());
        }
    }
    looked_at.sort();
    looked_at.dedup();
    assert_eq!(looked_at, ["lock", "store.sqlite", "store.sqlite-shm", "store.sqlite-wal"]);
    for made in [restored.parent().expect("above"), &restored] {
        assert_eq!(private::open_to_others(made), None, "{}", made.display());
    }
    let fresh = home.path().join("fresh.sqlite");
    store.backup(&fresh).expect("a backup");
    assert_eq!(private::open_to_others(&fresh), None);
}

#[test]
fn sec_09_what_belongs_to_a_store_is_written_by_its_writer_only() {
    let home = directory();
    let store = create(&home.path().join("data"));
    let other = rusqlite::Connection::open(home.path().join("data/store.sqlite")).expect("opens");
    other.execute("UPDATE home SET writer = 'another'", []).expect("written");
    let StoreError(text) = store.set_home(&Home::default()).expect_err("taken over");
    assert!(text.contains("another program has opened it"), "{text}");
    let writer: String = other.query_row("SELECT writer FROM home", [], |row| row.get(0)).expect("a row");
    assert_eq!(writer, "another");
}

#[test]
fn what_belongs_to_a_store_goes_with_its_restored_stores_and_not_with_copies() {
    let home = directory();
    let store = create(&home.path().join("data"));
    let name = store.store_name();
    assert_eq!(store.home(), Ok(Home { family: name.clone(), ..Home::default() }));
    let text = str::to_owned;
    let told = Home {
        family: name.clone(),
        clock: text("real"),
        proof: text("v1.k.x"),
        parts: text("gateway"),
        clock_mark: text("{}"),
    };
    store.set_home(&told).expect("written");
    store.commit(&group(puts(&[("a", "1")]), 1, &mut 1)).expect("still the writer");
    let backup = home.path().join("backup");
    store.backup(&backup).expect("a backup");
    let random = Counting::default();
    draw_store_name(&random);
    let of = |directory: &str, origin| {
        let directory = home.path().join(directory);
        install(&backup, &directory, origin, &random).expect("installs");
        let store = open(&directory);
        (store.store_name(), store.home().expect("there"))
    };
    let (restored, at_home) = of("restored", Origin::Restored);
    assert_ne!(restored, name);
    assert_eq!(at_home, told);
    let (copied, at_home) = of("copied", Origin::Copied);
    assert_eq!(at_home, Home { family: copied, proof: text("v1.k.x"), ..Home::default() });

    // A backup of a version that knew no home: what is outside belongs to the old store's name.
    let old = rusqlite::Connection::open(&backup).expect("opens");
    old.execute_batch("DROP TABLE home").expect("edits");
    drop(old);
    assert_eq!(of("older", Origin::Restored).1, Home { family: name, ..Home::default() });
}
