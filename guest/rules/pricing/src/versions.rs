//! Which price book versions there are, and which chunks each holds.

use crate::error::Error;
use crate::places::prefix;
use crate::shown::{Version, VersionState};
use coinbox_ground::currency::Currency;
use coinbox_ground::text::hex;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::rc::Rc;

/// Key of the list of versions.
pub const VERSIONS_KEY: &str = "pb/versions";

/// One version. Its digest is a function of the rows that were added, in order: what is kept under it is always right.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) number: u32,
    /// None: never published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) starts_at: Option<Instant>,
    /// What it is besides a draft or published.
    #[serde(default, skip_serializing_if = "Standing::is_plain")]
    pub(super) standing: Standing,
    pub(super) rows: u32,
    pub(super) digest: String,
    /// How many number prices, the one of a seat counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) numbers: u32,
    /// Digest of the number prices; none: the version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) numbers_digest: Option<String>,
    /// Whether its rows are listed by country too: those of versions of before are not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) by_country: bool,
    /// Of all its prices (CRD-17).
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub(super) currency: Currency,
    /// How many surcharges.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) surcharges: u32,
    /// Digest of the surcharges; none: the version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) surcharges_digest: Option<String>,
    /// How many steps its tiers have.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) tier_steps: u32,
    /// Digest of the tiers; none: the version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tiers_digest: Option<String>,
}

/// How a version stands that is neither a draft nor published.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Standing {
    /// A draft, or published where it has a start.
    #[default]
    Plain,
    /// It is imported; rows came last at this moment.
    Incomplete(Instant),
    Withdrawn,
    Replaced,
    Retired,
}

impl Standing {
    fn is_plain(&self) -> bool {
        *self == Standing::Plain
    }
}

impl Entry {
    /// Without any row.
    pub(super) fn new(number: u32, currency: Currency, standing: Standing) -> Entry {
        Entry {
            number,
            starts_at: None,
            standing,
            rows: 0,
            digest: digest("", &()),
            numbers: 0,
            numbers_digest: None,
            by_country: true,
            currency,
            surcharges: 0,
            surcharges_digest: None,
            tier_steps: 0,
            tiers_digest: None,
        }
    }

    pub(super) fn state(&self) -> VersionState {
        match (self.standing, self.starts_at) {
            (Standing::Plain, None) => VersionState::Draft,
            (Standing::Plain, Some(_)) => VersionState::Published,
            (Standing::Incomplete(_), _) => VersionState::Incomplete,
            (Standing::Withdrawn, _) => VersionState::Withdrawn,
            (Standing::Replaced, _) => VersionState::Replaced,
            (Standing::Retired, _) => VersionState::Retired,
        }
    }

    pub(super) fn show(&self) -> Version {
        Version {
            number: self.number,
            state: self.state(),
            starts_at: self.starts_at,
            rows: self.rows + self.numbers + self.surcharges + self.tier_steps,
            currency: self.currency.to_string(),
        }
    }

    /// Refuses prices for a version that is or was published; notes that an import goes on.
    pub(super) fn take_prices(&mut self, now: Instant) -> Result<(), Error> {
        match (&mut self.standing, self.starts_at) {
            (Standing::Incomplete(touched), _) => *touched = now,
            (Standing::Plain, None) => {}
            _ => return Err(Error::AlreadyPublished),
        }
        Ok(())
    }

    /// When its prices began or will begin to be in force; none: they never were and, as it stands, never will be.
    pub(super) fn in_force_from(&self) -> Option<Instant> {
        self.starts_at.filter(|_| matches!(self.standing, Standing::Plain | Standing::Retired))
    }

