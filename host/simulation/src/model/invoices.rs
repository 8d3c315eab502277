//! The end of a cycle: which has an invoice, what that comes to in cents, and its taxes (INV-1, INV-7, R4, R26, R28, R85).

use super::account::Account;
use super::cents::{in_cents, to_cents};
use super::policy::Policy;
use super::records::invoices::Made;
use super::told::{Event, Occasion};
use anyhow::{Context, Result, ensure};

impl Account {
    /// Whether a cycle that ends now has an invoice: something was charged, or is owed that only an invoice asks for.
    pub(super) fn has_invoice(&self, (first, end): (i64, i64)) -> bool {
        let owed = || in_cents(self.owed_between(self.covered(end).0, end - 1));
        self.cycles.has_charges((first, end)) || (self.limit.is_some() && owed() > 0)
    }

    /// Makes the invoice of a cycle that ends now, if it has one.
    pub(super) fn invoice_until(&mut self, end: i64, policy: &Policy) {
        let cycle = (self.cycles.first(end), end);
        if !self.has_invoice(cycle) {
            return;
        }
        let before = self.balance();
        self.close_cycle(cycle, policy);
        self.issued.insert(end);
        let rounded = self.balance() - before;
        *self.month_ends.entry(end).or_default() += rounded;
    }

    /// A cycle ends: its charges less the discount are made whole cents (R85), and taxed (R28). Of a postpaid account what is owed of it is, too, where credit that was none has
    /// paid a part, and its invoice is due if that is something (R4).
    pub(super) fn close_cycle(&mut self, cycle: (i64, i64), policy: &Policy) {
        let end = cycle.1;
        // What it is rounded by and asks for are the days from the end of the invoice before.
        let cycle = self.covered(end);
        let before = self.balance();
        let sums = self.cycles.sums(cycle);
        self.cycles.invoice(end, &sums);
        let exact = sums.charged - sums.discount;
        let net = to_cents(exact);
        let taxes = self.taxes_on(net, policy);
        self.make_invoice(end, net, &taxes);
        for amount in [net - exact + sums.rounded_off, taxes.iter().sum()] {
            if amount > 0 {
                let (_, gifts) = self.take_for(amount, end - 1, None);
                self.note_gifts(end - 1, gifts);
            } else {
                self.give_back_of_cycle(cycle, -amount);
            }
        }
        self.taxes.insert(end, taxes.into_iter().filter(|tax| *tax != 0).collect());
        if self.limit.is_some() {
            let owed = self.owed_between(cycle.0, end - 1);
            let rounded = in_cents(owed);
            if rounded > owed {
                let (_, gifts) = self.take_for(rounded - owed, end - 1, None);
                self.note_gifts(end - 1, gifts);
            } else {
                self.give_back_of_cycle(cycle, owed - rounded);
            }
            if rounded > 0 {
                self.dunning.due.push((cycle, rounded));
            }
        }
        if before != self.balance() {
            self.judge(end, policy, Occasion::Other);
        }
    }

    /// Gives back what the end of a cycle has rounded away, or tax on corrections: what is owed of its days is less, then it is as if so much of the newest payments had not been
    /// spent (R18, R85).
    pub(super) fn give_back_of_cycle(&mut self, (first, end): (i64, i64), amount: i64) {
        let less = amount.min(self.owed_between(first, end - 1));
        self.forgive(first, end - 1, less);
        self.refill(amount - less);
    }

    /// An invoice is made; it gets its number when it is issued.
    pub(super) fn make_invoice(&mut self, end: i64, net: i64, taxes: &[i64]) {
        let left = std::iter::once(net).chain(taxes.iter().copied()).collect();
        self.made.push(Made { end, number: None, left, credited: 0 });
    }

    /// The feed tells that an invoice is issued.
    pub(super) fn follow_issued(&mut self, event: Event<'_>) -> Result<()> {
        let number = event.word("number").context("an invoice has a number")?.to_owned();
        let Some(made) = self.made.iter_mut().find(|made| made.number.is_none()) else {
            // The last one of an account that was closed, which charges nothing.
            ensure!(!self.closes_at(event.at()) && event.amount("total") == Some(0), "no invoice was made");
            return Ok(());
        };
        let total: i64 = made.left.iter().sum();
        ensure!(event.amount("total") == Some(total), "its total is {total}");
        made.number = Some(number);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::cents::CENT;
    use super::*;
    use crate::operation::DAY;

    #[test]
    fn a_cycle_is_closed_in_cents() {
        let policy = Policy::default();
        let mut account = Account::open("MA".to_owned(), false, 0, &policy);
        account.bill(Some(5 * CENT), 0, &policy);
        // January and February 1970.
        let (first, second) = ((0, 31 * DAY), (31 * DAY, 59 * DAY));
        account.spend(CENT + 4_990, 0);
        assert_eq!((account.left(), account.available()), (4 * CENT - 4_990, 4 * CENT - 4_990));
        account.close_cycle(first, &policy);
        assert_eq!((account.balance(), account.owed_of(first), account.owed_of(second)), (-CENT, CENT, 0));
        account.spend(5_000, second.0);
        account.close_cycle(second, &policy);
        assert_eq!((account.balance(), account.owed_of(first), account.owed_of(second)), (-2 * CENT, CENT, CENT));
        assert!(!account.may_bill(None) && account.may_bill(Some(CENT)));
        account.write_off(second.1, &policy);
        assert!(account.may_bill(None));
    }
}
