//! Invoices, credit notes and receipts below `/v1/Account/{auth_id}/` (INV-3, INV-5, INV-6).
//!
//! These routes take the operator's token. API credentials use resources and see no documents (R35). A document is shown field by field as it
//! was frozen: names with underscores, amounts as text with five decimals, moments in ISO 8601. Beside these fields `present` has the present
//! status (R84).

use super::answer::Failure;
use super::asked::Asked;
use super::forms::Listed;
use super::route::{Answers, Handler, Method, Route};
use super::takes::{Takes, Who};
use axum::http::StatusCode;
use coinbox_host::text;
use serde_json::{Value, json};

/// Keys of amounts.
const AMOUNTS: [&str; 13] = [
    "amount",
    "amount-due",
    "balance",
    "base",
    "charged-back",
    "closing-balance",
    "credited",
    "discount",
    "net",
    "open-amount",
    "opening-balance",
    "rounding",
    "total",
];
/// Keys of moments.
const MOMENTS: [&str; 9] =
    ["at", "issued", "next-charge", "period-end", "period-start", "due", "payment-at", "used-from", "used-to"];
/// Most documents of a page.
const PAGE: u32 = 100;

/// What a part of a path lists.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// `Invoice/`.
    Invoice,
    /// `CreditNote/`.
    CreditNote,
    /// `Receipt/`.
    Receipt,
}

impl Kind {
    /// In the contract.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Invoice => "invoice",
            Kind::CreditNote => "credit-note",
            Kind::Receipt => "receipt",
        }
    }
}

const fn listed(path: &'static str, name: &'static str, what: &'static str, handler: Handler<Listed>) -> Route {
    Route {
        method: Method::Get,
        path,
        name,
        who: Who::OperatorByRule,
        function: Some("invoices.list-documents"),
        takes: Takes::Filters(&["limit", "after", "status", "number", "issued_from", "issued_before", "order"]),
        answers: Answers::List(handler),
        what,
    }
}

/// One document, in one of the forms in which it is answered.
pub(crate) const fn one(path: &'static str, name: &'static str, answers: Answers, what: &'static str) -> Route {
    Route {
        method: Method::Get,
        path,
        name,
        who: Who::OperatorByRule,
        function: Some("invoices.read-document"),
        takes: Takes::Parameters(&[]),
        answers,
        what,
    }
}

const fn shown(path: &'static str, name: &'static str, handler: Handler<Value>) -> Route {
    one(path, name, Answers::Object(handler), "One of them")
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    listed(
        "/v1/Account/{auth_id}/Invoice/",
        "invoices",
        "Invoices: `limit`, `after`, `status`, `number`, `issued_from`, `issued_before`, `order`",
        |asked| Box::pin(list(asked, Kind::Invoice)),
    ),
    shown("/v1/Account/{auth_id}/Invoice/{number}/", "invoice", |asked| Box::pin(show(asked, Kind::Invoice))),
    listed(
        "/v1/Account/{auth_id}/CreditNote/",
        "credit-notes",
        "Credit notes: `limit`, `after`, `status`, `number`, `issued_from`, `issued_before`, `order`",
        |asked| Box::pin(list(asked, Kind::CreditNote)),
    ),
    shown("/v1/Account/{auth_id}/CreditNote/{number}/", "credit-note", |asked| Box::pin(show(asked, Kind::CreditNote))),
    listed(
        "/v1/Account/{auth_id}/Receipt/",
        "receipts",
        "Receipts: `limit`, `after`, `status`, `number`, `issued_from`, `issued_before`, `order`",
        |asked| Box::pin(list(asked, Kind::Receipt)),
    ),
    shown("/v1/Account/{auth_id}/Receipt/{number}/", "receipt", |asked| Box::pin(show(asked, Kind::Receipt))),
];

