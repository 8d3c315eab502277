//! Tax IDs: the VAT numbers of the European Union and the United Kingdom with their check digits, anything plausible elsewhere (INV-6, INV-7).
//!
//! The numbers of the Union are judged by the crate `eu-vat`: it is held against python-stdnum, has no dependencies and no unsafe code. Whether a
//! number was given out is not known here.

use crate::Problem;
use eu_vat::{Country, Vat};

/// Characters of the longest tax ID.
pub const LONGEST: usize = 30;
/// Letters and digits of the shortest: no country has fewer.
const SHORTEST: usize = 5;

/// The country as tax IDs know it. None: outside the Union, where only the look is judged. Northern Ireland is no country of its own.
fn of_union(country: &str) -> Option<Country> {
    let found = Country::from_code(country)?;
    (found != Country::NorthernIreland && country != "EL").then_some(found)
}

/// Whether a text has the form of a tax ID of this country (ISO 3166-1); if not, what is wanted. Spaces, points and hyphens between mean nothing.
pub fn check(country: &str, text: &str) -> Result<(), Problem> {
    let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" .-/+*".contains(&byte);
    let plausible = (1..=LONGEST).contains(&text.len()) && text.bytes().all(letters);
    let plain: String = text.chars().filter(|letter| !" .-".contains(*letter)).collect();
    if country == "GB" {
        // Northern Ireland has the numbers of the rest of the kingdom.
        let national = plain.strip_prefix("GB").or_else(|| plain.strip_prefix("XI"));
        let fits = plausible && national.is_some_and(|national| Vat::parse(&format!("XI{national}")).is_ok());
        let limit = "a VAT number of the United Kingdom: GB or XI in front, upper case, and its check digits right";
        return if fits { Ok(()) } else { Err(Problem::shape(limit)) };
    }
    let Some(union) = of_union(country) else {
        let signs = plain.bytes().filter(u8::is_ascii_alphanumeric).count();
        if plausible && signs >= SHORTEST && plain.bytes().any(|byte| byte.is_ascii_digit()) {
            return Ok(());
        }
        let limit = format!("a tax ID: {SHORTEST} to {LONGEST} of A-Z, 0-9, blank and .-/+*, with a digit");
        return Err(Problem::shape(limit));
    };
    let fits = plausible && plain.starts_with(union.code()) && Vat::parse(&plain).is_ok();
    if fits {
        return Ok(());
    }
    let (name, code) = (union.name(), union.code());
    Err(Problem::shape(format!("a VAT number of {name}: {code} in front, upper case, and its check digits right")))
}

/// Whether it has the form.
pub fn is_of(country: &str, text: &str) -> bool {
    check(country, text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Public examples of the tax authorities and of the Union's own pages.
    #[test]
    fn numbers_of_the_union_have_a_prefix_a_form_and_check_digits() {
        for (good, country) in [
            ("ATU13585627", "AT"),
            ("BE 0776.091.951", "BE"),
            ("BE0776091951", "BE"),
            ("DE 136 695 976", "DE"),
            ("DE136695976", "DE"),
            ("EL094259216", "GR"),
            ("FR40303265045", "FR"),
            ("IE6433435F", "IE"),
            ("IE6433435OA", "IE"),
            ("NL004495445B01", "NL"),
            ("SE556188840401", "SE"),
            ("12-3456789", "US"),
            ("CHE-123.456.789", "CH"),
            ("GB980780684", "GB"),
            ("XI980780684", "GB"),
        ] {
            assert_eq!(check(country, good), Ok(()), "{good}");
        }
        for (bad, country) in [
            ("", "DE"),
            ("DE12345678", "DE"),
            ("DE1366959760", "DE"),
            ("136695976", "DE"),
            ("DE13669597A", "DE"),
            ("de136695976", "DE"),
            ("DE136695970", "DE"),
            ("DE000000000", "DE"),
            ("DE111111111", "DE"),
            ("DE:136695976", "DE"),
            ("ATU13585627", "DE"),
            ("XI980780684", "DE"),
            ("GR094259216", "GR"),
            ("980780684", "GB"),
            ("GB980780685", "GB"),
            ("GB1", "GB"),
            ("1", "GB"),
            ("1", "US"),
            ("12-34", "CH"),
            ("no digits", "US"),
            ("NO DIGITS", "US"),
            ("1234567890123456789012345678901", "US"),
            ("12_34", "US"),
            ("12\n34", "US"),
        ] {
            assert!(!is_of(country, bad), "{bad}");
        }
    }

    #[test]
    fn every_country_of_the_union_is_known_by_its_iso_code() {
        let union: Vec<_> = crate::country::all().filter(|code| of_union(code).is_some()).collect();
        assert_eq!(union.len(), 27, "{union:?}");
        let limit = check("GR", "094259216").map_err(|problem| problem.limit);
        assert_eq!(
            limit,
            Err("a VAT number of Greece: EL in front, upper case, and its check digits right".to_owned())
        );
        let limit = check("US", "").map_err(|problem| problem.limit);
        assert_eq!(limit, Err("a tax ID: 5 to 30 of A-Z, 0-9, blank and .-/+*, with a digit".to_owned()));
    }

    proptest::proptest! {
        /// Nothing that is typed makes it panic; what it takes is short and printable.
        #[test]
        fn any_text_has_an_answer(country in "[A-Z]{2}", text in "(\\PC{0,40}|[A-Z]{2}[0-9A-Z]{1,14})") {
            if is_of(&country, &text) {
                proptest::prop_assert!(text.len() <= LONGEST && text.is_ascii());
            }
        }

        /// One wrong digit is found.
        #[test]
        fn a_wrong_digit_is_found(place in 2usize..11, by in 1u8..10) {
            let mut number = "DE136695976".to_owned().into_bytes();
            number[place] = b'0' + (number[place] - b'0' + by) % 10;
            proptest::prop_assert!(!is_of("DE", std::str::from_utf8(&number).expect("ASCII")));
        }
    }
}
