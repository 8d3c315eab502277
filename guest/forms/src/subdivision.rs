//! States, provinces and other subdivisions of countries: ISO 3166-2, the part after the hyphen.

use crate::Problem;
use std::sync::OnceLock;

const TABLE: &str = include_str!("subdivisions.tsv");

/// Countries in order, each with its line of the table.
fn countries() -> &'static [(&'static str, &'static str)] {
    static COUNTRIES: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    COUNTRIES.get_or_init(|| {
        TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect()
    })
}

/// Code and name of every subdivision of a country.
fn of(country: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let place = countries().binary_search_by_key(&country, |(code, _)| *code);
    let pairs = place.map_or("", |place| countries()[place].1);
    pairs.split('\t').filter_map(|pair| pair.split_once('='))
}

/// What people write for the same: blanks at the ends, the country in front, the name, letters of any case.
fn meant(country: &str, text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let code = |wanted: &str| of(country).find(|(code, _)| code.eq_ignore_ascii_case(wanted));
    let named = || {
        let upper = text.to_uppercase();
        let short = upper.strip_prefix(country).and_then(|rest| rest.strip_prefix('-'));
        short.and_then(code).or_else(|| of(country).find(|(_, name)| name.to_uppercase() == upper))
    };
    code(text).or_else(named).map(|(code, _)| code)
}

/// How two texts are compared that name a subdivision of this country: by the code that is meant, or as they are, without blanks at the
/// ends and in upper case.
pub fn compared(country: &str, text: &str) -> String {
    meant(country, text).map_or_else(|| text.trim().to_uppercase(), str::to_owned)
}

/// The code, if the text is one: blanks at the ends and the case of letters mean nothing. If not, what is wanted: `CA, the code of ISO 3166-2
/// for California`.
pub fn parse(country: &str, text: &str) -> Result<&'static str, Problem> {
    let plain = text.trim();
    if let Some((code, _)) = of(country).find(|(code, _)| code.eq_ignore_ascii_case(plain)) {
        return Ok(code);
    }
    if let Some((code, name)) = meant(country, text).and_then(|code| of(country).find(|(other, _)| *other == code)) {
        return Err(Problem::value(format!("{code}, the code of ISO 3166-2 for {name}")));
    }
    Err(Problem::value(match of(country).next() {
        Some((example, _)) => format!("a code of ISO 3166-2 for {country}, such as {example}"),
        None => format!("empty: ISO 3166-2 names no parts of {country}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_of_countries() {
        let countries: Vec<&str> = countries().iter().map(|(code, _)| *code).collect();
        assert_eq!(countries.len(), 200);
        assert!(countries.is_sorted() && countries.iter().all(|country| crate::country::is_country(country)));
        assert_eq!(countries.iter().map(|country| of(country).count()).sum::<usize>(), 5046);
        for country in countries {
            for (code, name) in of(country) {
                let good = (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
                assert!(good && !name.is_empty(), "{country}-{code} {name}");
                assert_eq!(parse(country, code), Ok(code));
            }
        }
    }

    /// Case 06-the-customer-decides-about-his-tax: `"CA "`, `" CA"` and `California` are no other state than `CA`.
    #[test]
    fn blanks_mean_nothing_and_names_are_answered_with_their_code() {
        for text in ["CA", "CA ", " CA", "ca", "\tCA\n"] {
            assert_eq!(parse("US", text), Ok("CA"), "{text:?}");
        }
        for text in ["California", "CALIFORNIA ", "US-CA", "us-ca"] {
            assert_eq!(parse("US", text).expect_err(text).limit, "CA, the code of ISO 3166-2 for California");
            assert_eq!(compared("US", text), "CA");
        }
        assert_eq!(parse("US", "elsewhere").expect_err("none").limit, "a code of ISO 3166-2 for US, such as AK");
        assert_eq!(parse("US", "").expect_err("none").limit, "a code of ISO 3166-2 for US, such as AK");
        assert_eq!(parse("GI", "X").expect_err("none").limit, "empty: ISO 3166-2 names no parts of GI");
        assert_eq!(compared("US", " elsewhere "), "ELSEWHERE");
        assert_eq!(parse("DE", "be"), Ok("BE"));
    }
}
