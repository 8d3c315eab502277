//! The form of tax IDs (INV-6): the VAT numbers of the European Union by country, anything plausible elsewhere.
//!
//! Only the form is checked: whether a number was given out is for the operator to find out.

/// Country, prefix, forms of what follows: `9` a digit, `A` a letter, `X` either, anything else itself.
const EUROPEAN: &[(&str, &str, &[&str])] = &[
    ("AT", "AT", &["U99999999"]),
    ("BE", "BE", &["0999999999", "1999999999"]),
    ("BG", "BG", &["999999999", "9999999999"]),
    ("CY", "CY", &["99999999A"]),
    ("CZ", "CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", "DE", &["999999999"]),
    ("DK", "DK", &["99999999"]),
    ("EE", "EE", &["999999999"]),
    ("ES", "ES", &["X9999999X"]),
    ("FI", "FI", &["99999999"]),
    ("FR", "FR", &["XX999999999"]),
    ("GR", "EL", &["999999999"]),
    ("HR", "HR", &["99999999999"]),
    ("HU", "HU", &["99999999"]),
    ("IE", "IE", &["9999999A", "9A99999A", "9+99999A", "9*99999A", "9999999AA"]),
    ("IT", "IT", &["99999999999"]),
    ("LT", "LT", &["999999999", "999999999999"]),
    ("LU", "LU", &["99999999"]),
    ("LV", "LV", &["99999999999"]),
    ("MT", "MT", &["99999999"]),
    ("NL", "NL", &["999999999B99"]),
    ("PL", "PL", &["9999999999"]),
    ("PT", "PT", &["999999999"]),
    ("RO", "RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", "SE", &["999999999999"]),
    ("SI", "SI", &["99999999"]),
    ("SK", "SK", &["9999999999"]),
];

fn fits(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, wanted)| match wanted {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'X' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            other => byte == other,
        })
}

/// Whether a tax ID has the form of its country; spaces, points and hyphens between are allowed.
pub(super) fn has_form_of(tax_id: &str, country: &str) -> bool {
    let plausible = (1..=30).contains(&tax_id.len())
        && tax_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .-/+*".contains(&byte));
    let Some((_, prefix, forms)) = EUROPEAN.iter().find(|(of, _, _)| *of == country) else {
        return plausible && tax_id.bytes().any(|byte| byte.is_ascii_digit());
    };
    let plain: String = tax_id.chars().filter(|letter| !" .-".contains(*letter)).collect();
    plausible && plain.strip_prefix(prefix).is_some_and(|number| forms.iter().any(|form| fits(number, form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn european_numbers_have_a_prefix_and_a_form() {
        for (good, country) in [
            ("ATU12345678", "AT"),
            ("BE 0123.456.789", "BE"),
            ("DE123456789", "DE"),
            ("EL123456789", "GR"),
            ("FRXX123456789", "FR"),
            ("IE1234567FA", "IE"),
            ("NL123456789B01", "NL"),
            ("SE123456789012", "SE"),
            ("12-3456789", "US"),
            ("CHE-123.456.789", "CH"),
        ] {
            assert!(has_form_of(good, country), "{good}");
        }
        for (bad, country) in [
            ("", "DE"),
            ("DE12345678", "DE"),
            ("DE1234567890", "DE"),
            ("123456789", "DE"),
            ("DE12345678A", "DE"),
            ("de123456789", "DE"),
            ("ATU12345678", "DE"),
            ("GR123456789", "GR"),
            ("no digits", "US"),
            ("1234567890123456789012345678901", "US"),
            ("12_34", "US"),
        ] {
            assert!(!has_form_of(bad, country), "{bad}");
        }
    }
}
