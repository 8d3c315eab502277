//! What is left of a password without its decoration (SEC-8).

use coinbox_forms::letters;

/// Shortest base form that a list keeps.
pub const BASE_MIN: usize = 3;

/// The base form of a password as a list keeps it: lower-case, without digits and symbols at both ends, with letters for the signs that stand for them.
pub fn base_form(text: &str) -> String {
    letters::without_signs(stripped(&text.to_lowercase(), false, false))
}

/// The base forms that a password may be seen as: signs at its ends may be letters (`$unshine`) or decoration (`sunshine!!`). Each once.
pub fn base_forms(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut forms = Vec::new();
    for (first, last) in [(false, false), (true, false), (false, true), (true, true)] {
        let form = letters::without_signs(stripped(&lower, first, last));
        if !form.is_empty() && !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// Without digits and symbols at both ends; `first` and `last`: signs that stand for letters stay at that end.
fn stripped(text: &str, first: bool, last: bool) -> &str {
    let strip = |kept: bool| {
        move |letter: char| {
            let stands_for_one = kept && letters::of_sign(letter).is_some();
            !letter.is_alphabetic() && !stands_for_one
        }
    };
    text.trim_start_matches(strip(first)).trim_end_matches(strip(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoration_is_taken_off() {
        for (given, base) in [
            ("P@ssw0rd123!", "password"),
            ("password", "password"),
            ("!!Sunshine2024", "sunshine"),
            ("123456", ""),
            ("letmein1", "letmein"),
            ("Пароль1", "пароль"),
        ] {
            assert_eq!(base_form(given), base, "{given}");
        }
    }

    #[test]
    fn signs_at_the_ends_are_read_both_ways() {
        assert!(base_forms("$unshine1").contains(&"sunshine".to_owned()));
        assert!(base_forms("1oveyou5").contains(&"loveyous".to_owned()));
        assert_eq!(base_forms("9999"), Vec::<String>::new());
        assert_eq!(base_forms("dragon"), ["dragon"]);
    }
}
