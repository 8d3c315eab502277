//! Payments that card holders take back, and what is owed again for it (ACC-8, ACC-9, R33, R84).

use super::account::Account;
use super::policy::Policy;
use super::records::debts::{Claim, Debt, Dispute};
use super::records::standing::{PAYMENT_FAILURE, Standing};
use super::told::{Occasion, Told};
use coinbox_host::months::next_month;

impl Account {
    /// A payment is taken back: first from what is left of it, then in spending order, below zero if need be. An active account is
    /// suspended for it. Of a closed one it is a loss.
    pub fn charge_back(&mut self, number: u32, amount: i64, now: i64, policy: &Policy) {
        let Some(charge) = self.recharge.charges.get_mut(&number) else { return };
        charge.charged_back += amount;
        charge.chargebacks.push(amount);
        let of_it = charge.lot;
        let mut reopened = Vec::new();
        if self.standing != Standing::Closed {
            let own = self.lots.iter_mut().find(|lot| Some(lot.number) == of_it);
            let left = own.map_or(amount, |lot| {
                let taken = lot.rest.min(amount);
                lot.rest -= taken;
                amount - taken
            });
            let nth = self.disputes.iter().filter(|dispute| dispute.claim.0 == number).count();
            let claim = (number, nth);
            let (owed, gifts) = self.take_for(left, now, Some(claim));
            self.disputes.push(Dispute { claim, gifts, ..Dispute::default() });
            reopened = self.reopen(of_it, left, owed, claim);
        }
        let words = vec![("charge", number.to_string())];
        self.expect(Told { kind: "chargeback", amounts: vec![("amount", amount), ("balance", self.balance())], words });
        for (end, amount) in reopened {
            self.reopen_invoice(end, amount, number, now, policy);
        }
        self.dunning.charged_back = Some(now);
        match self.standing {
            Standing::Closed => return,
            Standing::Active => self.enter(Standing::Suspended(PAYMENT_FAILURE)),
            Standing::Suspended(PAYMENT_FAILURE) => self.lifts = self.is_due(),
            _ => {}
        }
        if !self.lifts {
            self.dunning.charged_back = None;
        }
        self.mail("chargeback");
        self.judge(now, policy, Occasion::Other);
    }

    /// What a payment has paid of debts is owed again, of the newest month first and as far as other credit has not paid it, which pays the
    /// oldest. Where that month has an invoice, the debt is of its age again (R84). Answers which invoices, by their ends, and how much of each.
    fn reopen(&mut self, lot: Option<u32>, taken: i64, owed: i64, claim: Claim) -> Vec<(i64, i64)> {
        let Some(lot) = self.lots.iter_mut().find(|one| Some(one.number) == lot) else { return Vec::new() };
        let mut left = taken;
        let mut parts = Vec::new();
        for (month, paid) in lot.debts.iter_mut().rev() {
            let part = left.min(*paid);
            *paid -= part;
            left -= part;
            parts.push((*month, part));
        }
        lot.debts.retain(|_, paid| *paid > 0);
        let months = parts.iter().filter(|(_, part)| *part > 0).map(|(month, _)| *month);
        if let Some(dispute) = self.disputes.last_mut() {
            dispute.unpaid = months.collect();
        }
        let mut again = owed - owed.min(left);
        let mut reopened: Vec<(i64, i64)> = Vec::new();
        for (month, part) in parts {
            let back = again.min(part);
            again -= back;
            let Some(end) = self.issued.range(month + 1..).next().copied().filter(|_| back > 0) else { continue };
            // No more than is left of the invoice: the rest was spent since it was given back.
            let back = back.min(self.can_reopen(end));
            if back == 0 {
                continue;
            }
            if let Some(debt) = self.debts.iter_mut().rev().find(|debt| debt.claim == Some(claim) && !debt.of_invoice) {
                debt.amount -= back;
            }
            let at = (next_month(month) - 1).min(end - 1);
            let (rent_of, charge, claim, of_invoice) = (None, false, Some(claim), true);
            self.debts.push(Debt { at, unpaid: at, rent_of, charge, claim, of_invoice, amount: back });
            match reopened.iter_mut().find(|(known, _)| *known == end) {
                Some((_, amount)) => *amount += back,
                None => reopened.push((end, back)),
            }
        }
        self.debts.retain(|debt| debt.amount > 0);
        reopened
    }

    /// How much of an invoice that ends so can be open again: without a credit note there is no limit.
    pub(super) fn can_reopen(&self, end: i64) -> i64 {
        let Some(made) = self.made.iter().find(|made| made.end == end && made.credited > 0) else { return i64::MAX };
        let (from, to) = self.covered(end);
        (made.left.iter().sum::<i64>() - self.written_off_of(end) - self.owed_between(from, to - 1)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::charges::{ChargeKind, ChargeState};
    use super::super::records::lots::LotKind;
    use super::*;

    #[test]
    fn a_payment_is_taken_from_what_is_left_of_it_and_what_is_owed_then_ends_the_suspension() {
        let policy = Policy::default();
        let mut account = Account::open("MA".to_owned(), false, 0, &policy);
        for (number, paid) in [(1, 30), (2, 50)] {
            account.charge_for_a_person(ChargeKind::Manual, paid, 1, 0);
            account.credit(LotKind::Cash, paid, 0);
            let charge = account.recharge.charges.get_mut(&number).expect("it was made");
            (charge.state, charge.lot) = (ChargeState::Paid, Some(number));
        }
        account.charge_back(2, 40, 0, &policy);
        assert_eq!(account.open_lots(), [(1, "cash", 30), (2, "cash", 10)]);
        assert_eq!((account.left_of(2), account.left_of(3), account.lifts), (10, 0, false), "nothing is owed");
        account.charge_back(1, 30, 0, &policy);
        account.spend(20_000, 0);
        account.charge_back(2, 10, 0, &policy);
        assert!(account.lifts, "now something is");
        account.write_off(0, &policy);
        assert_eq!((account.standing, account.left_of(2)), (Standing::Active, 0));
    }
}
