//! Time passes: months end, the final invoice is made, the period of a cap is over (R22, R23, R26, R83).

use super::account::Account;
use super::policy::Policy;
use super::records::charges::Ladder;
use super::told::Occasion;
use coinbox_host::months::next_month;

impl Account {
    /// Lets time pass: a month may end, and the period of a cap (R22).
    pub fn pass_time(&mut self, to: i64, policy: &Policy) {
        self.pass_month_ends(to, policy);
        while let Ladder::Capped(until, before) = self.recharge.ladder.clone() {
            if until > to {
                return;
            }
            self.recharge.ladder = *before;
            self.judge(until, policy, Occasion::Other);
        }
    }

    /// Notes the balance at every end of a month on the way to a moment: what is posted at that very moment comes after it (R26).
    pub(super) fn pass_month_ends(&mut self, to: i64, policy: &Policy) {
        self.round_off_rent(to);
        self.pass_final_invoice(to, policy);
        self.pass_months(to, policy);
    }

    /// Lets time pass until the final invoice, which has what was charged since the last one (R23). Where something is owed, its balance is that; the one that
    /// follows closes at zero (R83).
    pub(super) fn pass_final_invoice(&mut self, to: i64, policy: &Policy) {
        let Some(ends) = self.closing.as_ref().filter(|closing| !closing.invoiced).map(|closing| closing.ends) else {
            return;
        };
        if ends > to {
            return;
        }
        self.pass_months(ends, policy);
        self.close_month(policy);
        self.month_ends.insert(ends + 1, self.balance());
        self.invoice_until(ends + 1, policy);
        if let Some(closing) = &mut self.closing {
            closing.invoiced = true;
        }
    }

    pub(super) fn pass_months(&mut self, to: i64, policy: &Policy) {
        let mut end = next_month(self.seen);
        while end <= to {
            self.close_month(policy);
            self.month_ends.insert(end, self.balance());
            if !self.is_over(end) {
                self.closes = Some(end);
            }
            self.rents.fall_due(end, self.is_over(end));
            end = next_month(end);
        }
        if self.closes.is_some_and(|end| end < to) {
            self.close_month(policy);
        }
        self.seen = self.seen.max(to);
    }

    /// Closes the month that is over, if that is still to be done.
    pub(super) fn close_month(&mut self, policy: &Policy) {
        if let Some(end) = self.closes.take().filter(|end| self.cycles.ends_at(*end)) {
            self.invoice_until(end, policy);
        }
    }
}
