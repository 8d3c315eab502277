//! A route is a row beside its handler. The router, the names of metrics and the page of routes are made from the rows.

use super::answer::Failure;
use super::asked::Asked;
use super::download::Download;
use super::forms::{Entry, Listed, Outcome, Pdf, Text};
use super::request::Names;
use super::session;
use super::state::Rest;
use super::takes::{Takes, Who};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodFilter;
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::Arc;

/// One route.
pub(crate) struct Route {
    /// Method.
    pub method: Method,
    /// Pattern. Where it ends with a slash, clients may leave this slash out.
    pub path: &'static str,
    /// Name of the path in metrics and in the log.
    pub name: &'static str,
    /// Who may ask.
    pub who: Who,
    /// Function of the contract that it stands for. None: any function, or something that only the host does.
    pub function: Option<&'static str>,
    /// Form of the request.
    pub takes: Takes,
    /// Form of the answer, and the handler that makes it.
    pub answers: Answers,
    /// What it does, for the page of routes.
    pub what: &'static str,
}

/// A method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Method {
    /// `GET`, also asked as `HEAD`.
    Get,
    /// `POST`.
    Post,
    /// `DELETE`.
    Delete,
}

impl Method {
    /// As requests write it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }

    /// For the router.
    pub(crate) fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Delete => MethodFilter::DELETE,
        }
    }
}

/// What a handler promises.
pub(crate) type Answering<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;

/// Answers a request, or says why not.
pub(crate) type Handler<T> = fn(Asked) -> Answering<T>;

/// The form of an answer with its handler. Refusals have the same form everywhere: see [`Failure`].
#[derive(Clone, Copy)]
pub(crate) enum Answers {
    /// 200 with an object, which holds `api_id`.
    Object(Handler<Value>),
    /// 200 with a page of a list.
    List(Handler<Listed>),
    /// 201 with an object, which holds `api_id`.
    Created(Handler<Value>),
    /// 202 `{"api_id", "message": "changed"}`.
    Changed(Handler<()>),
    /// 204.
    Nothing(Handler<()>),
    /// A result in the JSON form of the contract, without `api_id`.
    Outcome(Handler<Outcome>),
    /// 200 with an object, which holds `api_id`, and perhaps a session.
    Entry(Handler<Entry>),
    /// 200 with a printed document.
    Pdf(Handler<Pdf>),
    /// 200 with a file that somebody has handed in, as a download.
    File(Handler<Download>),
    /// Text.
    Text(Handler<Text>),
}

impl Answers {
    async fn answer(self, asked: Asked) -> Result<Response, Failure> {
        Ok(match self {
            Answers::Object(handler) => axum::Json(handler(asked).await?).into_response(),
            Answers::List(handler) => handler(asked).await?.into_response(),
            Answers::Created(handler) => (StatusCode::CREATED, axum::Json(handler(asked).await?)).into_response(),
            Answers::Changed(handler) => {
                let changed = json!({"api_id": asked.api_id, "message": "changed"});
                handler(asked).await?;
                (StatusCode::ACCEPTED, axum::Json(changed)).into_response()
            }
            Answers::Nothing(handler) => {
                handler(asked).await?;
                StatusCode::NO_CONTENT.into_response()
            }
            Answers::Outcome(handler) => handler(asked).await?.into_response(),
            Answers::Entry(handler) => handler(asked).await?.into_response(),
            Answers::Pdf(handler) => handler(asked).await?.into_response(),
            Answers::File(handler) => handler(asked).await?.into_response(),
            Answers::Text(handler) => handler(asked).await?.into_response(),
        })
    }
}

impl Route {
    /// Answers a request: reads who sent it and what it says, runs the handler, and writes what came of it.
    pub(crate) async fn serve(&self, rest: Arc<Rest>, request: Request) -> Response {
        let names = request.extensions().get::<Names>().cloned();
        let names = names.unwrap_or_else(|| Names::new(request.headers()));
        let api_id = names.api_id.clone();
        let in_session = session::is_brought(&rest, request.headers());
        let answer = async {
            let asked = Asked::read(rest.clone(), names, self.who, self.takes, self.function, request).await?;
            let sender = asked.sender();
            let answer = self.answers.answer(asked).await;
            // Whatever the handler has made of it: nobody is answered whose proof is wrong, or was not looked at.
            sender.prove(&rest).await?;
            answer
        };
        let answer = answer.await;
        // What a person is shown is kept by nobody, whichever route shows it.
        let private = self.who.is_private() || in_session;
        let mut response = answer.unwrap_or_else(|failure| {
            let failure = failure.taking(self.who.credentials());
            // No browser opens a window of its own for a person who has logged in.
            let scheme = if in_session { Some("Session") } else { self.who.scheme() };
            if private { failure.challenging(scheme) } else { failure }.respond(&api_id)
        });
        if private {
            session::guard(response.headers_mut());
        } else if matches!(self.who, Who::Operator | Who::OperatorByRule) {
            // What operators are shown may be a secret too, such as a one-time password. Documents say themselves who may keep them.
            let no_store = axum::http::HeaderValue::from_static("no-store");
            response.headers_mut().entry(axum::http::header::CACHE_CONTROL).or_insert(no_store);
        }
        response
    }
}
