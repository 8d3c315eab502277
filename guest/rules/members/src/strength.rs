//! How strong a password has to be (SEC-8, R56).

use crate::known::Known;
use crate::words::Weakness;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_profiles::policy::Policy;

/// Longest password, in characters.
pub(crate) const CHARS_MAX: usize = 256;
/// Longest password, in bytes.
pub(crate) const BYTES_MAX: usize = 1024;
/// What has to be left of a password once everything that is guessed first is taken out.
const LEFT_MIN: usize = 6;
/// Shortest word of an address or a name that is taken out.
const WORD_MIN: usize = 3;
/// Shortest run of a keyboard or an alphabet that is taken out.
const RUN_MIN: usize = 4;
/// Rows along which people run, forwards and backwards.
const ROWS: [&str; 6] =
    ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiopasdfghjklyxcvbnm"];

/// Whose password it is to be.
#[derive(Default)]
pub struct About<'a> {
    /// The address.
    pub email: &'a str,
    /// Names of the account and of the person.
    pub names: &'a [&'a str],
}

/// Everything that is wrong with a new password; `before` is the one that it takes the place of.
pub fn weaknesses(
    turn: &Turn<'_>,
    known: &Known,
    about: &About<'_>,
    before: Option<&str>,
    password: &str,
) -> Result<Vec<Weakness>, Fault> {
    let policy = Policy::load(turn)?;
    let people = &policy.people;
    let characters = password.chars().count();
    let mut found = Vec::new();
    let mut note = |holds: bool, weakness| {
        if holds {
            found.push(weakness);
        }
    };
    let count = |wanted: u32| usize::try_from(wanted).unwrap_or(usize::MAX);
    note(characters < count(people.password_shortest), Weakness::TooShort);
    let too_long = characters > CHARS_MAX || password.len() > BYTES_MAX;
    note(too_long, Weakness::TooLong);
    if too_long {
        return Ok(found);
    }
    if characters < count(people.password_unmixed) {
        note(!password.chars().any(char::is_uppercase), Weakness::NoUpper);
        note(!password.chars().any(char::is_lowercase), Weakness::NoLower);
        note(!password.chars().any(char::is_numeric), Weakness::NoDigit);
        note(password.chars().all(char::is_alphanumeric), Weakness::NoSymbol);
    }
    note(is_common(turn, known, about, password)?, Weakness::Common);
    note((known.breached)(turn, password)?, Weakness::Breached);
    note(before == Some(password), Weakness::SameAsBefore);
    Ok(found)
}

