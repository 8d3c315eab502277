//! What the file says about itself: format, name, beginning, last moment.

use super::connection::{broken, damaged, pragma};
use crate::storage::{Beginning, StoreError};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Marks the file as ours in SQLite's own head: "COIN".
pub(super) const APPLICATION_ID: u32 = 0x434F_494E;
/// Version of the file. Programs of version 0.1 write 1 and refuse any other. A file gets this one when rules first write records to it that a
/// program of version 0.1 cannot read; its tables are the same.
pub(super) const FORMAT: u32 = 2;
/// The oldest version of the file that is read.
pub(super) const FORMAT_MIN: u32 = 1;

const SCHEMA: &str = "
CREATE TABLE entries (
    key TEXT COLLATE BINARY NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    digest INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE feed (
    position INTEGER PRIMARY KEY,
    topic TEXT COLLATE BINARY NOT NULL,
    body TEXT NOT NULL,
    digest INTEGER
) STRICT;
CREATE INDEX feed_by_topic ON feed (topic);
CREATE TABLE timers (
    key TEXT COLLATE BINARY NOT NULL PRIMARY KEY,
    lane INTEGER NOT NULL,
    due INTEGER NOT NULL,
    digest INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    beginning TEXT NOT NULL,
    moment INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    commits INTEGER NOT NULL DEFAULT 0,
    feed_from INTEGER NOT NULL DEFAULT 1,
    backup INTEGER NOT NULL DEFAULT 0,
    records INTEGER NOT NULL DEFAULT 0
) STRICT;
";

/// What the first version did not have, with what its stores begin with.
const LATER_COLUMNS: [(&str, i64); 4] = [("commits", 0), ("feed_from", 1), ("backup", 0), ("records", 0)];

/// Gives the row of an older store its later columns.
pub(super) fn add_columns(connection: &Connection) -> rusqlite::Result<()> {
    for (column, first) in LATER_COLUMNS {
        let has = connection
            .prepare("SELECT count(*) FROM pragma_table_info('meta') WHERE name = ?1")?
            .query_row([column], |row| row.get::<_, i64>(0))?;
        if has == 0 {
            connection
                .execute_batch(&format!("ALTER TABLE meta ADD COLUMN {column} INTEGER NOT NULL DEFAULT {first}"))?;
        }
    }
    Ok(())
}

/// Beside `meta` since it says nothing about what the store holds: what belongs to the store, and who writes to it. Made by the first
/// program that knows it.
const HOME: &str = "
CREATE TABLE IF NOT EXISTS home (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    writer TEXT NOT NULL,
    family TEXT NOT NULL,
    clock TEXT NOT NULL,
    proof TEXT NOT NULL,
    parts TEXT NOT NULL,
    clock_mark TEXT NOT NULL DEFAULT ''
) STRICT;
";

/// What belongs to a store, as it is written in the store itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Home {
    /// Common to a store and every store that was restored from its backups: a gateway's book and a journal of orders stay with them.
    pub family: String,
    /// The kind of clock that it runs with; empty until somebody has decided.
    pub clock: String,
    /// Sealed with the keys that its secrets are sealed with; empty until somebody has sealed it.
    pub proof: String,
    /// Names of the files outside the store that it has been used with and how many entries each had, with commas.
    pub parts: String,
    /// What the machine's clocks showed together when they were believed last; empty where nobody has believed any.
    pub clock_mark: String,
}

/// What is known of the home; `None` in a store that no program has opened that knows it.
pub(super) fn read_home(connection: &Connection) -> rusqlite::Result<Option<Home>> {
    if !has_home(connection)? {
        return Ok(None);
    }
    // A table of an older version has no mark.
    let mark = if has_clock_mark(connection)? { "clock_mark" } else { "''" };
    connection
        .query_row(&format!("SELECT family, clock, proof, parts, {mark} FROM home WHERE id = 1"), [], |row| {
            Ok(Home {
                family: row.get(0)?,
                clock: row.get(1)?,
                proof: row.get(2)?,
                parts: row.get(3)?,
                clock_mark: row.get(4)?,
            })
        })
        .optional()
}

fn has_home(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'home'", [], |row| {
        Ok(row.get::<_, i64>(0)? > 0)
    })
}

fn has_clock_mark(connection: &Connection) -> rusqlite::Result<bool> {
    let found = "SELECT count(*) FROM pragma_table_info('home') WHERE name = 'clock_mark'";
    connection.query_row(found, [], |row| Ok(row.get::<_, i64>(0)? > 0))
}

/// Writes the home and whose mark commits must find from now on.
pub(super) fn write_home(connection: &Connection, writer: &str, home: &Home) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let write = || {
        if !has_home(connection)? {
            connection.execute_batch(HOME)?;
        } else if !has_clock_mark(connection)? {
            connection.execute_batch("ALTER TABLE home ADD COLUMN clock_mark TEXT NOT NULL DEFAULT ''")?;
        }
        connection.execute(
            "INSERT OR REPLACE INTO home (id, writer, family, clock, proof, parts, clock_mark)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
            (writer, &home.family, &home.clock, &home.proof, &home.parts, &home.clock_mark),
        )?;
        connection.execute_batch("COMMIT")
    };
    write().inspect_err(|_| {
        if !connection.is_autocommit() {
            // The error that brought us here is the one to tell.
            let _ = connection.execute_batch("ROLLBACK");
        }
    })
}

