//! How the values of facts are shown in a mail.

use super::catalog::{LINES, LINK, LINK_PATHS, MOMENTS, OF_STRANGERS, TO_STRANGERS};
use coinbox_host::console::ConsoleUrl;
use coinbox_host::contract::types::Fact;
use coinbox_host::text;

/// What is put behind a dot so that no mail program makes a link of the name around it. It is not there to be seen.
const WORD_JOINER: char = '\u{2060}';
/// How a token begins.
const TOKEN: &str = "lk_";
/// Longest token.
const TOKEN_BYTES_MAX: usize = 200;
/// Digits of milliseconds since 1970 from 2001 to 2286.
const MOMENT_DIGITS: usize = 13;

/// A value as people read it.
pub(super) fn shown(template: &str, name: &str, value: &str) -> String {
    let value = clean(value, LINES.contains(&name));
    if MOMENTS.contains(&name) {
        return moment(&value).unwrap_or(value);
    }
    // What somebody's program calls itself is a stranger's word in every mail: nobody has proved anything yet.
    let of_a_stranger = name == "device" || (TO_STRANGERS.contains(&template) && OF_STRANGERS.contains(&name));
    if of_a_stranger { unlinked(&value) } else { value }
}

/// The secret facts of a mail, with links in place of tokens.
pub(super) fn with_links(template: &str, secrets: &[Fact], console: Option<&ConsoleUrl>) -> Vec<Fact> {
    let page = LINK_PATHS.iter().find(|(name, _)| *name == template).map(|(_, path)| *path);
    let mut secrets = secrets.to_vec();
    if let (Some(page), Some(console)) = (page, console) {
        for fact in secrets.iter_mut().filter(|fact| fact.name == LINK && is_token(&fact.value)) {
            fact.value = console.link(page, &fact.value);
        }
    }
    secrets
}

fn is_token(value: &str) -> bool {
    value.starts_with(TOKEN)
        && value.len() <= TOKEN_BYTES_MAX
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// `2026-11-30 17:00 UTC`, if it is milliseconds since 1970.
fn moment(value: &str) -> Option<String> {
    let digits = value.len() == MOMENT_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
    let written = text::moment(value.parse().ok().filter(|_| digits)?);
    let (day, time) = written.split_once('T')?;
    Some(format!("{day} {} UTC", time.get(..5)?))
}

/// Letters that act become spaces: no value can begin a line of its own, in a header least of all, or turn one round.
pub(super) fn clean(value: &str, keep_lines: bool) -> String {
    let keep = |letter: char| !text::is_acting(letter) || (keep_lines && letter == '\n');
    value.chars().map(|letter| if keep(letter) { letter } else { ' ' }).collect()
}

/// The same text, in which mail programs find no name of a server and no address of a page.
fn unlinked(value: &str) -> String {
    let mut shown = String::with_capacity(value.len());
    let mut before = None::<char>;
    let mut rest = value.chars();
    while let Some(letter) = rest.next() {
        shown.push(letter);
        let next = rest.clone().next();
        let between = before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
        if (letter == '.' && between) || (letter == ':' && rest.as_str().starts_with("//")) {
            shown.push(WORD_JOINER);
        }
        before = Some(letter);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_for_people() {
        assert_eq!(shown("password-reset", "until", "1796058000123"), "2026-11-30 17:00 UTC");
        assert_eq!(shown("review-held", "due", "2026-12-01 09:30 UTC"), "2026-12-01 09:30 UTC");
        assert_eq!(shown("account-closed", "due", "none"), "none");
        assert_eq!(shown("invoice-reopened", "due", "50.00"), "50.00");
        // Only facts that are moments.
        assert_eq!(shown("password-reset", "name", "1796058000123"), "1796058000123");
    }

    /// Attack 85.
    #[test]
    fn names_of_strangers_do_not_become_links() {
        let joined = |value| shown("invitation", "account-name", value);
        assert_eq!(joined("Visit evil.example"), "Visit evil.\u{2060}example");
        assert_eq!(joined("www.evil.example."), "www.\u{2060}evil.\u{2060}example.");
        assert_eq!(joined("see http://1.2.3.4/x"), "see http:\u{2060}//1.\u{2060}2.\u{2060}3.\u{2060}4/x");
        assert_eq!(joined("Dr. Who, Inc."), "Dr. Who, Inc.");
        // What has it already is left as it is.
        assert_eq!(joined("evil.\u{2060}example"), "evil.\u{2060}example");
        assert_eq!(shown("sign-up-confirm", "name", "a.b"), "a.\u{2060}b");
        // Members' own mails and other facts are not touched.
        assert_eq!(shown("member-joined", "account-name", "a.b"), "a.b");
        assert_eq!(shown("invitation", "link", "https://a.b/"), "https://a.b/");
    }

    #[test]
    fn only_a_secret_token_of_a_mail_with_a_page_becomes_a_link() {
        let console: ConsoleUrl = "https://console.example.com/app".parse().expect("address");
        let of = |template: &str, name: &str, value: &str| {
            let facts = [Fact { name: name.to_owned(), value: value.to_owned() }];
            with_links(template, &facts, Some(&console)).remove(0).value
        };
        let token = "lk_1796058000123abcd_SEcret";
        assert_eq!(
            of("password-reset", "link", token),
            format!("https://console.example.com/app/password/reset#{token}")
        );
        assert_eq!(of("password-reset", "password", token), token);
        assert_eq!(of("login-notice", "link", token), token);
        for other in ["none", "", "lk_a b", "lk_<x>", "lk_a#b", "https://evil.example"] {
            assert_eq!(of("password-reset", "link", other), other);
        }
        assert_eq!(
            with_links("password-reset", &[Fact { name: "link".to_owned(), value: token.to_owned() }], None)[0].value,
            token
        );
    }
}
