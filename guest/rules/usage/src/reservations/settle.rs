//! Settling: the true cost is posted as a usage event, once, and what was held is given back (R16).
//!
//! The event takes the way of every usage event ([`crate`]), so it is rated, deduplicated, posted or put on the list of rejected
//! events exactly as one that is reported without a reservation.

use super::desk::Desk;
use super::records::{self, Closed, End, Open, Quoted};
use crate::events::{self, Answer, Held};
use crate::reservations::checks::{ITEMS_MAX, check_count, check_name};
use crate::reservations::forms::Error;
use crate::reservations::records::forget_at;
use coinbox_access::{self as access, functions};
use coinbox_credit::records::running_calls;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::product::{Event, Rejection};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Micros, int_text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One reservation to settle.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settlement {
    /// The platform's name.
    pub name: String,
    /// What was used.
    pub event: Event,
}

/// What a settled reservation was before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Former {
    /// Open.
    Open,
    /// Never settled in time.
    Expired,
    /// Given back.
    Released,
    /// No reservation had this name.
    Unknown,
}

/// A settled reservation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settled {
    /// Rated and debited.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// No longer held.
    #[serde(with = "int_text")]
    pub released: Micros,
    /// What it was.
    pub was: Former,
}

/// What became of a settlement.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettleAnswer {
    /// Debited.
    Settled(Settled),
    /// Counted before, and the same.
    Duplicate,
    /// Settled or counted before with other content.
    Conflicting,
    /// Kept on the list of rejected events.
    Rejected(Rejection),
}

/// Answers in the batch's order, and where the rated events are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettleBatch {
    /// One a settlement.
    pub answers: Vec<SettleAnswer>,
    /// Ledger transactions.
    pub transactions: Vec<String>,
}

/// What is known of a settlement's reservation.
enum Found {
    Open(Open),
    /// With the price that it was quoted at.
    Before(Former, Option<Quoted>),
    /// Settled by another event.
    Otherwise,
}

/// Posts true costs and gives back what was held.
pub fn settle(turn: &mut Turn<'_>, caller: &Caller, settlements: Vec<Settlement>) -> Result<SettleBatch, Error> {
    let command = access::command(turn, caller, functions::RESERVATIONS_SETTLE)?;
    command.once(turn, &settlements, |turn, who, ()| {
        let mut checks = Checks::new();
        check_count(&mut checks, settlements.len(), "settlements");
        for (index, item) in settlements.iter().take(ITEMS_MAX).enumerate() {
            check_name(&mut checks, &format!("settlements[{index}]"), &item.name);
        }
        checks.done()?;
        let items = settlements.iter().map(|item| (item.event.auth_id.as_str(), item.name.as_str()));
        let desk = Desk::open(turn, who, items)?;
        check_distinct(&desk, &settlements)?;
        Ok(post(turn, &desk, &settlements)?)
    })
}

/// The same reservation twice in a batch would leave open which of both is meant.
fn check_distinct(desk: &Desk, settlements: &[Settlement]) -> Result<(), Fault> {
    let mut seen: BTreeSet<(AuthId, &str)> = BTreeSet::new();
    let mut checks = Checks::new();
    for (index, item) in settlements.iter().enumerate() {
        let Some(main) = desk.main(&item.event.auth_id) else { continue };
        let field = format!("settlements[{index}].name");
        checks.require(seen.insert((main, &item.name)), &field, FieldRule::NotAllowedTogether, "each once");
    }
    checks.done()
}

fn post(turn: &mut Turn<'_>, desk: &Desk, settlements: &[Settlement]) -> Result<SettleBatch, Fault> {
    let mut found = Vec::with_capacity(settlements.len());
    let (mut events, mut held) = (Vec::new(), Vec::new());
    for item in settlements {
        let one = match desk.main(&item.event.auth_id) {
            Some(main) => find(turn, main, item)?,
            None => Found::Before(Former::Unknown, None),
        };
        if let Some(main) = desk.main(&item.event.auth_id) {
            // Whatever becomes of the event: the call is over.
            running_calls::forget(turn, main, &item.name)?;
        }
        match &one {
            Found::Otherwise => events::keep_rejected(turn, &item.event.view(), Rejection::Conflict)?,
            Found::Open(open) => {
                let quoted = open.quoted.as_ref().and_then(|quoted| quoted.price_of(&item.event));
                events.push(item.event.view());
                held.push(Held { amount: open.amount, quoted });
            }
            Found::Before(_, quoted) => {
                let quoted = quoted.as_ref().and_then(|quoted| quoted.price_of(&item.event));
                events.push(item.event.view());
                held.push(Held { amount: Money::ZERO, quoted });
            }
        }
        found.push(one);
    }
    let posted = crate::post_held(turn, &events, &held)?;
    let forget = forget_at(turn)?;
    let mut posted_answers = posted.answers.into_iter();
    let mut answers = Vec::with_capacity(settlements.len());
    for (item, found) in settlements.iter().zip(found) {
        let (open, was) = match found {
            Found::Otherwise => {
                answers.push(SettleAnswer::Conflicting);
                continue;
            }
            Found::Open(open) => (Some(open), Former::Open),
            Found::Before(was, _) => (None, was),
        };
        let released = open.as_ref().map_or(Money::ZERO, |open| open.amount);
        let answer = posted_answers.next().expect("one answer an event");
        if let (Answer::Rated(_) | Answer::Duplicate, Some(main)) = (&answer, desk.main(&item.event.auth_id)) {
            let end = End::Settled(events::event_digest(&item.event.view()));
            match open {
                Some(open) => records::close(turn, main, &item.name, open, end, forget),
                None => remember_anew(turn, main, &item.name, end, forget)?,
            }
        }
        answers.push(match answer {
            Answer::Rated(amount) => SettleAnswer::Settled(Settled { amount, released: released.micros(), was }),
            Answer::Duplicate => SettleAnswer::Duplicate,
            Answer::Conflicting => SettleAnswer::Conflicting,
            Answer::Rejected(rejection) => SettleAnswer::Rejected(rejection),
        });
    }
    records::look_by(turn, forget)?;
    Ok(SettleBatch { answers, transactions: posted.transactions })
}

fn find(turn: &Turn<'_>, main: AuthId, item: &Settlement) -> Result<Found, Fault> {
    if let Some(open) = turn.get::<Open>(&records::open_key(main, &item.name))? {
        return Ok(Found::Open(open));
    }
    let Some(closed) = turn.get::<Closed>(&records::closed_key(main, &item.name))? else {
        return Ok(Found::Before(Former::Unknown, None));
    };
    Ok(match closed.end {
        End::Expired => Found::Before(Former::Expired, closed.quoted),
        End::Released => Found::Before(Former::Released, closed.quoted),
        // The same event again is a duplicate, which the events' own memory tells.
        End::Settled(digest) if digest == events::event_digest(&item.event.view()) => {
            Found::Before(Former::Unknown, None)
        }
        End::Settled(_) => Found::Otherwise,
    })
}

/// Remembers that a name without open reservation is settled now.
fn remember_anew(turn: &mut Turn<'_>, main: AuthId, name: &str, end: End, forget: i64) -> Result<(), Fault> {
    if let Some(before) = turn.get::<Closed>(&records::closed_key(main, name))? {
        if before.end == end {
            return Ok(());
        }
        records::unindex(turn, before.indexed, main, name);
    }
    records::remember(turn, main, name, Closed::settled(end, forget));
    Ok(())
}
