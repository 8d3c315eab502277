//! The door of the accounts: whose credential it is, and whether the account may make another request now (SEC-10, R75).

use super::answer::Failure;
use super::request::Names;
use super::session;
use super::state::Rest;
use axum::http::StatusCode;
use coinbox_host::contract::exported::accounts::{Account, AccountError};
use coinbox_host::contract::types::{Caller, Principal};
use coinbox_host::text;
use std::time::Instant;

/// Checks the credential or the session, by itself. The rules count the request, and its other calls with it. From here on the account is whom its place
/// is counted against.
pub(crate) fn admitted(rest: &Rest, names: &Names, caller: &Caller) -> Result<(), Failure> {
    if let Principal::Session(session) = &caller.who {
        return in_session(rest, names, caller, &session.token);
    }
    let started = Instant::now();
    let answer = rest.host.coinbox.authenticate(caller);
    rest.measured("accounts.authenticate", started, answer.as_ref().map(Result::is_ok).ok());
    let limits = answer?.map_err(|error| failure(rest, &error))?;
    names.ticket.belongs_to(&limits.main_auth_id)?;
    // Now that it is known who asks.
    names.check_question()
}

/// Checks a session: its person may always see himself.
fn in_session(rest: &Rest, names: &Names, caller: &Caller, token: &str) -> Result<(), Failure> {
    const ONESELF: &str = "profile.get";
    let started = Instant::now();
    let asked = rest.host.coinbox.caller_for(ONESELF, caller);
    let asked = coinbox_host::json::to_value(&asked)
        .map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?;
    let arguments = serde_json::json!({ "caller": asked });
    let answer = rest.host.coinbox.call(ONESELF, &arguments);
    rest.measured(ONESELF, started, answer.as_ref().map(|answer| answer.get("err").is_none()).ok());
    if let Some(error) = answer?.get("err") {
        return Err(Failure::of_error(error, rest.host.coinbox.now(), field_name));
    }
    match session::account_of(token) {
        Some(account) => names.ticket.belongs_to(account),
        None => Ok(()),
    }
}

/// The account that asks for itself: whether it may, and what it is, in one call.
pub(crate) fn owner(rest: &Rest, names: &Names, caller: &Caller, auth_id: &str) -> Result<Account, Failure> {
    let account = read(rest, caller, auth_id)?;
    names.ticket.belongs_to(&account.auth_id)?;
    names.check_question()?;
    Ok(account)
}

/// An account, for whoever may read it.
fn read(rest: &Rest, caller: &Caller, auth_id: &str) -> Result<Account, Failure> {
    let started = Instant::now();
    let answer = rest.host.coinbox.get_account(caller, auth_id);
    rest.measured("accounts.get", started, answer.as_ref().map(Result::is_ok).ok());
    answer?.map_err(|error| failure(rest, &error))
}

/// An error of `accounts`.
pub(crate) fn failure(rest: &Rest, error: &AccountError) -> Failure {
    match error {
        AccountError::Refused(refusal) => Failure::refused(refusal, rest.host.coinbox.now(), field_name),
        AccountError::Owes(owed) => {
            let message = format!("{} has to be paid first", text::amount(owed.amount));
            Failure::new(StatusCode::CONFLICT, "owes", message)
        }
        AccountError::Other(problem) => Failure::problem(problem),
    }
}

/// What the client called an argument.
fn field_name(field: &str) -> String {
    match field {
        "caller.idempotency-key" => "Idempotency-Key".to_owned(),
        other => other.strip_prefix("change.").unwrap_or(other).replace('-', "_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_clients_names() {
        assert_eq!(field_name("change.timezone"), "timezone");
        assert_eq!(field_name("caller.idempotency-key"), "Idempotency-Key");
    }
}
