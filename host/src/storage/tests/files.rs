//! What a store in a file meets: other writers, damage, full disks, backups.

use super::*;
use crate::storage::sqlite::{Origin, holds_backup, install, install_at, reinstate};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join("store.sqlite")
}

/// A store with a few hundred pages, closed.
fn filled() -> TempDir {
    let directory = directory();
    let store = create(directory.path());
    let mut position = 1;
    let mut changes = Changes::default();
    for index in 0..2000 {
        changes.puts.push((format!("key/{index:06}"), "v".repeat(500).as_str().into()));
    }
    store.commit(&group(changes, 7, &mut position)).expect("commits");
    drop(store);
    directory
}

fn refusal(result: Result<Sqlite, StoreError>) -> String {
    match result {
        Ok(_) => panic!("must be refused"),
        Err(StoreError(text)) => text,
    }
}

fn reopen(directory: &TempDir) -> Result<Sqlite, StoreError> {
    Sqlite::open(directory.path(), SqliteOptions::default())
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let file = OpenOptions::new().write(true).open(path).expect("the store's file");
    file.write_all_at(bytes, at).expect("the store's file");
}

#[test]
fn a_store_keeps_its_name_its_moment_and_its_beginning() {
    let directory = directory();
    let store = create(directory.path());
    let name = store.store_name();
    assert_eq!(
        (store.beginning(), store.moment(), store.last_position()),
        (Ok(Some(Beginning::Created)), Ok(0), Ok(0))
    );
    let mut position = 1;
    store.commit(&group(puts(&[("a", "1")]), 1_700_000_000_000, &mut position)).expect("commits");
    store.commit(&group(puts(&[("a", "2")]), 5, &mut position)).expect("commits");
    drop(store);
    let store = open(directory.path());
    assert_eq!((store.store_name(), store.moment()), (name, Ok(1_700_000_000_000)));
    assert_eq!(store.beginning(), Ok(Some(Beginning::Created)));
    let mut settle = GroupChanges::default();
    settle.add(Changes::default(), 5, &mut position);
    settle.settles_beginning = true;
    store.commit(&Arc::new(settle)).expect("commits");
    drop(store);
    assert_eq!(open(directory.path()).beginning(), Ok(None));
}

#[test]
fn a_second_writer_is_refused_with_the_first_ones_number() {
    let directory = directory();
    let first = create(directory.path());
    let shown = directory.path().display();
    let expected = format!(
        "data directory {shown} is in use by process {}: two writers on one store are not possible. Stop that one, or talk to it over REST",
        std::process::id()
    );
    assert_eq!(refusal(reopen(&directory)), expected);
    assert_eq!(refusal(Sqlite::create(directory.path(), &Counting::default(), SqliteOptions::default())), expected);
    let view = first.snapshot().expect("a snapshot");
    drop(first);
    // A snapshot still reads the files: nobody may move them away under it.
    assert_eq!(refusal(reopen(&directory)), expected);
    drop(view);
    open(directory.path());
}

#[test]
fn what_is_there_is_not_created_again_and_what_is_missing_is_not_opened() {
    let filled = filled();
    let shown = filled.path().display();
    assert_eq!(
        refusal(Sqlite::create(filled.path(), &Counting::default(), SqliteOptions::default())),
        format!("data directory {shown} holds a store already. Name another directory, or move that one away")
    );
    fs::remove_file(file(&filled)).expect("removes");
    let path = file(&filled);
    assert_eq!(
        refusal(reopen(&filled)),
        format!(
            "store {} is missing. Check the directory, or restore a backup into a new one with `coinbox restore`",
            path.display()
        )
    );
    let nowhere = filled.path().join("nowhere");
    assert_eq!(
        refusal(Sqlite::open(&nowhere, SqliteOptions::default())),
        format!(
            "data directory {} does not exist. Check --data, or make a store with `coinbox serve` or `coinbox restore`",
            nowhere.display()
        )
    );
    // A log without its store holds commits that a new store would throw away.
    fs::write(filled.path().join("store.sqlite-wal"), b"frames").expect("writes");
    assert!(Sqlite::exists(filled.path()));
    let text = refusal(Sqlite::open_or_create(filled.path(), &Counting::default(), SqliteOptions::default()));
    assert!(text.contains("is missing"), "{text}");
}

