//! The end of an account in the model: use stops, is settled for an hour, and what is left of recharges is given back, each to where it came
//! from (ACC-12, CRD-12, R4, R14, R23, R24).

use super::account::{Account, LotKind, Standing};
use super::debts::CENT;
use super::recharge::ChargeState;
use super::{Event, Policy, Taken, Told};
use crate::operation::DAY;
use anyhow::{Context, Result, bail, ensure};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// For so long usage of before is posted: the default of the requirements.
const SETTLES: i64 = 3_600_000;
/// How old a recharge may be that is given back: the default of the requirements.
const WINDOW: i64 = 90 * DAY;
/// Business days until a refund is done: the default of the requirements. There are no holidays by default.
const BUSINESS_DAYS: u32 = 20;

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

/// A closing that has begun.
#[derive(Clone, Debug)]
pub(super) struct Closing {
    begun: i64,
    /// From then on usage is rejected.
    ends: i64,
    /// The final invoice is made.
    invoiced: bool,
    /// The feed has told that something is owed.
    owing: bool,
}

/// How a refund stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefundState {
    /// Not sent, or without final answer.
    Open,
    /// Declined: a person decides.
    Failed,
    /// The gateway has given it back.
    Paid,
    /// The operator has.
    SettledOtherwise,
    /// The number is that of a refund of a history that was lost, which was never made.
    Never,
}

/// One refund.
#[derive(Clone, Debug)]
pub struct Refund {
    /// Number of the charge.
    pub charge: u32,
    /// Whole cents.
    pub amount: i64,
    /// How it stands.
    pub state: RefundState,
    /// How often it was sent under a key of its own.
    pub tries: u32,
    overdue_at: i64,
    overdue: bool,
}

/// The business day that is so many of them after a moment's day, counted from the next day.
fn business_day(at: i64, count: u32) -> Date {
    let mut date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let mut left = count;
    while left > 0 {
        date = date.saturating_add(1.day());
        left -= u32::from(!matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday));
    }
    date
}

/// The midnight at which a day is over, UTC.
fn midnight_after(date: Date) -> i64 {
    let next = date.saturating_add(1.day()).to_zoned(TimeZone::UTC);
    next.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}

impl Account {
    /// Whether it is being closed or is closed.
    pub fn is_leaving(&self) -> bool {
        matches!(self.standing, Standing::Closing | Standing::Closed)
    }

    /// Whether this may be asked for, as far as its end stands in the way.
    pub fn is_open_to(&self, function: &str) -> bool {
        match self.standing {
            Standing::Closing => OPEN_WHEN_CLOSING.contains(&function) || OPEN_WHEN_CLOSED.contains(&function),
            Standing::Closed => OPEN_WHEN_CLOSED.contains(&function),
            _ => true,
        }
    }

    /// Whether nothing is debited or judged any more.
    pub fn is_over(&self, now: i64) -> bool {
        self.closing.as_ref().is_some_and(|closing| closing.ends <= now)
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

    /// A person sends a failed refund again, or has paid it in another way.
    pub fn decide_refund(&mut self, number: usize, otherwise: bool) {
        let refund = &mut self.refunds[number - 1];
        let word = number.to_string();
        if otherwise {
            refund.state = RefundState::SettledOtherwise;
            let words = vec![("refund", word), ("reference", "transfer".to_owned())];
            let amounts = vec![("amount", refund.amount)];
            self.expect(Told { kind: "refund-paid", amounts, words });
            self.mail("refund-paid");
        } else {
            refund.state = RefundState::Open;
            refund.tries += 1;
            let words = vec![("refund", word), ("try", refund.tries.to_string())];
            self.expect(Told { kind: "refund-retried", amounts: Vec::new(), words });
        }
    }

    /// Whether its closing is over, or still to come.
    pub(super) fn closes_later_than(&self, now: i64) -> bool {
        self.closing.as_ref().is_none_or(|closing| closing.ends > now || self.standing == Standing::Closed)
    }

    /// A refund of a history that was lost has come back, under its number.
    pub(super) fn recover_refund(&mut self, number: usize, charge: u32, amount: i64, due: &str) -> Result<()> {
        let refund = |state| Refund { charge, amount, state, tries: 1, overdue_at: i64::MAX, overdue: false };
        ensure!(number > self.refunds.len(), "refund {number} is there already");
        while self.refunds.len() + 1 < number {
            self.refunds.push(refund(RefundState::Never));
        }
        let overdue_at = midnight_after(due.parse().context("a refund is due on a day")?);
        self.refunds.push(Refund { overdue_at, ..refund(RefundState::Open) });
        Ok(())
    }

    fn promise(&mut self, charge: u32, amount: i64, cause: &str, at: i64) {
        let due = business_day(at, BUSINESS_DAYS);
        let (state, overdue_at) = (RefundState::Open, midnight_after(due));
        self.refunds.push(Refund { charge, amount, state, tries: 1, overdue_at, overdue: false });
        let words = vec![
            ("refund", self.refunds.len().to_string()),
            ("charge", charge.to_string()),
            ("cause", cause.to_owned()),
            ("due", due.to_string()),
        ];
        self.expect(Told { kind: "refund-due", amounts: vec![("amount", amount)], words });
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

    fn follow_refund(&mut self, event: Event<'_>) -> Result<()> {
        let at = event.at();
        let number = event.number("refund").and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
        let refund = number.checked_sub(1).and_then(|place| self.refunds.get_mut(place)).context("no such refund")?;
        ensure!(event.amount("amount") == Some(refund.amount), "it is of {}", refund.amount);
        let open = refund.state == RefundState::Open;
        match event.kind() {
            "refund-retried" => return self.foretold(2, event),
            "refund-paid" if refund.state == RefundState::SettledOtherwise => return self.foretold(2, event),
            "refund-paid" => {
                ensure!(open, "it was {:?}", refund.state);
                refund.state = RefundState::Paid;
                if !self.is_quiet(number) {
                    self.mail("refund-paid");
                }
            }
            "refund-failed" => {
                ensure!(open, "it was {:?}", refund.state);
                ensure!(event.number("try") == Some(refund.tries), "it is sent for the {}. time", refund.tries);
                refund.state = RefundState::Failed;
                let (tries, charge) = (refund.tries, refund.charge);
                let token = self.recharge.charges.get(&charge).map(|charge| charge.token.as_str()).unwrap_or_default();
                let declines = match token.strip_prefix("tok_refund_declined") {
                    Some(count) if count.starts_with(":1") => tries <= 1,
                    takes_nothing_back => takes_nothing_back.is_some(),
                };
                ensure!(declines, "{token} takes a refund back");
                self.mail("refund-failed");
            }
            "refund-open" => ensure!(open, "it was {:?}", refund.state),
            "refund-overdue" => {
                let late = refund.overdue_at <= at && !std::mem::replace(&mut refund.overdue, true);
                ensure!(late && (open || refund.state == RefundState::Failed), "it is not overdue: {refund:?}");
            }
            other => bail!("{other} is not of a refund"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refunds_are_due_after_twenty_business_days() {
        // 2026-03-02, a Monday; 2026-03-07, a Saturday.
        assert_eq!(business_day(1_772_409_600_000, 20).to_string(), "2026-03-30");
        assert_eq!(business_day(1_772_841_600_000, 20).to_string(), "2026-04-03");
        assert_eq!(midnight_after(business_day(1_772_409_600_000, 20)), 1_774_915_200_000);
    }

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
