//! Reservations: what is to be held, what is held, and how those that are over have ended (USE-3, R12, R16, R87).

use crate::model::policy::Policy;
use crate::model::prices::total;
use crate::model::usage::Reported;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Main account or sub-account.
    pub source: String,
    /// The platform's name.
    pub name: String,
    /// A call, which goes on, or a message.
    pub call: bool,
    /// A number and seconds of voice to it; otherwise the amount.
    pub rated: Option<(String, u32)>,
    /// Micros, where nothing is rated.
    pub amount: i64,
    /// The reserved time.
    pub lasts: i64,
}

impl Wanted {
    /// In the form of the contract.
    pub fn json(&self) -> Value {
        let mut shown = self.terms();
        shown["kind"] = json!(if self.call { "call" } else { "message" });
        shown
    }

    /// [`Wanted::json`] of an extension.
    pub fn terms(&self) -> Value {
        let price = match &self.rated {
            None => json!({"fixed": {"amount": self.amount.to_string()}}),
            Some((number, seconds)) => {
                json!({"rated": {"product": "voice", "heading": "outbound", "number": number, "quantity": seconds}})
            }
        };
        json!({"auth-id": self.source, "name": self.name, "price": price, "lasts-ms": self.lasts.to_string()})
    }

    /// At so many percent.
    pub(in crate::model) fn price(&self, percent: Option<i64>) -> Option<i64> {
        match &self.rated {
            None => Some(self.amount),
            Some((number, seconds)) => total("voice", number, *seconds, percent?),
        }
    }

    /// What is quoted with it.
    pub(in crate::model) fn quote(&self, percent: Option<i64>) -> Option<Quote> {
        self.rated.as_ref().zip(percent).map(|((number, _), percent)| (number.clone(), percent))
    }
}

/// The number that a price of voice was quoted for, and the percentage: both stay (R87).
pub(crate) type Quote = (String, i64);

/// The percentage that was quoted for this event.
fn quoted(quote: Option<&Quote>, event: &Reported) -> Option<i64> {
    quote.filter(|(number, _)| event.product == "voice" && *number == event.number).map(|(_, percent)| *percent)
}

#[derive(Clone, Debug)]
pub(crate) struct Hold {
    pub(crate) wanted: Wanted,
    pub(crate) quote: Option<Quote>,
    pub(crate) amount: i64,
    pub(crate) begun: i64,
    pub(crate) until: i64,
    pub(crate) expires: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Expired,
    Released,
    Settled(Reported),
}

/// Open reservations of an account, and how those that are over have ended.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    pub(in crate::model) open: BTreeMap<String, Hold>,
    /// With the moment from which the name is free again.
    over: BTreeMap<String, (End, i64, Option<Quote>)>,
    /// An extension was refused: a call may have to end.
    pub(in crate::model) refused: bool,
}

impl Holds {
    /// What they hold together.
    pub fn held(&self) -> i64 {
        self.open.values().map(|hold| hold.amount).sum()
    }

    /// Names and amounts of the open ones.
    pub fn open(&self) -> Vec<(String, i64)> {
        self.open.iter().map(|(name, hold)| (name.clone(), hold.amount)).collect()
    }

    /// One whose time is over and that is still held.
    pub fn overdue(&self, now: i64) -> Option<&str> {
        self.open.iter().find(|(_, hold)| hold.expires <= now).map(|(name, _)| name.as_str())
    }

    pub(in crate::model) fn ended(&self, name: &str, now: i64) -> Option<&End> {
        self.over.get(name).filter(|(_, free, _)| *free > now).map(|(end, _, _)| end)
    }

    /// What an event that settles it is rated at, if that was quoted.
    pub(in crate::model) fn quoted(&self, name: &str, now: i64, event: &Reported) -> Option<i64> {
        let over = self.over.get(name).filter(|(_, free, _)| *free > now).and_then(|(_, _, quote)| quote.as_ref());
        quoted(self.open.get(name).map_or(over, |hold| hold.quote.as_ref()), event)
    }

    pub(in crate::model) fn end(&mut self, name: &str, end: End, now: i64, policy: &Policy) -> i64 {
        let hold = self.open.remove(name);
        let quote = hold.as_ref().and_then(|hold| hold.quote.clone());
        self.over.insert(name.to_owned(), (end, now + policy.window + policy.ahead, quote));
        hold.map_or(0, |hold| hold.amount)
    }
}

/// R12: above zero, and the price.
pub(crate) fn out_of_credit(available: i64, price: i64) -> Option<Value> {
    let enough = available > 0 && available >= price;
    (!enough).then(|| json!({"out-of-credit": (price.max(1) - available).to_string()}))
}
