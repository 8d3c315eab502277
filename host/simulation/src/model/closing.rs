//! The end of an account in the model: use stops, is settled for an hour, and what is left of recharges is given back, each to where it came
//! from (ACC-12, CRD-12, R4, R14, R23, R24).

use super::account::Account;
use super::cents::CENT;
use super::policy::Policy;
use super::records::charges::ChargeState;
use super::records::closing::{BUSINESS_DAYS, Closing, Refund, RefundState, business_day};
use super::records::lots::LotKind;
use super::records::standing::Standing;
use super::told::{Event, Taken, Told};
use crate::operation::DAY;
use anyhow::{Context, Result, ensure};

/// For so long usage of before is posted: the default of the requirements.
const SETTLES: i64 = 3_600_000;
/// How old a recharge may be that is given back: the default of the requirements.
const WINDOW: i64 = 90 * DAY;
/// What may be asked for while an account is being closed: whatever helps it to its end.
const OPEN_WHEN_CLOSING: [&str; 9] = [
    "accounts.close",
    "accounts.set-standing",
    "credits.add-card",
    "credits.set-default-card",
    "credits.remove-card",
    "credits.set-alerts",
    "credits.adjust",
    "credits.settle",
    "credits.write-off",
];
/// What may still be asked for when it is closed: ending what is open.
const OPEN_WHEN_CLOSED: [&str; 4] = ["credits.give-up", "credits.record-chargeback", "refunds.retry", "refunds.settle"];

impl Account {
    /// Whether this may be asked for, as far as its end stands in the way.
    pub fn is_open_to(&self, function: &str) -> bool {
        match self.standing {
            Standing::Closing => OPEN_WHEN_CLOSING.contains(&function) || OPEN_WHEN_CLOSED.contains(&function),
            Standing::Closed => OPEN_WHEN_CLOSED.contains(&function),
            _ => true,
        }
    }

    /// Whether it can be closed: asked again while it is being closed, it is told how that stands. At once is only for what owes nothing.
    pub fn may_close(&self, at_once: bool, now: i64, policy: &Policy) -> bool {
        match self.standing {
            Standing::Closed => false,
            Standing::Closing if !at_once => true,
            _ if self.due() > 0 => false,
            // What its final invoice asks for, such as tax, must be paid as well (R23).
            _ if at_once => {
                let mut closed = self.clone();
                closed.close(at_once, now, policy);
                closed.pass_final_invoice(now, policy);
                closed.due() == 0
            }
            _ => true,
        }
    }

    /// Use ends, numbers go, automatic recharge is off. Answers from when on usage is rejected.
    pub fn close(&mut self, at_once: bool, now: i64, policy: &Policy) -> i64 {
        if let Some(closing) = &mut self.closing {
            if at_once {
                closing.ends = closing.ends.min(now);
            }
            return closing.ends;
        }
        self.standing = Standing::Closing;
        for number in self.rents.numbers() {
            self.give_back(&number);
        }
        self.recharge.switch_off();
        let ends = if at_once { now } else { now + SETTLES };
        if !at_once {
            let words = vec![("reason", "simulation".to_owned()), ("closes-at", ends.to_string())];
            self.expect(Told { kind: "account-closing", amounts: Vec::new(), words });
            self.mail("account-closing");
        }
        self.judge_anew(now, policy);
        self.closing = Some(Closing { begun: now, ends, invoiced: false, owing: false });
        ends
    }

    /// Whether its closing is over, or still to come.
    pub(super) fn closes_later_than(&self, now: i64) -> bool {
        self.closing.as_ref().is_none_or(|closing| closing.ends > now || self.standing == Standing::Closed)
    }

    /// What should have been told of its end and was not.
    pub(super) fn unfinished(&self, now: i64) -> Option<String> {
        if let (Some(closing), Standing::Closing) = (&self.closing, &self.standing)
            && closing.ends <= now
            && (self.due() == 0 || !closing.owing)
        {
            return Some(format!("it was to be closed at {}", closing.ends));
        }
        let late = |refund: &&Refund| {
            matches!(refund.state, RefundState::Open | RefundState::Failed)
                && refund.overdue_at <= now
                && !refund.overdue
        };
        self.refunds.iter().find(late).map(|refund| format!("{refund:?} is overdue, which nobody was told"))
    }

