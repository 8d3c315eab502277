//! `/v1/Account/{auth_id}/Subaccount/…`: what an account does with its sub-accounts (SUB-5, R37).

use super::answer::Failure;
use super::asked::Asked;
use super::numbers::{field_name, price};
use super::route::{Answers, Method, Route};
use super::takes::{Takes, Who};
use serde_json::{Value, json};

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[Route {
    method: Method::Delete,
    path: "/v1/Account/{auth_id}/Subaccount/{subaccount}/",
    name: "subaccount",
    who: Who::Account,
    function: Some("subaccounts.delete"),
    takes: Takes::Parameters(&["cascade"]),
    answers: Answers::Nothing(|asked| Box::pin(delete(asked))),
    what: "Delete a sub-account",
}];

/// Deletes a sub-account: `cascade` releases its numbers, otherwise they go to the main account (R37).
async fn delete(asked: Asked) -> Result<(), Failure> {
    // The account of the path must be one's own, whatever sub-account is named.
    price(&asked, &Value::Array(Vec::new())).await?;
    let disposal = if asked.flag("cascade")?.unwrap_or(false) { "cascade" } else { "move" };
    asked.call(json!({"auth-id": asked.segment(1), "disposal": disposal}), field_name).await?;
    Ok(())
}
