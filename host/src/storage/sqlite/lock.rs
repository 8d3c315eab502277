//! One writer for each data directory: says who has it. The store's own file is held besides (see [`super::hold`]).

use crate::private;
use crate::storage::StoreError;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

const LOCK_FILE: &str = "lock";

/// Holds a data directory until it is dropped. The operating system frees it when the process ends, however it ends.
pub(super) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Takes the directory, or says who has it.
    pub(super) fn take(directory: &Path, create: bool) -> Result<Self, StoreError> {
        let shown = directory.display();
        if create {
            private::directory(directory)
                .map_err(|error| StoreError(format!("data directory {shown} cannot be made: {error}")))?;
        } else if !directory.is_dir() {
            return Err(StoreError(format!(
                "data directory {shown} does not exist. Check --data, or make a store with `coinbox serve` or `coinbox restore`"
            )));
        }
        let mut file = private::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(directory.join(LOCK_FILE))
            .map_err(|error| {
                StoreError(format!(
                    "data directory {shown} cannot be written: {error}. It must belong to this user and not be read-only"
                ))
            })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The number is a help for people; without it the refusal stands all the same.
                let _ = Read::by_ref(&mut file).take(20).read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "another process".to_owned(),
                    id => format!("process {id}"),
                };
                return Err(StoreError(format!(
                    "data directory {shown} is in use by {holder}: two writers on one store are not possible. Stop that one, or talk to it over REST"
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(StoreError(format!("data directory {shown} cannot be locked: {error}")));
            }
        }
        write_holder(&mut file)
            .map_err(|error| StoreError(format!("data directory {shown} cannot be written: {error}")))?;
        Ok(DirectoryLock { _file: file })
    }
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}
