//! Connections to a store's file: how they are opened, for whom, and what their errors mean.

use super::hold::Possession;
use crate::storage::{Progress, StoreError};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Tuning. The defaults fit a host that stays below 300 MB.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// Page cache of the writer. It holds the upper pages of every tree that is written to. More does not help, and SQLite walks all of it at
    /// each commit that follows a balancing of a tree while the file is below 1 GiB (`docs/performance.md`).
    pub writer_cache_bytes: usize,
    /// Page cache of the lane. SQLite empties it at each commit of another connection, so that more does not help.
    pub lane_cache_bytes: usize,
    /// Page cache of each query connection.
    pub reader_cache_bytes: usize,
    /// Most snapshots at a time. One more waits, at most [`SqliteOptions::reader_wait`].
    pub readers_max: usize,
    /// How long a snapshot waits for another one to end.
    pub reader_wait: Duration,
    /// Files up to this size are read and checked page by page at open (about a second for each 300 MB); larger ones only in their head,
    /// and damage further inside is found when it is read.
    pub check_bytes_max: u64,
    /// Most pages of 4 KiB in the file; a full file counts as a full disk.
    pub pages_max: Option<u32>,
    /// What tells the store from the others of an installation of several: 0 to 4 of `A-Z` and `0-9`. It is not written down, so whoever gives
    /// a store one gives it at each open.
    pub mark: String,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions {
            writer_cache_bytes: 8 << 20,
            lane_cache_bytes: 16 << 20,
            reader_cache_bytes: 2 << 20,
            readers_max: 32,
            reader_wait: Duration::from_secs(10),
            check_bytes_max: 512 << 20,
            pages_max: None,
            mark: String::new(),
        }
    }
}

/// Who writes, to which store.
pub(super) struct Owner {
    pub(super) path: PathBuf,
    pub(super) name: String,
    /// Drawn for this program: the store has it as long as no other program has opened the store.
    pub(super) mark: String,
    pub(super) progress: Progress,
    pub(super) possession: Arc<Possession>,
}

/// Opens a file that is there, with what every connection needs.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        // Views, triggers and functions of a file that somebody else has prepared are not run.
        pragma(&connection, "trusted_schema", "OFF")?;
        pragma(&connection, "cell_size_check", "ON")?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| broken(path, &error))
}

pub(super) fn pragma(connection: &Connection, name: &str, value: impl rusqlite::ToSql) -> rusqlite::Result<()> {
    // Some pragmas answer a row, some none: both are fine.
    connection.pragma_update(None, name, value)
}

pub(super) fn cache_kib(bytes: usize) -> i64 {
    i64::try_from(bytes / 1024).unwrap_or(i64::MAX)
}

/// What SQLite said, with what to do about it.
pub(super) fn broken(path: &Path, error: &rusqlite::Error) -> StoreError {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(path, &error.to_string()),
        Some(ErrorCode::DiskFull) => StoreError(format!(
            "store {file}: the disk is full ({error}). Free space and start again; nothing that was acknowledged is lost"
        )),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError(format!(
            "store {file} cannot be opened for writing ({error}). Check that the file and its directory exist and belong to this user"
        )),
        Some(ErrorCode::SystemIoFailure) => StoreError(format!(
            "store {file}: reading or writing failed ({error}). Check the disk, then start again; if it stays, restore a backup with `coinbox restore`"
        )),
        _ => StoreError(format!("store {file}: {error}")),
    }
}

/// A file of which a part is not what was written.
pub(super) fn damaged(path: &Path, what: &str) -> StoreError {
    StoreError(format!(
        "store {} is damaged: {what}. It is not repaired; restore a backup into a new directory with `coinbox restore`",
        path.display()
    ))
}
