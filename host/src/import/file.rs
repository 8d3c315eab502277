//! A text file: opened with clear errors, checked as a whole, read line by line within bounds.

use crate::export::table::unmarked;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Longest line. A usage event or a price row has a tenth of it.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be opened or read.
    #[error("{path}: {cause}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// One of its lines.
    #[error("{path}, line {line}: {problem}", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// The system that it is read into.
    #[error(transparent)]
    Link(#[from] crate::cli::link::LinkError),
    /// The system refused some rows, in words that name lines.
    #[error("{0}")]
    Refused(String),
}

/// What the whole file is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Length.
    pub bytes: u64,
    /// Lines, the header counted.
    pub lines: u64,
}

/// Error about a file.
pub fn wrong(path: &Path, cause: impl ToString) -> ImportError {
    ImportError::File { path: path.to_owned(), cause: cause.to_string() }
}

/// Error about a line.
pub fn wrong_line(path: &Path, line: u64, problem: impl ToString) -> ImportError {
    ImportError::Line { path: path.to_owned(), line, problem: problem.to_string() }
}

/// Opens a file for reading.
pub fn open(path: &Path) -> Result<File, ImportError> {
    let file = File::open(path).map_err(|error| wrong(path, error))?;
    let metadata = file.metadata().map_err(|error| wrong(path, error))?;
    if metadata.is_dir() {
        return Err(wrong(path, "it is a directory; name a file"));
    }
    if !metadata.is_file() {
        return Err(wrong(
            path,
            "it is no regular file, which an interrupted import could not go on with; save it to one first",
        ));
    }
    Ok(file)
}

/// Reads the whole file once: its digest, and that it is UTF-8 text without overlong lines.
pub fn check(path: &Path) -> Result<Checked, ImportError> {
    let mut file = open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; CHUNK_BYTES];
    let (mut kept, mut bytes, mut lines, mut line_bytes) = (0, 0_u64, 1_u64, 0_usize);
    loop {
        let read = file.read(&mut buffer[kept..]).map_err(|error| wrong(path, error))?;
        hash.update(&buffer[kept..kept + read]);
        if bytes == 0 && (buffer.starts_with(&[0xff, 0xfe]) || buffer.starts_with(&[0xfe, 0xff])) && read >= 2 {
            return Err(wrong(path, "it is UTF-16 text; save it as UTF-8"));
        }
        bytes += read as u64;
        let held = kept + read;
        let valid = match std::str::from_utf8(&buffer[..held]) {
            Ok(_) => held,
            // A character that goes on in the next chunk.
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(error) => {
                let line = lines + count(&buffer[..error.valid_up_to()]);
                return Err(wrong_line(path, line, "not UTF-8 text; save the file as UTF-8"));
            }
        };
        for byte in &buffer[..valid] {
            line_bytes = if *byte == b'\n' { 0 } else { line_bytes + 1 };
            lines += u64::from(*byte == b'\n');
            if line_bytes > LINE_BYTES_MAX {
                return Err(wrong_line(path, lines, format!("longer than {LINE_BYTES_MAX} bytes")));
            }
        }
        buffer.copy_within(valid..held, 0);
        kept = held - valid;
        if read == 0 {
            break;
        }
    }
    if line_bytes == 0 {
        // The line break at the end begins no line.
        lines -= 1;
    }
    let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Checked { digest, bytes, lines })
}

fn count(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Lines with their numbers, without their ends. A byte order mark at the beginning is left out.
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    line: u64,
}

impl Lines {
    /// The lines of a file.
    pub fn open(path: &Path) -> Result<Lines, ImportError> {
        Ok(Lines { path: path.to_owned(), reader: BufReader::with_capacity(CHUNK_BYTES, open(path)?), line: 0 })
    }

