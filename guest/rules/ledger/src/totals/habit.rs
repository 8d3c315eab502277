//! What is known of an account's habit of spending, and which days the folding of the ledger has seen go beyond it (R33). What is unusual is decided in
//! `usage::unusual`.

use super::records::{SourceTotals, day_key};
use crate::charge_code::ChargeCode;
use coinbox_ground::calendar;
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Days that are remembered: more than usage may be late.
pub(crate) const DAYS_KEPT: usize = 100;

/// Jobs that look at days on which much may have been used (decided in `usage::unusual`).
pub const JOB: JobKind<AuthId> = JobKind::new("unusual");

/// What is known of an account's habit.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Habit {
    /// Version of the record.
    pub v: u32,
    /// Days above the least amount, by their date.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub days: BTreeMap<String, Looked>,
    /// Version 1: the day that was last looked at, and what it may come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) usual: Option<Money>,
    /// Version 1: the last unusual day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusual: Option<String>,
    /// Since when the queue says so; the item may be gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Instant>,
}

/// One day that was looked at, or is to be.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Looked {
    /// Not yet: it was reported late.
    Due,
    /// What it may come to.
    Usual(Money),
    /// It was unusual, and the account was told.
    Unusual,
}

impl Habit {
    /// The habit of an account, read from any version of the record.
    pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Habit, Fault> {
        let mut habit = turn.get::<Habit>(&key(account))?.unwrap_or_default();
        if let Some(day) = habit.day.take() {
            habit.days.insert(day, Looked::Usual(habit.usual.take().unwrap_or_default()));
        }
        if let Some(day) = habit.unusual.take() {
            habit.days.insert(day, Looked::Unusual);
        }
        habit.v = 2;
        Ok(habit)
    }

    /// Writes it down, without days that are too old to be asked about.
    pub fn save(mut self, turn: &mut Turn<'_>, account: AuthId) {
        while self.days.len() > DAYS_KEPT {
            self.days.pop_first();
        }
        turn.put(&key(account), &self);
    }

    /// Whether a day was looked at and has not used more since than is usual.
    pub fn is_known(&self, day: Date, used: Money) -> bool {
        match self.days.get(&day.to_string()) {
            None | Some(Looked::Due) => false,
            Some(Looked::Usual(most)) => used <= *most,
            Some(Looked::Unusual) => true,
        }
    }
}

impl Record for Habit {
    const KIND: &'static str = "habit of spending";
}

/// Key of the record.
pub fn key(account: AuthId) -> String {
    format!("spend/{account}")
}

/// Usage of a day.
pub fn used(totals: &SourceTotals) -> Result<Money, Fault> {
    let mut sum = Money::ZERO;
    for (code, part) in &totals.by {
        if matches!(ChargeCode::parse(code), Some(ChargeCode::Usage(..))) {
            sum = sum.plus(part.amount)?;
        }
    }
    Ok(sum)
}

/// Usage of an account on a local day.
pub fn used_on(turn: &Turn<'_>, account: AuthId, day: Date) -> Result<Money, Fault> {
    turn.get::<SourceTotals>(&day_key(account, day))?.map_or(Ok(Money::ZERO), |totals| used(&totals))
}

/// Totals of these days of accounts have grown: who has used much on one of them is looked at. Today and yesterday are looked at anyway; only
/// earlier days are noted, of usage that was reported late.
pub(crate) fn usage_folded(
    turn: &mut Turn<'_>,
    days: &BTreeMap<AuthId, BTreeSet<Date>>,
    zones: &BTreeMap<AuthId, TimeZone>,
) -> Result<(), Fault> {
    let policy = Policy::load(turn)?;
    if policy.unusual_spend(Currency::USD).factor == 0 {
        return Ok(());
    }
    for (account, days) in days {
        let rule = policy.unusual_spend(profile::profile(turn, *account)?.currency);
        let Some(zone) = zones.get(account) else { continue };
        let yesterday = calendar::days_before(calendar::local_day(zone, turn.now()), 1);
        let mut habit = None;
        let (mut looks, mut late) = (false, false);
        for day in days {
            let used = used_on(turn, *account, *day)?;
            if used <= rule.floor {
                continue;
            }
            let habit = match &mut habit {
                Some(habit) => habit,
                none => none.insert(Habit::load(turn, *account)?),
            };
            if habit.is_known(*day, used) {
                continue;
            }
            looks = true;
            if *day < yesterday {
                late = true;
                habit.days.insert(day.to_string(), Looked::Due);
            }
        }
        if let Some(habit) = habit.filter(|_| late) {
            habit.save(turn, *account);
        }
        if looks {
            turn.timer(&JOB.of(*account), Lane::Bulk, turn.now());
        }
    }
    Ok(())
}
