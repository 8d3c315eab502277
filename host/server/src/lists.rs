//! `/v1/Operator/accounts/`, `documents/`, `reservations/` and `calls/`: lists over all accounts, for the operator (INV-9, USE-10).
//!
//! Every key filters or is refused. An empty value is not the same as a filter that was left out.

use super::answer::Failure;
use super::asked::Asked;
use super::forms::{Form, Listed};
use super::route::{Answers, Method, Route};
use super::takes::{Takes, Who};
use coinbox_host::text;
use coinbox_operations::tables::{ACCOUNTS_CSV, Csv, DOCUMENTS_CSV, OPEN};
use coinbox_operations::words::wide;
use serde_json::{Value, json};

/// Rows of an answer unless the question says otherwise.
const LIMIT: u32 = 100;

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/v1/Operator/accounts/",
        name: "operator-accounts",
        who: Who::Operator,
        function: Some("accounts.list"),
        takes: Takes::Filters(ACCOUNTS),
        answers: Answers::List(|asked| Box::pin(accounts(asked))),
        what: "Accounts in order of auth ID: `name` and `email_part` (a part of it), `email` (whole), `account_type`, `billing_mode`, `standing`, `owing` (`true`), `balance_below`, `balance_from`, `currency`, `limit`, `after`, `format`. A page may be short and have a next one",
    },
    Route {
        method: Method::Get,
        path: "/v1/Operator/documents/",
        name: "operator-documents",
        who: Who::Operator,
        function: Some("invoices.list-issued"),
        takes: Takes::Filters(DOCUMENTS),
        answers: Answers::List(|asked| Box::pin(documents(asked))),
        what: "Documents of all accounts, newest first, those that are owed by account: `kind`, `receipt`, `status`, `number` (whole), `month` (of issue, `2026-11`), `issued_from`, `issued_before`, `open_from`, `currency`, `account`, `order`, `limit`, `after`, `format`. A page may be short and have a next one",
    },
    Route {
        method: Method::Get,
        path: "/v1/Operator/reservations/",
        name: "operator-reservations",
        who: Who::Operator,
        function: Some("reservations.list-open"),
        takes: Takes::Filters(CARRIED),
        answers: Answers::List(|asked| Box::pin(reservations(asked))),
        what: "Open reservations of all accounts by account, then by name: `source` (what the hold named), `limit`, `after`. A page may be short and have a next one",
    },
    Route {
        method: Method::Get,
        path: "/v1/Operator/calls/",
        name: "operator-calls",
        who: Who::Operator,
        function: Some("usage.list-running"),
        takes: Takes::Filters(CARRIED),
        answers: Answers::List(|asked| Box::pin(calls(asked))),
        what: "Running calls of all accounts by account, newest first: `source`, `limit`, `after`. A page may be short and have a next one",
    },
];

/// What a list of what switches and gateways carry may say.
const CARRIED: &[&str] = &["source", "limit", "after"];

/// What a list of accounts may say.
const ACCOUNTS: &[&str] = &[
    "name",
    "email",
    "email_part",
    "account_type",
    "billing_mode",
    "standing",
    "owing",
    "balance_below",
    "balance_from",
    "currency",
    "limit",
    "after",
    "format",
];

/// What a list of documents may say.
const DOCUMENTS: &[&str] = &[
    "kind",
    "receipt",
    "status",
    "number",
    "month",
    "issued_from",
    "issued_before",
    "open_from",
    "currency",
    "account",
    "order",
    "limit",
    "after",
    "format",
];

/// Accounts in order of auth ID: `name`, `email`, `email_part`, `account_type`, `billing_mode`, `standing`, `owing`, `balance_below`,
/// `balance_from`, `currency`, `limit` (1 to 500), `after`, `format`.
async fn accounts(asked: Asked) -> Result<Listed, Failure> {
    let below = match (asked.flag_strictly("owing")?, amount(&asked, "balance_below")?) {
        (Some(true), None) => Some("0".to_owned()),
        (Some(_), Some(_)) => {
            return Err(Failure::field("owing", "not-allowed-together", "excludes balance_below"));
        }
        (Some(false), None) => {
            return Err(Failure::field(
                "owing",
                "unknown-value",
                "must be true or left out; balance_from=0 has the others",
            ));
        }
        (None, below) => below,
    };
    let filter = json!({"name": asked.text("name")?, "email": asked.text("email")?,
        "email-part": asked.text("email_part")?,
        "account-type": chosen(&asked, "account_type", &["standard", "developer"])?,
        "billing-mode": chosen(&asked, "billing_mode", &["prepaid", "postpaid"])?,
        "standing": chosen(&asked, "standing", &["active", "suspended", "closing", "closed"])?,
        "balance-below": below, "balance-from": amount(&asked, "balance_from")?, "currency": asked.text("currency")?});
    list(&asked, "accounts", filter, ACCOUNTS_CSV, account).await
}

