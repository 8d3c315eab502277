//! `POST /v1/Usage/`: usage events of many accounts, by the operator (USE-1, USE-6, R40).

use super::answer::Failure;
use super::asked::Asked;
use super::request;
use super::route::{Answers, Method, Route};
use super::state::Rest;
use super::takes::{Takes, Who};
use axum::http::StatusCode;
use coinbox_host::contract::exported::usage::{BatchAnswer, EventAnswer, UsageError, UsageEvent};
use coinbox_host::contract::types::{Caller, RequestPart};
use coinbox_host::json::strict::Step;
use coinbox_host::text;
use coinbox_operations::keys::digest_of;
use coinbox_operations::usage_words::{self, Counts, Unreadable};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

/// Most events of one request.
const EVENTS_MAX: usize = 10_000;
/// Most events of one call of the rules.
const CALL_EVENTS_MAX: usize = 1000;

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[Route {
    method: Method::Post,
    path: "/v1/Usage/",
    name: "usage",
    who: Who::Operator,
    function: Some("usage.record-events"),
    takes: Takes::Batch(&["events"]),
    answers: Answers::Object(|asked| Box::pin(record(asked))),
    what: "Usage events of many accounts, 0 to 10 000: `events`",
}];

/// Rates and debits. Every event is answered by itself, in order; a bad one never spoils its neighbours.
async fn record(mut asked: Asked) -> Result<Value, Failure> {
    let caller = asked.rest.host.coinbox.caller_for("usage.record-columns", asked.caller());
    let caller = Caller { part: asked.part()?, ..caller };
    let events = match asked.take("events") {
        Some(Value::Array(events)) => events,
        Some(_) => return Err(Failure::field("events", "wrong-form", "must be a list of events")),
        None => return Err(Failure::field("events", "missing", "is missing: {\"events\": [...]}")),
    };
    if events.len() > EVENTS_MAX {
        let limit = format!("{} events are too many, at most {EVENTS_MAX} a request", events.len());
        return Err(Failure::field("events", "too-many", &limit));
    }
    if caller.part.is_some() && events.len() > CALL_EVENTS_MAX {
        let limit = format!("a part has at most {CALL_EVENTS_MAX} events");
        return Err(Failure::field("Idempotency-Part", "too-many", &limit));
    }
    // An event in which a key stands twice is answered by itself; anywhere else it is the whole request that is unclear.
    let mut unclear = BTreeMap::new();
    for one in asked.repeated() {
        match one.at[..] {
            [Step::Key(ref key), Step::Item(place), ..] if key == "events" => {
                unclear.entry(place).or_insert_with(|| usage_words::repeated(one));
            }
            _ => return Err(request::repeated_key(one)),
        }
    }
    let (answers, transactions, broke_off) = rate(&asked.rest, &caller, &events, &unclear).await?;
    let mut counts = Counts::default();
    answers.iter().for_each(|answer| counts.add(answer));
    for (name, count) in counts.by_name() {
        asked.rest.host.metrics.events(name, count);
    }
    let id = |event: &Value| event.get("id").and_then(Value::as_str).map(|id| id.chars().take(255).collect::<String>());
    let shown: Vec<Value> =
        events.iter().zip(&answers).map(|(event, answer)| usage_words::answer(id(event).as_deref(), answer)).collect();
    let by_name: Map<String, Value> =
        counts.by_name().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    let message = if broke_off.is_some() { "recorded in part" } else { "recorded" };
    let answer = json!({
        "api_id": asked.api_id,
        "message": message,
        "counts": by_name,
        "amount": text::amount_on_wire(counts.amount),
        "answers": shown,
        "transactions": transactions,
    });
    match broke_off {
        Some(failure) => Err(Failure { done: Some(Box::new(answer)), ..in_part(failure, answers.len(), events.len()) }),
        None => Ok(answer),
    }
}

type Answered = Vec<Result<EventAnswer, Unreadable>>;

/// A failure after some events were carried out: says which were, and that the answers to these are there.
fn in_part(failure: Failure, done: usize, all: usize) -> Failure {
    let message = format!(
        "events[0] to events[{}] of {all} are carried out, as answers says; of those from events[{done}] on: {}. Send these again, or all: nothing is counted twice",
        done - 1,
        failure.message
    );
    Failure { message, ..failure }
}

