//! How many rows of each kind there are, and the sum of their check values (sec-10): a row that is gone has no check value to compare with.
//!
//! Each commit moves the count and the sum of the kinds that it touches, in its own transaction. A kind is the feed, the timers, or all entries
//! whose keys begin alike up to the first `/`. Sums wrap, so it does not matter in which order rows come and go. If anything but a commit removes,
//! adds or exchanges a row, the sums show it for ever. Like the check values, sums protect against accidents, and not against somebody who writes
//! sums too.

use super::digest;
use crate::storage::Checked;
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, BTreeSet};

/// Made by the first program that knows it, as `home` is.
const TABLE: &str = "
CREATE TABLE IF NOT EXISTS tally (
    kind TEXT COLLATE BINARY NOT NULL PRIMARY KEY,
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Rows that were there when the count began. What was lost before is not known.
const BEGUN: &str = "begun";
/// Commits that were counted: a program that does not know the table leaves it behind.
const COMMITS: &str = "commits";
/// Entries, before the beginning of their keys.
const ENTRIES: &str = "entry ";
/// Lines of the feed.
const FEED: &str = "line";
/// Timers.
const TIMERS: &str = "timer";

/// Rows and the sum of their check values.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Sum {
    rows: i64,
    sum: i64,
}

impl Sum {
    fn add(&mut self, digest: i64) {
        self.rows += 1;
        self.sum = self.sum.wrapping_add(digest);
    }

    fn take(&mut self, digest: i64) {
        self.rows -= 1;
        self.sum = self.sum.wrapping_sub(digest);
    }
}

/// Rows that come and go, by kind.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Tally {
    /// By the beginning of their keys.
    entries: BTreeMap<String, Sum>,
    feed: Sum,
    timers: Sum,
}

impl Tally {
    /// Of every row that is written: only the first one of a kind takes memory.
    fn entries(&mut self, key: &str) -> &mut Sum {
        let first = key.split_once('/').map_or(key, |(first, _)| first);
        if !self.entries.contains_key(first) {
            self.entries.insert(first.to_owned(), Sum::default());
        }
        self.entries.get_mut(first).expect("it was put there")
    }

    /// Each kind by its name in the table.
    fn kinds(&self) -> BTreeMap<String, Sum> {
        let entries = self.entries.iter().map(|(first, sum)| (format!("{ENTRIES}{first}"), *sum));
        entries.chain([(FEED.to_owned(), self.feed), (TIMERS.to_owned(), self.timers)]).collect()
    }

    /// Takes what the table says of a kind.
    fn set(&mut self, kind: &str, sum: Sum) {
        match kind.strip_prefix(ENTRIES) {
            Some(first) => *self.entries(first) = sum,
            None if kind == FEED => self.feed = sum,
            None => self.timers = sum,
        }
    }

    /// An entry that is written.
    pub(super) fn add_entry(&mut self, key: &str, digest: i64) {
        self.entries(key).add(digest);
    }

    /// An entry that is overwritten or removed.
    pub(super) fn take_entry(&mut self, key: &str, digest: i64) {
        self.entries(key).take(digest);
    }

    /// A line of the feed that is written.
    pub(super) fn add_line(&mut self, digest: i64) {
        self.feed.add(digest);
    }

    /// A timer that is set.
    pub(super) fn add_timer(&mut self, digest: i64) {
        self.timers.add(digest);
    }

    /// A timer that is moved or taken back.
    pub(super) fn take_timer(&mut self, digest: i64) {
        self.timers.take(digest);
    }

    /// Writes what has changed, with the number of this commit.
    pub(super) fn write(&self, connection: &Connection, commits: i64) -> rusqlite::Result<()> {
        let mut read = connection.prepare_cached("SELECT rows, sum FROM tally WHERE kind = ?1")?;
        let mut write =
            connection.prepare_cached("INSERT OR REPLACE INTO tally (kind, rows, sum) VALUES (?1, ?2, ?3)")?;
        for (kind, change) in self.kinds() {
            if change == Sum::default() {
                continue;
            }
            let before = read.query_row([&kind], sum).optional()?.unwrap_or_default();
            write.execute((kind, before.rows + change.rows, before.sum.wrapping_add(change.sum)))?;
        }
        write.execute((COMMITS, commits, 0))?;
        Ok(())
    }

    /// Compares what was counted with what is there, and names what is missing.
    fn differences(&self, found: &Tally) -> Vec<String> {
        let (written, found) = (self.kinds(), found.kinds());
        let kinds: BTreeSet<&String> = written.keys().chain(found.keys()).collect();
        let told = |kind: &String| {
            let of = |kinds: &BTreeMap<String, Sum>| kinds.get(kind).copied().unwrap_or_default();
            let (written, there) = (of(&written), of(&found));
            let what = match kind.strip_prefix(ENTRIES) {
                Some(first) => format!("entries `{first}`"),
                None if kind == FEED => "lines of the feed".to_owned(),
                None => "timers".to_owned(),
            };
            match there.rows - written.rows {
                0 if there == written => None,
                0 => Some(format!("{what} are not those that were written ({} of them)", there.rows)),
                more @ 1.. => Some(format!("{more} {what} are there that were not written")),
                fewer => Some(format!("{} of {} {what} are missing", -fewer, written.rows)),
            }
        };
        kinds.into_iter().filter_map(told).collect()
    }
}

