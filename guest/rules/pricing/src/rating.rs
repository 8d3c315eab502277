//! From an event to an amount: the terms of its product, the version in force at the event's own time, the longest prefix (USE-1, USE-2, USE-7).

use crate::cache::BookCache;
use crate::catalogue::{Catalogue, PRODUCTS_KEY};
use crate::chunk::{Chunk, StoredRows};
use crate::condition::Use;
use crate::digits::{Prefix, regions};
use crate::index::Index;
use crate::override_rows::OverrideRows;
use crate::places::{Place, chunk_key, group_key};
use crate::product_row::Terms;
use crate::row::Row;
use crate::sets::Sets;
use crate::shown::Basis;
use crate::surcharge::{self, Rider, SurchargeTable};
use crate::table::{ChunkName, Table};
use crate::tiers::{self, Part, TierTable, Tiers};
use crate::versions::{VERSIONS_KEY, Versions};
use crate::{countries, loaded};
use coinbox_forms::phone::OtherSide;
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::product::{self, EventView, Heading, Product, Rejection};
use coinbox_ground::rate::Rate;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::wallet::Wallet;
use coinbox_profiles::policy;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Keys that rating usage reads first, to be read together with others.
pub fn first_keys() -> impl Iterator<Item = String> {
    [PRODUCTS_KEY, VERSIONS_KEY, policy::KEY].into_iter().map(str::to_owned)
}

/// The price of one use: the row that it is rated by, what rides on it, and its tiers.
#[derive(Clone, PartialEq, Debug)]
pub struct Price {
    /// The row.
    pub row: Row,
    /// Surcharges (USE-8), in order of code.
    pub riders: Vec<Rc<Rider>>,
    /// Tiers of the row (USE-9). None: its rate is that of every unit.
    pub tiers: Option<Rc<Tiers>>,
}

impl Price {
    /// The price that is held for use behind so many units of the month: no tier that may still be reached costs more.
    pub fn held(mut self, before: u64) -> Price {
        if let Some(tiers) = &self.tiers {
            self.row.rate = tiers.highest(before);
        }
        self
    }

    /// What so much costs in all, at the rate of the row.
    pub fn amount(&self, terms: &Terms, quantity: u32) -> Result<Money, MoneyOverflow> {
        let mut total = self.row.amount(terms, quantity)?;
        for rider in &self.riders {
            total = total.plus(rider.amount(&self.row, terms, quantity)?)?;
        }
        Ok(total)
    }
}

/// What rides on an event, with what it comes to: rounded once (R3).
#[derive(Clone, PartialEq, Debug)]
pub struct Ridden {
    /// The surcharge.
    pub rider: Rc<Rider>,
    /// What it counts: one event, or what is billed in the unit of the product.
    pub billed: u64,
    /// Rounded once.
    pub amount: Money,
}

/// What an event costs, and by which row.
#[derive(Clone, PartialEq, Debug)]
pub struct Rated {
    /// The prefix that matched.
    pub prefix: Prefix,
    /// Per unit of the price: a minute, a part. Of parts that of the first, with the mode volume that of the step in which the month stands then.
    pub rate: Rate,
    /// What is billed, in the unit of the product.
    pub billed: u64,
    /// Without surcharges, rounded once (R3).
    pub amount: Money,
    /// What lies in each tier, where it lies in several.
    pub parts: Vec<Part>,
    /// Surcharges. Nothing rides on an event of which nothing was used.
    pub ridden: Vec<Ridden>,
    /// With surcharges.
    pub total: Money,
}

impl Rated {
    /// By a price that was found, or quoted, before. `before`: what was billed of the month at this row, where it has tiers.
    pub fn by(price: &Price, terms: &Terms, quantity: u32, before: u64) -> Result<Rated, Fault> {
        let row = &price.row;
        let billed = row.billed(terms, quantity);
        let (rate, amount, parts) = match &price.tiers {
            None => (row.rate, row.amount(terms, quantity)?, Vec::new()),
            Some(tiers) if tiers.is_volume() => {
                let (_, rate) = tiers.reached(before.saturating_add(billed));
                (rate, rate.posted(billed, u64::from(terms.unit_size))?, Vec::new())
            }
            Some(tiers) => in_tiers(tiers, before, (quantity, billed), terms.unit_size)?,
        };
        let (mut ridden, mut total) = (Vec::new(), amount);
        for rider in price.riders.iter().filter(|_| quantity > 0) {
            let amount = rider.amount(row, terms, quantity)?;
            total = total.plus(amount)?;
            let billed = if rider.basis == Basis::Event { 1 } else { billed };
            ridden.push(Ridden { rider: rider.clone(), billed, amount });
        }
        Ok(Rated { prefix: row.prefix, rate, billed, amount, parts, ridden, total })
    }
}