    /// Whether it can never price anything again as it stands.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.standing, Standing::Withdrawn | Standing::Replaced | Standing::Retired)
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(super) struct StoredVersions {
    pub(super) v: u32,
    /// By number.
    pub(super) versions: Vec<Entry>,
    /// The highest number that was ever given: a number is never given twice.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) last: u32,
    /// From when on prices were in force, as far as versions tell that are removed. None: those that are left tell all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Instant>,
}

impl Record for StoredVersions {
    const KIND: &'static str = "price book versions";
}

impl StoredVersions {
    pub(super) fn load(turn: &Turn<'_>) -> Result<StoredVersions, Fault> {
        let none = StoredVersions { v: 1, versions: Vec::new(), last: 0, since: None };
        Ok(turn.get(VERSIONS_KEY)?.unwrap_or(none))
    }

    /// Adds a version without rows.
    pub(super) fn begin(&mut self, currency: Currency, standing: Standing) -> Version {
        self.last = self.last.max(self.versions.last().map_or(0, |last| last.number)) + 1;
        let entry = Entry::new(self.last, currency, standing);
        let version = entry.show();
        self.versions.push(entry);
        version
    }

    /// From when on prices in a currency are, were or will be in force at all; of those that are removed, in any currency.
    pub(super) fn first_start(&self, currency: Currency) -> Option<Instant> {
        let of_it = self.versions.iter().filter(|entry| entry.currency == currency);
        of_it.filter_map(Entry::in_force_from).chain(self.since).min()
    }

    /// Takes a version and its rows away.
    pub(super) fn remove(&mut self, turn: &mut Turn<'_>, number: u32) {
        if let Some(place) = self.versions.iter().position(|entry| entry.number == number) {
            let entry = self.versions.remove(place);
            self.last = self.last.max(number);
            self.since = entry.in_force_from().into_iter().chain(self.since).min();
            let prefix = prefix(number);
            let end = end_of_prefix(&prefix);
            turn.clear(prefix, end);
        }
    }

    pub(super) fn entry(&mut self, number: u32) -> Result<&mut Entry, Fault> {
        self.versions.iter_mut().find(|entry| entry.number == number).ok_or_else(|| Fault::not_found("version"))
    }
}

/// A published version, as rating needs it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Published {
    pub(super) number: u32,
    pub(super) starts_at: Instant,
    pub(super) digest: Rc<str>,
    /// Digest of its number prices.
    pub(super) numbers: Option<Rc<str>>,
    /// See [`Entry::by_country`].
    pub(super) by_country: bool,
    pub(super) currency: Currency,
    /// Digest of its surcharges.
    pub(super) surcharges: Option<Rc<str>>,
    /// Digest of its tiers.
    pub(super) tiers: Option<Rc<str>>,
}

/// Published versions by currency, then by their start.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Versions(Vec<Published>);

impl Versions {
    /// From the stored form.
    pub(super) fn of(stored: StoredVersions) -> Versions {
        let mut published: Vec<Published> = stored
            .versions
            .into_iter()
            .filter_map(|entry| {
                let starts_at = entry.in_force_from()?;
                Some(Published {
                    number: entry.number,
                    starts_at,
                    digest: Rc::from(entry.digest),
                    numbers: entry.numbers_digest.map(Rc::from),
                    by_country: entry.by_country,
                    currency: entry.currency,
                    surcharges: entry.surcharges_digest.map(Rc::from),
                    tiers: entry.tiers_digest.map(Rc::from),
                })
            })
            .collect();
        published.sort_by_key(|version| (version.currency, version.starts_at));
        Versions(published)
    }

    /// Place of the version of a currency that is in force at a moment.
    pub(super) fn in_force(&self, currency: Currency, at: Instant) -> Option<usize> {
        let begun = self.0.partition_point(|version| (version.currency, version.starts_at) <= (currency, at));
        begun.checked_sub(1).filter(|place| self.0[*place].currency == currency)
    }

    pub(super) fn at(&self, place: usize) -> &Published {
        &self.0[place]
    }
}

/// Digest of content that follows earlier content: 32 hexadecimal digits.
pub(super) fn digest(before: &str, content: &impl Serialize) -> String {
    let content = serde_json::to_vec(content).expect("rows are plain text and numbers");
    let digest = Sha256::new().chain_update(before).chain_update([0]).chain_update(content).finalize();
    hex(&digest)[..32].to_owned()
}
