//! What opens an account, gives it credit, takes from it or pays what it owes (CRD-13, R4, R18, R24, R27).

use super::account::Account;
use super::policy::Policy;
use super::records::charges::{Charge, ChargeKind, ChargeState};
use super::records::debts::By;
use super::records::lots::LotKind;
use super::told::{Occasion, Told};

impl Account {
    /// A new account.
    pub fn open(id: String, trial: bool, now: i64, policy: &Policy) -> Account {
        let mut account = Account { id, trial, seen: now, ..Account::default() };
        account.mail("account-welcome");
        if trial && policy.trial_credits > 0 {
            account.give(LotKind::Trial, policy.trial_credits, now, "trial-credits", now, policy);
        }
        // Set at once: nothing is charged before (R89).
        let fields = "address legal-name country".to_owned();
        account.expect(Told { kind: "billing-changed", amounts: Vec::new(), words: vec![("fields", fields)] });
        account
    }

    /// Credit that is not paid for.
    pub fn give(&mut self, kind: LotKind, amount: i64, moment: i64, told: &'static str, now: i64, policy: &Policy) {
        let by = self.next_lot(kind);
        let paid = self.pay_debts_of(amount, by);
        self.add_lot(kind, amount, &paid, moment);
        self.cycles.gift(now, paid.charges);
        self.moved(told, amount);
        self.judge(now, policy, Occasion::Credit);
    }

    /// A redeemed coupon (CRD-13).
    pub fn redeem(&mut self, amount: i64, expires: Option<i64>, now: i64, policy: &Policy) {
        self.coupons.push(amount);
        self.mail("coupon-redeemed");
        self.give(LotKind::Promotional, amount, expires.unwrap_or(i64::MAX), "coupon-redeemed", now, policy);
    }

    /// The operator takes.
    pub fn debit(&mut self, amount: i64, now: i64, policy: &Policy) {
        self.spend(amount, now);
        self.moved("debit", amount);
        self.judge(now, policy, Occasion::Other);
    }

    /// Whether so much has been spent of the lot of a paid charge. What was taken back through the bank, or refunded in a history that was lost, is not there to be
    /// given back.
    pub fn can_correct(&self, charge: u32, amount: i64) -> bool {
        amount <= self.spent_of(charge)
    }

    /// Gives back to the lot of a paid charge (R18): a charge below zero (R27).
    pub fn correct(&mut self, charge: u32, amount: i64, now: i64, policy: &Policy) {
        self.cycles.charge(-amount, 0, now);
        let number = self.recharge.charges.get(&charge).and_then(|charge| charge.lot);
        let paid = self.pay_debts(amount);
        if let Some(lot) = self.lots.iter_mut().find(|lot| Some(lot.number) == number) {
            lot.rest += amount - paid;
        }
        self.moved("correction", amount);
        self.judge(now, policy, Occasion::Credit);
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

    /// The operator gives up what is owed; nothing is credited.
    pub fn write_off(&mut self, now: i64, policy: &Policy) {
        let owed = -self.balance();
        let debts = std::mem::take(&mut self.debts);
        self.note_ended(Some(By::WrittenOff), debts);
        self.written_off += 1;
        self.moved("written-off", owed);
        self.judge(now, policy, Occasion::Credit);
    }

    /// How many debts a settlement has paid or the operator has given up.
    pub fn debts_ended(&self) -> u64 {
        let paid = |charge: &&Charge| charge.kind == ChargeKind::Settlement && charge.state == ChargeState::Paid;
        self.written_off + self.recharge.charges.values().filter(paid).count() as u64
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
