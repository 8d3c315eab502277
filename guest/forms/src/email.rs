//! Mail addresses: what every mail server takes, in ASCII.
//!
//! The crate `email_address` decides, which the mailer's library asks too; what goes beyond that (quoted local parts, comments, addresses in
//! brackets, letters beyond ASCII) is allowed by the standards and refused by many servers, so it is refused here.

use email_address::EmailAddress;

/// What is wanted.
pub const LIMIT: &str = "an email address";
/// Longest address that SMTP takes (RFC 5321, 4.5.3.1.3 less the brackets).
pub const LENGTH_MAX: usize = 254;

/// Whether mails can be sent to this address through any server.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    text.len() <= LENGTH_MAX
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !local.contains('"')
        && domain.bytes().all(host)
        && EmailAddress::is_valid_local_part(local)
        && EmailAddress::is_valid_domain(domain)
}

/// Whether a mailer could take it at all: what older versions have stored.
pub fn is_sendable(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        EmailAddress::is_valid_local_part(local) && !domain.is_empty() && !domain.chars().any(is_cut) && !broken(domain)
    })
}

fn is_cut(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

/// ASCII domains are judged here; what a domain of other letters becomes in ASCII is the mailer's to say.
fn broken(domain: &str) -> bool {
    domain.is_ascii() && !domain.starts_with('[') && !EmailAddress::is_valid_domain(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case 01-one-bad-recipient-stops-all-mail: what the mailer refuses is refused where it is set.
    #[test]
    fn addresses_are_those_that_the_mailer_takes() {
        let long = |length: usize| format!("{}@s.example", "a".repeat(length));
        for bad in [
            "bad..one@recip.example",
            "a..b@x",
            ".a@x",
            "a.@x",
            "a@-x",
            "a@x-",
            "a@s..example",
            "a@s.example.",
            "a@.s.example",
            "a@",
            "@x",
            "a",
            "",
            "a@b@c",
            "a b@c.de",
            "a@b c",
            "a\n@b",
            "\"a b\"@c",
            "a@[127.0.0.1]",
            "a@b_c.example",
            "ä@b.example",
            "a@bücher.example",
            "a,b@c",
            "<a@b>",
            &long(65),
            &format!("a@{}.example", "b".repeat(64)),
            &format!("a@{}", "b.".repeat(130)),
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
        for good in ["a@b", "lucius@example.com", "o'hara+x@s-1.example", "a.b.c@xn--bcher-kva.example", &long(64)] {
            assert!(is_address(good) && is_sendable(good), "{good:?}");
        }
        assert!(is_sendable("a@bücher.example") && !is_sendable("a..b@x") && !is_sendable("a@s.example."));
    }
}
