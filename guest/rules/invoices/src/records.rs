//! How documents are kept.

use crate::by_issue;
use crate::document::Document;
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::job::{JobKind, Store};
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, Instant};
use coinbox_profiles::document_kind::DocumentKind;
use serde::{Deserialize, Serialize};

/// The job that numbers drafts: final invoices of accounts that close, and what has waited for the seller.
pub(crate) const NUMBER: JobKind<Store> = JobKind::new("number");

/// Lines or movements of one record: each has at most about 1 300 bytes, and a stored value holds 256 KiB.
const PART: usize = 150;

/// How far the invoices of an account have come, at `bill/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Bill {
    v: u32,
    /// The first month that no invoice covers yet; none: there was no invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Month>,
    /// The moment after the last one that the last document covers: movements from here on are on none (R83). None: that is where `until` begins, or
    /// there was no document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Instant>,
    /// The last ledger transaction that the last document could have, where it ended within a month: what comes in the same moment is on none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The balance with which the last invoice closed.
    pub closing: Money,
    /// Length of the cycle in months: 1 or 3.
    pub months: u32,
    /// Whether the final invoice is made (R23).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Charges whose invoice could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unmade: Option<Unmade>,
}

/// An invoice that could not be made because its lines are not what the ledger says (INV-1).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Unmade {
    /// The first month that it lacks.
    pub first: Month,
    /// Since when the operator's queue says so.
    pub since: Instant,
}

impl Record for Bill {
    const KIND: &'static str = "billing cycle";
}

impl Bill {
    /// The record; a new one, if no invoice was made.
    pub(crate) fn load(turn: &Turn<'_>, account: AuthId) -> Result<Bill, Fault> {
        let new = Bill {
            v: 1,
            until: None,
            end: None,
            after: None,
            closing: Money::ZERO,
            months: 1,
            closed: false,
            unmade: None,
        };
        Ok(turn.get(&bill_key(account))?.unwrap_or(new))
    }

    /// Writes it.
    pub(crate) fn save(&self, turn: &mut Turn<'_>, account: AuthId) {
        turn.put(&bill_key(account), self);
    }

    /// The moment after the last one that a document covers: what is owed of the days from there on no document has asked for.
    pub(crate) fn covered_until(&self) -> Instant {
        self.end.or(self.until.map(Month::first)).unwrap_or(0)
    }

    /// First moment of the first day that no document covers. What is owed is kept by the day, so a day on which a document ended is that one's.
    pub(crate) fn uncovered_from(&self) -> Instant {
        next_day(self.covered_until())
    }
}

/// A moment that is the first of its day, or else the first of the next one.
pub(crate) fn next_day(moment: Instant) -> Instant {
    (moment + DAY_MS - 1).div_euclid(DAY_MS) * DAY_MS
}

/// A document as it is kept: lines and movements of invoices lie in records of their own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Stored {
    v: u32,
    /// The document as it was issued.
    pub document: Document,
    /// Name of the body; none: lines and movements are in `document`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Records of lines and of movements.
    #[serde(default)]
    pub parts: (u32, u32),
    /// What of it was owed at issue.
    pub owed: Money,
    /// Ledger transactions behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<String>,
    /// The charge that a receipt is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<u32>,
}

impl Record for Stored {
    const KIND: &'static str = "document";
}

/// Part of the lines or movements of an invoice.
#[derive(Serialize, Deserialize)]
struct Part<T> {
    v: u32,
    part: Vec<T>,
}

impl<T: Serialize + for<'de> Deserialize<'de>> Record for Part<T> {
    const KIND: &'static str = "part of a document";
}

impl Stored {
    /// A document that is kept in one record.
    pub fn whole(document: Document, transactions: Vec<String>) -> Stored {
        Stored { v: 1, document, body: None, parts: (0, 0), owed: Money::ZERO, transactions, charge: None }
    }

