//! The store's file itself is held: whoever writes to it has it alone, whatever becomes of the files beside it.
//!
//! Two things keep a second writer out, and neither is a file that a clean-up could take for a left-over:
//!
//! * an exclusive lock of the operating system on the store's own file, from before SQLite opens it until after SQLite has closed it. It
//!   belongs to the file and not to its name, so another way to it (a symbolic link, a hard link, a renamed directory) meets the
//!   same lock. The system frees it when the process ends, however it ends;
//! * a mark in the store that every program draws anew when it opens it, and that every commit compares (see [`super::write`]). It is
//!   for file systems whose locks another machine does not see.
//!
//! The open file has one more use. POSIX locks of a process end when it closes *any* descriptor of the file, so nothing else in this program
//! may open the store and close it again while SQLite has it: the lock that keeps other programs from taking
//! SQLite's log away would be gone. What has to be read past SQLite is read through this one.

use super::lock::DirectoryLock;
use crate::storage::StoreError;
use std::fs::{self, File, Metadata, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Which file a name leads to.
type Place = (u64, u64);

fn place(metadata: &Metadata) -> Place {
    (metadata.dev(), metadata.ino())
}

fn open(path: &Path) -> Result<File, StoreError> {
    File::open(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> StoreError {
    let shown = path.display();
    match error.kind() {
        ErrorKind::NotFound => StoreError(format!(
            "store {shown} is missing. Check the directory, or restore a backup into a new one with `coinbox restore`"
        )),
        _ => StoreError(format!("store {shown} cannot be read: {error}")),
    }
}

fn not_locked(path: &Path, error: TryLockError) -> StoreError {
    let shown = path.display();
    match error {
        TryLockError::WouldBlock => StoreError(format!(
            "store {shown} is in use by another process, whatever became of the file `lock` beside it: two writers on one store are not possible. Stop that one, or talk to it over REST"
        )),
        TryLockError::Error(error) => StoreError(format!("store {shown} cannot be locked: {error}")),
    }
}

/// A file that is only read, and that nobody may hold to write to it as long as this is open.
pub(super) fn share(path: &Path) -> Result<File, StoreError> {
    let file = open(path)?;
    file.try_lock_shared().map_err(|error| not_locked(path, error))?;
    Ok(file)
}

/// A store's file, held until this is dropped.
pub(super) struct StoreHold {
    file: File,
    path: PathBuf,
    place: Place,
}

impl StoreHold {
    /// Holds a file, or says that somebody else does.
    pub(super) fn take(path: &Path) -> Result<StoreHold, StoreError> {
        let shown = path.display();
        let file = open(path)?;
        let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
        file.try_lock().map_err(|error| not_locked(path, error))?;
        if metadata.nlink() > 1 {
            // SQLite's log is named after the file: by another name the log of the first is not found, and what is in it would be lost.
            return Err(StoreError(format!(
                "store {shown} has {} names (hard links), and SQLite keeps its log beside only one of them. Remove the others, or copy the file to a new one of its own",
                metadata.nlink()
            )));
        }
        Ok(StoreHold { place: place(&metadata), file, path: path.to_owned() })
    }

    /// The held file, for reading past SQLite.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Whether the store's name still leads to the file that is held. Where it does not, what is written now is found by nobody.
    pub(super) fn check_in_place(&self) -> Result<(), StoreError> {
        match fs::metadata(&self.path) {
            Ok(found) if place(&found) == self.place => Ok(()),
            Ok(_) => Err(self.gone("another file has taken its place")),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(self.gone("it was moved or removed")),
            Err(error) => Err(self.gone(&error.to_string())),
        }
    }

    fn gone(&self, what: &str) -> StoreError {
        StoreError(format!(
            "store {} is not where it was opened: {what} while this program used it. Put it back with its log (store.sqlite-wal), then start again",
            self.path.display()
        ))
    }
}

/// What the writer of a store has taken. Shared by everything that keeps the store's files open; free when the last of them is gone.
pub(super) struct Possession {
    // The store is free before its directory.
    pub(super) hold: StoreHold,
    pub(super) _lock: DirectoryLock,
}
