//! The one extractor of all routes: who asks, what was sent, calls of the contract, pages (rest-wire §2 and §3).

use super::admission;
use super::answer::Failure;
use super::forms::{Form, Listed};
use super::request::{self, Names, Peer};
use super::session;
use super::state::Rest;
use super::takes::{Takes, Who};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use coinbox_host::contract::exported::accounts::Account;
use coinbox_host::contract::types::{Caller, Principal, Refusal, RequestPart};
use coinbox_host::json::strict::Repeated;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// Longest body of a customer's request.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest file.
const FILE_BYTES_MAX: usize = coinbox_host::blobs::BYTES_MAX;
/// Most parameters of one request.
const PARAMETERS_MAX: usize = 200;
/// Objects of a page unless the request says otherwise, and the most there are.
const PAGE: u32 = 20;

/// A request whose sender has proved who it is, and which has the form that its route takes.
pub struct Asked {
    /// The host.
    pub rest: Arc<Rest>,
    /// Name of the answer.
    pub api_id: String,
    segments: Vec<String>,
    path: String,
    query: Vec<(String, String)>,
    sender: Arc<Sender>,
    takes: Takes,
    function: Option<&'static str>,
    part: Result<Option<RequestPart>, Failure>,
    given: Map<String, Value>,
    repeated: Vec<Repeated>,
    is_from_pages: bool,
    holder: Option<String>,
    content_type: Option<String>,
    bytes: Bytes,
}

/// Who sent a request.
pub struct Sender {
    caller: Caller,
    /// The main account of the path, as it was when the request came: only where it asks for itself.
    owner: Option<Account>,
    names: Names,
    proof: Mutex<Proof>,
}

/// How the proof of a request stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Proof {
    /// The first function that is asked with it says.
    Unasked,
    /// The rules have looked at it and answered.
    Good,
    /// It is wrong.
    Wrong,
}

impl Sender {
    fn new(caller: Caller, owner: Option<Account>, names: &Names, proof: Proof) -> Sender {
        Sender { caller, owner, names: names.clone(), proof: Mutex::new(proof) }
    }

    /// Checks the proof that a request brings. Whoever is refused here learns nothing else. A request that only reads is proved by the function that
    /// answers it: one call of the rules instead of two.
    async fn of(
        rest: &Arc<Rest>,
        names: &Names,
        who: Who,
        parts: &Parts,
        account: &str,
        only_reads: bool,
    ) -> Result<Sender, Failure> {
        let peer = parts.extensions.get::<Peer>().copied();
        let operator = match who {
            Who::Anybody => {
                let caller = request::nobody(rest, &parts.headers, peer, names);
                return Ok(Sender::new(caller, None, names, Proof::Good));
            }
            Who::Stranger => {
                let caller = session::stranger(rest, &parts.headers, peer, names)?;
                return Ok(Sender::new(caller, None, names, Proof::Good));
            }
            // The functions that are asked look at it: there is no answer without one.
            Who::Person => {
                let caller = session::person(rest, &parts.method, &parts.headers, peer, names)?;
                return Ok(Sender::new(caller, None, names, Proof::Good));
            }
            Who::Known if !request::brings_basic(&parts.headers) => {
                if request::known_operator(rest, &parts.headers).is_none() {
                    let caller = session::person(rest, &parts.method, &parts.headers, peer, names)?;
                    return Ok(Sender::new(caller, None, names, Proof::Unasked));
                }
                true
            }
            Who::Known => false,
            Who::Operator => true,
            Who::OperatorByRule => request::brings_bearer(&parts.headers),
            Who::Owner | Who::Account | Who::AccountOrSub => false,
        };
        if operator {
            let caller = request::operator(rest, &parts.headers, peer, names)?;
            return Ok(Sender::new(caller, None, names, Proof::Good));
        }
        let caller = match session::is_brought(rest, &parts.headers) {
            true => session::person(rest, &parts.method, &parts.headers, peer, names)?,
            false => request::customer(rest, &parts.headers, peer, names)?,
        };
        let (names, account) = (names.clone(), account.to_owned());
        if only_reads && who != Who::Owner {
            return Ok(Sender::new(caller, None, &names, Proof::Unasked));
        }
        rest.blocking(move |rest| {
            let owner = match who {
                Who::Owner => Some(admission::owner(rest, &names, &caller, &account)?),
                _ => {
                    admission::admitted(rest, &names, &caller)?;
                    None
                }
            };
            Ok(Sender::new(caller, owner, &names, Proof::Good))
        })
        .await
    }

