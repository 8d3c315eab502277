//! What is stored of reservations.
//!
//! | key | what |
//! |---|---|
//! | `rsv/<account>/<name>` | an open reservation |
//! | `rsvc/<account>/<name>` | one that is over: remembered as long as usage is accepted, so that it is settled once |
//! | `rsvx/<moment>/<account>/<name>` | look at this one then: it expires, or can be forgotten |
//! | `rsve/<account>/<moment>/<name>` | this call's extension was refused: it ends then |

use crate::reservations::forms::{Kind, Shown};
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::job::{JobKind, Store};
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::port::Lane;
use coinbox_ground::product::{Event, Heading, Product};
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_pricing::rating::Price;
use coinbox_pricing::{Rider, Row, Terms, Tiers};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize, Serializer};
use std::rc::Rc;

/// The job that ends reservations whose time is over, and forgets the names of old ones.
pub(crate) const JOB: JobKind<Store> = JobKind::new("reservations");

/// An open reservation. Field names are short: there are hundreds of thousands of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Open {
    v: u32,
    /// Main account or sub-account.
    #[serde(rename = "a")]
    pub(super) source: AuthId,
    #[serde(rename = "k")]
    pub(super) kind: Kind,
    /// What it holds.
    #[serde(rename = "m")]
    pub amount: Money,
    /// Digest of the request.
    #[serde(rename = "d")]
    pub(super) digest: String,
    #[serde(rename = "b")]
    pub(super) begun: Instant,
    #[serde(rename = "u")]
    pub(super) until: Instant,
    #[serde(rename = "e")]
    pub(super) expires: Instant,
    /// Where its entry in the index of moments is: extending leaves it behind, and whoever comes upon it there moves it.
    #[serde(rename = "x")]
    pub(super) indexed: Instant,
    /// An extension was refused: it ends then.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub(super) ends: Option<Instant>,
    /// The price that it was quoted at; none: it holds an amount that the platform has named.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(super) quoted: Option<Quoted>,
    /// Seconds or parts that were granted at the price that was quoted. None: no price was quoted, or version 0.1.0 has made it and it is
    /// free, or not moved up yet.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub(super) granted: Option<u64>,
    /// Who asked for it: a switch, gateway or adapter, by the name that it gave itself.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) asked_by: Option<String>,
}

/// A price that was quoted, with what it was quoted for: it stays the price of this call or message (R87). Stored as
/// `["voice","outbound","447700900123",["44","GB","0.012",1,1]]`, with a list of surcharges behind it where some ride on it. Where the price has
/// tiers, the list is there in any case, and they are behind it: the row then has the rate that is held.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(super) struct Quoted(Product, Heading, String, Row, #[serde(default)] Vec<Rider>, #[serde(default)] Option<Tiers>);

impl Serialize for Quoted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Quoted(product, heading, number, row, riders, tiers) = self;
        match tiers {
            Some(tiers) => (product, heading, number, row, riders, tiers).serialize(serializer),
            None if riders.is_empty() => (product, heading, number, row).serialize(serializer),
            None => (product, heading, number, row, riders).serialize(serializer),
        }
    }
}

impl Quoted {
    pub(super) fn new(event: &Event, price: &Price) -> Quoted {
        let riders = price.riders.iter().map(|rider| (**rider).clone()).collect();
        Quoted(event.product, event.heading, event.number.clone(), price.row, riders, price.tiers.as_deref().cloned())
    }

    /// The price, if it was quoted for use of this kind and number.
    pub(super) fn price_of(&self, event: &Event) -> Option<Price> {
        self.is_of(event).then(|| self.price())
    }

    fn price(&self) -> Price {
        let riders = self.4.iter().cloned().map(Rc::new).collect();
        Price { row: self.3, riders, tiers: self.5.clone().map(Rc::new) }
    }

    fn is_of(&self, event: &Event) -> bool {
        (self.0, self.1, self.2.as_str()) == (event.product, event.heading, event.number.as_str())
    }

