//! Locks a file against a second program that would write to it (sec-09). The lock is on the file itself, and not on a file beside it.
//!
//! It is a lock of the operating system, and belongs to the file by whatever name the file is reached. It is free when the process ends, however
//! the process ends. Other programs can still read the file, which does no harm. Some file systems do not tell one machine of another machine's
//! locks. So the writer also compares what it finds in the file with what it has left there.

use std::fs::{self, File, Metadata, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Why a file is not held.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// Another process has it.
    #[error(
        "{0} is in use by another process: what it has promised to one would be promised again by the other. Stop that one, or name a file of this one's own"
    )]
    InUse(String),
    /// The name leads to another file now, or to none.
    #[error(
        "{0} is not the file that was opened: it was moved or replaced while this program used it. Put it back, then start again"
    )]
    Replaced(String),
    /// It cannot be opened or locked.
    #[error("{0} cannot be held: {1}")]
    Io(String, std::io::Error),
}

/// A file that nobody else holds until this is dropped.
#[derive(Debug)]
pub struct FileHold {
    file: File,
    path: PathBuf,
}

impl FileHold {
    /// Holds the file that a name leads to. It is opened once more for that: a library that keeps locks of its own on it (SQLite) must be closed
    /// before this is dropped.
    pub fn take(path: &Path) -> Result<FileHold, HoldError> {
        let file = File::open(path).map_err(|error| HoldError::Io(path.display().to_string(), error))?;
        FileHold::of(file, path)
    }

    /// Holds a file that is open.
    pub fn of(file: File, path: &Path) -> Result<FileHold, HoldError> {
        match file.try_lock() {
            Ok(()) => Ok(FileHold { file, path: path.to_owned() }),
            Err(TryLockError::WouldBlock) => Err(HoldError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(HoldError::Io(path.display().to_string(), error)),
        }
    }

    /// Whether the name still leads to the file that is held: what is written to another one would be found by nobody.
    pub fn check_in_place(&self) -> Result<(), HoldError> {
        let place = |metadata: Metadata| (metadata.dev(), metadata.ino());
        let own = self.file.metadata().map(place);
        match (fs::metadata(&self.path).map(place), own) {
            (Ok(found), Ok(own)) if found == own => Ok(()),
            _ => Err(HoldError::Replaced(self.path.display().to_string())),
        }
    }
}
