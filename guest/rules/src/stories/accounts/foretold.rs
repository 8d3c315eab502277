//! What the end of a prepaid account comes to, foretold from its history in plain arithmetic: lots, debts, what its months charge, the rounding line of each
//! document, and of the last one what goes back of which payment, to the cent (CRD-12, R4, R17, R23, R85, R86).

use crate::ground::vocabulary::{DAY_MS, Instant};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Micro-units of a cent.
const CENT: i64 = 10_000;
/// How old a payment may be that is given back.
const WINDOW: Instant = 90 * DAY_MS;

/// One payment or gift.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Lot {
    cash: bool,
    /// When it was paid, or when what is left of a gift is removed.
    moment: Instant,
    number: usize,
    amount: i64,
    rest: i64,
}

/// Something that no lot covered, on a UTC day.
struct Debt {
    day: i64,
    /// It was charged: it is not the rounding line of a document.
    charge: bool,
    amount: i64,
}

/// An account without tax, numbers and seats.
pub(crate) struct Foretold {
    now: Instant,
    lots: Vec<Lot>,
    debts: Vec<Debt>,
    /// What was charged in the month that runs, and what of it gifts have paid.
    charged: i64,
    discount: i64,
    /// All rounding lines so far: what was taken, less what was given back.
    pub(crate) rounded: i64,
    /// What was left of gifts when their time was over.
    pub(crate) expired: i64,
}

/// What a closing comes to.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct End {
    /// By the number of the payment, in the order in which they are spent.
    pub(crate) refunds: Vec<(usize, i64)>,
    pub(crate) forfeited: i64,
    /// What whole cents leave over, less what is owed and too little to be paid.
    pub(crate) rounding: i64,
}

fn next_month(at: Instant) -> Instant {
    let date = Timestamp::from_millisecond(at).expect("a moment").to_zoned(TimeZone::UTC).date();
    let first = date.first_of_month().saturating_add(1.month());
    first.to_zoned(TimeZone::UTC).expect("a midnight").timestamp().as_millisecond()
}

fn first_day(of: Instant) -> i64 {
    let date = Timestamp::from_millisecond(of).expect("a moment").to_zoned(TimeZone::UTC).date();
    let first = date.first_of_month().to_zoned(TimeZone::UTC).expect("a midnight");
    first.timestamp().as_millisecond().div_euclid(DAY_MS)
}

/// Whole cents, half a cent away from zero.
fn in_cents(amount: i64) -> i64 {
    amount.signum() * ((amount.abs() + CENT / 2) / CENT * CENT)
}

impl Foretold {
    pub(crate) fn new(now: Instant) -> Foretold {
        let (lots, debts) = (Vec::new(), Vec::new());
        Foretold { now, lots, debts, charged: 0, discount: 0, rounded: 0, expired: 0 }
    }

    pub(crate) fn balance(&self) -> i64 {
        self.lots.iter().map(|lot| lot.rest).sum::<i64>() - self.debts.iter().map(|debt| debt.amount).sum::<i64>()
    }

    /// What a payment of all that is owed would take.
    pub(crate) fn owed_in_cents(&self) -> i64 {
        in_cents(-self.balance().min(0))
    }

    /// Rests in spending order: gifts by their expiry, then the oldest payment.
    pub(crate) fn rests(&self) -> Vec<i64> {
        let mut open: Vec<&Lot> = self.lots.iter().filter(|lot| lot.rest > 0).collect();
        open.sort_by_key(|lot| (lot.cash, lot.moment, lot.number));
        open.into_iter().map(|lot| lot.rest).collect()
    }

    /// Whether a month ends in that time.
    pub(crate) fn month_ends_within(&self, time: Instant) -> bool {
        next_month(self.now) <= self.now + time
    }

    /// Time passes: gifts expire, months end.
    pub(crate) fn pass(&mut self, by: Instant) {
        let end = self.now + by;
        loop {
            let month = next_month(self.now);
            let gifts = self.lots.iter().filter(|lot| !lot.cash && lot.rest > 0).map(|lot| lot.moment);
            let next = gifts.min().map_or(month, |expiry| expiry.min(month));
            if next > end {
                break;
            }
            self.now = next;
            for lot in self.lots.iter_mut().filter(|lot| !lot.cash && lot.moment <= next) {
                self.expired += std::mem::take(&mut lot.rest);
            }
            if next == month {
                self.round((first_day(next - 1), (next - 1).div_euclid(DAY_MS)));
            }
        }
        self.now = end;
    }