#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    let under_a_file = directory();
    let path = under_a_file.path().join("file");
    fs::write(&path, b"").expect("writes");
    let text = refusal(Sqlite::create(&path.join("data"), &Counting::default(), SqliteOptions::default()));
    assert_eq!(
        text,
        format!("data directory {} cannot be made: Not a directory (os error 20)", path.join("data").display())
    );
    // Not even root makes files here.
    let text = refusal(Sqlite::open(Path::new("/proc"), SqliteOptions::default()));
    assert!(text.starts_with("data directory /proc cannot be written: "), "{text}");
    assert!(text.ends_with("It must belong to this user and not be read-only"), "{text}");
}

#[test]
fn a_truncated_file_is_refused_with_what_to_do() {
    for keep in [0, 50, 100, 4096, 100_000, 1_000_000] {
        let directory = filled();
        let path = file(&directory);
        let full = fs::metadata(&path).expect("the file").len();
        assert!(full > 1_000_000);
        OpenOptions::new().write(true).open(&path).expect("the file").set_len(keep).expect("truncates");
        let text = refusal(reopen(&directory));
        assert!(text.starts_with(&format!("store {} is damaged: ", path.display())), "{keep}: {text}");
        assert!(
            text.ends_with("It is not repaired; restore a backup into a new directory with `coinbox restore`"),
            "{text}"
        );
        assert_eq!(fs::metadata(&path).expect("the file").len(), keep, "nothing is repaired");
    }
}

#[test]
fn a_damaged_page_is_refused_at_open_and_at_the_latest_when_it_is_read() {
    let directory = filled();
    overwrite(&file(&directory), 200 * 4096, &[0xA5; 4096]);
    let text = refusal(reopen(&directory));
    assert!(text.contains("is damaged") && text.contains("coinbox restore"), "{text}");
    let unchecked = SqliteOptions { check_bytes_max: 0, ..SqliteOptions::default() };
    let store = Sqlite::open(directory.path(), unchecked).expect("the head is sound");
    let StoreError(text) =
        store.snapshot().expect("a snapshot").scan("", "~", Direction::Ascending, 10_000).expect_err("damaged");
    assert!(text.contains("is damaged") && text.contains("coinbox restore"), "{text}");
    let StoreError(text) = store.backup(&directory.path().join("backup")).expect_err("a damaged backup is none");
    assert!(text.contains("is damaged"), "{text}");
    assert!(!directory.path().join("backup").exists() && !directory.path().join("backup.unfinished").exists());
}

#[test]
fn files_of_others_and_of_other_formats_are_refused() {
    let directory = filled();
    let path = file(&directory);
    let shown = path.display();
    overwrite(&path, 60, &3_u32.to_be_bytes());
    assert_eq!(
        refusal(reopen(&directory)),
        format!(
            "store {shown} has format 3, this program reads formats 1 to 2. Use the version of Coinbox that wrote it"
        )
    );
    overwrite(&path, 68, &[0; 4]);
    assert_eq!(refusal(reopen(&directory)), format!("{shown} is a SQLite file, but not a store of Coinbox"));
    overwrite(&path, 0, b"PK");
    let text = refusal(reopen(&directory));
    assert!(text.contains("is damaged: the file does not begin like a SQLite file"), "{text}");
}

#[test]
fn the_row_about_the_store_is_checked() {
    let directory = filled();
    let other = rusqlite::Connection::open(file(&directory)).expect("opens");
    other.execute("UPDATE meta SET moment = moment + 1", []).expect("edits");
    drop(other);
    let text = refusal(reopen(&directory));
    assert!(
        text.contains("is damaged: the row about the store itself is missing or does not match its checksum"),
        "{text}"
    );
}

