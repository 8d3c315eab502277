//! Forms of what people give (bad input is named by field and limit).

use coinbox_forms::phone;
use coinbox_ground::vocabulary::{Checks, FieldRule};

/// Longest name.
const NAME_MAX: usize = 100;

/// A name: letters that can be printed, nothing that a mail program makes a link or markup of.
pub(crate) fn name(checks: &mut Checks, name: &str, field: &str) {
    checks.text(name, field, 1, NAME_MAX);
    let hidden =
        |letter: char| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{ad}' | '\u{61c}');
    let plain = !name.contains(['<', '>']) && !name.contains("://") && !name.chars().any(hidden);
    checks.require(plain, field, FieldRule::WrongForm, "no <, >, :// and no invisible characters");
}

/// A language tag.
pub(crate) fn language(checks: &mut Checks, tag: &str, field: &str) {
    let parts_fit = tag
        .split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let first = tag.split('-').next().unwrap_or_default();
    let fits = tag.len() <= 35 && parts_fit && first.len() >= 2 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    checks.require(fits, field, FieldRule::WrongForm, "a language tag such as en or pt-BR");
}

/// A mail address, in lower case of ASCII. Nothing else is folded (R55).
pub(crate) fn email(checks: &mut Checks, address: &str, field: &str) -> String {
    checks.require(address.len() <= 254, field, FieldRule::TooLong, 254);
    if address.is_ascii() {
        checks.email(address, field);
    } else {
        let limit = "an email address in ASCII; domains of other letters are written xn--…";
        checks.require(false, field, FieldRule::WrongForm, limit);
    }
    address.to_ascii_lowercase()
}

/// A phone number: its digits, without the plus.
pub(crate) fn number(checks: &mut Checks, number: &str, field: &str) -> String {
    let digits = number.strip_prefix('+').unwrap_or(number);
    checks.require(phone::is_number(digits), field, FieldRule::WrongForm, phone::NUMBER_LIMIT);
    digits.to_owned()
}

/// What an operator says why.
pub(crate) fn reason(checks: &mut Checks, reason: &str) {
    checks.text(reason, "reason", 1, 500);
}

/// The last four digits of a number.
pub(crate) fn masked_number(number: &str) -> String {
    let shown = number.len().min(4);
    format!("•••• {}", &number[number.len() - shown..])
}

/// An address of which one can see whether it is one's own.
pub(crate) fn masked_email(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

/// The country calling code of a number (ITU-T E.164): one, two or three digits.
pub(crate) fn calling_code(number: &str) -> &str {
    const TWO: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    let length = match number {
        _ if number.starts_with(['1', '7']) => 1,
        _ if TWO.iter().any(|code| number.starts_with(code)) => 2,
        _ => 3,
    };
    &number[..length.min(number.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::vocabulary::Fault;

    fn refused(check: impl FnOnce(&mut Checks)) -> Result<(), Fault> {
        let mut checks = Checks::new();
        check(&mut checks);
        checks.done()
    }

    /// Attacks 84 and 85: what a mail program would act on is no name.
    #[test]
    fn names_are_only_read() {
        for good in ["Ada", "Müller & Söhne", "O'Hara", "株式会社", "Visit evil.example"] {
            assert_eq!(refused(|checks| name(checks, good, "name")), Ok(()), "{good}");
        }
        for bad in [
            "",
            " ",
            "a\nb",
            "a\rb",
            "a\0",
            "<b>",
            "https://evil.example",
            "a\u{202e}b",
            "a\u{200b}b",
            &"x".repeat(101),
        ] {
            assert!(refused(|checks| name(checks, bad, "name")).is_err(), "{bad:?}");
        }
    }

    /// Attacks 8 and 9.
    #[test]
    fn addresses_fold_the_case_of_ascii_and_nothing_else() {
        let mut checks = Checks::new();
        assert_eq!(email(&mut checks, "Owner+X@Example.COM", "email"), "owner+x@example.com");
        assert_eq!(checks.done(), Ok(()));
        for bad in [
            "\u{212a}elvin@example.com",
            "ad\u{131}n@example.com",
            "ａda@example.com",
            "ada@gm\u{430}il.com",
            "ada",
            "@x.y",
            "",
        ] {
            assert!(refused(|checks| drop(email(checks, bad, "email"))).is_err(), "{bad:?}");
        }
        assert_eq!(refused(|checks| drop(email(checks, "ada@xn--gmil-63d.com", "email"))), Ok(()));
    }

    #[test]
    fn languages_and_numbers_have_forms() {
        for good in ["en", "pt-BR", "zh-Hant-TW"] {
            assert_eq!(refused(|checks| language(checks, good, "language")), Ok(()), "{good}");
        }
        for bad in ["", "e", "en_US", "1-2", "en-", "abcdefghi", &format!("en{}", "-abcdefgh".repeat(4))] {
            assert!(refused(|checks| language(checks, bad, "language")).is_err(), "{bad}");
        }
        assert_eq!(masked_number("14155550100"), "•••• 0100");
        assert_eq!(masked_email("lucius@example.com"), "l•••@example.com");
        for (given, code) in [
            ("14155550100", "1"),
            ("79001234567", "7"),
            ("4930123456", "49"),
            ("35312345678", "353"),
            ("6421234567", "64"),
            ("9931234567", "993"),
        ] {
            assert_eq!(calling_code(given), code);
        }
    }
}
