//! `/v1/Usage/Rejected/`: events that could not be rated, for the operator (USE-6).
//!
//! `GET` lists them (`auth_id`, `reason`, `limit` 1 to 500, `cursor`, `format` `json` or `csv`), `POST` rates mended ones: `{"events": [{"key", and the fields of an
//! event}]}`, `DELETE` takes them off the list for good: `{"keys": […]}`. At most 1000 at once.

use super::answer::Failure;
use super::asked::Asked;
use super::forms::{Form, Listed};
use super::route::{Answers, Method, Route};
use super::summary::field_name;
use super::takes::{Takes, Who};
use axum::http::StatusCode;
use coinbox_host::contract::exported::usage::{EventAnswer, UsageError};
use coinbox_host::json as wit;
use coinbox_host::text;
use coinbox_operations::tables::{REJECTED_COLUMNS, rejected_cells};
use coinbox_operations::usage_words::{self, Counts};
use coinbox_operations::words::wide;
use serde_json::{Map, Value, json};

/// Events of one answer if nothing is said.
const LIMIT_DEFAULT: u32 = 100;

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/v1/Usage/Rejected/",
        name: "usage-rejected",
        who: Who::Operator,
        function: Some("usage.list-rejected"),
        takes: Takes::Query(&["auth_id", "reason", "format", "cursor", "limit"]),
        answers: Answers::List(|asked| Box::pin(list(asked))),
        what: "Events that could not be rated: `auth_id`, `reason`, `format`, `cursor`, `limit`",
    },
    Route {
        method: Method::Post,
        path: "/v1/Usage/Rejected/",
        name: "usage-rejected",
        who: Who::Operator,
        function: Some("usage.resubmit"),
        takes: Takes::Object(&["events"]),
        answers: Answers::Object(|asked| Box::pin(resubmit(asked))),
        what: "rate mended ones (`events`)",
    },
    Route {
        method: Method::Delete,
        path: "/v1/Usage/Rejected/",
        name: "usage-rejected",
        who: Who::Operator,
        function: Some("usage.discard"),
        takes: Takes::Object(&["keys"]),
        answers: Answers::Nothing(|asked| Box::pin(discard(asked))),
        what: "discard (`keys`)",
    },
];

/// The list, by the events' own time.
async fn list(asked: Asked) -> Result<Listed, Failure> {
    let limit = match asked.text("limit")? {
        None => LIMIT_DEFAULT,
        Some(text) => text.parse().map_err(|_| Failure::field("limit", "wrong-form", "1 to 500"))?,
    };
    let form = match asked.text("format")?.as_deref() {
        None | Some("json") => Form::Json,
        Some("csv") => Form::Csv,
        Some(_) => return Err(Failure::field("format", "unknown-value", "must be one of json, csv")),
    };
    let arguments = json!({"auth-id": asked.text("auth_id")?, "reason": asked.text("reason")?,
        "after": asked.text("cursor")?, "limit": limit});
    let page = called(&asked, arguments).await?;
    let listed = || page["rejected"].as_array().into_iter().flatten();
    let next = match page["next"].as_str() {
        None => None,
        Some(cursor) => {
            let mut kept = form_urlencoded::Serializer::new(String::new());
            kept.append_pair("limit", &limit.to_string());
            for name in ["auth_id", "reason", "format"] {
                kept.extend_pairs(asked.text(name)?.map(|value| (name, value)));
            }
            kept.append_pair("cursor", cursor);
            Some(format!("/v1/Usage/Rejected/?{}", kept.finish()))
        }
    };
    if form == Form::Csv {
        return Listed::table(&REJECTED_COLUMNS, listed().map(rejected_cells), next);
    }
    let objects: Vec<Value> = listed().map(shown).collect();
    let meta = json!({"limit": limit, "next": next, "previous": null});
    Ok(Listed::Json(json!({"api_id": asked.api_id, "meta": meta, "objects": objects})))
}

/// An entry in the form that POST takes, and why it is here.
fn shown(one: &Value) -> Value {
    let event = &one["event"];
    let moment = |value: &Value| text::moment(wide(value));
    json!({"key": one["key"], "reason": one["reason"], "received": moment(&one["received"]), "id": event["id"],
        "auth_id": event["auth-id"], "product": event["product"], "heading": event["heading"],
        "number": event["number"], "quantity": event["quantity"], "at": moment(&event["at"])})
}

/// Rates mended events; those that are rejected again stay on the list.
async fn resubmit(mut asked: Asked) -> Result<Value, Failure> {
    let Some(Value::Array(events)) = asked.take("events") else {
        return Err(Failure::field("events", "missing", "must be a list of events with their keys"));
    };
    let mut mended = Vec::with_capacity(events.len());
    for (place, event) in events.iter().enumerate() {
        let key = event["key"]
            .as_str()
            .ok_or_else(|| Failure::field(&format!("events[{place}].key"), "missing", "the key that the list names"))?;
        let read = usage_words::read(event)
            .map_err(|wrong| Failure::field(&format!("events[{place}].{}", wrong.field), "wrong-form", wrong.limit))?;
        mended.push(json!({"key": key, "event": coinbox_operations::import::rows::for_contract(&read)}));
    }
    let batch = called(&asked, json!({"events": mended})).await?;
    let mut counts = Counts::default();
    let mut answers = Vec::with_capacity(events.len());
    for (event, answer) in events.iter().zip(batch["answers"].as_array().into_iter().flatten()) {
        let answer = Ok(wit::from_value::<EventAnswer>(answer).map_err(internal)?);
        counts.add(&answer);
        answers.push(usage_words::answer(event["id"].as_str(), &answer));
    }
    let by_name: Map<String, Value> =
        counts.by_name().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    Ok(json!({"api_id": asked.api_id, "message": "resubmitted", "counts": by_name,
        "amount": text::amount_on_wire(counts.amount), "answers": answers, "transactions": batch["transactions"]}))
}

/// Takes events off the list for good.
async fn discard(mut asked: Asked) -> Result<(), Failure> {
    let keys = asked.take("keys").filter(Value::is_array);
    let keys = keys.ok_or_else(|| Failure::field("keys", "missing", "must be a list of keys"))?;
    called(&asked, json!({"keys": keys})).await?;
    Ok(())
}

/// The function of the route, which refuses as the wire does.
async fn called(asked: &Asked, arguments: Value) -> Result<Value, Failure> {
    asked.ask(arguments).await?.map_err(|error| match wit::from_value::<UsageError>(&error) {
        Ok(UsageError::Refused(refusal)) => Failure::refused(&refusal, asked.rest.host.coinbox.now(), field_name),
        Ok(UsageError::NoSuchReject(reject)) => {
            Failure::new(StatusCode::NOT_FOUND, "not_found", format!("no rejected event {}", reject.key))
        }
        Ok(UsageError::TooManyEvents(_)) => Failure::field("events", "too-many", "at most 1000"),
        Ok(UsageError::Other(problem)) => Failure::problem(&problem),
        Err(error) => internal(error),
    })
}

fn internal(error: wit::JsonError) -> Failure {
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string())
}
