//! Where the bytes lie: in a directory, a file each, or in memory.

use crate::private;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Letters of a digest.
pub(super) const DIGEST_LETTERS: usize = 64;
/// A file that is not whole yet.
const UNFINISHED: &str = "unfinished";

/// Whether this can be the name of bytes, so that no other text ever becomes a path.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == DIGEST_LETTERS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Bytes by their digest, with the moment at which they were last brought.
pub(super) trait Place: Send {
    fn put(&mut self, digest: &str, bytes: &[u8], now: SystemTime) -> io::Result<()>;
    fn get(&self, digest: &str) -> io::Result<Option<Vec<u8>>>;
    fn brought(&self, digest: &str) -> io::Result<Option<SystemTime>>;
    /// Up to so many digests after this one, in order.
    fn page(&self, after: &str, limit: usize) -> io::Result<Vec<String>>;
    fn remove(&mut self, digest: &str) -> io::Result<()>;
}

#[derive(Default)]
pub(super) struct Memory(BTreeMap<String, (Vec<u8>, SystemTime)>);

impl Place for Memory {
    fn put(&mut self, digest: &str, bytes: &[u8], now: SystemTime) -> io::Result<()> {
        self.0.entry(digest.to_owned()).or_insert_with(|| (bytes.to_vec(), now)).1 = now;
        Ok(())
    }

    fn get(&self, digest: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.get(digest).map(|(bytes, _)| bytes.clone()))
    }

    fn brought(&self, digest: &str) -> io::Result<Option<SystemTime>> {
        Ok(self.0.get(digest).map(|(_, brought)| *brought))
    }

    fn page(&self, after: &str, limit: usize) -> io::Result<Vec<String>> {
        Ok(self.0.keys().filter(|digest| digest.as_str() > after).take(limit).cloned().collect())
    }

    fn remove(&mut self, digest: &str) -> io::Result<()> {
        self.0.remove(digest);
        Ok(())
    }
}

/// `ab/ab…`: the first two letters are a folder. The age of a file is the moment at which it was last brought.
pub(super) struct Directory(PathBuf);

impl Directory {
    /// It is made with the first file.
    pub(super) fn at(path: PathBuf) -> Directory {
        Directory(path)
    }

    fn file(&self, digest: &str) -> PathBuf {
        self.0.join(&digest[..2]).join(digest)
    }
}

impl Place for Directory {
    fn put(&mut self, digest: &str, bytes: &[u8], now: SystemTime) -> io::Result<()> {
        let file = self.file(digest);
        // What has changed on disk is written anew.
        if self.get(digest)?.is_some_and(|there| there == bytes) {
            return File::options().write(true).open(&file)?.set_modified(now);
        }
        let folder = file.parent().unwrap_or(&self.0);
        private::directory(folder)?;
        // One writer at a time: what a crash has left here is overwritten.
        let unfinished = self.0.join(UNFINISHED);
        private::write(&unfinished, bytes)?;
        let made = File::options().write(true).open(&unfinished)?;
        made.set_modified(now)?;
        made.sync_all()?;
        fs::rename(&unfinished, &file)?;
        File::open(folder)?.sync_all()?;
        File::open(&self.0)?.sync_all()
    }

    fn get(&self, digest: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.file(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn brought(&self, digest: &str) -> io::Result<Option<SystemTime>> {
        match fs::metadata(self.file(digest)) {
            Ok(found) => found.modified().map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn page(&self, after: &str, limit: usize) -> io::Result<Vec<String>> {
        let mut page = Vec::new();
        let folders = match folders(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(page),
            found => found?,
        };
        for folder in folders {
            if folder.as_str() < after.get(..2).unwrap_or_default() {
                continue;
            }
            let mut files: Vec<String> = names(&self.0.join(&folder))?;
            files.retain(|name| is_digest(name) && name.starts_with(&folder) && name.as_str() > after);
            page.extend(files);
            if page.len() >= limit {
                page.truncate(limit);
                break;
            }
        }
        Ok(page)
    }

    fn remove(&mut self, digest: &str) -> io::Result<()> {
        match fs::remove_file(self.file(digest)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

fn folders(directory: &Path) -> io::Result<Vec<String>> {
    let mut folders = names(directory)?;
    folders.retain(|name| name.len() == 2 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    Ok(folders)
}

/// Gives another directory all bytes of this one. What it has already stays. Answers how many it was given; none where there is no directory.
pub(crate) fn copy_all(from: &Path, to: &Path) -> io::Result<usize> {
    let there = match folders(from) {
        Ok(there) => there,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut copied = 0;
    for folder in there {
        let files: Vec<String> = names(&from.join(&folder))?.into_iter().filter(|name| is_digest(name)).collect();
        if files.is_empty() {
            continue;
        }
        let target = to.join(&folder);
        private::directory(&target)?;
        for name in files {
            let (source, goal) = (from.join(&folder).join(&name), target.join(&name));
            if goal.exists() {
                continue;
            }
            let unfinished = to.join(UNFINISHED);
            private::discard(&unfinished)?;
            match private::copy(&source, &unfinished) {
                // Removed meanwhile, because no record names it.
                Err(error) if error.kind() == ErrorKind::NotFound && !source.exists() => continue,
                copied => copied?,
            };
            File::open(&unfinished)?.sync_all()?;
            fs::rename(&unfinished, &goal)?;
            copied += 1;
        }
        File::open(&target)?.sync_all()?;
    }
    if copied > 0 {
        File::open(to)?.sync_all()?;
    }
    Ok(copied)
}