    /// The next line with its number, or none at the end.
    pub fn next_line(&mut self) -> Result<Option<(u64, String)>, ImportError> {
        let mut bytes = Vec::new();
        let limit = LINE_BYTES_MAX as u64 + 2;
        let read =
            (&mut self.reader).take(limit).read_until(b'\n', &mut bytes).map_err(|error| wrong(&self.path, error))?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if bytes.len() > LINE_BYTES_MAX {
            return Err(wrong_line(&self.path, self.line, format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| wrong_line(&self.path, self.line, "not UTF-8 text; save the file as UTF-8"))?;
        let text = if self.line == 1 { text.trim_start_matches('\u{feff}').to_owned() } else { text };
        Ok(Some((self.line, text)))
    }
}

/// Fields of one line of comma-separated text; quotes may hold commas, not line breaks. What our own exports have marked as text is read
/// as it was.
pub fn fields(line: &str) -> Result<Vec<String>, String> {
    if !line.contains('"') {
        // Nearly every line: nothing to unquote, and setting up a reader would take most of the time.
        return Ok(line.split(',').map(|field| unmarked(field.trim()).to_owned()).collect());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .buffer_capacity(line.len().max(16))
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record.iter().map(|field| unmarked(field).to_owned()).collect()),
        Ok(false) => Ok(Vec::new()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("f.csv");
        std::fs::write(&path, bytes).expect("file");
        (folder, path)
    }

    fn problem(bytes: &[u8]) -> String {
        let (_folder, path) = written(bytes);
        check(&path).expect_err("refused").to_string().replace(&path.display().to_string(), "FILE")
    }

    #[test]
    fn lines_are_counted_with_and_without_the_last_break() {
        for (text, lines) in [("a\nb\n", 2), ("a\nb", 2), ("", 0), ("\n", 1), ("\u{fffd}\u{10ffff}", 1)] {
            let (_folder, path) = written(text.as_bytes());
            let checked = check(&path).expect("text");
            assert_eq!((checked.lines, checked.bytes), (lines, text.len() as u64), "{text:?}");
        }
        let (_folder, path) = written(b"abc");
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(check(&path).expect("text").digest, digest);
    }

    #[test]
    fn wrong_files_say_what_they_are() {
        assert_eq!(problem(b"a\nb\xff\n"), "FILE, line 2: not UTF-8 text; save the file as UTF-8");
        assert_eq!(problem(b"a\n\xe2\x82"), "FILE, line 2: not UTF-8 text; save the file as UTF-8");
        assert_eq!(problem(b"\xff\xfea\0"), "FILE: it is UTF-16 text; save it as UTF-8");
        let long = vec![b'x'; LINE_BYTES_MAX + 1];
        assert_eq!(problem(&long), "FILE, line 1: longer than 65536 bytes");
        let folder = tempfile::tempdir().expect("folder");
        assert!(check(folder.path()).expect_err("refused").to_string().ends_with(": it is a directory; name a file"));
        let missing = check(&folder.path().join("none")).expect_err("refused").to_string();
        assert!(missing.ends_with("none: No such file or directory (os error 2)"), "{missing}");
    }

    #[test]
    fn characters_may_lie_across_chunks() {
        let mut text = "x\n".repeat(CHUNK_BYTES / 2 - 1).into_bytes();
        text.extend("x€\n".as_bytes());
        let (_folder, path) = written(&text);
        assert_eq!(check(&path).expect("text").lines, CHUNK_BYTES as u64 / 2);
    }

    #[test]
    fn both_ways_of_splitting_agree() {
        for line in ["a,b", "a, b ,,", "a", " a "] {
            let quoted = format!("\"q\",{line}");
            let mut expected = vec!["q".to_owned()];
            expected.extend(fields(line).expect("plain"));
            assert_eq!(fields(&quoted).expect("quoted"), expected, "{line}");
        }
    }

    #[test]
    fn lines_lose_their_ends_and_the_mark() {
        let (_folder, path) = written("\u{feff}a,b\r\n\n\"c,d\" , e".as_bytes());
        let mut lines = Lines::open(&path).expect("file");
        assert_eq!(lines.next_line().expect("line"), Some((1, "a,b".to_owned())));
        assert_eq!(lines.next_line().expect("line"), Some((2, String::new())));
        let (number, line) = lines.next_line().expect("line").expect("third");
        assert_eq!((number, fields(&line)), (3, Ok(vec!["c,d".to_owned(), "e".to_owned()])));
        assert_eq!(lines.next_line().expect("end"), None);
    }
}
