//! `/v1/Usage/Rejected/`: events that could not be rated, for the operator (USE-6).
//!
//! `GET` lists them (`auth_id`, `reason`, `limit` 1 to 500, `cursor`, `format` `json` or `csv`), `POST` rates mended ones: `{"events": [{"key", and the fields of an
//! event}]}`, `DELETE` takes them off the list for good: `{"keys": […]}`. At most 1000 at once.

use super::answer::Failure;
use super::keys::{self, RouteName};
use super::request::{self, Names, Peer};
use super::resource::{self, Form};
use super::state::Rest;
use super::summary::called;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use coinbox_host::contract::exported::usage::Answer;
use coinbox_host::text;
use coinbox_operations::export::table::Table;
use coinbox_operations::tables::{REJECTED_COLUMNS, rejected_cells};
use coinbox_operations::usage_words::{self, Counts};
use coinbox_operations::words::wide;
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
    let caller = coinbox_host::json::to_value(&caller)
        .map_err(|error| Failure::new(StatusCode::BAD_REQUEST, "invalid", error.to_string()))?;
    Ok((caller, given))
}

/// GET: the list, by the events' own time.
pub async fn list(
    State(rest): State<Arc<Rest>>,
    Extension(names): Extension<Names>,
    Extension(route): Extension<RouteName>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let answer = async {
        let (caller, _) = operator(&rest, &headers, peer, &names, None).await?;
        let query = resource::query(&uri)?;
        keys::check(route, &Method::GET, query.iter().map(|(name, _)| name.as_str()))?;
        let asked: BTreeMap<&str, &str> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let limit = match asked.get("limit") {
            None => LIMIT_DEFAULT,
            Some(text) => text.parse().map_err(|_| Failure::field("limit", "wrong-form", "1 to 500"))?,
        };
        let form = match asked.get("format") {
            None | Some(&"json") => Form::Json,
            Some(&"csv") => Form::Csv,
            Some(_) => return Err(Failure::field("format", "unknown-value", "must be one of json, csv")),
        };
        let arguments = json!({"caller": caller, "auth-id": asked.get("auth_id"), "reason": asked.get("reason"),
            "after": asked.get("cursor"), "limit": limit});
        let page = called(&rest, "usage.list-rejected", arguments).await?;
        let listed = || page["rejected"].as_array().into_iter().flatten();
        let next = page["next"].as_str().map(|cursor| {
            let mut kept = form_urlencoded::Serializer::new(String::new());
            kept.append_pair("limit", &limit.to_string());
            let others = ["auth_id", "reason", "format"].into_iter();
            kept.extend_pairs(others.filter_map(|name| asked.get(name).map(|value| (name, *value))));
            kept.append_pair("cursor", cursor);
            format!("/v1/Usage/Rejected/?{}", kept.finish())
        });
        if form == Form::Csv {
            let unwritten =
                |error: csv::Error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string());
            let mut written = Vec::new();
            let mut table = Table::begin(&mut written, &REJECTED_COLUMNS).map_err(unwritten)?;
            listed().try_for_each(|one| table.row(rejected_cells(one))).map_err(unwritten)?;
            table.flush().map_err(|error| unwritten(error.into()))?;
            drop(table);
            return Ok(resource::csv(written, next.as_deref()));
        }
        let objects: Vec<Value> = listed().map(shown).collect();
        let meta = json!({"limit": limit, "next": next, "previous": null});
        Ok(axum::Json(json!({"api_id": names.api_id, "meta": meta, "objects": objects})).into_response())
    };
    answer.await.unwrap_or_else(|failure: Failure| failure.respond(&names.api_id))
}

/// An entry in the form that POST takes, and why it is here.
fn shown(one: &Value) -> Value {
    let event = &one["event"];
    let moment = |value: &Value| text::moment(wide(value));
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
            let read = usage_words::read(event).map_err(|wrong| {
                Failure::field(&format!("events[{place}].{}", wrong.field), "wrong-form", wrong.limit)
            })?;
            mended.push(json!({"key": key, "event": coinbox_operations::import::rows::for_contract(&read)}));
        }
        let batch = called(&rest, "usage.resubmit", json!({"caller": caller, "events": mended})).await?;
        let mut counts = Counts::default();
        let mut answers = Vec::with_capacity(events.len());
        for (event, answer) in events.iter().zip(batch["answers"].as_array().into_iter().flatten()) {
            let answer = coinbox_host::json::from_value::<Answer>(answer)
                .map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?;
            let answer = Ok(answer);
            counts.add(&answer);
            answers.push(usage_words::answer(event["id"].as_str(), &answer));
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
