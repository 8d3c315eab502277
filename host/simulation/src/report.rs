//! What the platform reports in a simulation: usage events, and calls and messages that are held, extended and settled.

use super::check;
use super::model::{Reported, Wanted};
use super::operation::{Operation, Planned};
use super::run::Simulation;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Reservations that an operation picks from: the newest ones, of which some are open.
const NEWEST: usize = 6;

impl Simulation {
    pub(super) fn report(&mut self, planned: &[Planned]) -> Result<()> {
        let now = self.world.now();
        let mut events: Vec<Reported> = Vec::new();
        for (index, planned) in planned.iter().enumerate() {
            let id = format!("e-{}-{index}", self.step);
            let sent_before = |nth: usize| super::values::nth(&self.model.usage.rated, nth);
            let twin = events.last().cloned();
            events.extend(match planned {
                Planned::Twin => twin,
                Planned::New { source, product, number, quantity, age } => {
                    super::values::nth(&self.model.usage.sources, *source).map(|(source, _)| Reported {
                        source,
                        id,
                        at: now - age,
                        product: (*product).to_owned(),
                        number: (*number).to_owned(),
                        quantity: *quantity,
                    })
                }
                Planned::Again { nth } => sent_before(*nth),
                Planned::Changed { nth } => {
                    sent_before(*nth).map(|event| Reported { quantity: event.quantity + 1, ..event })
                }
                Planned::Stranger => Some(Reported {
                    source: "MA00000000000000000A".to_owned(),
                    id,
                    at: now,
                    product: "sms".to_owned(),
                    number: "12125550100".to_owned(),
                    quantity: 1,
                }),
            });
        }
        let expected = self.foretell(&events);
        let shown: Vec<Value> = events.iter().map(Reported::json).collect();
        let answer = self.command("usage.record-events", json!({"events": shown}), true)?.unwrap_or_default();
        ensure!(answer["answers"] == json!(expected), "the model answers {expected:?}, the rules {answer}");
        Ok(())
    }

    pub(super) fn resubmit(&mut self, count: usize) -> Result<()> {
        let page = self.world.ok("usage.list-rejected", None, json!({"after": null, "limit": count}))?;
        let rejected = page["rejected"].as_array().cloned().unwrap_or_default();
        if rejected.is_empty() {
            return Ok(());
        }
        let mut events = Vec::new();
        for one in &rejected {
            let event = check::reported(&one["event"])?;
            let known = self.model.usage.rejected.remove(&event).map(|(reason, _)| reason);
            let shown = super::values::text(&one["reason"])?;
            ensure!(known == Some(shown.as_str()), "{one} is on the list of rejected events, the model has {known:?}");
            events.push(event);
        }
        let expected = self.foretell(&events);
        let pair = |one: &Value| json!({"key": one["key"], "event": one["event"]});
        let mended: Vec<Value> = rejected.iter().map(pair).collect();
        let answer = self.command("usage.resubmit", json!({"events": mended}), true)?.unwrap_or_default();
        ensure!(answer["answers"] == json!(expected), "the model answers {expected:?}, the rules {answer}");
        Ok(())
    }

    /// What the contract must answer to a batch. Accounts are judged once, at its end.
    fn foretell(&mut self, events: &[Reported]) -> Vec<Value> {
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let mut touched = std::collections::BTreeSet::new();
        let mut answers = Vec::new();
        for event in events {
            let (answer, paid) = self.model.usage.report(event, now, &policy);
            if let Some((payer, amount)) = paid {
                self.model.accounts[payer].spend(amount, now);
                touched.insert(payer);
            }
            answers.push(answer);
        }
        touched.into_iter().for_each(|payer| self.model.accounts[payer].judge_anew(now, &policy));
        answers
    }

    /// One of the newest reservations that were asked for.
    fn newest(&self, nth: usize) -> Option<Wanted> {
        let made = &self.model.wanted;
        super::values::nth(&made[made.len().saturating_sub(NEWEST)..], nth)
    }

    fn payer(&self, source: &str) -> Option<usize> {
        self.model.usage.sources.iter().find(|(id, _)| id == source).map(|(_, payer)| *payer)
    }

