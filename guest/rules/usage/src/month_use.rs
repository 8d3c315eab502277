//! How much of a calendar month an account was billed at a price row that has tiers (USE-9).
//!
//! The count is of the main account with its sub-accounts, of the month of the events' own time (UTC), in the unit of the product. It
//! goes on over versions and overrides: what it is kept under names the row and not where the row stands. Of rows without tiers nothing is kept.

use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::product::{self, EventView};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_pricing::Terms;
use coinbox_pricing::rating::{Price, Rated};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All counts. Months come first: those that no event can be of any more go as one span.
const PREFIX: &str = "tier/";

/// Billed units, at `tier/<month>/<account>/<product and heading>/<prefix>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Count {
    v: u32,
    #[serde(rename = "b")]
    billed: u64,
}

impl Record for Count {
    const KIND: &'static str = "use of a month";
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

/// The counts of a batch: each is read once and written once.
#[derive(Default)]
pub(crate) struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Rates an event behind those that were rated before it, and counts it.
    pub(crate) fn rate(
        &mut self,
        turn: &Turn<'_>,
        (account, event): (AuthId, &EventView<'_>),
        price: &Price,
        terms: &Terms,
    ) -> Result<Rated, Fault> {
        let Some(key) = key(account, event, price) else { return Rated::by(price, terms, event.quantity, 0) };
        let counted = match self.0.get(&key) {
            Some(counted) => *counted,
            None => before(turn, account, event, price)?,
        };
        let rated = Rated::by(price, terms, event.quantity, counted)?;
        if rated.billed > 0 {
            self.0.insert(key, counted.saturating_add(rated.billed));
        }
        Ok(rated)
    }

    /// Writes what has grown.
    pub(crate) fn save(self, turn: &mut Turn<'_>) {
        for (key, billed) in self.0 {
            turn.put(&key, &Count { v: 1, billed });
        }
    }
}

/// Forgets the months that have ended, once no event from before a moment is accepted any more. `since`: the moment of the last time.
pub(crate) fn forget(turn: &mut Turn<'_>, since: Instant, before: Instant) {
    if Month::of(before) > Month::of(since) {
        turn.clear(PREFIX.to_owned(), format!("{PREFIX}{}", Month::of(before)));
    }
}
