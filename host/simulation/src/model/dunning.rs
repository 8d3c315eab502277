//! Postpaid accounts of the model: a credit limit instead of credit, an invoice each month that is charged to the default card, further attempts
//! after days of the policy, and what is due of it all (CRD-15, R4, R26, R29).

use super::account::{Account, Debt, Standing};
use super::chargebacks::PAYMENT_FAILURE;
use super::debts::{in_cents, to_cents};
use super::recharge::{ChargeKind, ChargeState};
use super::{Event, Occasion, Policy, Told};
use crate::operation::DAY;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;

/// How long an attempt may be put off because a person pays what is owed.
const PUT_OFF: i64 = 3_600_000;

/// An invoice of which something was owed when it was issued.
#[derive(Clone, Debug)]
struct Unpaid {
    number: String,
    /// First moment of its cycle, and the moment after it.
    cycle: (i64, i64),
    issued: i64,
    failed: usize,
    charge: Option<u32>,
    /// When it is charged next; none: under way, or no attempt is left.
    next: Option<i64>,
}

/// An invoice of which a payment was taken back.
#[derive(Clone, Debug)]
struct Reopened {
    cycle: (i64, i64),
    amount: i64,
    due: i64,
    charge: u32,
    /// Whether it is charged, and when.
    collected: bool,
    next: Option<i64>,
    /// A suspension for something else holds the charge back.
    held: bool,
}

/// What is collected of an account.
#[derive(Clone, Debug, Default)]
pub struct Dunning {
    /// Cycles whose invoices the feed must tell to be due, with what is owed of them.
    due: Vec<((i64, i64), i64)>,
    /// Invoices that the feed must tell to be open again.
    reopened: Vec<Reopened>,
    /// Oldest first.
    unpaid: Vec<Unpaid>,
    /// When a payment was taken back: what was owed by the end of that day is due.
    pub(super) charged_back: Option<i64>,
    /// Until then a person's payment of the debt may hold attempts back.
    held_until: i64,
    /// Numbers of invoices of which the last attempt failed.
    pub failed: BTreeSet<String>,
    /// Attempts made.
    pub attempts: u64,
}

impl Policy {
    /// How many days after issue the attempt is made that follows so many failed ones: the first at issue.
    fn days_of_attempt(&self, failed: usize) -> Option<i64> {
        failed.checked_sub(1).map_or(Some(0), |step| self.dunning_days.get(step).copied().map(i64::from))
    }
}

impl Account {
    /// What is left: of all credit, or of the credit limit (R29). Alerts and the stop of calls look at it.
    pub fn left(&self) -> i64 {
        self.limit.unwrap_or(0) + self.balance()
    }

    /// Whether it may pay so: by invoice once it is no trial, from credit once it owes nothing.
    pub fn may_bill(&self, limit: Option<i64>) -> bool {
        limit == self.limit || if limit.is_some() { !self.trial } else { self.due() == 0 }
    }

    /// Changes how it pays, or its limit.
    pub fn bill(&mut self, limit: Option<i64>, now: i64, policy: &Policy) {
        if limit == self.limit {
            return;
        }
        let was_prepaid = self.limit.is_none();
        self.limit = limit;
        let word = if limit.is_some() { "postpaid" } else { "prepaid" };
        let amounts = limit.map(|limit| ("credit-limit", limit)).into_iter().collect();
        self.expect(Told { kind: "billing-changed", amounts, words: vec![("billing-mode", word.to_owned())] });
        if limit.is_some() {
            self.recharge.switch_off();
            if was_prepaid {
                self.collect_open_invoices();
            }
        } else {
            self.round_off(now, now);
        }
        self.judge(now, policy, Occasion::Other);
    }

    /// What is owed since some moment and before the end of the day of another one: debts have the age of their day.
    pub(super) fn owed_between(&self, from: i64, to: i64) -> i64 {
        let day = |moment: i64| moment.div_euclid(DAY);
        let of = |debt: &&Debt| day(debt.at) >= day(from) && day(debt.at) <= day(to);
        self.debts.iter().filter(of).map(|debt| debt.amount).sum()
    }

