//! PDFs that were made once, kept so that the same document is always the same bytes (INV-5).
//!
//! ```text
//! DIR/pdf/3f/3fa9…e1.pdf       the bytes, under their own SHA-256
//! DIR/issued/07/07bc…42        which bytes a document has: SHA-256 of the document, in it that of the PDF
//! ```
//!
//! A file is written beside its place, flushed and renamed, so a file that is there is whole. Every reading checks the file; a file that is damaged or
//! gone is made again. If the new file has other bytes (templates or fonts were changed meanwhile), the new bytes are kept and a warning says so. The
//! shelf has a bound. A full shelf keeps what it has, and each request for a further document sets that document again. Anything in it may be deleted.

use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A shelf that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("kept documents in {}: {cause}", path.display())]
pub struct ShelfError {
    /// Which file or directory.
    pub path: PathBuf,
    /// Why.
    pub cause: io::Error,
}

/// SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of bytes.
    pub fn of(bytes: &[u8]) -> Fingerprint {
        Fingerprint(Sha256::digest(bytes).into())
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A directory of PDFs.
#[derive(Debug)]
pub struct Shelf {
    directory: PathBuf,
    bytes_max: u64,
    bytes: AtomicU64,
    parts: AtomicU64,
}

impl Shelf {
    /// Opens or makes one. It keeps at most so many bytes.
    pub fn open(directory: &Path, bytes_max: u64) -> Result<Shelf, ShelfError> {
        let error = |cause| ShelfError { path: directory.to_owned(), cause };
        make_private(&directory.join("pdf")).map_err(error)?;
        make_private(&directory.join("issued")).map_err(error)?;
        let bytes = AtomicU64::new(size(directory, 0).map_err(error)?);
        Ok(Shelf { directory: directory.to_owned(), bytes_max, bytes, parts: AtomicU64::new(0) })
    }

    /// Bytes that are kept now.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn place(&self, kind: &str, name: &str, ending: &str) -> PathBuf {
        self.directory.join(kind).join(&name[..2]).join(format!("{name}{ending}"))
    }

    /// The PDF of a document, if it is here and whole.
    pub fn find(&self, document: Fingerprint) -> Option<Vec<u8>> {
        let name = document.hex();
        let pointer = read(&self.place("issued", &name, ""), 64)?;
        let pdf_name = String::from_utf8(pointer).ok().filter(|text| {
            text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        });
        let Some(pdf_name) = pdf_name else {
            tracing::warn!(document = name, "a kept document's entry is damaged; it is set anew");
            return None;
        };
        let pdf = read(&self.place("pdf", &pdf_name, ".pdf"), crate::typesetter::PDF_BYTES_MAX as u64);
        match pdf {
            Some(pdf) if Fingerprint::of(&pdf).hex() == pdf_name => Some(pdf),
            Some(_) => {
                tracing::warn!(document = name, pdf = pdf_name, "a kept PDF is damaged; it is set anew");
                None
            }
            None => {
                tracing::warn!(document = name, pdf = pdf_name, "a kept PDF is gone; it is set anew");
                None
            }
        }
    }

    /// Keeps a PDF. A full shelf or disk is no error of the document: it is logged, and the document is set anew next time.
    pub fn keep(&self, document: Fingerprint, pdf: &[u8]) {
        let (name, pdf_name) = (document.hex(), Fingerprint::of(pdf).hex());
        let pointer = self.place("issued", &name, "");
        if let Some(before) = read(&pointer, 64)
            && before != pdf_name.as_bytes()
        {
            let before = String::from_utf8_lossy(&before).into_owned();
            tracing::warn!(
                document = name,
                before,
                now = pdf_name,
                "a document is printed in other bytes than before: templates or fonts have changed"
            );
        }
        let place = self.place("pdf", &pdf_name, ".pdf");
        // What is replaced is counted already.
        let length = |path: &Path| fs::metadata(path).map_or(0, |facts| facts.len());
        let more = (pdf.len() as u64 + 64).saturating_sub(length(&place).saturating_add(length(&pointer)));
        if self.bytes.fetch_add(more, Ordering::Relaxed).saturating_add(more) > self.bytes_max {
            self.bytes.fetch_sub(more, Ordering::Relaxed);
            tracing::warn!(
                bytes_max = self.bytes_max,
                "the shelf of documents is full: raise documents.keep-mib. Documents are set anew each time meanwhile"
            );
            return;
        }
        // The bytes first: an entry never names a PDF that was not written.
        let written = self.write(&place, pdf).and_then(|()| self.write(&pointer, pdf_name.as_bytes()));
        if let Err(error) = written {
            self.bytes.fetch_sub(more, Ordering::Relaxed);
            tracing::warn!(%error, directory = %self.directory.display(), "a document could not be kept; it is set anew next time");
        }
    }

    fn write(&self, place: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = place.parent().unwrap_or(&self.directory);
        make_private(folder)?;
        let part = self.parts.fetch_add(1, Ordering::Relaxed);
        let beside = folder.join(format!("new-{}-{part}", std::process::id()));
        let written = create_private(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        let placed =
            written.and_then(|()| fs::rename(&beside, place)).and_then(|()| fs::File::open(folder)?.sync_all());
        if placed.is_err() {
            let _ = fs::remove_file(&beside);
        }
        placed
    }
}

/// A whole file of at most so many bytes.
fn read(path: &Path, bytes_max: u64) -> Option<Vec<u8>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                tracing::warn!(%error, path = %path.display(), "a kept document cannot be read");
            }
            return None;
        }
    };
    let mut bytes = Vec::new();
    let read = file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    (read as u64 <= bytes_max).then_some(bytes)
}

