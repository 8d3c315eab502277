//! What a sign-up is asked and answers, and the forms of its fields.

use super::network::NetworkKind;
use coinbox_access::people::sessions::Opened;
use coinbox_forms::{country, email};
use coinbox_ground::timezone;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Checks, Fact, Fault, FieldRule, Instant, Problem, int_text, interface_error};
use coinbox_lists as lists;
use coinbox_members::words::HalfSession;
use serde::{Deserialize, Serialize};

/// Who signs up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewSignUp {
    /// The work address.
    pub email: String,
    /// Of the person.
    pub name: String,
    /// Of the company; the account is called so.
    pub company: String,
    /// BCP 47 tag.
    pub language: String,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
    /// IANA name. None: UTC.
    #[serde(default)]
    pub timezone: Option<String>,
}

/// A sign-up that waits for its mailbox.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PendingSignUp {
    /// For the customer's browser.
    pub holder: String,
    /// When the link ends.
    #[serde(with = "int_text")]
    pub until: Instant,
}

/// A mail domain that accounts are not made for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Domain {
    /// In lower case.
    pub domain: String,
}

interface_error! {
    /// Errors of `signup`.
    Error {
        /// A mailbox that people have for themselves.
        PersonalMail(Domain),
        /// A mailbox that lives for minutes.
        DisposableMail(Domain),
        /// The customer comes from a network that sign-ups are not taken from.
        Network(NetworkKind),
        /// The link or the sign-up was used, has ended, or never was.
        Gone,
    }
}

/// The bounds of a name of a person or company.
const NAME_MAX: usize = 100;

/// Checks a sign-up. Answers its address in lower case.
pub(crate) fn check(sign_up: &NewSignUp) -> Result<String, Fault> {
    let mut checks = Checks::new();
    let address = check_address(&mut checks, &sign_up.email, "sign-up.email");
    check_name(&mut checks, &sign_up.name, "sign-up.name");
    check_name(&mut checks, &sign_up.company, "sign-up.company");
    checks.require(is_language(&sign_up.language), "sign-up.language", FieldRule::WrongForm, "BCP 47, such as en");
    if let Some(code) = &sign_up.country {
        checks.form(country::check(code), "sign-up.country");
    }
    if let Some(name) = &sign_up.timezone {
        let known = timezone::is_known(name);
        checks.require(known, "sign-up.timezone", FieldRule::UnknownValue, "IANA time zone name");
    }
    checks.done()?;
    Ok(address)
}

/// Checks a mail address. Letters are only ever ASCII: what looks like another letter is another one, and is refused instead of folded.
fn check_address(checks: &mut Checks, text: &str, field: &str) -> String {
    if text.is_ascii() {
        let domain = text.rsplit_once('@').map_or("", |(_, domain)| domain);
        let holds = email::is_address(text) && domain.contains('.');
        checks.require(holds, field, FieldRule::WrongForm, "an email address");
    } else {
        checks.require(false, field, FieldRule::WrongForm, "ASCII; a domain of other letters is written xn--…");
    }
    text.to_ascii_lowercase()
}

/// Checks a name that mails show to people who are no members yet: nothing in it may act, hide, or become a link.
fn check_name(checks: &mut Checks, text: &str, field: &str) {
    checks.text(text, field, 1, NAME_MAX);
    let markup = text.contains("://") || text.contains(['<', '>']);
    checks.require(!markup, field, FieldRule::WrongForm, "without ://, < and >");
    checks.require(!text.chars().any(is_hidden), field, FieldRule::WrongForm, "no invisible characters");
}

/// Characters without width, and marks of direction, which no name needs at a sign-up.
fn is_hidden(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{180E}')
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let primary = (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_lowercase());
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 35 && primary && parts.all(part)
}

/// A name in a mail to somebody who is no member yet: a dot between letters is followed by a mark that keeps it from becoming a link.
pub(crate) fn unlinked(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    let mut letters = name.chars().peekable();
    let mut before = None;
    while let Some(letter) = letters.next() {
        shown.push(letter);
        let between =
            before.is_some_and(char::is_alphanumeric) && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if letter == '.' && between {
            shown.push('\u{2060}');
        }
        before = Some(letter);
    }
    shown
}