    /// Writes lines and movements of an invoice apart, under a name that the account has not used yet.
    pub fn split(
        turn: &mut Turn<'_>,
        account: AuthId,
        name: &str,
        mut document: Document,
        owed: Money,
        transactions: Vec<String>,
    ) -> Stored {
        let lines = std::mem::take(&mut document.lines);
        let movements = std::mem::take(&mut document.movements);
        let parts = (put_parts(turn, account, name, 'l', lines), put_parts(turn, account, name, 'm', movements));
        Stored { v: 1, document, body: Some(name.to_owned()), parts, owed, transactions, charge: None }
    }

    /// The whole document.
    pub fn read(self, turn: &Turn<'_>, account: AuthId) -> Result<Document, Fault> {
        let mut document = self.document;
        if let Some(name) = &self.body {
            document.lines = read_parts(turn, account, name, 'l', self.parts.0)?;
            document.movements = read_parts(turn, account, name, 'm', self.parts.1)?;
        }
        Ok(document)
    }
}

fn part_key(account: AuthId, name: &str, letter: char, part: usize) -> String {
    format!("body/{account}/{name}/{letter}{part:04}")
}

fn put_parts<T>(turn: &mut Turn<'_>, account: AuthId, name: &str, letter: char, mut rows: Vec<T>) -> u32
where
    T: Serialize + for<'de> Deserialize<'de>,
{
    let mut count = 0;
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(PART));
        turn.put(&part_key(account, name, letter, count), &Part { v: 1, part: rows });
        rows = rest;
        count += 1;
    }
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn read_parts<T>(turn: &Turn<'_>, account: AuthId, name: &str, letter: char, count: u32) -> Result<Vec<T>, Fault>
where
    T: Serialize + for<'de> Deserialize<'de>,
{
    let keys: Vec<String> = (0..count as usize).map(|part| part_key(account, name, letter, part)).collect();
    turn.prefetch(keys.iter().cloned());
    let mut rows = Vec::new();
    for key in keys {
        rows.append(&mut turn.need::<Part<T>>(&key)?.part);
    }
    Ok(rows)
}

/// Prefix of all drafts, in the order in which they were made.
pub(crate) const DRAFTS: &str = "draft/";

/// Beginning of the keys of all documents.
pub const DOCUMENTS: &str = "doc/";

/// Where a draft lies.
pub(crate) fn draft_key(at: Instant, account: AuthId, name: &str) -> String {
    format!("{DRAFTS}{}/{account}/{name}", time_key(at))
}

/// Prefix of an account's documents of a kind, oldest first.
pub(crate) fn documents_prefix(account: AuthId, kind: DocumentKind) -> String {
    format!("{DOCUMENTS}{account}/{}/", kind.letter())
}

/// Key of the `n`th document of a kind.
pub(crate) fn document_key(account: AuthId, kind: DocumentKind, n: u32) -> String {
    format!("{}{n:010}", documents_prefix(account, kind))
}

/// Where the document of a number lies.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Place {
    v: u32,
    /// The account.
    pub account: AuthId,
    /// The document's count among those of its account.
    pub n: u32,
}

impl Record for Place {
    const KIND: &'static str = "place of a document";
}

/// Beginning of the keys of all documents by number.
pub const BY_NUMBER: &str = "docno/";

impl Place {
    /// Where the place of a number lies.
    pub fn key(kind: DocumentKind, number: &str) -> String {
        format!("{BY_NUMBER}{}/{number}", kind.letter())
    }

    /// Notes the place of a number.
    pub fn put(turn: &mut Turn<'_>, kind: DocumentKind, number: &str, account: AuthId, n: u32) {
        turn.put(&Place::key(kind, number), &Place { v: 1, account, n });
    }

    /// Where the document with this number lies, whosever it is.
    pub fn of(turn: &Turn<'_>, kind: DocumentKind, number: &str) -> Result<Option<Place>, Fault> {
        turn.get(&Place::key(kind, number))
    }

    /// Whether the number was given.
    pub(crate) fn is_taken(turn: &Turn<'_>, kind: DocumentKind, number: &str) -> bool {
        turn.text(&Place::key(kind, number)).is_some()
    }

