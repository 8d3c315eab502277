//! What lots could not cover: one receivable a UTC day, paid by any credit before it becomes a lot (R2, R81).

use crate::charges;
use crate::lots::OfMonth;
use crate::rent_owed;
use crate::wallet::ended::{self, OfDay};
use crate::wallet::payer::{Claim, Payer, span_of_days};
use crate::wallet::record::{Wallet, is_zero};
use crate::wallet::stored::{currency, need, save};
use coinbox_ground::calendar::{self, Month};
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is owed since one UTC day. Usage of a day is one receivable: it has one age and is paid as one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Receivable {
    v: u32,
    /// Open amount.
    pub amount: Money,
    /// When it was first owed.
    pub since: Instant,
    /// How much of it is rent (NUM-4): the part of a day that is paid first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rent: Money,
    /// How much of it is no charge: tax and rounding of a cycle, payments that were taken back. It is paid last of its day.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub other: Money,
    /// How much of what is no charge chargebacks have left owed, each for itself: paid last of it (R84).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
}

/// Claims of one day that are told apart. What is beyond is owed like any other part of it.
const CLAIMS_MAX: usize = 1_000;

impl Receivable {
    fn since(at: Instant) -> Receivable {
        Receivable { v: 1, amount: Money::ZERO, since: at, rent: Money::ZERO, other: Money::ZERO, claims: Vec::new() }
    }

    /// Takes so much off its claims, the oldest first.
    fn take_claims(&mut self, amount: Money, taken: &mut Vec<(Claim, Instant)>) -> Result<(), Fault> {
        let mut left = amount;
        for claim in &mut self.claims {
            let part = left.min(claim.amount);
            if part > Money::ZERO {
                claim.amount = claim.amount.minus(part)?;
                left = left.minus(part)?;
                taken.push((Claim { amount: part, ..claim.clone() }, self.since));
            }
        }
        self.claims.retain(|claim| claim.amount > Money::ZERO);
        Ok(())
    }

    /// Takes so much off what is no charge: what no chargeback has left first.
    fn take_other(&mut self, amount: Money, taken: &mut Vec<(Claim, Instant)>) -> Result<(), Fault> {
        let mut claimed = Money::ZERO;
        for claim in &self.claims {
            claimed = claimed.plus(claim.amount)?;
        }
        let plain = self.other.minus(claimed)?.max(Money::ZERO);
        self.other = self.other.minus(amount)?;
        self.take_claims(amount.minus(amount.min(plain))?, taken)
    }
}

impl Record for Receivable {
    const KIND: &'static str = "receivable";
}

/// Beginning of every key.
const PREFIX: &str = "owe/";

/// Where lies what an account owes since the day of a moment.
fn key(account: AuthId, at: Instant) -> String {
    format!("{PREFIX}{account}/{}", calendar::day_name(at))
}

/// Owes an amount of today.
pub fn owe(turn: &mut Turn<'_>, account: AuthId, amount: Money) -> Result<(), Fault> {
    let key = key(account, turn.now());
    let mut receivable = turn.get::<Receivable>(&key)?.unwrap_or(Receivable::since(turn.now()));
    receivable.amount = receivable.amount.plus(amount)?;
    turn.put(&key, &receivable);
    Ok(())
}

/// What is owed since the days from one moment to another, both included.
pub fn owed_between(turn: &Turn<'_>, account: AuthId, from: Instant, to: Instant) -> Result<Money, Fault> {
    let mut owed = Money::ZERO;
    for (_, receivable) in owed_days(turn, account, from, to)? {
        owed = owed.plus(receivable.amount)?;
    }
    Ok(owed)
}

/// The same in whole smallest units, half up: what could be collected of it (R4). Zero: less than the gateway can move.
pub fn owed_whole_between(turn: &Turn<'_>, account: AuthId, from: Instant, to: Instant) -> Result<Money, Fault> {
    Ok(owed_between(turn, account, from, to)?.to_whole_half_up(currency(turn, account)?)?)
}