    /// What so many units cost.
    pub(super) fn cost(&self, terms: &Terms, units: u32) -> Result<Money, MoneyOverflow> {
        self.price().amount(terms, units)
    }

    /// What it was quoted for.
    pub(super) fn product(&self) -> Product {
        self.0
    }

    /// Which way.
    pub(super) fn heading(&self) -> Heading {
        self.1
    }
}

impl Record for Open {
    const KIND: &'static str = "reservation";
}

impl Open {
    pub(super) fn new(source: AuthId, kind: Kind, amount: Money, digest: String, begun: Instant) -> Open {
        Open {
            v: 1,
            source,
            kind,
            amount,
            digest,
            begun,
            until: begun,
            expires: begun,
            indexed: begun,
            ends: None,
            quoted: None,
            granted: None,
            asked_by: None,
        }
    }

    /// Whether its price was quoted for use of this kind and number.
    pub(super) fn is_quoted_for(&self, event: &Event) -> bool {
        self.quoted.as_ref().is_some_and(|quoted| quoted.is_of(event))
    }

    pub(super) fn shown(&self, name: &str) -> Shown {
        Shown {
            auth_id: self.source.to_string(),
            name: name.to_owned(),
            kind: self.kind,
            amount: self.amount.micros(),
            begun: self.begun,
            until: self.until,
            expires: self.expires,
            ends: self.ends,
        }
    }
}

/// How a reservation came to its end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum End {
    /// By the event with this digest of identity and content.
    Settled(String),
    Expired,
    Released,
}

/// A reservation that is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Closed {
    v: u32,
    /// Where its entry in the index of moments is.
    #[serde(rename = "x")]
    pub(super) indexed: Instant,
    pub(super) end: End,
    /// The price that it was quoted at, for an event that settles it late.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(super) quoted: Option<Quoted>,
}

impl Record for Closed {
    const KIND: &'static str = "reservation that is over";
}

/// An entry of the index: its key says everything.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    v: u32,
}

impl Record for Entry {
    const KIND: &'static str = "index of reservations";
}

/// When the job of the index is due, at [`DUE_KEY`].
#[derive(Serialize, Deserialize)]
struct Due {
    v: u32,
    at: Instant,
}

impl Record for Due {
    const KIND: &'static str = "next look at reservations";
}

/// Read with every batch.
pub(super) const DUE_KEY: &str = "store/reservations";
/// Beginning of the index of moments.
pub(super) const INDEX: &str = "rsvx/";

/// All open reservations of all accounts.
pub(super) const OPEN: &str = "rsv/";

/// All open reservations of an account.
pub(crate) fn open_prefix(account: AuthId) -> String {
    format!("{OPEN}{account}/")
}

pub(super) fn open_key(account: AuthId, name: &str) -> String {
    [OPEN, account.as_str(), "/", name].concat()
}

pub(super) fn closed_key(account: AuthId, name: &str) -> String {
    ["rsvc/", account.as_str(), "/", name].concat()
}

/// All calls of an account whose extension was refused, by the moment at which they end.
pub(super) fn ending_prefix(account: AuthId) -> String {
    format!("rsve/{account}/")
}

fn ending_key(account: AuthId, ends: Instant, name: &str) -> String {
    format!("{}{}/{name}", ending_prefix(account), time_key(ends))
}

fn index_key(moment: Instant, account: AuthId, name: &str) -> String {
    format!("{INDEX}{}/{account}/{name}", time_key(moment))
}

/// Moment, account and name of an entry of the index.
pub(super) fn parse_index(key: &str) -> Option<(Instant, AuthId, &str)> {
    let (moment, rest) = key.strip_prefix(INDEX)?.split_once('/')?;
    let (account, name) = rest.split_once('/')?;
    Some((moment.parse().ok()?, AuthId::parse(account)?, name))
}

