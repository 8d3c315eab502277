//! Letters for which no font has a picture. They are never printed as empty boxes: the document is not made, and the error says what is missing.

use std::collections::BTreeMap;
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use unicode_script::{Script, UnicodeScript};

/// Most letters that an error names.
const NAMED_MAX: usize = 20;

/// Letters that could not be printed, in order, each once.
pub fn missing(document: &PagedDocument) -> Vec<char> {
    let mut found = BTreeMap::new();
    for page in document.pages() {
        search(&page.frame, &mut found);
    }
    found.into_keys().collect()
}

fn search(frame: &Frame, found: &mut BTreeMap<char, ()>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => search(&group.frame, found),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    let letters = text.text.get(glyph.range()).unwrap_or_default();
                    found.extend(letters.chars().filter(|letter| !letter.is_whitespace()).map(|letter| (letter, ())));
                }
            }
            _ => {}
        }
    }
}

/// Letters with their code points: `క (U+0C15)`.
pub fn named(letters: &[char]) -> String {
    let mut named: Vec<String> =
        letters.iter().take(NAMED_MAX).map(|letter| format!("{letter} (U+{:04X})", u32::from(*letter))).collect();
    if letters.len() > NAMED_MAX {
        named.push(format!("{} more", letters.len() - NAMED_MAX));
    }
    named.join(", ")
}

/// Their scripts by name, each once: `Telugu`. Letters that belong to no script are symbols.
pub fn scripts(letters: &[char]) -> String {
    let name = |letter: &char| match letter.script() {
        Script::Common | Script::Inherited | Script::Unknown => "symbols",
        script => script.full_name(),
    };
    let mut names: Vec<&str> = letters.iter().map(name).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// Debian packages that have them, each once.
pub fn packages(letters: &[char]) -> String {
    let mut packages: Vec<&str> = letters.iter().map(|letter| package(*letter)).collect();
    packages.sort_unstable();
    packages.dedup();
    packages.join(" ")
}

/// By block of Unicode.
fn package(letter: char) -> &'static str {
    match u32::from(letter) {
        0x1100..=0x11FF
        | 0x2E80..=0x303F
        | 0x3040..=0x31FF
        | 0x3200..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F
        | 0xFF00..=0xFFEF
        | 0x20000..=0x3FFFF => "fonts-noto-cjk",
        0x1F000..=0x1FAFF => "fonts-noto-color-emoji",
        0xE000..=0xF8FF | 0xF0000..=0x10FFFF => "(none: private use)",
        0x0000..=0x0DFF | 0x0E00..=0x10FF | 0x1200..=0x2BFF | 0xA640..=0xABFF | 0xFB00..=0xFE2F | 0xFE50..=0xFEFF => {
            "fonts-noto-core"
        }
        _ => "fonts-noto-extra",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_once() {
        assert_eq!(packages(&['క', 'ల', '中', '한', '😀']), "fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core");
        assert_eq!(scripts(&['క', 'ల', '中', '한', '😀', 'م']), "Arabic, Han, Hangul, Telugu, symbols");
        assert_eq!(named(&['క']), "క (U+0C15)");
        assert!(named(&['x'; 25]).ends_with(", 5 more"));
    }
}
