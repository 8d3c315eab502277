//! How much of a calendar month an account was billed at a price row that has tiers (USE-9).
//!
//! The count is of the main account with its sub-accounts, of the month of the events' own time (UTC), in the unit of the product. It
//! goes on over versions and overrides: what it is kept under names the row and not where the row stands. Of rows without tiers nothing is kept.
//!
//! With the mode volume the record also says what was charged, by the steps that it was rated by, and which gifts have paid of it: from that follows what
//! there is to settle once the month reaches another step.

use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::product::{self, EventView, Heading, Product};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::lots::{FromLot, LotKind, Place};
use coinbox_ledger::wallet::{self, Split, Wallet};
use coinbox_pricing::rating::{Price, Rated};
use coinbox_pricing::{Prefix, Terms, Tiers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All counts. Months come first: those that no event can be of any more go as one span.
const PREFIX: &str = "tier/";
/// Tables of steps that the volume of one month is kept apart by: beyond them, what the first one has rated stays as it was charged.
const PORTIONS_MAX: usize = 20;
/// Gifts of one month that are kept apart: beyond them, the first two are one.
const GIFTS_MAX: usize = 100;

/// Billed units, at `tier/<month>/<account>/<product and heading>/<prefix>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct Count {
    v: u32,
    #[serde(rename = "b")]
    billed: u64,
    /// What was rated with the mode volume, by the table of steps, oldest first.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    portions: Vec<Portion>,
    /// Gifts that have paid of it, in the order in which they were spent.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    gifts: Vec<FromLot>,
}

impl Record for Count {
    const KIND: &'static str = "use of a month";
}

/// What one table of steps has rated of a month.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Portion {
    #[serde(rename = "t")]
    tiers: Tiers,
    /// The step whose rate all of it has been charged at.
    #[serde(rename = "p")]
    place: usize,
    #[serde(rename = "b")]
    billed: u64,
    /// With what was settled.
    #[serde(rename = "m")]
    charged: Money,
}

impl Count {
    /// Adds an event that was rated by these steps.
    fn add(&mut self, tiers: &Tiers, rated: &Rated) -> Result<(), Fault> {
        let found = self.portions.iter().position(|portion| portion.tiers == *tiers);
        let place = match found {
            Some(place) => place,
            None => {
                if self.portions.len() == PORTIONS_MAX {
                    self.portions.remove(0);
                }
                let (place, _) = tiers.reached(self.billed);
                self.portions.push(Portion { tiers: tiers.clone(), place, billed: 0, charged: Money::ZERO });
                self.portions.len() - 1
            }
        };
        let portion = &mut self.portions[place];
        portion.billed = portion.billed.saturating_add(rated.billed);
        portion.charged = portion.charged.plus(rated.amount)?;
        Ok(())
    }

    /// Notes which gifts have paid.
    fn note(&mut self, gifts: Vec<FromLot>) -> Result<(), Fault> {
        for gift in gifts {
            match self.gifts.last_mut().filter(|last| last.place == gift.place) {
                Some(last) => last.amount = last.amount.plus(gift.amount)?,
                None => self.gifts.push(gift),
            }
            if self.gifts.len() > GIFTS_MAX {
                let first = self.gifts.remove(0);
                self.gifts[0].amount = self.gifts[0].amount.plus(first.amount)?;
            }
        }
        Ok(())
    }

    fn charged(&self) -> Result<Money, Fault> {
        let add = |sum: Money, portion: &Portion| sum.plus(portion.charged);
        Ok(self.portions.iter().try_fold(Money::ZERO, add)?)
    }

    /// Moves every table to the step in which the month stands. Answers what that costs more than was charged: below zero, too much was. Each
    /// table's units come to their rate, rounded once.
    fn move_on(&mut self, unit_size: u32) -> Result<Money, Fault> {
        let mut due = Money::ZERO;
        for portion in &mut self.portions {
            let (place, rate) = portion.tiers.reached(self.billed);
            if place != portion.place {
                let target = rate.posted(portion.billed, u64::from(unit_size))?;
                due = due.plus(target)?.minus(portion.charged)?;
                (portion.place, portion.charged) = (place, target);
            }
        }
        Ok(due)
    }

