//! A link through the REST interface of a running server.

use crate::answers::{Advance, ShownClock, StoreCheck};
use crate::forecast::Forecast;
use crate::keys::Keys;
use crate::link::{Fate, Link, LinkError, refused};
use crate::usage_words;
use coinbox_host::contract::exported::usage::{EventAnswer, Rejection, UsageEvent};
use coinbox_host::contract::types::RequestPart;
use coinbox_host::text;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// Longest answer of a server.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// Longest wait for a server's answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Header of the operator's routes: which part of one request in several calls this is, as the digest of the whole, `/`, and a number.
pub const IDEMPOTENCY_PART: &str = "idempotency-part";

/// Through REST.
pub struct Remote {
    agent: ureq::Agent,
    base: String,
    token: String,
    keys: Keys,
}

impl Remote {
    /// A server at a URL such as `http://127.0.0.1:8844`.
    pub fn new(url: &str, token: String, key: Option<String>) -> Result<Remote, LinkError> {
        let base = url.trim_end_matches('/').to_owned();
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(LinkError::Failed(format!(
                "--server: `{}` is not a URL such as http://127.0.0.1:8844",
                text::shortened(url)
            )));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_TIMEOUT))
            .max_redirects(0)
            .build();
        Ok(Remote { agent: config.into(), base, token, keys: Keys::new(key) })
    }

    fn ask(
        &self,
        route: &str,
        body: Option<&Value>,
        key: (Option<String>, Option<RequestPart>),
    ) -> Result<(u16, Value), LinkError> {
        let (status, bytes) = self.fetch(route, body, key)?;
        Ok((status, self.json(status, &bytes)?))
    }

    fn fetch(
        &self,
        route: &str,
        body: Option<&Value>,
        (key, part): (Option<String>, Option<RequestPart>),
    ) -> Result<(u16, Vec<u8>), LinkError> {
        let url = format!("{}{route}", self.base);
        let authorization = format!("Bearer {}", self.token);
        let sent = match body {
            None => self.agent.get(&url).header("authorization", &authorization).call(),
            Some(body) => {
                let mut request = self
                    .agent
                    .post(&url)
                    .header("authorization", &authorization)
                    .header("content-type", "application/json");
                if let Some(key) = key {
                    request = request.header("idempotency-key", &key);
                }
                if let Some(part) = part {
                    request = request.header(IDEMPOTENCY_PART, format!("{}/{}", part.whole, part.number));
                }
                request.send(body.to_string())
            }
        };
        let mut response = sent.map_err(|error| {
            LinkError::Away(format!(
                "no answer from {}: {error}. Is the server running (`coinbox serve`)? Name it with --server, or work on a stopped server's store with --data DIR",
                self.base
            ))
        })?;
        let status = response.status().as_u16();
        let bytes = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let bytes = bytes.map_err(|error| LinkError::Away(format!("{}: the answer broke off: {error}", self.base)))?;
        Ok((status, bytes))
    }

    fn json(&self, status: u16, bytes: &[u8]) -> Result<Value, LinkError> {
        serde_json::from_slice(bytes).map_err(|_| {
            LinkError::Failed(format!("{} answered status {status} without JSON: is it a Coinbox server?", self.base))
        })
    }

    /// The answer inside `ok`, or what its status and body say.
    fn result(&self, status: u16, mut answer: Value) -> Result<Value, LinkError> {
        if let Some(error) = answer.get("err") {
            return Err(refused(error));
        }
        let message = answer.get("error").and_then(Value::as_str).map(str::to_owned);
        if let (400, Some(Value::Array(problems))) = (status, answer.get("fields"))
            && let [problem] = problems.as_slice()
            && let (Some(field), Some(limit)) = (problem["field"].as_str(), problem["limit"].as_str())
            && message.as_deref().is_some_and(|message| message.ends_with(limit))
        {
            return Err(LinkError::Argument { field: field.to_owned(), problem: limit.to_owned() });
        }
        match (status, message) {
            (200..=299, None) => Ok(match answer.get_mut("ok") {
                Some(ok) => ok.take(),
                None => answer,
            }),
            (401, _) => Err(LinkError::Failed(format!(
                "{} does not know this operator token; give it with --token or COINBOX_TOKEN (the server keeps the one of the first set-up in DATA/operator-token; `coinbox operator` makes others)",
                self.base
            ))),
            (429 | 503, message) => Err(LinkError::Away(message.unwrap_or_else(|| "the server is busy".to_owned()))),
            (status, message) => {
                Err(LinkError::Failed(message.unwrap_or_else(|| format!("{} answered status {status}", self.base))))
            }
        }
    }

    /// What a route of the host itself answers: `GET` without, `POST` with a body.
    fn host<T: DeserializeOwned>(&self, route: &str, body: Option<&Value>) -> Result<T, LinkError> {
        let (status, answer) = self.ask(&format!("/v1/Operator/{route}"), body, (None, None))?;
        let answer = self.result(status, answer)?;
        serde_json::from_value(answer)
            .map_err(|error| LinkError::Failed(format!("the answer of {} cannot be read: {error}", self.base)))
    }
}