/// Documents, newest first; `limit`, `after`, `status`, `number`, `issued_from`, `issued_before`, `order=oldest`.
async fn list(asked: Asked, kind: Kind) -> Result<Listed, Failure> {
    let limit = asked.whole_number("limit", PAGE)?.unwrap_or(20);
    let moment = |name: &'static str| -> Result<Option<String>, Failure> {
        let Some(given) = asked.filled(name)? else { return Ok(None) };
        let moment = text::moment_ms(&given).map_err(|error| Failure::field(name, "wrong-form", &error.to_string()))?;
        Ok(Some(moment.to_string()))
    };
    let oldest = asked.word("order", &[("newest", false), ("oldest", true)])?.unwrap_or(false);
    let filter = json!({"status": asked.filled("status")?, "number": asked.filled("number")?,
        "issued-from": moment("issued_from")?, "issued-before": moment("issued_before")?, "oldest-first": oldest});
    let arguments = json!({"auth-id": asked.account(), "kind": kind.word(), "filter": filter,
        "after": asked.filled("after")?, "limit": limit});
    let mut page = asked.call(arguments, field_name).await?;
    let objects = wire("documents", page["documents"].take());
    let next = page["next"].as_str().map(|after| asked.link(&[("limit", &limit.to_string()), ("after", after)]));
    let meta = json!({"limit": limit, "next": next, "previous": null});
    Ok(Listed::Json(json!({"api_id": asked.api_id, "meta": meta, "objects": objects})))
}

/// One document by its number.
async fn show(asked: Asked, kind: Kind) -> Result<Value, Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": asked.segment(1)});
    let mut document = asked.call(arguments.clone(), field_name).await?;
    if document["kind"] != kind.word() {
        return Err(Failure::new(StatusCode::NOT_FOUND, "not_found", "document not found"));
    }
    let present = asked.call_other("invoices.read-standing", arguments, field_name).await?;
    let names = ["status", "open-amount", "credited", "charged-back"];
    document["present"] = names.into_iter().map(|name| (name.to_owned(), present[name].clone())).collect();
    Ok(object(&asked, document))
}

/// A record of the contract as an object of the wire.
pub(crate) fn object(asked: &Asked, value: Value) -> Value {
    let mut object = wire("", value);
    object["api_id"] = Value::from(asked.api_id.as_str());
    object
}

/// What the client called an argument.
pub(crate) fn field_name(field: &str) -> String {
    let field = field.strip_prefix("change.").or_else(|| field.strip_prefix("filter.")).unwrap_or(field);
    field.replace('-', "_")
}

/// A value of the contract in the form of the wire.
fn wire(name: &str, value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = wire(&name, value);
                (name.replace('-', "_"), value)
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| wire(name, item)).collect()),
        Value::String(number) => match number.parse::<i64>() {
            Ok(micros) if AMOUNTS.contains(&name) => text::amount_on_wire(micros).into(),
            Ok(moment) if MOMENTS.contains(&name) => text::moment(moment).into(),
            Ok(number) if matches!(name, "quantity" | "count") => number.into(),
            _ => number.into(),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_shown_in_the_form_of_the_wire() {
        let document = json!({"number": "2026-000001", "issued": "1775001600000", "period-start": null, "amount-due": "2630000",
            "lines": [{"section-name": "7", "quantity": "47", "count": "2", "amount": "470000", "used-from": "1775001600000",
                "price": {"billed": "1", "unit": "minutes", "unit-price": "0.47"}}], "refers-to": "12", "rounding": "-10",
            "due": "1776211200000", "about": {"kind": "invoice", "number": "7", "issued": "1775001600000"}});
        assert_eq!(
            wire("", document),
            json!({"number": "2026-000001", "issued": "2026-04-01T00:00:00Z", "period_start": null, "amount_due": "2.63000",
                "lines": [{"section_name": "7", "quantity": 47, "count": 2, "amount": "0.47000", "used_from": "2026-04-01T00:00:00Z",
                    "price": {"billed": "1", "unit": "minutes", "unit_price": "0.47"}}], "refers_to": "12", "rounding": "-0.00001",
                "due": "2026-04-15T00:00:00Z", "about": {"kind": "invoice", "number": "7", "issued": "2026-04-01T00:00:00Z"}})
        );
    }
}
