//! `/v1/Account/{auth_id}/`: the Account resource as the published clients know it (ACC-13, rest-wire §4.1).

use super::answer::Failure;
use super::request::{self, Names, Peer, Segment};
use super::state::Rest;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use coinbox_host::contract::exported::accounts::{Account, AccountType, BillingMode, Change, Error};
use coinbox_host::contract::types::Caller;
use coinbox_host::text;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Longest body of a customer's request.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Keys that change the account, if the rules let this caller change them: another `email` than the present is the operator's to set.
const CHANGEABLE: [&str; 6] = ["name", "email", "address", "city", "state", "timezone"];

/// Documented keys that only the platform changes (R38). `api_id` names an answer, not the account: echoed back it means nothing.
const READ_ONLY: [&str; 6] =
    ["account_type", "auth_id", "auto_recharge", "billing_mode", "cash_credits", "resource_uri"];

/// GET: the Account object.
pub async fn get(
    State(rest): State<Arc<Rest>>,
    Segment(auth_id): Segment,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let api_id = names.api_id.clone();
    let answer = async {
        let caller = request::customer(&rest, &headers, peer.map(|Extension(peer)| peer), &names)?;
        let own = names.clone();
        let account = rest
            .blocking(move |rest| admitted(rest, &own, &caller).and_then(|()| read(rest, &caller, &auth_id)))
            .await?;
        Ok::<_, Failure>(axum::Json(object(&account, &names.api_id)).into_response())
    };
    answer.await.unwrap_or_else(|failure| failure.respond(&api_id))
}

/// POST: changes what is given, `202 changed`.
pub async fn update(
    State(rest): State<Arc<Rest>>,
    Segment(auth_id): Segment,
    Extension(names): Extension<Names>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let api_id = names.api_id.clone();
    let answer = async {
        let caller = request::customer(&rest, &headers, peer.map(|Extension(peer)| peer), &names)?;
        // Who it is comes first: strangers learn nothing about what a body should look like.
        let (own, asked, id) = (names.clone(), caller.clone(), auth_id.clone());
        let account =
            rest.blocking(move |rest| admitted(rest, &own, &asked).and_then(|()| read(rest, &asked, &id))).await?;
        let bytes = request::body(&rest, &names, &headers, body, BODY_BYTES_MAX).await?;
        let given = request::json_object(&headers, &bytes)?;
        check_read_only(&given, &account)?;
        let change = change(&given)?;
        if change != nothing() {
            let arguments = json!({"caller": coinbox_host::json::to_value(&caller).map_err(wrong_form)?,
                "auth-id": auth_id, "change": coinbox_host::json::to_value(&change).map_err(wrong_form)?});
            let answer = rest.call("accounts.update", arguments).await?;
            refused(&rest, answer)?;
        }
        Ok::<_, Failure>(
            (StatusCode::ACCEPTED, axum::Json(json!({"api_id": names.api_id, "message": "changed"}))).into_response(),
        )
    };
    answer.await.unwrap_or_else(|failure| failure.respond(&api_id))
}

fn wrong_form(error: coinbox_host::json::JsonError) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "invalid", error.to_string())
}

/// Checks the credential and takes one request of the account's limit (R50). From here on the account is whom the request is counted against.
pub(super) fn admitted(rest: &Rest, names: &Names, caller: &Caller) -> Result<(), Failure> {
    let started = Instant::now();
    let answer = rest.host.coinbox.authenticate(caller);
    rest.measured("accounts.authenticate", started, answer.as_ref().map(Result::is_ok).ok());
    let limits = answer?.map_err(|error| failure(rest, &error))?;
    names.ticket.belongs_to(&limits.main_auth_id)?;
    rest.buckets
        .take(&limits.main_auth_id, limits.standard, Instant::now())
        .map_err(|wait| Failure::too_often(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).div_ceil(1000)))?;
    // Now that it is known who asks.
    names.check_question()
}

fn read(rest: &Rest, caller: &Caller, auth_id: &str) -> Result<Account, Failure> {
    let started = Instant::now();
    let answer = rest.host.coinbox.get_account(caller, auth_id);
    rest.measured("accounts.get", started, answer.as_ref().map(Result::is_ok).ok());
    answer?.map_err(|error| failure(rest, &error))
}

fn failure(rest: &Rest, error: &Error) -> Failure {
    match error {
        Error::Refused(refusal) => Failure::refused(refusal, rest.host.coinbox.now(), field_name),
        Error::Owes(owed) => {
            let message = format!("{} has to be paid first", text::amount(*owed));
            Failure::new(StatusCode::CONFLICT, "owes", message)
        }
        Error::Other(problem) => Failure::problem(problem),
    }
}

fn refused(rest: &Rest, answer: Value) -> Result<(), Failure> {
    match answer.get("err") {
        None => Ok(()),
        Some(error) => match coinbox_host::json::from_value::<Error>(error) {
            Ok(error) => Err(failure(rest, &error)),
            Err(error) => Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string())),
        },
    }
}

/// What the client called an argument.
fn field_name(field: &str) -> String {
    match field {
        "caller.idempotency-key" => "Idempotency-Key".to_owned(),
        other => other.strip_prefix("change.").unwrap_or(other).replace('-', "_"),
    }
}