    pub(crate) fn paid(&mut self, amount: i64) {
        let (rest, _) = self.pay_debts(amount);
        self.add(true, self.now, amount, rest);
    }

    /// What it pays of charges of the month that runs is a discount of it.
    pub(crate) fn given(&mut self, amount: i64, expires: Option<Instant>) {
        let (rest, discount) = self.pay_debts(amount);
        self.discount += discount;
        self.add(false, expires.unwrap_or(Instant::MAX), amount, rest);
    }

    fn add(&mut self, cash: bool, moment: Instant, amount: i64, rest: i64) {
        self.lots.push(Lot { cash, moment, number: self.lots.len(), amount, rest });
    }

    /// Answers what is left of the amount, and how much it has paid of charges of this month.
    fn pay_debts(&mut self, amount: i64) -> (i64, i64) {
        let (mut left, mut of_month) = (amount, 0);
        let first = first_day(self.now);
        for debt in &mut self.debts {
            let part = left.min(debt.amount);
            debt.amount -= part;
            left -= part;
            of_month += if debt.charge && debt.day >= first { part } else { 0 };
        }
        self.debts.retain(|debt| debt.amount > 0);
        (left, of_month)
    }

    pub(crate) fn charged(&mut self, amount: i64) {
        self.charged += amount;
        self.discount += self.take(amount, self.now.div_euclid(DAY_MS), true);
    }

    /// Takes in spending order; what is not there is owed since that day. Answers what gifts have paid.
    fn take(&mut self, amount: i64, day: i64, charge: bool) -> i64 {
        self.lots.sort_by_key(|lot| (lot.cash, lot.moment, lot.number));
        let (mut left, mut gifts) = (amount, 0);
        for lot in &mut self.lots {
            let part = left.min(lot.rest);
            lot.rest -= part;
            left -= part;
            gifts += if lot.cash { 0 } else { part };
        }
        if left > 0 {
            self.debts.push(Debt { day, charge, amount: left });
            self.debts.sort_by_key(|debt| (debt.day, !debt.charge));
        }
        gifts
    }

    pub(crate) fn written_off(&mut self) {
        self.debts.clear();
    }

    /// A document over these days: what it charges less its discount is whole cents. What is given back makes less what is owed of its days, the newest first;
    /// then the payments are as if so much of the newest had not been spent.
    fn round(&mut self, (first, last): (i64, i64)) {
        let exact = std::mem::take(&mut self.charged) - std::mem::take(&mut self.discount);
        let rounding = in_cents(exact) - exact;
        self.rounded += rounding;
        if rounding >= 0 {
            self.take(rounding, last, false);
            return;
        }
        let mut back = -rounding;
        for debt in self.debts.iter_mut().rev().filter(|debt| (first..=last).contains(&debt.day)) {
            let part = back.min(debt.amount);
            debt.amount -= part;
            back -= part;
        }
        self.debts.retain(|debt| debt.amount > 0);
        self.lots.sort_by_key(|lot| lot.number);
        for place in (0..self.lots.len()).rev().filter(|place| self.lots[*place].cash).collect::<Vec<_>>() {
            loop {
                let part = back.min(self.lots[place].amount - self.lots[place].rest);
                if part == 0 {
                    break;
                }
                let (kept, _) = self.pay_debts(part);
                self.lots[place].rest += kept;
                back -= part;
            }
        }
        if back > 0 {
            let (rest, _) = self.pay_debts(back);
            self.add(false, Instant::MAX, back, rest);
        }
    }

    /// The final invoice of an account whose closing has begun at that moment. None: something is owed, and it waits.
    pub(crate) fn end(&mut self, begun: Instant) -> Option<End> {
        self.round((first_day(self.now), self.now.div_euclid(DAY_MS)));
        if self.owed_in_cents() > 0 {
            return None;
        }
        let payments = self.lots.iter().filter(|lot| lot.cash).map(|lot| lot.number);
        let mut payments: Vec<usize> = payments.collect();
        payments.sort_unstable();
        let mut end = End { refunds: Vec::new(), forfeited: 0, rounding: self.balance().min(0) };
        self.lots.sort_by_key(|lot| (lot.cash, lot.moment, lot.number));
        for lot in self.lots.drain(..) {
            if !lot.cash || lot.moment < begun - WINDOW {
                end.forfeited += lot.rest;
                continue;
            }
            end.rounding += lot.rest % CENT;
            if lot.rest >= CENT {
                let number = payments.binary_search(&lot.number).expect("it is a payment");
                end.refunds.push((number, lot.rest - lot.rest % CENT));
            }
        }
        self.debts.clear();
        Some(end)
    }
}