    fn proof(&self) -> Proof {
        *self.proof.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, proof: Proof) {
        *self.proof.lock().unwrap_or_else(PoisonError::into_inner) = proof;
    }

    /// Asks the rules for nothing but the proof, where no function has looked at it.
    pub async fn prove(&self, rest: &Arc<Rest>) -> Result<(), Failure> {
        match self.proof() {
            Proof::Good => return Ok(()),
            Proof::Wrong => return Err(Failure::unauthenticated("Basic")),
            Proof::Unasked => {}
        }
        let (names, caller) = (self.names.clone(), self.caller.clone());
        rest.blocking(move |rest| admission::admitted(rest, &names, &caller)).await?;
        self.set(Proof::Good);
        Ok(())
    }

    /// What a function that was asked with the proof has answered says of the proof. The place of the request is counted against the account from
    /// here on, if it is a main account; that of a sub-account stays counted against its address.
    fn learn(&self, answer: &Value) -> Result<(), Failure> {
        if self.proof() != Proof::Unasked {
            return Ok(());
        }
        if answer["err"]["refused"] == "unauthenticated" {
            self.set(Proof::Wrong);
            return Ok(());
        }
        self.set(Proof::Good);
        match &self.caller.who {
            Principal::Token(credential) if credential.auth_id.starts_with("MA") => {
                self.names.ticket.belongs_to(&credential.auth_id)
            }
            Principal::Session(session) => match session::account_of(&session.token) {
                Some(account) => self.names.ticket.belongs_to(account),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// What a request says, and its keys that stand twice where the handler refuses these.
type Given = (Map<String, Value>, Vec<Repeated>);

impl Asked {
    /// Reads a request: first who sent it, then what it says.
    pub async fn read(
        rest: Arc<Rest>,
        names: Names,
        who: Who,
        takes: Takes,
        function: Option<&'static str>,
        request: Request,
    ) -> Result<Asked, Failure> {
        let (mut parts, body) = request.into_parts();
        let segments = match Path::<Vec<String>>::from_request_parts(&mut parts, &()).await {
            Ok(Path(segments)) => segments,
            Err(_) => return Err(Failure::field("path", "wrong-form", "must be UTF-8 text")),
        };
        let account = segments.first().map_or("", String::as_str);
        // A question in which a key stands twice is refused, and only to whoever may ask.
        let only_reads = matches!(parts.method, Method::GET | Method::HEAD)
            && function.is_some()
            && names.repeated.is_none()
            && body.is_end_stream();
        let sender = Arc::new(Sender::of(&rest, &names, who, &parts, account, only_reads).await?);
        let asked = Asked::said(rest.clone(), (parts, body), &sender, (segments, who, takes, function)).await;
        match asked {
            Ok(asked) => Ok(asked),
            // What is wrong with a request is told to whoever may ask, and to nobody else.
            Err(failure) => Err(sender.prove(&rest).await.err().unwrap_or(failure)),
        }
    }

    /// What a request says.
    async fn said(
        rest: Arc<Rest>,
        (parts, body): (Parts, Body),
        sender: &Arc<Sender>,
        (segments, who, takes, function): (Vec<String>, Who, Takes, Option<&'static str>),
    ) -> Result<Asked, Failure> {
        let (sender, names) = (sender.clone(), sender.names.clone());
        let part = request::part(&parts.headers);
        let mut query = Vec::new();
        let mut file = Bytes::new();
        let (given, repeated) = match takes {
            Takes::Nothing => Given::default(),
            Takes::Query(_) => {
                query = query_of(&parts.uri)?;
                takes.check(query.iter().map(|(name, _)| name.as_str()))?;
                (texts(&query), Vec::new())
            }
            Takes::File { first, .. } => {
                query = query_of(&parts.uri)?;
                may(&rest, &sender, first, segments.first().map_or("", String::as_str)).await?;
                file = request::body(&rest, &names, &parts.headers, body, FILE_BYTES_MAX).await?;
                (texts(&query), Vec::new())
            }
            Takes::Parameters(_) | Takes::Filters(_) => {
                query = query_of(&parts.uri)?;
                let bytes = request::body(&rest, &names, &parts.headers, body, BODY_BYTES_MAX).await?;
                (parameters(takes, &parts, &query, &bytes)?, Vec::new())
            }
            Takes::Object(_) | Takes::Batch(_) | Takes::Arguments => {
                let is_batch = matches!(takes, Takes::Batch(_));
                if is_batch {
                    part.clone()?;
                }
                let most = if who == Who::Operator { rest.limits.body_bytes } else { BODY_BYTES_MAX };
                let bytes = request::body(&rest, &names, &parts.headers, body, most).await?;
                object(&parts.headers, &bytes, is_batch)?
            }
        };
        let is_from_pages = session::is_from_pages(&rest, &parts.headers);
        let holder = match who {
            Who::Stranger => session::holder(&rest, &parts.method, &parts.headers)?,
            _ => None,
        };
        let content_type =
            parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let (api_id, path) = (names.api_id, parts.uri.path().to_owned());
        let bytes = file;
        Ok(Asked {
            rest,
            api_id,
            segments,
            path,
            query,
            sender,
            takes,
            function,
            part,
            given,
            repeated,
            is_from_pages,
            holder,
            content_type,
            bytes,
        })
    }

    /// Who sent it.
    pub fn sender(&self) -> Arc<Sender> {
        self.sender.clone()
    }

    /// Refuses whoever may not ask, before anything is done for him that no function of the rules refuses.
    pub async fn prove(&self) -> Result<(), Failure> {
        self.sender.prove(&self.rest).await
    }

    /// Refuses an operator who lacks a permission for what only the host does, and everybody else.
    pub fn needs(&self, permission: &str) -> Result<(), Failure> {
        let held = match &self.sender.caller.who {
            Principal::Operator(operator) => operator.permissions.iter().any(|held| held == permission),
            _ => false,
        };
        if held {
            return Ok(());
        }
        Err(Failure::refused(&Refusal::Forbidden(permission.to_owned()), 0, str::to_owned))
    }

    /// Whether it is an operator.
    pub fn is_operator(&self) -> bool {
        matches!(self.sender.caller.who, Principal::Operator(_))
    }

    /// Who asks, for the rules.
    pub fn caller(&self) -> &Caller {
        &self.sender.caller
    }

    /// The account that asks for itself, as it was when the request came.
    pub fn owner(&self) -> Result<&Account, Failure> {
        self.sender.owner.as_ref().ok_or_else(|| Failure::unauthenticated("Basic"))
    }

    /// The auth ID whose credential the request brings; none: it brings no credential of an account.
    pub fn credential(&self) -> Option<&str> {
        match &self.sender.caller.who {
            Principal::Token(credential) => Some(&credential.auth_id),
            _ => None,
        }
    }

    /// A variable part of the path, from 0; empty where it has none.
    pub fn segment(&self, place: usize) -> &str {
        self.segments.get(place).map_or("", String::as_str)
    }

    /// The account of the path.
    pub fn account(&self) -> &str {
        self.segment(0)
    }

    /// Whether it comes from the pages of this service, which get sessions as cookies.
    pub fn is_from_pages(&self) -> bool {
        self.is_from_pages
    }

    /// The secret of a sign-up that the browser holds.
    pub fn holder(&self) -> Option<&str> {
        self.holder.as_deref()
    }

    /// What a request says that its body is.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The file that was sent, handed over.
    pub fn take_bytes(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes)
    }

    /// Whether the request must be carried out once.
    pub fn has_key(&self) -> bool {
        self.sender.caller.idempotency_key.is_some()
    }

    /// The part of a larger request that this one says it is.
    pub fn part(&self) -> Result<Option<RequestPart>, Failure> {
        self.part.clone()
    }

    /// Calls the function of this route as whoever asks. Names of fields in a refusal are turned into those of the wire by `field`.
    pub async fn call(&self, arguments: Value, field: fn(&str) -> String) -> Result<Value, Failure> {
        let answer = self.ask(arguments).await?;
        answer.map_err(|error| Failure::of_error(&error, self.rest.host.coinbox.now(), field))
    }

    /// [`Asked::call`] that hands on the error of the interface.
    pub async fn ask(&self, arguments: Value) -> Result<Result<Value, Value>, Failure> {
        let function = self.function.ok_or_else(|| internal("this route stands for no function"))?;
        self.ask_other(function, arguments).await
    }

    /// [`Asked::call`] of another function.
    pub async fn call_other(
        &self,
        function: &str,
        arguments: Value,
        field: fn(&str) -> String,
    ) -> Result<Value, Failure> {
        let answer = self.ask_other(function, arguments).await?;
        answer.map_err(|error| Failure::of_error(&error, self.rest.host.coinbox.now(), field))
    }

    /// [`Asked::call_other`] that hands on the error of the interface.
    pub async fn ask_other(&self, function: &str, mut arguments: Value) -> Result<Result<Value, Value>, Failure> {
        let caller = self.rest.host.coinbox.caller_for(function, self.caller());
        arguments["caller"] = coinbox_host::json::to_value(&caller).map_err(internal)?;
        let mut answer = self.rest.call(function, arguments).await?;
        self.sender.learn(&answer)?;
        if let Some(error) = answer.get_mut("err") {
            return Ok(Err(error.take()));
        }
        Ok(Ok(match answer.get_mut("ok") {
            Some(ok) => ok.take(),
            None => answer,
        }))
    }

    /// A value as it was sent; none: not given.
    pub fn value(&self, name: &str) -> Option<&Value> {
        assert!(!cfg!(test) || self.takes.keys().contains(&name), "the row of this route does not name {name}");
        self.given.get(name)
    }

    /// [`Asked::value`], handed over.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        assert!(!cfg!(test) || self.takes.keys().contains(&name), "the row of this route does not name {name}");
        self.given.remove(name)
    }

    /// Everything that was sent.
    pub fn object(&self) -> &Map<String, Value> {
        &self.given
    }

    /// The keys of a batch that stand twice.
    pub fn repeated(&self) -> &[Repeated] {
        &self.repeated
    }

    /// A parameter as text; none: not given.
    pub fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.value(name) {
            // Null means not supplied (T6).
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Failure::field(name, "wrong-form", "must be text")),
        }
    }

    /// A parameter as text and nothing else: a number in a body is refused, as the Account resource does; none: not given.
    pub fn only_text(&self, name: &str) -> Result<Option<String>, Failure> {
        if self.value(name).is_some_and(Value::is_number) {
            return Err(Failure::field(name, "wrong-form", "must be text"));
        }
        self.text(name)
    }

    /// A parameter as text that is not empty; an empty one narrows nothing.
    pub fn filled(&self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    /// A parameter as true or false, in any of its spellings (T5); none: not given.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) => match text.to_ascii_lowercase().as_str() {
                "" => Ok(None),
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                _ => Err(Failure::field(name, "wrong-form", "must be true or false")),
            },
            Some(_) => Err(Failure::field(name, "wrong-form", "must be true or false")),
        }
    }

    /// [`Asked::flag`] for a filter: an empty one is refused, as it would narrow nothing.
    pub fn flag_strictly(&self, name: &str) -> Result<Option<bool>, Failure> {
        match (self.value(name).is_some(), self.flag(name)?) {
            (true, None) => Err(Failure::field(name, "wrong-form", "must be true or false")),
            (_, flag) => Ok(flag),
        }
    }

    /// A parameter as one of these words; none: not given.
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Failure> {
        let Some(text) = self.filled(name)? else { return Ok(None) };
        let known = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        known.map(Some).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Failure::field(name, "unknown-value", &format!("must be one of {}", words.join(", ")))
        })
    }

    /// A parameter as a list of texts; none: not given.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let wrong = || Failure::field(name, "wrong-form", "must be a list of texts");
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong));
                texts.collect::<Result<Vec<_>, _>>().map(Some)
            }
            Some(_) => Err(wrong()),
        }
    }

    /// Which of the forms that a list has is asked for.
    pub fn form(&self) -> Result<Form, Failure> {
        Ok(self.word("format", &[("json", Form::Json), ("csv", Form::Csv)])?.unwrap_or(Form::Json))
    }

    /// This request with other values of some parameters.
    pub fn link(&self, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        let kept = self.query.iter().filter(|(name, _)| parameters.iter().all(|(other, _)| name != other));
        query.extend_pairs(kept);
        format!("{}?{}", self.path, query.finish())
    }

    /// A parameter as a whole number from 0 to `most`; none: not given.
    pub fn whole_number(&self, name: &str, most: u32) -> Result<Option<u32>, Failure> {
        let Some(text) = self.filled(name)? else { return Ok(None) };
        let number = text.parse::<u32>().ok().filter(|number| *number <= most && !text.starts_with('+'));
        number
            .map(Some)
            .ok_or_else(|| Failure::field(name, "wrong-form", &format!("must be a whole number, at most {most}")))
    }

    /// `limit` and `offset` (RW §9).
    pub fn page(&self) -> Result<(u32, u32), Failure> {
        let limit = self.whole_number("limit", PAGE)?.unwrap_or(PAGE);
        if limit == 0 {
            return Err(Failure::field("limit", "too-small", "must be at least 1"));
        }
        Ok((limit, self.whole_number("offset", u32::MAX)?.unwrap_or(0)))
    }

    /// A page: `next` and `previous` keep the filters.
    pub fn list(&self, limit: u32, offset: u32, total: u64, objects: Vec<Value>) -> Listed {
        let link = |offset: u32| self.link(&[("limit", &limit.to_string()), ("offset", &offset.to_string())]);
        let next = offset.checked_add(limit).filter(|next| u64::from(*next) < total).map(link);
        let previous = (offset > 0).then(|| link(offset.saturating_sub(limit)));
        Listed::Json(json!({
            "api_id": self.api_id,
            "meta": {"limit": limit, "offset": offset, "total_count": total, "next": next, "previous": previous},
            "objects": objects,
        }))
    }
}