    /// What is left of recharges that are not too old is given back, rounded down to the cent; everything else is lost.
    fn fix(&mut self, at: i64) -> Result<()> {
        let closing = self.closing.as_ref().context("nobody closes it")?;
        let since = closing.begun - WINDOW;
        ensure!(self.standing == Standing::Closing && closing.ends <= at, "it is not to be closed now");
        ensure!(self.due() == 0, "{} is owed", self.due());
        self.month_ends.insert(at + 1, 0);
        // What is owed then is less than could be paid.
        let mut rounding = -self.debts.drain(..).map(|debt| debt.amount).sum::<i64>();
        let (mut refunded, mut forfeited, mut promised) = (0, 0, Vec::new());
        for (number, ..) in self.open_lots() {
            let Some(lot) = self.lots.iter_mut().find(|lot| lot.number == number) else { continue };
            let rest = std::mem::take(&mut lot.rest);
            if lot.kind != LotKind::Cash || lot.moment < since {
                forfeited += rest;
                continue;
            }
            rounding += rest % CENT;
            refunded += rest - rest % CENT;
            if rest >= CENT {
                promised.push((number, rest - rest % CENT));
            }
        }
        let count = promised.len().to_string();
        for (lot, amount) in promised {
            let paid_for = self.recharge.charges.iter().find(|(_, charge)| charge.lot == Some(lot));
            let charge = *paid_for.context("every recharge is of a charge")?.0;
            self.promise(charge, amount, "closing", at);
        }
        let amounts = vec![("refunded", refunded), ("forfeited", forfeited), ("rounding", rounding)];
        let due = if refunded > 0 { business_day(at, BUSINESS_DAYS).to_string() } else { "none".to_owned() };
        let words = vec![("refunds", count), ("due", due)];
        self.expect(Told { kind: "account-closed", amounts, words });
        self.mail("account-closed");
        self.standing = Standing::Closed;
        Ok(())
    }

    /// The feed tells of the end of an account and of its refunds.
    pub(super) fn follow_end(&mut self, event: Event<'_>, taken: &Taken) -> Result<()> {
        let at = event.at();
        match event.kind() {
            "account-closing-owes" => {
                let due = self.due();
                let closing = self.closing.as_mut().context("nobody closes it")?;
                let expected = self.standing == Standing::Closing && closing.ends == at && !closing.owing && due > 0;
                ensure!(expected && event.amount("owed") == Some(due), "{due} is owed");
                closing.owing = true;
                Ok(())
            }
            "account-closed" => {
                if self.standing != Standing::Closed {
                    self.fix(at)?;
                }
                self.foretold(2, event)
            }
            "paid-after-closing" => {
                let key = event.word("key").unwrap_or_default();
                ensure!(self.standing == Standing::Closed && taken.contains_key(key), "nothing was paid");
                Ok(())
            }
            "refund-due" => {
                if self.standing != Standing::Closed {
                    self.fix(at)?;
                } else if event.word("cause") == Some("paid-after-closing") {
                    // It becomes no credit.
                    let (number, _) = self.settled(event, ChargeState::Paid)?;
                    let key = event.word("payment").unwrap_or_default();
                    let amount = taken.get(key).with_context(|| format!("{key} was never taken"))?.0;
                    self.promise(number, amount, "paid-after-closing", at);
                }
                self.foretold(2, event)
            }
            _ => self.follow_refund(event),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_owes_nothing_ends_after_an_hour() {
        let policy = Policy::default();
        let mut account = Account::open("MA".to_owned(), true, 0, &policy);
        account.spend(20_000_000, 0);
        assert!(!account.may_close(false, 0, &policy) && !account.may_close(true, 0, &policy));
        account.write_off(0, &policy);
        assert!(account.may_close(false, 0, &policy));
        assert_eq!(account.close(false, 5, &policy), 3_600_005);
        assert!(account.is_barred() && !account.is_over(3_600_004) && account.is_over(3_600_005));
        assert!(account.is_open_to("credits.settle") && !account.is_open_to("credits.recharge"));
        assert!(account.unfinished(3_600_004).is_none() && account.unfinished(3_600_005).is_some());
    }
}