/// Rate, amount and parts of what is billed at a row with tiers.
fn in_tiers(
    tiers: &Tiers,
    before: u64,
    used: (u32, u64),
    unit_size: u32,
) -> Result<(Rate, Money, Vec<Part>), MoneyOverflow> {
    let mut parts = tiers.split(before, used, unit_size)?;
    let first = parts[0];
    if parts.len() == 1 {
        parts.clear();
        return Ok((first.rate, first.amount, parts));
    }
    let amount = parts.iter().try_fold(Money::ZERO, |sum, part| sum.plus(part.amount))?;
    Ok((first.rate, amount, parts))
}

/// The digits that a price is looked for by: none where the other side is no number, for which a row with an empty prefix is meant.
fn rated_digits(event: &EventView<'_>, terms: &Terms) -> Option<Prefix> {
    match product::other_side(terms.side, event.number)? {
        OtherSide::Number(digits) => Prefix::parse(&digits),
        OtherSide::NoNumber => Some(Prefix::EMPTY),
    }
}

/// Whose prices an event is rated by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Payer {
    /// Of the account: no price in another one is for it (CRD-17).
    pub currency: Currency,
    /// The main account, where it has price overrides.
    pub overrides: Option<AuthId>,
}

impl Payer {
    /// As the wallet of a main account says.
    pub fn of(account: AuthId, wallet: &Wallet) -> Payer {
        Payer { currency: wallet.currency(), overrides: wallet.has_overrides().then_some(account) }
    }
}

/// An event with its terms, and whose prices it is rated by.
pub type ToRate<'event> = (EventView<'event>, Terms, Payer);

/// What the price of an event depends on, worked out once.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    terms: Terms,
    payer: Payer,
    at: Instant,
    /// None: the other side breaks its form.
    number: Option<Prefix>,
    /// Where the rows of the price book for this number can be. None: no version is in force, or there is no number.
    places: Option<(usize, [Prefix; 2])>,
}

impl Asked {
    /// How it is rated.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
}

/// The price book as one call sees it, with the chunks that it needs.
pub struct Book {
    catalogue: Rc<Catalogue>,
    versions: Rc<Versions>,
    indexes: BTreeMap<usize, Rc<Index>>,
    /// None: the version has no such chunk.
    chunks: Table<Option<Rc<Chunk>>>,
    sets: BTreeMap<AuthId, Rc<Sets>>,
    overrides: BTreeMap<String, Rc<OverrideRows>>,
    /// By place of the version; none: it has none.
    surcharges: BTreeMap<usize, Option<Rc<SurchargeTable>>>,
    /// By place of the version: of those that have tiers.
    tiers: BTreeMap<usize, Rc<TierTable>>,
}

impl Book {
    /// The book without any chunk: reads [`VERSIONS_KEY`] and `PRODUCTS_KEY`.
    pub fn open(turn: &Turn<'_>) -> Result<Book, Fault> {
        turn.prefetch([VERSIONS_KEY, PRODUCTS_KEY].into_iter().map(str::to_owned));
        Ok(Book {
            catalogue: loaded::catalogue(turn)?,
            versions: loaded::versions(turn)?,
            indexes: BTreeMap::new(),
            chunks: Table::new(),
            sets: BTreeMap::new(),
            overrides: BTreeMap::new(),
            surcharges: BTreeMap::new(),
            tiers: BTreeMap::new(),
        })
    }

    /// The catalogue of products.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// How a use of this product and heading is rated. None: the catalogue does not have them.
    pub fn terms(&self, product: Product, heading: Heading) -> Option<Terms> {
        self.catalogue.find(product, heading)
    }

    /// Whether anything that is loaded has tiers: the price of an event may then depend on what was used of its month.
    pub fn has_tiers(&self) -> bool {
        !self.tiers.is_empty() || self.overrides.values().any(|set| set.tiers().is_some())
    }

