//! Running calls as the platform names them (CRD-10, R48).

use coinbox_access::{self as access, credentials, functions};
use coinbox_credit::records::running_calls::{PAGE, calls, forget, name};
use coinbox_credit::watch::zero_stop::judge;
use coinbox_ground::call::Call;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::usage::Error;
use coinbox_ground::product::ID_MAX;
use coinbox_ground::text::is_name;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, MOMENT_MAX, int_text};
use coinbox_ledger::wallet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A call that the platform is carrying.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunningCall {
    /// The platform's own name.
    pub call: String,
    /// Main account or sub-account.
    pub auth_id: String,
    /// When it began.
    #[serde(with = "int_text")]
    pub started: Instant,
}

/// Names running calls (CRD-10).
pub fn calls_started(call: &mut Call<'_>, caller: &Caller, started: Vec<RunningCall>) -> Result<(), Error> {
    let command = access::command(call, caller, functions::USAGE_CALLS_STARTED)?;
    command.once(call, &started, |call, _, ()| {
        let mut checks = Checks::new();
        checks.require(!started.is_empty(), "calls", FieldRule::Missing, "1");
        checks.require(started.len() <= PAGE, "calls", FieldRule::TooMany, PAGE);
        let mut touched = BTreeSet::new();
        for (index, running) in started.iter().take(PAGE).enumerate() {
            let good = is_name(&running.call, ID_MAX);
            checks.require(
                good,
                &format!("calls[{index}].call"),
                FieldRule::WrongForm,
                "1 to 255 printable ASCII characters without space",
            );
            let moment = (0..=MOMENT_MAX).contains(&running.started);
            let field = format!("calls[{index}].started");
            checks.require(moment, &field, FieldRule::WrongForm, format_args!("0 to {MOMENT_MAX}"));
            let source = AuthId::parse(&running.auth_id);
            let main = match source {
                Some(source) => credentials::main_of(call, source)?,
                None => None,
            };
            checks.require(main.is_some(), &format!("calls[{index}].auth-id"), FieldRule::UnknownValue, "");
            if let (Some(source), Some(main), true, true) = (source, main, good, moment)
                && name(call, main, &running.call, source, running.started)?
            {
                touched.insert(main);
            }
        }
        checks.done()?;
        for account in touched {
            let wallet = wallet::need(call, account)?;
            judge(call, account, &wallet)?;
        }
        Ok(())
    })
}

/// Notes that calls are over.
pub fn calls_ended(call: &mut Call<'_>, caller: &Caller, auth_id: String, names: Vec<String>) -> Result<(), Error> {
    let command = access::command_on_any(call, caller, functions::USAGE_CALLS_ENDED, &auth_id)?;
    let source = AuthId::parse(&auth_id).ok_or_else(|| Fault::not_found("account"))?;
    let account = credentials::main_of(call, source)?.ok_or_else(|| Fault::not_found("account"))?;
    command.once(call, &(&auth_id, &names), |call, _, ()| {
        let mut checks = Checks::new();
        checks.require(!names.is_empty(), "calls", FieldRule::Missing, "1");
        checks.require(names.len() <= PAGE, "calls", FieldRule::TooMany, PAGE);
        for (index, name) in names.iter().take(PAGE).enumerate() {
            checks.require(
                is_name(name, ID_MAX),
                &format!("calls[{index}]"),
                FieldRule::WrongForm,
                "1 to 255 printable ASCII characters without space",
            );
        }
        checks.done()?;
        for name in &names {
            forget(call, account, name)?;
        }
        Ok(())
    })
}

/// Running calls of an account and its sub-accounts, newest first.
pub fn list_calls(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<Vec<RunningCall>, Error> {
    let (_, account) = access::query_on(call, caller, functions::USAGE_LIST_CALLS, &auth_id)?;
    wallet::need(call, account)?;
    Ok(calls(call, account)?
        .0
        .into_iter()
        .map(|running| RunningCall {
            call: running.name,
            auth_id: running.auth_id.to_string(),
            started: running.started,
        })
        .collect())
}
