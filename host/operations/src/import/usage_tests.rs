//! Imports against a link that remembers events and can fail.

use super::progress;
use super::usage::{Options, Summary, import, rejected_path};
use crate::link::{Fate, Link, LinkError};
use crate::usage_words::Counts;
use coinbox_host::contract::exported::usage::{EventAnswer, Rejection, UsageEvent};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
struct Rated {
    seen: Mutex<BTreeSet<String>>,
    calls: AtomicU64,
    fail_from: Option<u64>,
    away_at: Option<u64>,
    /// Its key, which is bound to the first whole.
    key: bool,
    whole: Mutex<Option<String>>,
    numbers: Mutex<BTreeSet<u32>>,
}

impl Link for Rated {
    fn call(&self, _: &str, _: Value) -> Result<Value, LinkError> {
        Err(LinkError::Failed("not used".to_owned()))
    }

    fn whole(&self, digest: &str) {
        *self.whole.lock().expect("lock") = Some(digest.to_owned());
    }

    fn has_key(&self) -> bool {
        self.key
    }

    fn record(&self, number: u32, events: &[UsageEvent]) -> Result<Vec<Fate>, LinkError> {
        self.numbers.lock().expect("lock").insert(number);
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        assert!(events.len() <= 1000);
        if self.away_at == Some(call) {
            return Err(LinkError::Away("busy".to_owned()));
        }
        if self.fail_from.is_some_and(|from| call >= from) {
            return Err(LinkError::Failed("gone".to_owned()));
        }
        let mut seen = self.seen.lock().expect("lock");
        let answer = |event: &UsageEvent| match event.number.as_str() {
            "0" => EventAnswer::Rejected(Rejection::NoPrice),
            _ if !seen.insert(event.id.clone()) => EventAnswer::Duplicate,
            _ => EventAnswer::Rated(12_340),
        };
        let fates: Vec<EventAnswer> = events.iter().map(answer).collect();
        Ok(fates.into_iter().map(Ok).collect())
    }

    fn drive(&self, _: &str) -> Result<Value, LinkError> {
        Err(LinkError::Failed("not used".to_owned()))
    }
}

/// 2500 rows: each 10th without price, each 100th (from 5) unreadable, one of those with a column too many, the last one a repeat.
fn file(folder: &Path) -> PathBuf {
    let mut text = String::from("id,auth_id,product,heading,number,quantity,at\n");
    for number in 0..2499 {
        let quantity = if number % 100 == 5 { "many" } else { "60" };
        let to = if number % 10 == 0 { "0" } else { "4930" };
        let surplus = if number == 2405 { ",surplus" } else { "" };
        text.push_str(&format!("e-{number},MA1,voice,outbound,{to},{quantity},0{surplus}\n"));
    }
    text.push_str("e-1,MA1,voice,outbound,4930,60,0\n");
    let path = folder.join("usage.csv");
    std::fs::write(&path, text).expect("file");
    path
}

fn run(link: &Rated, path: &Path) -> Result<(Summary, Vec<u64>), String> {
    let mut lines = Vec::new();
    let mut on_progress = |progress: &progress::Progress, all: u64| {
        assert_eq!(all, 2501);
        lines.push(progress.line);
    };
    let summary = import(link, path, Options { parallel: 3, rejected: None, on_progress: &mut on_progress });
    summary.map(|summary| (summary, lines)).map_err(|error| error.to_string())
}

const EXPECTED: Counts =
    Counts { rated: 2224, duplicate: 1, conflicting: 0, rejected: 250, unreadable: 25, amount: 2224 * 12_340 };

#[test]
fn every_row_meets_its_fate_once_and_in_order() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    let link = Rated { away_at: Some(1), ..Rated::default() };
    let (summary, lines) = run(&link, &path).expect("imported");
    assert_eq!(summary.progress.counts, EXPECTED);
    assert_eq!(lines, [1001, 2001, 2501]);
    assert_eq!(
        summary.progress.reasons.iter().map(|(reason, count)| (reason.as_str(), *count)).collect::<Vec<_>>(),
        [("no-price", 250), ("unreadable", 25)]
    );
    assert_eq!(link.calls.load(Ordering::SeqCst), 4, "three batches, one of them twice");
    assert!(!progress::path_of(&path).exists());

    let text = std::fs::read_to_string(rejected_path(&path)).expect("rejected rows");
    let mut rows = text.lines();
    assert_eq!(rows.next(), Some("line,reason,detail,id,auth_id,product,heading,number,quantity,at"));
    assert_eq!(rows.next(), Some("2,no-price,kept on the list of rejected events,e-0,MA1,voice,outbound,0,60,0"));
    assert_eq!(
        rows.next(),
        Some(
            "7,unreadable,quantity must be a whole number from 0 to 1000000 (of bytes to 4294967295),e-5,MA1,voice,outbound,4930,many,0"
        )
    );
    assert_eq!(text.lines().count(), 276);
}

