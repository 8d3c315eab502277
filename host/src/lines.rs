//! A text file: opened with clear errors, checked as a whole, read line by line within bounds.

use crate::marks::unmarked;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Longest line. A usage event or a price row has a tenth of it.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Why a file of lines cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
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
pub fn wrong(path: &Path, cause: impl ToString) -> LinesError {
    LinesError::File { path: path.to_owned(), cause: cause.to_string() }
}

/// Error about a line.
pub fn wrong_line(path: &Path, line: u64, problem: impl ToString) -> LinesError {
    LinesError::Line { path: path.to_owned(), line, problem: problem.to_string() }
}

/// Opens a file for reading.
pub fn open(path: &Path) -> Result<File, LinesError> {
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

/// How a file is read after it was checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// Line by line.
    Lines,
    /// Line by line, or whole where it begins as JSON does.
    LinesOrJson,
}

/// The lines of a text: how they must end.
const LINE_ENDS: &str =
    "lines must end with LF or CRLF, and here only CR ends them; save it as plain CSV or JSON lines";

/// Reads the whole file once: its digest, and that it is UTF-8 text without overlong lines.
pub fn check(path: &Path, reading: Reading) -> Result<Checked, LinesError> {
    let is_json = reading == Reading::LinesOrJson && matches!(first_letter(path)?, Some('[' | '{'));
    let mut file = open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; CHUNK_BYTES];
    let (mut kept, mut bytes, mut lines, mut line_bytes) = (0, 0_u64, 1_u64, 0_usize);
    let mut ended_by_cr = false;
    loop {
        let read = file.read(&mut buffer[kept..]).map_err(|error| wrong(path, error))?;
        hash.update(&buffer[kept..kept + read]);
        if bytes == 0 && is_utf_16(&buffer[..read]) {
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
            ended_by_cr = *byte != b'\n' && (ended_by_cr || *byte == b'\r');
            if line_bytes > LINE_BYTES_MAX && !is_json {
                if ended_by_cr {
                    return Err(wrong_line(path, lines, LINE_ENDS));
                }
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

/// Whether text begins as UTF-16 does: with its mark, or with letters of which every other byte is zero.
fn is_utf_16(start: &[u8]) -> bool {
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    // Names of columns, and what JSON begins with, are ASCII.
    let pairs = start[..start.len().min(32)].chunks_exact(2);
    let (mut little, mut big) = (pairs.len() > 0, pairs.len() > 0);
    for pair in pairs {
        little &= pair[0] != 0 && pair[1] == 0;
        big &= pair[0] == 0 && pair[1] != 0;
    }
    little || big
}

/// The first letter of a text that is no space, within its first kilobyte.
pub fn first_letter(path: &Path) -> Result<Option<char>, LinesError> {
    let mut start = Vec::new();
    open(path)?.take(1024).read_to_end(&mut start).map_err(|error| wrong(path, error))?;
    let text = String::from_utf8_lossy(&start);
    Ok(text.trim_start_matches('\u{feff}').trim_start().chars().next())
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
    pub fn open(path: &Path) -> Result<Lines, LinesError> {
        Ok(Lines { path: path.to_owned(), reader: BufReader::with_capacity(CHUNK_BYTES, open(path)?), line: 0 })
    }

    /// The next line that is not blank.
    pub fn next_filled(&mut self) -> Result<Option<(u64, String)>, LinesError> {
        loop {
            match self.next_line()? {
                Some((_, text)) if text.trim().is_empty() => {}
                other => return Ok(other),
            }
        }
    }

    /// The next line with its number, or none at the end.
    pub fn next_line(&mut self) -> Result<Option<(u64, String)>, LinesError> {
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

/// What becomes of columns that a file may not have.
#[derive(Clone, Copy, Debug)]
pub enum Others {
    /// They mean nothing: files of events come from many systems. Those that would mean something are refused, as the function says for
    /// a name and the known ones.
    Harmless(fn(&str, &[&str]) -> Option<&'static str>),
    /// They are refused by name: somebody meant something by them.
    Refused,
}

/// The columns of a file.
pub struct Columns {
    /// Those that must be there.
    pub needed: &'static [&'static str],
    /// Those that may be there.
    pub optional: &'static [&'static str],
    /// All others.
    pub others: Others,
}

/// A name of a column or key as it is compared: capitals and hyphens make no difference.
pub fn plain_name(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

impl Columns {
    /// All that are known.
    pub fn known(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.needed.iter().chain(self.optional).copied()
    }

    fn is_known(&self, name: &str) -> bool {
        self.known().any(|known| known == name)
    }

    fn listed(&self) -> String {
        self.known().collect::<Vec<_>>().join(", ")
    }

    /// A name that is not known, in words.
    pub fn unknown(&self, name: &str) -> String {
        format!("unknown column `{}`; known are {}", crate::text::shortened(name), self.listed())
    }

    /// The names of a header in their order. What is missing, stands twice or is not known is refused.
    pub fn read(&self, path: &Path, line: u64, header: &str) -> Result<Vec<String>, LinesError> {
        let refuse = |problem: String| Err(wrong_line(path, line, problem));
        if header.contains('\r') {
            return refuse(LINE_ENDS.to_owned());
        }
        let fields = fields(header).map_err(|problem| wrong_line(path, line, problem))?;
        let names: Vec<String> = fields.iter().map(|name| plain_name(name)).collect();
        let missing: Vec<&str> =
            self.needed.iter().copied().filter(|column| !names.iter().any(|name| name == column)).collect();
        if !missing.is_empty() {
            if let Some(separator) = self.other_separator(header) {
                return refuse(format!("separated by {separator}; save it with commas"));
            }
            let (must, may) = (self.needed.join(", "), self.optional.join(", "));
            let may = if may.is_empty() { may } else { format!(", and may name {may}") };
            return refuse(format!("the header lacks {}; it must name {must}{may}", missing.join(", ")));
        }
        for (place, name) in names.iter().enumerate() {
            let known = self.is_known(name);
            match self.others {
                Others::Refused if name.is_empty() => {
                    return refuse(format!("column {} has no name; known are {}", place + 1, self.listed()));
                }
                Others::Refused if !known => return refuse(self.unknown(&fields[place])),
                Others::Harmless(refused) if !known => {
                    let all: Vec<&str> = self.known().collect();
                    if let Some(problem) = refused(&fields[place], &all) {
                        let name = crate::text::shortened(&fields[place]);
                        return refuse(format!("column `{name}` {problem}; known are {}", self.listed()));
                    }
                }
                Others::Refused | Others::Harmless(_) => {}
            }
            if let Some(first) = names[..place].iter().position(|before| before == name).filter(|_| known) {
                return refuse(format!("`{name}` stands there twice, in columns {} and {}", first + 1, place + 1));
            }
        }
        Ok(names)
    }

    /// What separates the names of a header that commas do not.
    fn other_separator(&self, header: &str) -> Option<&'static str> {
        let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars"), (':', "colons")];
        let named = |separator: char| {
            let name = |name: &str| plain_name(name.trim().trim_matches('"').trim());
            header.split(separator).filter(|part| self.is_known(&name(part))).count()
        };
        // Spreadsheets may say what they separate by in a line of its own.
        let said = header.trim_start().strip_prefix("sep=");
        let by = |(separator, _): &(char, &str)| {
            said.is_some_and(|said| said.starts_with(*separator)) || named(*separator) >= 2
        };
        separators.into_iter().find(by).map(|(_, word)| word)
    }
}

/// Fields of one line of comma-separated text; quotes may hold commas, not line breaks. What our own exports have marked as text is read
/// as it was.
pub fn fields(line: &str) -> Result<Vec<String>, String> {
    if !line.contains('"') {
        // Nearly every line: nothing to unquote, and setting up a reader would take most of the time.
        return Ok(line.split(',').map(|field| unmarked(field.trim()).into_owned()).collect());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .buffer_capacity(line.len().max(16))
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record.iter().map(|field| unmarked(field).into_owned()).collect()),
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
        check(&path, Reading::Lines).expect_err("refused").to_string().replace(&path.display().to_string(), "FILE")
    }

    #[test]
    fn lines_are_counted_with_and_without_the_last_break() {
        for (text, lines) in [("a\nb\n", 2), ("a\nb", 2), ("", 0), ("\n", 1), ("\u{fffd}\u{10ffff}", 1)] {
            let (_folder, path) = written(text.as_bytes());
            let checked = check(&path, Reading::Lines).expect("text");
            assert_eq!((checked.lines, checked.bytes), (lines, text.len() as u64), "{text:?}");
        }
        let (_folder, path) = written(b"abc");
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(check(&path, Reading::Lines).expect("text").digest, digest);
    }

    #[test]
    fn wrong_files_say_what_they_are() {
        assert_eq!(problem(b"a\nb\xff\n"), "FILE, line 2: not UTF-8 text; save the file as UTF-8");
        assert_eq!(problem(b"a\n\xe2\x82"), "FILE, line 2: not UTF-8 text; save the file as UTF-8");
        assert_eq!(problem(b"\xff\xfea\0"), "FILE: it is UTF-16 text; save it as UTF-8");
        let long = vec![b'x'; LINE_BYTES_MAX + 1];
        assert_eq!(problem(&long), "FILE, line 1: longer than 65536 bytes");
        let folder = tempfile::tempdir().expect("folder");
        let directory = check(folder.path(), Reading::LinesOrJson).expect_err("refused").to_string();
        assert!(directory.ends_with(": it is a directory; name a file"), "{directory}");
        let missing = check(&folder.path().join("none"), Reading::Lines).expect_err("refused").to_string();
        assert!(missing.ends_with("none: No such file or directory (os error 2)"), "{missing}");
    }

    #[test]
    fn utf_16_is_told_with_and_without_its_mark_14_files_of_the_wrong_form() {
        let told = "FILE: it is UTF-16 text; save it as UTF-8";
        for text in ["id,auth_id,product\r\n1,MA1,voice\r\n", "[{\"id\":1}]", "a,b"] {
            for mark in ["", "\u{feff}"] {
                let text = format!("{mark}{text}");
                let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
                assert_eq!((problem(&little), problem(&big)), (told.to_owned(), told.to_owned()), "{text:?}");
            }
        }
        for text in ["a", "", "ab", "\u{feff}id,auth_id", "äöü,é", "a\0,b"] {
            let (_folder, path) = written(text.as_bytes());
            assert!(check(&path, Reading::Lines).is_ok(), "{text:?}");
        }
    }

    const KNOWN: Columns = Columns { needed: &["id", "at"], optional: &["key"], others: Others::Harmless(|_, _| None) };
    const STRICT: Columns = Columns { others: Others::Refused, ..KNOWN };

    fn header(columns: &Columns, text: &str) -> Result<Vec<String>, String> {
        columns.read(Path::new("FILE"), 1, text).map_err(|error| error.to_string())
    }

    #[test]
    fn other_separators_and_line_ends_are_named_14_files_of_the_wrong_form() {
        for (text, separator) in [
            ("id;at", "semicolons"),
            ("\"id\";\"at\";\"note, more\"", "semicolons"),
            ("ID ; At;x", "semicolons"),
            ("id\tat", "tabs"),
            ("id|key", "vertical bars"),
            ("sep=;", "semicolons"),
            ("sep=\t", "tabs"),
        ] {
            let told = format!("FILE, line 1: separated by {separator}; save it with commas");
            assert_eq!(header(&KNOWN, text), Err(told), "{text}");
        }
        let cr = header(&KNOWN, "id,at\r1,2\r").expect_err("CR");
        assert!(cr.starts_with("FILE, line 1: lines must end with LF or CRLF"), "{cr}");
        assert_eq!(
            header(&KNOWN, "id;x"),
            Err("FILE, line 1: the header lacks id, at; it must name id, at, and may name key".to_owned())
        );
        let long = "a,b\r".repeat(20_000);
        assert!(problem(long.as_bytes()).starts_with("FILE, line 1: lines must end with LF or CRLF"));
    }

    #[test]
    fn columns_that_stand_twice_are_refused_08_the_same_column_twice() {
        for text in ["id,at,ID", "id,at,i\"d\",id", "\"id\", at, id "] {
            let told = header(&KNOWN, text).expect_err(text);
            assert!(told.contains("line 1: `id` stands there twice, in columns 1 and "), "{told}");
        }
        assert!(header(&STRICT, "id,at,key,k-e-y").expect_err("unknown").contains("unknown column `k-e-y`"));
        assert!(header(&STRICT, "id,at,key,KEY").expect_err("twice").contains("`key` stands there twice"));
        // What means nothing means nothing twice.
        assert!(header(&KNOWN, "id,at,note,note,,").is_ok());
    }

    #[test]
    fn columns_that_mean_nothing_are_refused_where_all_mean_something_07_columns_that_mean_nothing() {
        assert_eq!(header(&STRICT, "at,id").expect("good"), ["at", "id"]);
        let told = "FILE, line 1: unknown column `set-up`; known are id, at, key";
        assert_eq!(header(&STRICT, "id,at,set-up,currency"), Err(told.to_owned()));
        let told = "FILE, line 1: column 3 has no name; known are id, at, key";
        assert_eq!(header(&STRICT, "id,at,"), Err(told.to_owned()));
        assert!(header(&KNOWN, "id,at,currency").is_ok());
    }

    #[test]
    fn a_list_in_one_line_is_no_overlong_line() {
        let list = format!("[{}]", vec!["1"; LINE_BYTES_MAX].join(","));
        let (_folder, path) = written(list.as_bytes());
        assert!(check(&path, Reading::LinesOrJson).is_ok());
        assert!(check(&path, Reading::Lines).is_err());
        assert_eq!(first_letter(&path).expect("a file"), Some('['));
    }

    #[test]
    fn characters_may_lie_across_chunks() {
        let mut text = "x\n".repeat(CHUNK_BYTES / 2 - 1).into_bytes();
        text.extend("x€\n".as_bytes());
        let (_folder, path) = written(&text);
        assert_eq!(check(&path, Reading::Lines).expect("text").lines, CHUNK_BYTES as u64 / 2);
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
