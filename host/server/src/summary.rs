//! `GET /v1/Account/{auth_id}/UsageSummary/` and `…/UsageLine/`: what an account or sub-account was charged (USE-4, SUB-3).
//!
//! | parameter | of a summary |
//! |---|---|
//! | `from`, `to` | days of the account's time zone, `2026-10-01`, both included, at most 400 |
//! | `group` | `day`, `product`, `subaccount`, several with commas; left out: `product` |
//! | `limit`, `offset` | rows, as in every list; limit 1 to 500, 20 if left out; as CSV all rows if left out |
//!
//! | parameter | of lines |
//! |---|---|
//! | `from`, `to` | moments of posting, RFC 3339 or milliseconds; left out: everything |
//! | `cursor` | of `meta.next` |
//! | `limit` | at least 1; a page ends where it was folded, so that it may have fewer lines or more |
//!
//! | parameter | of both |
//! |---|---|
//! | `product` | only charges for a product such as `voice`, for `number-rent`, `number-setup`, `seats`, `volume-tiers`, `adjustment` or `correction` |
//! | `subaccount` | only charges of this sub-account; the main account's own auth ID: those of it alone |
//! | `format` | `json`, or `csv` for spreadsheets |
//!
//! Any other key is refused by its name (R38): what it was to narrow would be wrong. Lists have `meta` and `objects` like all others. Lines
//! are too many to be counted: their `meta` has no `total_count`.

use super::answer::Failure;
use super::asked::Asked;
use super::forms::{Form, Listed, unwritten};
use super::route::{Answers, Method, Route};
use super::takes::{Takes, Who};
use coinbox_host::text;
use coinbox_operations::tables::{self, LINE_COLUMNS, Sums, add_page};
use coinbox_operations::words::wide;
use serde_json::{Value, json};

/// Rows of one answer if nothing is said (rest-wire §3).
const LIMIT_DEFAULT: u32 = 20;
/// Most rows of one answer.
const LIMIT_MAX: u32 = 500;
/// Pages of the contract that one answer is made of.
const PAGES_MAX: usize = 20;
/// After every moment of a record.
const LAST_MOMENT: i64 = 9_999_999_999_999;

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/UsageSummary/",
        name: "usage-summary",
        who: Who::AccountOrSub,
        function: Some("usage.summary"),
        takes: Takes::Filters(&["from", "to", "group", "product", "subaccount", "format", "limit", "offset"]),
        answers: Answers::List(|asked| Box::pin(summary(asked))),
        what: "What was charged, added up: `from`, `to`, `group`, `product`, `subaccount`, `format`, `limit`, `offset`",
    },
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/UsageLine/",
        name: "usage-line",
        who: Who::AccountOrSub,
        function: Some("usage.list-lines"),
        takes: Takes::Filters(&["from", "to", "product", "subaccount", "format", "cursor", "limit"]),
        answers: Answers::List(|asked| Box::pin(lines(asked))),
        what: "Charges one by one: `from`, `to`, `product`, `subaccount`, `format`, `cursor`, `limit`",
    },
];

fn filter(asked: &Asked) -> Result<Value, Failure> {
    Ok(json!({"product": asked.filled("product")?, "source": asked.filled("subaccount")?}))
}

/// What a link to another page keeps of the filter and the form.
fn kept(asked: &Asked) -> Result<String, Failure> {
    let mut kept = form_urlencoded::Serializer::new(String::new());
    for name in ["product", "subaccount", "format"] {
        kept.extend_pairs(asked.filled(name)?.map(|value| (name, value)));
    }
    let kept = kept.finish();
    Ok(if kept.is_empty() { kept } else { format!("&{kept}") })
}

