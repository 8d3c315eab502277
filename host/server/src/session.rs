//! Sessions of people: which a request brings, and how a browser is given one.
//!
//! Programs send `Authorization: Bearer cbs_…`. Browsers send the cookie `__Host-coinbox`, which no script can read and no other site can set. A
//! browser sends a cookie along whoever has made the page, so a request with a cookie is only believed where it comes from the configured pages
//! (`console-url`), and a writing one must say so in `Origin` and be JSON, which no form of another site can send.

use super::answer::Failure;
use super::request::{self, Names, Peer};
use super::state::Rest;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use coinbox_host::console::ConsoleUrl;
use coinbox_host::contract::types::{Caller, Principal, Session};

/// Name of the cookie. Browsers take one with this beginning only with `Secure`, `Path=/` and without `Domain`.
pub(crate) const COOKIE: &str = "__Host-coinbox";
/// The cookie of a sign-up that waits for its mailbox.
const HOLDER_COOKIE: &str = "__Host-coinbox-signup";
/// How every secret of such a sign-up begins.
const HOLDER: &str = "su_";
/// What pages send, and no form of another site can: JSON, and files that are handed in.
const SENT_BY_NO_FORM: [&str; 7] = [
    "application/json",
    "application/octet-stream",
    "application/pdf",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
];
/// How every token of a session begins.
const TOKEN: &str = "cbs_";
/// Longest token.
const TOKEN_BYTES_MAX: usize = 200;

/// The caller of a request of a person who has logged in.
pub(crate) fn person(
    rest: &Rest,
    method: &Method,
    headers: &HeaderMap,
    peer: Option<Peer>,
    names: &Names,
) -> Result<Caller, Failure> {
    request::check_headers(headers)?;
    let token = match headers.contains_key(header::AUTHORIZATION) {
        // What a request says of itself goes before what a browser adds to it.
        true => request::bearer(headers).filter(|token| is_secret(token, TOKEN)).map(str::to_owned),
        false => from_cookie(rest.console.as_ref(), method, headers)?,
    };
    let token = token.ok_or_else(|| Failure::unauthenticated("Session"))?;
    let caller = request::caller(rest, headers, peer, names, Principal::Session(Session { token }))?;
    names.check_question()?;
    Ok(caller)
}

/// Whether a request says that it is a person's who has logged in. What it says for itself goes before what a browser adds to it.
pub(crate) fn is_brought(rest: &Rest, headers: &HeaderMap) -> bool {
    if headers.contains_key(header::AUTHORIZATION) {
        return request::bearer(headers).is_some_and(|token| token.starts_with(TOKEN));
    }
    rest.console.is_some() && !matches!(cookie(headers, COOKIE, TOKEN), Ok(None))
}

/// The main account that a session says it is of; it is to be believed once the session is.
pub(crate) fn account_of(token: &str) -> Option<&str> {
    token.strip_prefix(TOKEN)?.split('_').next()
}

/// The caller of a request of somebody who has still to prove who he is.
pub(crate) fn stranger(rest: &Rest, headers: &HeaderMap, peer: Option<Peer>, names: &Names) -> Result<Caller, Failure> {
    request::check_headers(headers)?;
    names.check_question()?;
    request::caller(rest, headers, peer, names, Principal::Nobody)
}

/// The secret of a sign-up that a browser holds, where the request may bring one.
pub(crate) fn holder(rest: &Rest, method: &Method, headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let (Some(console), Some(holder)) = (rest.console.as_ref(), cookie(headers, HOLDER_COOKIE, HOLDER)?) else {
        return Ok(None);
    };
    check_site(console, method, headers)?;
    Ok(Some(holder))
}

fn is_secret(text: &str, begins: &str) -> bool {
    text.starts_with(begins)
        && text.len() <= TOKEN_BYTES_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The token of a cookie, where the request may bring one.
fn from_cookie(console: Option<&ConsoleUrl>, method: &Method, headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let (Some(console), Some(token)) = (console, cookie(headers, COOKIE, TOKEN)?) else { return Ok(None) };
    check_site(console, method, headers)?;
    Ok(Some(token))
}

/// A cookie, if it can be one. Two of them are refused: which of the two counts would be anybody's guess.
fn cookie(headers: &HeaderMap, named: &str, begins: &str) -> Result<Option<String>, Failure> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(name, _)| name.trim() == named).map(|(_, value)| value.trim());
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Failure::field("Cookie", "repeated", "has the secret twice")),
        (found, None) => Ok(found.filter(|secret| is_secret(secret, begins)).map(str::to_owned)),
    }
}