/// Receivables of the days from one moment to another, oldest first.
fn owed_days(turn: &Turn<'_>, account: AuthId, from: Instant, to: Instant) -> Result<Vec<(String, Receivable)>, Fault> {
    let (mut first, end) = span_of_days("owe", account, Some((from, to)));
    let mut days = Vec::new();
    loop {
        let (page, more) = turn.span::<Receivable>(&first, &end, RECEIVABLE_DAYS)?;
        if let Some((last, _)) = page.last() {
            first = successor(last);
        }
        days.extend(page);
        if !more {
            return Ok(days);
        }
    }
}

/// Moves what has just become owed to an earlier day: closing postings belong to the cycle that they close (R26), and what a
/// chargeback reopens to its invoice (R84). They are no charges.
pub fn owe_since(turn: &mut Turn<'_>, account: AuthId, amount: Money, at: Instant) -> Result<(), Fault> {
    let (today, earlier) = (key(account, turn.now()), key(account, at));
    if amount == Money::ZERO {
        return Ok(());
    }
    if today == earlier {
        return owe_as_other(turn, account, amount);
    }
    let mut now: Receivable = turn.need(&today)?;
    now.amount = now.amount.minus(amount)?;
    now.other = now.other.min(now.amount);
    if now.amount == Money::ZERO {
        turn.remove(&today);
    } else {
        turn.put(&today, &now);
    }
    let mut then = turn.get::<Receivable>(&earlier)?.unwrap_or(Receivable::since(at));
    then.amount = then.amount.plus(amount)?;
    then.other = then.other.plus(amount)?;
    turn.put(&earlier, &then);
    Ok(())
}

/// Takes off what is owed since the days from one moment to another, newest first. The caller posts it. Answers how much of it are charges, by the month
/// since which they were owed.
pub fn forgive_between(
    turn: &mut Turn<'_>,
    account: AuthId,
    from: Instant,
    to: Instant,
    amount: Money,
) -> Result<Vec<(Month, Money)>, Fault> {
    let mut wallet = need(turn, account)?;
    wallet.balance = wallet.balance.plus(amount)?;
    save(turn, account, &wallet);
    let mut left = amount;
    let (mut charges, mut claims) = (Vec::new(), Vec::new());
    for (key, mut receivable) in owed_days(turn, account, from, to)?.into_iter().rev() {
        let less = left.min(receivable.amount);
        left = left.minus(less)?;
        receivable.amount = receivable.amount.minus(less)?;
        // What is no charge is forgiven first, and what is not rent before rent.
        let of_other = less.min(receivable.other);
        receivable.take_other(of_other, &mut claims)?;
        if less > of_other {
            charges.push((Month::of(receivable.since), less.minus(of_other)?));
        }
        let of_rent = receivable.rent.minus(receivable.rent.min(receivable.amount))?;
        receivable.rent = receivable.rent.minus(of_rent)?;
        rent_owed::pay(turn, account, of_rent)?;
        if receivable.amount == Money::ZERO {
            turn.remove(&key);
        } else {
            turn.put(&key, &receivable);
        }
    }
    assert!(left == Money::ZERO, "no more is forgiven than is owed");
    charges::note_payer(turn, account, &Payer::Rounded, claims)?;
    Ok(charges)
}

/// Notes that this part of what has just been owed is rent.
pub fn owe_as_rent(turn: &mut Turn<'_>, account: AuthId, amount: Money) -> Result<(), Fault> {
    let key = key(account, turn.now());
    let mut receivable: Receivable = turn.need(&key)?;
    receivable.rent = receivable.rent.plus(amount)?;
    turn.put(&key, &receivable);
    Ok(())
}

/// Notes that this part of what has just been owed is no charge.
pub fn owe_as_other(turn: &mut Turn<'_>, account: AuthId, amount: Money) -> Result<(), Fault> {
    if amount == Money::ZERO {
        return Ok(());
    }
    let key = key(account, turn.now());
    let mut receivable: Receivable = turn.need(&key)?;
    receivable.other = receivable.other.plus(amount)?;
    turn.put(&key, &receivable);
    Ok(())
}

/// Notes that so much of what is owed since a day and is no charge was left by a chargeback.
pub fn claim(turn: &mut Turn<'_>, account: AuthId, at: Instant, claim: Claim) -> Result<(), Fault> {
    if claim.amount > Money::ZERO {
        let key = key(account, at);
        let mut receivable: Receivable = turn.need(&key)?;
        if receivable.claims.len() < CLAIMS_MAX {
            receivable.claims.push(claim);
            turn.put(&key, &receivable);
        }
    }
    Ok(())
}

