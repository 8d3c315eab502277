//! The forms of entries: what is given, and what is kept of it.

use crate::addresses::{self, Range};
use crate::known::KnownList;
use crate::passwords;
use coinbox_ground::text::is_name;
use coinbox_ground::vocabulary::FieldRule;

/// Digits of a SHA-1 that are kept: 80 bits.
pub(crate) const SHA1_DIGITS: usize = 20;
/// Longest note.
const NOTE_MAX: usize = 200;
/// Kinds of networks (ACC-2).
pub(crate) const NETWORK_KINDS: [&str; 3] = ["vpn", "hosting", "proxy"];
/// Kinds of prefixes that no code is sent to.
const PREFIX_KINDS: [&str; 3] = ["satellite", "premium", "shared-cost"];

/// What is wrong of an entry: the rule and its limit.
pub(crate) type Wrong = (FieldRule, &'static str);

/// What is kept of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    /// A text that is compared as it is.
    Text(String),
    /// A span of addresses.
    Range(Range),
    /// Nothing: no value is ever equal to it.
    Nothing,
}

/// What is kept of an entry of a list.
pub(crate) fn kept(list: KnownList, entry: &str) -> Result<Kept, Wrong> {
    let form = |limit| (FieldRule::WrongForm, limit);
    match list {
        KnownList::PersonalMail | KnownList::DisposableMail => {
            domain(entry).map(Kept::Text).ok_or(form("a domain in ASCII with two labels or more"))
        }
        KnownList::Networks => addresses::parse_range(entry)
            .map(Kept::Range)
            .ok_or(form("a network without host bits, or the first and the last address of a range")),
        KnownList::CommonPasswords => {
            let length = entry.chars().count();
            if !(1..=256).contains(&length) {
                return Err(form("1 to 256 characters"));
            }
            let base = passwords::base_form(entry);
            Ok(if base.chars().count() < passwords::BASE_MIN { Kept::Nothing } else { Kept::Text(base) })
        }
        KnownList::BreachedPasswords => {
            let digits = entry.bytes().all(|byte| byte.is_ascii_hexdigit());
            let length = (SHA1_DIGITS..=40).contains(&entry.len());
            let wrong = form("the first 20 to 40 digits of a SHA-1, hexadecimal");
            if digits && length { Ok(Kept::Text(entry[..SHA1_DIGITS].to_ascii_lowercase())) } else { Err(wrong) }
        }
        KnownList::Prefixes => digits(entry, 15).ok_or(form("1 to 15 digits")),
        KnownList::CallingCodes => digits(entry, 7).ok_or(form("1 to 7 digits")),
        KnownList::WatchNames => {
            let letters = letters(entry);
            let length = (1..=100).contains(&letters.chars().count()) && entry.len() <= 400;
            if length { Ok(Kept::Text(letters)) } else { Err(form("a name with 1 to 100 letters and digits")) }
        }
    }
}

/// Checks the note of an entry.
pub(crate) fn check_note(list: KnownList, note: &str) -> Result<(), Wrong> {
    let one_of = |words: &[&str], limit| {
        if words.contains(&note) { Ok(()) } else { Err((FieldRule::UnknownValue, limit)) }
    };
    match list {
        KnownList::Networks => one_of(&NETWORK_KINDS, "vpn, hosting, proxy"),
        KnownList::Prefixes => one_of(&PREFIX_KINDS, "satellite, premium, shared-cost"),
        KnownList::CallingCodes => {
            let country = |word: &str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
            let countries = !note.is_empty() && note.len() <= NOTE_MAX && note.split(' ').all(country);
            if countries { Ok(()) } else { Err((FieldRule::WrongForm, "ISO 3166-1 alpha-2, separated by blanks")) }
        }
        _ if note.is_empty() => Ok(()),
        _ => Err((FieldRule::WrongForm, "empty")),
    }
}

/// A domain in lower case.
fn domain(text: &str) -> Option<String> {
    let label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    let holds = text.len() <= 253 && text.contains('.') && text.split('.').all(label);
    holds.then(|| text.to_ascii_lowercase())
}

