//! `GET /v1/Account/{auth_id}/UsageSummary/` and `…/UsageLine/`: what an account or sub-account was charged (USE-4, SUB-3).
//!
//! | parameter | of a summary |
//! |---|---|
//! | `from`, `to` | days of the account's time zone, `2026-10-01`, both included, at most 400 |
//! | `group` | `day`, `product`, `subaccount`, several with commas; left out: `product` |
//! | `limit`, `offset` | rows, as in every list; limit 1 to 500, 20 if left out |
//!
//! | parameter | of lines |
//! |---|---|
//! | `from`, `to` | moments of posting, RFC 3339 or milliseconds; left out: everything |
//! | `cursor` | of `meta.next` |
//! | `limit` | at least 1; a page ends where it was folded, so that it may have fewer lines or more |
//!
//! Lists have `meta` and `objects` like all others. Lines are too many to be counted: their `meta` has no `total_count`.

use super::Rest;
use super::account::admitted;
use super::answer::Failure;
use super::request::{self, Names, Peer, Segment};
use crate::cli::summaries::{Sums, add_page};
use crate::contract::exported::usage::Error;
use crate::contract::types::Caller;
use crate::text;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one answer if nothing is said (rest-wire §3).
const LIMIT_DEFAULT: usize = 20;
/// Most rows of one answer.
const LIMIT_MAX: usize = 500;
/// Pages of the contract that one answer is made of.
const PAGES_MAX: usize = 20;
/// After every moment of a record.
const LAST_MOMENT: i64 = 9_999_999_999_999;

type Parameters = Query<BTreeMap<String, String>>;

/// GET: a summary.
pub async fn summary(
    State(rest): State<Arc<Rest>>,
    Segment(auth_id): Segment,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Query(given): Parameters,
) -> Response {
    let api_id = names.api_id.clone();
    let answer = async {
        let caller = admitted_caller(&rest, &headers, peer, &names).await?;
        let number =
            |name: &str, default: usize, most: usize| match given.get(name) {
                None => Ok(default),
                Some(text) => text.parse::<usize>().ok().filter(|number| *number <= most).ok_or_else(|| {
                    Failure::field(name, "wrong-form", &format!("must be a whole number, at most {most}"))
                }),
            };
        let limit = number("limit", LIMIT_DEFAULT, LIMIT_MAX)?;
        let offset = number("offset", 0, usize::MAX)?;
        if limit == 0 {
            return Err(Failure::field("limit", "too-small", "must be at least 1"));
        }
        let group = groups(given.get("group").map_or("product", String::as_str))?;
        let day = |name: &str| {
            given
                .get(name)
                .cloned()
                .ok_or_else(|| Failure::field(name, "missing", "is missing: a day such as 2026-10-01"))
        };
        let (from, to) = (day("from")?, day("to")?);
        let arguments = json!({"caller": as_json(&caller)?, "auth-id": auth_id, "from-day": from, "to-day": to,
            "group": group, "after": null});
        let (page, sums) = whole_summary(&rest, arguments).await?;
        let total: i128 = sums.values().map(|(_, _, amount)| i128::from(*amount)).sum();
        let shown: Vec<Value> = sums
            .iter()
            .skip(offset)
            .take(limit)
            .map(|([day, account, product, heading, detail], (count, quantity, amount))| {
                let by = |group_word: &str, text: &String| {
                    if group.contains(&group_word) { Value::from(text.as_str()) } else { Value::Null }
                };
                json!({"day": by("day", day), "auth_id": by("subaccount", account), "product": by("product", product),
                    "heading": by("product", heading), "detail": by("product", detail), "count": count,
                    "quantity": quantity, "amount": text::amount_on_wire(*amount)})
            })
            .collect();
        let place = |offset: usize| {
            format!(
                "/v1/Account/{auth_id}/UsageSummary/?from={from}&to={to}&group={}&limit={limit}&offset={offset}",
                group.join(",")
            )
        };
        let next = (offset.saturating_add(limit) < sums.len()).then(|| place(offset + limit));
        let previous = (offset > 0).then(|| place(offset.saturating_sub(limit)));
        let total = i64::try_from(total).map_err(|_| Failure::field("to", "too-large", "a sum that can be written"))?;
        Ok(axum::Json(json!({
            "api_id": names.api_id,
            "meta": {"limit": limit, "offset": offset, "total_count": sums.len(), "next": next, "previous": previous},
            "objects": shown,
            "timezone": page["timezone"],
            "complete_until": moment(&page["complete-until"]),
            "total_amount": text::amount_on_wire(total),
        }))
        .into_response())
    };
    answer.await.unwrap_or_else(|failure: Failure| failure.respond(&api_id))
}

/// Words of what a summary is divided by.
fn groups(text: &str) -> Result<Vec<&'static str>, Failure> {
    let words = ["day", "product", "subaccount"];
    let mut chosen = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let word = words.into_iter().find(|word| *word == part);
        let word =
            word.ok_or_else(|| Failure::field("group", "unknown-value", "must be day, product or subaccount"))?;
        if !chosen.contains(&word) {
            chosen.push(word);
        }
    }
    Ok(chosen)
}

