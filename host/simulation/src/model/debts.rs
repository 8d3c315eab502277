//! What is owed, in which order it is paid, and what becomes of less than half a cent (CRD-10, R2, R4, R81).

use super::account::Account;
use super::cents::in_cents;
use super::records::debts::{By, Debt, Ended, Paid};
use crate::operation::DAY;
use coinbox_host::months::month_of;
use std::collections::BTreeMap;

impl Account {
    /// What the invoice of a cycle that ends so covers: from the end of the invoice before it.
    pub(super) fn covered(&self, end: i64) -> (i64, i64) {
        let before = self.issued.range(..end).next_back().copied().unwrap_or(0);
        // Debts have the age of their day, and a day on which a document ended is that one's.
        ((before + DAY - 1).div_euclid(DAY) * DAY, end)
    }

    /// What is owed since some moment and before the end of the day of another one: debts have the age of their day.
    pub(super) fn owed_between(&self, from: i64, to: i64) -> i64 {
        let day = |moment: i64| moment.div_euclid(DAY);
        let of = |debt: &&Debt| day(debt.at) >= day(from) && day(debt.at) <= day(to);
        self.debts.iter().filter(of).map(|debt| debt.amount).sum()
    }

    pub(super) fn owed_of(&self, (first, end): (i64, i64)) -> i64 {
        in_cents(self.owed_between(first, end - 1))
    }

    /// Whether it is rent that counts as unpaid by now.
    pub(super) fn is_unpaid_rent(&self, debt: &Debt) -> bool {
        debt.rent_of.is_some() && (self.limit.is_none() || debt.unpaid <= self.seen)
    }

    /// What a payment takes that leaves nothing owed by the end of a moment's day: rent that is unpaid goes before it (R81).
    pub(super) fn to_pay_until(&self, to: i64) -> i64 {
        let later = |debt: &&Debt| debt.at.div_euclid(DAY) > to.div_euclid(DAY) && self.is_unpaid_rent(debt);
        let rent: i64 = self.debts.iter().filter(later).map(|debt| debt.amount).sum();
        in_cents(self.owed_between(0, to) + rent)
    }

    /// Pays what is owed: unpaid rent first, then the oldest day, of a day its rent first and what is no charge last (CRD-10, R2, R81). Answers how much that
    /// was.
    pub(super) fn pay_debts(&mut self, amount: i64) -> i64 {
        self.pay_debts_of(amount, None).amount()
    }

    /// [`Account::pay_debts`], by the beginnings of the months of the debts.
    pub(super) fn pay_debts_of(&mut self, amount: i64, by: Option<By>) -> Paid {
        let mut of = Paid::default();
        let mut debts = std::mem::take(&mut self.debts);
        debts.sort_by_key(|debt| {
            let day = debt.at.div_euclid(DAY);
            (!self.is_unpaid_rent(debt), day, debt.rent_of.is_none(), !debt.charge, debt.claim.is_some())
        });
        self.debts = debts;
        let mut ended = Vec::new();
        let mut left = amount;
        for debt in &mut self.debts {
            let paid = left.min(debt.amount);
            debt.amount -= paid;
            left -= paid;
            if paid > 0 {
                *of.months.entry(month_of(debt.at)).or_default() += paid;
            }
            if paid > 0 {
                ended.push(Debt { amount: paid, ..debt.clone() });
            }
            if paid > 0 && debt.charge {
                *of.charges.entry(month_of(debt.at)).or_default() += paid;
            }
        }
        self.debts.retain(|debt| debt.amount > 0);
        self.note_ended(by, ended);
        of
    }

    /// Pays rent that is unpaid (R81), then what is owed of the days that an invoice covers. Answers what is left.
    pub(super) fn pay_debts_of_invoice(&mut self, end: i64, amount: i64) -> i64 {
        let (first, end) = self.covered(end);
        let days = first.div_euclid(DAY)..=(end - 1).div_euclid(DAY);
        let debts = std::mem::take(&mut self.debts);
        let (first, others) =
            debts.into_iter().partition(|debt| self.is_unpaid_rent(debt) || days.contains(&debt.at.div_euclid(DAY)));
        self.debts = first;
        let paid = self.pay_debts(amount);
        self.debts.extend::<Vec<Debt>>(others);
        amount - paid
    }

    pub(super) fn note_ended(&mut self, by: Option<By>, debts: Vec<Debt>) {
        let (Some(by), when) = (by, self.seen) else { return };
        self.ended.extend(debts.into_iter().map(|debt| Ended { by, when, debt }));
    }

    /// The end of a cycle has taken its tax or rounding from gifts.
    pub(super) fn note_gifts(&mut self, at: i64, gifts: Vec<(u32, i64)>) {
        for (number, amount) in gifts {
            let (rent_of, charge, claim, of_invoice) = (None, false, None, false);
            let debt = Debt { at, unpaid: at, rent_of, charge, claim, of_invoice, amount };
            self.note_ended(Some(By::Gift(number)), vec![debt]);
        }
    }

    /// Takes off what is owed, the newest day first, of a day its rent last.
    pub(super) fn forgive(&mut self, from: i64, to: i64, amount: i64) {
        let mut left = amount;
        self.debts.sort_by_key(|debt| (debt.at.div_euclid(DAY), debt.rent_of.is_none(), !debt.charge));
        for debt in self.debts.iter_mut().rev().filter(|debt| (from..=to).contains(&debt.at)) {
            let less = left.min(debt.amount);
            debt.amount -= less;
            left -= less;
        }
        self.debts.retain(|debt| debt.amount > 0);
    }

    /// Makes an end of what is owed by the end of a moment's day if it is less than half a cent: nobody can pay that (R4). What it is of charges of the month that
    /// runs, the rounding of its end takes the place of (R85).
    pub(super) fn round_off(&mut self, until: i64, now: i64) {
        let (days, owed) = (until.div_euclid(DAY), self.owed_between(0, until));
        if in_cents(owed) == 0 {
            let mut charges = BTreeMap::new();
            for debt in self.debts.iter().filter(|debt| debt.at.div_euclid(DAY) <= days && debt.charge) {
                *charges.entry(month_of(debt.at)).or_default() += debt.amount;
            }
            self.cycles.round_off(now, charges);
            self.debts.retain(|debt| debt.at.div_euclid(DAY) > days);
        }
    }
}
