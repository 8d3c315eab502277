//! The door of the accounts: whose credential it is, and whether the account may make another request now (SEC-10, R50).

use super::answer::Failure;
use super::request::Names;
use super::state::Rest;
use axum::http::StatusCode;
use coinbox_host::contract::exported::accounts::{Account, AccountError};
use coinbox_host::contract::types::Caller;
use coinbox_host::text;
use std::time::Instant;

/// Checks the credential and takes one request of the account's limit (R50). From here on the account is whom the request is counted against.
pub fn admitted(rest: &Rest, names: &Names, caller: &Caller) -> Result<(), Failure> {
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

/// An account, for whoever may read it.
pub fn read(rest: &Rest, caller: &Caller, auth_id: &str) -> Result<Account, Failure> {
    let started = Instant::now();
    let answer = rest.host.coinbox.get_account(caller, auth_id);
    rest.measured("accounts.get", started, answer.as_ref().map(Result::is_ok).ok());
    answer?.map_err(|error| failure(rest, &error))
}

/// An error of `accounts`.
pub fn failure(rest: &Rest, error: &AccountError) -> Failure {
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
