//! Where credit goes that is given back: to the payments and gifts that have paid for it, as far as nothing is owed (INV-5, CRD-12, R17, R18, R24, R84, R86).

use super::account::Account;
use super::records::charges::ChargeState;
use super::records::debts::{By, Debt};
use super::records::lots::LotKind;
use super::told::Told;
use crate::operation::DAY;
use coinbox_host::months::next_month;

impl Account {
    /// What can still be taken back of a paid charge: neither was it taken back, nor refunded, nor is it about to be.
    pub fn left_of(&self, number: u32) -> i64 {
        let Some(charge) = self.recharge.charges.get(&number).filter(|charge| charge.state == ChargeState::Paid) else {
            return 0;
        };
        let refunded: i64 =
            self.refunds.iter().filter(|refund| refund.charge == number).map(|refund| refund.amount).sum();
        charge.amount - charge.charged_back - refunded
    }

    /// What was spent of a paid charge, without what was taken or given back of it.
    pub(super) fn spent_of(&self, number: u32) -> i64 {
        let lot = self.recharge.charges.get(&number).and_then(|charge| charge.lot);
        let Some(lot) = self.lots.iter().find(|one| Some(one.number) == lot) else { return 0 };
        (self.left_of(number) - lot.rest).max(0)
    }

    /// Places of what was ended of the days of an invoice: what a chargeback has left belongs to it only if it was reopened.
    fn ended_of(&self, end: i64) -> Vec<usize> {
        let (from, to) = self.covered(end);
        let days = from.div_euclid(DAY)..=(to - 1).div_euclid(DAY);
        let is_of = |debt: &Debt| days.contains(&debt.at.div_euclid(DAY)) && (debt.claim.is_none() || debt.of_invoice);
        (0..self.ended.len()).filter(|place| is_of(&self.ended[*place].debt)).collect()
    }

    pub(super) fn written_off_of(&self, end: i64) -> i64 {
        let of = self.ended_of(end).into_iter().map(|place| &self.ended[place]);
        of.filter(|ended| ended.by == By::WrittenOff).map(|ended| ended.debt.amount).sum()
    }

    /// What gifts have paid of an invoice beyond its discount, by places, the newest day first and of a day the last gift.
    pub(super) fn gifts_of(&self, end: i64) -> Vec<(usize, i64)> {
        let mut places = self.ended_of(end);
        places.retain(|place| self.ended[*place].by != By::WrittenOff);
        places.sort_by_key(|place| (-self.ended[*place].debt.at.div_euclid(DAY), -(*place as i64)));
        places.into_iter().map(|place| (place, self.ended[place].beyond_discount(end))).collect()
    }

    /// A lot has so much again: it pays first what is owed. Answers what it has paid of it, by months.
    fn back_to(&mut self, number: u32, amount: i64) {
        let Some(kind) = self.lots.iter().find(|lot| lot.number == number).map(|lot| (lot.kind, lot.moment)) else {
            return;
        };
        let gift = kind.0 != LotKind::Cash;
        if kind.0 == LotKind::Promotional && kind.1 <= self.seen {
            self.too_late.push((number, amount));
            return;
        }
        let paid = self.pay_debts_of(amount, gift.then_some(By::Gift(number)));
        if gift {
            self.cycles.gift(self.seen, paid.charges.clone());
        }
        let Some(lot) = self.lots.iter_mut().find(|lot| lot.number == number) else { return };
        lot.rest += amount - paid.amount();
        if !gift {
            for (month, part) in &paid.months {
                *lot.debts.entry(*month).or_default() += part;
            }
        }
    }

    /// Credit that went back to gifts whose time is over expires at once, which is told once a lot (R17).
    pub(super) fn expect_too_late(&mut self) {
        let mut by_lot: Vec<(u32, i64)> = Vec::new();
        for (number, amount) in std::mem::take(&mut self.too_late) {
            match by_lot.iter_mut().find(|(known, _)| *known == number) {
                Some((_, sum)) => *sum += amount,
                None => by_lot.push((number, amount)),
            }
        }
        for (number, amount) in by_lot {
            let amounts = vec![("amount", amount), ("balance", self.balance())];
            self.expect(Told { kind: "credit-expired", amounts, words: vec![("reason", format!("lot {number}"))] });
        }
    }

    /// Gives back what is not owed of an invoice: of what payments have paid of it to them, then to its gifts.
    pub(super) fn credit_back(&mut self, number: &str, end: i64, amount: i64, cash: i64) {
        let of_cash = amount.min(cash);
        let mut left = self.back_to_payments(number, end, of_cash) + amount - of_cash;
        for (place, most) in self.gifts_of(end) {
            let part = left.min(most);
            left -= part;
            self.ended[place].debt.amount -= part;
            if let (By::Gift(lot), true) = (self.ended[place].by, part > 0) {
                self.back_to(lot, part);
            }
        }
        let left = self.back_to_payments(number, end, left);
        if left > 0 {
            let by = self.next_lot(LotKind::Promotional);
            let paid = self.pay_debts_of(left, by);
            self.add_lot(LotKind::Promotional, left, &paid, i64::MAX);
            self.cycles.gift(self.seen, paid.charges);
        }
    }

