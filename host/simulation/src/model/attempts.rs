//! The feed tells of attempts to collect invoices: on which one, what it takes, what follows a failed one (CRD-15, R84).

use super::account::Account;
use super::cents::in_cents;
use super::policy::Policy;
use super::records::charges::ChargeKind;
use super::records::dunning::Unpaid;
use super::records::standing::{PAYMENT_FAILURE, Standing};
use super::told::{Event, Occasion};
use crate::operation::DAY;
use anyhow::{Context, Result, ensure};

impl Account {
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
}
