//! What an event is to the rules: its identity and content, what becomes of it, the list of rejected ones, and what stands in the way of spending (USE-1, R12, R47).

use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::money::Money;
use coinbox_ground::product::{self, Event, EventView, ID_MAX, Rejection};
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant, Micros, Refusal, int_text};
use coinbox_ledger::wallet;
use coinbox_pricing::Terms;
use coinbox_pricing::rating::Price;
use coinbox_profiles::destinations;
use coinbox_profiles::profile::{Profile, Standing};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// Most events of one call.
pub const EVENTS_MAX: usize = 1000;

/// Events of one ledger transaction: its record stays under the size limit of a stored value.
pub(crate) const EVENTS_PER_TRANSACTION: usize = 500;

/// Bytes of the lines of one ledger transaction, for the same reason: IDs and names of the other side may be long.
pub(crate) const LINES_BYTES_MAX: usize = 160_000;

/// Beginning of the keys of events that were counted.
pub(crate) const COUNTED: &str = "d/";

/// Beginning of the keys of events that were rejected; what follows names one.
pub(crate) const REJECTED: &str = "x/";

pub(crate) const ID_LIMIT: &str = "1 to 255 printable ASCII characters";

/// Most characters of a field that the list of rejected events keeps.
pub(crate) const KEPT_MAX: usize = 1000;

/// What became of an event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Debited, this amount.
    Rated(#[serde(with = "int_text")] Micros),
    /// Counted before, and the same.
    Duplicate,
    /// Counted before with other content.
    Conflicting,
    /// Kept on the list of rejected events.
    Rejected(Rejection),
}

/// Answers in the batch's order, and where the rated events are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BatchAnswer {
    /// One an event.
    pub answers: Vec<Answer>,
    /// Ledger transactions.
    pub transactions: Vec<String>,
}

/// A rejected event, at `x/<moment>/<hash>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rejected {
    /// Version of the record.
    pub v: u32,
    /// The event as it came.
    pub event: Event,
    /// Why it was rejected.
    pub reason: Rejection,
    /// When it was received.
    pub received: Instant,
}

impl Record for Rejected {
    const KIND: &'static str = "rejected event";
}

/// A keyless hash of parts, the same on every host.
pub fn hash(parts: &[&[u8]]) -> u64 {
    // Fixed keys: the hash is part of stored keys and must be the same on every host.
    let mut hasher = SipHasher13::new_with_keys(0x636f_696e_626f_7831, 0x6576_656e_742d_6964);
    for part in parts {
        hasher.write_u64(part.len() as u64);
        hasher.write(part);
    }
    hasher.finish()
}

/// Where an event is remembered: by its moment, then by account and ID (R47).
pub(crate) fn identity(event: &EventView<'_>) -> u64 {
    hash(&[event.auth_id.as_bytes(), event.id.as_bytes(), &event.at.to_le_bytes()])
}

/// What tells an event from another one of its identity.
pub fn content(event: &EventView<'_>) -> u64 {
    let (number, quantity) = (event.number.as_bytes(), event.quantity.to_le_bytes());
    match (event.product.letter(), event.heading.letter()) {
        (Some(product), Some(heading)) => hash(&[&[product as u8, heading as u8], number, &quantity]),
        _ => hash(&[event.product.name().as_bytes(), event.heading.name().as_bytes(), number, &quantity]),
    }
}

/// Identity and content of an event as text.
pub(crate) fn event_digest(event: &EventView<'_>) -> String {
    format!("{:016x}{:016x}", identity(event), content(event))
}

/// What a reservation gives to the event that settles it.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Held {
    /// Once the event is counted, now or before, its account holds so much less.
    pub amount: Money,
    /// The price that it was quoted at, which is the event's (R87). None: the price in force at the event's own time.
    pub quoted: Option<Price>,
}

fn rejected_key(event: &EventView<'_>) -> String {
    format!("{REJECTED}{}/{:016x}{:016x}", time_key(event.at), identity(event), content(event))
}

/// Whether an event has the form of its product. Of a product that nobody knows only this is known: its code is one.
pub(crate) fn is_well_formed(event: &EventView<'_>, terms: Option<&Terms>) -> bool {
    is_name(event.id, ID_MAX)
        && match terms {
            Some(terms) => {
                product::other_side(terms.side, event.number).is_some() && event.quantity <= terms.quantity_max()
            }
            None => event.product.is_formed() && event.heading.is_formed(),
        }
}

pub(crate) fn keep_rejected(turn: &mut Turn<'_>, event: &EventView<'_>, reason: Rejection) -> Result<(), Fault> {
    let key = rejected_key(event);
    let received = turn.get::<Rejected>(&key)?.map_or(turn.now(), |rejected| rejected.received);
    // The list keeps the event as it came, so that it can be sent again; only what no network gives is cut, since a malformed field may be
    // of any length.
    let kept = |text: &str| -> String { text.chars().take(KEPT_MAX).collect() };
    let EventView { id, auth_id, product, heading, number, quantity, at } = *event;
    let (id, auth_id, number) = (kept(id), kept(auth_id), kept(number));
    let kept = Event { id, auth_id, product, heading, number, quantity, at };
    turn.put(&key, &Rejected { v: 1, event: kept, reason, received });
    Ok(())
}

/// What stands in the way of spending, credit apart.
pub fn hindrance(turn: &Turn<'_>, main: &Profile, source: AuthId) -> Result<Option<Refusal>, Fault> {
    Ok(match main.standing() {
        Standing::Active if source.is_main() || coinbox_profiles::subaccount::is_enabled(turn, source)? => None,
        Standing::Active => Some(Refusal::Disabled),
        Standing::Unverified | Standing::Held => Some(Refusal::NotYetActive),
        Standing::Locked => Some(Refusal::Locked),
        Standing::Suspended(reason) => Some(Refusal::Suspended(reason)),
        Standing::Closing | Standing::Closed => Some(Refusal::Closed),
    })
}

/// Whether an account that reaches verified numbers only does not reach this one (ACC-6).
pub fn out_of_reach(turn: &Turn<'_>, main: AuthId, number: &str) -> Result<Option<Refusal>, Fault> {
    Ok((!destinations::is_verified(turn, main, number)?).then_some(Refusal::DestinationNotVerified))
}

/// Whether available does not cover a price, or is not above zero (R12).
pub fn out_of_credit(wallet: &wallet::Wallet, price: Money) -> Result<Option<Refusal>, Fault> {
    let available = wallet.available()?;
    if available > Money::ZERO && available >= price {
        return Ok(None);
    }
    // At price zero too, available must be above zero: then the smallest amount is what is missing.
    let missing = price.max(Money::from_micros(1)).minus(available)?;
    Ok(Some(Refusal::OutOfCredit(missing.micros())))
}
