//! What commands print: tables for people, JSON for programs.

use coinbox_host::text;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde_json::Value;
use std::io::{IsTerminal, Write};

/// A line under the header and nothing else: rows are found by eye, and by other programs.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Where and how to print.
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// To standard output.
    pub(crate) fn new(json: bool) -> Output {
        Output { json }
    }

    /// Whether programs read it.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// JSON if that was asked for, otherwise what `people` makes of it.
    pub(crate) fn answer(&self, answer: &Value, people: impl FnOnce(&Value) -> Text) -> anyhow::Result<()> {
        if self.json {
            return self.line(&serde_json::to_string_pretty(answer)?);
        }
        match people(answer) {
            Text::Line(line) => self.line(&printable(&line)),
            Text::Table(table) => self.line(&table.render()),
        }
    }

    /// One line, or several, to people and programs alike.
    pub(crate) fn line(&self, line: &str) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}")?;
        out.flush()?;
        Ok(())
    }

    /// A remark for people, beside the answer.
    pub(crate) fn note(&self, line: &str) {
        if !self.json {
            // Remarks that nobody can read any more change nothing.
            let _ = writeln!(std::io::stderr(), "{}", printable(line));
        }
    }
}

/// For people.
pub(crate) enum Text {
    /// As it is.
    Line(String),
    /// A table.
    Table(Rows),
}

/// A table in the making: columns whose name begins with `>` are aligned to the right.
pub(crate) struct Rows {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// An empty one.
    pub(crate) fn new(header: &[&str]) -> Rows {
        Rows { header: header.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Two columns: names and values of one thing.
    pub(crate) fn of_fields(fields: Vec<(&str, String)>) -> Rows {
        let rows = fields.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        Rows { header: Vec::new(), rows }
    }

    /// One more row.
    pub(crate) fn add(&mut self, row: Vec<String>) {
        self.rows.push(row.iter().map(|text| on_one_line(text)).collect());
    }

    /// As it is printed.
    pub(crate) fn render(&self) -> String {
        if self.rows.is_empty() {
            return "none".to_owned();
        }
        let mut table = Table::new();
        table.load_style(STYLE);
        // A terminal that does not know its width is like a pipe.
        if std::io::stdout().is_terminal() && table.width().is_some_and(|width| width > 0) {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        if !self.header.is_empty() {
            table.set_header(self.header.iter().map(|name| name.trim_start_matches('>')));
        }
        for row in &self.rows {
            table.add_row(row.iter().map(|text| cell(text)));
        }
        for (place, name) in self.header.iter().enumerate() {
            if let (true, Some(column)) = (name.starts_with('>'), table.column_mut(place)) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        lines.join("\n")
    }
}

/// Text of others, without what could steer a terminal or turn a line round; lines stay lines.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|letter| if text::is_acting(letter) && letter != '\n' { '\u{fffd}' } else { letter }).collect()
}

/// [`printable`] for text that has one line.
fn on_one_line(text: &str) -> String {
    printable(text).replace('\n', "\u{fffd}")
}

/// Several texts for one cell, a line each.
pub(crate) fn lines(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().map(|text| on_one_line(&text)).collect::<Vec<_>>().join(&LINE_END.to_string())
}

/// Between the lines of a cell that [`lines`] has made.
const LINE_END: char = '\u{1e}';

fn cell(text: &str) -> String {
    text.split(LINE_END).map(on_one_line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_customers_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    }

    /// sec-07-formulas-in-exported-tables: also letters that turn the line round, and rows that are none.
    #[test]
    fn text_of_others_stays_in_its_cell() {
        let mut rows = Rows::new(&["id", ">amount"]);
        rows.add(vec!["e\u{202e}1\nforged  5.00".to_owned(), "1.00".to_owned()]);
        let shown = rows.render();
        assert!(shown.contains("e\u{fffd}1\u{fffd}forged  5.00"), "{shown}");
        assert_eq!(shown.lines().count(), 3, "{shown}");
        for letter in
            ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{200f}', '\u{9b}', '\u{7f}', '\u{2028}', '\u{e0041}']
        {
            assert_eq!(printable(&format!("a{letter}b")), "a\u{fffd}b", "{letter:?}");
        }
        let table = Rows::of_fields(vec![("mails to", lines(["a\nb".to_owned(), "c".to_owned()]))]).render();
        let shown: Vec<&str> = table.lines().map(str::trim).collect();
        assert_eq!((shown.len(), shown[1]), (2, "c"), "{table}");
        assert!(shown[0].starts_with("mails to") && shown[0].ends_with("a\u{fffd}b"), "{table}");
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(Rows::new(&["a"]).render(), "none");
        let mut rows = Rows::new(&["name", ">amount"]);
        rows.add(vec!["x".to_owned(), "5.00".to_owned()]);
        assert!(rows.render().contains("5.00"));
    }
}
