//! Where the pages of a customer are: what links in mails begin with, and whose requests with a cookie are believed.
//!
//! It comes from the configuration only. What a request says of its own target (`Host`, forwarding headers) is never asked.

use crate::text;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Longest address.
const BYTES_MAX: usize = 200;

/// The address of the pages: `https://console.example.com/app`, or `http://` on this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsoleUrl {
    origin: String,
    /// Begins with a slash, or is empty.
    path: String,
}

/// Why an address cannot be that of the pages.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is not an address such as https://console.example.com/app: at most 200 characters, https (http only for this machine), a name or IP \
     address, a port, a path of plain letters, and nothing else"
)]
pub struct ConsoleUrlError(String);

impl ConsoleUrl {
    /// As browsers name it in `Origin`: scheme, name and port, where the port is not that of the scheme.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// A page of it that is handed a secret: behind `#`, where it is sent to no server and stands in no log.
    pub fn link(&self, page: &str, token: &str) -> String {
        format!("{}{}/{page}#{token}", self.origin, self.path)
    }
}

impl std::fmt::Display for ConsoleUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.origin, self.path)
    }
}

impl FromStr for ConsoleUrl {
    type Err = ConsoleUrlError;

    fn from_str(given: &str) -> Result<ConsoleUrl, ConsoleUrlError> {
        read(given).ok_or_else(|| ConsoleUrlError(text::shortened(given)))
    }
}

fn read(given: &str) -> Option<ConsoleUrl> {
    let (scheme, rest) = given.split_once("://").filter(|_| given.len() <= BYTES_MAX)?;
    let scheme = scheme.to_ascii_lowercase();
    let (authority, path) = rest.find('/').map_or((rest, ""), |place| rest.split_at(place));
    let (host, port) = split_port(authority)?;
    let host = Host::read(host)?;
    let usual = match scheme.as_str() {
        "https" => 443,
        "http" if host.is_here() => 80,
        _ => return None,
    };
    let port = port.filter(|port| *port != usual).map_or_else(String::new, |port| format!(":{port}"));
    Some(ConsoleUrl { origin: format!("{scheme}://{}{port}", host.written()), path: read_path(path)? })
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    // Colons inside brackets are of the address.
    let after_brackets = authority.rfind(']').map_or(0, |place| place + 1);
    let Some(colon) = authority[after_brackets..].find(':').map(|place| place + after_brackets) else {
        return Some((authority, None));
    };
    let digits = &authority[colon + 1..];
    let plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse::<u16>().ok().filter(|port| plain && *port > 0)?;
    Some((&authority[..colon], Some(port)))
}

enum Host {
    Address(IpAddr),
    Name(String),
}

impl Host {
    fn read(text: &str) -> Option<Host> {
        if let Some(inside) = text.strip_prefix('[') {
            let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
            return Some(Host::Address(address.into()));
        }
        if let Ok(address) = text.parse() {
            return Some(Host::Address(address)).filter(|_| !text.contains(':'));
        }
        let name = text.to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // Browsers read a name whose last label is a number as an IPv4 address, octal and short forms too.
        let last_is_number = name.rsplit('.').next()?.bytes().next()?.is_ascii_digit();
        (name.len() <= 253 && name.split('.').all(label) && !last_is_number).then_some(Host::Name(name))
    }

    /// Whether it can only be this machine.
    fn is_here(&self) -> bool {
        match self {
            Host::Address(address) => address.is_loopback(),
            Host::Name(name) => name == "localhost",
        }
    }

    fn written(&self) -> String {
        match self {
            Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
            Host::Address(IpAddr::V4(address)) => address.to_string(),
            Host::Name(name) => name.clone(),
        }
    }
}

/// The path without a slash at its end.
fn read_path(path: &str) -> Option<String> {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let good = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
    };
    bare.split('/').skip(1).all(good).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_browsers_write_it() {
        for (given, origin, link) in [
            ("https://console.example.com", "https://console.example.com", "https://console.example.com/a/b#lk_1"),
            ("HTTPS://Console.Example.com:443/", "https://console.example.com", "https://console.example.com/a/b#lk_1"),
            (
                "https://example.com:8443/my/app/",
                "https://example.com:8443",
                "https://example.com:8443/my/app/a/b#lk_1",
            ),
            ("http://localhost:3000", "http://localhost:3000", "http://localhost:3000/a/b#lk_1"),
            ("http://127.0.0.1:80/x", "http://127.0.0.1", "http://127.0.0.1/x/a/b#lk_1"),
            ("http://[0:0::1]:8844", "http://[::1]:8844", "http://[::1]:8844/a/b#lk_1"),
            ("https://192.0.2.1", "https://192.0.2.1", "https://192.0.2.1/a/b#lk_1"),
        ] {
            let console: ConsoleUrl = given.parse().expect(given);
            assert_eq!(console.origin(), origin);
            assert_eq!(console.link("a/b", "lk_1"), link);
            assert_eq!(console.to_string().parse(), Ok(console), "{given}");
        }
    }

    #[test]
    fn what_is_no_such_address_is_refused() {
        let long = format!("https://example.com/{}", "a".repeat(200));
        for wrong in [
            "",
            "console.example.com",
            "ftp://example.com",
            "http://example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "https://",
            "https:///x",
            "https://user@example.com",
            "https://user:pw@example.com",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:+80",
            "https://example.com:",
            "https://example.com?x",
            "https://example.com/#x",
            "https://example.com/?x=1",
            "https://example.com/a b",
            "https://example.com/\"onclick",
            "https://example.com/<b>",
            "https://example.com//evil.example",
            "https://example.com/../x",
            "https://example.com\\x",
            "https://exa mple.com",
            "https://-example.com",
            "https://example..com",
            "https://ex\u{e4}mple.com",
            "https://0x7f.1",
            "http://127.1",
            "https://[::1",
            "https://::1",
            "javascript://example.com",
            &long,
        ] {
            assert!(wrong.parse::<ConsoleUrl>().is_err(), "{wrong}");
        }
        let error = "http://example.com".parse::<ConsoleUrl>().expect_err("not https").to_string();
        assert!(error.starts_with("`http://example.com` is not an address such as https://"), "{error}");
    }
}