/// Moment and name of a call that ends.
pub(super) fn parse_ending<'a>(prefix: &str, key: &'a str) -> Option<(Instant, &'a str)> {
    let (moment, name) = key.strip_prefix(prefix)?.split_once('/')?;
    Some((moment.parse().ok()?, name))
}

/// Notes that a reservation must be looked at then.
pub(super) fn index(turn: &mut Turn<'_>, moment: Instant, account: AuthId, name: &str) {
    turn.put(&index_key(moment, account, name), &Entry { v: 1 });
}

/// Takes such a note back.
pub(super) fn unindex(turn: &mut Turn<'_>, moment: Instant, account: AuthId, name: &str) {
    turn.remove(&index_key(moment, account, name));
}

/// Notes when a call ends, and takes back what was noted before.
pub(super) fn set_ends(turn: &mut Turn<'_>, account: AuthId, name: &str, open: &mut Open, ends: Option<Instant>) {
    if open.ends != ends {
        if let Some(before) = open.ends {
            turn.remove(&ending_key(account, before, name));
        }
        if let Some(ends) = ends {
            turn.put(&ending_key(account, ends, name), &Entry { v: 1 });
        }
        open.ends = ends;
    }
}

/// Ends an open reservation: what it holds is the caller's to give back. Remembered until `forget`.
pub(super) fn close(turn: &mut Turn<'_>, account: AuthId, name: &str, mut open: Open, end: End, forget: Instant) {
    set_ends(turn, account, name, &mut open, None);
    unindex(turn, open.indexed, account, name);
    turn.remove(&open_key(account, name));
    let quoted = open.quoted.filter(|_| !matches!(end, End::Settled(_)));
    remember(turn, account, name, Closed { v: 1, indexed: forget, end, quoted });
}

/// Remembers a name that is used up.
pub(super) fn remember(turn: &mut Turn<'_>, account: AuthId, name: &str, closed: Closed) {
    index(turn, closed.indexed, account, name);
    turn.put(&closed_key(account, name), &closed);
}

impl Closed {
    /// A name that was settled without an open reservation.
    pub(super) fn settled(end: End, forget: Instant) -> Closed {
        Closed { v: 1, indexed: forget, end, quoted: None }
    }
}

/// Sees to it that the index is looked at by this moment.
pub(super) fn look_by(turn: &mut Turn<'_>, moment: Instant) -> Result<(), Fault> {
    if turn.get::<Due>(DUE_KEY)?.is_none_or(|due| moment < due.at) {
        look_at(turn, moment);
    }
    Ok(())
}

/// Sets the moment of the next look.
pub(super) fn look_at(turn: &mut Turn<'_>, moment: Instant) {
    turn.put(DUE_KEY, &Due { v: 1, at: moment });
    turn.timer(&JOB.key(), Lane::Normal, moment);
}

/// Nothing is left to be looked at.
pub(super) fn look_no_more(turn: &mut Turn<'_>) {
    turn.remove(DUE_KEY);
    turn.cancel(&JOB.key());
}

/// Sum of the open reservations of an account, for the proof of its wallet. None: there are more than can be added up.
pub fn sum(turn: &Turn<'_>, account: AuthId) -> Result<Option<Money>, Fault> {
    const PAGES: usize = 100;
    let prefix = open_prefix(account);
    let (mut first, end) = (prefix.clone(), end_of_prefix(&prefix));
    let mut sum = Money::ZERO;
    for _ in 0..PAGES {
        let (page, more) = turn.span_page::<Open>(&first, &end, 10_000)?;
        for (_, open) in &page {
            sum = sum.plus(open.amount)?;
        }
        match page.last().filter(|_| more) {
            Some((last, _)) => first = successor(last),
            None => return Ok(Some(sum)),
        }
    }
    Ok(None)
}

/// Until when a name that is used up is remembered: no event of an earlier moment is accepted then (R15).
pub(crate) fn forget_at(turn: &Turn<'_>) -> Result<Instant, Fault> {
    let policy = Policy::load(turn)?;
    Ok(turn.now() + policy.usage_window_ms + policy.usage_ahead_ms)
}
