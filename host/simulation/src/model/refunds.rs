//! What is given back to cards: promised, sent again, settled otherwise, overdue (CRD-12, R24).

use super::account::Account;
use super::records::closing::{BUSINESS_DAYS, Refund, RefundState, business_day, midnight_after};
use super::told::{Event, Told};
use anyhow::{Context, Result, bail, ensure};

impl Account {
    pub(super) fn promise(&mut self, charge: u32, amount: i64, cause: &str, at: i64) {
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

    /// A refund of a history that was lost has come back, under its number.
    pub(super) fn recover_refund(&mut self, number: usize, charge: u32, amount: i64, due: &str) -> Result<()> {
        let refund = |state| Refund { charge, amount, state, tries: 1, overdue_at: i64::MAX, overdue: false };
        ensure!(number > self.refunds.len(), "refund {number} is there already");
        while self.refunds.len() + 1 < number {
            // A number that the lost history gave to a refund that was never made: it takes nothing off its payment.
            self.refunds.push(Refund { charge: 0, amount: 0, ..refund(RefundState::Never) });
        }
        let overdue_at = midnight_after(due.parse().context("a refund is due on a day")?);
        self.refunds.push(Refund { overdue_at, ..refund(RefundState::Open) });
        Ok(())
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

    pub(super) fn follow_refund(&mut self, event: Event<'_>) -> Result<()> {
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
                if !self.gone.is_quiet(number) {
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