/// Documents, newest first: `kind`, `receipt`, `status`, `number`, `month`, `issued_from`, `issued_before`, `open_from`, `currency`, `account`, `order`,
/// `limit` (1 to 100), `after`, `format`.
async fn documents(asked: Asked) -> Result<Listed, Failure> {
    let moment = |name: &'static str| -> Result<Option<String>, Failure> {
        let Some(given) = asked.text(name)? else { return Ok(None) };
        let moment = text::moment_ms(&given).map_err(|error| Failure::field(name, "wrong-form", &error.to_string()))?;
        Ok(Some(moment.to_string()))
    };
    let order = chosen(&asked, "order", &["newest", "oldest"])?;
    let receipts = ["payment", "coupon", "refund", "chargeback", "dispute-won"];
    let filter = json!({"kind": chosen(&asked, "kind", &["invoice", "credit-note", "receipt"])?,
        "receipt": chosen(&asked, "receipt", &receipts)?, "status": asked.text("status")?,
        "number": asked.text("number")?, "month": asked.text("month")?, "issued-from": moment("issued_from")?,
        "issued-before": moment("issued_before")?, "open-from": amount(&asked, "open_from")?,
        "currency": asked.text("currency")?, "account": asked.text("account")?, "oldest-first": order.as_deref() == Some("oldest")});
    list(&asked, "documents", filter, DOCUMENTS_CSV, document).await
}

/// Open reservations by account, then by name: `source`, `limit` (1 to 500), `after` (USE-10).
async fn reservations(asked: Asked) -> Result<Listed, Failure> {
    carried(&asked, "reservations", reservation).await
}

/// Running calls by account, newest first: `source`, `limit` (1 to 500), `after` (USE-10).
async fn calls(asked: Asked) -> Result<Listed, Failure> {
    carried(&asked, "calls", call).await
}

/// A page of what switches and gateways carry.
async fn carried(asked: &Asked, rows: &str, object: fn(&Value) -> Value) -> Result<Listed, Failure> {
    let limit = limit(asked)?;
    let arguments = json!({"source": asked.text("source")?, "after": asked.text("after")?, "limit": limit});
    let page = asked.call(arguments, field_name).await?;
    let next = page["next"].as_str().map(|after| asked.link(&[("limit", &limit.to_string()), ("after", after)]));
    let meta = json!({"limit": limit, "next": next, "previous": null});
    let objects: Vec<Value> = page[rows].as_array().into_iter().flatten().map(object).collect();
    Ok(Listed::Json(json!({"api_id": asked.api_id, "meta": meta, "objects": objects})))
}

fn limit(asked: &Asked) -> Result<u32, Failure> {
    let Some(text) = asked.text("limit")? else { return Ok(LIMIT) };
    let whole = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    whole.ok_or_else(|| Failure::field("limit", "wrong-form", "must be a whole number"))
}

/// A page of a list in the form that was asked for.
async fn list(
    asked: &Asked,
    rows: &str,
    filter: Value,
    csv: Csv,
    object: fn(&Value) -> Value,
) -> Result<Listed, Failure> {
    let limit = limit(asked)?;
    let form = match chosen(asked, "format", &["json", "csv"])?.as_deref() {
        Some("csv") => Form::Csv,
        _ => Form::Json,
    };
    let arguments = json!({"filter": filter, "after": asked.text("after")?, "limit": limit});
    let page = asked.call(arguments, field_name).await?;
    let listed = || page[rows].as_array().into_iter().flatten();
    let next = page["next"].as_str().map(|after| asked.link(&[("limit", &limit.to_string()), ("after", after)]));
    if form == Form::Csv {
        return Listed::table(csv.columns, listed().map(csv.cells), next);
    }
    let meta = json!({"limit": limit, "next": next, "previous": null});
    let objects: Vec<Value> = listed().map(object).collect();
    Ok(Listed::Json(json!({"api_id": asked.api_id, "meta": meta, "objects": objects})))
}

/// A key with one of these words; none: it is not there.
fn chosen(asked: &Asked, name: &str, words: &[&str]) -> Result<Option<String>, Failure> {
    let Some(text) = asked.text(name)? else { return Ok(None) };
    if words.contains(&text.as_str()) {
        return Ok(Some(text));
    }
    Err(Failure::field(name, "unknown-value", &format!("must be one of {}", words.join(", "))))
}

/// A key with an amount, in micros.
fn amount(asked: &Asked, name: &str) -> Result<Option<String>, Failure> {
    let Some(text) = asked.text(name)? else { return Ok(None) };
    let micros = text::micros(&text).map_err(|error| Failure::field(name, "wrong-form", &error.to_string()))?;
    Ok(Some(micros.to_string()))
}

fn field_name(field: &str) -> String {
    field.strip_prefix("filter.").unwrap_or(field).replace('-', "_")
}

