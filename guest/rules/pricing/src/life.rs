//! The life of a version: draft or import, published, withdrawn or replaced before it begins, retired when it can price nothing any more.
//!
//! What has begun has priced something and stays as it is. What has not begun has priced nothing and can be taken back. An import is
//! there as a whole or not at all: until it is finished or published its version is incomplete and goes by itself.

use crate::ahead::reached;
use crate::error::Error;
use crate::removing::take_away;
use crate::shown::{Version, VersionState};
use crate::upkeep;
use crate::versions::{Entry, Standing, StoredVersions, VERSIONS_KEY};
use coinbox_access::{self as access, functions};
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, MOMENT_MAX};
use coinbox_profiles::policy::Policy;

/// The currency of a new version: any that people pay with, so that prices can be there before accounts are.
fn currency_of(turn: &Turn<'_>, named: Option<&str>) -> Result<Currency, Fault> {
    let Some(code) = named else { return Ok(Policy::load(turn)?.currency()) };
    let mut checks = Checks::new();
    checks.currency(code, "currency");
    checks.done()?;
    Ok(Currency::parse(code).unwrap_or_default())
}

/// Begins a draft. It stays until it is published or removed.
pub fn create_version(turn: &mut Turn<'_>, caller: &Caller, currency: Option<String>) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_CREATE_VERSION)?;
    command.once(turn, &currency, |turn, _, ()| {
        let currency = currency_of(turn, currency.as_deref())?;
        let mut stored = StoredVersions::load(turn)?;
        upkeep::make_room(turn, &mut stored)?;
        let version = stored.begin(currency, Standing::Plain);
        turn.put(VERSIONS_KEY, &stored);
        Ok(version)
    })
}

/// Begins a version that is there only once it is complete.
pub fn begin_import(turn: &mut Turn<'_>, caller: &Caller, currency: Option<String>) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_BEGIN_IMPORT)?;
    command.once(turn, &currency, |turn, _, ()| {
        let currency = currency_of(turn, currency.as_deref())?;
        let mut stored = StoredVersions::load(turn)?;
        upkeep::make_room_for_import(turn, &mut stored);
        upkeep::make_room(turn, &mut stored)?;
        let version = stored.begin(currency, Standing::Incomplete(turn.now()));
        turn.put(VERSIONS_KEY, &stored);
        Ok(version)
    })
}

/// Makes an imported version a draft, which stays.
pub fn finish_import(turn: &mut Turn<'_>, caller: &Caller, version: u32) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_FINISH_IMPORT)?;
    command.once(turn, &version, |turn, _, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let entry = stored.entry(version)?;
        match entry.state() {
            VersionState::Incomplete => entry.standing = Standing::Plain,
            VersionState::Draft => {}
            _ => return Err(Error::AlreadyPublished),
        }
        let shown = entry.show();
        turn.put(VERSIONS_KEY, &stored);
        Ok(shown)
    })
}

/// Puts a version in force from a moment on. One that was to begin at the same moment is replaced.
pub fn publish_version(
    turn: &mut Turn<'_>,
    caller: &Caller,
    version: u32,
    starts_at: Instant,
) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_PUBLISH_VERSION)?;
    command.once(turn, &(version, starts_at), |turn, who, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let currency = stored.entry(version)?.currency;
        let first = stored.first_start(currency);
        let starts_then = |entry: &&Entry| entry.currency == currency && entry.in_force_from() == Some(starts_at);
        let rival = stored.versions.iter().find(starts_then);
        let rival = rival.map(|entry| entry.number);
        let entry = stored.entry(version)?;
        if entry.in_force_from().is_some() {
            return Err(Error::AlreadyPublished);
        }
        let mut checks = Checks::new();
        checks.require(entry.rows > 0 || entry.numbers > 0, "version", FieldRule::TooSmall, "1 row");
        // Where no price was in force nothing was priced: usage that waits for a price may get one.
        let nothing_before = starts_at >= 0 && first.is_none_or(|first| starts_at < first);
        let earliest = if first.is_none() { 0 } else { turn.now() };
        checks.require(starts_at >= turn.now() || nothing_before, "starts-at", FieldRule::TooSmall, earliest);
        checks.require(starts_at <= MOMENT_MAX, "starts-at", FieldRule::TooLarge, MOMENT_MAX);
        let apart = rival.is_none() || starts_at < turn.now() || starts_at > reached(turn)?;
        checks.require(apart, "starts-at", FieldRule::NotAllowedTogether, "another version");
        checks.done()?;
        entry.starts_at = Some(starts_at);
        entry.standing = Standing::Plain;
        let shown = entry.show();
        if let Some(rival) = rival {
            stored.entry(rival)?.standing = Standing::Replaced;
            feed::operator_event("prices-replaced", "USE-2")
                .fact("version", rival)
                .fact("starts-at", starts_at)
                .fact("by-version", version)
                .fact("by", who.name())
                .tell(turn);
        }
        turn.put(VERSIONS_KEY, &stored);
        feed::operator_event("prices-published", "USE-2")
            .fact("version", version)
            .fact("starts-at", starts_at)
            .fact("rows", shown.rows)
            .fact("by", who.name())
            .in_currency(currency)
            .tell(turn);
        Ok(shown)
    })
}

/// Takes a published version back before it begins: the version before it stays in force.
pub fn withdraw_version(turn: &mut Turn<'_>, caller: &Caller, version: u32) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::PRICING_WITHDRAW_VERSION)?;
    command.once(turn, &version, |turn, who, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let entry = stored.entry(version)?;
        let Some(starts_at) = entry.in_force_from() else { return Err(Error::NotPublished) };
        if starts_at <= reached(turn)? {
            return Err(Error::AlreadyBegun(starts_at));
        }
        entry.standing = Standing::Withdrawn;
        let shown = entry.show();
        turn.put(VERSIONS_KEY, &stored);
        feed::operator_event("prices-withdrawn", "USE-2")
            .fact("version", version)
            .fact("starts-at", starts_at)
            .fact("by", who.name())
            .tell(turn);
        Ok(shown)
    })
}

/// Removes a version that has priced nothing, with its rows: a draft, an import that was cut off, one that was withdrawn or replaced.
pub fn remove_draft(turn: &mut Turn<'_>, caller: &Caller, version: u32) -> Result<(), Error> {
    let command = access::command(turn, caller, functions::PRICING_REMOVE_DRAFT)?;
    command.once(turn, &version, |turn, who, ()| {
        let mut stored = StoredVersions::load(turn)?;
        let entry = stored.entry(version)?;
        if entry.in_force_from().is_some() {
            return Err(Error::AlreadyPublished);
        }
        let entry = entry.clone();
        take_away(turn, &mut stored, &entry, who.name());
        turn.put(VERSIONS_KEY, &stored);
        Ok(())
    })
}

/// Every version by number.
pub fn list_versions(turn: &Turn<'_>, caller: &Caller) -> Result<Vec<Version>, Error> {
    access::query(turn, caller, functions::PRICING_LIST_VERSIONS)?;
    Ok(StoredVersions::load(turn)?.versions.iter().map(Entry::show).collect())
}
