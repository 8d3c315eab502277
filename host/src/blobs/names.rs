//! Names of files as they are kept: without folders, without what acts, of a length that every file system takes.

use crate::text;

/// Longest name in bytes of UTF-8.
pub(super) const BYTES_MAX: usize = 150;

/// Names that some systems keep for devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The last part of a path, cleaned, and its extension in small letters. None: nothing of a name is left.
pub(super) fn cleaned(given: &str) -> Option<(String, String)> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let letters = last.chars().filter_map(|letter| match letter {
        // Not there to be seen.
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{180e}' => None,
        letter if text::is_acting(letter) => None,
        // What paths, shells, headers and pages read as their own.
        '"' | '\'' | '`' | '<' | '>' | ':' | '|' | '?' | '*' | ';' | '&' | '$' | '%' | '#' | '{' | '}' | '~' => {
            Some('_')
        }
        letter if letter.is_whitespace() => Some(' '),
        letter => Some(letter),
    });
    let name: String = letters.collect();
    let name = name.trim_matches(|letter| letter == ' ' || letter == '.');
    let (stem, extension) = name.rsplit_once('.')?;
    let stem = stem.trim_end_matches([' ', '.']);
    let extension = extension.to_ascii_lowercase();
    if stem.is_empty() || extension.is_empty() || extension.len() > 10 {
        return None;
    }
    let bare = stem.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let letters = bare.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let is_device = DEVICES.contains(&letters) && bare.len() <= letters.len() + 1;
    let mut kept = if is_device { format!("_{stem}") } else { stem.to_owned() };
    let room = BYTES_MAX - extension.len() - 1;
    while kept.len() > room {
        kept.pop();
    }
    let kept = kept.trim_end_matches([' ', '.']);
    Some((format!("{kept}.{extension}"), extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_what_is_harmless() {
        for (given, expected) in [
            ("invoice.pdf", "invoice.pdf"),
            ("Übersicht März.CSV", "Übersicht März.csv"),
            ("../../etc/x.txt", "x.txt"),
            ("C:\\Users\\me\\scan.png", "scan.png"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
            ("a\u{202e}fdp.txt", "afdp.txt"),
            ("a\u{200b}b.txt", "ab.txt"),
            ("\"><script>.txt", "___script_.txt"),
            (" ..name .txt. ", "name.txt"),
            ("con.txt", "_con.txt"),
            ("COM1.txt", "_COM1.txt"),
            ("comma.txt", "comma.txt"),
            ("a.tar.zip", "a.tar.zip"),
        ] {
            assert_eq!(cleaned(given).map(|(name, _)| name).as_deref(), Some(expected), "{given:?}");
        }
        for nothing in
            ["", "..", "/", "a/", "noextension", ".txt", "a.", "a. .", "\u{202e}.txt", "x.averylongextension"]
        {
            assert_eq!(cleaned(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_before_its_extension() {
        let (name, extension) = cleaned(&format!("{}.pdf", "ü".repeat(200))).expect("a name");
        assert_eq!((name.len(), extension.as_str()), (BYTES_MAX, "pdf"));
        assert!(name.ends_with("ü.pdf"), "{name}");
    }
}