fn nothing() -> Change {
    Change { name: None, email: None, address: None, city: None, state: None, timezone: None }
}

/// The changes that a body asks for: null means not supplied (T6), unknown keys mean nothing (T7).
fn change(given: &Map<String, Value>) -> Result<Change, Failure> {
    let mut texts = CHANGEABLE.map(|_| None);
    for (place, key) in CHANGEABLE.iter().enumerate() {
        texts[place] = match given.get(*key) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => return Err(Failure::field(key, "wrong-form", "must be text")),
        };
    }
    let [name, email, address, city, state, timezone] = texts;
    Ok(Change { name, email, address, city, state, timezone })
}

/// A documented read-only key may be sent back as it is, not with another value (R38).
fn check_read_only(given: &Map<String, Value>, account: &Account) -> Result<(), Failure> {
    let held = object(account, "");
    for key in READ_ONLY {
        let Some(value) = given.get(key).filter(|value| !value.is_null()) else { continue };
        let same = match (&held[key], value) {
            (Value::Bool(held), Value::String(text)) => held.to_string() == text.to_ascii_lowercase(),
            (Value::String(_), Value::String(text)) if key == "cash_credits" => {
                text::micros(text) == Ok(account.cash_credits)
            }
            (held, value) => held == value,
        };
        if !same {
            return Err(Failure::field(
                key,
                "not-allowed",
                "cannot be changed; leave it out or send its present value",
            ));
        }
    }
    Ok(())
}

/// The Account object with every documented key (T13).
fn object(account: &Account, api_id: &str) -> Value {
    let account_type = match account.account_type {
        AccountType::Standard => "standard",
        AccountType::Developer => "developer",
    };
    let billing_mode = match account.billing_mode {
        BillingMode::Prepaid => "prepaid",
        BillingMode::Postpaid => "postpaid",
    };
    json!({
        "account_type": account_type,
        "address": account.address,
        "api_id": api_id,
        "auth_id": account.auth_id,
        "auto_recharge": account.auto_recharge,
        "billing_mode": billing_mode,
        "cash_credits": text::amount_on_wire(account.cash_credits),
        "city": account.city,
        "name": account.name,
        "resource_uri": format!("/v1/Account/{}/", account.auth_id),
        "state": account.state,
        "timezone": account.timezone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_host::contract::exported::accounts::Standing;

    fn account() -> Account {
        Account {
            auth_id: "MAAAAAAAAAAAAAAAAAAA".to_owned(),
            account_type: AccountType::Standard,
            name: "Lucius Fox".to_owned(),
            email: "l@example.com".to_owned(),
            address: String::new(),
            city: "New York".to_owned(),
            state: String::new(),
            timezone: "America/New_York".to_owned(),
            billing_mode: BillingMode::Prepaid,
            auto_recharge: true,
            cash_credits: 25_000_000,
            available: 20_000_000,
            standing: Standing::Active,
            created: 0,
        }
    }

    fn given(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn the_object_has_every_documented_key_and_no_other() {
        let expected = json!({
            "account_type": "standard", "address": "", "api_id": "x", "auth_id": "MAAAAAAAAAAAAAAAAAAA",
            "auto_recharge": true, "billing_mode": "prepaid", "cash_credits": "25.00000", "city": "New York",
            "name": "Lucius Fox", "resource_uri": "/v1/Account/MAAAAAAAAAAAAAAAAAAA/", "state": "",
            "timezone": "America/New_York",
        });
        assert_eq!(object(&account(), "x"), expected);
    }

    #[test]
    fn null_and_unknown_keys_change_nothing() {
        let sent = json!({"name": null, "city": null, "address": "Times Square", "auth_id": "MA…", "colour": 5});
        let expected = Change { address: Some("Times Square".to_owned()), ..nothing() };
        assert_eq!(change(&given(sent)), Ok(expected));
        assert_eq!(change(&given(json!({}))), Ok(nothing()));
        assert_eq!(change(&given(json!({"name": 5}))).expect_err("text only").message, "name: must be text");
    }

    #[test]
    fn read_only_keys_may_be_echoed_but_not_changed() {
        let check = |sent: Value| check_read_only(&given(sent), &account()).map_err(|failure| failure.message);
        assert_eq!(check(object(&account(), "another answer")), Ok(()));
        assert_eq!(check(json!({"auto_recharge": "True", "cash_credits": "25.0", "billing_mode": null})), Ok(()));
        for (key, value) in [
            ("cash_credits", json!("26.00000")),
            ("cash_credits", json!(25)),
            ("auto_recharge", json!("false")),
            ("billing_mode", json!("postpaid")),
            ("account_type", json!("developer")),
            ("auth_id", json!("MABBBBBBBBBBBBBBBBBB")),
            ("resource_uri", json!("/")),
        ] {
            let expected = format!("{key}: cannot be changed; leave it out or send its present value");
            assert_eq!(check(json!({key: value})), Err(expected));
        }
    }

    #[test]
    fn fields_have_the_clients_names() {
        assert_eq!(field_name("change.timezone"), "timezone");
        assert_eq!(field_name("caller.idempotency-key"), "Idempotency-Key");
    }
}
