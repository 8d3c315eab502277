//! What an account owes and how that ends: by a payment of exactly that, or because the operator gives it up (R2, R4, R24).

use super::account::Account;
use super::recharge::{Charge, ChargeKind, ChargeState};
use super::{Occasion, Policy};
use crate::simulation::operation::DAY;

/// Micros of a cent.
pub(super) const CENT: i64 = 10_000;

/// An amount in whole cents, half up (R4).
pub(super) fn in_cents(amount: i64) -> i64 {
    (amount + CENT / 2) / CENT * CENT
}

impl Account {
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

    /// Makes an end of what is owed by the end of a moment's day if it is less than half a cent: nobody can pay that (R4).
    pub(super) fn round_off(&mut self, until: i64) {
        let (days, owed) = (until.div_euclid(DAY), self.owed_between(0, until));
        if in_cents(owed) == 0 {
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
        self.debts.clear();
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
        account.round_off(0);
        account.debit(10, 0, &policy);
        assert_eq!(account.due(), 1_240_000);
        account.pay_debts(1_230_010);
        account.round_off(0);
        assert_eq!((account.due(), account.balance()), (0, 0));
        account.debit(5_000, 0, &policy);
        assert!(!account.may_settle(None), "there is no card");
        account.write_off(0, &policy);
        assert_eq!((account.balance(), account.due()), (0, 0));
    }
}