#[test]
fn a_full_file_is_an_error_and_what_was_there_stays() {
    let directory = directory();
    drop(create(directory.path()));
    let small = SqliteOptions { pages_max: Some(40), ..SqliteOptions::default() };
    let store = Sqlite::open(directory.path(), small).expect("opens");
    let mut position = 1;
    store.commit(&group(puts(&[("a", "1")]), 1, &mut position)).expect("there is room");
    let big = "v".repeat(VALUE_BYTES_MAX);
    let StoreError(text) = store.commit(&group(puts(&[("a", "2"), ("b", &big)]), 2, &mut position)).expect_err("full");
    assert!(text.contains("the disk is full"), "{text}");
    assert!(text.contains("Free space and start again; nothing that was acknowledged is lost"), "{text}");
    drop(store);
    let store = open(directory.path());
    let view = store.snapshot().expect("a snapshot");
    assert_eq!((value(&*view, "a").as_deref(), value(&*view, "b"), store.moment()), (Some("1"), None, Ok(1)));
}

#[test]
fn snapshots_are_bounded() {
    let directory = directory();
    drop(create(directory.path()));
    let options = SqliteOptions { readers_max: 2, reader_wait: Duration::from_millis(10), ..SqliteOptions::default() };
    let store = Sqlite::open(directory.path(), options).expect("opens");
    let first = store.snapshot().expect("one");
    let second = store.snapshot().expect("two");
    let StoreError(text) = store.snapshot().err().expect("three are too many");
    assert!(text.ends_with("2 snapshots are in use and none was given back in 10 ms"), "{text}");
    drop(first);
    store.snapshot().expect("there is room again");
    drop(second);
}

/// The files beside a store go where the store goes.
#[test]
fn a_backup_takes_the_files_beside_the_store_along() {
    use crate::blobs::Blobs;
    let source = directory();
    let store = create(source.path());
    let blobs = Blobs::beside_store(source.path());
    let early = blobs.keep("a.txt", None, b"before the backup").expect("kept").digest;
    let backup = source.path().join("backup.coinbox");
    store.backup(&backup).expect("a backup");
    let late = blobs.keep("a.txt", None, b"after the backup").expect("kept").digest;
    fs::remove_file(&backup).expect("gone");
    let StoreError(text) = store.backup(&backup).expect_err("files of another backup");
    assert!(text.ends_with("backup.coinbox.blobs exists already. Name a new file for the backup"), "{text}");
    let backup = source.path().join("second.coinbox");
    store.backup(&backup).expect("a backup");
    fs::remove_file(source.path().join("second.coinbox.blobs").join(&late[..2]).join(&late)).expect("there");

    for origin in [Origin::Restored, Origin::Copied] {
        let target = directory();
        install(&backup, target.path(), origin, &Counting::default()).expect("installs");
        let restored = Blobs::beside_store(target.path());
        assert_eq!(restored.read(&early).expect("read").as_deref(), Some(&b"before the backup"[..]));
        assert_eq!(restored.read(&late).expect("read"), None);
    }
    // A store without files makes none.
    let bare = directory();
    let plain = bare.path().join("plain.coinbox");
    create(bare.path()).backup(&plain).expect("a backup");
    assert!(!bare.path().join("plain.coinbox.blobs").exists());
}

#[test]
fn a_backup_is_restored_under_a_new_name_with_its_moment() {
    let source = directory();
    let store = create(source.path());
    let mut position = 1;
    let mut first = GroupChanges::default();
    first.add(puts(&[("a", "1")]), 42, &mut position);
    first.settles_beginning = true;
    store.commit(&Arc::new(first)).expect("commits");
    let backup = source.path().join("backup.coinbox");
    store.backup(&backup).expect("a backup");
    assert_eq!(
        store.backup(&backup),
        Err(StoreError(format!(
            "backup {} exists already. Name a new file; a backup is never overwritten",
            backup.display()
        )))
    );
    store.commit(&group(puts(&[("a", "2")]), 43, &mut position)).expect("commits");

    let random = Counting::default();
    let mut names = vec![store.store_name()];
    draw_store_name(&random);
    for (origin, beginning) in [(Origin::Restored, Beginning::Restored(42)), (Origin::Copied, Beginning::Copied)] {
        let target = directory();
        install(&backup, target.path(), origin, &random).expect("installs");
        let restored = open(target.path());
        assert_eq!((restored.beginning(), restored.moment()), (Ok(Some(beginning)), Ok(42)));
        assert_eq!(value(&*restored.snapshot().expect("a snapshot"), "a").as_deref(), Some("1"));
        names.push(restored.store_name());
        assert_eq!(
            install(&backup, target.path(), origin, &random).map_err(|error| error.0.contains("is in use by process")),
            Err(true)
        );
        drop(restored);
        assert_eq!(
            install(&backup, target.path(), origin, &random).map_err(|error| error.0.contains("holds a store already")),
            Err(true)
        );
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 3, "every store has its own name");
}

