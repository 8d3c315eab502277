//! Writing: one group is one transaction.

use super::connection::{Owner, broken, damaged};
use super::digest;
use super::meta::{self, Meta};
use super::tally::Tally;
use crate::storage::{GroupChanges, StoreError, TimerLane};
use rusqlite::{Connection, OptionalExtension};

/// What became of a group.
enum Fate {
    Committed,
    /// The store has another writer now.
    TakenOver,
    /// The file is not the store that was opened.
    Altered,
}

/// Writes a group and makes it durable.
pub(super) fn group(owner: &Owner, connection: &Connection, group: &GroupChanges) -> Result<(), StoreError> {
    let path = &owner.path;
    // What goes to a file that has no name any more would be found by nobody.
    owner.possession.hold.check_in_place()?;
    if !connection.is_autocommit() {
        // A panic has left a transaction open: nothing of it was promised to anybody.
        connection.execute_batch("ROLLBACK").map_err(|error| broken(path, &error))?;
    }
    let mut commits = 0;
    let mut write = || {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        // Inside the transaction: nobody can come between this look and the commit.
        if !meta::is_writer(connection, &owner.mark)? {
            return Ok(Fate::TakenOver);
        }
        match write_changes(&owner.name, connection, group)? {
            Some(count) => commits = count,
            None => return Ok(Fate::Altered),
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(Fate::Committed)
    };
    let result: rusqlite::Result<Fate> = write();
    if !matches!(result, Ok(Fate::Committed)) && !connection.is_autocommit() {
        // The error that brought us here is the one to tell. If this fails too, the transaction dies with the process.
        let _ = connection.execute_batch("ROLLBACK");
    }
    match result {
        Ok(Fate::Committed) => {
            owner.progress.reached(commits);
            Ok(())
        }
        Ok(Fate::TakenOver) => Err(StoreError(format!(
            "store {}: another program has opened it to write since this one did, so nothing more is written here. Two writers on one store are not possible: stop one of them, then start the other again",
            path.display()
        ))),
        Ok(Fate::Altered) => Err(damaged(path, "the row about the store itself has changed under this program")),
        Err(error) => Err(broken(path, &error)),
    }
}

/// Answers how many commits the store has with this one; `None` where the file is not the store that was opened.
fn write_changes(name: &str, connection: &Connection, group: &GroupChanges) -> rusqlite::Result<Option<i64>> {
    let Some(before) = meta::read_raw(connection)?.filter(|meta| meta.name == name) else {
        return Ok(None);
    };
    let mut tally = Tally::default();
    if !group.clears.is_empty() {
        let mut old = connection.prepare_cached(
            "SELECT key, digest, CASE WHEN digest IS NULL THEN value END FROM entries WHERE key >= ?1 AND key < ?2",
        )?;
        let mut clear = connection.prepare_cached("DELETE FROM entries WHERE key >= ?1 AND key < ?2")?;
        for (first, end) in group.clears.iter() {
            let mut rows = old.query([first, end])?;
            while let Some(row) = rows.next()? {
                let key: String = row.get(0)?;
                tally.take_entry(&key, digest::of_old_entry(row, 1, &key)?);
            }
            drop(rows);
            clear.execute([first, end])?;
        }
    }
    {
        let mut put =
            connection.prepare_cached("INSERT OR REPLACE INTO entries (key, value, digest) VALUES (?1, ?2, ?3)")?;
        let mut remove = connection.prepare_cached("DELETE FROM entries WHERE key = ?1")?;
        let mut old = connection
            .prepare_cached("SELECT digest, CASE WHEN digest IS NULL THEN value END FROM entries WHERE key = ?1")?;
        for (key, value) in &group.entries {
            if let Some(before) = old.query_row([key], |row| digest::of_old_entry(row, 0, key)).optional()? {
                tally.take_entry(key, before);
            }
            match value {
                Some(value) => {
                    let digest = digest::of_entry(key, value);
                    tally.add_entry(key, digest);
                    put.execute((key.as_str(), &**value, digest))?
                }
                None => remove.execute([key])?,
            };
        }
    }
    {
        let mut append =
            connection.prepare_cached("INSERT INTO feed (position, topic, body, digest) VALUES (?1, ?2, ?3, ?4)")?;
        for line in &group.lines {
            let position = i64::try_from(line.position).unwrap_or(i64::MAX);
            let digest = digest::of_line(position, &line.topic, &line.body);
            tally.add_line(digest);
            append.execute((position, &*line.topic, &*line.body, digest))?;
        }
    }
    {
        let mut set = connection
            .prepare_cached("INSERT OR REPLACE INTO timers (key, lane, due, digest) VALUES (?1, ?2, ?3, ?4)")?;
        let mut cancel = connection.prepare_cached("DELETE FROM timers WHERE key = ?1")?;
        let mut old = connection.prepare_cached("SELECT key, lane, due, digest FROM timers WHERE key = ?1")?;
        for (key, timer) in &group.timers {
            if let Some(before) = old.query_row([key], digest::of_old_timer).optional()? {
                tally.take_timer(before);
            }
            match timer {
                Some((lane, due)) => {
                    let lane = lane_number(*lane);
                    let digest = digest::of_timer(key, lane, *due);
                    tally.add_timer(digest);
                    set.execute((key, lane, due, digest))?
                }
                None => cancel.execute([key])?,
            };
        }
    }
    let after = Meta {
        moment: before.moment.max(group.moment),
        beginning: before.beginning.filter(|_| !group.settles_beginning),
        commits: before.commits + 1,
        ..before
    };
    after.write(connection)?;
    tally.write(connection, after.commits)?;
    Ok(Some(after.commits))
}

/// Position in [`TimerLane::ALL`]: what the file holds.
fn lane_number(lane: TimerLane) -> i64 {
    match lane {
        TimerLane::Urgent => 0,
        TimerLane::Normal => 1,
        TimerLane::Bulk => 2,
    }
}