/// Sum of all files; what a crash left half-written goes.
fn size(directory: &Path, depth: usize) -> io::Result<u64> {
    let mut sum = 0_u64;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let facts = entry.metadata()?;
        if facts.is_dir() {
            if depth < 2 {
                sum = sum.saturating_add(size(&entry.path(), depth + 1)?);
            }
        } else if entry.file_name().to_string_lossy().starts_with("new-") {
            let _ = fs::remove_file(entry.path());
        } else {
            sum = sum.saturating_add(facts.len());
        }
    }
    Ok(sum)
}

fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn create_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(directory: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(directory).expect("listed").flatten() {
            if entry.path().is_dir() {
                found.extend(files(&entry.path()));
            } else {
                found.push(entry.path());
            }
        }
        found
    }

    #[test]
    fn what_was_kept_is_found_until_it_is_damaged() {
        let home = crate::tests::Folder::new();
        let shelf = Shelf::open(home.path(), 1 << 20).expect("opens");
        let document = Fingerprint::of(b"document");
        assert_eq!(shelf.find(document), None);
        shelf.keep(document, b"%PDF-bytes");
        assert_eq!(shelf.find(document).as_deref(), Some(&b"%PDF-bytes"[..]));
        assert_eq!(shelf.find(Fingerprint::of(b"another")), None);
        // One letter of the PDF on disk.
        let place = files(&home.path().join("pdf")).pop().expect("a file");
        fs::write(&place, b"%PDF-byteX").expect("written");
        assert_eq!(shelf.find(document), None);
        shelf.keep(document, b"%PDF-bytes");
        assert_eq!(shelf.find(document).as_deref(), Some(&b"%PDF-bytes"[..]));
        fs::remove_file(&place).expect("removed");
        assert_eq!(shelf.find(document), None);
        // An entry that is no fingerprint names no path.
        let entry = files(&home.path().join("issued")).pop().expect("an entry");
        fs::write(entry, "../".repeat(21) + "a").expect("written");
        assert_eq!(shelf.find(document), None);
    }

    #[test]
    fn a_full_shelf_keeps_what_it_has() {
        let home = crate::tests::Folder::new();
        let shelf = Shelf::open(home.path(), 200).expect("opens");
        let (first, second) = (Fingerprint::of(b"1"), Fingerprint::of(b"2"));
        shelf.keep(first, &[1; 136]);
        assert_eq!(shelf.bytes(), 200);
        shelf.keep(second, &[2; 1]);
        assert_eq!(shelf.bytes(), 200);
        assert_eq!((shelf.find(first).is_some(), shelf.find(second)), (true, None));
        // Counted anew at the next start, and what a crash left is gone.
        fs::write(home.path().join("pdf/new-1-1"), b"half").expect("written");
        let shelf = Shelf::open(home.path(), 1 << 20).expect("opens");
        assert_eq!(shelf.bytes(), 200);
        assert!(!home.path().join("pdf/new-1-1").exists());
    }
}
