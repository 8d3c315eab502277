//! The store: one connection that writes, a pool that reads.

use super::backup::{self, Desk};
use super::connection::{Owner, SqliteOptions, broken, cache_kib, connect, damaged, pragma};
use super::files::{self, STORE_FILE};
use super::hold::{Possession, StoreHold};
use super::lock::DirectoryLock;
use super::meta::{self, Home, Meta};
use super::read::{Newest, Pool};
use super::tally::{self, Tally};
use super::{digest, whole, write};
use crate::capability::Random;
use crate::private;
use crate::storage::{
    Beginning, Checked, Durable, GroupChanges, Progress, Snapshot, Source, StoreError, Timer, TimerLane, View,
    draw_store_name,
};
use rusqlite::{Connection, OptionalExtension};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// A store in a data directory. Dropping it gives the directory free.
pub struct Sqlite {
    options: SqliteOptions,
    writer: Mutex<Connection>,
    desk: Desk,
    pool: Arc<Pool>,
    // Last, so that the store and its directory are free only when every file is closed.
    owner: Owner,
}

impl Sqlite {
    /// Makes an empty store with a new name. The directory is made where it is missing, and must hold no store yet.
    pub fn create(directory: &Path, random: &dyn Random, options: SqliteOptions) -> Result<Self, StoreError> {
        let lock = DirectoryLock::take(directory, true)?;
        files::refuse_existing(directory)?;
        let unfinished = files::unfinished(directory)?;
        private::provide(&unfinished)
            .map_err(|error| StoreError(format!("{} cannot be made: {error}", unfinished.display())))?;
        let connection = connect(&unfinished)?;
        meta::write_schema(&connection, &draw_store_name(random)).map_err(|error| broken(&unfinished, &error))?;
        drop(connection);
        files::finish(directory, &unfinished)?;
        Sqlite::with_lock(directory, lock, options)
    }

    /// Opens the store of a directory.
    pub fn open(directory: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let lock = DirectoryLock::take(directory, false)?;
        Sqlite::with_lock(directory, lock, options)
    }

    /// Opens the store of a directory, or makes one where the directory has none.
    pub fn open_or_create(directory: &Path, random: &dyn Random, options: SqliteOptions) -> Result<Self, StoreError> {
        if Sqlite::exists(directory) {
            Sqlite::open(directory, options)
        } else {
            Sqlite::create(directory, random, options)
        }
    }

    /// Whether a directory holds a store, sound or not.
    pub fn exists(directory: &Path) -> bool {
        files::any_part(directory)
    }