/// One call of the rules for each thousand events, up to the first that fails. Where some events were carried out before, their answers
/// come with the failure: sending it all again counts nothing twice. An idempotency key is bound to all of the request, whatever its size and whichever events can be read.
async fn rate(
    rest: &Rest,
    caller: &Caller,
    given: &[Value],
    unclear: &BTreeMap<usize, Unreadable>,
) -> Result<(Answered, Vec<String>, Option<Failure>), Failure> {
    let read_one = |(place, event): (usize, &Value)| match unclear.get(&place) {
        Some(wrong) => Err(wrong.clone()),
        None => usage_words::read(event),
    };
    let mut read: Vec<Result<UsageEvent, Unreadable>> = given.iter().enumerate().map(read_one).collect();
    let own_part = caller.part.clone();
    let whole = caller.idempotency_key.as_ref().filter(|_| own_part.is_none()).and_then(|_| whole(given, &read));
    let mut answers: Answered = Vec::with_capacity(given.len());
    let mut transactions = Vec::new();
    let mut number = 0;
    while number == 0 || !read.is_empty() {
        let rest_of = read.split_off(read.len().min(CALL_EVENTS_MAX));
        let part = std::mem::replace(&mut read, rest_of);
        let events: Vec<UsageEvent> = part.iter().filter_map(|event| event.as_ref().ok().cloned()).collect();
        let mut rated = Vec::new();
        if !events.is_empty() || caller.idempotency_key.is_some() {
            let part = whole.clone().map(|whole| RequestPart { whole, number }).or_else(|| own_part.clone());
            match record_part(rest, Caller { part, ..caller.clone() }, events).await {
                Ok(batch) => {
                    rated = batch.answers;
                    transactions.extend(batch.transactions);
                }
                Err(failure) if answers.is_empty() => return Err(failure),
                Err(failure) => return Ok((answers, transactions, Some(failure))),
            }
        }
        number += 1;
        let mut rated = rated.into_iter();
        for event in part {
            answers.push(match event {
                Err(wrong) => Err(wrong),
                Ok(_) => Ok(rated.next().ok_or_else(|| {
                    Failure::new(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "internal",
                        "the rules answered fewer events than they got",
                    )
                })?),
            });
        }
    }
    Ok((answers, transactions, None))
}

/// Digest of a request that one call of the rules does not see all of; none where one does.
fn whole(given: &[Value], read: &[Result<UsageEvent, Unreadable>]) -> Option<String> {
    if given.len() <= CALL_EVENTS_MAX && read.iter().all(Result::is_ok) {
        return None;
    }
    let texts: Vec<String> = given
        .iter()
        .zip(read)
        .map(|(given, read)| match read {
            // In one form, whatever the order of its keys and the form of its moment.
            Ok(event) => format!("event {}", usage_words::write(event)),
            Err(_) => format!("unreadable {given}"),
        })
        .collect();
    Some(digest_of(&texts.iter().map(String::as_bytes).collect::<Vec<_>>()))
}

async fn record_part(rest: &Rest, caller: Caller, events: Vec<UsageEvent>) -> Result<BatchAnswer, Failure> {
    let started = Instant::now();
    let answer = rest.host.coinbox.record_events_async(caller, events).await;
    rest.measured("usage.record-events", started, answer.as_ref().map(Result::is_ok).ok());
    answer?.map_err(|error| match error {
        UsageError::Refused(refusal) => Failure::refused(&refusal, rest.host.coinbox.now(), |field| match field {
            "caller.idempotency-key" => "Idempotency-Key".to_owned(),
            other => other.to_owned(),
        }),
        UsageError::TooManyEvents(_) => Failure::field("events", "too-many", "at most 1000 a call"),
        UsageError::NoSuchReject(reject) => {
            Failure::new(StatusCode::NOT_FOUND, "not_found", format!("no rejected event {}", reject.key))
        }
        UsageError::Other(problem) => Failure::problem(&problem),
    })
}