fn sum(row: &rusqlite::Row<'_>) -> rusqlite::Result<Sum> {
    Ok(Sum { rows: row.get(0)?, sum: row.get(1)? })
}

fn special(connection: &Connection, kind: &str) -> rusqlite::Result<Option<i64>> {
    connection.query_row("SELECT rows FROM tally WHERE kind = ?1", [kind], |row| row.get(0)).optional()
}

/// Sees to it that the count is there and of every commit, and answers how many commits there were. A store that an older program has made, or has
/// written to, is counted as it is found.
pub(super) fn begin(connection: &Connection, commits: i64) -> rusqlite::Result<i64> {
    let known = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'tally'",
        [],
        |row| row.get::<_, i64>(0),
    )? > 0;
    let counted = if known { special(connection, COMMITS)? } else { None };
    if counted == Some(commits) {
        return Ok(commits);
    }
    let commits = counted.map_or(commits, |counted| commits.max(counted + 1));
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let build = || -> rusqlite::Result<()> {
        connection.execute_batch(TABLE)?;
        connection.execute("DELETE FROM tally", [])?;
        let found = count(connection)?;
        found.write(connection, commits)?;
        let rows: i64 = found.kinds().values().map(|sum| sum.rows).sum();
        connection.execute("INSERT OR REPLACE INTO tally (kind, rows, sum) VALUES (?1, ?2, 0)", (BEGUN, rows))?;
        let meta = super::meta::read_raw(connection)?;
        if let Some(meta) = meta {
            super::meta::Meta { commits, ..meta }.write(connection)?;
        }
        connection.execute_batch("COMMIT")
    };
    build().inspect_err(|_| {
        if !connection.is_autocommit() {
            // The error that brought us here is the one to tell.
            let _ = connection.execute_batch("ROLLBACK");
        }
    })?;
    Ok(commits)
}

/// Counts every row. What has no check value counts with the one that it would have.
fn count(connection: &Connection) -> rusqlite::Result<Tally> {
    let mut found = Tally::default();
    let mut entries = connection.prepare("SELECT key, digest, CASE WHEN digest IS NULL THEN value END FROM entries")?;
    let mut rows = entries.query([])?;
    while let Some(row) = rows.next()? {
        let key: String = row.get(0)?;
        let digest = digest::of_old_entry(row, 1, &key)?;
        found.add_entry(&key, digest);
    }
    let mut feed = connection.prepare("SELECT position, topic, body, digest FROM feed")?;
    let mut rows = feed.query([])?;
    while let Some(row) = rows.next()? {
        let digest = match digest::stored(row, 3)? {
            Some(digest) => digest,
            None => digest::of_line(row.get(0)?, &row.get::<_, String>(1)?, &row.get::<_, String>(2)?),
        };
        found.add_line(digest);
    }
    let mut timers = connection.prepare("SELECT key, lane, due, digest FROM timers")?;
    let mut rows = timers.query([])?;
    while let Some(row) = rows.next()? {
        found.add_timer(digest::of_old_timer(row)?);
    }
    Ok(found)
}

/// What is compared while a whole store is read.
pub(super) struct Comparison {
    written: Tally,
    /// What was found.
    pub(super) found: Tally,
    begun: u64,
}

impl Comparison {
    /// Reads what was counted.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Comparison> {
        let mut written = Tally::default();
        let mut statement = connection.prepare("SELECT rows, sum, kind FROM tally WHERE rows <> 0 OR sum <> 0")?;
        let mut rows = statement.query([])?;
        let mut begun = 0;
        while let Some(row) = rows.next()? {
            let kind: String = row.get(2)?;
            match kind.as_str() {
                BEGUN => begun = row.get::<_, i64>(0)?.unsigned_abs(),
                COMMITS => {}
                _ => written.set(&kind, sum(row)?),
            }
        }
        Ok(Comparison { written, found: Tally::default(), begun })
    }

    /// Tells what is missing.
    pub(super) fn tell(self, checked: &mut Checked) {
        checked.missing = self.written.differences(&self.found);
        checked.uncounted = self.begun;
    }
}

/// Whether the timers are those that were written: without them nothing becomes due, and nobody would notice for a month.
pub(super) fn check_timers(connection: &Connection, found: Tally) -> rusqlite::Result<Option<String>> {
    let written = connection.query_row("SELECT rows, sum FROM tally WHERE kind = ?1", [TIMERS], sum).optional()?;
    let written = Tally { timers: written.unwrap_or_default(), ..Tally::default() };
    Ok(written.differences(&found).pop())
}