    /// Gives back to payments: first to those that have paid debts of this invoice, then to those that came before its end, last to later ones. What stands in the
    /// place of one that was taken back goes back too.
    fn back_to_payments(&mut self, number: &str, end: i64, amount: i64) -> i64 {
        let (from, to) = self.covered(end);
        let is_of = |month: i64| month < to && from < next_month(month);
        let mut order: Vec<(u8, u32)> = Vec::new();
        for (charge, of) in &self.recharge.charges {
            let lot = self.lots.iter().find(|lot| Some(lot.number) == of.lot);
            let paid = of.invoice.as_deref() == Some(number)
                || lot.is_some_and(|lot| lot.debts.iter().any(|(month, part)| *part > 0 && is_of(*month)))
                || self
                    .disputes
                    .iter()
                    .any(|one| one.claim.0 == *charge && one.unpaid.iter().any(|month| is_of(*month)));
            let later = lot.is_some_and(|lot| lot.moment >= end);
            order.push((if paid { 0 } else { 1 + u8::from(later) }, *charge));
        }
        order.sort_by_key(|(rank, charge)| (*rank, -i64::from(*charge)));
        let mut left = amount;
        // What payments that stand have paid of it comes before what stands in the place of others.
        let of_it: Vec<u32> = order.iter().filter(|(rank, _)| *rank == 0).map(|(_, charge)| *charge).collect();
        for charge in &of_it {
            let lot = self.recharge.charges[charge].lot;
            let paid = self.lots.iter().filter(|one| Some(one.number) == lot).flat_map(|lot| &lot.debts);
            let part = left.min(paid.filter(|(month, _)| is_of(**month)).map(|(_, paid)| *paid).sum());
            left -= part - self.back_to_payment(*charge, (from, to), part);
        }
        for charge in of_it {
            left = self.recall(charge, left);
        }
        for (_, charge) in order {
            left = self.back_to_payment(charge, (from, to), left);
            left = self.recall(charge, left);
        }
        left
    }

    /// Gives back to one payment for an invoice that covers some days. Answers what it does not lack.
    fn back_to_payment(&mut self, charge: u32, (from, to): (i64, i64), amount: i64) -> i64 {
        let mut left = amount;
        while left > 0 {
            let part = left.min(self.spent_of(charge));
            let Some(lot) = self.recharge.charges[&charge].lot.filter(|_| part > 0) else { break };
            if let Some(lot) = self.lots.iter_mut().find(|one| one.number == lot) {
                let mut undone = part;
                for (_, paid) in
                    lot.debts.iter_mut().rev().filter(|(month, _)| **month < to && from < next_month(**month))
                {
                    let less = undone.min(*paid);
                    *paid -= less;
                    undone -= less;
                }
                lot.debts.retain(|_, paid| *paid > 0);
            }
            self.back_to(lot, part);
            left -= part;
        }
        left
    }

    /// What stands in the place of a payment that was taken back: the newest chargeback first, of it what is still owed before what has ended its debt, then what it has
    /// taken, the last first. Debts of issued invoices belong to these.
    fn recall(&mut self, charge: u32, amount: i64) -> i64 {
        let mut left = amount;
        let mut gifts = Vec::new();
        for nth in
            (0..self.disputes.len()).rev().filter(|nth| self.disputes[*nth].claim.0 == charge).collect::<Vec<_>>()
        {
            let claim = self.disputes[nth].claim;
            let is_it = |debt: &Debt| debt.claim == Some(claim) && !debt.of_invoice;
            for debt in self.debts.iter_mut().filter(|debt| is_it(debt)) {
                let part = left.min(debt.amount);
                debt.amount -= part;
                left -= part;
            }
            for ended in self.ended.iter_mut().rev().filter(|ended| is_it(&ended.debt)) {
                let part = left.min(ended.debt.amount);
                ended.debt.amount -= part;
                left -= part;
                if let (By::Gift(lot), true) = (ended.by, part > 0) {
                    gifts.push((lot, part));
                }
            }
            for (lot, taken) in self.disputes[nth].gifts.iter_mut().rev() {
                let part = left.min(*taken);
                *taken -= part;
                left -= part;
                if part > 0 {
                    gifts.push((*lot, part));
                }
            }
        }
        self.debts.retain(|debt| debt.amount > 0);
        for (lot, part) in gifts {
            self.back_to(lot, part);
        }
        left
    }

    /// As if so much of the newest payments had not been spent (R18); what no payment lacks is a gift.
    pub(super) fn refill(&mut self, amount: i64) {
        let mut left = amount;
        let numbers: Vec<u32> = self.recharge.charges.keys().rev().copied().collect();
        for number in numbers {
            while left > 0 {
                let part = left.min(self.spent_of(number));
                if part == 0 {
                    break;
                }
                let paid = self.pay_debts(part);
                let lot = self.recharge.charges[&number].lot;
                if let Some(lot) = self.lots.iter_mut().find(|one| Some(one.number) == lot) {
                    lot.rest += part - paid;
                }
                left -= part;
            }
        }
        if left > 0 {
            self.credit(LotKind::Promotional, left, i64::MAX);
        }
    }
}
