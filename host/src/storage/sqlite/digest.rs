//! A check value for each row (sec-10). Some rows follow from nothing else; their check value shows at least that they are what was written.
//!
//! A disk, a copy or a careless hand can change a row, and SQLite may still find the row well-formed. So each row has a digest of its key and its
//! value, which is compared whenever the row is read. The digest protects against accidents, and not against somebody who writes digests too. Rows
//! of a store that an older version made have no digest until they are written again.

use super::tally::Comparison;
use super::{Sqlite, broken};
use crate::storage::{Checked, StoreError};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, ffi};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// Damaged rows that are named.
const NAMED_MAX: usize = 100;

/// What a row is compared with.
fn digest(parts: &[&[u8]]) -> i64 {
    // The key is fixed: the digest is stored, and no secret.
    let mut hasher = SipHasher13::new_with_keys(0x636f_696e_626f_7821, 0x726f_7764_6967_6573);
    for part in parts {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    hasher.finish().cast_signed()
}

/// Of an entry.
pub(super) fn of_entry(key: &str, value: &str) -> i64 {
    digest(&[b"entry", key.as_bytes(), value.as_bytes()])
}

/// Of a line of the feed.
pub(super) fn of_line(position: i64, topic: &str, body: &str) -> i64 {
    digest(&[b"line", &position.to_le_bytes(), topic.as_bytes(), body.as_bytes()])
}

/// Of a timer.
pub(super) fn of_timer(key: &str, lane: i64, due: i64) -> i64 {
    digest(&[b"timer", key.as_bytes(), &lane.to_le_bytes(), &due.to_le_bytes()])
}

/// The stored digest of a row; `None`: it has none.
pub(super) fn stored(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<i64>> {
    row.get(column)
}

/// What an entry counts with that is overwritten or removed: its stored digest, in this column, or the one that it would have, of the value in
/// the next one.
pub(super) fn of_old_entry(row: &Row<'_>, column: usize, key: &str) -> rusqlite::Result<i64> {
    match stored(row, column)? {
        Some(digest) => Ok(digest),
        None => Ok(digest(&[b"entry", key.as_bytes(), bytes(row, column + 1)?])),
    }
}

/// The same of a timer, as key, lane, due and digest.
pub(super) fn of_old_timer(row: &Row<'_>) -> rusqlite::Result<i64> {
    match stored(row, 3)? {
        Some(digest) => Ok(digest),
        None => Ok(of_timer(&row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)),
    }
}

/// Refuses a row that is not what was written.
pub(super) fn check(stored: Option<i64>, computed: i64, what: impl FnOnce() -> String) -> rusqlite::Result<()> {
    if stored.is_none_or(|stored| stored == computed) {
        return Ok(());
    }
    let message = format!("{} is not what was written", what());
    Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some(message)))
}

/// Gives the tables of an older store the column, empty.
pub(super) fn add_columns(connection: &Connection) -> rusqlite::Result<()> {
    for table in ["entries", "feed", "timers"] {
        let has = connection
            .prepare(&format!("SELECT count(*) FROM pragma_table_info('{table}') WHERE name = 'digest'"))?
            .query_row([], |row| row.get::<_, i64>(0))?;
        if has == 0 {
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN digest INTEGER"))?;
        }
    }
    Ok(())
}

/// Text as it stands there, whatever it is.
fn bytes<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a [u8]> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        _ => b"",
    })
}

/// Reads every row of the store and compares it with its digest, what is there with what was counted, and the file's structure as SQLite sees it.
pub(super) fn whole(store: &Sqlite, connection: &Connection) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    let mut run = || -> rusqlite::Result<()> {
        let mut tally = Comparison::of(connection)?;
        let mut structure = connection.prepare("PRAGMA integrity_check(20)")?;
        let mut rows = structure.query([])?;
        while let Some(row) = rows.next()? {
            let said = String::from_utf8_lossy(bytes(row, 0)?).into_owned();
            if said != "ok" {
                checked.damaged(NAMED_MAX, said);
            }
        }
        let mut entries = connection.prepare("SELECT key, value, digest FROM entries")?;
        let mut rows = entries.query([])?;
        while let Some(row) = rows.next()? {
            let (key, value) = (bytes(row, 0)?, bytes(row, 1)?);
            let (stored, computed) = (stored(row, 2)?, digest(&[b"entry", key, value]));
            let same = compare(stored, computed, &mut checked);
            tally.found.add_entry(&String::from_utf8_lossy(key), stored.unwrap_or(computed));
            if !same || std::str::from_utf8(key).is_err() || std::str::from_utf8(value).is_err() {
                checked.damaged(NAMED_MAX, format!("entry {}", String::from_utf8_lossy(key).escape_debug()));
            }
        }
        let mut feed = connection.prepare("SELECT position, topic, body, digest FROM feed")?;
        let mut rows = feed.query([])?;
        while let Some(row) = rows.next()? {
            let position: i64 = row.get(0)?;
            let computed = digest(&[b"line", &position.to_le_bytes(), bytes(row, 1)?, bytes(row, 2)?]);
            let stored = stored(row, 3)?;
            tally.found.add_line(stored.unwrap_or(computed));
            if !compare(stored, computed, &mut checked) {
                checked.damaged(NAMED_MAX, format!("feed line {position}"));
            }
        }
        let mut timers = connection.prepare("SELECT key, lane, due, digest FROM timers")?;
        let mut rows = timers.query([])?;
        while let Some(row) = rows.next()? {
            let (lane, due): (i64, i64) = (row.get(1)?, row.get(2)?);
            let computed = digest(&[b"timer", bytes(row, 0)?, &lane.to_le_bytes(), &due.to_le_bytes()]);
            let stored = stored(row, 3)?;
            tally.found.add_timer(stored.unwrap_or(computed));
            if !compare(stored, computed, &mut checked) {
                checked.damaged(NAMED_MAX, format!("timer {}", String::from_utf8_lossy(bytes(row, 0)?).escape_debug()));
            }
        }
        tally.tell(&mut checked);
        Ok(())
    };
    run().map_err(|error| broken(store.path(), &error))?;
    Ok(checked)
}

fn compare(stored: Option<i64>, computed: i64, checked: &mut Checked) -> bool {
    checked.rows += 1;
    match stored {
        None => {
            checked.without_digest += 1;
            true
        }
        Some(stored) => stored == computed,
    }
}
