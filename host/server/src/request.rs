//! What every request brings along: its names, its sender, its proof, its body.

use super::answer::Failure;
use super::operators::Known;
use super::places::Ticket;
use super::settings::TrustedProxies;
use super::state::Rest;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coinbox_forms::network;
use coinbox_host::contract::types::{Caller, Credential, Operator, Principal, Refusal, RequestPart};
use coinbox_host::json::strict::{self, Repeated};
use coinbox_host::text;
use coinbox_operations::remote::IDEMPOTENCY_PART;
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Longest `Authorization` header that is looked at.
const AUTHORIZATION_BYTES_MAX: usize = 512;
/// Longest text of a program's name that is handed on.
const DEVICE_BYTES_MAX: usize = 256;

/// Where a connection comes from; put in by the accepting loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub SocketAddr);

/// Names of one request; put in by the outermost layer.
#[derive(Clone, Debug)]
pub struct Names {
    /// New for each answer (REST-1).
    pub api_id: String,
    /// The client's own name of it, `X-Request-Id`, which comes back: the rules are told `api_id`, which no client can choose (R79).
    pub client: Option<String>,
    /// What the request holds.
    pub ticket: Ticket,
    /// The first key that its question has twice.
    pub repeated: Option<String>,
}

impl Names {
    /// Draws them.
    pub fn new(headers: &HeaderMap) -> Names {
        let api_id = uuid::Uuid::new_v4().to_string();
        let given = headers.get("x-request-id").and_then(|value| value.to_str().ok());
        let good = |text: &&str| (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        Names { client: given.filter(good).map(str::to_owned), api_id, ticket: Ticket::default(), repeated: None }
    }

    /// Refuses a question in which a key stands twice: which of the two counts would be anybody's guess. For after it is known who asks.
    pub fn check_question(&self) -> Result<(), Failure> {
        match &self.repeated {
            None => Ok(()),
            Some(key) => Err(Failure::field(&text::shortened(key), "repeated", "is given twice")),
        }
    }
}

/// The first key that a question has twice, however it is written.
pub(crate) fn repeated_in(question: &str) -> Option<String> {
    let mut seen = HashSet::new();
    form_urlencoded::parse(question.as_bytes()).map(|(key, _)| key.into_owned()).find(|key| !seen.insert(key.clone()))
}

/// Headers that say who asks and for what: each at most once.
const ONCE: [(&str, &str); 3] = [
    ("authorization", "Authorization"),
    ("idempotency-key", "Idempotency-Key"),
    (IDEMPOTENCY_PART, "Idempotency-Part"),
];

/// Refuses a request in which a header stands twice that says who asks or for what.
pub(crate) fn check_headers(headers: &HeaderMap) -> Result<(), Failure> {
    match ONCE.iter().find(|(name, _)| headers.get_all(*name).iter().nth(1).is_some()) {
        None => Ok(()),
        Some((_, written)) => Err(Failure::field(written, "repeated", "stands there twice")),
    }
}

/// The customer's address: the peer's, or what trusted proxies say about it, in its one form. None: nobody knows, as there is no peer, or as a trusted
/// proxy named something that is no address.
///
/// Every hop is named by the hop behind it. So they are read from the right, only as long as the speaker is trusted: whatever a client has written
/// further left means nothing.
pub(crate) fn customer_address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &TrustedProxies) -> Option<IpAddr> {
    let mut address = peer?.to_canonical();
    for line in headers.get_all("x-forwarded-for").iter().rev() {
        for hop in line.as_bytes().rsplit(|byte| *byte == b',') {
            if !trusted.contains(address) {
                return Some(address);
            }
            address = network::address(std::str::from_utf8(hop.trim_ascii()).ok()?)?;
        }
    }
    Some(address)
}

/// What a program calls itself: printable ASCII of bounded length, whatever was sent.
fn device(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get(header::USER_AGENT)?.as_bytes().trim_ascii();
    let shown = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '?' };
    let text: String = sent.iter().take(DEVICE_BYTES_MAX).map(shown).collect();
    Some(text).filter(|text| !text.is_empty())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let wrong = || Failure::field("Idempotency-Key", "wrong-form", "1 to 255 printable ASCII characters");
    match headers.get("idempotency-key").map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(key))
            if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') =>
        {
            Ok(Some(key.to_owned()))
        }
        Some(_) => Err(wrong()),
    }
}

