//! What every resource below an account has in common: who asks, what was sent, pages, failures (rest-wire §2 and §3).

use super::account;
use super::answer::Failure;
use super::keys::{self, RouteName};
use super::request::{self, Names, Peer};
use super::state::Rest;
use axum::body::Body;
use axum::extract::{FromRequest, Path, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use coinbox_host::contract::types::{Caller, Principal};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Longest body of a customer's request.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Most parameters of one request.
const PARAMETERS_MAX: usize = 200;
/// Objects of a page unless the request says otherwise, and the most there are.
const PAGE: u32 = 20;

/// A request as it came, read further only once its sender is known.
pub struct Incoming {
    segments: Vec<String>,
    names: Names,
    peer: Option<Peer>,
    headers: HeaderMap,
    uri: Uri,
    route: RouteName,
    method: Method,
    body: Body,
}

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Incoming, Response> {
        use axum::extract::FromRequestParts;
        let (mut parts, body) = request.into_parts();
        let names = parts.extensions.get::<Names>().cloned().unwrap_or_else(|| Names::new(&parts.headers));
        let segments = match Path::<Vec<String>>::from_request_parts(&mut parts, state).await {
            Ok(Path(segments)) => segments,
            Err(_) => return Err(Failure::field("path", "wrong-form", "must be UTF-8 text").respond(&names.api_id)),
        };
        let peer = parts.extensions.get::<Peer>().copied();
        let route = parts.extensions.get::<RouteName>().copied().unwrap_or(RouteName("none"));
        Ok(Incoming {
            segments,
            names,
            peer,
            headers: parts.headers,
            uri: parts.uri,
            route,
            method: parts.method,
            body,
        })
    }
}

/// A request of a customer who may use the API.
pub struct Asked {
    /// The host.
    pub rest: Arc<Rest>,
    /// The variable parts of the path; the first is the account's.
    pub segments: Vec<String>,
    /// Name of the answer.
    pub api_id: String,
    path: String,
    query: Vec<(String, String)>,
    caller: Caller,
    given: Map<String, Value>,
}

/// Answers a customer's request: checks who it is, reads what was sent, runs, and writes failures.
pub async fn serve<F>(rest: Arc<Rest>, incoming: Incoming, run: impl FnOnce(Asked) -> F) -> Response
where
    F: Future<Output = Result<Response, Failure>>,
{
    serve_for(rest, incoming, false, run).await
}

/// [`serve`], also for an operator, who brings a Bearer token and is under no limit.
pub async fn serve_operator_too<F>(rest: Arc<Rest>, incoming: Incoming, run: impl FnOnce(Asked) -> F) -> Response
where
    F: Future<Output = Result<Response, Failure>>,
{
    let operator = request::brings_bearer(&incoming.headers);
    serve_for(rest, incoming, operator, run).await
}

/// [`serve`] for an operator only.
pub async fn serve_operator<F>(rest: Arc<Rest>, incoming: Incoming, run: impl FnOnce(Asked) -> F) -> Response
where
    F: Future<Output = Result<Response, Failure>>,
{
    serve_for(rest, incoming, true, run).await
}

