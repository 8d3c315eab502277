//! Settings of single accounts, as the operator reads and changes them (CRD-3, SEC-10).

use super::settings::next_version;
use crate::access::{self, functions};
use crate::credit::watch::judge::judge;
use crate::credit::watch::occasion::Occasion;
use crate::ground::feed;
use crate::ground::ids::AuthId;
use crate::ground::interfaces::operator::Error;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Fact, Fault};
use crate::profiles::policy::history::{self, History, HistoryPage};
use crate::profiles::policy::settings::{self, ChangedSetting, SettingChange, Settings};
use crate::profiles::policy::{Policy, limits};
use crate::profiles::profile;

/// The settings that a main account can have of its own, as they are in force.
pub fn get_account_settings(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Settings, Error> {
    let (_, account) = access::query_on(turn, caller, functions::OPERATOR_GET_ACCOUNT_SETTINGS, &auth_id)?;
    Ok(in_force(turn, account)?)
}

/// Changes the settings of one main account that are named, and answers all of them (R88).
pub fn change_account_settings(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    version: Option<u32>,
    changes: Vec<SettingChange>,
) -> Result<Settings, Error> {
    let command = access::command_on(turn, caller, functions::OPERATOR_CHANGE_ACCOUNT_SETTINGS, &auth_id)?;
    command.once(turn, &(version, &changes), |turn, who, account| {
        let (policy, before) = (seen_by(turn, account)?, limits::load(turn, account)?);
        let after = settings::change_account(&policy, &before, &changes)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(Error::PolicyChanged(before.version));
        }
        let changed = settings::own_differences(&policy, &before, &after);
        if changed.is_empty() {
            return Ok(in_force(turn, account)?);
        }
        let version = next_version(before.version)?;
        limits::save(turn, account, &limits::Limits { version, ..after });
        let facts = facts(&changed);
        history::keep(turn, History::Account(account), version, who.name(), changed);
        feed::event(account, "limits-changed", "CRD-3").fact("by", who.name()).facts(facts).tell(turn);
        judge(turn, account, Occasion::Settings)?;
        Ok(in_force(turn, account)?)
    })
}

/// Who changed what of one main account's settings and when, newest first.
pub fn list_account_setting_changes(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
) -> Result<HistoryPage, Error> {
    let (_, account) = access::query_on(turn, caller, functions::OPERATOR_LIST_ACCOUNT_SETTING_CHANGES, &auth_id)?;
    Ok(history::page(turn, History::Account(account), after.as_deref(), limit)?)
}

/// The policy as an account sees it: in its own currency.
fn seen_by(turn: &Turn<'_>, account: AuthId) -> Result<Policy, Fault> {
    Ok(Policy::load(turn)?.for_account(profile::profile(turn, account)?.currency))
}

fn in_force(turn: &Turn<'_>, account: AuthId) -> Result<Settings, Fault> {
    let limits = limits::load(turn, account)?;
    let settings = settings::of_account(&seen_by(turn, account)?, &limits);
    Ok(Settings { version: limits.version, settings })
}

/// What the feed tells: new values by name, and the names of what is as the policy says again.
fn facts(changed: &[ChangedSetting]) -> Vec<Fact> {
    let mut facts: Vec<Fact> =
        changed.iter().filter_map(|one| one.after.as_ref().map(|value| Fact::new(&one.name, value))).collect();
    let gone: Vec<&str> = changed.iter().filter(|one| one.after.is_none()).map(|one| one.name.as_str()).collect();
    if !gone.is_empty() {
        facts.push(Fact::new("as-policy", gone.join(", ")));
    }
    facts
}
