//! What of the rent is owed: which part of a debit, since when, and when a number goes for it (NUM-4).

use crate::records::{Debt, Rented};
use coinbox_ground::calendar;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fault, Instant};
use coinbox_invoices as invoices;
use coinbox_ledger::rent_owed::load;
use coinbox_ledger::rent_owed::{Unpaid, key};
use coinbox_ledger::wallet;
use coinbox_profiles::policy::Policy;

/// Jobs that warn of rent that is owed, and release numbers for it.
pub(crate) const JOB: JobKind<AuthId> = JobKind::new("rent-owed");

/// Numbers released in one call.
pub(crate) const RELEASES_PER_CALL: usize = 200;

/// When a number is released if nothing is paid.
pub fn release_at(rented: &Rented, paid: Money, policy: &Policy) -> Option<Instant> {
    rented.unpaid(paid).map(|debt| debt.since + policy.rent_grace_ms)
}

/// What of each amount is not covered when the first ones are paid first and `owed` is left over in all.
pub fn tail(amounts: &[Money], owed: Money) -> Result<Vec<Money>, Fault> {
    let mut left = owed;
    let mut uncovered = vec![Money::ZERO; amounts.len()];
    for (amount, place) in amounts.iter().zip(&mut uncovered).rev() {
        *place = left.min(*amount);
        left = left.minus(*place)?;
    }
    Ok(uncovered)
}

/// Notes that of what was just owed these amounts are rent, in this order. Answers the debt of each that is not zero.
pub fn owe(turn: &mut Turn<'_>, account: AuthId, amounts: &[Money]) -> Result<Vec<Option<Debt>>, Fault> {
    let mut sum = Money::ZERO;
    for amount in amounts {
        sum = sum.plus(*amount)?;
    }
    if sum == Money::ZERO {
        return Ok(vec![None; amounts.len()]);
    }
    let since = unpaid_since(turn, account)?;
    let mut rent = load(turn, account)?.unwrap_or_default();
    rent.v = 1;
    let mut debts = Vec::with_capacity(amounts.len());
    for amount in amounts {
        rent.owed = rent.owed.plus(*amount)?;
        debts.push((*amount > Money::ZERO).then_some(Debt { since, to: rent.owed }));
    }
    let paid = rent.paid;
    if since <= turn.now() {
        rent.due = rent.owed;
    }
    rent.open.retain(|open| open.to > paid);
    match rent.open.last_mut() {
        Some(open) if calendar::day_name(open.since) == calendar::day_name(since) => open.to = rent.owed,
        _ => rent.open.push(Unpaid { since, to: rent.owed, warned: 0 }),
    }
    turn.put(&key(account), &rent);
    wallet::owe_as_rent(turn, account, sum)?;
    // At once, also if there is nothing to say yet: the job knows what else it waits for.
    turn.timer(&JOB.of(account), Lane::Normal, turn.now());
    Ok(debts)
}

/// Since when rent that is posted now counts as unpaid. A postpaid account pays with its invoice: from a day after that is issued, when
/// the first attempt to charge it has been made (decision 14).
pub(crate) fn unpaid_since(turn: &Turn<'_>, account: AuthId) -> Result<Instant, Fault> {
    if wallet::need(turn, account)?.credit_limit().is_none() {
        return Ok(turn.now());
    }
    Ok(invoices::end_of_cycle(turn, account)? + DAY_MS)
}
