//! The policy as the operator reads and changes it: a list of settings.

use crate::access::{self, functions};
use crate::ground::feed;
use crate::ground::interfaces::operator::Error;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Fault};
use crate::housekeeping;
use crate::invoices::seller;
use crate::profiles::currencies;
use crate::profiles::policy::history::{self, History, HistoryPage};
use crate::profiles::policy::settings::{self, SettingChange, SettingFacts, Settings};
use crate::profiles::policy::{Policy, changed_facts, save};

/// Describes every setting.
pub fn describe_settings(turn: &Turn<'_>, caller: &Caller) -> Result<Vec<SettingFacts>, Error> {
    access::query(turn, caller, functions::OPERATOR_DESCRIBE_SETTINGS)?;
    Ok(settings::describe())
}

/// The settings in force.
pub fn get_settings(turn: &Turn<'_>, caller: &Caller) -> Result<Settings, Error> {
    access::query(turn, caller, functions::OPERATOR_GET_SETTINGS)?;
    Ok(settings::of_policy(Policy::load(turn)?.as_ref()))
}

/// Changes the settings that are named, and answers all of them (R88).
pub fn change_settings(
    turn: &mut Turn<'_>,
    caller: &Caller,
    version: Option<u32>,
    changes: Vec<SettingChange>,
) -> Result<Settings, Error> {
    let command = access::command(turn, caller, functions::OPERATOR_CHANGE_SETTINGS)?;
    command.once(turn, &(version, &changes), |turn, who, ()| {
        let before = Policy::load(turn)?;
        let after = settings::change_policy(&before, &changes)?;
        after.check_currencies(&currencies::used(turn)?)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(Error::PolicyChanged(before.version));
        }
        let changed = settings::differences(&before, &after);
        if changed.is_empty() {
            return Ok(settings::of_policy(&before));
        }
        let after = Policy { version: next_version(before.version)?, ..after };
        save(turn, &after);
        history::keep(turn, History::Policy, after.version, who.name(), changed);
        seller::look_again(turn)?;
        housekeeping::start_rejudge(turn);
        feed::operator_event("policy-changed", "SEC-12")
            .fact("version", after.version)
            .fact("by", who.name())
            .facts(changed_facts(&before, &after))
            .tell(turn);
        Ok(settings::of_policy(&after))
    })
}

/// Who changed what and when, newest first.
pub fn list_setting_changes(
    turn: &Turn<'_>,
    caller: &Caller,
    after: Option<String>,
    limit: u32,
) -> Result<HistoryPage, Error> {
    access::query(turn, caller, functions::OPERATOR_LIST_SETTING_CHANGES)?;
    Ok(history::page(turn, History::Policy, after.as_deref(), limit)?)
}

/// The version that a change makes.
pub(crate) fn next_version(before: u32) -> Result<u32, Fault> {
    before.checked_add(1).ok_or_else(|| Fault::problem("policy-version-exhausted", vec![]))
}
