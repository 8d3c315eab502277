//! Running calls as the platform names them (CRD-10, R48).

use crate::pages::{self, Asked, check_source};
use coinbox_access::{self as access, credentials, functions};
use coinbox_credit::records::running_calls::{PAGE, RUNNING, Running, calls, forget, name};
use coinbox_credit::watch::zero_stop::judge;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::usage::Error;
use coinbox_ground::product::ID_MAX;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
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
    /// The switch, gateway or adapter that carries it, 1 to 64 printable ASCII characters without space (USE-10).
    #[serde(default)]
    pub source: Option<String>,
}

/// A running call as it is digested, so that a repeat is known: as version 0.1.0 has digested it, where it names no source.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Digested<'a> {
    call: &'a str,
    auth_id: &'a str,
    #[serde(with = "int_text")]
    started: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

impl Digested<'_> {
    fn of(call: &RunningCall) -> Digested<'_> {
        Digested { call: &call.call, auth_id: &call.auth_id, started: call.started, source: call.source.as_deref() }
    }
}

/// A running call of any account (USE-10).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CarriedCall {
    /// Main account.
    pub account: String,
    /// As it was named.
    pub call: RunningCall,
}

/// Running calls of all accounts, by account, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CarriedPage {
    /// At most as many as asked for.
    pub calls: Vec<CarriedCall>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// Names running calls (CRD-10).
pub fn calls_started(turn: &mut Turn<'_>, caller: &Caller, started: Vec<RunningCall>) -> Result<(), Error> {
    let command = access::command(turn, caller, functions::USAGE_CALLS_STARTED)?;
    let asked: Vec<Digested<'_>> = started.iter().map(Digested::of).collect();
    command.once(turn, &asked, |turn, _, ()| {
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
            check_source(&mut checks, &format!("calls[{index}].source"), running.source.as_deref());
            let auth_id = AuthId::parse(&running.auth_id);
            let main = match auth_id {
                Some(auth_id) => credentials::main_of(turn, auth_id)?,
                None => None,
            };
            checks.require(main.is_some(), &format!("calls[{index}].auth-id"), FieldRule::UnknownValue, "");
            if let (Some(auth_id), Some(main), true, true) = (auth_id, main, good, moment)
                && name(turn, main, (&running.call, auth_id), running.started, running.source.as_deref())?
            {
                touched.insert(main);
            }
        }
        checks.done()?;
        for account in touched {
            let wallet = wallet::need(turn, account)?;
            judge(turn, account, &wallet)?;
        }
        Ok(())
    })
}

/// Notes that calls are over.
pub fn calls_ended(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, names: Vec<String>) -> Result<(), Error> {
    let command = access::command_on_any(turn, caller, functions::USAGE_CALLS_ENDED, &auth_id)?;
    let source = AuthId::parse(&auth_id).ok_or_else(|| Fault::not_found("account"))?;
    let account = credentials::main_of(turn, source)?.ok_or_else(|| Fault::not_found("account"))?;
    command.once(turn, &(&auth_id, &names), |turn, _, ()| {
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
            forget(turn, account, name)?;
        }
        Ok(())
    })
}

/// Running calls of an account and its sub-accounts, newest first.
pub fn list_calls(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<RunningCall>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::USAGE_LIST_CALLS, &auth_id)?;
    wallet::need(turn, account)?;
    Ok(calls(turn, account)?.0.into_iter().map(shown).collect())
}

fn shown(running: Running) -> RunningCall {
    RunningCall {
        call: running.name,
        auth_id: running.auth_id.to_string(),
        started: running.started,
        source: running.carried_by,
    }
}

/// Running calls of all accounts by main account, newest first; those that one source carries if it is given.
pub fn list_running(
    turn: &Turn<'_>,
    caller: &Caller,
    source: Option<String>,
    after: Option<String>,
    limit: u32,
) -> Result<CarriedPage, Error> {
    access::query(turn, caller, functions::USAGE_LIST_RUNNING)?;
    let asked = Asked { source: source.as_deref(), after: after.as_deref(), limit };
    asked.check(|after| account_of(after).is_some())?;
    let (found, next) = pages::page(turn, RUNNING, &asked, |running: &Running| running.carried_by.as_deref())?;
    let calls = found.into_iter().filter_map(|(place, running)| {
        let account = account_of(&place)?.to_string();
        Some(CarriedCall { account, call: shown(running) })
    });
    Ok(CarriedPage { calls: calls.collect(), next })
}

/// The account of a key behind [`RUNNING`]: `<account>/<start, newest first>/<name>`.
fn account_of(place: &str) -> Option<AuthId> {
    let (account, rest) = place.split_once('/')?;
    let (moment, name) = rest.split_once('/')?;
    let good = moment.parse::<Instant>().is_ok() && is_name(moment, 13) && is_name(name, ID_MAX);
    AuthId::parse(account).filter(|_| good)
}
