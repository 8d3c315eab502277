//! What adds to lots, and what takes from them in spending order (CRD-2, R2, R17).

use super::account::Account;
use super::records::debts::{By, Claim, Debt, Paid};
use super::records::lots::{Lot, LotKind};
use crate::operation::DAY;
use std::collections::BTreeMap;

impl Account {
    /// Adds credit: what is owed is paid first. Answers how much that was.
    pub(super) fn credit(&mut self, kind: LotKind, amount: i64, moment: i64) -> i64 {
        let by = self.next_lot(kind);
        let paid = self.pay_debts_of(amount, by);
        self.add_lot(kind, amount, &paid, moment);
        paid.amount()
    }

    /// What the next lot pays with, if it is a gift.
    pub(super) fn next_lot(&self, kind: LotKind) -> Option<By> {
        let number = u32::try_from(self.lots.len()).unwrap_or(u32::MAX) + 1;
        (kind != LotKind::Cash).then_some(By::Gift(number))
    }

    pub(super) fn add_lot(&mut self, kind: LotKind, amount: i64, paid: &Paid, moment: i64) {
        let number = u32::try_from(self.lots.len()).unwrap_or(u32::MAX) + 1;
        let debts = if kind == LotKind::Cash { paid.months.clone() } else { BTreeMap::new() };
        self.lots.push(Lot { kind, moment, number, rest: amount - paid.amount(), debts });
    }

    /// Takes an amount in spending order; what no lot covers is owed. Judges nothing.
    pub fn spend(&mut self, amount: i64, now: i64) {
        self.charge(amount, now, None);
    }

    /// [`Account::spend`], perhaps for the rent of a number. Answers what is owed of it.
    pub(super) fn charge(&mut self, amount: i64, now: i64, rent_of: Option<&str>) -> i64 {
        let (left, gifts) = self.take_from_lots(amount);
        let free = gifts.iter().map(|(_, taken)| taken).sum();
        self.cycles.charge(amount, free, now);
        if left > 0 {
            let unpaid = if self.limit.is_some() { self.cycles.end(now) + DAY } else { now };
            let rent_of = rent_of.map(str::to_owned);
            self.debts.push(Debt {
                at: now,
                unpaid,
                rent_of,
                charge: true,
                claim: None,
                of_invoice: false,
                amount: left,
            });
        }
        left
    }

    /// Takes something that is no charge, perhaps for a chargeback, in spending order; what no lot covers is owed since a moment. Answers how much that is, and
    /// which gifts have given how much.
    pub(super) fn take_for(&mut self, amount: i64, since: i64, claim: Option<Claim>) -> (i64, Vec<(u32, i64)>) {
        let (left, gifts) = self.take_from_lots(amount);
        if left > 0 {
            let (rent_of, charge, of_invoice) = (None, false, false);
            self.debts.push(Debt { at: since, unpaid: since, rent_of, charge, claim, of_invoice, amount: left });
        }
        (left, gifts)
    }

    /// Answers what no lot covers, and which trial and promotional lots have paid how much.
    fn take_from_lots(&mut self, amount: i64) -> (i64, Vec<(u32, i64)>) {
        let mut order: Vec<&mut Lot> = self.lots.iter_mut().filter(|lot| lot.rest > 0).collect();
        order.sort_by_key(|lot| (lot.kind, lot.moment, lot.number));
        let (mut left, mut gifts) = (amount, Vec::new());
        for lot in order {
            let taken = left.min(lot.rest);
            lot.rest -= taken;
            left -= taken;
            if lot.kind != LotKind::Cash && taken > 0 {
                gifts.push((lot.number, taken));
            }
        }
        (left, gifts)
    }

    /// Open lots in spending order: number, kind, rest.
    pub fn open_lots(&self) -> Vec<(u32, &'static str, i64)> {
        let mut open: Vec<&Lot> = self.lots.iter().filter(|lot| lot.rest > 0).collect();
        open.sort_by_key(|lot| (lot.kind, lot.moment, lot.number));
        open.into_iter().map(|lot| (lot.number, lot.kind.name(), lot.rest)).collect()
    }

    /// What is left of a lot.
    pub(super) fn rest_of(&self, number: u32) -> i64 {
        self.lots.iter().find(|lot| lot.number == number).map_or(0, |lot| lot.rest)
    }

    /// A lot whose time is over and that still holds something.
    pub fn overdue_lot(&self, now: i64) -> Option<u32> {
        let over = |lot: &&Lot| lot.kind == LotKind::Promotional && lot.moment <= now && lot.rest > 0;
        self.lots.iter().find(over).map(|lot| lot.number)
    }
}