    /// Loads what rating these events will need, but for names of groups, in at most two reads for all of them.
    pub fn prefetch<'event>(
        &mut self,
        turn: &Turn<'_>,
        events: impl Iterator<Item = ToRate<'event>>,
    ) -> Result<(), Fault> {
        let asked: Vec<Asked> = events.map(|event| self.ask(event)).collect();
        self.load(turn, asked.iter())
    }

    /// What the price of an event depends on. It holds for this book.
    pub fn ask(&self, (event, terms, payer): ToRate<'_>) -> Asked {
        let number = rated_digits(&event, &terms);
        let version = self.versions.in_force(payer.currency, event.at);
        let places = version.zip(number).map(|(version, number)| (version, regions(number)));
        Asked { terms, payer, at: event.at, number, places }
    }

    /// [`Book::prefetch`] of what was asked.
    pub fn load<'asked>(&mut self, turn: &Turn<'_>, all: impl Iterator<Item = &'asked Asked>) -> Result<(), Fault> {
        let (mut chunks, mut met): (BTreeSet<ChunkName>, Table<()>) = (BTreeSet::new(), Table::new());
        let mut moments: BTreeSet<(AuthId, Instant)> = BTreeSet::new();
        for Asked { terms, payer, at, places, .. } in all {
            moments.extend(payer.overrides.map(|account| (account, *at)));
            if let Some((version, regions)) = places {
                for name in regions.map(|region| (*version, terms.pair, region)) {
                    if !met.contains_key(&name) {
                        met.insert(name, ());
                        chunks.insert(name);
                    }
                }
            }
        }
        self.load_indexes(turn, &chunks, &moments)?;
        self.load_rows(turn, chunks, &moments)
    }

    fn load_indexes(
        &mut self,
        turn: &Turn<'_>,
        chunks: &BTreeSet<ChunkName>,
        moments: &BTreeSet<(AuthId, Instant)>,
    ) -> Result<(), Fault> {
        let cache = BookCache::of(turn);
        let versions: BTreeSet<usize> =
            chunks.iter().map(|(version, ..)| *version).filter(|version| !self.indexes.contains_key(version)).collect();
        let mut missing = Vec::new();
        for place in versions {
            let version = self.versions.at(place);
            match cache.index(&version.digest) {
                Some(index) => {
                    self.indexes.insert(place, index);
                }
                None => missing.push(place),
            }
        }
        let accounts: BTreeSet<AuthId> =
            moments.iter().map(|(account, _)| *account).filter(|account| !self.sets.contains_key(account)).collect();
        turn.prefetch(
            missing
                .iter()
                .map(|place| Index::key(self.versions.at(*place).number))
                .chain(accounts.iter().map(|account| Sets::key(*account))),
        );
        for place in missing {
            let version = self.versions.at(place);
            let index = Rc::new(Index::load(turn, version.number)?);
            cache.keep_index(&version.digest, &index);
            self.indexes.insert(place, index);
        }
        for account in accounts {
            self.sets.insert(account, Rc::new(Sets::load(turn, account)?));
        }
        Ok(())
    }

    fn load_rows(
        &mut self,
        turn: &Turn<'_>,
        chunks: BTreeSet<ChunkName>,
        moments: &BTreeSet<(AuthId, Instant)>,
    ) -> Result<(), Fault> {
        let cache = BookCache::of(turn);
        let mut keys = Vec::new();
        let mut missing = Vec::new();
        for name in chunks {
            if self.chunks.contains_key(&name) {
                continue;
            }
            let (version, place) = (self.versions.at(name.0), self.place(&name));
            if !self.indexes[&name.0].holds(&place) {
                self.chunks.insert(name, None);
                continue;
            }
            let kept = cache.chunk(&(place.2, place.0, place.1, version.digest.clone()));
            if kept.is_some() {
                self.chunks.insert(name, kept);
            } else {
                keys.push(chunk_key(version.number, &place));
                missing.push(name);
            }
        }
        let unread: Vec<usize> =
            self.indexes.keys().copied().filter(|place| !self.surcharges.contains_key(place)).collect();
        for version in unread.iter().map(|place| self.versions.at(*place)) {
            if let Some(digest) = &version.surcharges
                && cache.surcharges(digest).is_none()
            {
                keys.push(surcharge::key(version.number));
            }
            if let Some(digest) = &version.tiers
                && cache.tiers(digest).is_none()
            {
                keys.push(tiers::key(version.number));
            }
        }
        let mut sets = Vec::new();
        for (account, at) in moments {
            if let Some(entry) = self.sets[account].in_force(*at)
                && !self.overrides.contains_key(&entry.digest)
            {
                if cache.set(&entry.digest).is_none() {
                    keys.push(entry.key(*account));
                }
                sets.push((*account, entry.clone()));
            }
        }
        turn.prefetch(keys);
        for place in unread {
            self.surcharges.insert(place, loaded::surcharges(turn, self.versions.at(place))?);
            self.tiers.extend(loaded::tiers(turn, self.versions.at(place))?.map(|table| (place, table)));
        }
        for name in missing {
            let (version, place) = (self.versions.at(name.0), self.place(&name));
            let stored: StoredRows = turn.need(&chunk_key(version.number, &place))?;
            let chunk = Rc::new(Chunk::new(stored.rows));
            cache.keep_chunk((place.2, place.0, place.1, version.digest.clone()), &chunk);
            self.chunks.insert(name, Some(chunk));
        }
        for (account, entry) in sets {
            let set = loaded::override_rows(turn, account, &entry)?;
            self.overrides.insert(entry.digest, set);
        }
        Ok(())
    }

    /// Product, heading and region of a chunk.
    fn place(&self, (_, pair, region): &ChunkName) -> Place {
        let (product, heading) = self.catalogue.pair(*pair);
        (product, heading, *region)
    }

    /// The price that an event is rated by. What was not prefetched is read now.
    pub fn find(&mut self, turn: &Turn<'_>, event: ToRate<'_>) -> Result<Result<Price, Rejection>, Fault> {
        let asked = self.ask(event);
        self.find_asked(turn, &asked)
    }

    /// [`Book::find`] of what was asked.
    pub fn find_asked(&mut self, turn: &Turn<'_>, asked: &Asked) -> Result<Result<Price, Rejection>, Fault> {
        let Some(number) = asked.number else { return Ok(Err(Rejection::Malformed)) };
        let general = match self.general_row(asked, number) {
            Some(row) if self.has_own(asked) => row,
            _ => {
                self.load(turn, std::iter::once(asked))?;
                self.general_row(asked, number).flatten()
            }
        };
        let own = self.own_set(asked).and_then(|set| {
            let (product, heading) = self.catalogue.pair(asked.terms.pair);
            set.find(product, heading, number)
        });
        let (row, is_own) = match (own, general) {
            (Some(own), Some(general)) if general.prefix.length() > own.prefix.length() => (general, false),
            (Some(own), _) => (*own, true),
            (None, Some(general)) => (general, false),
            (None, None) => return Ok(Err(Rejection::NoPrice)),
        };
        let riders = self.riders(turn, asked, (number, row, is_own))?;
        let tiers = self.tiers_of(asked, row.prefix, is_own);
        Ok(Ok(Price { row, riders, tiers }))
    }

    /// The tiers of a row, an own one or one of the price book.
    fn tiers_of(&self, asked: &Asked, prefix: Prefix, is_own: bool) -> Option<Rc<Tiers>> {
        let table = if is_own {
            self.own_set(asked)?.tiers()?
        } else if self.tiers.is_empty() {
            return None;
        } else {
            self.tiers.get(&asked.places?.0)?
        };
        let (product, heading) = self.catalogue.pair(asked.terms.pair);
        table.find(&(product, heading, prefix)).cloned()
    }

    /// What rides on an event that is rated by a row, an own one or one of the price book.
    fn riders(
        &self,
        turn: &Turn<'_>,
        asked: &Asked,
        (number, row, is_own): (Prefix, Row, bool),
    ) -> Result<Vec<Rc<Rider>>, Fault> {
        let place = asked.places.map(|(version, _)| version);
        let general = place.and_then(|place| self.surcharges.get(&place)).and_then(Option::as_deref);
        let set = self.own_set(asked);
        let own = set.and_then(|set| set.surcharges());
        if own.is_none() && general.is_none() {
            return Ok(Vec::new());
        }
        let (product, heading) = self.catalogue.pair(asked.terms.pair);
        let of = Use { product, heading, number, row: &row };
        surcharge::riders([own, general], &of, || {
            if is_own {
                return Ok(set.and_then(|set| set.group(product, heading, row.prefix)));
            }
            let Some(version) = place.map(|place| self.versions.at(place)) else { return Ok(None) };
            let groups = countries::groups(turn, version, row.country)?;
            Ok(groups.get(&group_key(product, heading, row.prefix)).cloned())
        })
    }

    /// Whether the own prices of the account are loaded, where it has any.
    fn has_own(&self, asked: &Asked) -> bool {
        asked.payer.overrides.is_none_or(|account| {
            self.sets.get(&account).is_some_and(|sets| {
                sets.in_force(asked.at).is_none_or(|entry| self.overrides.contains_key(&entry.digest))
            })
        })
    }

    /// The row of the price book: the first region's matches are longer than the second's. Outside none: a chunk that may have it is not loaded.
    fn general_row(&self, asked: &Asked, number: Prefix) -> Option<Option<Row>> {
        let Some((version, regions)) = asked.places else { return Some(None) };
        for region in regions {
            let chunk = self.chunks.get(&(version, asked.terms.pair, region))?;
            if let Some(row) = chunk.as_ref().and_then(|chunk| chunk.find(number)) {
                return Some(Some(*row));
            }
        }
        Some(None)
    }

    fn own_set(&self, asked: &Asked) -> Option<&OverrideRows> {
        let entry = self.sets.get(&asked.payer.overrides?)?.in_force(asked.at)?;
        self.overrides.get(&entry.digest).map(|set| &**set)
    }
}
