//! The model reads the feed: what the outside has decided moves it, everything else must be what it foretold.

use super::account::Account;
use super::policy::Policy;
use super::records::cards::CardState;
use super::records::lots::LotKind;
use super::told::{Event, MAILS, Occasion, Taken, Told};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// For so long a card is asked about at least before it is given up.
const DESCRIBED_AT_LEAST: i64 = 45 * 60_000;

impl Account {
    /// Follows events of this account up to a moment; `more` of them may follow.
    pub fn follow(&mut self, events: &[Value], now: i64, policy: &Policy, taken: &Taken, more: bool) -> Result<()> {
        for event in events {
            let event = Event(event);
            self.pass_time(event.at(), policy);
            self.position = event.position();
            let before = self.closes_at(event.at()).then(|| self.clone());
            let mut followed = self.follow_one(event, policy, taken);
            if let (Err(_), Some(before)) = (&followed, before) {
                // The month was closed in front of it.
                *self = before;
                self.close_month(policy);
                followed = self.follow_one(event, policy, taken);
            }
            followed.with_context(|| format!("event {}", event.0))?;
        }
        if more {
            return Ok(());
        }
        self.pass_time(now, policy);
        self.close_month(policy);
        self.reconciled(now, policy);
        let missing: Vec<&Told> = self.expected.iter().flatten().collect();
        ensure!(missing.is_empty(), "account {}: the feed does not tell {missing:?}", self.id);
        if let Some(name) = self.holds.overdue(now) {
            bail!("account {}: reservation {name} has expired and is still held", self.id);
        }
        if let Some(number) = self.overdue_number(now) {
            bail!("account {}: rent of {number} is owed for too long and it is still rented", self.id);
        }
        if let Some(untold) = self.rents.untold() {
            bail!("account {}: {untold} fell due and was not posted", self.id);
        }
        if let Some(unattempted) = self.unattempted(now) {
            bail!("account {}: {unattempted}", self.id);
        }
        if let Some(unfinished) = self.unfinished(now) {
            bail!("account {}: {unfinished}", self.id);
        }
        if let Some(lot) = self.overdue_lot(now) {
            bail!("account {}: lot {lot} has expired and still holds credit", self.id);
        }
        Ok(())
    }

    fn follow_one(&mut self, event: Event<'_>, policy: &Policy, taken: &Taken) -> Result<()> {
        let at = event.at();
        if matches!(event.kind(), "recharge-started" | "recharge-failed" | "recharge-capped") {
            self.reconciled(at, policy);
        }
        let is_alert = matches!(event.kind(), "balance-low" | "out-of-credit" | "limit-low" | "limit-reached");
        if is_alert && self.expected[0].is_empty() {
            self.judge_restored(at, policy);
        }
        match event.kind() {
            "recharge-recovered" | "recharge-found-open" | "refund-recovered" | "number-recovered" => {
                self.follow_restored(event, policy, taken)
            }
            "balance-low" | "out-of-credit" | "credit-available" | "limit-low" | "limit-reached"
            | "limit-available" => self.foretold(0, event),
            "invoice-issued" => self.follow_issued(event),
            "invoice-due" | "invoice-reopened" => self.follow_dunning(event, policy),
            "recharge-started" if event.word("kind") == Some("invoice") => self.follow_dunning(event, policy),
            "recharge-failed" if event.word("kind") == Some("invoice") => self.follow_declined_invoice(event, policy),
            "recharge-started" | "recharge-capped" => self.foretold(1, event),
            "recharge-failed" if event.word("charge").is_none() => self.foretold(1, event),
            "recharge-failed" => self.follow_declined(event, policy),
            "recharge-paid" => self.follow_paid(event, policy, taken),
            "recharge-open" => self.follow_open(event),
            "recharge-dropped" => self.follow_dropped(event, policy),
            "credit-expired" if self.expected[2].front().is_some_and(|told| told.kind == "credit-expired") => {
                self.foretold(2, event)
            }
            "credit-expired" => self.follow_expired(event, policy),
            "reservations-expired" => self.follow_expiry(event, policy),
            "extension-refused" => self.follow_refused_extension(event),
            "calls-ended" => self.follow_ended_calls(event),
            "number-ordered"
            | "number-order-failed"
            | "number-rented"
            | "number-released"
            | "rent-posted"
            | "rent-owed"
            | "seats-charged" => self.follow_number(event, policy),
            "card-added" | "card-unknown" => self.follow_card(event, policy),
            "account-closing-owes"
            | "account-closed"
            | "paid-after-closing"
            | "refund-due"
            | "refund-open"
            | "refund-paid"
            | "refund-failed"
            | "refund-overdue"
            | "refund-retried" => self.follow_end(event, taken),
            "account-closing"
            | "account-suspended"
            | "billing-changed"
            | "account-reinstated"
            | "chargeback"
            | "goodwill"
            | "correction"
            | "debit"
            | "trial-credits"
            | "coupon-redeemed"
            | "credit-note-issued"
            | "written-off"
            | "default-card-changed"
            | "card-removed" => self.foretold(2, event),
            "mail-failed" => self.follow_failed_mail(event),
            "payment-unexplained" | "payment-notice-unknown" | "refund-unexplained" => {
                bail!("nothing is lost here")
            }
            _ => Ok(()),
        }
    }

    /// A gift's time is over.
    fn follow_expired(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
        let number = event.word("reason").and_then(|reason| reason.strip_prefix("lot ")?.parse().ok());
        let lot = self.lots.iter_mut().find(|lot| Some(lot.number) == number).context("no such lot")?;
        ensure!(lot.kind == LotKind::Promotional && lot.moment <= at, "the lot does not expire now");
        ensure!(event.amount("amount") == Some(lot.rest) && lot.rest > 0, "{} was left of the lot", lot.rest);
        lot.rest = 0;
        self.judge(at, policy, Occasion::Other);
        Ok(())
    }

    /// A mail could not be sent.
    fn follow_failed_mail(&mut self, event: Event<'_>) -> Result<()> {
        let template = event.word("template").unwrap_or_default();
        if MAILS.contains(&template) {
            let sent = self.mails.get_mut(template).context("no such mail")?;
            *sent = sent.checked_sub(1).context("no such mail")?;
            *self.mails_given_up.entry(template.to_owned()).or_default() += 1;
        }
        Ok(())
    }

    /// A card is described, or the gateway does not know it.
    fn follow_card(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
        let number = event.word("card").and_then(|name| name.strip_prefix("card-")?.parse().ok()).unwrap_or(0);
        let card = self.cards.iter_mut().find(|card| card.number == number).context("no such card")?;
        ensure!(card.state == CardState::Checking, "card {number} was described already");
        let known = event.kind() == "card-added";
        // A gateway that is down for long has a card given up that it would know.
        let given_up = !known && at - card.added >= DESCRIBED_AT_LEAST;
        let expected = !card.token.starts_with("tok_nobody_knows") && !card.forgotten;
        ensure!(known == expected || given_up, "card {number} has the token {}", card.token);
        card.state = if known { CardState::Ready } else { CardState::Unknown };
        let wanted = card.wanted;
        if !known {
            return Ok(());
        }
        if self.default == Some(number) {
            // Only now there is a usable default card.
            self.recharge.reset();
            self.judge(at, policy, Occasion::Other);
        } else if wanted || self.default.is_none() {
            self.make_default(number, at, policy);
        }
        Ok(())
    }
}
