//! Lots: credit of one origin, spent in order: trial, promotional by expiry, cash by payment (CRD-2, R17).
//!
//! Open lots are records under `lot/<account>/<place>`, where the place sorts in spending order. The first of them is the
//! current lot: its rest is kept in the hot wallet, so that a debit touches one small record; every other lot's record
//! is exact. A lot that is used up moves to `used/<account>/<number>`.

use coinbox_ground::calendar::Month;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::job::{JobKey, JobKind, Subject};
use coinbox_ground::money::Money;
use coinbox_ground::text::ascii;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant, MOMENT_MAX};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Origin of credit, in spending order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LotKind {
    /// Given with a trial account (ACC-4). Never refundable.
    Trial,
    /// Goodwill and coupons. Never refundable.
    Promotional,
    /// Paid for.
    Cash,
}

/// Where a lot stands in spending order: kind, then expiry (promotional) or payment, then number. Ties fall to creation.
///
/// Text of at most `PLACE_BYTES` bytes that takes no memory of its own: one is read with every wallet.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Zeros behind the text, so that places are ordered as their texts are.
    bytes: [u8; PLACE_BYTES],
    length: u8,
}

/// A digit, a moment of 13 and a number of at most 10, with slashes between.
const PLACE_BYTES: usize = 26;

/// Promotional lots without expiry come after all that have one.
const NEVER: Instant = MOMENT_MAX;

impl Place {
    /// The place of a lot.
    pub fn of(kind: LotKind, since: Instant, expires: Option<Instant>, number: u32) -> Place {
        let (rank, moment) = match kind {
            LotKind::Trial => (0, since),
            LotKind::Promotional => (1, expires.unwrap_or(NEVER)),
            LotKind::Cash => (2, since),
        };
        Place::keep(&format!("{rank}/{}/{number:06}", time_key(moment))).expect("it has at most so many bytes")
    }

    fn keep(text: &str) -> Option<Place> {
        let mut bytes = [0; PLACE_BYTES];
        if text.len() > PLACE_BYTES {
            return None;
        }
        match (text.as_bytes().first_chunk::<16>(), text.as_bytes().last_chunk::<10>()) {
            // Copies of known length, which may overlap.
            (Some(first), Some(last)) => {
                bytes[..16].copy_from_slice(first);
                bytes[text.len() - 10..][..10].copy_from_slice(last);
            }
            _ => bytes[..text.len()].copy_from_slice(text.as_bytes()),
        }
        Some(Place { bytes, length: text.len() as u8 })
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("it was made from text")
    }

    /// When what is left is removed, of a promotional lot that expires.
    pub fn expires(&self) -> Option<Instant> {
        if self.kind() != LotKind::Promotional {
            return None;
        }
        self.as_str().split('/').nth(1)?.parse().ok().filter(|moment| *moment != NEVER)
    }

    /// Number of the lot.
    pub fn number(&self) -> u32 {
        self.as_str().rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// Reads back what [`Place`] prints.
    pub fn parse(text: &str) -> Option<Place> {
        // As every place of today is.
        let plain = |text: &str| {
            let (rank, moment, number) = (text.get(..1)?, text.get(2..15)?, text.get(16..)?);
            let slashes = text.as_bytes()[1] == b'/' && text.as_bytes()[15] == b'/';
            Some(slashes && number.len() >= 6 && [rank, moment, number].into_iter().all(ascii::are_digits))
        };
        let in_parts = || {
            let mut parts = text.split('/');
            let digits =
                |part: Option<&str>, length| part.is_some_and(|part| part.len() >= length && ascii::are_digits(part));
            digits(parts.next(), 1) && digits(parts.next(), 13) && digits(parts.next(), 6) && parts.next().is_none()
        };
        if plain(text) == Some(true) || in_parts() { Place::keep(text) } else { None }
    }

    /// The kind that the place begins with.
    pub fn kind(&self) -> LotKind {
        match self.bytes[0] {
            b'0' => LotKind::Trial,
            b'1' => LotKind::Promotional,
            _ => LotKind::Cash,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.as_str())
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Place, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Place::keep(&text).ok_or_else(|| serde::de::Error::custom("a place has at most 26 bytes"))
    }
}

/// Jobs that take what is left of a lot whose time is over.
pub const EXPIRY: JobKind<Expiring> = JobKind::new("expire");

/// A lot that expires. The key of its job is `<account>/expire/<number>/<place>`.
#[derive(Clone, PartialEq, Debug)]
pub struct Expiring {
    /// Whose it is.
    pub account: AuthId,
    /// Its number.
    pub number: u32,
    /// Its place.
    pub place: Place,
}

impl Subject for Expiring {
    fn key(&self, kind: &str) -> String {
        format!("{}/{kind}/{}/{}", self.account, self.number, self.place)
    }

