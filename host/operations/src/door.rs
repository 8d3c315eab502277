//! What a person's own commands reach a server through: no operator token, and a session that the person keeps.

use crate::link::LinkError;
use coinbox_host::text;
use serde_json::Value;
use std::net::IpAddr;
use std::time::Duration;

/// Longest answer of a server.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// Longest wait for a server's answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// The way to a server.
pub struct Door {
    agent: ureq::Agent,
    base: String,
}

/// What proves who asks.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// Nothing: signing up, logging in, links.
    None,
    /// The token of a session.
    Session(&'a str),
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub enum Sent<'a> {
    /// Nothing: the route is read.
    Get,
    /// The route is deleted.
    Delete,
    /// JSON.
    Json(&'a Value),
    /// A file, as it is.
    File(&'a [u8]),
}

/// Why a person's request was refused.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Denied {
    /// Status.
    pub status: u16,
    /// Stable word.
    pub code: String,
    /// In words.
    pub message: String,
    /// The whole answer.
    pub body: Value,
}

/// Passwords go over the net in TLS, or do not leave this machine.
fn is_private(url: &str) -> bool {
    if url.starts_with("https://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

impl Door {
    /// A server at a URL such as `https://billing.example.com`.
    pub fn new(url: &str) -> Result<Door, LinkError> {
        let base = url.trim_end_matches('/').to_owned();
        let shown = text::shortened(url);
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(LinkError::Failed(format!(
                "--server: `{shown}` is not a URL such as https://billing.example.com"
            )));
        }
        if !is_private(&base) {
            let why = "a password goes to https only, or to this machine";
            return Err(LinkError::Failed(format!("--server: `{shown}` is not private: {why}")));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_TIMEOUT))
            .max_redirects(0)
            .user_agent(concat!("coinbox/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Door { agent: config.into(), base })
    }

    /// The address of the server.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// One request. Answers an object, which is empty where nothing came back.
    pub fn ask(&self, route: &str, sent: Sent<'_>, proof: Proof<'_>) -> Result<Value, anyhow::Error> {
        let url = format!("{}{route}", self.base);
        let mut headers: Vec<(&str, String)> = Vec::new();
        match proof {
            Proof::None => {}
            Proof::Session(token) => headers.push(("authorization", format!("Bearer {token}"))),
        }
        let answered = match sent {
            Sent::Get => with(self.agent.get(&url), &headers).call(),
            Sent::Delete => with(self.agent.delete(&url), &headers).call(),
            Sent::Json(body) => {
                headers.push(("content-type", "application/json".to_owned()));
                with(self.agent.post(&url), &headers).send(body.to_string())
            }
            Sent::File(bytes) => {
                headers.push(("content-type", "application/octet-stream".to_owned()));
                with(self.agent.post(&url), &headers).send(bytes)
            }
        };
        let mut response = answered.map_err(|error| {
            LinkError::Away(format!(
                "no answer from {}: {error}. Name the server with --server or COINBOX_SERVER",
                self.base
            ))
        })?;
        let status = response.status().as_u16();
        let again = response.headers().get("retry-after").and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let bytes = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let bytes = bytes.map_err(|error| LinkError::Away(format!("{}: the answer broke off: {error}", self.base)))?;
        let body = read(status, &bytes).ok_or_else(|| {
            LinkError::Failed(format!("{} answered status {status} without JSON: is it a Coinbox server?", self.base))
        })?;
        if (200..300).contains(&status) {
            return Ok(body);
        }
        Err(denied(status, body, again).into())
    }
}

fn with<B>(request: ureq::RequestBuilder<B>, headers: &[(&str, String)]) -> ureq::RequestBuilder<B> {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
}

/// The object of an answer; none: it is no such thing.
fn read(status: u16, bytes: &[u8]) -> Option<Value> {
    if status == 204 || bytes.is_empty() {
        return Some(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(bytes).ok().filter(Value::is_object)
}

/// `1 try`, `2 tries`.
fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn denied(status: u16, body: Value, again: Option<u64>) -> Denied {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let mut message = match text("error") {
        none if none.is_empty() => format!("status {status}"),
        message => message,
    };
    if let Some(left) = body["tries_left"].as_u64() {
        message = format!("{message}; {} left within the hour", counted(left, "try", "tries"));
    }
    if let (429 | 503, Some(seconds)) = (status, again) {
        message = format!("{message}; try again in {seconds} s");
    }
    Denied { status, code: text("code"), message, body }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn passwords_go_to_https_or_stay_on_this_machine() {
        for good in [
            "https://billing.example.com",
            "http://127.0.0.1:8844",
            "http://localhost:1",
            "http://[::1]:8844",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(is_private(good), "{good}");
            assert!(Door::new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://billing.example.com",
            "http://192.0.2.1",
            "http://localhost.example.com",
            "http://localhost@192.0.2.1",
            "http://[2001:db8::1]",
            "ftp://x",
            "127.0.0.1",
        ] {
            assert!(Door::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refusals_are_read() {
        let refused = denied(429, json!({"error": "rate_limit_exceeded", "code": "rate_limit_exceeded"}), Some(7));
        assert_eq!(refused.message, "rate_limit_exceeded; try again in 7 s");
        let wrong = denied(403, json!({"error": "what was typed is wrong", "tries_left": 1}), None);
        assert_eq!(wrong.message, "what was typed is wrong; 1 try left within the hour");
        assert_eq!((refused.status, refused.code.as_str()), (429, "rate_limit_exceeded"));
        assert_eq!(denied(500, json!({}), None).message, "status 500");
        assert_eq!(read(204, b""), Some(json!({})));
        assert_eq!((read(200, b"[]"), read(200, b"<html>")), (None, None));
    }
}
