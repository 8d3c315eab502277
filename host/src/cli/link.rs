//! How a command reaches the rules: through a running server, or on the store of a stopped server. Both look the same to a command.

use super::show::payload;
use crate::bounds::Reader;
use crate::coinbox::HostError;
use crate::config::Host;
use crate::contract::exported::about::Class;
use crate::contract::exported::usage::{Answer, Event, Rejection};
use crate::contract::types::{Caller, FieldProblem, Operator, Principal, Refusal, RequestPart};
use crate::engine::CallError;
use crate::json::{self as wit, JsonError};
use crate::rest::answer::{Failure, problem_text};
use crate::rest::events::{self, Unreadable};
use crate::rest::operator::takes_caller;
use crate::rest::request::IDEMPOTENCY_PART;
use crate::text;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest answer of a server.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// Longest wait for a server's answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a job is watched before the command answers that it is still open.
const PATIENCE: Duration = Duration::from_secs(4);

/// Why a call through a link failed.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum LinkError {
    /// The rules said no: their error in JSON form, and in words.
    #[error("{message}")]
    Refused {
        /// In words, with field and limit.
        message: String,
        /// As the contract has it.
        error: Value,
    },
    /// An argument is not of the contract's form.
    #[error("{field}: {problem}")]
    Argument {
        /// As the contract has it.
        field: String,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// Try again later: busy, stopping, not there.
    #[error("{0}")]
    Away(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// What became of one event.
pub type Fate = Result<Answer, Unreadable>;

/// Something that calls can be made through, from any thread.
pub trait Link: Sync {
    /// One call; arguments by their names without `caller`. Answers what is inside `ok`.
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError>;

    /// Rates events, at most 1000. `number` is that of this batch within the whole request, the same at each repeat.
    fn record(&self, number: u32, events: &[Event]) -> Result<Vec<Fate>, LinkError>;

    /// Whether the work has an idempotency key: then also a batch without events is sent, which binds the key.
    fn has_key(&self) -> bool {
        false
    }

    /// Drives a job and answers `jobs.look`.
    fn drive(&self, job: &str) -> Result<Value, LinkError>;

    /// A route of the host itself: `GET` without, `POST` with a body.
    fn host(&self, route: &str, body: Option<Value>) -> Result<Value, LinkError>;

    /// The PDF of an issued document of an account, as `invoices.read-document` has answered it.
    fn print(&self, _account: &str, _document: &Value) -> Result<Vec<u8>, LinkError> {
        Err(LinkError::Failed("no documents are printed here".to_owned()))
    }

    /// Says what the whole request is whose calls follow, by its digest: one idempotency key is bound to all of it.
    fn whole(&self, _digest: &str) {}

    /// Ends the work: what commands have made due is driven where no server does it.
    fn finish(&self) -> Result<(), LinkError> {
        Ok(())
    }
}

/// One key for a whole command line. The same command line makes the same calls in the same order, so its repeat gets the same keys.
///
/// A command that is one request in several calls says what the whole is: then every call has the key itself and is a part of it, and
/// another whole under that key is refused. Of any other command the first call of a function has the key itself, further ones a
/// key that is made of it and that nobody types.
#[derive(Default)]
struct Keys {
    given: Option<String>,
    whole: Mutex<Option<String>>,
    used: Mutex<BTreeMap<String, u32>>,
}

impl Keys {
    fn new(given: Option<String>) -> Keys {
        Keys { given, ..Keys::default() }
    }

    fn is_whole(&self, digest: &str) {
        *self.whole.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest.to_owned());
    }

    /// The key for one part of the whole: its number says which, in whatever order the parts are sent.
    fn part(&self, number: u32) -> (Option<String>, Option<RequestPart>) {
        let whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match &self.given {
            None => (None, None),
            given => (given.clone(), whole.map(|whole| RequestPart { whole, number })),
        }
    }

    fn next(&self, function: &str) -> (Option<String>, Option<RequestPart>) {
        let Some(given) = self.given.as_ref() else { return (None, None) };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let count = used.entry(function.to_owned()).or_default();
        *count += 1;
        let whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match whole {
            Some(whole) => (Some(given.clone()), Some(RequestPart { whole, number: *count })),
            None if *count == 1 => (Some(given.clone()), None),
            None => (Some(format!("coinbox {}", digest_of(&[given.as_bytes(), &count.to_le_bytes()]))), None),
        }
    }
}

/// SHA-256 of several texts, each told apart from the next, in hexadecimal.
pub fn digest_of(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Through REST.
pub struct Remote {
    agent: ureq::Agent,
    base: String,
    token: String,
    operator: String,
    keys: Keys,
}

impl Remote {
    /// A server at a URL such as `http://127.0.0.1:8844`.
    pub fn new(url: &str, token: String, operator: String, key: Option<String>) -> Result<Remote, LinkError> {
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
        Ok(Remote { agent: config.into(), base, token, operator, keys: Keys::new(key) })
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
                    .header("content-type", "application/json")
                    .header("x-operator-name", &self.operator);
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
                "{} does not know this operator token; give it with --token or COINBOX_TOKEN (the server keeps it in DATA/operator-token)",
                self.base
            ))),
            (429 | 503, message) => Err(LinkError::Away(message.unwrap_or_else(|| "the server is busy".to_owned()))),
            (status, message) => {
                Err(LinkError::Failed(message.unwrap_or_else(|| format!("{} answered status {status}", self.base))))
            }
        }
    }
}

