//! The policy and the settings of accounts, with what the operator asks of them.

pub use crate::operator::account_settings::{
    change_account_settings, get_account_settings, list_account_setting_changes,
};
pub use crate::operator::settings::{change_settings, describe_settings, get_settings, list_setting_changes};
pub use crate::profiles::policy::history::{HistoryEntry, HistoryPage};
pub use crate::profiles::policy::settings::{ChangedSetting, Setting, SettingChange, SettingFacts, Settings};
pub use crate::profiles::policy::*;