    fn with_lock(directory: &Path, lock: DirectoryLock, options: SqliteOptions) -> Result<Self, StoreError> {
        let path = directory.join(STORE_FILE);
        let hold = StoreHold::take(&path)?;
        files::check_head(&path, hold.file())?;
        let explain = |error: rusqlite::Error| broken(&path, &error);
        let writer = connect(&path)?;
        writer.set_prepared_statement_cache_capacity(32);
        pragma(&writer, "cache_size", -cache_kib(options.writer_cache_bytes)).map_err(explain)?;
        // What an earlier run left in the log moves into the file first, so that its length can be checked.
        writer.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).map_err(explain)?;
        pragma(&writer, "synchronous", "FULL").map_err(explain)?;
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(explain)?;
        files::check_length(&path, hold.file(), &writer)?;
        if files::length(&path, hold.file())? <= options.check_bytes_max {
            files::check_pages(&path, &writer)?;
        }
        // 4000 pages are 16 MB: rarer checkpoints write a page that changes often fewer times.
        pragma(&writer, "wal_autocheckpoint", 4000).map_err(explain)?;
        pragma(&writer, "journal_size_limit", 64 << 20).map_err(explain)?;
        if let Some(pages) = options.pages_max {
            writer.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).map_err(explain)?;
        }
        meta::add_columns(&writer).map_err(explain)?;
        let Meta { name, commits, backup, .. } = meta::read(&path, &writer)?;
        if backup {
            return Err(StoreError(format!(
                "store {} is a backup that was put in place as a file: it does not know what has happened since, and nobody would ask the gateway. Put the store itself back, or make a store of the backup with `coinbox --data NEW restore {}`. To do that where it stands, start with --accept older-store",
                path.display(),
                path.display()
            )));
        }
        digest::add_columns(&writer).map_err(explain)?;
        let commits = tally::begin(&writer, commits).map_err(explain)?;
        let home = meta::read_home(&writer).map_err(explain)?;
        // What an older version has made belongs to no family yet: it begins one.
        let home = home.unwrap_or_else(|| Home { family: name.clone(), ..Home::default() });
        let mark = uuid::Uuid::new_v4().simple().to_string();
        meta::write_home(&writer, &mark, &home).map_err(explain)?;
        let possession = Arc::new(Possession { hold, _lock: lock });
        let pool = Arc::new(Pool::new(path.clone(), &options, possession.clone()));
        let progress = Progress::new(&name, commits);
        let owner = Owner { path, name, mark, progress, possession };
        Ok(Sqlite { options, writer: Mutex::new(writer), desk: Desk::default(), pool, owner })
    }

    fn path(&self) -> &Path {
        &self.owner.path
    }

    /// How far the store has come, for what lies outside to note.
    pub fn progress(&self) -> Progress {
        self.owner.progress.clone()
    }

    /// What belongs to this store.
    pub fn home(&self) -> Result<Home, StoreError> {
        let home = meta::read_home(&self.writer()).map_err(|error| broken(self.path(), &error))?;
        home.ok_or_else(|| damaged(self.path(), "the row about what belongs to the store is missing"))
    }

    /// The first value that holds a text, by key; reads the whole store where there is none.
    pub fn find_text(&self, text: &str) -> Result<Option<String>, StoreError> {
        let found =
            self.writer()
                .query_row("SELECT value FROM entries WHERE instr(value, ?1) > 0 LIMIT 1", [text], |row| row.get(0));
        found.optional().map_err(|error| broken(self.path(), &error))
    }

    /// Writes down what belongs to this store.
    pub fn set_home(&self, home: &Home) -> Result<(), StoreError> {
        self.owner.possession.hold.check_in_place()?;
        // Whoever has opened the store since has it now.
        match meta::update_home(&self.writer(), &self.owner.mark, home) {
            Ok(true) => Ok(()),
            Ok(false) => Err(StoreError(format!(
                "store {}: another program has opened it to write since this one did, so nothing more is written here",
                self.path().display()
            ))),
            Err(error) => Err(broken(self.path(), &error)),
        }
    }

    /// The writer, for one use. A panic under the lock leaves at worst an open transaction, which the next use rolls back.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Durable for Sqlite {
    fn store_name(&self) -> String {
        self.owner.name.clone()
    }

    fn mark(&self) -> String {
        self.options.mark.clone()
    }

    fn beginning(&self) -> Result<Option<Beginning>, StoreError> {
        Ok(meta::read(self.path(), &self.writer())?.beginning)
    }

    fn moment(&self) -> Result<i64, StoreError> {
        Ok(meta::read(self.path(), &self.writer())?.moment)
    }

    fn last_position(&self) -> Result<u64, StoreError> {
        let last: Result<i64, _> = self.writer().query_row(
            "SELECT max((SELECT coalesce(max(position), 0) FROM feed), (SELECT feed_from - 1 FROM meta WHERE id = 1))",
            [],
            |row| row.get(0),
        );
        let last = last.map_err(|error| broken(self.path(), &error))?;
        u64::try_from(last).map_err(|_| damaged(self.path(), &format!("the feed has the position {last}")))
    }

    fn timers(&self) -> Result<Vec<Timer>, StoreError> {
        let explain = |error: rusqlite::Error| broken(self.path(), &error);
        let writer = self.writer();
        let mut statement = writer.prepare("SELECT key, lane, due, digest FROM timers").map_err(explain)?;
        let mut rows = statement.query([]).map_err(explain)?;
        let (mut timers, mut found) = (Vec::new(), Tally::default());
        while let Some(row) = rows.next().map_err(explain)? {
            let (key, lane, due): (String, i64, i64) =
                (row.get(0).map_err(explain)?, row.get(1).map_err(explain)?, row.get(2).map_err(explain)?);
            found.add_timer(digest::of_old_timer(row).map_err(explain)?);
            let stored = digest::stored(row, 3).map_err(explain)?;
            digest::check(stored, digest::of_timer(&key, lane, due), || format!("timer {key}")).map_err(explain)?;
            let lane = *usize::try_from(lane)
                .ok()
                .and_then(|lane| TimerLane::ALL.get(lane))
                .ok_or_else(|| damaged(self.path(), &format!("a timer is in the unknown lane {lane}")))?;
            timers.push(Timer { key, lane, due });
        }
        match tally::check_timers(&writer, found).map_err(explain)? {
            Some(what) => Err(damaged(self.path(), &what)),
            None => Ok(timers),
        }
    }

    fn commit(&self, group: &Arc<GroupChanges>) -> Result<(), StoreError> {
        loop {
            if let Some(result) = self.desk.commit(group) {
                return result;
            }
            // Waiting for the connection itself could mean waiting for a whole backup that began a moment ago: its desk is the way then.
            let writer = match self.writer.try_lock() {
                Ok(writer) => writer,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(Duration::from_micros(100));
                    continue;
                }
            };
            return write::group(&self.owner, &writer, group);
        }
    }

    fn snapshot(&self) -> Result<Box<dyn View>, StoreError> {
        Ok(Box::new(Snapshot::new(self.owner.name.clone(), self.options.mark.clone(), Pool::snapshot(&self.pool)?)))
    }

    fn newest(&self) -> Result<Arc<dyn Source>, StoreError> {
        Ok(Arc::new(Newest::open(self.path(), self.options.lane_cache_bytes, self.owner.possession.clone())?))
    }

    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        backup::run(&self.writer, &self.desk, &self.owner, to)?;
        backup::run_blobs(self.path(), to)
    }

    fn record_version(&self) -> Result<u32, StoreError> {
        Ok(meta::read(self.path(), &self.writer())?.records.max(1))
    }

    fn note_record_version(&self, version: u32) -> Result<(), StoreError> {
        self.owner.possession.hold.check_in_place()?;
        meta::note_records(self.path(), &self.writer(), version)
    }

    fn keep_before_upgrade(&self) -> Result<Option<PathBuf>, StoreError> {
        let directory = self.path().parent().unwrap_or(Path::new("."));
        let kept = files::before_upgrade(directory, self.record_version()?)?;
        // The files stay where they are, and newer rules change none of them.
        backup::run(&self.writer, &self.desk, &self.owner, &kept)?;
        Ok(Some(kept))
    }

    fn check(&self) -> Result<Checked, StoreError> {
        let held = Pool::snapshot(&self.pool)?;
        held.connection(|connection| whole::check(self.path(), connection))
    }
}
