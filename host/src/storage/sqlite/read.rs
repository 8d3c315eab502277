//! Reading: the pool of snapshots for queries, and the lane's own connection.

use super::connection::{SqliteOptions, broken, cache_kib, connect, pragma};
use super::digest;
use super::hold::Possession;
use crate::storage::{Direction, FeedLine, FeedSpan, Source, StoreError};
use rusqlite::{CachedStatement, Connection, Params};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

fn open_reader(path: &Path, cache_bytes: usize) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    let prepare = || {
        pragma(&connection, "query_only", "ON")?;
        pragma(&connection, "cache_size", -cache_kib(cache_bytes))
    };
    prepare().map_err(|error| broken(path, &error))?;
    Ok(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn get(connection: &Connection, keys: &[&str], found: &mut dyn FnMut(usize, &str)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("SELECT value, digest FROM entries WHERE key = ?1")?;
    // In key order neighbours are on one page. Guests mostly ask in order already, which the sort notices.
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|index| keys[*index]);
    for index in order {
        let mut rows = statement.query([keys[index]])?;
        if let Some(row) = rows.next()? {
            let (key, value) = (keys[index], row.get_ref(0)?.as_str()?);
            digest::check(digest::stored(row, 1)?, digest::of_entry(key, value), || format!("entry {key}"))?;
            found(index, value);
        }
    }
    Ok(())
}

fn walk(
    connection: &Connection,
    first: &str,
    end: &str,
    direction: Direction,
    visit: &mut dyn FnMut(&str, &str) -> bool,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(match direction {
        Direction::Ascending => "SELECT key, value, digest FROM entries WHERE key >= ?1 AND key < ?2 ORDER BY key",
        Direction::Descending => {
            "SELECT key, value, digest FROM entries WHERE key >= ?1 AND key < ?2 ORDER BY key DESC"
        }
    })?;
    let mut rows = statement.query([first, end])?;
    while let Some(row) = rows.next()? {
        let (key, value) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        digest::check(digest::stored(row, 2)?, digest::of_entry(key, value), || format!("entry {key}"))?;
        if !visit(key, value) {
            break;
        }
    }
    Ok(())
}

fn walk_feed(
    connection: &Connection,
    span: FeedSpan<'_>,
    visit: &mut dyn FnMut(FeedLine) -> bool,
) -> rusqlite::Result<()> {
    let after = i64::try_from(span.after).unwrap_or(i64::MAX);
    let before = i64::try_from(span.before).unwrap_or(i64::MAX);
    match span.topic {
        None => visit_lines(
            connection.prepare_cached(
                "SELECT position, topic, body, digest FROM feed WHERE position > ?1 AND position < ?2 ORDER BY position",
            )?,
            (after, before),
            visit,
        ),
        Some(topic) => visit_lines(
            connection.prepare_cached(
                "SELECT position, topic, body, digest FROM feed INDEXED BY feed_by_topic
                 WHERE topic = ?3 AND position > ?1 AND position < ?2 ORDER BY position",
            )?,
            (after, before, topic),
            visit,
        ),
    }
}

fn visit_lines(
    mut statement: CachedStatement<'_>,
    parameters: impl Params,
    visit: &mut dyn FnMut(FeedLine) -> bool,
) -> rusqlite::Result<()> {
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        let (topic, body) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        let computed = digest::of_line(position, topic, body);
        digest::check(digest::stored(row, 3)?, computed, || format!("feed line {position}"))?;
        let line = FeedLine {
            position: u64::try_from(position).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, position))?,
            topic: topic.into(),
            body: body.into(),
        };
        if !visit(line) {
            break;
        }
    }
    Ok(())
}

/// Implements [`Source`] by the functions above, with one connection and one path.
macro_rules! read_through {
    ($kind:ty) => {
        impl Source for $kind {
            fn get(&self, keys: &[&str], found: &mut dyn FnMut(usize, &str)) -> Result<(), StoreError> {
                self.with(keys.len() > 1, |connection| get(connection, keys, found))
            }

            fn walk(
                &self,
                first: &str,
                end: &str,
                direction: Direction,
                visit: &mut dyn FnMut(&str, &str) -> bool,
            ) -> Result<(), StoreError> {
                self.with(false, |connection| walk(connection, first, end, direction, visit))
            }

            fn walk_feed(&self, span: FeedSpan<'_>, visit: &mut dyn FnMut(FeedLine) -> bool) -> Result<(), StoreError> {
                self.with(false, |connection| walk_feed(connection, span, visit))
            }
        }
    };
}