/// Asks a query about an account before the bytes of a file are read: those of strangers are not.
async fn may(rest: &Arc<Rest>, sender: &Sender, function: &'static str, account: &str) -> Result<(), Failure> {
    let caller = rest.host.coinbox.caller_for(function, &sender.caller);
    let caller = coinbox_host::json::to_value(&caller).map_err(internal)?;
    let answer = rest.call(function, json!({"caller": caller, "auth-id": account})).await?;
    sender.learn(&answer)?;
    match answer.get("err") {
        Some(error) => Err(Failure::of_error(error, rest.host.coinbox.now(), |field| field.replace('-', "_"))),
        None => Ok(()),
    }
}

/// The object of a body. In a batch, keys that stand twice are handed on; anywhere else the first of them is refused.
fn object(headers: &HeaderMap, bytes: &[u8], is_batch: bool) -> Result<Given, Failure> {
    if is_batch {
        return request::json_object_with_repeats(headers, bytes);
    }
    Ok((request::json_object(headers, bytes)?, Vec::new()))
}

fn texts(query: &[(String, String)]) -> Map<String, Value> {
    query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

/// The parameters of query and body. What stands in the body wins over the query (T3, T4).
fn parameters(
    takes: Takes,
    parts: &Parts,
    query: &[(String, String)],
    bytes: &[u8],
) -> Result<Map<String, Value>, Failure> {
    let mut given = texts(query);
    let more = request::json_object(&parts.headers, bytes)?;
    // HEAD answers no sum that could be wrong.
    if parts.method == Method::GET {
        takes.check(query.iter().map(|(name, _)| name.as_str()))?;
        takes.check(more.keys().map(String::as_str))?;
    }
    if let Some(key) = more.iter().find(|(key, value)| contradicts(given.get(*key), value)).map(|(key, _)| key) {
        let limit = "stands in the question and in the body, with different values";
        return Err(Failure::field(&coinbox_host::text::shortened(key), "repeated", limit));
    }
    given.extend(more);
    given.retain(|_, value| !value.is_null());
    Ok(given)
}

/// Whether a key of the question says something else than the same key of the body. Some clients say everything in both.
fn contradicts(question: Option<&Value>, body: &Value) -> bool {
    let Some(Value::String(question)) = question else { return false };
    match body {
        Value::Null => false,
        Value::String(text) => text != question,
        Value::Bool(flag) => !question.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
        other => {
            let written = other.to_string();
            written != *question
        }
    }
}

fn query_of(uri: &Uri) -> Result<Vec<(String, String)>, Failure> {
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    if pairs.len() > PARAMETERS_MAX {
        return Err(Failure::field("query", "too-many", "at most 200 parameters"));
    }
    Ok(pairs)
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string())
}