/// The part of a request that a call is, if it says so.
pub(crate) fn part(headers: &HeaderMap) -> Result<Option<RequestPart>, Failure> {
    let Some(value) = headers.get(IDEMPOTENCY_PART) else { return Ok(None) };
    let read = value.to_str().ok().and_then(|text| {
        let (whole, number) = text.split_once('/')?;
        Some(RequestPart { whole: whole.to_owned(), number: number.parse().ok()? })
    });
    let form = "64 hexadecimal digits, a slash and a number";
    read.map(Some).ok_or_else(|| Failure::field("Idempotency-Part", "wrong-form", form))
}

/// The caller of a customer's request.
pub(crate) fn customer(rest: &Rest, headers: &HeaderMap, peer: Option<Peer>, names: &Names) -> Result<Caller, Failure> {
    check_headers(headers)?;
    let credential = basic(headers).ok_or_else(|| Failure::unauthenticated("Basic"))?;
    caller(rest, headers, peer, names, Principal::Token(credential))
}

/// The caller of an operator's request, with the permissions of its token.
pub(crate) fn operator(rest: &Rest, headers: &HeaderMap, peer: Option<Peer>, names: &Names) -> Result<Caller, Failure> {
    check_headers(headers)?;
    let known = known_operator(rest, headers).ok_or_else(|| Failure::unauthenticated("Bearer"))?;
    let address = customer_address(peer.map(|peer| peer.0.ip()), headers, &rest.trusted_proxies);
    if !known.may_come_from(address) {
        return Err(Failure::refused(&Refusal::AddressNotAllowed, 0, str::to_owned));
    }
    names.check_question()?;
    let operator = Operator { name: known.name, permissions: known.permissions.to_vec() };
    caller(rest, headers, peer, names, Principal::Operator(operator))
}

/// Whether a request says that it is an operator's.
pub(crate) fn brings_bearer(headers: &HeaderMap) -> bool {
    authorization(headers, "bearer").is_some()
}

/// Whether a request says that it is an account's.
pub(crate) fn brings_basic(headers: &HeaderMap) -> bool {
    authorization(headers, "basic").is_some()
}

/// The Bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    authorization(headers, "bearer")
}

/// Which operator's token a request brings.
pub(crate) fn known_operator(rest: &Rest, headers: &HeaderMap) -> Option<Known> {
    rest.operators.find(authorization(headers, "bearer")?)
}

/// The caller of a request that needs no proof.
pub(crate) fn nobody(rest: &Rest, headers: &HeaderMap, peer: Option<Peer>, names: &Names) -> Caller {
    Caller {
        who: Principal::Nobody,
        address: customer_address(peer.map(|peer| peer.0.ip()), headers, &rest.trusted_proxies)
            .map(|address| address.to_string()),
        device: device(headers),
        request: names.api_id.clone(),
        idempotency_key: None,
        part: None,
    }
}

/// The caller of a request that brings this proof.
pub(crate) fn caller(
    rest: &Rest,
    headers: &HeaderMap,
    peer: Option<Peer>,
    names: &Names,
    who: Principal,
) -> Result<Caller, Failure> {
    Ok(Caller { who, idempotency_key: idempotency_key(headers)?, ..nobody(rest, headers, peer, names) })
}

/// What follows the scheme in `Authorization`.
fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value =
        headers.get(header::AUTHORIZATION)?.to_str().ok().filter(|value| value.len() <= AUTHORIZATION_BYTES_MAX)?;
    let (given, rest) = value.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn basic(headers: &HeaderMap) -> Option<Credential> {
    let decoded = STANDARD.decode(authorization(headers, "basic")?).ok()?;
    let (auth_id, token) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(Credential { auth_id: auth_id.to_owned(), token: token.to_owned() })
}

