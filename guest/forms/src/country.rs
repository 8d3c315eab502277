//! Countries: ISO 3166-1 alpha-2, in upper case.
//!
//! `XK` is the one code besides: ISO 3166-1 leaves it to its users, and the European Commission, the banks and CLDR use it for Kosovo,
//! which has calls (+383), taxes and customers, but no code of its own. Everything else that people write is refused with the code that
//! is meant: `UK`, `EL`, alpha-3 codes, codes of other lists, names.

use crate::Problem;

const TABLE: &str = include_str!("countries.tsv");

/// What is wanted where nothing clearer can be said.
const SHAPE: &str = "two upper-case letters of ISO 3166-1";

/// By the place of both letters: which pairs are codes.
static CODES: [bool; 26 * 26] = codes(TABLE.as_bytes());

const fn place(first: u8, second: u8) -> usize {
    (first - b'A') as usize * 26 + (second - b'A') as usize
}

const fn codes(table: &[u8]) -> [bool; 26 * 26] {
    let mut codes = [false; 26 * 26];
    let mut at = 0;
    while at < table.len() {
        if table[at] != b'#' {
            codes[place(table[at], table[at + 1])] = true;
        }
        while table[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    codes[place(b'X', b'K')] = true;
    codes
}

/// What people write instead, in upper case, and what they mean.
const MISTAKES: &[(&str, &str)] = &[
    // Codes of the European Union, of languages, of cars, of Northern Ireland's VAT.
    ("UK", "GB"),
    ("EL", "GR"),
    ("EN", "GB"),
    ("XI", "GB"),
    ("SP", "ES"),
    ("JA", "JP"),
    ("ZH", "CN"),
    ("KO", "KR"),
    ("DA", "DK"),
    ("HI", "IN"),
    ("D", "DE"),
    ("F", "FR"),
    ("I", "IT"),
    ("E", "ES"),
    ("A", "AT"),
    // Withdrawn ones with one successor.
    ("BU", "MM"),
    ("DD", "DE"),
    ("FX", "FR"),
    ("SU", "RU"),
    ("TP", "TL"),
    ("YU", "RS"),
    ("ZR", "CD"),
    // Of sport, and short forms.
    ("CRO", "HR"),
    ("DEN", "DK"),
    ("ENG", "GB"),
    ("GER", "DE"),
    ("GRE", "GR"),
    ("HOL", "NL"),
    ("KSA", "SA"),
    ("NED", "NL"),
    ("NIR", "GB"),
    ("POR", "PT"),
    ("RSA", "ZA"),
    ("SCO", "GB"),
    ("SLO", "SI"),
    ("SUI", "CH"),
    ("TPE", "TW"),
    ("UAE", "AE"),
    ("WAL", "GB"),
    ("XKX", "XK"),
    // Names that the table has otherwise.
    ("AMERICA", "US"),
    ("CZECH REPUBLIC", "CZ"),
    ("ENGLAND", "GB"),
    ("GREAT BRITAIN", "GB"),
    ("HOLLAND", "NL"),
    ("HONG KONG", "HK"),
    ("IVORY COAST", "CI"),
    ("KOSOVO", "XK"),
    ("MACAO", "MO"),
    ("SCOTLAND", "GB"),
    ("TURKEY", "TR"),
    ("U.K.", "GB"),
    ("U.S.", "US"),
    ("U.S.A.", "US"),
    ("UNITED STATES OF AMERICA", "US"),
    ("WALES", "GB"),
];

/// Whether two upper-case letters are a code.
pub fn is_country(text: &str) -> bool {
    parse(text).is_some()
}

/// The two letters of a code.
pub fn parse(text: &str) -> Option<[u8; 2]> {
    let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
    let known = letters.iter().all(u8::is_ascii_uppercase) && CODES[place(letters[0], letters[1])];
    known.then_some(letters)
}

fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some([columns.next()?, columns.next()?, columns.next()?])
    })
}

/// Every code in order, `XK` not among them.
pub fn all() -> impl Iterator<Item = &'static str> {
    rows().map(|[code, _, _]| code)
}

/// The code that a text stands for, if one is clear.
pub fn meant(text: &str) -> Option<&'static str> {
    let text = text.trim().to_uppercase();
    if text == "XK" {
        return Some("XK");
    }
    let mistake = MISTAKES.iter().find(|(wrong, _)| *wrong == text).map(|(_, right)| *right);
    mistake.or_else(|| {
        rows()
            .find(|[two, three, name]| *two == text || *three == text || name.to_uppercase() == text)
            .map(|[two, _, _]| two)
    })
}

/// Whether a text is no code, but it is clear which one is meant.
pub fn is_mistaken(text: &str) -> bool {
    !is_country(text) && meant(text).is_some()
}

/// Whether a text is a code; if not, what is wanted: `GB, the code of ISO 3166-1: two upper-case letters` for `UK`.
pub fn check(text: &str) -> Result<(), Problem> {
    if is_country(text) {
        return Ok(());
    }
    let pair = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let limit = match meant(text) {
        Some(code) => format!("{code}, the code of ISO 3166-1: two upper-case letters"),
        None => SHAPE.to_owned(),
    };
    Err(if pair { Problem::value(limit) } else { Problem::shape(limit) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case 05-countries-that-do-not-exist: two upper-case letters are not yet a country.
    #[test]
    fn only_codes_of_the_standard_are_countries() {
        assert_eq!(all().count(), 249);
        assert!(all().all(is_country) && all().is_sorted());
        let letters = || b'A'..=b'Z';
        let pairs = letters().flat_map(|first| letters().map(move |second| [first, second]));
        let accepted = pairs.filter(|pair| std::str::from_utf8(pair).is_ok_and(is_country)).count();
        assert_eq!(accepted, 250, "the standard's and XK");
        for wrong in
            ["UK", "EL", "EN", "SP", "ZZ", "QQ", "XX", "AA", "EU", "AN", "SU", "gb", "GBR", "G", "", " GB", "GB ", "Ü1"]
        {
            assert!(!is_country(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn usual_mistakes_are_answered_with_the_code_that_is_meant() {
        for (text, code) in [
            ("UK", "GB"),
            ("EL", "GR"),
            ("uk", "GB"),
            ("EN", "GB"),
            ("SP", "ES"),
            ("GBR", "GB"),
            ("deu", "DE"),
            ("us", "US"),
            (" GB", "GB"),
            ("Germany", "DE"),
            ("Kosovo", "XK"),
            ("xk", "XK"),
        ] {
            assert_eq!(meant(text), Some(code), "{text:?}");
            assert!(check(text).expect_err(text).limit.starts_with(code), "{text:?}");
        }
        assert!(MISTAKES.iter().all(|(wrong, right)| !is_country(wrong) && is_country(right)));
        let unknown = |text: &str| check(text).expect_err(text);
        assert_eq!(unknown("QQ"), Problem::value("two upper-case letters of ISO 3166-1"));
        assert_eq!(unknown("Q1"), Problem::shape("two upper-case letters of ISO 3166-1"));
        assert!(unknown("UK").unknown && !unknown("uk").unknown);
    }
}