/// Refuses a request that a page of another site may have sent.
fn check_site(console: &ConsoleUrl, method: &Method, headers: &HeaderMap) -> Result<(), Failure> {
    let other = || {
        let what = "a request with a cookie must come from the pages of this service, as JSON";
        Failure::new(StatusCode::FORBIDDEN, "other_site", what)
    };
    // Browsers say it by themselves; a page cannot change it.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| !matches!(site, b"same-origin" | b"none")) {
        return Err(other());
    }
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let right = if reads { says(headers, console) != Some(false) } else { says(headers, console) == Some(true) };
    if right && (reads || is_no_form(headers)) { Ok(()) } else { Err(other()) }
}

/// Whether `Origin` names the pages; none: it is not there.
fn says(headers: &HeaderMap, console: &ConsoleUrl) -> Option<bool> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let first = origins.next()?;
    Some(origins.next().is_none() && first.as_bytes() == console.origin().as_bytes())
}

/// Whether a body is JSON or a file by what is said of it; a request without a body says nothing.
fn is_no_form(headers: &HeaderMap) -> bool {
    match headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str()) {
        None => {
            let length = headers.get(header::CONTENT_LENGTH).map(HeaderValue::as_bytes);
            !headers.contains_key(header::TRANSFER_ENCODING) && matches!(length, None | Some(b"0"))
        }
        Some(Ok(kind)) => {
            let bare = kind.split(';').next().unwrap_or_default().trim();
            SENT_BY_NO_FORM.iter().any(|kind| bare.eq_ignore_ascii_case(kind))
        }
        Some(Err(_)) => false,
    }
}

/// Whether a request comes from the pages, so that a new session goes into a cookie and not into the answer.
pub(crate) fn is_from_pages(rest: &Rest, headers: &HeaderMap) -> bool {
    rest.console.as_ref().is_some_and(|console| says(headers, console) == Some(true))
}

/// `Set-Cookie` for a new session. It is gone with the browser, and the rules end it long before.
pub(crate) fn giving(token: &str) -> Option<HeaderValue> {
    let value = format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&value).ok().filter(|_| is_secret(token, TOKEN))
}

/// `Set-Cookie` for a sign-up that waits for its mailbox: a day, as its link.
pub(crate) fn giving_holder(holder: &str) -> Option<HeaderValue> {
    let value = format!("{HOLDER_COOKIE}={holder}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=86400");
    HeaderValue::from_str(&value).ok().filter(|_| is_secret(holder, HOLDER))
}

/// `Set-Cookie` that takes it away.
pub(crate) fn taking() -> HeaderValue {
    const TAKING: &str = "__Host-coinbox=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";
    HeaderValue::from_static(TAKING)
}