/// The days since which something is owed that a chargeback has left.
fn days_of_claim(
    turn: &Turn<'_>,
    account: AuthId,
    (charge, nth): (u32, u32),
) -> Result<Vec<(String, Receivable)>, Fault> {
    let (mut from, end) = span_of_days("owe", account, None);
    let mut days = Vec::new();
    loop {
        let (page, more) = turn.span::<Receivable>(&from, &end, RECEIVABLE_DAYS)?;
        if let Some((last, _)) = page.last() {
            from = successor(last);
        }
        let of_it = |day: &Receivable| day.claims.iter().any(|claim| claim.charge == charge && claim.nth == nth);
        days.extend(page.into_iter().filter(|(_, day)| of_it(day)));
        if !more {
            return Ok(days);
        }
    }
}

/// Which part of what a chargeback has left owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claimed {
    /// Everything that is owed.
    All,
    /// What is no debt of an issued invoice: it is owed since the day of the chargeback.
    OfItsDay,
}

/// Pays what is still owed of what a chargeback has left, the oldest first and at most so much, before anything else. Answers how much that was.
pub fn pay_claim(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    id: (u32, u32),
    which: Claimed,
    most: Money,
) -> Result<Money, Fault> {
    let mut left = most;
    let is_it = |claim: &&mut Claim| (claim.charge, claim.nth) == id && (which == Claimed::All || !claim.of_invoice);
    for (key, mut day) in days_of_claim(turn, account, id)? {
        for claim in day.claims.iter_mut().filter(is_it) {
            let part = claim.amount.min(left);
            claim.amount = claim.amount.minus(part)?;
            day.other = day.other.minus(part)?;
            day.amount = day.amount.minus(part)?;
            left = left.minus(part)?;
        }
        day.claims.retain(|claim| claim.amount > Money::ZERO);
        if day.amount == Money::ZERO {
            turn.remove(&key);
        } else {
            turn.put(&key, &day);
        }
    }
    let paid = most.minus(left)?;
    wallet.balance = wallet.balance.plus(paid)?;
    Ok(paid)
}

/// What became of that which was still owed of a chargeback when its dispute was won.
pub struct EndedClaim {
    /// All of it, which the payment that is back has paid.
    pub amount: Money,
    /// What went to unpaid rent instead, by the months since which that was owed.
    pub rent: Vec<OfMonth>,
    /// As much of the debts of invoices is still owed in its place, as any other debt, by months.
    pub still_owed: Vec<OfMonth>,
}

/// Pays with what is still owed of a chargeback first rent that is unpaid, as with any credit (R81), then that which it had left, whatever else is owed (R84).
pub fn end_claim(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    id: (u32, u32),
) -> Result<EndedClaim, Fault> {
    let mut amount = Money::ZERO;
    for (_, day) in days_of_claim(turn, account, id)? {
        for claim in day.claims.iter().filter(|claim| (claim.charge, claim.nth) == id) {
            amount = amount.plus(claim.amount)?;
        }
    }
    let (of_rent, rent) = pay_unpaid_rent(turn, account, wallet, amount)?;
    pay_claim(turn, account, wallet, id, Claimed::All, amount.minus(of_rent)?)?;
    let mut still_owed = Vec::new();
    for (key, mut day) in days_of_claim(turn, account, id)? {
        for claim in day.claims.iter().filter(|claim| (claim.charge, claim.nth) == id && claim.of_invoice) {
            still_owed.push(OfMonth { month: Month::of(day.since), amount: claim.amount });
        }
        day.claims.retain(|claim| (claim.charge, claim.nth) != id);
        turn.put(&key, &day);
    }
    Ok(EndedClaim { amount, rent, still_owed })
}

/// The oldest open receivables. The flag: there are more.
pub fn receivables(turn: &Turn<'_>, account: AuthId) -> Result<(Vec<(String, Receivable)>, bool), Fault> {
    turn.list::<Receivable>(&format!("{PREFIX}{account}/"), RECEIVABLE_DAYS)
}

