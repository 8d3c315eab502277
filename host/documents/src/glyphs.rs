//! Letters for which no font has a picture. They are never printed as empty boxes.
//!
//! If installing fonts helps, the document is not made, and the error says what is missing. If nothing helps, a stand-in is printed.

use crate::fonts::Fonts;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use unicode_script::{Script, UnicodeScript};

/// Most letters that an error names.
const NAMED_MAX: usize = 20;

/// Letters that could not be printed, in order, each once.
pub(crate) fn missing(document: &PagedDocument) -> Vec<char> {
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
pub(crate) fn named(letters: &[char]) -> String {
    let mut named: Vec<String> =
        letters.iter().take(NAMED_MAX).map(|letter| format!("{letter} (U+{:04X})", u32::from(*letter))).collect();
    if letters.len() > NAMED_MAX {
        named.push(format!("{} more", letters.len() - NAMED_MAX));
    }
    named.join(", ")
}

/// Their code points: `U+0C15, U+0C32`.
pub(crate) fn code_points(letters: &[char]) -> String {
    let mut named: Vec<String> =
        letters.iter().take(NAMED_MAX).map(|letter| format!("U+{:04X}", u32::from(*letter))).collect();
    if letters.len() > NAMED_MAX {
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// Their scripts by name, each once: `Telugu`. Letters that belong to no script are symbols.
pub(crate) fn scripts(letters: &[char]) -> String {
    let name = |letter: &char| match letter.script() {
        Script::Common | Script::Inherited | Script::Unknown => "symbols",
        script => script.full_name(),
    };
    let mut names: Vec<&str> = letters.iter().map(name).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// What may be installed, in brackets; empty: nothing helps.
pub(crate) fn advice(letters: &[char]) -> String {
    match packages(letters) {
        none if none.is_empty() => none,
        packages => format!(" (Debian: apt-get install {packages})"),
    }
}

/// Debian packages that have them, each once.
fn packages(letters: &[char]) -> String {
    let mut packages: Vec<&str> = letters.iter().filter_map(|letter| package(*letter)).map(|known| known.0).collect();
    packages.sort_unstable();
    packages.dedup();
    packages.join(" ")
}

/// A package of fonts, and how its families' names begin.
type Package = (&'static str, &'static str);

const CORE: Package = ("fonts-noto-core", "Noto Sans Symbols");
const CJK: Package = ("fonts-noto-cjk", "Noto Sans CJK");
const EMOJI: Package = ("fonts-noto-color-emoji", "Noto Color Emoji");

/// Whether a letter may be printed once something is installed that is not there yet. Of any other nobody needs to wait: no package has it, or
/// the one that should have it is here and has not.
pub(crate) fn can_come(letter: char, fonts: &Fonts) -> bool {
    package(letter).is_some_and(|(_, family)| !fonts.has_family(family))
}

/// The package that has a letter. Of what came with the latest versions of Unicode none may.
fn package(letter: char) -> Option<Package> {
    match u32::from(letter) {
        0x1100..=0x11FF
        | 0x2E80..=0x303F
        | 0x3040..=0x31EE
        | 0x31F0..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F
        | 0xFF00..=0xFFEF
        | 0x20000..=0x2EBE0
        | 0x2F800..=0x2FA1F => Some(CJK),
        _ if in_core(letter) => Some(CORE),
        0x1F000..=0x1FA6F
        | 0x1FA70..=0x1FA7C
        | 0x1FA80..=0x1FA88
        | 0x1FA90..=0x1FABD
        | 0x1FABF..=0x1FAC5
        | 0x1FACE..=0x1FADB
        | 0x1FAE0..=0x1FAE8
        | 0x1FAF0..=0x1FAF8 => Some(EMOJI),
        _ => None,
    }
}

/// Whether the fonts of `fonts-noto-core` have a letter.
fn in_core(letter: char) -> bool {
    static RANGES: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
        let lines = include_str!("noto-core.txt").lines().filter(|line| !line.starts_with('#'));
        let range = |text: &str| {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            Some((u32::from_str_radix(first, 16).ok()?, u32::from_str_radix(last, 16).ok()?))
        };
        lines.flat_map(str::split_whitespace).filter_map(range).collect()
    });
    let letter = u32::from(letter);
    let place = RANGES.partition_point(|(_, last)| *last < letter);
    RANGES.get(place).is_some_and(|(first, _)| *first <= letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_once() {
        assert_eq!(packages(&['క', 'ల', '中', '한', '😀']), "fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core");
        assert_eq!(scripts(&['క', 'ల', '中', '한', '😀', 'م']), "Arabic, Han, Hangul, Telugu, symbols");
        assert_eq!(packages(&['\u{10D4A}']), "");
        assert_eq!(named(&['క']), "క (U+0C15)");
        assert!(named(&['x'; 25]).ends_with(", 5 more"));
    }

    /// 10-names-that-can-never-be-printed
    #[test]
    fn a_package_is_named_only_for_letters_that_it_has() {
        let of = |letter: char| package(letter).map(|known| known.0);
        for letter in ['క', 'ب', 'ก', '\u{12000}', '\u{17000}', '₹', 'ſ', '\u{1FBF0}'] {
            assert_eq!(of(letter), Some("fonts-noto-core"), "{letter:?}");
        }
        assert_eq!(
            [of('中'), of('한'), of('\u{20000}'), of('😀')].map(|name| name.unwrap_or_default().len()),
            [14, 14, 14, 22]
        );
        // Garay, Sunuwar, a face of Unicode 16, a joiner of hieroglyphs, Han of extensions H and I: newer than all of them.
        for letter in ['\u{10D4A}', '\u{11BC0}', '\u{1FAE9}', '\u{13430}', '\u{31350}', '\u{2EBF0}'] {
            assert_eq!(of(letter), None, "{letter:?}");
        }
        let none = Fonts::built_in();
        assert!(can_come('క', &none) && !can_come('\u{10D4A}', &none));
        assert!(in_core('\u{A0}') && !in_core('\u{378}') && !in_core('a'));
    }
}