/// What the answers of routes for people say to whatever is between: keep nothing, and tell no other site where this was.
pub(crate) fn guard(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "cbs_MAAAAAAAAAAAAAAAAAAA_1_abcdefghijklmnop_0123456789";

    #[test]
    fn a_session_says_whose_it_is() {
        assert_eq!(account_of(SECRET), Some("MAAAAAAAAAAAAAAAAAAA"));
        assert_eq!(account_of("MAAAAAAAAAAAAAAAAAAA_1"), None);
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: header::HeaderName = name.parse().expect("a name");
            headers.append(name, value.parse().expect("a value"));
        }
        headers
    }

    fn told(method: Method, pairs: &[(&str, &str)]) -> Result<Option<String>, (u16, String)> {
        let console: ConsoleUrl = "https://console.example.com/app".parse().expect("an address");
        from_cookie(Some(&console), &method, &headers(pairs)).map_err(|failure| (failure.status.as_u16(), failure.code))
    }

    const SITE: &str = "https://console.example.com";
    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

    /// Attack 49: foreign or missing origin, a form of another site.
    #[test]
    fn a_cookie_is_believed_of_the_pages_only() {
        let line = format!("theme=dark; {COOKIE}={SECRET}; x=y");
        let cookie = ("cookie", line.as_str());
        let good = Ok(Some(SECRET.to_owned()));
        assert_eq!(told(Method::POST, &[cookie, ("origin", SITE), JSON]), good);
        assert_eq!(told(Method::DELETE, &[cookie, ("origin", SITE)]), good);
        assert_eq!(told(Method::POST, &[cookie, ("origin", SITE), ("content-type", "image/png")]), good);
        assert_eq!(told(Method::GET, &[cookie]), good);
        assert_eq!(told(Method::GET, &[cookie, ("sec-fetch-site", "same-origin")]), good);
        let refused = Err((403, "other_site".to_owned()));
        for origin in [
            "https://evil.example",
            "https://console.example.com.evil.example",
            "https://console.example.com:8443",
            "http://console.example.com",
            "https://CONSOLE.example.com",
            "https://console.example.com/app",
            "null",
            "",
        ] {
            for method in [Method::POST, Method::DELETE, Method::PUT, Method::GET] {
                assert_eq!(told(method.clone(), &[cookie, ("origin", origin), JSON]), refused, "{method} {origin:?}");
            }
        }
        assert_eq!(told(Method::POST, &[cookie, JSON]), refused, "no origin");
        assert_eq!(told(Method::POST, &[cookie, ("origin", SITE), ("origin", SITE), JSON]), refused, "two of them");
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "application/jsonx", ""]
        {
            let posted = [cookie, ("origin", SITE), ("content-type", kind)];
            assert_eq!(told(Method::POST, &posted), refused, "{kind:?}");
        }
        assert_eq!(told(Method::POST, &[cookie, ("origin", SITE), ("content-length", "5")]), refused, "nameless body");
        for site in ["cross-site", "same-site", "new-word"] {
            assert_eq!(told(Method::GET, &[cookie, ("sec-fetch-site", site)]), refused, "{site}");
        }
    }

    #[test]
    fn what_is_no_cookie_of_a_session_is_none() {
        for line in
            ["", "__Host-coinbox", "__Host-coinbox=", "__Host-coinbox=abc", "coinbox=cbs_x", "x__Host-coinbox=cbs_x"]
        {
            assert_eq!(told(Method::GET, &[("cookie", line)]), Ok(None), "{line}");
        }
        for wrong in ["cbs_a b", "cbs_\"x\"", "cbs_%41", "CBS_x"] {
            assert_eq!(told(Method::GET, &[("cookie", &format!("{COOKIE}={wrong}"))]), Ok(None), "{wrong}");
        }
        let twice = format!("{COOKIE}={SECRET}; {COOKIE}={SECRET}");
        assert_eq!(told(Method::GET, &[("cookie", &twice)]), Err((400, "invalid".to_owned())));
        let one = format!("{COOKIE}={SECRET}");
        assert_eq!(told(Method::GET, &[("cookie", &one), ("cookie", &one)]), Err((400, "invalid".to_owned())));
        // Without the address of the pages there are no cookies.
        assert_eq!(from_cookie(None, &Method::GET, &headers(&[("cookie", &one)])), Ok(None));
    }

    #[test]
    fn a_cookie_is_given_to_nobody_but_the_browser() {
        let given = giving(SECRET).expect("a token");
        let expected = format!("{COOKIE}={SECRET}; Path=/; Secure; HttpOnly; SameSite=Strict");
        assert_eq!(given.to_str().expect("text"), expected);
        assert_eq!(giving("cbs_x; Domain=evil.example"), None);
        let held = giving_holder("su_1_2").expect("a secret");
        assert_eq!(held, format!("{HOLDER_COOKIE}=su_1_2; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=86400"));
        assert_eq!((giving_holder("su_1 2"), giving_holder(SECRET)), (None, None));
        assert!(taking().to_str().expect("text").ends_with("Max-Age=0"));
    }
}