#[test]
fn an_interrupted_import_goes_on_and_ends_with_the_same_summary_and_file() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    let whole = Rated::default();
    run(&whole, &path).expect("imported");
    let expected = std::fs::read_to_string(rejected_path(&path)).expect("rejected rows");

    for fail_from in 0..3 {
        let broken = Rated { fail_from: Some(fail_from), ..Rated::default() };
        assert_eq!(run(&broken, &path).expect_err("fails"), "gone");
        let link = Rated { seen: Mutex::new(broken.seen.into_inner().expect("lock")), ..Rated::default() };
        let (summary, _) = run(&link, &path).expect("goes on");
        let Counts { rated, duplicate, rejected, unreadable, .. } = summary.progress.counts;
        // Batches that were rated but not settled come back as duplicates: nothing is counted twice.
        assert_eq!((rated + duplicate, rejected, unreadable), (2225, 250, 25), "from {fail_from}");
        assert_eq!(link.seen.lock().expect("lock").len(), 2224);
        assert_eq!(std::fs::read_to_string(rejected_path(&path)).expect("rejected rows"), expected);
    }
}

#[test]
fn what_was_settled_is_not_sent_again() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    let mut on_progress = |_: &progress::Progress, _: u64| {};
    let broken = Rated { fail_from: Some(2), ..Rated::default() };
    let options = Options { parallel: 1, rejected: None, on_progress: &mut on_progress };
    import(&broken, &path, options).expect_err("fails");
    let link = Rated { seen: Mutex::new(broken.seen.into_inner().expect("lock")), ..Rated::default() };
    let (summary, lines) = run(&link, &path).expect("goes on");
    assert_eq!((summary.resumed_after, lines), (2001, vec![2501]));
    assert_eq!(link.calls.load(Ordering::SeqCst), 1);
    assert_eq!(summary.progress.counts, EXPECTED);
}

#[test]
fn a_file_that_cannot_be_read_sends_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let link = Rated::default();
    for bytes in [&b"id,auth_id\n"[..], b"id,auth_id,product,heading,number,quantity,at\n\xff\n", b""] {
        let path = folder.path().join("usage.csv");
        std::fs::write(&path, bytes).expect("file");
        assert!(run(&link, &path).is_err());
    }
    assert!(run(&link, folder.path()).is_err());
    assert!(run(&link, &folder.path().join("none.csv")).is_err());
    assert_eq!(link.calls.load(Ordering::SeqCst), 0);
}

fn run_to(link: &Rated, path: &Path, rejected: &Path) -> Result<Summary, String> {
    let options = Options { parallel: 1, rejected: Some(rejected), on_progress: &mut |_, _| {} };
    import(link, path, options).map_err(|error| error.to_string())
}

#[test]
fn rejected_rows_go_where_they_are_sent_14_files_of_the_wrong_form() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    let place = folder.path().join("elsewhere.csv");
    for _ in 0..2 {
        let summary = run_to(&Rated::default(), &path, &place).expect("imported");
        assert_eq!((summary.rejected.as_deref(), summary.unwritten), (Some(&*place), None));
        assert_eq!(std::fs::read_to_string(&place).expect("rejected rows").lines().count(), 276);
    }
    assert!(!rejected_path(&path).exists());

    // Nothing else is written over, least of all the file itself.
    let before = std::fs::read_to_string(&path).expect("the file");
    let itself = run_to(&Rated::default(), &path, &path).expect_err("the file itself");
    assert!(itself.contains("is the file that is imported"), "{itself}");
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "my,own,file\n").expect("another file");
    let refused = run_to(&Rated::default(), &path, &other).expect_err("another file");
    assert!(refused.ends_with("exists and is no list of rejected rows; name another file for them"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), before);
    assert_eq!(std::fs::read_to_string(&other).expect("the other file"), "my,own,file\n");
}

