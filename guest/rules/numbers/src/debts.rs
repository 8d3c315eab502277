//! Rent that is owed: what of it is paid, who is warned, which numbers go (NUM-4, R19).
//!
//! What lots cannot cover is a receivable of its day; of it, the part that is rent is known. Any credit pays unpaid rent before everything else that
//! is owed (R81), the oldest day first, so rent is paid in the order in which it was posted, and one sum says what is paid: an
//! account keeps how much rent it has ever owed and how much of that it has paid, and a number's rent is paid once the second sum has
//! reached the place that the first had after it. Nothing has to be touched at a payment but that sum.

use super::records::{self, Rented};
use super::{releasing, rent};
use crate::owing::{JOB, RELEASES_PER_CALL, release_at};
use coinbox_credit::movements::posting;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, Instant};
use coinbox_ledger::rent_owed::load;
use coinbox_ledger::rent_owed::{Unpaid, key, paid, unpaid};
use coinbox_ledger::wallet;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;

/// Numbers that a mail names.
const NAMED_MAX: usize = 20;

/// Looks at what is unpaid soon: the policy has changed.
pub fn look_again(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    if load(turn, account)?.is_some_and(|rent| !rent.open.is_empty()) {
        turn.timer(&JOB.of(account), Lane::Normal, turn.now());
    }
    Ok(())
}

/// Warns about unpaid rent, and releases the numbers whose time is over.
pub(crate) fn watch(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    if load(turn, account)?.is_none() {
        return Ok(None);
    }
    let job = JOB.of(account);
    let now = turn.now();
    if release_due(turn, account, now, RELEASES_PER_CALL)? > 0 {
        // More may be due, and rent of a month that has just begun may have been owed meanwhile: everything is looked at once more.
        turn.timer(&job, Lane::Normal, now);
        return Ok(Some(Next::Again));
    }
    let mut rent = load(turn, account)?.unwrap_or_default();
    let policy = Policy::load(turn)?;
    let payable = is_payable(turn, account)?;
    let paid = rent.paid;
    rent.due = rent.due_by(now);
    rent.open.retain(|open| open.to > paid);
    let unpaid: Vec<(String, Rented, Instant)> = records::all(turn, account)?
        .into_iter()
        .filter_map(|(key, rented)| {
            let since = rented.unpaid(paid)?.since;
            Some((key, rented, since))
        })
        .collect();
    let is_due = |since: Instant| since + policy.rent_grace_ms <= now;
    // What is not asked for yet is no part of what a mail asks for.
    let owed = rent.due(turn, account)?.minus(paid)?.max(Money::ZERO);
    for open in &mut rent.open {
        let mails = open.mails(&policy);
        let due = u32::try_from(mails.iter().filter(|moment| **moment <= now).count()).unwrap_or(u32::MAX);
        if !payable {
            continue;
        }
        if due > open.warned && !is_due(open.since) {
            let day = calendar::day_name(open.since);
            let numbers = unpaid.iter().filter(|(_, _, since)| calendar::day_name(*since) == day).count();
            if numbers > 0 {
                warn(turn, account, numbers, owed, open.deadline(&policy))?;
            }
        }
        open.warned = open.warned.max(due);
    }
    // A day is watched until its rent is paid or the last of its numbers is gone; the debt stays.
    let after = |open: &Unpaid| {
        let debts = unpaid.iter().flat_map(|(_, rented, _)| &rented.debts);
        !is_due(open.since) || debts.into_iter().any(|debt| debt.to > paid && debt.to <= open.to && !is_due(debt.since))
    };
    rent.open = rent.open.iter().filter(|open| after(open)).cloned().collect();
    turn.put(&key(account), &rent);
    let mails = rent.open.iter().flat_map(|open| open.mails(&policy));
    let deadlines = rent.open.iter().map(|open| open.deadline(&policy));
    let releases = unpaid.iter().map(|(_, _, since)| since + policy.rent_grace_ms);
    match mails.chain(deadlines).chain(releases).filter(|moment| *moment > now).min() {
        Some(next) => turn.timer(&job, Lane::Normal, next),
        None => turn.cancel(&job),
    }
    Ok(Some(Next::Rest))
}