    /// Takes an amount out of what was paid, the last of it first: what no gift has paid, then the gifts. Answers both. `charged`: what had been paid.
    fn take_back(&mut self, amount: Money, charged: Money) -> Result<(Money, Vec<FromLot>), Fault> {
        let mut of_gifts = Money::ZERO;
        for gift in &self.gifts {
            of_gifts = of_gifts.plus(gift.amount)?;
        }
        let mut cash = amount.min(charged.minus(of_gifts)?.max(Money::ZERO));
        let (mut left, mut taken) = (amount.minus(cash)?, Vec::new());
        while left > Money::ZERO {
            let Some(mut last) = self.gifts.pop() else { break };
            let part = last.amount.min(left);
            left = left.minus(part)?;
            last.amount = last.amount.minus(part)?;
            taken.push(FromLot { place: last.place.clone(), amount: part });
            if last.amount > Money::ZERO {
                self.gifts.push(last);
            }
        }
        cash = cash.plus(left)?;
        Ok((cash, taken))
    }
}

/// Where the count is that an event is rated by. None: its price has no tiers.
fn key(account: AuthId, event: &EventView<'_>, price: &Price) -> Option<String> {
    price.tiers.as_ref()?;
    let (month, pair) = (Month::of(event.at), product::pair(event.product, event.heading));
    Some(format!("{PREFIX}{month}/{account}/{pair}/{}", price.row.prefix))
}

/// Reads together what rating at these prices will need.
pub(crate) fn prefetch<'a>(turn: &Turn<'_>, priced: impl Iterator<Item = (AuthId, EventView<'a>, Price)>) {
    turn.prefetch(priced.filter_map(|(account, event, price)| key(account, &event, &price)));
}

/// What was billed before of the month of an event at the row of its price. Zero where the price has no tiers.
pub(crate) fn before(turn: &Turn<'_>, account: AuthId, event: &EventView<'_>, price: &Price) -> Result<u64, Fault> {
    match key(account, event, price) {
        Some(key) => Ok(turn.get::<Count>(&key)?.map_or(0, |count| count.billed)),
        None => Ok(0),
    }
}

/// A row that was used in a month, as far as a call has read it.
struct Used {
    row: UsedRow,
    count: Count,
    has_grown: bool,
}

/// Which row, and whose.
#[derive(Clone, Copy)]
pub(crate) struct UsedRow {
    /// The main account.
    pub(crate) account: AuthId,
    /// Of the events.
    pub(crate) month: Month,
    /// Of the row.
    pub(crate) product: Product,
    /// Of the row.
    pub(crate) heading: Heading,
    /// Of the row.
    pub(crate) prefix: Prefix,
    /// When the last of these events was.
    pub(crate) at: Instant,
    unit_size: u32,
}

/// What there is to settle of a row.
pub(crate) struct Due {
    /// The row.
    pub(crate) row: UsedRow,
    /// Units of the month, all of which have the rate of its step now.
    pub(crate) billed: u64,
    /// Below zero: it is given back.
    pub(crate) amount: Money,
    /// Of what is given back, what no gift has paid.
    pub(crate) cash: Money,
    /// Of what is given back, what gifts have paid.
    pub(crate) gifts: Vec<FromLot>,
}

/// The counts of a batch: each is read once and written once.
#[derive(Default)]
pub(crate) struct Counts {
    used: BTreeMap<String, Used>,
    /// The count of the event that was rated last, if it was rated with the mode volume: who pays for it is noted there.
    last: Option<String>,
}

