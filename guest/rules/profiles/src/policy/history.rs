//! Who changed which settings, and when.
//!
//! | key | what |
//! |---|---|
//! | `hist/policy/<version>` | a change of the policy: the last `POLICY_MAX` |
//! | `hist/<account>/<version>` | a change of an account's own settings: the last `ACCOUNT_MAX` |

use super::settings::ChangedSetting;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Checks, Fault, Instant, int_text};
use serde::{Deserialize, Serialize};

/// Changes of the policy that are kept.
const POLICY_MAX: u32 = 1000;

/// Changes of an account's own settings that are kept.
const ACCOUNT_MAX: u32 = 100;

/// Characters of a value that are kept.
const VALUE_MAX: usize = 2000;

/// Most entries of a page.
pub const PAGE_MAX: u32 = 100;

/// One change.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HistoryEntry {
    /// The version that it made.
    pub version: u32,
    /// When.
    #[serde(with = "int_text")]
    pub at: Instant,
    /// Who.
    pub by: String,
    /// What.
    pub changed: Vec<ChangedSetting>,
}

/// Newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HistoryPage {
    /// The changes.
    pub entries: Vec<HistoryEntry>,
    /// The `after` of the next page.
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredChange {
    v: u32,
    at: Instant,
    by: String,
    changed: Vec<ChangedSetting>,
}

impl Record for StoredChange {
    const KIND: &'static str = "change of settings";
}

/// Whose settings.
#[derive(Clone, Copy)]
pub enum History {
    /// The policy's.
    Policy,
    /// A main account's own.
    Account(AuthId),
}

impl History {
    fn prefix(self) -> String {
        match self {
            History::Policy => "hist/policy/".to_owned(),
            History::Account(account) => format!("hist/{account}/"),
        }
    }

    fn key(self, version: u32) -> String {
        format!("{}{version:010}", self.prefix())
    }

    fn most(self) -> u32 {
        match self {
            History::Policy => POLICY_MAX,
            History::Account(_) => ACCOUNT_MAX,
        }
    }
}

/// Keeps a change. The oldest one makes room for it.
pub fn keep(turn: &mut Turn<'_>, history: History, version: u32, by: &str, mut changed: Vec<ChangedSetting>) {
    for value in changed.iter_mut().flat_map(|one| [&mut one.before, &mut one.after]).flatten() {
        if let Some((end, _)) = value.char_indices().nth(VALUE_MAX) {
            value.truncate(end);
            value.push('…');
        }
    }
    let at = turn.now();
    turn.put(&history.key(version), &StoredChange { v: 1, at, by: by.to_owned(), changed });
    if let Some(oldest) = version.checked_sub(history.most()) {
        turn.remove(&history.key(oldest));
    }
}

/// A page of changes, newest first.
pub fn page(turn: &Turn<'_>, history: History, after: Option<&str>, limit: u32) -> Result<HistoryPage, Fault> {
    let version = after.map(|after| after.parse::<u32>().ok().filter(|version| version.to_string() == *after));
    let mut checks = Checks::new();
    checks.page_limit(limit, PAGE_MAX);
    checks.page_after(version != Some(None));
    checks.done()?;
    let prefix = history.prefix();
    let end = version.flatten().map_or_else(|| end_of_prefix(&prefix), |version| history.key(version));
    let (stored, more) = turn.span_page_back::<StoredChange>(&prefix, &end, limit)?;
    let entry = |(key, change): (String, StoredChange)| {
        let version = key.trim_start_matches(&prefix).parse().unwrap_or_default();
        HistoryEntry { version, at: change.at, by: change.by, changed: change.changed }
    };
    let entries: Vec<HistoryEntry> = stored.into_iter().map(entry).collect();
    let next = entries.last().filter(|_| more).map(|last| last.version.to_string());
    Ok(HistoryPage { entries, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START};

    fn kept(fake: &Fake, history: History, version: u32, value: &str) {
        let name = "brand".to_owned();
        let changed = vec![ChangedSetting { name, before: None, after: Some(value.to_owned()) }];
        fake.command(START, |turn| {
            keep(turn, history, version, "alice", changed);
            Ok::<_, Fault>(())
        })
        .expect("kept");
    }

    #[test]
    fn the_oldest_change_makes_room() {
        let fake = Fake::new();
        let account = AuthId::parse("MA000000000000000001").expect("an auth ID");
        for (history, most) in [(History::Policy, 1000), (History::Account(account), 100)] {
            for version in [1, 2, most, most + 1] {
                kept(&fake, history, version, "x");
            }
            let versions = |after: Option<&str>, limit: u32| {
                let page = fake.query(START, |turn| page(turn, history, after, limit)).expect("a page");
                (page.entries.iter().map(|entry| entry.version).collect::<Vec<_>>(), page.next)
            };
            assert_eq!(versions(None, 100), (vec![most + 1, most, 2], None));
            assert_eq!(versions(None, 2), (vec![most + 1, most], Some(most.to_string())));
            assert_eq!(versions(Some(&most.to_string()), 2), (vec![2], None));
        }
        let wrong = |after: Option<&str>, limit: u32| {
            fake.query(START, |turn| page(turn, History::Policy, after, limit)).is_err()
        };
        assert!(wrong(None, 0) && wrong(None, 101) && wrong(Some("x"), 1) && wrong(Some("01"), 1));
    }

    #[test]
    fn a_long_value_is_cut() {
        let fake = Fake::new();
        kept(&fake, History::Policy, 1, &"ü".repeat(2000));
        kept(&fake, History::Policy, 2, &"ü".repeat(2001));
        let page = fake.query(START, |turn| page(turn, History::Policy, None, 2)).expect("a page");
        let values: Vec<Option<String>> =
            page.entries.into_iter().map(|entry| entry.changed[0].after.clone()).collect();
        assert_eq!(values, [Some(format!("{}…", "ü".repeat(2000))), Some("ü".repeat(2000))]);
    }
}