impl Link for Remote {
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError> {
        let (status, answer) =
            self.ask(&format!("/v1/Operator/call/{function}"), Some(&arguments), self.keys.next(function))?;
        self.result(status, answer)
    }

    fn has_key(&self) -> bool {
        self.keys.given.is_some()
    }

    fn record(&self, number: u32, events: &[Event]) -> Result<Vec<Fate>, LinkError> {
        let shown: Vec<Value> = events.iter().map(events::write).collect();
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

    fn host(&self, route: &str, body: Option<Value>) -> Result<Value, LinkError> {
        let (status, answer) = self.ask(&format!("/v1/Operator/{route}"), body.as_ref(), (None, None))?;
        self.result(status, answer)
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
        "rated" => Ok(Answer::Rated(text::micros(answer["amount"].as_str()?).ok()?)),
        "duplicate" => Ok(Answer::Duplicate),
        "conflicting" => Ok(Answer::Conflicting),
        "rejected" => {
            let word = answer["reason"].as_str()?;
            Ok(Answer::Rejected(REJECTIONS.into_iter().find(|reason| events::rejection_word(*reason) == word)?))
        }
        _ => return None,
    })
}

const REJECTIONS: [Rejection; 7] = [
    Rejection::Malformed,
    Rejection::UnknownAccount,
    Rejection::AccountClosed,
    Rejection::TooOld,
    Rejection::InFuture,
    Rejection::NoPrice,
    Rejection::Conflict,
];

/// On a store that no server holds.
pub struct Local {
    host: Host,
    caller: Caller,
    keys: Keys,
    commanded: AtomicBool,
}

impl Local {
    /// Around an opened host.
    pub fn new(host: Host, operator: String, key: Option<String>) -> Local {
        let facts = host.coinbox.facts();
        let permissions = facts.functions.iter().filter_map(|function| function.permission.clone()).collect();
        let caller = Caller {
            who: Principal::Operator(Operator { name: operator, permissions }),
            address: None,
            device: Some("coinbox command line".to_owned()),
            request: uuid::Uuid::new_v4().to_string(),
            idempotency_key: None,
            part: None,
        };
        Local { host, caller, keys: Keys::new(key), commanded: AtomicBool::new(false) }
    }

    fn failed(error: &HostError) -> LinkError {
        match error {
            HostError::Call(CallError::Arguments(JsonError { path, problem })) if !path.is_empty() => {
                LinkError::Argument { field: path.clone(), problem: problem.clone() }
            }
            error => LinkError::Failed(error.to_string()),
        }
    }
}

impl Link for Local {
    fn call(&self, function: &str, mut arguments: Value) -> Result<Value, LinkError> {
        if takes_caller(function) {
            let (idempotency_key, part) = self.keys.next(function);
            let caller = Caller { idempotency_key, part, ..self.caller.clone() };
            arguments["caller"] = wit::to_value(&caller).map_err(|error| LinkError::Failed(error.to_string()))?;
        }
        let command = self
            .host
            .coinbox
            .facts()
            .functions
            .iter()
            .any(|facts| facts.name == function && facts.class == Class::Command);
        let mut answer = self.host.coinbox.call(function, &arguments).map_err(|error| Self::failed(&error))?;
        if command {
            self.commanded.store(true, Ordering::Relaxed);
        }
        match (answer.get("err"), answer.get("ok").is_some()) {
            (Some(error), _) => Err(refused(error)),
            (None, true) => Ok(answer["ok"].take()),
            (None, false) => Ok(answer),
        }
    }

    fn has_key(&self) -> bool {
        self.keys.given.is_some()
    }

