//! The files of a store: which they are, how a new one appears, and what is checked before SQLite touches one.

use super::connection::{broken, damaged};
use super::meta::{APPLICATION_ID, FORMAT, FORMAT_MIN};
use crate::storage::StoreError;
use rusqlite::Connection;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

pub(super) const STORE_FILE: &str = "store.sqlite";
const UNFINISHED_FILE: &str = "store.sqlite.unfinished";
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// What SQLite puts beside a file.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

fn companion(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether a file has a log beside it that was not moved into it.
pub(super) fn has_log(path: &Path) -> bool {
    ["-wal", "-journal"].iter().any(|suffix| fs::metadata(companion(path, suffix)).is_ok_and(|log| log.len() > 0))
}

/// Whether the store's file or its log is there.
pub(super) fn any_part(directory: &Path) -> bool {
    let path = directory.join(STORE_FILE);
    // A link that leads nowhere is a part too: what it led to is missing, and nothing may take its place.
    fs::symlink_metadata(&path).is_ok() || has_log(&path)
}

/// Where a store of this format of records is kept before newer rules write to it: a name that is free.
pub(super) fn before_upgrade(directory: &Path, records: u32) -> Result<PathBuf, StoreError> {
    const TRIES: u32 = 100;
    let name = |number: u32| match number {
        1 => format!("store-format-{records}.sqlite"),
        _ => format!("store-format-{records}-{number}.sqlite"),
    };
    (1..=TRIES).map(|number| directory.join(name(number))).find(|path| fs::symlink_metadata(path).is_err()).ok_or_else(
        || {
            StoreError(format!(
                "data directory {} holds {TRIES} backups of format {records}: move those away that are not needed",
                directory.display()
            ))
        },
    )
}

/// A new store must not hide an older one.
pub(super) fn refuse_existing(directory: &Path) -> Result<(), StoreError> {
    if any_part(directory) {
        return Err(StoreError(format!(
            "data directory {} holds a store already. Name another directory, or move that one away",
            directory.display()
        )));
    }
    Ok(())
}

/// Where a new store is built; what an earlier attempt left there is removed.
pub(super) fn unfinished(directory: &Path) -> Result<PathBuf, StoreError> {
    let path = directory.join(UNFINISHED_FILE);
    discard(&path)?;
    Ok(path)
}

/// Removes a file and what SQLite keeps beside it.
pub(super) fn discard(path: &Path) -> Result<(), StoreError> {
    let companions = COMPANIONS.iter().map(|suffix| companion(path, suffix));
    for file in std::iter::once(path.to_owned()).chain(companions) {
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError(format!("{} cannot be removed: {error}", file.display()))),
        }
    }
    Ok(())
}

/// Gives a complete new store its name: from here on it exists.
pub(super) fn finish(directory: &Path, unfinished: &Path) -> Result<(), StoreError> {
    rename_durably(unfinished, &directory.join(STORE_FILE))
}

/// Renames a file so that both its content and its name survive a loss of power.
pub(super) fn rename_durably(from: &Path, to: &Path) -> Result<(), StoreError> {
    let rename = || {
        File::open(from)?.sync_all()?;
        fs::rename(from, to)?;
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()
    };
    rename().map_err(|error| StoreError(format!("{} cannot be written: {error}", to.display())))
}

/// Length in bytes.
pub(super) fn length(path: &Path, file: &File) -> Result<u64, StoreError> {
    file.metadata()
        .map(|file| file.len())
        .map_err(|error| StoreError(format!("store {} cannot be read: {error}", path.display())))
}

/// Checks the first page's head, before SQLite has a chance to change anything.
pub(super) fn check_head(path: &Path, file: &File) -> Result<(), StoreError> {
    let shown = path.display();
    let mut head = [0; 100];
    file.read_exact_at(&mut head, 0).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => damaged(path, "the file ends within its first 100 bytes"),
        _ => StoreError(format!("store {shown} cannot be read: {error}")),
    })?;
    if &head[..16] != MAGIC {
        return Err(damaged(path, "the file does not begin like a SQLite file"));
    }
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    if number(68) != APPLICATION_ID {
        return Err(StoreError(format!("{shown} is a SQLite file, but not a store of Coinbox")));
    }
    let format = number(60);
    if !(FORMAT_MIN..=FORMAT).contains(&format) {
        return Err(StoreError(format!(
            "store {shown} has format {format}, this program reads formats {FORMAT_MIN} to {FORMAT}. Use the version of Coinbox that wrote it"
        )));
    }
    Ok(())
}

/// Checks that no page is missing at the end. The log must have been moved into the file.
pub(super) fn check_length(path: &Path, file: &File, connection: &Connection) -> Result<(), StoreError> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let sizes = || Ok((pragma("page_count")?, pragma("page_size")?));
    let (pages, page_bytes) = sizes().map_err(|error| broken(path, &error))?;
    let expected = u64::try_from(pages.saturating_mul(page_bytes)).unwrap_or(u64::MAX);
    // SQLite takes the page count from the head where that is plausible, and from the length where it is not: ask the head itself.
    let declared = declared_pages(path, file)?.saturating_mul(u64::try_from(page_bytes).unwrap_or(0));
    let expected = expected.max(declared);
    let actual = length(path, file)?;
    if actual < expected {
        return Err(damaged(path, &format!("the file has {actual} bytes of {expected}")));
    }
    Ok(())
}

fn declared_pages(path: &Path, file: &File) -> Result<u64, StoreError> {
    let mut head = [0; 32];
    file.read_exact_at(&mut head, 0)
        .map_err(|error| StoreError(format!("store {} cannot be read: {error}", path.display())))?;
    Ok(u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]])))
}

/// Reads every page and checks that the trees are sound.
pub(super) fn check_pages(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let verdict: Result<String, _> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match verdict.map_err(|error| broken(path, &error))?.as_str() {
        "ok" => Ok(()),
        found => Err(damaged(path, &found.replace('\n', " "))),
    }
}
