//! `/v1/Account/{auth_id}/`: the Account resource as the published clients know it (ACC-13, rest-wire §4.1), and its currency, which they pass over
//! or show.

use super::admission;
use super::answer::Failure;
use super::asked::Asked;
use super::route::{Answers, Method, Route};
use super::takes::{Takes, Who};
use axum::http::StatusCode;
use coinbox_host::contract::exported::accounts::{Account, AccountChange, AccountError, AccountType, BillingMode};
use coinbox_host::json as wit;
use coinbox_host::text;
use serde_json::{Map, Value, json};

/// Keys that change the account, if the rules let this caller change them: another `email` than the present is the operator's to set.
const CHANGEABLE: [&str; 6] = ["name", "email", "address", "city", "state", "timezone"];

/// Documented keys that only the platform changes (R38). `api_id` names an answer, not the account: echoed back it means nothing.
const READ_ONLY: [&str; 7] =
    ["account_type", "auth_id", "auto_recharge", "billing_mode", "cash_credits", "currency", "resource_uri"];

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/",
        name: "account",
        who: Who::Owner,
        function: Some("accounts.get"),
        takes: Takes::Nothing,
        answers: Answers::Object(|asked| Box::pin(get(asked))),
        what: "The account, with its `currency`",
    },
    Route {
        method: Method::Post,
        path: "/v1/Account/{auth_id}/",
        name: "account",
        who: Who::Owner,
        function: Some("accounts.update"),
        takes: Takes::Object(&CHANGEABLE),
        answers: Answers::Changed(|asked| Box::pin(update(asked))),
        what: "change `name`, `address`, `city`, `state`, `timezone`. `email`: only the operator sets another than the present (403)",
    },
];

/// The Account object.
async fn get(asked: Asked) -> Result<Value, Failure> {
    Ok(object(asked.owner()?, &asked.api_id))
}

/// Changes what is given.
async fn update(asked: Asked) -> Result<(), Failure> {
    let given = asked.object();
    check_read_only(given, asked.owner()?)?;
    let change = change(given)?;
    if change == nothing() {
        return Ok(());
    }
    let change =
        wit::to_value(&change).map_err(|error| Failure::new(StatusCode::BAD_REQUEST, "invalid", error.to_string()))?;
    let answer = asked.ask(json!({"auth-id": asked.account(), "change": change})).await?;
    answer.map(|_| ()).map_err(|error| match wit::from_value::<AccountError>(&error) {
        Ok(error) => admission::failure(&asked.rest, &error),
        Err(error) => Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()),
    })
}

fn nothing() -> AccountChange {
    AccountChange { name: None, email: None, address: None, city: None, state: None, timezone: None }
}

/// The changes that a body asks for: null means not supplied (T6), unknown keys mean nothing (T7).
fn change(given: &Map<String, Value>) -> Result<AccountChange, Failure> {
    let mut texts = CHANGEABLE.map(|_| None);
    for (place, key) in CHANGEABLE.iter().enumerate() {
        texts[place] = match given.get(*key) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => return Err(Failure::field(key, "wrong-form", "must be text")),
        };
    }
    let [name, email, address, city, state, timezone] = texts;
    Ok(AccountChange { name, email, address, city, state, timezone })
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

/// The Account object with every documented key (T13), and the currency of its amounts (CRD-17).
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
        "currency": account.currency,
        "name": account.name,
        "resource_uri": format!("/v1/Account/{}/", account.auth_id),
        "state": account.state,
        "timezone": account.timezone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_host::contract::exported::accounts::AccountStanding;

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
            standing: AccountStanding::Active,
            created: 0,
            currency: "USD".to_owned(),
        }
    }

    fn given(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn the_object_has_every_documented_key_and_the_currency_and_no_other() {
        let expected = json!({
            "account_type": "standard", "address": "", "api_id": "x", "auth_id": "MAAAAAAAAAAAAAAAAAAA",
            "auto_recharge": true, "billing_mode": "prepaid", "cash_credits": "25.00000", "city": "New York",
            "currency": "USD", "name": "Lucius Fox", "resource_uri": "/v1/Account/MAAAAAAAAAAAAAAAAAAA/", "state": "",
            "timezone": "America/New_York",
        });
        assert_eq!(object(&account(), "x"), expected);
    }

    #[test]
    fn null_and_unknown_keys_change_nothing() {
        let sent = json!({"name": null, "city": null, "address": "Times Square", "auth_id": "MA…", "colour": 5});
        let expected = AccountChange { address: Some("Times Square".to_owned()), ..nothing() };
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
            ("currency", json!("EUR")),
            ("resource_uri", json!("/")),
        ] {
            let expected = format!("{key}: cannot be changed; leave it out or send its present value");
            assert_eq!(check(json!({key: value})), Err(expected));
        }
    }
}