/// Accounts behind one of which anything is owed, in order of auth ID, from at most `limit` days of receivables. The flag: there are more.
pub fn debtors(turn: &Turn<'_>, after: Option<AuthId>, limit: u32) -> Result<(Vec<AuthId>, bool), Fault> {
    let first = after.map_or_else(|| PREFIX.to_owned(), |after| end_of_prefix(&format!("{PREFIX}{after}/")));
    let (days, more) = turn.span_page::<Receivable>(&first, &end_of_prefix(PREFIX), limit)?;
    let mut accounts: Vec<AuthId> = days.iter().filter_map(|(key, _)| AuthId::after(PREFIX, key)).collect();
    accounts.dedup();
    Ok((accounts, more))
}

/// What is owed since each day, by the day's name.
pub fn owed_by_day(turn: &Turn<'_>, account: AuthId) -> Result<BTreeMap<String, Money>, Fault> {
    let (mut first, end) = span_of_days("owe", account, None);
    let days = first.len();
    let mut owed = BTreeMap::new();
    loop {
        let (page, more) = turn.span::<Receivable>(&first, &end, RECEIVABLE_DAYS)?;
        for (key, receivable) in page {
            owed.insert(key[days..].to_owned(), receivable.amount);
            first = successor(&key);
        }
        if !more {
            return Ok(owed);
        }
    }
}

/// What a payment must bring so that nothing is owed any more since the days up to a moment: rent that is unpaid is paid before it, also that
/// of later days (R81).
pub fn to_pay_until(turn: &Turn<'_>, account: AuthId, to: Instant) -> Result<Money, Fault> {
    let (mut owed, mut rent) = (Money::ZERO, Money::ZERO);
    for (_, receivable) in owed_days(turn, account, 0, to)? {
        owed = owed.plus(receivable.amount)?;
        rent = rent.plus(receivable.rent)?;
    }
    // Rent is paid in the order of its days.
    let later = rent_owed::unpaid(turn, account)?.minus(rent)?;
    Ok(owed.plus(later.max(Money::ZERO))?)
}

/// What was paid of what is owed.
pub struct Settled {
    /// How much.
    pub amount: Money,
    /// By the months of its days.
    pub months: Vec<OfMonth>,
    /// How much of it are charges, by the month since which they were owed, oldest first (R86).
    pub charges: Vec<(Month, Money)>,
}

/// A payment on its way through what is owed.
struct Paying {
    left: Money,
    /// Of what was paid, rent.
    rent: Money,
    months: BTreeMap<Month, Money>,
    /// Of what was paid, charges.
    charges: BTreeMap<Month, Money>,
    /// Of what was paid, what chargebacks had left.
    claims: Vec<(Claim, Instant)>,
    /// Of what was paid, everything else, by its days.
    days: Vec<OfDay>,
}

impl Paying {
    /// Pays so much of a day: its rent first, then other charges, last what is no charge.
    fn pay(&mut self, receivable: &mut Receivable, paid: Money) -> Result<(), Fault> {
        let charges = receivable.amount.minus(receivable.other)?.min(paid);
        let of_rent = paid.min(receivable.rent);
        receivable.amount = receivable.amount.minus(paid)?;
        receivable.rent = receivable.rent.minus(of_rent)?;
        let known = self.claims.len();
        receivable.take_other(paid.minus(charges)?, &mut self.claims)?;
        let mut amount = paid;
        for (claim, _) in &self.claims[known..] {
            amount = amount.minus(claim.amount)?;
        }
        self.days.push(OfDay { since: receivable.since, amount, charges });
        self.left = self.left.minus(paid)?;
        self.rent = self.rent.plus(of_rent)?;
        let month = Month::of(receivable.since);
        for (sums, part) in [(&mut self.months, paid), (&mut self.charges, charges)] {
            if part > Money::ZERO {
                let sum = sums.entry(month).or_default();
                *sum = sum.plus(part)?;
            }
        }
        Ok(())
    }

