//! Tests over every kind of storage; `files` for what only files can meet.

mod files;
mod hold;
pub(crate) mod model;
mod tally;

use super::memory::Memory;
use super::sqlite::{Sqlite, SqliteOptions};
use super::*;
use crate::capability::Random;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Other bytes at each call, the same ones in each run.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let number = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            *byte = number.to_be_bytes()[0];
        }
    }
}

pub(crate) fn create(directory: &Path) -> Sqlite {
    Sqlite::create(directory, &Counting::default(), SqliteOptions::default()).expect("a new store")
}

pub(crate) fn open(directory: &Path) -> Sqlite {
    Sqlite::open(directory, SqliteOptions::default()).expect("a sound store")
}

/// The group of one command.
pub(crate) fn group(changes: Changes, moment: i64, position: &mut u64) -> Arc<GroupChanges> {
    let mut group = GroupChanges::default();
    group.add(changes, moment, position);
    Arc::new(group)
}

pub(crate) fn puts(entries: &[(&str, &str)]) -> Changes {
    let puts = entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
    Changes { puts, ..Changes::default() }
}

pub(crate) fn value(view: &dyn View, key: &str) -> Option<String> {
    view.get_many(&[key]).expect("a sound store")[0].as_deref().map(str::to_owned)
}

#[test]
fn a_name_has_sixteen_letters_and_digits_and_comes_from_the_random_bytes() {
    struct Seven;
    impl Random for Seven {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }
    // 0x0707070707070707 modulo 36 is 23: "n".
    assert_eq!(draw_store_name(&Seven), "n".repeat(16));
    let random = Counting::default();
    let names = [draw_store_name(&random), draw_store_name(&random)];
    for name in &names {
        assert_eq!(name.len(), 16);
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{name}");
    }
    assert_eq!(Memory::create(&Counting::default()).store_name(), names[0]);
}

#[test]
fn a_fork_has_its_own_name_and_its_own_future() {
    let random = Counting::default();
    let store = Memory::create(&random);
    let mut position = 1;
    let mut settled = GroupChanges::default();
    settled.add(puts(&[("a", "1")]), 5, &mut position);
    settled.settles_beginning = true;
    store.commit(&Arc::new(settled)).expect("memory");
    let fork = store.fork(&random);
    assert_ne!(fork.store_name(), store.store_name());
    assert_eq!((store.beginning(), fork.beginning()), (Ok(None), Ok(Some(Beginning::Copied))));
    fork.commit(&group(puts(&[("a", "2")]), 6, &mut position)).expect("memory");
    let values = [&store, &fork].map(|store| value(&*store.snapshot().expect("memory"), "a"));
    assert_eq!(values, [Some("1".to_owned()), Some("2".to_owned())]);
}

/// W11: what `changes` of the contract says of its order.
#[test]
fn clears_come_first_then_removes_and_puts() {
    let directory = tempfile::tempdir().expect("a directory");
    let stores: [Box<dyn Durable>; 2] =
        [Box::new(Memory::create(&Counting::default())), Box::new(create(directory.path()))];
    for store in stores {
        let mut position = 1;
        store
            .commit(&group(puts(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]), 1, &mut position))
            .expect("commits");
        let changes = Changes {
            clears: vec![("b".to_owned(), "d".to_owned())],
            removes: vec!["d".to_owned()],
            ..puts(&[("c", "2")])
        };
        store.commit(&group(changes, 2, &mut position)).expect("commits");
        let view = store.snapshot().expect("a snapshot");
        let left = ["a", "b", "c", "d"].map(|key| value(&*view, key));
        assert_eq!(left, [Some("1".to_owned()), None, Some("2".to_owned()), None]);
    }
}

#[test]
fn pages_end_at_four_mebibytes_with_at_least_one_entry() {
    let directory = tempfile::tempdir().expect("a directory");
    let stores: [Box<dyn Durable>; 2] =
        [Box::new(Memory::create(&Counting::default())), Box::new(create(directory.path()))];
    for store in stores {
        let mut position = 1;
        let big = "v".repeat(VALUE_BYTES_MAX);
        let mut changes = Changes::default();
        for index in 0..20 {
            changes.puts.push((format!("k{index:02}"), big.as_str().into()));
            changes.lines.push(("t".to_owned(), big.clone()));
        }
        store.commit(&group(changes, 1, &mut position)).expect("commits");
        let view = store.snapshot().expect("a snapshot");
        for (direction, first) in [(Direction::Ascending, "k00"), (Direction::Descending, "k19")] {
            let page = view.scan("k", "l", direction, 100).expect("scans");
            // Sixteen values fill it exactly; their keys do not fit any more.
            assert_eq!((page.entries.len(), page.more), (15, true));
            assert_eq!(page.entries[0].0, first);
        }
        assert_eq!(view.read_feed(Some("t"), 0, 100).expect("reads").len(), 15);
        let one = view.scan("k", "l", Direction::Ascending, 20).expect("scans");
        assert_eq!(one.entries.len(), 15);
        assert!(!view.scan("k05", "k19", Direction::Ascending, 14).expect("scans").more);
    }
}

#[test]
fn a_snapshot_stays_on_its_state() {
    let directory = tempfile::tempdir().expect("a directory");
    let stores: [Box<dyn Durable>; 2] =
        [Box::new(Memory::create(&Counting::default())), Box::new(create(directory.path()))];
    for store in stores {
        let mut position = 1;
        store.commit(&group(puts(&[("a", "1")]), 1, &mut position)).expect("commits");
        let before = store.snapshot().expect("a snapshot");
        store.commit(&group(puts(&[("a", "2")]), 2, &mut position)).expect("commits");
        let after = store.snapshot().expect("a snapshot");
        assert_eq!(value(&*before, "a").as_deref(), Some("1"));
        assert_eq!(value(&*after, "a").as_deref(), Some("2"));
        assert_eq!(store.moment(), Ok(2));
    }
}