    fn read(key: &JobKey<'_>) -> Option<Expiring> {
        let (number, place) = key.rest.split_once('/')?;
        Some(Expiring { account: key.account?, number: number.parse().ok()?, place: Place::parse(place)? })
    }
}

/// One lot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lot {
    v: u32,
    /// Counted per account from 1.
    pub number: u32,
    /// Origin.
    pub kind: LotKind,
    /// What it was worth at first.
    pub amount: Money,
    /// What is left; of the current lot the wallet knows better.
    pub rest: Money,
    /// When it was paid or given.
    pub since: Instant,
    /// When what is left is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// The charge's key or the ledger transaction that it came from.
    pub origin: String,
    /// Of a payment: what of it has paid debts at once, by the months since whose days they were owed, oldest first. What the bank takes back
    /// reopens them (R84).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<OfMonth>,
}

/// An amount that belongs to a month.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct OfMonth {
    /// Month of UTC days.
    #[serde(rename = "m")]
    pub month: Month,
    /// Above zero.
    #[serde(rename = "a")]
    pub amount: Money,
}

/// A part of an amount that a lot has given.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FromLot {
    /// Its place.
    #[serde(rename = "l")]
    pub place: Place,
    /// Above zero.
    #[serde(rename = "a")]
    pub amount: Money,
}

impl Record for Lot {
    const KIND: &'static str = "lot";
}

impl Lot {
    /// A lot that nothing has been spent of.
    pub fn new(
        number: u32,
        kind: LotKind,
        amount: Money,
        since: Instant,
        expires: Option<Instant>,
        origin: &str,
    ) -> Lot {
        Lot { v: 1, number, kind, amount, rest: amount, since, expires, origin: origin.to_owned(), paid: Vec::new() }
    }

    /// Notes that it has paid so much of debts of a month.
    pub fn add_paid(&mut self, part: OfMonth) -> Result<(), Fault> {
        if part.amount > Money::ZERO {
            match self.paid.iter_mut().find(|known| known.month == part.month) {
                Some(known) => known.amount = known.amount.plus(part.amount)?,
                None => self.paid.push(part),
            }
            self.paid.sort_by_key(|part| part.month);
        }
        Ok(())
    }

    /// Takes up to so much off what it has paid of debts, the newest first, as if it had been smaller. Answers what, by its months.
    pub fn unpay(&mut self, amount: Money) -> Result<Vec<OfMonth>, Fault> {
        let (mut left, mut unpaid) = (amount, Vec::new());
        for paid in self.paid.iter_mut().rev() {
            let part = left.min(paid.amount);
            if part > Money::ZERO {
                paid.amount = paid.amount.minus(part)?;
                left = left.minus(part)?;
                unpaid.push(OfMonth { month: paid.month, amount: part });
            }
        }
        self.paid.retain(|paid| paid.amount > Money::ZERO);
        Ok(unpaid)
    }

    /// Notes that so much of what it has paid of debts of a month was given back. Answers how much of it that was.
    pub fn take_paid(&mut self, month: Month, amount: Money) -> Result<Money, Fault> {
        let mut taken = Money::ZERO;
        for known in self.paid.iter_mut().filter(|known| known.month == month) {
            taken = known.amount.min(amount);
            known.amount = known.amount.minus(taken)?;
        }
        self.paid.retain(|known| known.amount > Money::ZERO);
        Ok(taken)
    }

