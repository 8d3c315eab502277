//! Which accounts are to be mailed about a day, as the folding of the ledger arms it (USE-4). The mails are made in `usage::daily`.

use coinbox_ground::calendar;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_profiles::policy::Policy;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Jobs that mail what was used in a day.
pub const JOB: JobKind<AuthId> = JobKind::new("daily");

/// What an account wants, and how far it has been told, at `daily/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Daily {
    /// Version of the record.
    pub v: u32,
    /// The account's own choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The last local day that a mail was sent about, or that is not to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailed: Option<String>,
    /// When the timer is due, if it is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
}

impl Record for Daily {
    const KIND: &'static str = "daily summary";
}

impl Daily {
    /// What an account has chosen; what nobody chose is empty.
    pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Daily, Fault> {
        Ok(turn.get(&key(account))?.unwrap_or(Daily { v: 1, enabled: None, mailed: None, due: None }))
    }

    /// The last local day that a mail was sent about.
    pub fn mailed(&self) -> Option<Date> {
        self.mailed.as_deref().and_then(calendar::parse_day)
    }

    /// Sets the timer, unless it is due earlier already.
    pub fn arm(&mut self, turn: &mut Turn<'_>, account: AuthId, due: Instant) {
        if self.due.is_none_or(|before| due < before) {
            self.due = Some(due);
            turn.put(&key(account), self);
            turn.timer(&JOB.of(account), Lane::Bulk, due);
        }
    }
}

/// Key of the record.
pub fn key(account: AuthId) -> String {
    format!("daily/{account}")
}

/// Hour of an account's own time zone at which mails are due.
pub fn hour(policy: &Policy) -> i8 {
    i8::try_from(policy.daily_summary_hour).unwrap_or(23)
}

/// Arms the mails of accounts of which usage on these local days has just been folded.
pub(crate) fn usage_folded(
    turn: &mut Turn<'_>,
    days: &BTreeMap<AuthId, BTreeSet<Date>>,
    zones: &BTreeMap<AuthId, TimeZone>,
) -> Result<(), Fault> {
    let policy = Policy::load(turn)?;
    turn.prefetch(days.keys().map(|account| key(*account)));
    for (account, days) in days {
        let mut daily = Daily::load(turn, *account)?;
        if !daily.enabled.unwrap_or(policy.daily_summaries) {
            continue;
        }
        let zone = &zones[account];
        let yesterday = calendar::days_before(calendar::local_day(zone, turn.now()), 1);
        let mailed = daily.mailed();
        let untold = days.iter().find(|day| **day >= yesterday && mailed.is_none_or(|mailed| **day > mailed));
        if let Some(day) = untold {
            let due = calendar::moment_of(zone, calendar::day_after(*day), hour(&policy)).max(turn.now());
            daily.arm(turn, *account, due);
        }
    }
    Ok(())
}
