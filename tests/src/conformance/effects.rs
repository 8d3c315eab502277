//! What the world has seen, in JSON, and whether that was expected.

use super::case::Expectation;
use super::matching::matches_part;
use super::values::Variables;
use super::world::World;
use coinbox_host::contract::email_types::MailMessage;
use coinbox_host::json;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Everything so far. Events are read from the feed by the runner.
#[derive(Clone, Default)]
pub(super) struct Seen {
    pub requests: Vec<Value>,
    pub movements: Vec<Value>,
    pub mails: Vec<Value>,
    pub codes: Vec<Value>,
    pub events: Vec<Value>,
    pub hang_ups: Vec<Value>,
    pub inventory: Vec<Value>,
    pub claims: Vec<Value>,
}

/// How much of [`Seen`] has been looked at.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    requests: usize,
    charges: usize,
    movements: usize,
    mails: usize,
    mails_of: usize,
    codes: usize,
    events: usize,
    no_events: usize,
    hang_ups: usize,
    inventory: usize,
    claims: usize,
}

impl Seen {
    pub(super) fn by(world: &World, events: Vec<Value>) -> anyhow::Result<Seen> {
        let requests = world.gateway.requests()?;
        let requests = requests.iter().map(|line| {
            json!({
                "call": line.call,
                "at": line.at.to_string(),
                "key": line.subject,
                "amount": line.amount.map(|amount| amount.to_string()),
                "answer": line.answer,
            })
        });
        let stock = world.stock.requests();
        let hang_ups = world.telephony.hang_ups();
        Ok(Seen {
            requests: requests.collect(),
            movements: world.gateway.movements()?.iter().map(json::to_value).collect::<Result<_, _>>()?,
            mails: world.mailer.messages().iter().map(mail).collect(),
            codes: world.telephony.codes().iter().map(json::to_value).collect::<Result<_, _>>()?,
            events,
            inventory: stock
                .iter()
                .filter(|request| request.call != "offer")
                .map(|request| {
                    json!({
                        "call": request.call,
                        "at": request.at.to_string(),
                        "key": request.key,
                        "number": request.number,
                        "account": request.account,
                        "answer": request.answer,
                    })
                })
                .collect(),
            claims: world.claims.asked(),
            hang_ups: hang_ups
                .iter()
                .map(|order| {
                    let mut value = json::to_value(order)?;
                    let account = value["auth-id"].take();
                    value["account"] = account;
                    Ok(value)
                })
                .collect::<anyhow::Result<_>>()?,
        })
    }

    /// A mark behind everything so far.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            requests: self.requests.len(),
            charges: self.requests.len(),
            movements: self.movements.len(),
            mails: self.mails.len(),
            mails_of: self.mails.len(),
            codes: self.codes.len(),
            events: self.events.len(),
            no_events: self.events.len(),
            hang_ups: self.hang_ups.len(),
            inventory: self.inventory.len(),
            claims: self.claims.len(),
        }
    }
}

fn mail(message: &MailMessage) -> Value {
    let mut to: Vec<&str> = message.to.iter().map(|mailbox| mailbox.address.as_str()).collect();
    to.sort_unstable();
    let facts = message.facts.iter().map(|fact| (fact.name.as_str(), fact.value.as_str()));
    let secrets = message.secret_facts.iter().map(|fact| (fact.name.as_str(), fact.value.as_str()));
    let (facts, secrets) = (first_values(facts), first_values(secrets));
    json!({"key": message.key, "template": message.template, "to": to, "facts": facts, "secret-facts": secrets})
}

/// Facts by name; of several with one name the first.
fn first_values<'a>(facts: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let mut values = Map::new();
    for (name, value) in facts {
        values.entry(name.to_owned()).or_insert_with(|| value.into());
    }
    Value::Object(values)
}

