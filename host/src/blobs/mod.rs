//! Files that people hand in (documents, attachments of tickets): their bytes, kept by SHA-256 beside the store.
//!
//! The digest is always that of bytes that this host was given: nobody gets at a file by naming a digest. What a file is goes by its bytes
//! ([`kinds`]), what it is called by its cleaned name. Whoever hands one out does so as a download, never as a page.
//!
//! Records of the rules name bytes. What no record names is removed by [`Blobs::sweep`] a day after it was last brought; without
//! the question that says which are named ([`Blobs::ask_with`]) nothing ever is.

mod kinds;
mod names;
mod place;

use crate::contract::types::Blob;
use place::{Directory, Memory, Place, is_digest};
use sha2::{Digest, Sha256};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

pub use kinds::Kind;
pub(crate) use place::copy_all;

/// Longest file.
pub const BYTES_MAX: usize = 10 << 20;
/// So long are bytes kept that no record names.
pub const KEPT_UNNAMED: Duration = Duration::from_secs(24 * 60 * 60);
/// Folder of the bytes in a data directory.
pub(crate) const FOLDER: &str = "blobs";
/// Digests of one question.
const ASKED_AT_ONCE: usize = 100;

/// Says of each of these digests whether a record names it. An error keeps all of them.
pub type IsKept = Box<dyn Fn(&[String]) -> anyhow::Result<Vec<bool>> + Send + Sync>;

/// Why a file is not kept.
#[derive(Debug, thiserror::Error)]
pub enum Unkept {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is longer than [`BYTES_MAX`].
    #[error("the file has {0} bytes, at most {BYTES_MAX} are possible")]
    TooLarge(u64),
    /// Its name, its kind, or both.
    #[error("{0}")]
    Type(String),
    /// The disk.
    #[error("the file cannot be kept: {0}")]
    Disk(#[from] io::Error),
}

/// Why bytes cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// They are not those that were brought.
    #[error("the bytes {0} have changed on disk: put back those of a backup")]
    Changed(String),
    /// The disk.
    #[error("the bytes cannot be read: {0}")]
    Disk(#[from] io::Error),
}

/// The bytes of one store.
pub struct Blobs {
    place: Mutex<Box<dyn Place>>,
    is_kept: OnceLock<IsKept>,
}

impl Blobs {
    /// In memory, gone with the program.
    pub fn in_memory() -> Blobs {
        Blobs { place: Mutex::new(Box::new(Memory::default())), is_kept: OnceLock::new() }
    }

    /// Beside the store of this data directory. Backups and restores of the store take them along.
    pub fn beside_store(data: &Path) -> Blobs {
        Blobs { place: Mutex::new(Box::new(Directory::at(data.join(FOLDER)))), is_kept: OnceLock::new() }
    }

    /// Sets, once, who is asked which bytes records name. A second question is refused.
    pub fn ask_with(&self, is_kept: IsKept) -> Result<(), &'static str> {
        self.is_kept.set(is_kept).map_err(|_| "it is settled already who is asked which bytes records name")
    }

    fn place(&self) -> MutexGuard<'_, Box<dyn Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a file, and answers what a record says of it. `claimed`: the `Content-Type` that came with it.
    pub fn keep(&self, name: &str, claimed: Option<&str>, bytes: &[u8]) -> Result<Blob, Unkept> {
        self.keep_at(name, claimed, bytes, SystemTime::now())
    }

    fn keep_at(&self, name: &str, claimed: Option<&str>, bytes: &[u8], now: SystemTime) -> Result<Blob, Unkept> {
        let (name, kind) = judge(name, claimed, bytes)?;
        let digest = digest(bytes);
        self.place().put(&digest, bytes, now)?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(Blob { digest, size, media_type: kind.media_type().to_owned(), name })
    }

    /// The bytes that a record names, checked against their digest. None: there are none.
    pub fn read(&self, digest_of: &str) -> Result<Option<Vec<u8>>, Unread> {
        if !is_digest(digest_of) {
            return Ok(None);
        }
        match self.place().get(digest_of)? {
            Some(bytes) if digest(&bytes) != digest_of => Err(Unread::Changed(digest_of.to_owned())),
            found => Ok(found),
        }
    }

    /// Removes what was last brought more than a day ago and no record names. Answers how many were removed.
    pub fn sweep(&self) -> anyhow::Result<usize> {
        self.sweep_at(SystemTime::now())
    }

    fn sweep_at(&self, now: SystemTime) -> anyhow::Result<usize> {
        let Some(is_kept) = self.is_kept.get() else { return Ok(0) };
        let old = |brought: SystemTime| now.duration_since(brought).is_ok_and(|age| age > KEPT_UNNAMED);
        let (mut after, mut removed) = (String::new(), 0);
        loop {
            let page = self.place().page(&after, ASKED_AT_ONCE)?;
            let Some(last) = page.last().cloned() else { return Ok(removed) };
            let mut asked = Vec::new();
            for digest in page {
                if self.place().brought(&digest)?.is_some_and(old) {
                    asked.push(digest);
                }
            }
            let kept = if asked.is_empty() { Vec::new() } else { is_kept(&asked)? };
            anyhow::ensure!(kept.len() == asked.len(), "{} answers to {} digests", kept.len(), asked.len());
            for (digest, _) in asked.iter().zip(kept).filter(|(_, kept)| !kept) {
                let mut place = self.place();
                // Brought again while the question was asked: it has another day.
                if place.brought(digest)?.is_some_and(old) {
                    place.remove(digest)?;
                    removed += 1;
                }
            }
            after = last;
        }
    }
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Blobs").field("asks", &self.is_kept.get().is_some()).finish_non_exhaustive()
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The cleaned name and the kind of a file that can be kept.
fn judge(name: &str, claimed: Option<&str>, bytes: &[u8]) -> Result<(String, Kind), Unkept> {
    if bytes.is_empty() {
        return Err(Unkept::Empty);
    }
    if bytes.len() > BYTES_MAX {
        return Err(Unkept::TooLarge(u64::try_from(bytes.len()).unwrap_or(u64::MAX)));
    }
    let kinds = kinds::NAMES;
    let of_these = || Unkept::Type(format!("the name of the file must end with its kind: {kinds} are taken"));
    let (name, extension) = names::cleaned(name).ok_or_else(of_these)?;
    let kind = Kind::of_extension(&extension).ok_or_else(of_these)?;
    let media_type = kind.media_type();
    if claimed.is_some_and(|claimed| !kind.may_be_called(claimed)) {
        return Err(Unkept::Type(format!("the media type beside the file is not {media_type}, as its name says")));
    }
    kind.check(bytes).map_err(|why| Unkept::Type(format!("the file is not {media_type}, as its name says: {why}")))?;
    Ok((name, kind))
}

#[cfg(test)]
mod tests;
