//! What the file says about itself: format, name, beginning, last moment.

use super::{broken, damaged};
use crate::storage::{Beginning, StoreError};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Marks the file as ours in SQLite's own head: "COIN".
pub(super) const APPLICATION_ID: u32 = 0x434F_494E;
/// Version of the tables below. Another number needs a migration, or another program.
pub(super) const FORMAT: u32 = 1;

const SCHEMA: &str = "
CREATE TABLE entries (
    key TEXT COLLATE BINARY NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE feed (
    position INTEGER PRIMARY KEY,
    topic TEXT COLLATE BINARY NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX feed_by_topic ON feed (topic);
CREATE TABLE timers (
    key TEXT COLLATE BINARY NOT NULL PRIMARY KEY,
    lane INTEGER NOT NULL,
    due INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    beginning TEXT NOT NULL,
    moment INTEGER NOT NULL,
    checksum TEXT NOT NULL
) STRICT;
";

/// The one row of `meta`.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) name: String,
    pub(super) beginning: Option<Beginning>,
    pub(super) moment: i64,
}

impl Meta {
    fn checksum(&self) -> String {
        let text =
            format!("coinbox store {FORMAT}\n{}\n{}\n{}", self.name, beginning_text(self.beginning), self.moment);
        Sha256::digest(text.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO meta (id, name, beginning, moment, checksum) VALUES (1, ?1, ?2, ?3, ?4)",
            )?
            .execute((&self.name, beginning_text(self.beginning), self.moment, self.checksum()))?;
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
    super::pragma(connection, "synchronous", "FULL")?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(SCHEMA)?;
    Meta { name: name.to_owned(), beginning: Some(Beginning::Created), moment: 0 }.write(connection)?;
    super::pragma(connection, "application_id", APPLICATION_ID)?;
    super::pragma(connection, "user_version", FORMAT)?;
    connection.execute_batch("COMMIT")
}

/// Reads the row and checks it.
pub(super) fn read(path: &Path, connection: &Connection) -> Result<Meta, StoreError> {
    read_raw(connection)
        .map_err(|error| broken(path, &error))?
        .ok_or_else(|| damaged(path, "the row about the store itself is missing or does not match its checksum"))
}

/// The row, or `None` where there is none that matches its checksum.
pub(super) fn read_raw(connection: &Connection) -> rusqlite::Result<Option<Meta>> {
    let row: Option<(String, String, i64, String)> = connection
        .prepare_cached("SELECT name, beginning, moment, checksum FROM meta WHERE id = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    Ok(row.and_then(|(name, beginning, moment, checksum)| {
        let meta = Meta { name, beginning: parse_beginning(&beginning)?, moment };
        (meta.checksum() == checksum).then_some(meta)
    }))
}