    /// The document with this number, if it is the account's.
    pub fn find(
        turn: &Turn<'_>,
        account: AuthId,
        kinds: &[DocumentKind],
        number: &str,
    ) -> Result<Option<Stored>, Fault> {
        Ok(Place::find_place(turn, account, kinds, number)?.map(|(_, stored)| stored))
    }

    /// [`Place::find`], with the document's place among those of its kind.
    pub fn find_place(
        turn: &Turn<'_>,
        account: AuthId,
        kinds: &[DocumentKind],
        number: &str,
    ) -> Result<Option<(u32, Stored)>, Fault> {
        if !coinbox_ground::text::is_name(number, 40) {
            return Ok(None);
        }
        for kind in kinds {
            if let Some(place) = turn.get::<Place>(&Place::key(*kind, number))?.filter(|place| place.account == account)
            {
                let stored = turn.need(&document_key(account, *kind, place.n))?;
                return Ok(Some((place.n, stored)));
            }
        }
        Ok(None)
    }
}

/// How many documents of each kind an account has, at `docn/<account>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct Counts {
    v: u32,
    i: u32,
    c: u32,
    r: u32,
}

impl Record for Counts {
    const KIND: &'static str = "counts of documents";
}

fn bill_key(account: AuthId) -> String {
    format!("bill/{account}")
}

fn counts_key(account: AuthId) -> String {
    format!("docn/{account}")
}

/// How many documents of a kind an account has.
pub fn count_of(turn: &Turn<'_>, account: AuthId, kind: DocumentKind) -> Result<u32, Fault> {
    let counts = turn.get::<Counts>(&counts_key(account))?.unwrap_or_default();
    Ok(match kind {
        DocumentKind::Invoice => counts.i,
        DocumentKind::CreditNote => counts.c,
        DocumentKind::Receipt => counts.r,
    })
}

/// Keeps a document that has got its number. Answers its place among the account's documents of its kind.
pub fn keep(turn: &mut Turn<'_>, account: AuthId, stored: &Stored) -> Result<u32, Fault> {
    let key = counts_key(account);
    let mut counts = turn.get::<Counts>(&key)?.unwrap_or_default();
    counts.v = 1;
    let kind = stored.document.kind;
    let count = match kind {
        DocumentKind::Invoice => &mut counts.i,
        DocumentKind::CreditNote => &mut counts.c,
        DocumentKind::Receipt => &mut counts.r,
    };
    *count =
        count.checked_add(1).ok_or_else(|| Fault::problem("counter-exhausted", vec![Fact::new("account", account)]))?;
    let n = *count;
    turn.put(&key, &counts);
    Place::put(turn, kind, &stored.document.number, account, n);
    turn.put(&document_key(account, kind, n), stored);
    by_issue::put(turn, account, n, &stored.document);
    Ok(n)
}

/// What changes about an issued document, at `docst/<account>/<number>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct State {
    v: u32,
    /// Given back of the net amount.
    #[serde(default)]
    pub net: Money,
    /// Given back of each tax.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<Money>,
    /// Whether the last charge for it failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// Of the receipt of a payment: what the bank has taken back of it (R84).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub charged_back: Money,
    /// Of the document of a chargeback: the dispute was won.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) reversed: bool,
}

fn is_zero(amount: &Money) -> bool {
    *amount == Money::ZERO
}

impl Record for State {
    const KIND: &'static str = "state of a document";
}

impl State {
    /// Where the state of a document lies.
    pub fn key(account: AuthId, number: &str) -> String {
        format!("docst/{account}/{number}")
    }

    /// The state of a document.
    pub fn load(turn: &Turn<'_>, account: AuthId, number: &str) -> Result<State, Fault> {
        Ok(turn.get(&State::key(account, number))?.unwrap_or(State { v: 1, ..State::default() }))
    }

    /// Writes it.
    pub fn save(&self, turn: &mut Turn<'_>, account: AuthId, number: &str) {
        turn.put(&State::key(account, number), self);
    }

    /// Given back, tax included.
    pub fn credited(&self) -> Result<Money, Fault> {
        let mut sum = self.net;
        for tax in &self.taxes {
            sum = sum.plus(*tax)?;
        }
        Ok(sum)
    }
}