/// Whether it is one of the first that somebody tries.
fn is_common(turn: &Turn<'_>, known: &Known, about: &About<'_>, password: &str) -> Result<bool, Fault> {
    let lower = password.to_lowercase();
    let stripped = lower.trim_matches(|letter: char| !letter.is_alphabetic());
    for base in [stripped.to_owned(), plain(stripped), plain(&lower)] {
        let base = base.trim_matches(|letter: char| !letter.is_alphabetic());
        if !base.is_empty() && (known.common)(turn, base)? {
            return Ok(true);
        }
    }
    // Both readings: digits that stand for letters, and digits as such.
    for reading in [lower.clone(), plain(&lower)] {
        if left(turn, known, about, &reading)? < LEFT_MIN {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Digits and signs that are written for letters, as the letters.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '0' => 'o',
            '@' => 'a',
            '1' => 'l',
            '!' => 'i',
            '3' => 'e',
            '$' | '5' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

/// How many letters and digits are left once common words, runs, repetitions and what is known of the owner are taken out.
fn left(turn: &Turn<'_>, known: &Known, about: &About<'_>, reading: &str) -> Result<usize, Fault> {
    let mut text = reading.to_owned();
    for word in words_about(about) {
        text = text.replace(&word, " ");
    }
    text = without_runs(&text);
    let mut left = 0;
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let base = word.trim_matches(|letter: char| !letter.is_alphabetic());
        let digits = word.chars().count() - base.chars().count();
        let once: String = base.chars().take(distinct(base)).collect();
        let is_usual = base.is_empty() || (known.common)(turn, base)? || (known.common)(turn, &once)?;
        left += digits + if is_usual { 0 } else { once.chars().count() };
    }
    Ok(left)
}

/// What is known of the owner: words of the address and of names, the longest first.
fn words_about(about: &About<'_>) -> Vec<String> {
    let email = about.email.to_lowercase();
    let names = about.names.iter().map(|name| name.to_lowercase());
    let mut words: Vec<String> = std::iter::once(email)
        .chain(names)
        .flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| word.chars().count() >= WORD_MIN)
        .flat_map(|word| [plain(&word), word])
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.dedup();
    words
}

/// Text without runs along a row of the keyboard or the alphabet: a blank is in their place.
fn without_runs(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut kept = String::with_capacity(text.len());
    let mut place = 0;
    while place < letters.len() {
        let length = run_at(&letters[place..]);
        if length >= RUN_MIN {
            kept.push(' ');
            place += length;
        } else {
            kept.push(letters[place]);
            place += 1;
        }
    }
    kept
}

/// How many letters at the beginning follow one another on a row, in either direction.
fn run_at(letters: &[char]) -> usize {
    let along = |row: &str| {
        let row: Vec<char> = row.chars().collect();
        let backwards: Vec<char> = row.iter().rev().copied().collect();
        [row, backwards].into_iter().map(|row| longest_on(&row, letters)).max().unwrap_or(0)
    };
    ROWS.iter().map(|row| along(row)).max().unwrap_or(0)
}

fn longest_on(row: &[char], letters: &[char]) -> usize {
    let from = |start: usize| row[start..].iter().zip(letters).take_while(|(one, other)| one == other).count();
    (0..row.len()).map(from).max().unwrap_or(0)
}

/// How many letters a word has without what it only repeats: `abab` and `aaaa` count as the part that is repeated.
fn distinct(word: &str) -> usize {
    let letters: Vec<char> = word.chars().collect();
    let repeats = |unit: usize| letters.iter().enumerate().all(|(place, letter)| *letter == letters[place % unit]);
    (1..=letters.len()).find(|unit| repeats(*unit)).unwrap_or(letters.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START};

    fn weak(password: &str) -> Vec<Weakness> {
        weak_after(None, password)
    }

    fn weak_after(before: Option<&str>, password: &str) -> Vec<Weakness> {
        let about = About { email: "lucius.fox@wayne-telecom.example", names: &["Wayne Telecom"] };
        Fake::new()
            .query(START, |turn| weaknesses(turn, &Known::BUILT_IN, &about, before, password))
            .expect("a judgement")
    }

    #[test]
    fn twelve_of_four_kinds_or_twenty_of_any() {
        assert_eq!(weak("Tr7-plovex-quin"), []);
        assert_eq!(weak("Tr7-plovexq"), [Weakness::TooShort]);
        assert_eq!(weak("Tr7-plovexqu"), []);
        assert_eq!(weak("tr7-plovexqu"), [Weakness::NoUpper]);
        assert_eq!(weak("TR7-PLOVEXQU"), [Weakness::NoLower]);
        assert_eq!(weak("Trx-plovexqu"), [Weakness::NoDigit]);
        assert_eq!(weak("Tr7xplovexqu"), [Weakness::NoSymbol]);
        assert_eq!(weak("ovex plin quar strom"), [], "twenty of one kind and blanks (R56)");
        assert_eq!(weak("ovex plin quar stro"), [Weakness::NoUpper, Weakness::NoDigit]);
        assert_eq!(weak("Пл7-брекзыкв"), [], "letters of every script");
        assert_eq!(weak(&"ovex plin quar strom ".repeat(13)), [Weakness::TooLong]);
        assert!(weak(&"🂡".repeat(257)).contains(&Weakness::TooLong));
    }

    #[test]
    fn what_is_tried_first_is_common_in_every_dress() {
        for common in [
            "Password123!",
            "P@ssw0rd1234",
            "!!!Welcome2026!!!",
            "Qwertyuiop1!",
            "Abcdefgh1234!",
            "AAAAaaaa1111!",
            "Lucius.Fox-26!",
            "WayneTelecom1!",
            "Wayne-T3lec0m!",
            "Summer-2026!!",
            "Football!Password1",
            "Abab-Abab-1234",
            "9876543210-Aa!",
            "12345678901234567890",
            "passwordpasswordpassword",
            "                    ",
        ] {
            assert!(weak(common).contains(&Weakness::Common), "{common}: {:?}", weak(common));
        }
        for fine in ["Lucius-Fox-tr7-plovex", "Password-tr7-plovex", "correct horse battery staple"] {
            assert_eq!(weak(fine), [], "{fine}");
        }
    }

    #[test]
    fn the_same_again_is_no_change() {
        assert_eq!(weak_after(Some("Tr7-plovex-quin"), "Tr7-plovex-quin"), [Weakness::SameAsBefore]);
        assert_eq!(weak_after(Some("Tr7-plovex-quim"), "Tr7-plovex-quin"), []);
    }
}