async fn serve_for<F>(rest: Arc<Rest>, incoming: Incoming, operator: bool, run: impl FnOnce(Asked) -> F) -> Response
where
    F: Future<Output = Result<Response, Failure>>,
{
    let api_id = incoming.names.api_id.clone();
    let answer = async {
        let caller = if operator {
            request::operator(&rest, &incoming.headers, incoming.peer, &incoming.names)?
        } else {
            let caller = request::customer(&rest, &incoming.headers, incoming.peer, &incoming.names)?;
            // Who it is comes first: strangers learn nothing about what a request should look like.
            let (asked, names) = (caller.clone(), incoming.names.clone());
            rest.blocking(move |rest| account::admitted(rest, &names, &asked)).await?;
            caller
        };
        let query = query(&incoming.uri)?;
        let bytes = request::body(&rest, &incoming.names, &incoming.headers, incoming.body, BODY_BYTES_MAX).await?;
        // What stands in the body wins over the query (T3, T4).
        let mut given: Map<String, Value> =
            query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let more = request::json_object(&incoming.headers, &bytes)?;
        keys::check(incoming.route, &incoming.method, query.iter().map(|(name, _)| name.as_str()))?;
        keys::check(incoming.route, &incoming.method, more.keys().map(String::as_str))?;
        if let Some(key) = more.iter().find(|(key, value)| contradicts(given.get(*key), value)).map(|(key, _)| key) {
            let limit = "stands in the question and in the body, with different values";
            return Err(Failure::field(&coinbox_host::text::shortened(key), "repeated", limit));
        }
        given.extend(more);
        given.retain(|_, value| !value.is_null());
        run(Asked {
            rest: rest.clone(),
            segments: incoming.segments,
            api_id: incoming.names.api_id.clone(),
            path: incoming.uri.path().to_owned(),
            query,
            caller,
            given,
        })
        .await
    };
    answer.await.unwrap_or_else(|failure| failure.respond(&api_id))
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

pub(super) fn query(uri: &Uri) -> Result<Vec<(String, String)>, Failure> {
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    if pairs.len() > PARAMETERS_MAX {
        return Err(Failure::field("query", "too-many", "at most 200 parameters"));
    }
    Ok(pairs)
}

impl Asked {
    /// Whether it is an operator.
    pub fn is_operator(&self) -> bool {
        matches!(self.caller.who, Principal::Operator(_))
    }

    /// The account of the path.
    pub fn account(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }

    /// Whether the request must be carried out once.
    pub fn has_key(&self) -> bool {
        self.caller.idempotency_key.is_some()
    }

    /// Calls a function as this customer. Names of fields in a refusal are turned into those of the wire by `field`.
    pub async fn call(
        &self,
        function: &str,
        mut arguments: Value,
        field: fn(&str) -> String,
    ) -> Result<Value, Failure> {
        arguments["caller"] = coinbox_host::json::to_value(&self.caller).map_err(internal)?;
        let mut answer = self.rest.call(function, arguments).await?;
        match answer.get("err") {
            None => Ok(answer["ok"].take()),
            Some(error) => Err(Failure::of_error(error, self.rest.host.coinbox.now(), field)),
        }
    }

    /// A parameter as text; none: not given.
    pub fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.given.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Failure::field(name, "wrong-form", "must be text")),
        }
    }

    /// A parameter as text and nothing else: a number in a body is refused, as the Account resource does; none: not given.
    pub fn only_text(&self, name: &str) -> Result<Option<String>, Failure> {
        if self.given.get(name).is_some_and(Value::is_number) {
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
        match self.given.get(name) {
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
        match (self.given.contains_key(name), self.flag(name)?) {
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
        match self.given.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong));
                texts.collect::<Result<Vec<_>, _>>().map(Some)
            }
            Some(_) => Err(wrong()),
        }
    }

    /// A parameter as a whole number from 0 to `most`; none: not given.
    pub fn whole_number(&self, name: &str, most: u32) -> Result<Option<u32>, Failure> {
        self.number(name, most)
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

    fn number(&self, name: &str, most: u32) -> Result<Option<u32>, Failure> {
        let Some(text) = self.filled(name)? else { return Ok(None) };
        let number = text.parse::<u32>().ok().filter(|number| *number <= most && !text.starts_with('+'));
        number
            .map(Some)
            .ok_or_else(|| Failure::field(name, "wrong-form", &format!("must be a whole number, at most {most}")))
    }

    /// `limit` and `offset` (RW §9).
    pub fn page(&self) -> Result<(u32, u32), Failure> {
        let limit = self.number("limit", PAGE)?.unwrap_or(PAGE);
        if limit == 0 {
            return Err(Failure::field("limit", "too-small", "must be at least 1"));
        }
        Ok((limit, self.number("offset", u32::MAX)?.unwrap_or(0)))
    }

    /// The envelope of a page: `next` and `previous` keep the filters.
    pub fn list(&self, limit: u32, offset: u32, total: u64, objects: Vec<Value>) -> Value {
        let link = |offset: u32| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("limit", &limit.to_string()).append_pair("offset", &offset.to_string());
            let kept = self.query.iter().filter(|(name, _)| name != "limit" && name != "offset");
            query.extend_pairs(kept);
            format!("{}?{}", self.path, query.finish())
        };
        let next = offset.checked_add(limit).filter(|next| u64::from(*next) < total).map(link);
        let previous = (offset > 0).then(|| link(offset.saturating_sub(limit)));
        json!({
            "api_id": self.api_id,
            "meta": {"limit": limit, "offset": offset, "total_count": total, "next": next, "previous": previous},
            "objects": objects,
        })
    }
}

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// With `meta` and `objects`.
    Json,
    /// For spreadsheets.
    Csv,
}

/// A page as comma-separated text. Where it has a next one, the header `Link` says so: no page looks like the whole.
pub fn csv(written: Vec<u8>, next: Option<&str>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], written).into_response();
    if let Some(link) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string())
}
