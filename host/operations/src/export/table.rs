//! Tables for spreadsheets, in which text stays text.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and runs it, wherever the text came from. So such a text gets
//! an apostrophe before it (see [`coinbox_host::marks`]). Our own imports remove the apostrophe: they read what was exported, byte for byte.
//! Numbers are written as numbers.
//!
//! Everything that writes comma-separated text goes through this module. A test finds code that does not.

use coinbox_host::marks::marked;
use std::borrow::Cow;
use std::io::Write;

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
    use coinbox_host::lines;

    /// sec-07: through a file, as our own imports read it.
    #[test]
    fn what_is_exported_is_imported_as_it_was() {
        let texts = ["=cmd|'/C calc'!A0", "@a,b", "+\"x\"", "-5", "'=1", "\t=tab", "plain", "O'Neill"];
        let mut table = Table::begin(Vec::new(), &["a"]).expect("header");
        table.row(texts.into_iter().map(Cell::from)).expect("row");
        table.row([Cell::Number("-5.00000".to_owned()), Cell::from("-5.00000")]).expect("row");
        let written = String::from_utf8(table.bytes().expect("written")).expect("text");
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines::fields(lines[1]).expect("fields"), texts);
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
        look(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), &mut found);
        assert_eq!(found, ["table.rs"]);
    }
}
