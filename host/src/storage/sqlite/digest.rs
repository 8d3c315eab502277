//! A check value for each row (sec-10). Some rows follow from nothing else; their check value shows at least that they are what was written.
//!
//! A disk, a copy or a careless hand can change a row, and SQLite may still find the row well-formed. So each row has a digest of its key and its
//! value, which is compared whenever the row is read. The digest protects against accidents, and not against somebody who writes digests too. Rows
//! of a store that an older version made have no digest until they are written again.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, ffi};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// What a row is compared with.
pub(super) fn digest(parts: &[&[u8]]) -> i64 {
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
pub(super) fn bytes<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a [u8]> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        _ => b"",
    })
}