/// The domain of an address.
pub(crate) fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Refuses domains that accounts are not made for (ACC-1).
pub(crate) fn check_domain(turn: &Turn<'_>, address: &str) -> Result<(), Error> {
    if let Some(domain) = lists::disposable_mail(turn, domain_of(address))? {
        return Err(Error::DisposableMail(Domain { domain }));
    }
    match lists::personal_mail(turn, domain_of(address))? {
        Some(domain) => Err(Error::PersonalMail(Domain { domain })),
        None => Ok(()),
    }
}

/// Why an address is not one that an account may have (ACC-1, ACC-10); none: it is.
pub fn address_refused(turn: &Turn<'_>, address: &str) -> Result<Option<Problem>, Fault> {
    let problem =
        |code: &str, domain: String| Problem { code: code.to_owned(), facts: vec![Fact::new("domain", domain)] };
    match check_domain(turn, address) {
        Ok(()) => Ok(None),
        Err(Error::PersonalMail(refused)) => Ok(Some(problem("personal-mail", refused.domain))),
        Err(Error::DisposableMail(refused)) => Ok(Some(problem("disposable-mail", refused.domain))),
        Err(Error::Refused(refusal)) => Err(Fault::Refused(refusal)),
        Err(Error::Other(problem)) => Err(Fault::Other(problem)),
        Err(Error::Network(_) | Error::Gone) => Ok(None),
    }
}

/// The mailbox is confirmed, and the account is there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Confirmed {
    /// Its auth ID.
    pub account: String,
    /// A session that can only enrol a second factor.
    pub half: HalfSession,
}

impl Confirmed {
    pub(crate) fn new(account: impl ToString, opened: Opened) -> Confirmed {
        let half = HalfSession { token: opened.token, until: opened.ends, factors: Vec::new() };
        Confirmed { account: account.to_string(), half }
    }
}

/// What became of a link with a password.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confirmation {
    /// The password is not the one of this sign-up.
    Wrong,
    /// It is.
    Confirmed(Confirmed),
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::vocabulary::Refusal;

    fn sign_up(email: &str, name: &str) -> NewSignUp {
        NewSignUp {
            email: email.to_owned(),
            name: name.to_owned(),
            company: "Acme".to_owned(),
            language: "en".to_owned(),
            country: None,
            timezone: None,
        }
    }

    fn fields(sign_up: &NewSignUp) -> Vec<String> {
        match check(sign_up) {
            Err(Fault::Refused(Refusal::Invalid(problems))) => {
                problems.into_iter().map(|problem| problem.field).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// Attack 8: nothing is folded.
    #[test]
    fn letters_that_look_like_others_are_refused() {
        for bad in [
            "\u{212A}im@example.com",
            "k\u{131}m@example.com",
            "ｋim@example.com",
            "kim@gmаil.com",
            "kim@localhost",
            "kim",
        ] {
            assert_eq!(fields(&sign_up(bad, "Kim")), ["sign-up.email"], "{bad}");
        }
        assert_eq!(check(&sign_up("Owner+Tag@Example.COM", "Kim")), Ok("owner+tag@example.com".to_owned()));
        assert_eq!(check(&sign_up("kim@xn--bcher-kva.example", "Kim")), Ok("kim@xn--bcher-kva.example".to_owned()));
    }

    /// Attack 84.
    #[test]
    fn names_neither_act_nor_hide() {
        for bad in
            ["", "a\r\nb", "a\0b", "a\u{202E}b", "a\u{200B}b", "<b>", "see https://evil.example", &"n".repeat(101)]
        {
            assert!(fields(&sign_up("kim@example.com", bad)).iter().all(|field| field == "sign-up.name"), "{bad:?}");
        }
        assert!(check(&sign_up("kim@example.com", &"n".repeat(100))).is_ok());
        assert!(check(&sign_up("kim@example.com", "株式会社 Müller & Søn")).is_ok());
    }

    #[test]
    fn languages_are_tags() {
        for (tag, holds) in [
            ("en", true),
            ("pt-BR", true),
            ("zh-Hans-CN", true),
            ("", false),
            ("EN", false),
            ("en_US", false),
            ("e", false),
            ("en-", false),
        ] {
            assert_eq!(is_language(tag), holds, "{tag}");
        }
    }

    /// Attack 85: no mail program makes a link of it.
    #[test]
    fn names_become_no_links() {
        assert_eq!(unlinked("Visit evil.example"), "Visit evil.\u{2060}example");
        assert_eq!(unlinked("Acme Inc."), "Acme Inc.");
        assert_eq!(unlinked("J. Doe"), "J. Doe");
    }
}