    fn record(&self, number: u32, events: &[Event]) -> Result<Vec<Fate>, LinkError> {
        self.commanded.store(true, Ordering::Relaxed);
        let (idempotency_key, part) = self.keys.part(number);
        let caller = Caller { idempotency_key, part, ..self.caller.clone() };
        let answer = self.host.coinbox.record_events(caller, events.to_vec());
        match answer.map_err(|error| Self::failed(&error))? {
            Ok(batch) => Ok(batch.answers.into_iter().map(Ok).collect()),
            Err(error) => {
                let error = wit::to_value(&error).map_err(|error| LinkError::Failed(error.to_string()))?;
                Err(refused(&error))
            }
        }
    }

    fn whole(&self, digest: &str) {
        self.keys.is_whole(digest);
    }

    fn drive(&self, job: &str) -> Result<Value, LinkError> {
        self.host.coinbox.drive_in_front(job, PATIENCE).map_err(|error| Self::failed(&error))
    }

    fn host(&self, route: &str, body: Option<Value>) -> Result<Value, LinkError> {
        let failed = |error: &dyn std::fmt::Display| LinkError::Failed(error.to_string());
        match (route, body) {
            ("clock", None) => Ok(self.host.shown_clock()),
            ("clock/confirm", Some(body)) => {
                let seen = text::moment_ms(body["to"].as_str().unwrap_or_default()).map_err(|error| failed(&error))?;
                self.host.confirm_clock(seen).map_err(|error| failed(&format!("{error:#}")))?;
                Ok(self.host.shown_clock())
            }
            ("clock", Some(body)) => {
                if !self.host.is_simulated() {
                    return Err(failed(
                        &"the clock of this store is real and cannot be moved; set clock.mode=simulated",
                    ));
                }
                let to = match (body["to"].as_str(), body["by"].as_str()) {
                    (Some(to), _) => text::moment_ms(to),
                    (None, by) => {
                        text::duration_ms(by.unwrap_or_default()).map(|by| self.host.coinbox.now().saturating_add(by))
                    }
                };
                let jobs = self.host.advance_to(to.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
                let mut shown = self.host.shown_clock();
                shown["jobs"] = jobs.into();
                Ok(shown)
            }
            ("backup", Some(body)) => {
                let to = body["to"].as_str().unwrap_or_default();
                self.host.coinbox.backup(std::path::Path::new(to)).map_err(|error| failed(&error))?;
                Ok(json!({"to": to}))
            }
            ("check", Some(_)) => {
                let checked = self.host.coinbox.check_store().map_err(|error| failed(&error))?;
                Ok(crate::cli::verify::shown_check(&checked))
            }
            ("forecast", Some(body)) => {
                let months = body["months"].as_u64().and_then(|months| u32::try_from(months).ok()).unwrap_or(0);
                let account = body["account"].as_str().unwrap_or_default();
                let forecast = crate::forecast::forecast(&self.host.coinbox, account, months);
                let forecast = forecast.map_err(|error| failed(&format!("{error:#}")))?;
                serde_json::to_value(forecast).map_err(|error| failed(&error))
            }
            (other, _) => Err(failed(&format!("no route {other}"))),
        }
    }

    fn print(&self, _: &str, document: &Value) -> Result<Vec<u8>, LinkError> {
        self.host.documents.issued(document).map_err(|error| LinkError::Failed(error.to_string()))
    }

    fn finish(&self) -> Result<(), LinkError> {
        if self.commanded.load(Ordering::Relaxed) {
            self.host.coinbox.drain().map_err(|error| Self::failed(&error))?;
        }
        self.host.stop().map_err(|error| Self::failed(&error))
    }
}

/// The error of an interface, in words.
pub fn refused(error: &Value) -> LinkError {
    let message = if let Some(refusal) = error.get("refused") {
        match wit::from_value::<Refusal>(refusal) {
            Ok(Refusal::TooOften(moment)) => format!("too often; try again after {}", text::moment(moment)),
            Ok(Refusal::Unauthenticated) => "not found, or the credential is wrong".to_owned(),
            Ok(Refusal::OutOfCredit(missing)) => format!("not enough credit: {} is missing", text::amount(missing)),
            Ok(Refusal::KeyReused) => "--idempotency-key: this key was used with other arguments before".to_owned(),
            Ok(Refusal::Invalid(problems)) => {
                let words = problems.iter().map(|problem| problem_text(&problem.field, problem, Reader::Person));
                words.collect::<Vec<_>>().join("; ")
            }
            Ok(refusal) => Failure::refused(&refusal, 0, str::to_owned).message,
            Err(_) => format!("refused: {refusal}"),
        }
    } else if let Some(problem) = error.get("other") {
        match wit::from_value(problem) {
            Ok(problem) => Failure::problem(&problem).message,
            Err(_) => format!("refused: {problem}"),
        }
    } else {
        let (word, with) = match error {
            Value::String(word) => (word.clone(), None),
            Value::Object(object) => match object.iter().next() {
                Some((word, with)) => (word.clone(), Some(payload(word, with))),
                None => (String::new(), None),
            },
            _ => (error.to_string(), None),
        };
        let words = word.replace('-', " ");
        with.map_or_else(|| words.clone(), |with| format!("{words}: {with}"))
    };
    LinkError::Refused { message, error: error.clone() }
}

/// The field problems of a refusal, where it has some.
pub fn field_problems(error: &Value) -> Vec<FieldProblem> {
    match error.get("refused").map(wit::from_value::<Refusal>) {
        Some(Ok(Refusal::Invalid(problems))) => problems,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_in_words() {
        for (error, words) in [
            (json!({"refused": {"not-found": "account"}}), "account not found"),
            (
                json!({"refused": {"invalid": [{"field": "amount", "rule": "too-small", "limit": "25.00"}]}}),
                "amount: too small (limit: 25.00)",
            ),
            (json!({"no-usable-card": "expired"}), "no usable card: expired"),
            (json!({"billing-incomplete": ["legal-name", "country"]}), "billing incomplete: legal-name, country"),
            (json!("already-published"), "already published"),
            (json!({"already-begun": "1792486800000"}), "already begun: 2026-10-20T09:00:00Z"),
            (json!({"refused": {"out-of-credit": "801017000"}}), "not enough credit: 801.017 is missing"),
            (json!({"owes": "300020000"}), "owes: 300.02"),
            (json!({"more-than-invoice": "500022000"}), "more than invoice: 500.022"),
            (json!({"too-many-subaccounts": 1}), "too many subaccounts: 1"),
            (json!({"other": {"code": "x", "facts": [{"name": "key", "value": "k"}]}}), "x: key k"),
        ] {
            assert_eq!(refused(&error).to_string(), words);
        }
    }

    #[test]
    fn one_key_serves_all_calls_of_a_command_line() {
        let given = "k".repeat(255);
        let keys = Keys::new(Some(given.clone()));
        let next = |function: &str| keys.next(function).0.expect("a key");
        let made = [next("a.b"), next("a.c"), next("a.b"), next("a.b")];
        assert_eq!(made[..2], [given.clone(), given.clone()]);
        // sec-05: what is made of a key is no key that somebody gives, and has its length whatever the key's.
        assert!(made[2..].iter().all(|key| key.starts_with("coinbox ") && key.len() == 72), "{made:?}");
        assert_ne!(made[2], made[3]);
        let again = Keys::new(Some(given));
        again.next("a.b");
        assert_eq!(again.next("a.b").0.as_ref(), Some(&made[2]), "a repeat makes the same keys");
        assert_eq!(Keys::new(None).next("a.b"), (None, None));
    }

    /// sec-05-one-key-for-two-usage-batches
    #[test]
    fn calls_of_one_request_are_parts_of_it() {
        let keys = Keys::new(Some("k".to_owned()));
        keys.is_whole("d");
        let part = |number| (Some("k".to_owned()), Some(RequestPart { whole: "d".to_owned(), number }));
        assert_eq!([keys.next("a.b"), keys.next("a.b"), keys.next("a.c")], [part(1), part(2), part(1)]);
        // Batches of a file go several at once: it is their place that names them.
        assert_eq!([keys.part(1002), keys.part(2)], [part(1002), part(2)]);
        assert_eq!(Keys::new(None).part(2), (None, None));
        assert_eq!(digest_of(&[b"a", b"bc"]).len(), 64);
        assert_ne!(digest_of(&[b"a", b"bc"]), digest_of(&[b"ab", b"c"]));
    }

    #[test]
    fn answers_about_events_are_read_back() {
        for fate in [Ok(Answer::Rated(12_340)), Ok(Answer::Duplicate), Ok(Answer::Conflicting)] {
            assert_eq!(read_fate(&events::answer(None, &fate)), Some(fate));
        }
        for reason in REJECTIONS {
            let fate = Ok(Answer::Rejected(reason));
            assert_eq!(read_fate(&events::answer(Some("e"), &fate)), Some(fate));
        }
        assert_eq!(read_fate(&json!({"status": "new"})), None);
    }

    #[test]
    fn a_server_that_is_not_there_is_told_with_what_to_do() {
        let remote = Remote::new("http://127.0.0.1:1/", "t".to_owned(), "o".to_owned(), None).expect("a URL");
        let error = remote.call("about.describe", json!({})).expect_err("nobody listens there");
        assert!(matches!(error, LinkError::Away(_)), "{error:?}");
        assert!(error.to_string().starts_with("no answer from http://127.0.0.1:1: "), "{error}");
        assert!(Remote::new("127.0.0.1:1", String::new(), String::new(), None).is_err());
    }
}