fn digits(text: &str, most: usize) -> Option<Kept> {
    let holds = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    holds.then(|| Kept::Text(text.to_owned()))
}

/// Letters and digits of a name, in lower case.
pub(crate) fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A domain and every parent of two labels or more, the longest first.
pub(crate) fn suffixes(domain: &str) -> Vec<String> {
    let domain = domain.to_ascii_lowercase();
    let mut rest = domain.as_str();
    let mut found = Vec::new();
    while rest.contains('.') {
        found.push(rest.to_owned());
        rest = rest.split_once('.').map_or("", |(_, rest)| rest);
    }
    found
}

/// The beginnings of a number, the longest first.
pub(crate) fn beginnings(number: &str) -> Vec<String> {
    let digits: String = number.strip_prefix('+').unwrap_or(number).to_owned();
    let plain = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { (1..=digits.len()).rev().map(|length| digits[..length].to_owned()).collect() } else { Vec::new() }
}

/// An entry as a part of a key: itself where a key can have it.
pub(crate) fn key_part(entry: &str) -> String {
    if is_name(entry, 253) && !entry.starts_with('~') {
        entry.to_owned()
    } else {
        use sha2::{Digest, Sha256};
        format!("~{}", coinbox_ground::text::hex(&Sha256::digest(entry)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(list: KnownList, entry: &str) -> Result<Kept, FieldRule> {
        kept(list, entry).map_err(|(rule, _)| rule)
    }

    #[test]
    fn an_entry_has_the_form_of_its_list() {
        let some = |text: &str| Ok(Kept::Text(text.to_owned()));
        assert_eq!(text(KnownList::PersonalMail, "GMail.com"), some("gmail.com"));
        assert_eq!(text(KnownList::CommonPasswords, "P@ssw0rd1"), some("password"));
        assert_eq!(text(KnownList::CommonPasswords, "123456"), Ok(Kept::Nothing));
        let sha1 = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
        assert_eq!(text(KnownList::BreachedPasswords, sha1), some("5baa61e4c9b93f3f0682"));
        assert_eq!(text(KnownList::WatchNames, "Acme, Ltd."), some("acmeltd"));
        assert_eq!(text(KnownList::Prefixes, "8810"), some("8810"));
        let long = format!("{}.com", "a".repeat(64));
        for (list, bad) in [
            (KnownList::PersonalMail, "com"),
            (KnownList::PersonalMail, "a..com"),
            (KnownList::PersonalMail, "-a.com"),
            (KnownList::PersonalMail, "gmаil.com"),
            (KnownList::PersonalMail, &long),
            (KnownList::CommonPasswords, ""),
            (KnownList::BreachedPasswords, &sha1[..19]),
            (KnownList::BreachedPasswords, "5BAA61E4C9B93F3F068G"),
            (KnownList::Prefixes, "+881"),
            (KnownList::CallingCodes, "12345678"),
            (KnownList::WatchNames, "--"),
        ] {
            assert_eq!(text(list, bad), Err(FieldRule::WrongForm), "{bad}");
        }
    }

    #[test]
    fn a_note_is_one_of_its_lists_words() {
        for (list, note) in [
            (KnownList::Networks, "vpn"),
            (KnownList::Prefixes, "premium"),
            (KnownList::CallingCodes, "US CA"),
            (KnownList::PersonalMail, ""),
        ] {
            assert_eq!(check_note(list, note), Ok(()));
        }
        for (list, note) in [
            (KnownList::Networks, ""),
            (KnownList::Prefixes, "vpn"),
            (KnownList::CallingCodes, "us"),
            (KnownList::CallingCodes, ""),
            (KnownList::PersonalMail, "x"),
        ] {
            assert!(check_note(list, note).is_err(), "{note}");
        }
    }

    #[test]
    fn every_parent_of_two_labels_is_looked_up() {
        assert_eq!(suffixes("Mail.Example.co.uk"), ["mail.example.co.uk", "example.co.uk", "co.uk"]);
        assert_eq!(suffixes("localhost"), Vec::<String>::new());
        assert_eq!(beginnings("+881"), ["881", "88", "8"]);
        assert_eq!(beginnings("88-1"), Vec::<String>::new());
    }
}
