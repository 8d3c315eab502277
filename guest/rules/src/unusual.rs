//! Spending far above an account's own habit puts it into the operator's queue (R33, ACC-8).
//!
//! What counts is usage, by the account's local day: rent, seats and set-up fees come at once by their nature. A day is unusual if more was
//! used on it than the policy's factor times the daily average of the seven days before. An account that has no such days behind it has no
//! habit: only a day above an amount of the policy is unusual then. Days in a row are one episode, told once.
//!
//! The figures are the daily totals, so debits pay nothing for the rule. Where the folding of the ledger sees a day above the least amount
//! it sets a timer for the account, once a day and again if the day goes beyond what would be unusual; only that job reads the days before.
//!
//! | key | what |
//! |---|---|
//! | `spend/<account>` | from which amount on the present day is unusual, and the last day that was |

use crate::accounts;
use crate::calendar;
use crate::call::{Call, Record};
use crate::charge_code::ChargeCode;
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::jobs::{JobKey, Next};
use crate::money::Money;
use crate::policy::{Policy, UnusualSpend};
use crate::port::Lane;
use crate::queue::{self, QueueEntry};
use crate::totals::{self, SourceTotals};
use crate::vocabulary::{Fact, Fault, Instant};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Days of the average.
const DAYS: i32 = 7;
/// Kind of the queue's item and of the event.
pub(crate) const KIND: &str = "unusual-spend";

/// What is known of an account's habit.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct Habit {
    v: u32,
    /// The day that was last looked at, and what it may come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    #[serde(default)]
    usual: Money,
    /// The last unusual day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unusual: Option<String>,
    /// Since when the queue says so; the item may be gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queued: Option<Instant>,
}

impl Record for Habit {
    const KIND: &'static str = "habit of spending";
}

fn key(account: AuthId) -> String {
    format!("spend/{account}")
}

fn queue_key(account: AuthId, since: Instant) -> String {
    queue::single_key(since, &format!("{account}/spend"))
}

/// Usage of a day.
fn used(totals: &SourceTotals) -> Result<Money, Fault> {
    let mut sum = Money::ZERO;
    for (code, part) in &totals.by {
        if matches!(ChargeCode::parse(code), Some(ChargeCode::Usage(..))) {
            sum = sum.plus(part.amount)?;
        }
    }
    Ok(sum)
}

fn used_on(call: &Call<'_>, account: AuthId, day: Date) -> Result<Money, Fault> {
    call.get::<SourceTotals>(&totals::day_key(account, day))?.map_or(Ok(Money::ZERO), |totals| used(&totals))
}

/// Totals of these days of accounts have grown: who has used much today or yesterday is looked at.
pub(crate) fn usage_folded(
    call: &mut Call<'_>,
    days: &BTreeMap<AuthId, BTreeSet<Date>>,
    zones: &BTreeMap<AuthId, TimeZone>,
) -> Result<(), Fault> {
    let rule = Policy::load(call)?.unusual_spend();
    if rule.factor == 0 {
        return Ok(());
    }
    for (account, days) in days {
        let Some(zone) = zones.get(account) else { continue };
        let yesterday = calendar::days_before(calendar::local_day(zone, call.now()), 1);
        for day in days.iter().filter(|day| **day >= yesterday) {
            let used = used_on(call, *account, *day)?;
            if used <= Money::from_micros(rule.floor) {
                continue;
            }
            let habit = call.get::<Habit>(&key(*account))?.unwrap_or_default();
            let name = Some(day.to_string());
            let known = habit.unusual == name || (habit.day == name && used <= habit.usual);
            if !known {
                call.timer(&JobKey::Unusual(*account).to_string(), Lane::Bulk, call.now());
            }
        }
    }
    Ok(())
}

/// Looks at the present day and the one before.
pub(crate) fn run(call: &mut Call<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    let rule = Policy::load(call)?.unusual_spend();
    call.cancel(&JobKey::Unusual(account).to_string());
    if rule.factor == 0 || accounts::is_closed(call, account)? {
        return Ok(Some(Next::Rest));
    }
    let profile = accounts::profile(call, account)?;
    let zone = calendar::zone(&profile.timezone);
    let today = calendar::local_day(&zone, call.now());
    let created = calendar::local_day(&zone, profile.created);
    let mut habit = call.get::<Habit>(&key(account))?.unwrap_or_default();
    habit.v = 1;
    for day in [calendar::days_before(today, 1), today] {
        let used = used_on(call, account, day)?;
        if used <= Money::from_micros(rule.floor) || habit.unusual == Some(day.to_string()) {
            continue;
        }
        let of = Usual::of(call, account, day, created, rule)?;
        habit.day = Some(day.to_string());
        habit.usual = of.most;
        if used > of.most {
            let before = calendar::days_before(day, 1).to_string();
            let goes_on = habit.unusual.as_ref() == Some(&before);
            habit.unusual = Some(day.to_string());
            if !goes_on {
                flag(call, account, &mut habit, (day, used), &of, rule.factor);
            }
        }
    }
    call.put(&key(account), &habit);
    Ok(Some(Next::Rest))
}

/// What a day may come to before it is unusual.
struct Usual {
    most: Money,
    average: Money,
    /// Whatever the average.
    floor: Money,
}

impl Usual {
    fn of(call: &Call<'_>, account: AuthId, day: Date, created: Date, rule: UnusualSpend) -> Result<Usual, Fault> {
        let first = calendar::days_before(day, DAYS);
        let mut sum = Money::ZERO;
        for back in 1..=DAYS {
            sum = sum.plus(used_on(call, account, calendar::days_before(day, back))?)?;
        }
        let has_habit = created <= first && sum > Money::ZERO;
        let floor = Money::from_micros(if has_habit { rule.floor } else { rule.without_history });
        // More than the factor times the average: in whole micros nothing lies between the two.
        let times = i128::from(sum.micros()) * i128::from(rule.factor) / i128::from(DAYS);
        let times = i64::try_from(times).map_or(Money::from_micros(i64::MAX), Money::from_micros);
        let average = Money::posted(sum.to_decimal() / rust_decimal::Decimal::from(DAYS))?;
        Ok(Usual { most: times.max(floor), average, floor })
    }
}

fn flag(call: &mut Call<'_>, account: AuthId, habit: &mut Habit, (day, spent): (Date, Money), of: &Usual, factor: u32) {
    // One item an account: what nobody has looked at yet gives way to the newer one.
    if let Some(since) = habit.queued.take() {
        call.remove(&queue_key(account, since));
    }
    let since = call.now();
    let average = of.average;
    let note = format!("{spent} was spent on {day}; the daily average of the {DAYS} days before is {average}");
    call.put(&queue_key(account, since), &QueueEntry::new(Some(account), KIND, since, note));
    habit.queued = Some(since);
    let facts = vec![
        Fact::new("day", day),
        Fact::new("spent", spent),
        Fact::new("average", average),
        Fact::new("factor", factor),
        Fact::new("floor", of.floor),
    ];
    let (account, rule) = (Some(account), "ACC-8");
    emit(call, EventDraft { account, kind: KIND, rule, facts, transactions: Vec::new() });
}