#[test]
fn a_place_that_cannot_be_written_stops_no_import_14_files_of_the_wrong_form() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    let nowhere = folder.path().join("no folder").join("rejected.csv");
    let link = Rated::default();
    let summary = run_to(&link, &path, &nowhere).expect("imported");
    assert_eq!((summary.progress.counts, summary.rejected), (EXPECTED, None));
    let unwritten = summary.unwritten.expect("rows that are not written down");
    assert!(unwritten.starts_with(&nowhere.display().to_string()), "{unwritten}");
    // Where nothing is rejected nobody is told.
    let good = folder.path().join("good.csv");
    std::fs::write(&good, "id,auth_id,product,heading,number,quantity,at\ng,MA1,voice,outbound,4930,60,0\n")
        .expect("file");
    let summary = run_to(&link, &good, &nowhere).expect("imported");
    assert_eq!((summary.progress.counts.rated, summary.unwritten, summary.unkept), (1, None, None));
}

#[test]
fn progress_that_cannot_be_kept_stops_no_import_14_files_of_the_wrong_form() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    // A folder in its place: it can be written neither by the owner nor by an administrator.
    std::fs::create_dir(progress::path_of(&path).with_extension("json.new")).expect("folder");
    let place = folder.path().join("elsewhere.csv");
    let summary = run_to(&Rated::default(), &path, &place).expect("imported");
    assert_eq!(summary.progress.counts, EXPECTED);
    assert!(summary.unkept.expect("told").contains("usage.csv.progress.json: "));
}

#[test]
fn an_import_goes_on_in_another_place_from_the_beginning() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    let place = |name: &str| folder.path().join(name);
    let broken = Rated { fail_from: Some(2), ..Rated::default() };
    run_to(&broken, &path, &place("first.csv")).expect_err("fails");
    let link = Rated { seen: Mutex::new(broken.seen.into_inner().expect("lock")), ..Rated::default() };
    let summary = run_to(&link, &path, &place("second.csv")).expect("imported");
    let Counts { rated, duplicate, rejected, unreadable, .. } = summary.progress.counts;
    assert_eq!((rated + duplicate, rejected, unreadable, summary.resumed_after), (2225, 250, 25, 0));
    assert_eq!(std::fs::read_to_string(place("second.csv")).expect("rejected rows").lines().count(), 276);
}

/// sec-05-one-key-for-two-usage-batches: the file is the request, and each of its batches a part that is named by its place, also when an
/// interrupted import goes on.
#[test]
fn sec_05_batches_are_parts_of_the_file_whenever_they_are_sent() {
    let folder = tempfile::tempdir().expect("folder");
    let path = file(folder.path());
    let all = Rated { key: true, ..Rated::default() };
    run(&all, &path).expect("imported");
    let numbers = |link: &Rated| link.numbers.lock().expect("lock").iter().copied().collect::<Vec<_>>();
    assert_eq!(numbers(&all), [2, 1002, 2002]);
    let broken = Rated { key: true, fail_from: Some(1), ..Rated::default() };
    run(&broken, &path).expect_err("interrupted");
    let rest = Rated { key: true, ..Rated::default() };
    run(&rest, &path).expect("gone on");
    assert!(numbers(&rest).iter().all(|number| [2, 1002, 2002].contains(number)), "{:?}", numbers(&rest));
    let whole = |link: &Rated| link.whole.lock().expect("lock").clone().expect("a whole");
    assert_eq!(whole(&rest), whole(&all));
    // Another file is another request, also one of which no row can be read.
    std::fs::write(&path, "id,auth_id,product,heading,number,quantity,at\ne,MA1,sms,outbound,4930,many,0\n")
        .expect("file");
    let other = Rated { key: true, ..Rated::default() };
    let mut on_progress = |_: &progress::Progress, _: u64| ();
    import(&other, &path, Options { parallel: 1, rejected: None, on_progress: &mut on_progress }).expect("imported");
    assert_ne!(whole(&other), whole(&all));
    assert_eq!(numbers(&other), [2], "its key is bound all the same");
}