/// Changes the home for as long as the store has the mark of this writer. Answers whether it has.
pub(super) fn update_home(connection: &Connection, writer: &str, home: &Home) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "UPDATE home SET family = ?2, clock = ?3, proof = ?4, parts = ?5, clock_mark = ?6 WHERE id = 1 AND writer = ?1",
        (writer, &home.family, &home.clock, &home.proof, &home.parts, &home.clock_mark),
    )?;
    Ok(changed == 1)
}

/// Whether the store still has the mark of this writer.
pub(super) fn is_writer(connection: &Connection, writer: &str) -> rusqlite::Result<bool> {
    let found: Option<bool> = connection
        .prepare_cached("SELECT writer = ?1 FROM home WHERE id = 1")?
        .query_row([writer], |row| row.get(0))
        .optional()?;
    Ok(found == Some(true))
}

/// The one row of `meta`.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) name: String,
    pub(super) beginning: Option<Beginning>,
    pub(super) moment: i64,
    /// Groups that were committed, in this store and in those that it was restored from: tells an older state from a newer one.
    pub(super) commits: i64,
    /// No line of the feed gets a lower position: what a lost history has given out is not given again.
    pub(super) feed_from: i64,
    /// It is a backup, and not a store to be written to.
    pub(super) backup: bool,
    /// Format of the records, as the rules say that wrote them last. 0: nobody has noted it.
    pub(super) records: u32,
}

impl Meta {
    fn checksum(&self) -> String {
        let mut text = format!("coinbox store 1\n{}\n{}\n{}", self.name, beginning_text(self.beginning), self.moment);
        // An older program writes none of these, and its checksum is of the rest.
        if (self.commits, self.feed_from, self.backup) != (0, 1, false) {
            text.push_str(&format!("\n{}\n{}\n{}", self.commits, self.feed_from, self.backup));
        }
        if self.records != 0 {
            text.push_str(&format!("\nrecords {}", self.records));
        }
        Sha256::digest(text.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO meta (id, name, beginning, moment, checksum, commits, feed_from, backup, records)
                 VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                &self.name,
                beginning_text(self.beginning),
                self.moment,
                self.checksum(),
                self.commits,
                self.feed_from,
                self.backup,
                self.records,
            ))?;
        Ok(())
    }
}

fn beginning_text(beginning: Option<Beginning>) -> String {
    match beginning {
        None => "settled".to_owned(),
        Some(Beginning::Created) => "created".to_owned(),
        Some(Beginning::Copied) => "copied".to_owned(),
        Some(Beginning::Restored(moment)) => format!("restored {moment}"),
    }
}

fn parse_beginning(text: &str) -> Option<Option<Beginning>> {
    match text {
        "settled" => Some(None),
        "created" => Some(Some(Beginning::Created)),
        "copied" => Some(Some(Beginning::Copied)),
        _ => Some(Some(Beginning::Restored(text.strip_prefix("restored ")?.parse().ok()?))),
    }
}

/// Makes the tables of an empty store in an empty file.
pub(super) fn write_schema(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    pragma(connection, "synchronous", "FULL")?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(SCHEMA)?;
    let name = name.to_owned();
    let beginning = Some(Beginning::Created);
    Meta { name, beginning, moment: 0, commits: 0, feed_from: 1, backup: false, records: 0 }.write(connection)?;
    pragma(connection, "application_id", APPLICATION_ID)?;
    pragma(connection, "user_version", FORMAT)?;
    connection.execute_batch("COMMIT")
}

/// Notes the format of the records. From here on a program of version 0.1 refuses the file.
pub(super) fn note_records(path: &Path, connection: &Connection, records: u32) -> Result<(), StoreError> {
    let meta = Meta { records, ..read(path, connection)? };
    let write = || {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        meta.write(connection)?;
        pragma(connection, "user_version", FORMAT)?;
        connection.execute_batch("COMMIT")
    };
    write().map_err(|error| {
        if !connection.is_autocommit() {
            // The error that brought us here is the one to tell.
            let _ = connection.execute_batch("ROLLBACK");
        }
        broken(path, &error)
    })
}

/// Reads the row and checks it.
pub(super) fn read(path: &Path, connection: &Connection) -> Result<Meta, StoreError> {
    read_raw(connection)
        .map_err(|error| broken(path, &error))?
        .ok_or_else(|| damaged(path, "the row about the store itself is missing or does not match its checksum"))
}

/// The row, or `None` where there is none that matches its checksum.
pub(super) fn read_raw(connection: &Connection) -> rusqlite::Result<Option<Meta>> {
    let row = connection
        .prepare_cached(
            "SELECT name, beginning, moment, commits, feed_from, backup, records, checksum FROM meta WHERE id = 1",
        )?
        .query_row([], |row| {
            let beginning = parse_beginning(&row.get::<_, String>(1)?);
            let (name, moment) = (row.get(0)?, row.get(2)?);
            let (commits, feed_from, backup, records) = (row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
            let meta = beginning.map(|beginning| Meta { name, beginning, moment, commits, feed_from, backup, records });
            Ok((meta, row.get::<_, String>(7)?))
        })
        .optional()?;
    Ok(row.and_then(|(meta, checksum)| meta.filter(|meta| meta.checksum() == checksum)))
}
