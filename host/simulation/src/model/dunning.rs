//! What is due of the invoices of an account, and which attempts to collect them are wanted (ACC-9, CRD-15, R29, R84).

use super::account::Account;
use super::cents::in_cents;
use super::policy::Policy;
use super::records::charges::{ChargeKind, ChargeState};
use super::records::dunning::Reopened;
use super::records::standing::{PAYMENT_FAILURE, Standing};
use crate::operation::DAY;

/// How long an attempt may be put off because a person pays what is owed.
const PUT_OFF: i64 = 3_600_000;

impl Account {
    /// Whether something is owed that should have been paid by now (ACC-9).
    pub(super) fn is_due(&self) -> bool {
        if self.limit.is_none() {
            return self.due() > 0;
        }
        let charged_back = self.dunning.charged_back.map_or(0, |moment| self.owed_between(0, moment));
        in_cents(charged_back) > 0 || self.dunning.unpaid.iter().any(|one| self.owed_of(one.cycle) > 0)
    }

    /// Whether attempts are made: no suspension holds them back but the one that only a payment ends after a chargeback.
    pub(super) fn is_collected(&self) -> bool {
        let waits = self.lifts && self.dunning.charged_back.is_some();
        self.standing == Standing::Active || (self.standing == Standing::Suspended(PAYMENT_FAILURE) && waits)
    }

    /// Lets go of invoices of which nothing is owed any more.
    pub(super) fn drop_paid(&mut self) {
        let mut unpaid = std::mem::take(&mut self.dunning.unpaid);
        unpaid.retain(|one| one.charge.is_some() || self.owed_of(one.cycle) > 0);
        self.dunning.unpaid = unpaid;
    }

    /// Reinstated: what has no attempt left is not held against it again.
    pub(super) fn forgive_attempts(&mut self) {
        self.dunning.unpaid.retain(|one| one.charge.is_some() || one.next.is_some());
        self.dunning.charged_back = None;
    }

    /// What a settlement that is over has put off is tried an hour later at the latest.
    pub(super) fn put_off(&mut self, now: i64) {
        self.dunning.held_until = now + PUT_OFF;
    }

    /// The invoices of before are due like new ones once an account pays by invoice.
    pub(super) fn collect_open_invoices(&mut self) {
        let ends: Vec<i64> = self.issued.iter().copied().collect();
        for end in ends {
            let cycle = self.covered(end);
            let owed = self.owed_between(cycle.0, end - 1);
            if in_cents(owed) > 0 {
                self.dunning.due.push((cycle, owed));
            }
        }
    }

    /// The invoice of a cycle that has ended is open again, and the attempts begin anew a day later (R84).
    pub(super) fn reopen_invoice(&mut self, end: i64, amount: i64, charge: u32, now: i64, policy: &Policy) {
        let cycle = self.covered(end);
        let due = self.owed_between(cycle.0, end - 1);
        let collected = self.limit.is_some() && !self.is_leaving();
        let next = policy.days_of_attempt(1).filter(|_| collected).map(|days| now + days * DAY);
        let held = matches!(self.standing, Standing::Suspended(reason) if reason != PAYMENT_FAILURE);
        self.dunning.reopened.push(Reopened { cycle, amount, due, charge, collected, next, held });
        self.mail("invoice-reopened");
    }

    /// How the invoice stands of a cycle that ends so, and what is owed of it (R84).
    pub fn invoice_stands(&self, end: i64, number: &str) -> (&'static str, i64) {
        let (first, end) = self.covered(end);
        let status = |due| match due {
            0 => "paid",
            _ if self.dunning.failed.contains(number) => "failed",
            _ => "open",
        };
        let due = self.owed_between(first, end - 1);
        (status(due), due)
    }

    /// Whether the charge for an invoice would still be made.
    pub(super) fn is_attempt_wanted(&self, number: u32) -> bool {
        let one = self.dunning.unpaid.iter().find(|one| one.charge == Some(number));
        let amount = self.recharge.charges.get(&number).map_or(0, |charge| charge.amount);
        self.is_collected()
            && one.is_some_and(|one| self.owed_of(one.cycle) > 0 && self.to_pay_until(one.cycle.1 - 1) >= amount)
    }

    /// The end of the cycle whose invoice a charge pays.
    pub(super) fn end_of_cycle(&self, number: u32) -> Option<i64> {
        self.dunning.unpaid.iter().find(|one| one.charge == Some(number)).map(|one| one.cycle.1 - 1)
    }

    /// No attempt at an invoice has failed any more that was collected.
    pub(super) fn attempt_paid(&mut self, number: u32) {
        if let Some(one) = self.dunning.unpaid.iter().find(|one| one.charge == Some(number)) {
            self.dunning.failed.remove(&one.number);
        }
    }

    /// The charge for an invoice was paid, or nobody needs it any more: what is still owed is charged at once.
    pub(super) fn attempt_over(&mut self, number: u32, at: i64) {
        if let Some(one) = self.dunning.unpaid.iter_mut().find(|one| one.charge == Some(number)) {
            (one.charge, one.next) = (None, Some(at));
        }
        self.drop_paid();
    }

    /// An attempt that was due and was not made, or an invoice.
    pub(super) fn unattempted(&mut self, now: i64) -> Option<String> {
        if let Some(due) = self.dunning.due.first() {
            return Some(format!("the invoice of {due:?} is due, which was not told"));
        }
        if let Some(reopened) = self.dunning.reopened.first() {
            return Some(format!("{reopened:?} was not told"));
        }
        if self.is_leaving() {
            // Nothing is collected any more; a charge that is paid after the closing is given back.
            return None;
        }
        let gone =
            |number: u32| self.recharge.charges.get(&number).is_none_or(|charge| charge.state != ChargeState::Open);
        if let Some(one) = self.dunning.unpaid.iter().find(|one| one.charge.is_some_and(gone)) {
            return Some(format!("{one:?}: the end of its charge was not told"));
        }
        if self.recharge.is_open(ChargeKind::Settlement) {
            self.put_off(now);
        }
        if !self.is_collected() || self.dunning.held_until >= now || self.recharge.is_open(ChargeKind::Invoice) {
            return None;
        }
        self.drop_paid();
        let late = self.dunning.unpaid.iter().find(|one| one.next.is_some_and(|next| next <= now));
        late.map(|one| format!("{one:?} is to be charged"))
    }
}