impl Link for Remote {
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError> {
        let (status, answer) =
            self.ask(&format!("/v1/Operator/call/{function}"), Some(&arguments), self.keys.next(function))?;
        self.result(status, answer)
    }

    fn has_key(&self) -> bool {
        self.keys.are_given()
    }

    fn record(&self, number: u32, events: &[UsageEvent]) -> Result<Vec<Fate>, LinkError> {
        let shown: Vec<Value> = events.iter().map(usage_words::write).collect();
        let (status, answer) = self.ask("/v1/Usage/", Some(&json!({"events": shown})), self.keys.part(number))?;
        if answer["code"] == "key_reused" {
            return Err(refused(&json!({"refused": "key-reused"})));
        }
        let answer = self.result(status, answer)?;
        let fates: Option<Vec<Fate>> =
            answer["answers"].as_array().and_then(|answers| answers.iter().map(read_fate).collect());
        fates
            .filter(|fates| fates.len() == events.len())
            .ok_or_else(|| LinkError::Failed("the server's answer to the events cannot be read".to_owned()))
    }

    fn whole(&self, digest: &str) {
        self.keys.is_whole(digest);
    }

    fn drive(&self, job: &str) -> Result<Value, LinkError> {
        let (status, answer) = self.ask(&format!("/v1/Operator/drive/{job}"), Some(&json!({})), (None, None))?;
        self.result(status, answer)
    }

    fn clock(&self) -> Result<ShownClock, LinkError> {
        self.host("clock", None)
    }

    fn advance(&self, advance: &Advance) -> Result<ShownClock, LinkError> {
        self.host("clock", Some(&json!(advance)))
    }

    fn confirm_clock(&self, seen: &str) -> Result<ShownClock, LinkError> {
        self.host("clock/confirm", Some(&json!({"to": seen})))
    }

    fn backup(&self, to: &str) -> Result<(), LinkError> {
        self.host::<Value>("backup", Some(&json!({"to": to}))).map(drop)
    }

    fn check(&self) -> Result<StoreCheck, LinkError> {
        self.host("check", Some(&json!({})))
    }

    fn forecast(&self, account: &str, months: u32) -> Result<Forecast, LinkError> {
        self.host("forecast", Some(&json!({"account": account, "months": months})))
    }

    fn print(&self, account: &str, document: &Value) -> Result<Vec<u8>, LinkError> {
        let kind = match document["kind"].as_str() {
            Some("credit-note") => "CreditNote",
            Some("receipt") => "Receipt",
            _ => "Invoice",
        };
        let number = document["number"].as_str().unwrap_or_default();
        let (status, bytes) = self.fetch(&format!("/v1/Account/{account}/{kind}/{number}/pdf/"), None, (None, None))?;
        if status == 200 {
            return Ok(bytes);
        }
        let answer = self.json(status, &bytes)?;
        // What cannot be printed is not busy: the text says what to install.
        if answer["code"] == "missing_glyphs" {
            return Err(LinkError::Failed(answer["error"].as_str().unwrap_or_default().to_owned()));
        }
        self.result(status, answer)?;
        Err(LinkError::Failed(format!("{} answered status {status} without a document", self.base)))
    }
}

fn read_fate(answer: &Value) -> Option<Fate> {
    Some(match answer["status"].as_str()? {
        "rated" => Ok(EventAnswer::Rated(text::micros(answer["amount"].as_str()?).ok()?)),
        "duplicate" => Ok(EventAnswer::Duplicate),
        "conflicting" => Ok(EventAnswer::Conflicting),
        "rejected" => {
            let word = answer["reason"].as_str()?;
            Ok(EventAnswer::Rejected(
                REJECTIONS.into_iter().find(|reason| usage_words::rejection_word(*reason) == word)?,
            ))
        }
        _ => return None,
    })
}

const REJECTIONS: [Rejection; 8] = [
    Rejection::Malformed,
    Rejection::UnknownAccount,
    Rejection::AccountClosed,
    Rejection::TooOld,
    Rejection::InFuture,
    Rejection::UnknownProduct,
    Rejection::NoPrice,
    Rejection::Conflict,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_about_events_are_read_back() {
        for fate in [Ok(EventAnswer::Rated(12_340)), Ok(EventAnswer::Duplicate), Ok(EventAnswer::Conflicting)] {
            assert_eq!(read_fate(&usage_words::answer(None, &fate)), Some(fate));
        }
        for reason in REJECTIONS {
            let fate = Ok(EventAnswer::Rejected(reason));
            assert_eq!(read_fate(&usage_words::answer(Some("e"), &fate)), Some(fate));
        }
        assert_eq!(read_fate(&json!({"status": "new"})), None);
    }

    #[test]
    fn a_server_that_is_not_there_is_told_with_what_to_do() {
        let remote = Remote::new("http://127.0.0.1:1/", "t".to_owned(), None).expect("a URL");
        let error = remote.call("about.describe", json!({})).expect_err("nobody listens there");
        assert!(matches!(error, LinkError::Away(_)), "{error:?}");
        assert!(error.to_string().starts_with("no answer from http://127.0.0.1:1: "), "{error}");
        assert!(Remote::new("127.0.0.1:1", String::new(), None).is_err());
    }
}