/// An event as it is read, with its facts by name.
pub(super) fn event(mut event: Value) -> Value {
    let facts = event["facts"].take();
    let pairs = facts.as_array().into_iter().flatten();
    let text = |fact: &Value, name: &str| fact[name].as_str().unwrap_or_default().to_owned();
    let pairs: Vec<(String, String)> = pairs.map(|fact| (text(fact, "name"), text(fact, "value"))).collect();
    event["facts"] = first_values(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    event
}

/// Compares what was seen behind the mark, and moves the mark behind what was compared.
pub(super) fn check(
    expected: &Expectation,
    seen: &Seen,
    mark: &mut Mark,
    variables: &mut Variables,
) -> Result<(), String> {
    let behind = seen.mark();
    if let Some(charges) = &expected.charges {
        let asked = seen.requests[mark.charges..].iter().filter(|request| request["call"] == "charge");
        in_order("charges", charges, &asked.cloned().collect::<Vec<_>>(), variables)?;
        mark.charges = behind.charges;
    }
    if let Some(requests) = &expected.requests {
        in_order("requests", requests, &seen.requests[mark.requests..], variables)?;
        mark.requests = behind.requests;
    }
    if let Some(movements) = &expected.movements {
        in_order("movements", movements, &seen.movements[mark.movements..], variables)?;
        mark.movements = behind.movements;
    }
    if let Some(hang_ups) = &expected.hang_ups {
        in_order("hang-ups", hang_ups, &seen.hang_ups[mark.hang_ups..], variables)?;
        mark.hang_ups = behind.hang_ups;
    }
    if let Some(hang_ups) = &expected.hang_ups_in_any_order {
        in_any_order("hang-ups-in-any-order", hang_ups, &seen.hang_ups[mark.hang_ups..], variables)?;
        mark.hang_ups = behind.hang_ups;
    }
    if let Some(inventory) = &expected.inventory {
        in_order("inventory", inventory, &seen.inventory[mark.inventory..], variables)?;
        mark.inventory = behind.inventory;
    }
    if let Some(claims) = &expected.claims {
        in_order("claims", claims, &seen.claims[mark.claims..], variables)?;
        mark.claims = behind.claims;
    }
    if let Some(mails) = &expected.mails {
        in_any_order("mails", mails, &seen.mails[mark.mails..], variables)?;
        mark.mails = behind.mails;
    }
    if let Some(codes) = &expected.codes {
        in_order("codes", codes, &seen.codes[mark.codes..], variables)?;
        mark.codes = behind.codes;
    }
    if let Some(counts) = &expected.mails_of {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for mail in &seen.mails[mark.mails_of..] {
            *found.entry(mail["template"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        if found != *counts {
            return Err(format!("mails-of: expected {counts:?}, found {found:?}"));
        }
        mark.mails_of = behind.mails_of;
    }
    if let Some(events) = &expected.events {
        among("events", events, &seen.events[mark.events..], variables)?;
        mark.events = behind.events;
    }
    if let Some(kinds) = &expected.no_events {
        let told = |kind: &&String| seen.events[mark.no_events..].iter().any(|event| event["kind"] == kind.as_str());
        if let Some(kind) = kinds.iter().find(told) {
            return Err(format!("no-events: there is `{kind}`"));
        }
        mark.no_events = behind.no_events;
    }
    Ok(())
}

fn list(values: &[Value]) -> String {
    values.iter().map(|value| format!("\n    {value}")).collect()
}

fn in_order(what: &str, expected: &[Value], found: &[Value], variables: &mut Variables) -> Result<(), String> {
    if expected.len() != found.len() {
        return Err(format!("{what}: expected {}, found {}:{}", expected.len(), found.len(), list(found)));
    }
    for (place, (expected, found)) in expected.iter().zip(found).enumerate() {
        let pattern = variables.fill(expected, true)?;
        matches_part(&pattern, found, variables).map_err(|problem| format!("{what}[{place}]: {problem}"))?;
    }
    Ok(())
}

/// Every expected value takes the first that fits and is not taken yet; none is left over.
fn in_any_order(what: &str, expected: &[Value], found: &[Value], variables: &mut Variables) -> Result<(), String> {
    let mut left: Vec<&Value> = found.iter().collect();
    for expected in expected {
        let pattern = variables.fill(&sorted(expected), true)?;
        let fits = |found: &&Value| matches_part(&pattern, found, &mut variables.clone()).is_ok();
        let place = left.iter().position(fits).ok_or_else(|| format!("{what}: no {pattern} among{}", list(found)))?;
        matches_part(&pattern, left.remove(place), variables)?;
    }
    match left.first() {
        None => Ok(()),
        Some(unexpected) => Err(format!("{what}: unexpected {unexpected}")),
    }
}

/// Recipients are compared without regard to their order.
fn sorted(mail: &Value) -> Value {
    let mut mail = mail.clone();
    if let Some(Value::Array(to)) = mail.get_mut("to") {
        to.sort_by_key(Value::to_string);
    }
    mail
}

/// Every expected value is there, in this order.
fn among(what: &str, expected: &[Value], found: &[Value], variables: &mut Variables) -> Result<(), String> {
    let mut rest = found.iter();
    for (place, expected) in expected.iter().enumerate() {
        let pattern = variables.fill(expected, true)?;
        let fits = |found: &&Value| matches_part(&pattern, found, &mut variables.clone()).is_ok();
        let found = rest
            .find(fits)
            .ok_or_else(|| format!("{what}[{place}]: no {pattern} (in this order) among{}", list(found)))?;
        matches_part(&pattern, found, variables)?;
    }
    Ok(())
}
