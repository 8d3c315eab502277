//! Billing cycles of the model: a month or a calendar quarter, which months an invoice charges, and what gifts have paid of them (INV-1, R26, R28, R83,
//! R86).

use coinbox_host::months::{month_of, next_month};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Something that has paid charges: a gift, or the rounding of what was too little to be paid.
#[derive(Clone, Debug)]
struct Paying {
    at: i64,
    /// By the beginnings of the months of the charges.
    months: BTreeMap<i64, i64>,
}

/// What was charged and not invoiced yet, and what invoices came to.
#[derive(Clone, Debug, Default)]
pub struct Cycles {
    pub(in crate::model) quarterly: bool,
    /// Up to where invoices have every charge.
    invoiced: i64,
    /// By the beginnings of months: what was charged, and what gifts that were there had paid of it.
    months: BTreeMap<i64, (i64, i64)>,
    /// Gifts that came later.
    gifts: Vec<Paying>,
    rounded_off: Vec<Paying>,
    /// By the ends of invoices: what they charge, and their discounts.
    pub documents: BTreeMap<i64, (i64, i64)>,
}

/// What an invoice has.
pub(crate) struct Sums {
    pub(crate) charged: i64,
    pub(crate) discount: i64,
    /// What of it was too little to be paid and was rounded away before.
    pub(crate) rounded_off: i64,
}

/// Whether quarters begin at this beginning of a month.
fn begins_quarter(month: i64) -> bool {
    let date = Timestamp::from_millisecond(month).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    date.month() % 3 == 1
}

fn quarter_of(at: i64) -> i64 {
    let mut month = month_of(at);
    while !begins_quarter(month) {
        month = month_of(month - 1);
    }
    month
}

impl Cycles {
    pub(in crate::model) fn charge(&mut self, amount: i64, by_gifts: i64, now: i64) {
        let (charged, discount) = self.months.entry(month_of(now)).or_default();
        *charged += amount;
        *discount += by_gifts;
    }

    pub(in crate::model) fn gift(&mut self, at: i64, months: BTreeMap<i64, i64>) {
        self.gifts.push(Paying { at, months });
    }

    pub(in crate::model) fn round_off(&mut self, at: i64, months: BTreeMap<i64, i64>) {
        self.rounded_off.push(Paying { at, months });
    }

    /// The end of the cycle that a moment is in.
    pub(in crate::model) fn end(&self, at: i64) -> i64 {
        let mut end = next_month(at);
        while self.quarterly && !begins_quarter(end) {
            end = next_month(end);
        }
        end
    }

    /// Whether a cycle ends where this month begins.
    pub(in crate::model) fn ends_at(&self, month: i64) -> bool {
        !self.quarterly || begins_quarter(month)
    }

    /// The first month whose charges an invoice has that ends so: the first of the cycle, or one before it that has charges and no invoice.
    pub(in crate::model) fn first(&self, end: i64) -> i64 {
        let first = if self.quarterly { quarter_of(end - 1) } else { month_of(end - 1) };
        let first = first.max(self.invoiced);
        self.months.range(self.invoiced..first).next().map_or(first, |(month, _)| *month)
    }

    /// Whether anything was charged that an invoice has that ends so.
    pub(in crate::model) fn has_charges(&self, (first, end): (i64, i64)) -> bool {
        self.months.range(first..end).next().is_some()
    }

    pub(in crate::model) fn sums(&self, (first, end): (i64, i64)) -> Sums {
        let within = |all: &[Paying]| -> i64 {
            let of = all.iter().filter(|one| (first..end).contains(&month_of(one.at)));
            of.flat_map(|one| one.months.range(first..end)).map(|(_, amount)| amount).sum()
        };
        let of_months = self.months.range(first..end);
        let (charged, discount) =
            of_months.fold((0, 0), |sums, (_, (charged, discount))| (sums.0 + charged, sums.1 + discount));
        Sums { charged, discount: discount + within(&self.gifts), rounded_off: within(&self.rounded_off) }
    }

    /// An invoice is made.
    pub(in crate::model) fn invoice(&mut self, end: i64, sums: &Sums) {
        self.documents.insert(end, (sums.charged, sums.discount));
        // One within a month has all charges of the month.
        self.invoiced = if month_of(end) == end { end } else { next_month(end) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-01, 2026-04-01, 2026-05-01, 2026-07-01.
    const MONTHS: [i64; 4] = [1_772_323_200_000, 1_775_001_600_000, 1_777_593_600_000, 1_782_864_000_000];

    #[test]
    fn a_quarter_ends_in_january_april_july_and_october() {
        let mut cycles = Cycles { invoiced: MONTHS[0], ..Cycles::default() };
        assert_eq!((cycles.end(MONTHS[1]), cycles.first(MONTHS[2])), (MONTHS[2], MONTHS[1]));
        cycles.quarterly = true;
        assert_eq!((cycles.end(MONTHS[0]), cycles.end(MONTHS[1])), (MONTHS[1], MONTHS[3]));
        assert!(cycles.ends_at(MONTHS[1]) && !cycles.ends_at(MONTHS[2]));
        cycles.charge(5, 1, MONTHS[1] + 7);
        cycles.gift(MONTHS[2] + 7, BTreeMap::from([(MONTHS[0], 10), (MONTHS[1], 3)]));
        cycles.charge(50, 0, MONTHS[2]);
        assert_eq!(cycles.first(MONTHS[3]), MONTHS[1]);
        let sums = cycles.sums((MONTHS[1], MONTHS[3]));
        assert_eq!((sums.charged, sums.discount), (55, 4));
        // Monthly again: the months without an invoice are on the next one.
        cycles.quarterly = false;
        assert_eq!(cycles.first(MONTHS[3]), MONTHS[1]);
        cycles.invoice(MONTHS[3], &sums);
        assert_eq!(cycles.first(next_month(MONTHS[3])), MONTHS[3]);
    }
}