/// W11: what `line` of the contract says of positions after a restore.
#[test]
fn a_restored_store_goes_on_beyond_every_position_of_the_lost_history() {
    let source = directory();
    let store = create(source.path());
    let mut position = 1;
    let line = |body: &str| Changes { lines: vec![("t".to_owned(), body.to_owned())], ..Changes::default() };
    let mut first = GroupChanges::default();
    first.add(line("kept"), 1, &mut position);
    first.settles_beginning = true;
    store.commit(&Arc::new(first)).expect("commits");
    let backup = source.path().join("backup.coinbox");
    store.backup(&backup).expect("a backup");
    for moment in 2..50 {
        store.commit(&group(line("lost"), moment, &mut position)).expect("commits");
    }
    let lost = store.last_position().expect("a sound store");
    for now in [0, 1_772_452_800_000] {
        let target = directory();
        install_at(&backup, target.path(), Origin::Restored, &Counting::default(), now).expect("installs");
        let restored = open(target.path());
        let view = restored.snapshot().expect("a snapshot");
        let lines = view.read_feed(None, 0, 10).expect("reads");
        assert_eq!(lines.iter().map(|line| &*line.body).collect::<Vec<_>>(), ["kept"]);
        let from = restored.last_position().expect("a sound store");
        assert!(from > lost, "{from}, lost {lost}");
        assert!(i64::try_from(from + 1).is_ok_and(|next| next >= now * 1000), "the microsecond of the restore: {from}");
    }
}

#[test]
fn what_the_rules_were_not_told_before_a_backup_still_counts() {
    let random = Counting::default();
    let source = directory();
    let store = create(source.path());
    let empty = source.path().join("empty");
    store.backup(&empty).expect("a backup");
    let mut position = 1;
    let mut told = GroupChanges::default();
    told.add(Changes::default(), 10, &mut position);
    told.settles_beginning = true;
    store.commit(&Arc::new(told)).expect("commits");
    let early = source.path().join("early");
    store.backup(&early).expect("a backup");

    let fresh = directory();
    install(&empty, fresh.path(), Origin::Restored, &random).expect("installs");
    assert_eq!(open(fresh.path()).beginning(), Ok(Some(Beginning::Created)));

    // Restored, not told, backed up and restored again: the gateway's movements since the first backup are still missing.
    let once = directory();
    install(&early, once.path(), Origin::Restored, &random).expect("installs");
    let again = source.path().join("again");
    open(once.path()).backup(&again).expect("a backup");
    let twice = directory();
    install(&again, twice.path(), Origin::Restored, &random).expect("installs");
    assert_eq!(open(twice.path()).beginning(), Ok(Some(Beginning::Restored(10))));
}

#[test]
fn a_backup_holds_whole_groups_while_commits_go_on() {
    let source = directory();
    let store = Arc::new(create(source.path()));
    let mut position = 1;
    let mut changes = Changes::default();
    for index in 0..20_000 {
        changes.puts.push((format!("fill/{index:06}"), "v".repeat(500).as_str().into()));
    }
    store.commit(&group(changes, 1, &mut position)).expect("commits");
    let stop = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (store, stop) = (store.clone(), stop.clone());
        move || {
            let mut round = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                round += 1;
                let text = round.to_string();
                // One entry in front of the others and one behind them: a torn copy would show.
                let both = puts(&[("a", &text), ("z", &text)]);
                store.commit(&group(both, i64::from(round), &mut position)).expect("commits");
            }
            round
        }
    });
    let backups: Vec<PathBuf> = (0..3).map(|index| source.path().join(format!("backup-{index}"))).collect();
    for backup in &backups {
        store.backup(backup).expect("a backup");
    }
    stop.store(true, Ordering::Relaxed);
    let rounds = writer.join().expect("the writer");
    assert_eq!(value(&*store.snapshot().expect("a snapshot"), "z"), Some(rounds.to_string()));
    for backup in &backups {
        let target = directory();
        install(backup, target.path(), Origin::Restored, &Counting::default()).expect("installs");
        let restored = open(target.path());
        let view = restored.snapshot().expect("a snapshot");
        assert_eq!(value(&*view, "a"), value(&*view, "z"));
        assert_eq!(view.scan("fill/", "fill0", Direction::Ascending, 10_000).expect("scans").entries.len(), 8208);
    }
}

