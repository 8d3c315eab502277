//! What an account owes and how that ends: by a payment of exactly that, or because the operator gives it up (R2, R4, R24).

use super::account::{Account, Debt};
use super::ended::By;
use super::recharge::{Charge, ChargeKind, ChargeState};
use super::{Occasion, Policy};
use crate::operation::DAY;
use coinbox_host::months::month_of;
use std::collections::BTreeMap;

/// Micros of a cent.
pub(super) const CENT: i64 = 10_000;

/// An amount in whole cents, half up (R4).
pub(super) fn in_cents(amount: i64) -> i64 {
    (amount + CENT / 2) / CENT * CENT
}

/// An amount in whole cents, half away from zero: what documents come to (R85).
pub(super) fn to_cents(amount: i64) -> i64 {
    amount.signum() * in_cents(amount.abs())
}

impl Account {
    /// Gives back what the end of a cycle has rounded away, or tax on corrections: what is owed of its days is less, then it is as if so much of the newest payments had not been
    /// spent (R18, R85).
    pub(super) fn give_back_of_cycle(&mut self, (first, end): (i64, i64), amount: i64) {
        let less = amount.min(self.owed_between(first, end - 1));
        self.forgive(first, end - 1, less);
        self.refill(amount - less);
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

    /// What was spent of a paid charge, without what was taken or given back of it.
    pub(super) fn spent_of(&self, number: u32) -> i64 {
        let lot = self.recharge.charges.get(&number).and_then(|charge| charge.lot);
        let Some(lot) = self.lots.iter().find(|one| Some(one.number) == lot) else { return 0 };
        (self.left_of(number) - lot.rest).max(0)
    }

    /// What a payment of exactly what is owed takes: whole cents, half up (R4). Zero: there is nothing to pay.
    pub fn due(&self) -> i64 {
        in_cents((-self.balance()).max(0))
    }

    /// Whether what is owed may be charged: there is something, and nobody pays it already.
    pub fn may_settle(&self, card: Option<u32>) -> bool {
        let paid_already = [ChargeKind::Settlement, ChargeKind::Invoice];
        self.due() > 0
            && !paid_already.into_iter().any(|kind| self.recharge.is_open(kind))
            && self.unusable(card).is_none()
    }

    /// A person pays what is owed. Answers the number of the charge.
    pub fn settle_debt(&mut self, card: u32, now: i64) -> u32 {
        self.charge_for_a_person(ChargeKind::Settlement, self.due(), card, now)
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

    /// How many debts a settlement has paid or the operator has given up.
    pub fn debts_ended(&self) -> u64 {
        let paid = |charge: &&Charge| charge.kind == ChargeKind::Settlement && charge.state == ChargeState::Paid;
        self.written_off + self.recharge.charges.values().filter(paid).count() as u64
    }

    /// The operator gives up what is owed; nothing is credited.
    pub fn write_off(&mut self, now: i64, policy: &Policy) {
        let owed = -self.balance();
        let debts = std::mem::take(&mut self.debts);
        self.note_ended(Some(By::WrittenOff), debts);
        self.written_off += 1;
        self.moved("written-off", owed);
        self.judge(now, policy, Occasion::Credit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_is_paid_in_cents_and_once() {
        let policy = Policy::default();
        let mut account = Account::open("MA".to_owned(), false, 0, &policy);
        account.debit(1_234_990, 0, &policy);
        assert_eq!(account.due(), 1_230_000);
        account.round_off(0, 0);
        account.debit(10, 0, &policy);
        assert_eq!(account.due(), 1_240_000);
        account.pay_debts(1_230_010);
        account.round_off(0, 0);
        assert_eq!((account.due(), account.balance()), (0, 0));
        account.debit(5_000, 0, &policy);
        assert!(!account.may_settle(None), "there is no card");
        account.write_off(0, &policy);
        assert_eq!((account.balance(), account.due()), (0, 0));
    }
}