    /// Its place in spending order.
    pub fn place(&self) -> Place {
        Place::of(self.kind, self.since, self.expires, self.number)
    }

    /// The key of the job that takes what is left of it when its time is over.
    pub fn expiry(&self, account: AuthId) -> String {
        EXPIRY.of(Expiring { account, number: self.number, place: self.place() })
    }
}

/// Beginning of the keys of an account's open lots.
fn open_prefix(account: AuthId) -> String {
    format!("lot/{account}/")
}

fn open_key(account: AuthId, place: &Place) -> String {
    open_prefix(account) + place.as_str()
}

fn used_key(account: AuthId, number: u32) -> String {
    format!("used/{account}/{number:06}")
}

/// The open lot at a place.
pub fn need(turn: &Turn<'_>, account: AuthId, place: &Place) -> Result<Lot, Fault> {
    turn.need(&open_key(account, place))
}

/// Writes an open lot.
pub fn put(turn: &mut Turn<'_>, account: AuthId, lot: &Lot) {
    turn.put(&open_key(account, &lot.place()), lot);
}

/// Moves a lot that is used up out of the spending order.
pub fn retire(turn: &mut Turn<'_>, account: AuthId, mut lot: Lot) {
    turn.remove(&open_key(account, &lot.place()));
    lot.rest = Money::ZERO;
    turn.put(&used_key(account, lot.number), &lot);
}

/// Writes a lot where it lies.
pub fn keep(turn: &mut Turn<'_>, account: AuthId, lot: &Lot, used: bool) {
    if used {
        turn.put(&used_key(account, lot.number), lot);
    } else {
        put(turn, account, lot);
    }
}

/// Takes a lot back into the spending order.
pub fn revive(turn: &mut Turn<'_>, account: AuthId, lot: &Lot) {
    turn.remove(&used_key(account, lot.number));
    put(turn, account, lot);
}

/// The first open lot in spending order.
pub fn first(turn: &Turn<'_>, account: AuthId) -> Result<Option<Lot>, Fault> {
    Ok(open(turn, account, 1)?.pop())
}

/// The first open promotional lot: of those that expire, the one that does so first.
pub fn first_promotional(turn: &Turn<'_>, account: AuthId) -> Result<Option<Lot>, Fault> {
    let (mut lots, _) = turn.list::<Lot>(&(open_prefix(account) + "1/"), 1)?;
    Ok(lots.pop().map(|(_, lot)| lot))
}

/// Open lots in spending order, the current one with the rest of its record.
pub fn open(turn: &Turn<'_>, account: AuthId, limit: usize) -> Result<Vec<Lot>, Fault> {
    let (lots, _) = turn.list::<Lot>(&open_prefix(account), limit)?;
    Ok(lots.into_iter().map(|(_, lot)| lot).collect())
}

/// A lot by its number and place, wherever it is now. The flag: it is used up.
pub fn find(turn: &Turn<'_>, account: AuthId, number: u32, place: &Place) -> Result<Option<(Lot, bool)>, Fault> {
    if let Some(lot) = turn.get::<Lot>(&open_key(account, place))? {
        return Ok(Some((lot, false)));
    }
    Ok(turn.get::<Lot>(&used_key(account, number))?.map(|lot| (lot, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_sort_in_spending_order() {
        let order = [
            Place::of(LotKind::Trial, 9, None, 9),
            Place::of(LotKind::Promotional, 9, Some(1_000), 8),
            Place::of(LotKind::Promotional, 1, Some(2_000), 2),
            Place::of(LotKind::Promotional, 0, None, 3),
            Place::of(LotKind::Promotional, 0, None, 4),
            Place::of(LotKind::Cash, 5, None, 7),
            Place::of(LotKind::Cash, 5, None, 10),
            Place::of(LotKind::Cash, 1_000, None, 5),
        ];
        assert!(order.is_sorted());
        assert_eq!(order[1].kind(), LotKind::Promotional);
    }
}