/// A summary.
async fn summary(asked: Asked) -> Result<Listed, Failure> {
    let form = asked.form()?;
    let limit = asked.whole_number("limit", LIMIT_MAX)?;
    let offset = asked.whole_number("offset", u32::MAX)?.unwrap_or(0);
    if limit == Some(0) {
        return Err(Failure::field("limit", "too-small", "must be at least 1"));
    }
    let group = groups(asked.text("group")?.as_deref().unwrap_or("product"))?;
    let day = |name: &str| {
        asked.text(name)?.ok_or_else(|| Failure::field(name, "missing", "is missing: a day such as 2026-10-01"))
    };
    let (from, to) = (day("from")?, day("to")?);
    let arguments = json!({"auth-id": asked.account(), "from-day": from, "to-day": to, "group": group,
        "after": null, "filter": filter(&asked)?});
    let (page, mut sums) = whole_summary(&asked, arguments).await?;
    let total: i128 = sums.values().map(|(_, _, amount)| i128::from(*amount)).sum();
    let total = i64::try_from(total).map_err(|_| Failure::field("to", "too-large", "a sum that can be written"))?;
    let count = sums.len();
    let rows = match (limit, form) {
        (None, Form::Csv) => count,
        (limit, _) => usize::try_from(limit.unwrap_or(LIMIT_DEFAULT)).unwrap_or(0),
    };
    let first = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = first.saturating_add(rows);
    let kept = kept(&asked)?;
    let place = |offset: usize| {
        let (account, group) = (asked.account(), group.join(","));
        format!(
            "/v1/Account/{account}/UsageSummary/?from={from}&to={to}&group={group}{kept}&limit={rows}&offset={offset}"
        )
    };
    let next = (end < count).then(|| place(end));
    sums = sums.into_iter().skip(first).take(rows).collect();
    if form == Form::Csv {
        let mut written = Vec::new();
        tables::write_summary(&sums, &mut written).map_err(unwritten)?;
        return Ok(Listed::Csv { written, next });
    }
    let previous = (first > 0).then(|| place(first.saturating_sub(rows)));
    let shown: Vec<Value> = sums
        .iter()
        .map(|([day, account, product, heading, detail], (count, quantity, amount))| {
            let by = |group_word: &str, text: &String| {
                if group.contains(&group_word) { Value::from(text.as_str()) } else { Value::Null }
            };
            json!({"day": by("day", day), "auth_id": by("subaccount", account), "product": by("product", product),
                "heading": by("product", heading), "detail": by("product", detail), "count": count,
                "quantity": quantity, "amount": text::amount_on_wire(*amount)})
        })
        .collect();
    Ok(Listed::Json(json!({
        "api_id": asked.api_id,
        "meta": {"limit": rows, "offset": offset, "total_count": count, "next": next, "previous": previous},
        "objects": shown,
        "timezone": page["timezone"],
        "complete_until": moment(&page["complete-until"]),
        "total_amount": text::amount_on_wire(total),
    })))
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
async fn whole_summary(asked: &Asked, mut arguments: Value) -> Result<(Value, Sums), Failure> {
    let mut sums = Sums::new();
    let mut complete_until = i64::MAX;
    for _ in 0..PAGES_MAX {
        let mut page = asked.call(arguments.clone(), field_name).await?;
        add_page(&mut sums, &page).map_err(|error| Failure::field("to", "too-large", &error.to_string()))?;
        complete_until = complete_until.min(wide(&page["complete-until"]));
        arguments["after"] = page["next"].take();
        if arguments["after"].is_null() {
            page["complete-until"] = complete_until.to_string().into();
            return Ok((page, sums));
        }
    }
    Err(Failure::field("to", "too-large", "fewer days: this range has too many sub-accounts and days for one answer"))
}

/// Lines in posting order.
async fn lines(asked: Asked) -> Result<Listed, Failure> {
    let form = asked.form()?;
    let at = |name: &str, default: i64| match asked.text(name)? {
        None => Ok(default),
        Some(text) => text::moment_ms(&text).map_err(|error| Failure::field(name, "wrong-form", &error.to_string())),
    };
    let (from, to) = (at("from", 0)?, at("to", LAST_MOMENT)?);
    let limit = asked.text("limit")?;
    if limit.is_some_and(|limit| !limit.parse::<u32>().is_ok_and(|limit| limit >= 1)) {
        return Err(Failure::field("limit", "too-small", "must be a whole number, at least 1"));
    }
    let cursor = asked.text("cursor")?;
    if cursor.as_deref().is_some_and(|cursor| !is_cursor(cursor)) {
        return Err(Failure::field("cursor", "wrong-form", "must be the one of `meta.next` of a page"));
    }
    let arguments = json!({"auth-id": asked.account(), "posted-from": from.to_string(), "posted-before": to.to_string(),
        "after": cursor, "filter": filter(&asked)?});
    let page = asked.call(arguments, field_name).await?;
    let (account, kept) = (asked.account(), kept(&asked)?);
    let next = page["next"]
        .as_str()
        .map(|cursor| format!("/v1/Account/{account}/UsageLine/?from={from}&to={to}{kept}&cursor={cursor}"));
    let listed = || page["lines"].as_array().into_iter().flatten();
    if form == Form::Csv {
        return Listed::table(&LINE_COLUMNS, listed().map(tables::line_cells), next);
    }
    let objects: Vec<Value> = listed().map(line).collect();
    Ok(Listed::Json(json!({
        "api_id": asked.api_id,
        "meta": {"limit": objects.len(), "next": next, "previous": null},
        "objects": objects,
        "complete_until": moment(&page["complete-until"]),
    })))
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
        "amount": text::amount_on_wire(wide(&line["amount"]))})
}

fn moment(value: &Value) -> String {
    text::moment(wide(value))
}

/// What the client called an argument.
pub(crate) fn field_name(field: &str) -> String {
    match field {
        "from-day" | "posted-from" => "from".to_owned(),
        "to-day" | "posted-before" => "to".to_owned(),
        "after" => "cursor".to_owned(),
        "filter.product" => "product".to_owned(),
        "filter.source" => "subaccount".to_owned(),
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