/// Whether so much is owed that it can be paid. Less than half a cent cannot (R4): nobody is asked for it, and no number is lost over it.
fn is_payable(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(wallet::need(turn, account)?.owed_whole()? > Money::ZERO)
}

/// Whether one of these numbers of an account is to be released by a moment if nothing is paid.
pub(super) fn has_due(
    turn: &Turn<'_>,
    account: AuthId,
    numbers: &[(String, Rented)],
    at: Instant,
) -> Result<bool, Fault> {
    if numbers.iter().all(|(_, rented)| rented.debts.is_empty()) {
        return Ok(false);
    }
    let (paid, policy) = (paid(turn, account)?, Policy::load(turn)?);
    Ok(numbers.iter().any(|(_, rented)| release_at(rented, paid, &policy).is_some_and(|moment| moment <= at)))
}

/// Releases numbers whose time is over at a moment that has come, no more than so many, and answers how many those were. None: there is none
/// left. What less than half a cent is owed for is rounded away instead.
pub(super) fn release_due(turn: &mut Turn<'_>, account: AuthId, at: Instant, most: usize) -> Result<usize, Fault> {
    let Some(rent) = load(turn, account)? else { return Ok(0) };
    let policy = Policy::load(turn)?;
    if rent.open.iter().any(|open| open.deadline(&policy) <= at) && !is_payable(turn, account)? {
        posting::round_off(turn, account, turn.now(), "rent")?;
    }
    let paid = paid(turn, account)?;
    let mut numbers = records::all(turn, account)?;
    let due = |rented: &Rented| release_at(rented, paid, &policy).filter(|moment| *moment <= at);
    let Some(earliest) = numbers.iter().filter_map(|(_, rented)| due(rented)).min() else { return Ok(0) };
    // If the moment is long past, months may have begun before it whose rent is not taken yet: that comes first, of all numbers in order.
    let month = rent::last_month_until(earliest);
    let mut behind: Vec<(String, Rented)> =
        numbers.iter().filter(|(_, rented)| rented.is_behind(month)).cloned().collect();
    if behind.len() <= rent::CATCH_UP_LINES_MAX && rent::post(turn, account, &mut behind, month)? {
        judge(turn, account, Occasion::Debit)?;
        numbers = records::all(turn, account)?;
    }
    numbers.retain(|(_, rented)| due(rented).is_some_and(|moment| rent::last_month_until(moment) == month));
    numbers.truncate(most);
    let count = numbers.len();
    release(turn, account, numbers)?;
    Ok(count)
}

fn warn(turn: &mut Turn<'_>, account: AuthId, numbers: usize, owed: Money, deadline: Instant) -> Result<(), Fault> {
    let days = (deadline - turn.now() + DAY_MS - 1).div_euclid(DAY_MS);
    let mut facts = vec![Fact::new("numbers", numbers), Fact::new("amount", owed), Fact::new("days", days)];
    let told = feed::event(account, "rent-owed", "NUM-4").facts(facts.clone()).fact("release-at", deadline);
    facts.push(Fact::new("release-on", calendar::day_name(deadline)));
    facts.push(Fact::new("owed", wallet::need(turn, account)?.owed_whole()?));
    told.tell(turn);
    mail::send(turn, account, "rent-owed", facts)
}

fn release(turn: &mut Turn<'_>, account: AuthId, numbers: Vec<(String, Rented)>) -> Result<(), Fault> {
    let count = numbers.len();
    let mut named: Vec<String> = numbers.iter().take(NAMED_MAX).map(|(_, rented)| rented.number().to_owned()).collect();
    if count > NAMED_MAX {
        named.push("…".to_owned());
    }
    releasing::release(turn, account, numbers, "rent-unpaid", None)?;
    let owed = unpaid(turn, account)?;
    let facts = vec![Fact::new("count", count), Fact::new("numbers", named.join(", ")), Fact::new("amount", owed)];
    mail::send(turn, account, "number-released", facts)
}