    fn owed_of(&self, (first, end): (i64, i64)) -> i64 {
        in_cents(self.owed_between(first, end - 1))
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

    /// What a payment takes that leaves nothing owed by the end of a moment's day: rent that is unpaid goes before it (R81).
    fn to_pay_until(&self, to: i64) -> i64 {
        let later = |debt: &&Debt| debt.at.div_euclid(DAY) > to.div_euclid(DAY) && self.is_unpaid_rent(debt);
        let rent: i64 = self.debts.iter().filter(later).map(|debt| debt.amount).sum();
        in_cents(self.owed_between(0, to) + rent)
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

    /// The invoices of before are due like new ones once an account pays by invoice.
    fn collect_open_invoices(&mut self) {
        let ends: Vec<i64> = self.issued.iter().copied().collect();
        for end in ends {
            let cycle = self.covered(end);
            let owed = self.owed_between(cycle.0, end - 1);
            if in_cents(owed) > 0 {
                self.dunning.due.push((cycle, owed));
            }
        }
    }

    /// What the invoice of a cycle that ends so covers: from the end of the invoice before it.
    pub(super) fn covered(&self, end: i64) -> (i64, i64) {
        let before = self.issued.range(..end).next_back().copied().unwrap_or(0);
        // Debts have the age of their day, and a day on which a document ended is that one's.
        ((before + DAY - 1).div_euclid(DAY) * DAY, end)
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

    /// Whether attempts are made: no suspension holds them back but the one that only a payment ends after a chargeback.
    fn is_collected(&self) -> bool {
        let waits = self.lifts && self.dunning.charged_back.is_some();
        self.standing == Standing::Active || (self.standing == Standing::Suspended(PAYMENT_FAILURE) && waits)
    }

    fn follow_reopened(&mut self, event: Event<'_>) -> Result<()> {
        ensure!(!self.dunning.reopened.is_empty(), "no invoice is open again");
        let told = self.dunning.reopened.remove(0);
        ensure!(event.amount("amount") == Some(told.amount), "{told:?}");
        ensure!(event.amount("due") == Some(told.due), "{told:?}");
        ensure!(event.number("charge") == Some(told.charge), "{told:?}");
        let number = event.word("number").context("an invoice has a number")?.to_owned();
        self.dunning.failed.remove(&number);
        let known = self.dunning.unpaid.iter().find(|one| one.number == number);
        let charge = known.and_then(|one| one.charge);
        // What is promised is what will be done.
        let next = match told.next {
            Some(_) if in_cents(told.due) > 0 && charge.is_some() => "under-way".to_owned(),
            Some(_) if in_cents(told.due) > 0 && told.held => "reinstated".to_owned(),
            Some(next) if in_cents(told.due) > 0 => coinbox_host::text::day(next),
            _ => "none".to_owned(),
        };
        ensure!(event.word("next-attempt") == Some(next.as_str()), "{told:?}: {next}");
        if !told.collected {
            return Ok(());
        }
        self.dunning.unpaid.retain(|one| one.number != number);
        // The payment that was taken back was the attempt at issue.
        let (cycle, issued) = (told.cycle, event.at());
        let next = told.next.filter(|_| charge.is_none());
        self.dunning.unpaid.push(Unpaid { number, cycle, issued, failed: 1, charge, next });
        self.dunning.unpaid.sort_by_key(|one| one.cycle.0);
        Ok(())
    }

    /// Whether something is owed that should have been paid by now (ACC-9).
    pub(super) fn is_due(&self) -> bool {
        if self.limit.is_none() {
            return self.due() > 0;
        }
        let charged_back = self.dunning.charged_back.map_or(0, |moment| self.owed_between(0, moment));
        in_cents(charged_back) > 0 || self.dunning.unpaid.iter().any(|one| self.owed_of(one.cycle) > 0)
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

    /// The feed tells that an invoice is due, or how attempts to collect one went.
    pub(super) fn follow_dunning(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
        match event.kind() {
            "invoice-reopened" => self.follow_reopened(event),
            "invoice-due" => {
                ensure!(!self.dunning.due.is_empty(), "nothing is due");
                let (cycle, owed) = self.dunning.due.remove(0);
                ensure!(event.amount("amount-due") == Some(owed), "{owed} of {cycle:?} is due");
                let number = event.word("number").context("an invoice has a number")?.to_owned();
                let unpaid = Unpaid { number, cycle, issued: at, failed: 0, charge: None, next: Some(at) };
                self.dunning.unpaid.push(unpaid);
                Ok(())
            }
            "recharge-started" => {
                let (place, amount) = self.attempt_on(event)?;
                let card = self.default.unwrap_or(0);
                ensure!(self.unusable(None).is_none(), "the card cannot be charged");
                let attempt = event.number("attempt").and_then(|attempt| usize::try_from(attempt).ok());
                let failed = self.dunning.unpaid[place].failed;
                ensure!(attempt == Some(failed + 1), "{failed} attempts have failed");
                let number = self.recharge.charge(ChargeKind::Invoice, amount, (card, self.token(card)), at);
                ensure!(event.number("charge") == Some(number), "the model counts charge {number}");
                let one = &mut self.dunning.unpaid[place];
                (one.charge, one.next) = (Some(number), None);
                if let Some(charge) = self.recharge.charges.get_mut(&number) {
                    charge.invoice = Some(one.number.clone());
                }
                self.dunning.attempts += 1;
                Ok(())
            }
            // Without a charge: there was no card for it.
            _ => {
                let (place, _) = self.attempt_on(event)?;
                let reason = self.unusable(None).context("the card could be charged")?;
                ensure!(event.word("reason") == Some(reason), "the card is {reason}");
                self.fail_attempt(place, event, policy)?;
                self.judge(at, policy, Occasion::Other);
                Ok(())
            }
        }
    }

    /// The invoice that an attempt is made on now, and what it takes: all that is owed up to the end of its cycle.
    fn attempt_on(&mut self, event: Event<'_>) -> Result<(usize, i64)> {
        let at = event.at();
        self.drop_paid();
        ensure!(self.is_collected(), "it stands as {:?}", self.standing);
        let open = [ChargeKind::Invoice, ChargeKind::Settlement].into_iter().any(|kind| self.recharge.is_open(kind));
        ensure!(!open, "what is owed is being paid already");
        let place = self.dunning.unpaid.iter().position(|one| one.next.is_some_and(|next| next <= at));
        let place = place.with_context(|| format!("no attempt is due: {:?}", self.dunning.unpaid))?;
        let one = &self.dunning.unpaid[place];
        ensure!(event.word("invoice") == Some(one.number.as_str()), "{one:?} is to be charged");
        let amount = self.to_pay_until(one.cycle.1 - 1);
        ensure!(event.amount("amount") == Some(amount), "{amount} is owed up to the end of its cycle");
        Ok((place, amount))
    }

    /// A failed attempt: the next one is so many days after issue, or none is left, and the account is suspended.
    fn fail_attempt(&mut self, place: usize, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
        let held = match (self.is_leaving(), self.is_collected()) {
            (true, _) => Some("closing"),
            (false, false) => Some("reinstated"),
            (false, true) => None,
        };
        let one = &mut self.dunning.unpaid[place];
        // What was late moves what comes after it.
        let (before, after) = (policy.days_of_attempt(one.failed), policy.days_of_attempt(one.failed + 1));
        one.failed += 1;
        one.charge = None;
        one.next = after.map(|after| (one.issued + after * DAY).max(at + (after - before.unwrap_or(0)) * DAY));
        let told = event.number("attempt").and_then(|attempt| usize::try_from(attempt).ok());
        ensure!(told == Some(one.failed), "{} attempts have failed", one.failed);
        let next = match (one.next, held) {
            (None, _) => "none".to_owned(),
            (Some(_), Some(held)) => held.to_owned(),
            (Some(next), None) => coinbox_host::text::day(next),
        };
        ensure!(event.word("next-attempt") == Some(next.as_str()), "the next attempt is {next}");
        let (exhausted, cycle) = (one.next.is_none(), one.cycle);
        self.dunning.failed.insert(one.number.clone());
        self.mail("invoice-unpaid");
        if exhausted && self.standing == Standing::Active && self.owed_of(cycle) > 0 {
            self.enter(Standing::Suspended(PAYMENT_FAILURE));
        }
        Ok(())
    }

    /// The charge for an invoice was declined, or given up while it was still wanted.
    pub(super) fn attempt_failed(&mut self, number: u32, event: Event<'_>, policy: &Policy) -> Result<()> {
        let place = self.dunning.unpaid.iter().position(|one| one.charge == Some(number));
        self.fail_attempt(place.context("it was for no invoice")?, event, policy)
    }

    /// No attempt at an invoice has failed any more that was collected.
    pub(super) fn attempt_paid(&mut self, number: u32) {
        if let Some(one) = self.dunning.unpaid.iter().find(|one| one.charge == Some(number)) {
            self.dunning.failed.remove(&one.number);
        }
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

    /// The charge for an invoice was paid, or nobody needs it any more: what is still owed is charged at once.
    pub(super) fn attempt_over(&mut self, number: u32, at: i64) {
        if let Some(one) = self.dunning.unpaid.iter_mut().find(|one| one.charge == Some(number)) {
            (one.charge, one.next) = (None, Some(at));
        }
        self.drop_paid();
    }

    /// The end of the cycle whose invoice a charge pays.
    pub(super) fn end_of_cycle(&self, number: u32) -> Option<i64> {
        self.dunning.unpaid.iter().find(|one| one.charge == Some(number)).map(|one| one.cycle.1 - 1)
    }

    /// Whether the charge for an invoice would still be made.
    pub(super) fn is_attempt_wanted(&self, number: u32) -> bool {
        let one = self.dunning.unpaid.iter().find(|one| one.charge == Some(number));
        let amount = self.recharge.charges.get(&number).map_or(0, |charge| charge.amount);
        self.is_collected()
            && one.is_some_and(|one| self.owed_of(one.cycle) > 0 && self.to_pay_until(one.cycle.1 - 1) >= amount)
    }
}

#[cfg(test)]
mod tests {
    use super::super::debts::CENT;
    use super::*;

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