fn account(one: &Value) -> Value {
    let micros = |value: &Value| text::amount_on_wire(wide(value));
    let (standing, reason) = match &one["standing"] {
        Value::Object(suspended) => ("suspended".into(), suspended.get("suspended").cloned().unwrap_or_default()),
        standing => (standing.clone(), Value::Null),
    };
    json!({"auth_id": one["auth-id"], "name": one["name"], "email": one["email"], "account_type": one["account-type"],
        "billing_mode": one["billing-mode"], "standing": standing, "suspension": reason,
        "balance": micros(&one["balance"]), "currency": one["currency"], "created": text::moment(wide(&one["created"]))})
}

fn document(one: &Value) -> Value {
    let document = &one["document"];
    let micros = |name: &str| text::amount_on_wire(wide(&document[name]));
    let moment = |name: &str| match &document[name] {
        Value::Null => Value::Null,
        moment => text::moment(wide(moment)).into(),
    };
    json!({"auth_id": one["auth-id"], "name": one["name"], "receipt": one["receipt"], "kind": document["kind"],
        "number": document["number"], "issued": moment("issued"), "period_start": moment("period-start"),
        "period_end": moment("period-end"), "total": micros("total"), "open": micros(OPEN),
        "credited": micros("credited"), "charged_back": micros("charged-back"), "status": document["status"],
        "method": document["method"], "refers_to": document["refers-to"], "currency": document["currency"]})
}

fn reservation(one: &Value) -> Value {
    let held = &one["reservation"];
    let granted = one["granted"].as_str().and_then(|granted| granted.parse::<u64>().ok());
    json!({"account": one["account"], "auth_id": held["auth-id"], "name": held["name"], "kind": held["kind"],
        "source": one["source"], "granted": granted, "amount": text::amount_on_wire(wide(&held["amount"])),
        "begun": moment(&held["begun"]), "until": moment(&held["until"]), "expires": moment(&held["expires"]),
        "ends": moment(&held["ends"])})
}

fn call(one: &Value) -> Value {
    let call = &one["call"];
    json!({"account": one["account"], "auth_id": call["auth-id"], "name": call["call"], "source": call["source"],
        "started": moment(&call["started"])})
}

fn moment(value: &Value) -> Value {
    if value.is_null() { Value::Null } else { text::moment(wide(value)).into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_switches_carry_is_shown_in_the_form_of_the_wire() {
        let held = json!({"auth-id": "SA1", "name": "c-1", "kind": "call", "amount": "2500000", "begun": "0", "until": "1000",
            "expires": "3601000", "ends": null});
        let listed = json!({"account": "MA1", "source": "sip-1", "granted": "2", "reservation": held});
        let shown = json!({"account": "MA1", "auth_id": "SA1", "name": "c-1", "kind": "call", "source": "sip-1", "granted": 2,
            "amount": "2.50000", "begun": "1970-01-01T00:00:00Z", "until": "1970-01-01T00:00:01Z",
            "expires": "1970-01-01T01:00:01Z", "ends": null});
        assert_eq!(reservation(&listed), shown);
        let listed =
            json!({"account": "MA1", "call": {"call": "c-1", "auth-id": "SA1", "started": "0", "source": null}});
        let shown = json!({"account": "MA1", "auth_id": "SA1", "name": "c-1", "source": null, "started": "1970-01-01T00:00:00Z"});
        assert_eq!(call(&listed), shown);
    }

    #[test]
    fn rows_are_shown_in_the_form_of_the_wire() {
        let listed = json!({"auth-id": "MA1", "name": "Acme", "email": "a@b.example", "account-type": "developer",
            "billing-mode": "prepaid", "standing": {"suspended": "compliance-issue"}, "balance": "-1500000", "created": "0"});
        let shown = account(&listed);
        assert_eq!((&shown["standing"], &shown["suspension"]), (&json!("suspended"), &json!("compliance-issue")));
        assert_eq!((&shown["balance"], &shown["created"]), (&json!("-1.50000"), &json!("1970-01-01T00:00:00Z")));
        let active = json!({"standing": "active"});
        assert_eq!((&account(&active)["standing"], &account(&active)["suspension"]), (&json!("active"), &Value::Null));
        let mut summary = json!({"kind": "invoice", "number": "2026-000001", "issued": "0", "period-start": null,
            "total": "2630000", "credited": "0", "charged-back": "0", "status": "open", "method": "invoice"});
        summary[OPEN] = "630000".into();
        let shown = document(&json!({"auth-id": "MA1", "name": "Acme", "receipt": null, "document": summary}));
        assert_eq!((&shown["open"], &shown["total"]), (&json!("0.63000"), &json!("2.63000")));
        assert_eq!((&shown["period_start"], &shown["issued"]), (&Value::Null, &json!("1970-01-01T00:00:00Z")));
    }
}
