//! Billing information, the overview of it, and seats, below `/v1/Account/{auth_id}/` (INV-4, INV-8). As for documents, these routes take the
//! operator's token.

use super::answer::Failure;
use super::asked::Asked;
use super::documents::{field_name, object};
use super::route::{Answers, Method, Route};
use super::takes::{Takes, Who};
use serde_json::{Map, Value, json};

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/Billing/",
        name: "billing",
        who: Who::OperatorByRule,
        function: Some("invoices.get-billing"),
        takes: Takes::Parameters(&[]),
        answers: Answers::Object(|asked| Box::pin(billing(asked))),
        what: "Billing information",
    },
    Route {
        method: Method::Post,
        path: "/v1/Account/{auth_id}/Billing/",
        name: "billing",
        who: Who::OperatorByRule,
        function: Some("invoices.set-billing"),
        takes: Takes::Parameters(&[
            "legal_name",
            "address",
            "city",
            "state",
            "country",
            "tax_id",
            "notification_addresses",
        ]),
        answers: Answers::Object(|asked| Box::pin(set_billing(asked))),
        what: "change `legal_name`, `address`, `city`, `state`, `country`, `tax_id`, `notification_addresses`",
    },
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/Billing/Overview/",
        name: "billing-overview",
        who: Who::OperatorByRule,
        function: Some("invoices.get-overview"),
        takes: Takes::Parameters(&[]),
        answers: Answers::Object(|asked| Box::pin(overview(asked))),
        what: "Balance, last invoice, cards, recent receipts",
    },
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/Seats/",
        name: "seats",
        who: Who::OperatorByRule,
        function: Some("invoices.get-seats"),
        takes: Takes::Parameters(&[]),
        answers: Answers::Object(|asked| Box::pin(seats(asked))),
        what: "Seats",
    },
    Route {
        method: Method::Post,
        path: "/v1/Account/{auth_id}/Seats/",
        name: "seats",
        who: Who::OperatorByRule,
        function: Some("invoices.set-seats"),
        takes: Takes::Parameters(&["paid"]),
        answers: Answers::Object(|asked| Box::pin(set_seats(asked))),
        what: "set `paid`",
    },
];

/// Billing information.
async fn billing(asked: Asked) -> Result<Value, Failure> {
    let billing = asked.call(json!({"auth-id": asked.account()}), field_name).await?;
    Ok(object(&asked, billing))
}

/// Changes the billing information that is given.
async fn set_billing(asked: Asked) -> Result<Value, Failure> {
    let mut change = Map::new();
    for name in ["legal_name", "address", "city", "state", "country", "tax_id"] {
        change.insert(name.replace('_', "-"), asked.only_text(name)?.into());
    }
    change.insert("notification-addresses".to_owned(), asked.texts("notification_addresses")?.into());
    let arguments = json!({"auth-id": asked.account(), "change": change});
    let billing = asked.call(arguments, field_name).await?;
    Ok(object(&asked, billing))
}

/// Balance, last invoice, cards and recent receipts (INV-4).
async fn overview(asked: Asked) -> Result<Value, Failure> {
    let overview = asked.call(json!({"auth-id": asked.account()}), field_name).await?;
    Ok(object(&asked, overview))
}

/// Seats.
async fn seats(asked: Asked) -> Result<Value, Failure> {
    let seats = asked.call(json!({"auth-id": asked.account()}), field_name).await?;
    Ok(object(&asked, seats))
}

/// Sets `paid` seats.
async fn set_seats(asked: Asked) -> Result<Value, Failure> {
    let paid = asked.whole_number("paid", u32::MAX)?;
    let paid = paid.ok_or_else(|| Failure::field("paid", "missing", "is missing: the number of seats"))?;
    let arguments = json!({"auth-id": asked.account(), "paid": paid});
    let seats = asked.call(arguments, field_name).await?;
    Ok(object(&asked, seats))
}
