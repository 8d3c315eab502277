//! Spending far above an account's own habit puts it into the operator's queue (R33, ACC-8).
//!
//! What counts is usage, by the account's local day: rent, seats and set-up fees come at once by their nature. A day is unusual if more was
//! used on it than the policy's factor times the daily average of the seven days before. An account that is younger than these days, or has never
//! used anything before, has no habit: only a day above an amount of the policy is unusual then. One that has been silent has the habit to use
//! nothing. Days in a row are one episode, told once. Usage that is reported late counts on its day.
//!
//! The figures are the daily totals, so debits pay nothing for the rule. Where the folding of the ledger sees a day above the least amount
//! it sets a timer for the account, once a day and again if the day goes beyond what would be unusual; only that job reads the days before.
//!
//! | key | what |
//! |---|---|
//! | `spend/<account>` | the days that were looked at or are to be, with the amount from which on each is unusual |

use coinbox_ground::calendar;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::money::Money;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::totals::habit;
use coinbox_ledger::totals::habit::{Habit, Looked, used, used_on};
use coinbox_ledger::totals::{self, SourceTotals};
use coinbox_profiles::policy::{Policy, SpendRule};
use coinbox_profiles::profile;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Days of the average.
const DAYS: i32 = 7;
/// Kind of the queue's item and of the event.
const KIND: &str = queue::UNUSUAL_SPEND;

/// Days before that are searched for any use at all.
const SEARCHED: u32 = 100;

fn queue_key(account: AuthId, since: Instant) -> String {
    queue::single_key(since, &format!("{account}/spend"))
}

/// Looks at today, yesterday and the earlier days that are due, the earliest first.
pub fn run(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    let profile = profile::profile(turn, account)?;
    let rule = Policy::load(turn)?.unusual_spend(profile.currency);
    turn.cancel(&habit::JOB.of(account));
    if rule.factor == 0 || profile.standing() == profile::Standing::Closed {
        return Ok(Some(Next::Rest));
    }
    let zone = calendar::zone(&profile.timezone);
    let today = calendar::local_day(&zone, turn.now());
    let created = calendar::local_day(&zone, profile.created);
    let mut habit = Habit::load(turn, account)?;
    let due = habit.days.iter().filter(|(_, looked)| **looked == Looked::Due);
    // What is no date was not written by these rules.
    let mut due: BTreeSet<Date> = due.filter_map(|(day, _)| day.parse().ok()).collect();
    due.extend([calendar::days_before(today, 1), today]);
    for day in due {
        let used = used_on(turn, account, day)?;
        if used <= rule.floor || habit.is_known(day, used) {
            continue;
        }
        let of = Usual::of(turn, account, day, created, rule)?;
        if used <= of.most {
            habit.days.insert(day.to_string(), Looked::Usual(of.most));
            continue;
        }
        habit.days.insert(day.to_string(), Looked::Unusual);
        if habit.days.get(&calendar::days_before(day, 1).to_string()) != Some(&Looked::Unusual) {
            flag(turn, account, &mut habit, (day, used), &of, rule.factor);
        }
    }
    habit.save(turn, account);
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
    fn of(turn: &Turn<'_>, account: AuthId, day: Date, created: Date, rule: SpendRule) -> Result<Usual, Fault> {
        let first = calendar::days_before(day, DAYS);
        let mut sum = Money::ZERO;
        for back in 1..=DAYS {
            sum = sum.plus(used_on(turn, account, calendar::days_before(day, back))?)?;
        }
        let has_habit = created <= first && (sum > Money::ZERO || has_used(turn, account, first)?);
        let floor = if has_habit { rule.floor } else { rule.without_history };
        // More than the factor times the average: in whole micros nothing lies between the two.
        let times = i128::from(sum.micros()) * i128::from(rule.factor) / i128::from(DAYS);
        let times = i64::try_from(times).map_or(Money::from_micros(i64::MAX), Money::from_micros);
        let average = Money::posted(sum.to_decimal() / rust_decimal::Decimal::from(DAYS))?;
        Ok(Usual { most: times.max(floor), average, floor })
    }
}

/// Whether an account has used anything before a day.
fn has_used(turn: &Turn<'_>, account: AuthId, before: Date) -> Result<bool, Fault> {
    let (first, end) = (totals::day_key(account, Date::ZERO), totals::day_key(account, before));
    let (page, more) = turn.span_page_back::<SourceTotals>(&first, &end, SEARCHED)?;
    for (_, totals) in &page {
        if used(totals)? > Money::ZERO {
            return Ok(true);
        }
    }
    // Of an account that has been charged for so many days the rest need not be read.
    Ok(more)
}

fn flag(turn: &mut Turn<'_>, account: AuthId, habit: &mut Habit, (day, spent): (Date, Money), of: &Usual, factor: u32) {
    // One item an account: what nobody has looked at yet gives way to the newer one.
    if let Some(since) = habit.queued.take() {
        turn.remove(&queue_key(account, since));
    }
    let since = turn.now();
    let average = of.average;
    let note = format!("{spent} was spent on {day}; the daily average of the {DAYS} days before is {average}");
    turn.put(&queue_key(account, since), &QueueEntry::new(Some(account), KIND, since, note));
    habit.queued = Some(since);
    feed::event(account, KIND, "ACC-8")
        .fact("day", day)
        .fact("spent", spent)
        .fact("average", average)
        .fact("factor", factor)
        .fact("floor", of.floor)
        .tell(turn);
}
