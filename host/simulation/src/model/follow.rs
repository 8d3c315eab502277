//! The model reads the feed: what the outside has decided moves it, everything else must be what it foretold.

use super::account::{Account, CardState, LotKind, Standing};
use super::recharge::{ChargeKind, ChargeState, Ladder};
use super::{Event, Occasion, Policy, Taken, Told};
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

    fn always_pays(&self, token: Option<&str>) -> bool {
        let known = |token: &str| self.cards.iter().any(|card| card.token == token && !card.forgotten);
        token.is_some_and(|token| token.starts_with("tok_approve") && known(token))
    }

    pub(super) fn foretold(&mut self, place: usize, event: Event<'_>) -> Result<()> {
        let expected = self.expected[place].pop_front();
        match expected {
            Some(told) if told.is(&event) => Ok(()),
            other => bail!("the model expects {other:?}"),
        }
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
            "recharge-open" => {
                let number = event.number("charge").unwrap_or_default();
                let charge = self.recharge.charges.get(&number).context("no such charge")?;
                ensure!(charge.state == ChargeState::Open, "charge {number} was final");
                Ok(())
            }
            "recharge-dropped" => {
                let wanted = self.is_wanted();
                let (number, token) = self.settled(event, ChargeState::Void)?;
                let charge = &self.recharge.charges[&number];
                let kind = charge.kind;
                let cause = event.word("cause").unwrap_or_default();
                let justified = match cause {
                    // Given up, sent with a card that was removed meanwhile, or given up by the gateway itself.
                    "closed-by-gateway" => {
                        charge.given_up || token.is_none_or(|token| token.starts_with("tok_unknown_then_never"))
                    }
                    "account-closed" => self.is_leaving(),
                    "not-needed" => match kind {
                        ChargeKind::Automatic => !wanted,
                        ChargeKind::Settlement => self.due() < charge.amount,
                        ChargeKind::Invoice => !self.is_attempt_wanted(number),
                        ChargeKind::Manual => false,
                    },
                    word => self.unusable(Some(charge.card)) == Some(word),
                };
                ensure!(justified, "charge {number} was dropped without reason");
                match kind {
                    ChargeKind::Automatic => self.recharge.ladder = Ladder::Ready,
                    ChargeKind::Settlement => self.put_off(at),
                    // One that would still be made is a failed attempt, which is told next.
                    ChargeKind::Invoice if cause != "not-needed" && self.is_attempt_wanted(number) => {}
                    ChargeKind::Invoice => self.attempt_over(number, at),
                    ChargeKind::Manual => {}
                }
                self.judge(at, policy, Occasion::Other);
                Ok(())
            }
            "credit-expired" if self.expected[2].front().is_some_and(|told| told.kind == "credit-expired") => {
                self.foretold(2, event)
            }
            "credit-expired" => {
                let number = event.word("reason").and_then(|reason| reason.strip_prefix("lot ")?.parse().ok());
                let lot = self.lots.iter_mut().find(|lot| Some(lot.number) == number).context("no such lot")?;
                ensure!(lot.kind == LotKind::Promotional && lot.moment <= at, "the lot does not expire now");
                ensure!(event.amount("amount") == Some(lot.rest) && lot.rest > 0, "{} was left of the lot", lot.rest);
                lot.rest = 0;
                self.judge(at, policy, Occasion::Other);
                Ok(())
            }
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
            "mail-failed" => {
                let template = event.word("template").unwrap_or_default();
                if super::MAILS.contains(&template) {
                    let sent = self.mails.get_mut(template).context("no such mail")?;
                    *sent = sent.checked_sub(1).context("no such mail")?;
                }
                Ok(())
            }
            "payment-unexplained" | "payment-notice-unknown" | "refund-unexplained" => {
                bail!("nothing is lost here")
            }
            _ => Ok(()),
        }
    }

    /// A charge is declined that is none for an invoice.
    fn follow_declined(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let (number, token) = self.settled(event, ChargeState::Declined)?;
        ensure!(!self.always_pays(token.as_deref()), "a card that always pays was declined");
        let (kind, amount) = (self.recharge.charges[&number].kind, self.recharge.charges[&number].amount);
        match kind {
            ChargeKind::Automatic if self.recharge.settings.is_none() => {
                self.recharge.reset();
                self.recharge.ladder = Ladder::Ready;
            }
            ChargeKind::Automatic => {
                let told = self.fail(event.word("reason").unwrap_or_default(), amount, policy);
                ensure!(told.is(&event), "the model expects {told:?}");
            }
            ChargeKind::Settlement => {
                self.put_off(event.at());
                self.mail("recharge-failed");
            }
            ChargeKind::Manual | ChargeKind::Invoice => self.mail("recharge-failed"),
        }
        self.judge(event.at(), policy, Occasion::Other);
        Ok(())
    }

    /// A charge becomes final, once. Answers its number and the token of its card, if that is still stored.
    pub(super) fn settled(&mut self, event: Event<'_>, state: ChargeState) -> Result<(u32, Option<String>)> {
        let number = event.number("charge").context("a charge has a number")?;
        let charge = self.recharge.charges.get_mut(&number).context("no such charge")?;
        ensure!(charge.state == ChargeState::Open, "charge {number} was final already: {:?}", charge.state);
        ensure!(event.amount("amount") == Some(charge.amount), "charge {number} is of {}", charge.amount);
        ensure!(event.word("kind").is_none_or(|word| word == charge.kind.word()), "it is {}", charge.kind.word());
        charge.state = state;
        let card = charge.card;
        let stored = self.cards.iter().find(|stored| stored.number == card);
        Ok((number, stored.map(|card| card.token.clone())))
    }

    fn follow_paid(&mut self, event: Event<'_>, policy: &Policy, taken: &Taken) -> Result<()> {
        let at = event.at();
        ensure!(self.standing != Standing::Closed, "nothing is credited to a closed account");
        let (number, _) = self.settled(event, ChargeState::Paid)?;
        let key = event.word("key").unwrap_or_default();
        let (amount, paid_at) = *taken.get(key).with_context(|| format!("{key} was booked and never taken"))?;
        let charge = &self.recharge.charges[&number];
        ensure!(amount == charge.amount, "the gateway took {amount} under {key}");
        let kind = charge.kind;
        let owed = self.credit(LotKind::Cash, amount, paid_at);
        match kind {
            ChargeKind::Settlement => self.round_off(at, at),
            ChargeKind::Invoice => {
                if let Some(end) = self.end_of_cycle(number) {
                    self.round_off(end, at);
                }
            }
            ChargeKind::Automatic | ChargeKind::Manual => {}
        }
        let lot = u32::try_from(self.lots.len()).unwrap_or(u32::MAX);
        if let Some(charge) = self.recharge.charges.get_mut(&number) {
            charge.lot = Some(lot);
        }
        ensure!(event.amount("balance") == Some(self.balance()), "the balance is {}", self.balance());
        ensure!(event.amount("paid-owed") == Some(owed), "{owed} was owed");
        self.mail("recharge-paid");
        // ACC-7, R31: the first paid recharge is the upgrade. What pays a debt is none, and resets nothing.
        match kind {
            ChargeKind::Automatic => self.recharge.paid(),
            ChargeKind::Manual => self.recharge.reset(),
            ChargeKind::Settlement => self.put_off(at),
            ChargeKind::Invoice => {
                self.attempt_paid(number);
                self.attempt_over(number, at);
            }
        }
        self.trial &= !matches!(kind, ChargeKind::Automatic | ChargeKind::Manual);
        self.judge(at, policy, Occasion::Credit);
        Ok(())
    }

    /// An attempt to collect an invoice failed: without a charge, with one that was declined, or with one that was given up just now.
    fn follow_declined_invoice(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let Some(number) = event.number("charge") else { return self.follow_dunning(event, policy) };
        if self.recharge.charges.get(&number).is_none_or(|charge| charge.state != ChargeState::Void) {
            let (_, token) = self.settled(event, ChargeState::Declined)?;
            ensure!(!self.always_pays(token.as_deref()), "a card that always pays was declined");
        }
        // No attempt of this history waits for one of a history that was lost.
        if !self.recharge.recovered.contains(&number) || self.end_of_cycle(number).is_some() {
            self.attempt_failed(number, event, policy)?;
        }
        self.judge(event.at(), policy, Occasion::Other);
        Ok(())
    }

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