    /// Pays what is owed in a span of keys, the oldest day first and of a day its rent first; with a limit no more than that, and only rent.
    fn walk(&mut self, turn: &mut Turn<'_>, (first, end): (&str, &str), rent_only: Option<Money>) -> Result<(), Fault> {
        let mut from = first.to_owned();
        let mut rent_left = rent_only;
        loop {
            let (page, more) = turn.span::<Receivable>(&from, end, RECEIVABLE_DAYS)?;
            for (key, mut receivable) in page {
                from = successor(&key);
                let open = match rent_left {
                    Some(left) => left.min(receivable.rent),
                    None => receivable.amount,
                };
                let paid = self.left.min(open);
                if paid > Money::ZERO {
                    self.pay(&mut receivable, paid)?;
                    rent_left = rent_left.map(|left| left.minus(paid)).transpose()?;
                    if receivable.amount == Money::ZERO {
                        turn.remove(&key);
                    } else {
                        turn.put(&key, &receivable);
                    }
                }
                if self.left == Money::ZERO || rent_left == Some(Money::ZERO) {
                    return Ok(());
                }
            }
            if !more {
                return Ok(());
            }
        }
    }
}

/// Pays what is owed: unpaid rent first, then everything else, each the oldest day first (R2, R81).
pub(crate) fn pay_owed(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &Wallet,
    amount: Money,
    payer: &Payer,
) -> Result<Settled, Fault> {
    pay_part(turn, account, wallet, Part::All, amount, payer)
}

/// Which part of what is owed a credit may pay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    /// Rent that counts as unpaid, of whatever day.
    UnpaidRent,
    /// What is owed since some days, both included.
    Days(Instant, Instant),
}

/// [`pay_owed`], perhaps of a part only.
fn pay_part(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &Wallet,
    part: Part,
    amount: Money,
    payer: &Payer,
) -> Result<Settled, Fault> {
    let mut paying = Paying {
        left: amount,
        rent: Money::ZERO,
        months: BTreeMap::new(),
        charges: BTreeMap::new(),
        claims: Vec::new(),
        days: Vec::new(),
    };
    if wallet.balance < Money::ZERO {
        let days = match part {
            Part::Days(from, to) => Some((from, to)),
            Part::All | Part::UnpaidRent => None,
        };
        let (first, end) = span_of_days("owe", account, days);
        let unpaid = rent_owed::unpaid(turn, account)?;
        if unpaid > Money::ZERO {
            paying.walk(turn, (&first, &end), Some(unpaid))?;
        }
        if paying.left > Money::ZERO && part != Part::UnpaidRent {
            paying.walk(turn, (&first, &end), None)?;
        }
        rent_owed::pay(turn, account, paying.rent)?;
        ended::note(turn, account, payer, paying.days, &paying.claims)?;
        charges::note_payer(turn, account, payer, paying.claims)?;
    }
    let months = paying.months.into_iter().map(|(month, amount)| OfMonth { month, amount }).collect();
    Ok(Settled { amount: amount.minus(paying.left)?, months, charges: paying.charges.into_iter().collect() })
}

/// Pays rent that is unpaid, and nothing else: any credit does that before it pays what it is meant for (R81). Answers how much that was, and since which
/// months it was owed. No chargeback leaves rent, and no gift comes here: nobody needs to know later what has paid it.
pub fn pay_unpaid_rent(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    amount: Money,
) -> Result<(Money, Vec<OfMonth>), Fault> {
    let Settled { amount: paid, months, .. } =
        pay_part(turn, account, wallet, Part::UnpaidRent, amount, &Payer::Corrected)?;
    wallet.balance = wallet.balance.plus(paid)?;
    Ok((paid, months))
}

/// Pays what is owed since the days from one moment to another before anything else that is owed but [unpaid rent](pay_unpaid_rent): a credit note corrects its
/// own invoice, and a dispute that was won puts back what it had taken (R84). Answers how much that was.
pub fn pay_between(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    (from, to): (Instant, Instant),
    amount: Money,
    payer: &Payer,
) -> Result<Money, Fault> {
    let Settled { amount: paid, .. } = pay_part(turn, account, wallet, Part::Days(from, to), amount, payer)?;
    wallet.balance = wallet.balance.plus(paid)?;
    Ok(paid)
}

/// Days of receivables that are read at a time.
pub const RECEIVABLE_DAYS: usize = 1_000;
