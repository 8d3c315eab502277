//! Text that can be printed, on paper, in mails and on terminals.
//!
//! What each letter is comes from the Unicode Character Database in the version that the crate `unicode-properties` has
//! ([`UNICODE_VERSION`]): its general category says what is assigned.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Version of Unicode by which letters are judged.
pub const UNICODE_VERSION: (u64, u64, u64) = unicode_properties::UNICODE_VERSION;

/// What stands for a letter that no font can have.
pub const STAND_IN: char = '\u{FFFD}';

/// Why a letter can never be printed where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unprintable {
    /// A control character: it acts instead of being seen.
    Control,
    /// Private use: every font may have another picture, and no font of ours has one.
    PrivateUse,
    /// Not assigned, or never to be: a noncharacter.
    Unassigned,
    /// Turns the direction of what follows round, so that a text reads as another one.
    Direction,
    /// Ends the line or the paragraph.
    Separator,
    /// Marks for programs that are never seen: tags, annotations, the byte order mark.
    Invisible,
}

impl Unprintable {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Unprintable::Control => "a control character",
            Unprintable::PrivateUse => "for private use",
            Unprintable::Unassigned => "not assigned",
            Unprintable::Direction => "a change of direction",
            Unprintable::Separator => "a line separator",
            Unprintable::Invisible => "an invisible mark",
        }
    }

    /// Whether no font will ever have a picture, so that a stand-in is printed.
    pub const fn has_no_picture(self) -> bool {
        matches!(self, Unprintable::PrivateUse | Unprintable::Unassigned)
    }
}

/// Why a letter can never be printed; none: it can, by some font.
pub fn unprintable(letter: char) -> Option<Unprintable> {
    match letter {
        ' '..='~' => None,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Some(Unprintable::Direction),
        '\u{206A}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0001}' | '\u{E0020}'..='\u{E007F}' => {
            Some(Unprintable::Invisible)
        }
        _ => match letter.general_category() {
            GeneralCategory::Control => Some(Unprintable::Control),
            GeneralCategory::PrivateUse => Some(Unprintable::PrivateUse),
            GeneralCategory::Unassigned | GeneralCategory::Surrogate => Some(Unprintable::Unassigned),
            GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => Some(Unprintable::Separator),
            _ => None,
        },
    }
}

/// The first letter of a text that can never be printed, why, and its place from 1; control characters before all others.
pub fn first_unprintable(text: &str) -> Option<(usize, char, Unprintable)> {
    let mut first = None;
    for (place, letter) in (1..).zip(text.chars()) {
        match unprintable(letter) {
            Some(Unprintable::Control) => return Some((place, letter, Unprintable::Control)),
            Some(why) if first.is_none() => first = Some((place, letter, why)),
            _ => {}
        }
    }
    first
}

/// Whether there is anything to see in a text.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|letter| {
        let blank = letter.is_whitespace() || letter.general_category() == GeneralCategory::Format;
        !blank && unprintable(letter).is_none()
    })
}

/// The beginning of a text of others (a gateway, a stock, a mail server) as it can be kept and shown: [`STAND_IN`] for letters that no font
/// will ever have, a blank for what acts or ends the line, without invisible marks.
pub fn cleaned(text: &str, longest: usize) -> String {
    let clean = |letter| match unprintable(letter) {
        None => Some(letter),
        Some(Unprintable::PrivateUse | Unprintable::Unassigned) => Some(STAND_IN),
        Some(Unprintable::Control | Unprintable::Separator) => Some(' '),
        Some(Unprintable::Direction | Unprintable::Invisible) => None,
    };
    text.chars().filter_map(clean).take(longest).collect()
}

/// What is wanted of a text: `letters that can be printed; character 6 is U+E000 (for private use)`.
pub fn check(text: &str) -> Result<(), String> {
    match first_unprintable(text) {
        None => Ok(()),
        Some((_, _, Unprintable::Control)) => Err("no control characters".to_owned()),
        Some((place, letter, why)) => Err(format!(
            "letters that can be printed; character {place} is U+{:04X} ({})",
            u32::from(letter),
            why.word()
        )),
    }
}

/// The letter that a digit or sign is written for in passwords (SEC-8).
pub fn of_sign(sign: char) -> Option<char> {
    Some(match sign {
        '0' => 'o',
        '@' => 'a',
        '1' => 'l',
        '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        _ => return None,
    })
}

/// A text with letters in place of the digits and signs that are written for them.
pub fn without_signs(text: &str) -> String {
    text.chars().map(|letter| of_sign(letter).unwrap_or(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case 10-names-that-can-never-be-printed.
    #[test]
    fn letters_that_no_font_can_have_are_told_by_place() {
        for (text, why) in [
            ("Acme \u{e000}", "letters that can be printed; character 6 is U+E000 (for private use)"),
            ("\u{f8ff}", "letters that can be printed; character 1 is U+F8FF (for private use)"),
            ("a\u{10fffd}", "letters that can be printed; character 2 is U+10FFFD (for private use)"),
            ("a\u{378}", "letters that can be printed; character 2 is U+0378 (not assigned)"),
            ("a\u{ffff}", "letters that can be printed; character 2 is U+FFFF (not assigned)"),
            ("a\u{fdd0}", "letters that can be printed; character 2 is U+FDD0 (not assigned)"),
            ("a\u{1fffe}", "letters that can be printed; character 2 is U+1FFFE (not assigned)"),
            ("a\u{e0fff}", "letters that can be printed; character 2 is U+E0FFF (not assigned)"),
            ("a\u{202e}b", "letters that can be printed; character 2 is U+202E (a change of direction)"),
            ("a\u{2066}b", "letters that can be printed; character 2 is U+2066 (a change of direction)"),
            ("a\u{2028}b", "letters that can be printed; character 2 is U+2028 (a line separator)"),
            ("\u{feff}a", "letters that can be printed; character 1 is U+FEFF (an invisible mark)"),
            ("a\u{e0041}", "letters that can be printed; character 2 is U+E0041 (an invisible mark)"),
            ("a\u{7f}", "no control characters"),
            ("a\u{85}", "no control characters"),
            ("\u{e000}\n", "no control characters"),
        ] {
            assert_eq!(check(text).as_ref().map_err(String::as_str), Err(why), "{text:?}");
        }
        for text in
            ["", "Acme", "Müller & Söhne", "株式会社", "مؤسسة", "שלום\u{200f}", "👩‍👩‍👧", "नमस्ते", "a\u{ad}b", "\u{FFFD}"]
        {
            assert_eq!(check(text), Ok(()), "{text:?}");
        }
        assert_eq!(cleaned("Visa\u{e000}\n\u{202e}1\u{feff}2345", 8), "Visa\u{fffd} 12");
        assert!(UNICODE_VERSION.0 >= 16);
    }

    #[test]
    fn blanks_and_joiners_alone_are_nothing_to_see() {
        assert!(["a", " a", "株"].into_iter().all(is_visible));
        assert!(!["", " ", "\u{200b}", "\u{a0}\u{2003}", "\u{200d}\u{ad}"].into_iter().any(is_visible));
    }
}