/// The durable state at each single read, through a connection of its own.
pub(super) struct Newest {
    path: PathBuf,
    connection: Mutex<Connection>,
    // The store is held as long as its file is open anywhere.
    _possession: Arc<Possession>,
}

impl Newest {
    pub(super) fn open(path: &Path, cache_bytes: usize, possession: Arc<Possession>) -> Result<Self, StoreError> {
        let connection = Mutex::new(open_reader(path, cache_bytes)?);
        possession.hold.check_in_place()?;
        Ok(Newest { path: path.to_owned(), connection, _possession: possession })
    }

    /// Several look-ups share one read transaction: each one of its own would ask for the newest state again.
    fn with(&self, several: bool, read: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        let connection = lock(&self.connection);
        let run = || {
            if !several {
                return read(&connection);
            }
            // Rolls back when it goes out of scope, which for reading is all there is to do.
            let transaction = connection.unchecked_transaction()?;
            read(&transaction)
        };
        run().map_err(|error| broken(&self.path, &error))
    }
}

read_through!(Newest);

/// Connections for snapshots.
pub(super) struct Pool {
    path: PathBuf,
    cache_bytes: usize,
    readers_max: usize,
    wait: Duration,
    state: Mutex<PoolState>,
    freed: Condvar,
    // A snapshot that outlives the store still keeps other writers out.
    possession: Arc<Possession>,
}

#[derive(Default)]
struct PoolState {
    idle: Vec<Connection>,
    lent: usize,
}

impl Pool {
    pub(super) fn new(path: PathBuf, options: &SqliteOptions, possession: Arc<Possession>) -> Self {
        Pool {
            path,
            cache_bytes: options.reader_cache_bytes,
            readers_max: options.readers_max.max(1),
            wait: options.reader_wait,
            state: Mutex::default(),
            freed: Condvar::new(),
            possession,
        }
    }

    /// The durable state of now, held until the answer is dropped.
    pub(super) fn snapshot(pool: &Arc<Pool>) -> Result<Held, StoreError> {
        let held = Held { connection: Mutex::new(Some(pool.lend()?)), pool: pool.clone() };
        // A transaction of SQLite takes its state with the first read, not with BEGIN.
        held.with(false, |connection| {
            connection.execute_batch("BEGIN")?;
            connection.prepare_cached("SELECT moment FROM meta")?.query_row([], |_| Ok(()))
        })?;
        Ok(held)
    }

    fn lend(&self) -> Result<Connection, StoreError> {
        let state = lock(&self.state);
        let (mut state, timeout) = self
            .freed
            .wait_timeout_while(state, self.wait, |state| state.lent >= self.readers_max)
            .unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(StoreError(format!(
                "store {}: {} snapshots are in use and none was given back in {} ms",
                self.path.display(),
                self.readers_max,
                self.wait.as_millis()
            )));
        }
        state.lent += 1;
        if let Some(connection) = state.idle.pop() {
            return Ok(connection);
        }
        drop(state);
        let open = || {
            let connection = open_reader(&self.path, self.cache_bytes)?;
            // The directory may have been renamed and another one put in its place: that store is not ours.
            self.possession.hold.check_in_place()?;
            Ok(connection)
        };
        open().inspect_err(|_| self.give_back(None))
    }

    fn give_back(&self, connection: Option<Connection>) {
        let mut state = lock(&self.state);
        state.lent -= 1;
        state.idle.extend(connection);
        drop(state);
        self.freed.notify_one();
    }
}

/// A read transaction that stays on one state.
pub(super) struct Held {
    // `None` only while it is dropped.
    connection: Mutex<Option<Connection>>,
    pool: Arc<Pool>,
}

impl Held {
    /// The connection, for what is no look-up.
    pub(super) fn connection<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        read(lock(&self.connection).as_ref().expect("a snapshot keeps its connection until it is dropped"))
    }

    fn with(&self, _several: bool, read: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        let connection = lock(&self.connection);
        let connection = connection.as_ref().expect("a snapshot keeps its connection until it is dropped");
        read(connection).map_err(|error| broken(&self.pool.path, &error))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let connection = lock(&self.connection).take();
        // A connection that cannot end its transaction is closed instead of being lent again.
        let connection =
            connection.filter(|connection| connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok());
        self.pool.give_back(connection);
    }
}

read_through!(Held);
