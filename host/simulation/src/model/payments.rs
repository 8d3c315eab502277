//! The feed tells how charges went: paid, declined, dropped, still without an answer (ACC-7, CRD-10, R8, R31).

use super::account::Account;
use super::policy::Policy;
use super::records::charges::{ChargeKind, ChargeState, Ladder};
use super::records::lots::LotKind;
use super::records::standing::Standing;
use super::told::{Event, Occasion, Taken};
use anyhow::{Context, Result, ensure};

impl Account {
    fn always_pays(&self, token: Option<&str>) -> bool {
        let known = |token: &str| self.cards.iter().any(|card| card.token == token && !card.forgotten);
        token.is_some_and(|token| token.starts_with("tok_approve") && known(token))
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

    pub(super) fn follow_paid(&mut self, event: Event<'_>, policy: &Policy, taken: &Taken) -> Result<()> {
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

    /// A charge is declined that is none for an invoice.
    pub(super) fn follow_declined(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
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

    /// An attempt to collect an invoice failed: without a charge, with one that was declined, or with one that was given up just now.
    pub(super) fn follow_declined_invoice(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
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
    /// A charge has no final answer yet.
    pub(super) fn follow_open(&self, event: Event<'_>) -> Result<()> {
        let number = event.number("charge").unwrap_or_default();
        let charge = self.recharge.charges.get(&number).context("no such charge")?;
        ensure!(charge.state == ChargeState::Open, "charge {number} was final");
        Ok(())
    }

    /// A charge has come to nothing: nobody needs it any more, its card cannot be charged, or the gateway has closed it.
    pub(super) fn follow_dropped(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
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
}
