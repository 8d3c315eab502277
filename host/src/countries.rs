//! Countries with their calling codes: `countries.csv`, compiled in.
//!
//! Columns: ISO 3166-1 alpha-2 code, name, price zone (1 cheapest to 6 dearest), calling codes, and prefixes of mobile and of premium
//! numbers, each with the calling code in front and separated by spaces. Places that share a calling code with a larger
//! neighbour stand with their own area codes. No prefix stands twice.

use std::sync::LazyLock;

/// One line of the table.
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// English.
    pub name: &'static str,
    /// 1 to 6.
    pub zone: usize,
    /// At least one.
    pub prefixes: Vec<&'static str>,
    /// Prefixes of mobile numbers.
    pub mobile: Vec<&'static str>,
    /// Prefixes of premium numbers.
    pub premium: Vec<&'static str>,
}

/// Highest price zone.
pub const ZONES: usize = 6;

/// The table, in order of country code.
pub static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.csv").lines().skip(1);
    lines.map(|line| country(line).expect("the table in the program is well formed: a test reads it")).collect()
});

fn country(line: &'static str) -> Option<Country> {
    let mut columns = line.split(',');
    let code = columns.next()?;
    let name = columns.next()?;
    let zone = columns.next()?.parse().ok().filter(|zone| (1..=ZONES).contains(zone))?;
    let mut words = || Some(columns.next()?.split_whitespace().collect::<Vec<_>>());
    let country = Country { code, name, zone, prefixes: words()?, mobile: words()?, premium: words()? };
    (!country.prefixes.is_empty() && columns.next().is_none()).then_some(country)
}

/// The English name of a country, or its code where the table has none.
pub fn name_of(code: &str) -> &str {
    COUNTRIES.iter().find(|country| country.code == code).map_or(code, |country| country.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_is_a_country_with_prefixes_of_its_own() {
        assert_eq!(COUNTRIES.len(), 240);
        let mut codes = BTreeSet::new();
        let mut prefixes = BTreeSet::new();
        for country in COUNTRIES.iter() {
            // Case 05-countries-that-do-not-exist.
            assert!(coinbox_forms::country::is_country(country.code), "{}", country.code);
            assert!(codes.insert(country.code), "{} stands twice", country.code);
            for prefix in country.prefixes.iter().chain(&country.mobile).chain(&country.premium) {
                assert!(prefix.len() <= 7 && prefix.bytes().all(|byte| byte.is_ascii_digit()), "{prefix}");
                assert!(prefixes.insert(*prefix), "{prefix} stands twice");
            }
            for special in country.mobile.iter().chain(&country.premium) {
                assert!(country.prefixes.iter().any(|code| special.starts_with(code)), "{special} of {}", country.code);
            }
        }
        assert_eq!(prefixes.len(), 1389);
    }

    #[test]
    fn known_calling_codes() {
        let codes = |code| &COUNTRIES.iter().find(|country| country.code == code).expect("listed").prefixes;
        assert_eq!(*codes("US"), ["1"]);
        assert_eq!(*codes("JM"), ["1658", "1876"]);
        assert_eq!(*codes("DO"), ["1809", "1829", "1849"]);
        assert_eq!(*codes("KZ"), ["76", "77"]);
        assert_eq!(*codes("VA"), ["3906698"]);
        assert_eq!(*codes("DE"), ["49"]);
        assert_eq!(*codes("IN"), ["91"]);
    }
}