/// A client that has sent up to this many times the limit is heard to the end before it is answered: one that is cut off sees a
/// broken connection instead of the answer.
const HEARD_TIMES: usize = 4;
/// At most for so long.
const HEARD_FOR: Duration = Duration::from_secs(2);

/// The whole body, at most so long and within the time for slow clients. While it comes, no place is held.
pub(crate) async fn body(
    rest: &Rest,
    names: &Names,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, Failure> {
    names.ticket.without_place(whole(rest, headers, body, bytes_max)).await?
}

async fn whole(rest: &Rest, headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, Failure> {
    let too_large = || {
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("the body is longer than {bytes_max} bytes"))
    };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let waits = headers.contains_key(header::EXPECT);
    let heard_max = bytes_max.saturating_mul(HEARD_TIMES);
    if announced.is_some_and(|length| length > bytes_max as u64) {
        if !waits {
            // The answer is the same whether or not it comes to an end.
            let _ = tokio::time::timeout(HEARD_FOR, hear(body, 0, heard_max)).await;
        }
        return Err(too_large());
    }
    let patience = Duration::from_secs(rest.limits.request_seconds);
    match tokio::time::timeout(patience, hear(body, bytes_max, heard_max)).await {
        Ok(Heard::Whole(bytes)) => Ok(bytes),
        Ok(Heard::TooLong) => Err(too_large()),
        Ok(Heard::Broken) => Err(Failure::new(StatusCode::BAD_REQUEST, "incomplete", "the body ended early")),
        Err(_) => Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the body did not come in time")),
    }
}

enum Heard {
    Whole(Bytes),
    TooLong,
    Broken,
}

/// Keeps a body of up to `bytes_max`; of a longer one nothing, but listens on up to `heard_max`.
async fn hear(mut body: Body, bytes_max: usize, heard_max: usize) -> Heard {
    let mut kept = Vec::new();
    let mut heard = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return if heard > bytes_max { Heard::TooLong } else { Heard::Broken } };
        let Ok(part) = frame.into_data() else { continue };
        heard = heard.saturating_add(part.len());
        if heard > heard_max {
            return Heard::TooLong;
        }
        if heard > bytes_max {
            kept = Vec::new();
        } else {
            kept.extend_from_slice(&part);
        }
    }
    if heard > bytes_max { Heard::TooLong } else { Heard::Whole(kept.into()) }
}

/// JSON of a body. No body, `{}` and the text `""` all mean that there are no parameters (T3): then an empty object.
///
/// What is no JSON is 400, or 415 where the client says itself that it sends something else.
///
/// A key that stands twice is refused by name: which of the two counts would be anybody's guess.
pub(crate) fn json_object(headers: &HeaderMap, bytes: &[u8]) -> Result<serde_json::Map<String, Value>, Failure> {
    let (object, repeated) = json_object_with_repeats(headers, bytes)?;
    match repeated.first() {
        Some(first) => Err(repeated_key(first)),
        None => Ok(object),
    }
}

/// 400 about a key that stands twice.
pub(crate) fn repeated_key(repeated: &Repeated) -> Failure {
    Failure::field(&repeated.path(), "repeated", "stands there twice")
}