#[test]
fn only_a_sound_backup_is_installed() {
    let random = Counting::default();
    let source = filled();
    let target = directory();
    let data = target.path().join("data");
    let install = |from: &Path| install(from, &data, Origin::Restored, &random).expect_err("must be refused").0;
    let missing = source.path().join("nothing");
    assert!(install(&missing).contains("is missing"));
    let backup = source.path().join("backup");
    open(source.path()).backup(&backup).expect("a backup");
    let whole = fs::read(&backup).expect("the backup");
    fs::write(&backup, &whole[..whole.len() - 4096]).expect("writes");
    let text = install(&backup);
    assert!(text.contains("is damaged"), "{text}");
    assert!(!Sqlite::exists(&data), "nothing is left behind");
    // A store in use is no backup: what is in its log would be missing.
    let store = open(source.path());
    let mut position = 1;
    store.commit(&group(puts(&[("a", "1")]), 1, &mut position)).expect("commits");
    assert!(install(&file(&source)).contains("it is a store, not a backup of one"));
}

/// sec-02: a backup that is put in place as a file does not know what has happened since, and says so.
#[test]
fn sec_02_a_backup_is_no_store_until_it_is_restored() {
    let (old, new) = (directory(), directory());
    let store = create(old.path());
    let mut position = 1;
    let line = Changes { lines: vec![("t".into(), "1".into())], ..puts(&[("a", "1")]) };
    let mut first = GroupChanges::default();
    first.add(line, 7, &mut position);
    first.settles_beginning = true;
    store.commit(&Arc::new(first)).expect("commits");
    store.backup(&file(&new)).expect("a backup");
    let name = store.store_name();
    drop(store);
    assert_eq!((holds_backup(old.path()), holds_backup(new.path())), (Ok(false), Ok(true)));
    let text = refusal(reopen(&new));
    assert!(text.contains("is a backup that was put in place as a file"), "{text}");
    assert!(text.contains("coinbox --data NEW restore") && text.contains("--accept older-store"), "{text}");
    assert_eq!(refusal(reopen(&new)), text, "as often as one tries");

    let random = Counting::default();
    draw_store_name(&random);
    reinstate(new.path(), &random, 5_000_000).expect("a store");
    let store = open(new.path());
    assert_ne!(store.store_name(), name);
    assert_eq!((store.beginning(), store.moment()), (Ok(Some(Beginning::Restored(7))), Ok(7)));
    assert_eq!(value(&*store.snapshot().expect("a view"), "a").as_deref(), Some("1"));
    let home = store.home().expect("a home");
    assert_eq!(home.family, name, "of the same family");
    // Positions of the feed that the lost history may have given out are not given out again, and what is committed goes on there.
    assert_eq!(store.last_position(), Ok(5_000_000_000 - 1));
    let mut next = 5_000_000_000;
    let line = Changes { lines: vec![("t".into(), "2".into())], ..Changes::default() };
    store.commit(&group(line, 9, &mut next)).expect("commits");
    assert_eq!(store.last_position(), Ok(5_000_000_000));
    let lines = store.snapshot().expect("a view").read_feed(None, 1, 10).expect("reads");
    assert_eq!(lines.iter().map(|line| line.position).collect::<Vec<_>>(), [5_000_000_000]);
    // The same of a store that is no backup but older than what others have seen.
    drop(store);
    reinstate(new.path(), &random, 0).expect("a store");
    assert_eq!(open(new.path()).beginning(), Ok(Some(Beginning::Restored(7))));
    assert_eq!(open(new.path()).last_position(), Ok(6_000_000_000 - 1), "whatever the machine's clock shows");
}
