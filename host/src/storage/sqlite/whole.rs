//! A store read as a whole.

use super::connection::broken;
use super::digest::{bytes, digest, stored};
use super::tally::Comparison;
use crate::storage::{Checked, StoreError};
use rusqlite::Connection;
use std::path::Path;

/// Damaged rows that are named.
const NAMED_MAX: usize = 100;

/// Reads every row of the store and compares it with its digest, what is there with what was counted, and the file's structure as SQLite sees it.
pub(super) fn check(path: &Path, connection: &Connection) -> Result<Checked, StoreError> {
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
    run().map_err(|error| broken(path, &error))?;
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