/// [`json_object`] for bodies of which a part may be refused alone: the keys that stand twice are the caller's to refuse.
pub(crate) fn json_object_with_repeats(
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<(serde_json::Map<String, Value>, Vec<Repeated>), Failure> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok((serde_json::Map::new(), Vec::new()));
    }
    match strict::read(bytes) {
        Ok((Value::Object(object), repeated)) => Ok((object, repeated)),
        Ok((Value::String(text), _)) if text.is_empty() => Ok((serde_json::Map::new(), Vec::new())),
        Ok(_) => Err(Failure::new(StatusCode::BAD_REQUEST, "malformed_json", "the body must be a JSON object")),
        Err(error) => {
            let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if kind.is_empty() || kind.to_ascii_lowercase().contains("json") {
                return Err(Failure::new(
                    StatusCode::BAD_REQUEST,
                    "malformed_json",
                    format!("the body is not JSON: {error}"),
                ));
            }
            Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "the body must be JSON, with Content-Type: application/json",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_forms::network::Network;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().expect("value")))
            .collect()
    }

    #[test]
    fn proxies_are_believed_only_where_they_are_trusted() {
        let peer: Option<IpAddr> = Some("10.0.0.1".parse().expect("address"));
        let forwarded = headers(&[("x-forwarded-for", "1.2.3.4, 203.0.113.9, 10.0.0.2")]);
        let of = |trusted: &[&str]| shown(peer, &forwarded, trusted).expect("an address");
        assert_eq!(of(&[]), "10.0.0.1");
        assert_eq!(of(&["10.0.0.1"]), "10.0.0.2");
        assert_eq!(of(&["10.0.0.1", "10.0.0.2"]), "203.0.113.9");
        assert_eq!(of(&["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(of(&["10.0.0.0/31"]), "10.0.0.2");
        assert_eq!(of(&["0.0.0.0/0"]), "1.2.3.4", "all of them are trusted: the first speaker");
        let mapped = Some("::ffff:192.0.2.7".parse().expect("address"));
        assert_eq!(shown(mapped, &HeaderMap::new(), &[]).as_deref(), Some("192.0.2.7"));
        assert_eq!(
            shown(mapped, &headers(&[("x-forwarded-for", "2001:DB8::1")]), &["192.0.2.0/24"]).as_deref(),
            Some("2001:db8::1")
        );
        assert_eq!(customer_address(None, &forwarded, &TrustedProxies::default()), None);
    }

    fn shown(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[&str]) -> Option<String> {
        let trusted = trusted.iter().map(|network| Network::parse(network).expect("a network")).collect();
        customer_address(peer, headers, &TrustedProxies::new(trusted)).map(|address| address.to_string())
    }

    /// Attack 77: forged, doubled, with port, garbage, other headers.
    #[test]
    fn what_a_client_writes_into_forwarding_headers_is_not_believed() {
        let peer: Option<IpAddr> = Some("10.0.0.1".parse().expect("address"));
        let of = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().expect("a value"));
            }
            shown(peer, &headers, &["10.0.0.0/8"])
        };
        let seen = Some("203.0.113.9".to_owned());
        for forged in ["198.51.100.7", "10.0.0.5", "garbage", "", "::1", "198.51.100.7:80", "a, b,, c"] {
            assert_eq!(of(&[&format!("{forged}, 203.0.113.9")]), seen, "{forged}");
            assert_eq!(of(&[forged, "203.0.113.9"]), seen, "{forged} in a line of its own");
            assert_eq!(of(&[&format!("{forged}, 203.0.113.9, 10.0.0.2")]), seen, "{forged} behind two proxies");
        }
        // What a trusted hop says is read or it is not known.
        for hop in [
            "203.0.113.9:4711",
            "[2001:db8::1]",
            "[2001:db8::1]:80",
            "unknown",
            "_hidden",
            "",
            "203.0.113.09",
            "fe80::1%eth0",
            "203.0.113.9;by=x",
        ] {
            assert_eq!(of(&[hop]), None, "{hop}");
            assert_eq!(of(&[&format!("198.51.100.7, {hop}")]), None, "{hop}");
        }
        // Other headers say nothing.
        let others = headers(&[
            ("forwarded", "for=198.51.100.7"),
            ("x-real-ip", "198.51.100.7"),
            ("cf-connecting-ip", "198.51.100.7"),
        ]);
        assert_eq!(shown(peer, &others, &["10.0.0.0/8"]).as_deref(), Some("10.0.0.1"));
        // A peer that is not trusted says nothing about others.
        assert_eq!(shown(peer, &headers(&[("x-forwarded-for", "198.51.100.7")]), &[]).as_deref(), Some("10.0.0.1"));
    }

    #[test]
    fn a_device_is_printable_and_short() {
        let of = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("user-agent", axum::http::HeaderValue::from_bytes(value).expect("a value"));
            device(&headers)
        };
        assert_eq!(of(b"curl/8.5").as_deref(), Some("curl/8.5"));
        assert_eq!(of(" a\tb Zo\u{eb} ".as_bytes()).as_deref(), Some("a?b Zo??"));
        assert_eq!(of(&[b'x'; 400]).map(|device| device.len()), Some(256));
        assert_eq!((of(b""), of(b"  "), device(&HeaderMap::new())), (None, None, None));
    }

    #[test]
    fn basic_credentials() {
        let of = |value: &str| basic(&headers(&[("authorization", value)])).map(|found| (found.auth_id, found.token));
        assert_eq!(of("Basic TUExOnRvOmtlbg=="), Some(("MA1".to_owned(), "to:ken".to_owned())));
        assert_eq!(of("basic TUExOnRvOmtlbg=="), Some(("MA1".to_owned(), "to:ken".to_owned())));
        for wrong in ["Basic", "Basic !!!", "Basic TUEx", "Bearer TUExOnRvOmtlbg==", "TUExOnRvOmtlbg=="] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(of(&format!("Basic {}", "A".repeat(600))), None);
    }

    #[test]
    fn no_body_empty_object_and_empty_text_are_the_same() {
        let none = HeaderMap::new();
        for body in ["", "  ", "{}", "\"\""] {
            assert_eq!(json_object(&none, body.as_bytes()), Ok(serde_json::Map::new()), "{body}");
        }
        let status = |kind: &str, body: &str| {
            let headers = headers(&[("content-type", kind)]);
            json_object(&headers, body.as_bytes()).map_err(|failure| failure.status.as_u16())
        };
        assert_eq!(status("application/json", "{"), Err(400));
        assert_eq!(status("application/json", "[]"), Err(400));
        assert_eq!(status("application/json", "\"x\""), Err(400));
        assert_eq!(status("application/x-www-form-urlencoded", "name=x"), Err(415));
        // What `curl -d` sends without a header of its own.
        assert!(status("application/x-www-form-urlencoded", "{\"name\":\"x\"}").is_ok());
    }

    #[test]
    fn names_of_clients_are_noted_when_they_are_good() {
        assert_eq!(Names::new(&headers(&[("x-request-id", "abc-1")])).client.as_deref(), Some("abc-1"));
        let drawn = Names::new(&headers(&[("x-request-id", "has space")]));
        assert_eq!(drawn.client, None);
        assert_eq!(uuid::Uuid::parse_str(&drawn.api_id).expect("uuid").get_version_num(), 4);
    }

    #[test]
    fn idempotency_keys_are_bounded() {
        assert_eq!(idempotency_key(&headers(&[("idempotency-key", "k 1")])), Ok(Some("k 1".to_owned())));
        assert_eq!(idempotency_key(&HeaderMap::new()), Ok(None));
        let long = "k".repeat(256);
        assert!(idempotency_key(&headers(&[("idempotency-key", &long)])).is_err());
        assert!(idempotency_key(&headers(&[("idempotency-key", "")])).is_err());
    }

    #[test]
    fn what_stands_twice_is_refused_by_name_08_the_same_column_twice() {
        let of = |text: &str| json_object(&HeaderMap::new(), text.as_bytes());
        assert_eq!(of(r#"{"amount":"25.00"}"#).expect("an object")["amount"], "25.00");
        for (text, field) in [
            (r#"{"amount":"25.00","amount":"2500.00"}"#, "amount"),
            (r#"{"settings":{"caps":{"day":"1","day":"2"}}}"#, "settings.caps.day"),
            (r#"{"events":[{"id":"a"},{"id":"b","id":"c"}]}"#, "events[1].id"),
        ] {
            let failure = of(text).expect_err(text);
            assert_eq!(
                (failure.status, failure.message),
                (StatusCode::BAD_REQUEST, format!("{field}: stands there twice"))
            );
        }
        let mut twice = HeaderMap::new();
        twice.append("idempotency-key", "one".parse().expect("value"));
        assert_eq!(check_headers(&twice), Ok(()));
        twice.append("idempotency-key", "two".parse().expect("value"));
        assert_eq!(check_headers(&twice).expect_err("two keys").message, "Idempotency-Key: stands there twice");
    }
}