    /// Reserves, or extends.
    pub(super) fn hold(&mut self, operation: &Operation) -> Result<()> {
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let of = |rated: &Option<(&str, u32)>| rated.map(|(number, seconds)| (number.to_owned(), seconds));
        let (wanted, made) = match operation {
            Operation::Reserve { source, call, amount, rated, lasts, again } => {
                let sources = &self.model.usage.sources;
                let Some((source, _)) = super::values::nth(sources, *source) else { return Ok(()) };
                let before = again.and_then(|nth| self.newest(nth));
                let fresh = format!("r-{}", self.step);
                // Every second time under an old name the whole request is the old one.
                let wanted = match before {
                    Some(before) if again.is_some_and(|nth| nth % 2 == 0) => before,
                    before => {
                        let name = before.map_or(fresh, |before| before.name);
                        Wanted { source, name, call: *call, rated: of(rated), amount: *amount, lasts: *lasts }
                    }
                };
                (wanted, true)
            }
            Operation::Extend { nth, amount, rated, lasts } => {
                let Some(before) = self.newest(*nth) else { return Ok(()) };
                (Wanted { rated: of(rated), amount: *amount, lasts: *lasts, ..before }, false)
            }
            _ => return Ok(()),
        };
        let Some(payer) = self.payer(&wanted.source) else { return Ok(()) };
        let account = &mut self.model.accounts[payer];
        let (function, arguments, expected) = if made {
            let percent = self.model.usage.prices.percent(payer, now);
            let expected = account.reserve(&wanted, percent, now, &policy);
            self.model.wanted.push(wanted.clone());
            ("reservations.reserve", json!({"holds": [wanted.json()]}), expected)
        } else {
            let expected = account.extend(&wanted, (&self.model.usage.prices, payer), now, &policy);
            ("reservations.extend", json!({"extensions": [wanted.terms()]}), expected)
        };
        let mut answer = self.command(function, arguments, true)?.unwrap_or_default()[0].take();
        if let Some(shown) = answer.get_mut("reserved").and_then(Value::as_object_mut) {
            shown.remove("ends");
        }
        if answer.get("ending").is_some() {
            // When it ends depends on when the call was last on the list of running ones.
            answer = json!({"ending": answer["ending"]["why"]});
        }
        let as_foretold = match &expected {
            Some(expected) => answer == *expected,
            None => ["refused", "ending"].iter().any(|word| answer[word].get("invalid").is_some()),
        };
        ensure!(as_foretold, "the model answers {expected:?} to {wanted:?}, the rules {answer}");
        Ok(())
    }

    pub(super) fn settle(&mut self, nth: usize, quantity: u32, age: i64, again: bool) -> Result<()> {
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let Some(wanted) = self.newest(nth) else { return Ok(()) };
        let before = self.model.settled.get(&wanted.name).filter(|_| again).cloned();
        let number = wanted.rated.as_ref().map_or("12125550100", |(number, _)| number).to_owned();
        let event = before.unwrap_or_else(|| Reported {
            source: wanted.source.clone(),
            id: format!("s-{}", self.step),
            at: now - age,
            product: "voice".to_owned(),
            number,
            quantity,
        });
        self.model.settled.insert(wanted.name.clone(), event.clone());
        // Names are those of a main account: it is the event that says whose reservation is settled.
        let Some(payer) = self.payer(&event.source) else { return Ok(()) };
        let account = &mut self.model.accounts[payer];
        let expected = account.settle(&wanted.name, &event, &mut self.model.usage, now, &policy);
        let arguments = json!({"settlements": [{"name": wanted.name, "event": event.json()}]});
        let answer = self.command("reservations.settle", arguments, true)?.unwrap_or_default();
        ensure!(answer["answers"] == json!([expected]), "the model answers {expected}, the rules {answer}");
        Ok(())
    }

    pub(super) fn release(&mut self, nth: usize) -> Result<()> {
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let Some(wanted) = self.newest(nth) else { return Ok(()) };
        let Some(payer) = self.payer(&wanted.source) else { return Ok(()) };
        let expected = self.model.accounts[payer].release(&wanted.name, now, &policy);
        let arguments = json!({"reservations": [{"auth-id": wanted.source, "name": wanted.name}]});
        let answer = self.command("reservations.release", arguments, true)?.context("an answer")?;
        ensure!(answer == json!([expected]), "the model answers {expected}, the rules {answer}");
        Ok(())
    }
}
