//! Currencies: ISO 4217, in upper case, with the digits of their smallest unit.
//!
//! Only currencies that people pay with are known: codes of funds, metals and units of account have no smallest unit that a payment
//! gateway could move. A currency of which accounts may exist stays known for ever.

use crate::Problem;

const TABLE: &str = include_str!("currencies.tsv");

/// What is wanted where nothing clearer can be said.
const SHAPE: &str = "three upper-case letters of ISO 4217";

/// What people write instead, in upper case, and what they mean.
const MISTAKES: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("EURO", "EUR"),
    ("EUROS", "EUR"),
    ("US$", "USD"),
    ("DOLLAR", "USD"),
    ("DOLLARS", "USD"),
    ("£", "GBP"),
    ("STG", "GBP"),
    ("UKP", "GBP"),
    ("RUPEES", "INR"),
    ("₹", "INR"),
    ("NIS", "ILS"),
    ("NTD", "TWD"),
    ("RMB", "CNY"),
    ("SFR", "CHF"),
];

fn rows() -> impl Iterator<Item = (&'static str, u8, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?.parse().ok()?, columns.next()?))
    })
}

/// How many digits behind the point the smallest unit of a currency has: 2 for `USD`, 0 for `JPY`, 3 for `KWD`. None: there is no such currency.
pub fn digits(code: &str) -> Option<u8> {
    TABLE.lines().find_map(|line| line.strip_prefix(code)?.strip_prefix('\t')?.split('\t').next()?.parse().ok())
}

/// The code that a text stands for, if one is clear.
pub fn meant(text: &str) -> Option<&'static str> {
    let text = text.trim().to_uppercase();
    let mistake = MISTAKES.iter().find(|(wrong, _)| *wrong == text).map(|(_, right)| *right);
    mistake.or_else(|| {
        rows().find(|(code, _, name)| *code == text || name.to_uppercase() == text).map(|(code, _, _)| code)
    })
}

/// Whether a text is a code; if not, what is wanted: `EUR, the code of ISO 4217: three upper-case letters` for `eur`.
pub fn check(text: &str) -> Result<(), Problem> {
    if digits(text).is_some() {
        return Ok(());
    }
    let shape = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let limit = match meant(text) {
        Some(code) => format!("{code}, the code of ISO 4217: three upper-case letters"),
        None => SHAPE.to_owned(),
    };
    Err(if shape { Problem::value(limit) } else { Problem::shape(limit) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_currency_that_people_pay_with() {
        assert_eq!(rows().count(), TABLE.lines().count() - 1, "every line is a row");
        assert!(rows().map(|(code, _, _)| code).is_sorted());
        assert!(rows().all(|(code, digits, name)| {
            code.len() == 3
                && code.bytes().all(|byte| byte.is_ascii_uppercase())
                && [0, 2, 3].contains(&digits)
                && !name.is_empty()
        }));
        assert_eq!(rows().count(), 156);
    }

    /// The currencies whose smallest unit is no hundredth, as ISO 4217 has them: all others have two digits.
    #[test]
    fn digits_are_those_of_the_standard() {
        let of = |wanted: u8| rows().filter(move |(_, digits, _)| *digits == wanted).map(|(code, _, _)| code);
        let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
        assert_eq!(of(0).collect::<Vec<_>>().join(" "), none);
        assert_eq!(of(3).collect::<Vec<_>>().join(" "), "BHD IQD JOD KWD LYD OMR TND");
        for code in ["USD", "EUR", "INR", "IDR", "HUF", "MRU", "MGA", "CHF"] {
            assert_eq!(digits(code), Some(2), "{code}");
        }
        for none in ["XXX", "XAU", "XDR", "XTS", "CLF", "BOV", "USN", "ZZZ", "usd", "US", "", "USDX", "€"] {
            assert_eq!(digits(none), None, "{none}");
        }
    }

    #[test]
    fn usual_mistakes_are_answered_with_the_code_that_is_meant() {
        for (text, code) in
            [("eur", "EUR"), ("Euro", "EUR"), ("€", "EUR"), (" INR", "INR"), ("yen", "JPY"), ("US Dollar", "USD")]
        {
            assert_eq!(meant(text), Some(code), "{text:?}");
            assert!(check(text).expect_err(text).limit.starts_with(code), "{text:?}");
        }
        assert!(MISTAKES.iter().all(|(wrong, right)| digits(wrong).is_none() && digits(right).is_some()));
        let unknown = |text: &str| check(text).expect_err(text);
        assert_eq!(unknown("QQQ"), Problem::value("three upper-case letters of ISO 4217"));
        assert_eq!(unknown("Q1"), Problem::shape("three upper-case letters of ISO 4217"));
        assert!(check("KWD").is_ok());
    }
}
