//! `/v1/Usage/Rejected/`: events that could not be rated, for the operator (USE-6).
//!
//! `GET` lists them (`auth_id`, `reason`, `limit` 1 to 500, `cursor`), `POST` rates mended ones: `{"events": [{"key", and the fields of an
//! event}]}`, `DELETE` takes them off the list for good: `{"keys": […]}`. At most 1000 at once.

use super::Rest;
use super::answer::Failure;
use super::events::{self, Counts};
use super::request::{self, Names, Peer};
use super::summary::called;
use crate::contract::exported::usage::Answer;
use crate::text;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Events of one answer if nothing is said.
const LIMIT_DEFAULT: u32 = 100;

/// The operator's caller in JSON, and the body of the request.
async fn operator(
    rest: &Rest,
    headers: &HeaderMap,
    peer: Option<Extension<Peer>>,
    names: &Names,
    body: Option<Body>,
) -> Result<(Value, Map<String, Value>), Failure> {
    let caller = request::operator(rest, headers, peer.map(|Extension(peer)| peer), names)?;
    let given = match body {
        None => Map::new(),
        Some(body) => {
            request::json_object(headers, &request::body(rest, names, headers, body, rest.limits.body_bytes).await?)?
        }
    };
    let caller = crate::json::to_value(&caller)
        .map_err(|error| Failure::new(StatusCode::BAD_REQUEST, "invalid", error.to_string()))?;
    Ok((caller, given))
}

/// GET: the list, by the events' own time.
pub async fn list(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    let answer = async {
        let (caller, _) = operator(&rest, &headers, peer, &names, None).await?;
        let limit = match asked.get("limit") {
            None => LIMIT_DEFAULT,
            Some(text) => text.parse().map_err(|_| Failure::field("limit", "wrong-form", "1 to 500"))?,
        };
        let arguments = json!({"caller": caller, "auth-id": asked.get("auth_id"), "reason": asked.get("reason"),
            "after": asked.get("cursor"), "limit": limit});
        let page = called(&rest, "usage.list-rejected", arguments).await?;
        let objects: Vec<Value> = page["rejected"].as_array().into_iter().flatten().map(shown).collect();
        let kept: String = ["auth_id", "reason"]
            .into_iter()
            .filter_map(|name| asked.get(name).map(|value| format!("&{name}={value}")))
            .collect();
        let next =
            page["next"].as_str().map(|cursor| format!("/v1/Usage/Rejected/?limit={limit}{kept}&cursor={cursor}"));
        let meta = json!({"limit": limit, "next": next, "previous": null});
        Ok(axum::Json(json!({"api_id": names.api_id, "meta": meta, "objects": objects})).into_response())
    };
    answer.await.unwrap_or_else(|failure: Failure| failure.respond(&names.api_id))
}

/// An entry in the form that POST takes, and why it is here.
fn shown(one: &Value) -> Value {
    let event = &one["event"];
    let moment = |value: &Value| text::moment(crate::cli::wide(value));
    json!({"key": one["key"], "reason": one["reason"], "received": moment(&one["received"]), "id": event["id"],
        "auth_id": event["auth-id"], "product": event["product"], "heading": event["heading"],
        "number": event["number"], "quantity": event["quantity"], "at": moment(&event["at"])})
}

/// POST: rates mended events; those that are rejected again stay on the list.
pub async fn resubmit(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let (caller, mut given) = operator(&rest, &headers, peer, &names, Some(body)).await?;
        let Some(Value::Array(events)) = given.remove("events") else {
            return Err(Failure::field("events", "missing", "must be a list of events with their keys"));
        };
        let mut mended = Vec::with_capacity(events.len());
        for (place, event) in events.iter().enumerate() {
            let key = event["key"].as_str().ok_or_else(|| {
                Failure::field(&format!("events[{place}].key"), "missing", "the key that the list names")
            })?;
            let read = events::read(event).map_err(|wrong| {
                Failure::field(&format!("events[{place}].{}", wrong.field), "wrong-form", wrong.limit)
            })?;
            mended.push(json!({"key": key, "event": crate::import::rows::for_contract(&read)}));
        }
        let batch = called(&rest, "usage.resubmit", json!({"caller": caller, "events": mended})).await?;
        let mut counts = Counts::default();
        let mut answers = Vec::with_capacity(events.len());
        for (event, answer) in events.iter().zip(batch["answers"].as_array().into_iter().flatten()) {
            let answer = crate::json::from_value::<Answer>(answer)
                .map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?;
            let answer = Ok(answer);
            counts.add(&answer);
            answers.push(events::answer(event["id"].as_str(), &answer));
        }
        let by_name: Map<String, Value> =
            counts.by_name().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
        Ok(axum::Json(json!({"api_id": names.api_id, "message": "resubmitted", "counts": by_name,
            "amount": text::amount_on_wire(counts.amount), "answers": answers,
            "transactions": batch["transactions"]}))
        .into_response())
    };
    answer.await.unwrap_or_else(|failure: Failure| failure.respond(&names.api_id))
}

/// DELETE: takes events off the list for good.
pub async fn discard(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let (caller, mut given) = operator(&rest, &headers, peer, &names, Some(body)).await?;
        let keys = given.remove("keys").filter(Value::is_array);
        let keys = keys.ok_or_else(|| Failure::field("keys", "missing", "must be a list of keys"))?;
        called(&rest, "usage.discard", json!({"caller": caller, "keys": keys})).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answer.await.unwrap_or_else(|failure: Failure| failure.respond(&names.api_id))
}