/// All pages of a summary: the last one, which says how complete it is, and the rows.
async fn whole_summary(rest: &Rest, mut arguments: Value) -> Result<(Value, Sums), Failure> {
    let mut sums = Sums::new();
    let mut complete_until = i64::MAX;
    for _ in 0..PAGES_MAX {
        let mut page = called(rest, "usage.summary", arguments.clone()).await?;
        add_page(&mut sums, &page).map_err(|error| Failure::field("to", "too-large", &error.to_string()))?;
        complete_until = complete_until.min(crate::cli::wide(&page["complete-until"]));
        arguments["after"] = page["next"].take();
        if arguments["after"].is_null() {
            page["complete-until"] = complete_until.to_string().into();
            return Ok((page, sums));
        }
    }
    Err(Failure::field("to", "too-large", "fewer days: this range has too many sub-accounts and days for one answer"))
}

/// GET: lines in posting order.
pub async fn lines(
    State(rest): State<Arc<Rest>>,
    Segment(auth_id): Segment,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Query(given): Parameters,
) -> Response {
    let api_id = names.api_id.clone();
    let answer = async {
        let caller = admitted_caller(&rest, &headers, peer, &names).await?;
        let at = |name: &str, default: i64| match given.get(name) {
            None => Ok(default),
            Some(text) => text::moment_ms(text).map_err(|error| Failure::field(name, "wrong-form", &error.to_string())),
        };
        let (from, to) = (at("from", 0)?, at("to", LAST_MOMENT)?);
        if given.get("limit").is_some_and(|limit| !limit.parse::<u32>().is_ok_and(|limit| limit >= 1)) {
            return Err(Failure::field("limit", "too-small", "must be a whole number, at least 1"));
        }
        if given.get("cursor").is_some_and(|cursor| !is_cursor(cursor)) {
            return Err(Failure::field("cursor", "wrong-form", "must be the one of `meta.next` of a page"));
        }
        let arguments = json!({"caller": as_json(&caller)?, "auth-id": auth_id, "from": from.to_string(),
            "to": to.to_string(), "after": given.get("cursor")});
        let page = called(&rest, "usage.list-lines", arguments).await?;
        let objects: Vec<Value> = page["lines"].as_array().into_iter().flatten().map(line).collect();
        let next = page["next"]
            .as_str()
            .map(|cursor| format!("/v1/Account/{auth_id}/UsageLine/?from={from}&to={to}&cursor={cursor}"));
        Ok(axum::Json(json!({
            "api_id": names.api_id,
            "meta": {"limit": objects.len(), "next": next, "previous": null},
            "objects": objects,
            "complete_until": moment(&page["complete-until"]),
        }))
        .into_response())
    };
    answer.await.unwrap_or_else(|failure: Failure| failure.respond(&api_id))
}

/// Whether this can be the end of a page: the ID of a transaction, and a part of it.
fn is_cursor(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let fits = |(part, digits): (&&str, usize)| part.len() >= digits && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().zip([13, 6, 3]).all(fits)
}

fn line(line: &Value) -> Value {
    json!({"transaction": line["transaction"], "posted": moment(&line["posted"]), "auth_id": line["auth-id"],
        "id": line["id"], "product": line["product"], "heading": line["heading"], "number": line["number"],
        "quantity": line["quantity"], "at": moment(&line["at"]), "prefix": line["prefix"], "rate": line["rate"],
        "amount": text::amount_on_wire(crate::cli::wide(&line["amount"]))})
}

fn moment(value: &Value) -> String {
    text::moment(crate::cli::wide(value))
}

async fn admitted_caller(
    rest: &Arc<Rest>,
    headers: &HeaderMap,
    peer: Option<Extension<Peer>>,
    names: &Names,
) -> Result<Caller, Failure> {
    let caller = request::customer(rest, headers, peer.map(|Extension(peer)| peer), names)?;
    let (asked, names) = (caller.clone(), names.clone());
    rest.blocking(move |rest| admitted(rest, &names, &asked)).await?;
    Ok(caller)
}

fn as_json(caller: &Caller) -> Result<Value, Failure> {
    crate::json::to_value(caller).map_err(|error| Failure::new(StatusCode::BAD_REQUEST, "invalid", error.to_string()))
}

/// One call of `usage` that refuses as the wire does.
pub(super) async fn called(rest: &Rest, function: &str, arguments: Value) -> Result<Value, Failure> {
    let mut answer = rest.call(function, arguments).await?;
    let Some(error) = answer.get("err") else { return Ok(answer["ok"].take()) };
    Err(match crate::json::from_value::<Error>(error) {
        Ok(Error::Refused(refusal)) => Failure::refused(&refusal, rest.host.coinbox.now(), field_name),
        Ok(Error::NoSuchReject(key)) => {
            Failure::new(StatusCode::NOT_FOUND, "not_found", format!("no rejected event {key}"))
        }
        Ok(Error::TooManyEvents(_)) => Failure::field("events", "too-many", "at most 1000"),
        Ok(Error::Other(problem)) => Failure::problem(&problem),
        Err(error) => Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()),
    })
}

/// What the client called an argument.
fn field_name(field: &str) -> String {
    match field {
        "from-day" => "from".to_owned(),
        "to-day" => "to".to_owned(),
        "after" => "cursor".to_owned(),
        "caller.idempotency-key" => "Idempotency-Key".to_owned(),
        other => other.replace('-', "_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_ends_of_pages() {
        assert!(is_cursor("1791244800000/000001/000"));
        for wrong in
            ["", "zzz", "1791244800000/000001", "1791244800000/000001/000/", "179124480000a/000001/000", "1/000001/000"]
        {
            assert!(!is_cursor(wrong), "{wrong}");
        }
    }
}