impl Counts {
    /// Rates an event behind those that were rated before it, and counts it.
    pub(crate) fn rate(
        &mut self,
        turn: &Turn<'_>,
        (account, event): (AuthId, &EventView<'_>),
        price: &Price,
        terms: &Terms,
    ) -> Result<Rated, Fault> {
        self.last = None;
        let (Some(key), Some(tiers)) = (key(account, event, price), &price.tiers) else {
            return Rated::by(price, terms, event.quantity, 0);
        };
        if !self.used.contains_key(&key) {
            let row = UsedRow {
                account,
                month: Month::of(event.at),
                product: event.product,
                heading: event.heading,
                prefix: price.row.prefix,
                at: event.at,
                unit_size: terms.unit_size,
            };
            let count = turn.get::<Count>(&key)?.unwrap_or_default();
            self.used.insert(key.clone(), Used { row, count, has_grown: false });
        }
        let used = self.used.get_mut(&key).expect("it was read");
        let rated = Rated::by(price, terms, event.quantity, used.count.billed)?;
        if rated.billed > 0 {
            used.count.v = 1;
            used.count.billed = used.count.billed.saturating_add(rated.billed);
            used.has_grown = true;
            used.row.at = used.row.at.max(event.at);
            if tiers.is_volume() {
                used.count.add(tiers, &rated)?;
                self.last = Some(key);
            }
        }
        Ok(rated)
    }

    /// Takes what the event that was rated last costs.
    pub(crate) fn debit(
        &mut self,
        turn: &mut Turn<'_>,
        (account, wallet): (AuthId, &mut Wallet),
        rated: &Rated,
        split: &mut Split,
    ) -> Result<(), Fault> {
        let Some(key) = self.last.take() else { return wallet::debit(turn, account, wallet, rated.total, split) };
        let mut gifts = Vec::new();
        wallet::debit_noting(turn, account, wallet, rated.amount, split, &mut note_gifts(&mut gifts))?;
        self.used.get_mut(&key).expect("it was rated").count.note(gifts)?;
        wallet::debit(turn, account, wallet, rated.total.minus(rated.amount)?, split)
    }

    /// What there is to settle, by account and month.
    pub(crate) fn due(&mut self) -> Result<BTreeMap<(AuthId, Month), Vec<Due>>, Fault> {
        let mut all: BTreeMap<(AuthId, Month), Vec<Due>> = BTreeMap::new();
        for used in self.used.values_mut().filter(|used| used.has_grown) {
            let (row, charged) = (used.row, used.count.charged()?);
            let amount = used.count.move_on(row.unit_size)?;
            if amount == Money::ZERO {
                continue;
            }
            let back = amount.negated()?.max(Money::ZERO);
            let (cash, gifts) = used.count.take_back(back, charged)?;
            let due = Due { row, billed: used.count.billed, amount, cash, gifts };
            all.entry((row.account, row.month)).or_default().push(due);
        }
        Ok(all)
    }

    /// Takes what a row costs more.
    pub(crate) fn debit_due(
        &mut self,
        turn: &mut Turn<'_>,
        wallet: &mut Wallet,
        due: &Due,
        split: &mut Split,
    ) -> Result<(), Fault> {
        let UsedRow { account, month, product, heading, prefix, .. } = due.row;
        let mut gifts = Vec::new();
        wallet::debit_noting(turn, account, wallet, due.amount, split, &mut note_gifts(&mut gifts))?;
        let key = format!("{PREFIX}{month}/{account}/{}/{prefix}", product::pair(product, heading));
        self.used.get_mut(&key).expect("it is due").count.note(gifts)
    }

    /// Writes what has grown.
    pub(crate) fn save(self, turn: &mut Turn<'_>) {
        for (key, used) in self.used.into_iter().filter(|(_, used)| used.has_grown) {
            turn.put(&key, &used.count);
        }
    }
}

/// Keeps the lots of gifts that a debit tells of.
fn note_gifts(gifts: &mut Vec<FromLot>) -> impl FnMut(&Place, Money) {
    move |place, amount| {
        if place.kind() != LotKind::Cash && amount > Money::ZERO {
            gifts.push(FromLot { place: place.clone(), amount });
        }
    }
}

/// Forgets the months that have ended, once no event from before a moment is accepted any more. `since`: the moment of the last time.
pub(crate) fn forget(turn: &mut Turn<'_>, since: Instant, before: Instant) {
    if Month::of(before) > Month::of(since) {
        turn.clear(PREFIX.to_owned(), format!("{PREFIX}{}", Month::of(before)));
    }
}
