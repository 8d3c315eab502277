//! Price overrides of single accounts: sets of rows that replace one another at stated moments (USE-2).

use crate::ahead::{reached, settled_before};
use crate::bytes::check_bytes;
use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::loaded;
use crate::number_table::{NumberPrices, PriceTable};
use crate::override_rows::StoredOverrides;
use crate::places::group_key;
use crate::row::Row;
use crate::rows::{ParsedRow, parse_rows, show_row};
use crate::sets::{SetEntry, Sets};
use crate::shown::{PriceRow, RowTiers, Surcharge};
use crate::surcharge::{BYTES_MAX, FIELD, SET_SURCHARGES_MAX, SurchargeTable};
use crate::tiers::{self, SET_TABLES_MAX, TierTable};
use crate::versions::{StoredVersions, digest};
use coinbox_access::{self as access, functions};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::product;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, MOMENT_MAX, int_text};
use coinbox_ledger::wallet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most rows of one set.
const SET_ROWS_MAX: usize = 500;
/// Most sets of one account that are in force or to come.
const LIVE_SETS_MAX: usize = 20;
/// Most sets of one account. A change a day takes about forty places: those of the usage window.
const SETS_MAX: usize = 100;

/// One set of an account, as it is listed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OverrideSet {
    /// From when on it is in force, up to the next one.
    #[serde(with = "int_text")]
    pub starts_at: Instant,
    /// All of its prices.
    pub rows: u32,
}

/// What is digested of the arguments of [`set_overrides`]. Surcharges and tiers only where they are named: all other digests are those of version 0.1.
#[derive(Serialize)]
#[serde(untagged)]
enum Digested<'a> {
    /// As version 0.1 has digested it.
    Plain(Instant, &'a [PriceRow], Option<&'a NumberPrices>),
    /// With surcharges or tiers.
    Full(Instant, &'a [PriceRow], Option<&'a NumberPrices>, Option<&'a [Surcharge]>, Option<&'a [RowTiers]>),
}

impl<'a> Digested<'a> {
    fn of(
        starts_at: Instant,
        rows: &'a [PriceRow],
        prices: Option<&'a NumberPrices>,
        surcharges: Option<&'a [Surcharge]>,
        tiers: Option<&'a [RowTiers]>,
    ) -> Digested<'a> {
        match (surcharges, tiers) {
            (None, None) => Digested::Plain(starts_at, rows, prices),
            _ => Digested::Full(starts_at, rows, prices, surcharges, tiers),
        }
    }
}

/// Whether the account has, had or will have price overrides.
pub fn has_overrides(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(!Sets::load(turn, account)?.sets.is_empty())
}

/// Replaces all price overrides of a main account from a moment on, those of numbers and seats and surcharges too; none of
/// these: from then on the price book alone.
#[expect(clippy::too_many_arguments, reason = "they are the contract's")]
pub fn set_overrides(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    starts_at: Instant,
    rows: Vec<PriceRow>,
    prices: Option<NumberPrices>,
    surcharges: Option<Vec<Surcharge>>,
    tiers: Option<Vec<RowTiers>>,
) -> Result<(), Error> {
    let command = access::command_on(turn, caller, functions::PRICING_SET_OVERRIDES, &auth_id)?;
    let asked = Digested::of(starts_at, &rows, prices.as_ref(), surcharges.as_deref(), tiers.as_deref());
    command.once(turn, &asked, |turn, who, account| {
        let mut sets = Sets::load(turn, account)?;
        let mut checks = Checks::new();
        let changes_nothing =
            starts_at >= turn.now() || (starts_at >= 0 && nothing_was_in_force(turn, account, &sets)?);
        checks.require(changes_nothing, "starts-at", FieldRule::TooSmall, turn.now());
        checks.require(starts_at <= MOMENT_MAX, "starts-at", FieldRule::TooLarge, MOMENT_MAX);
        checks.require(rows.len() <= SET_ROWS_MAX, "rows", FieldRule::TooMany, SET_ROWS_MAX);
        checks.done()?;
        let mut stored = group(&rows, &*loaded::catalogue(turn)?)?;
        stored.numbers = prices.as_ref().map(PriceTable::parse).transpose()?.filter(|table| table.count() > 0);
        let surcharges = surcharges.as_deref().unwrap_or_default();
        let table = SurchargeTable::parse(surcharges, (FIELD, SET_SURCHARGES_MAX), &*loaded::catalogue(turn)?)?;
        stored.surcharges = Some(table).filter(|table| table.count() > 0);
        stored.tiers = own_tiers(turn, tiers.as_deref().unwrap_or_default(), &stored)?;
        check_bytes(&stored, "rows", BYTES_MAX, "together with prices, surcharges and tiers")?;
        // Usage of a moment ahead of the clock may have been priced by a set that is to begin.
        let (now, reached) = (turn.now(), reached(turn)?);
        let begun = |set: &&SetEntry| set.starts_at >= starts_at && set.starts_at > now && set.starts_at <= reached;
        if let Some(begun) = sets.sets.iter().find(begun) {
            return Err(Error::AlreadyBegun(begun.starts_at));
        }
        let replaced = drop_replaced(turn, account, &mut sets, starts_at)?;
        let live = sets.live(turn.now());
        if live >= LIVE_SETS_MAX || sets.sets.len() >= SETS_MAX {
            let limit = match live {
                LIVE_SETS_MAX.. => format!("{LIVE_SETS_MAX} sets in force or to come"),
                _ => format!("{SETS_MAX} sets that usage may still be rated by"),
            };
            return Err(Fault::invalid("starts-at", FieldRule::TooMany, Some(&limit)).into());
        }
        let entry = SetEntry { number: sets.next, starts_at, digest: digest("", &stored) };
        sets.next += 1;
        turn.put(&entry.key(account), &stored);
        sets.sets.push(entry);
        turn.put(&Sets::key(account), &sets);
        wallet::mark_overrides(turn, account)?;
        for before in replaced {
            feed::event(account, "overrides-replaced", "USE-2")
                .fact("starts-at", before)
                .fact("by-set", starts_at)
                .fact("by", who.name())
                .tell(turn);
        }
        let steps = stored.tiers.as_ref().map_or(0, TierTable::steps);
        feed::event(account, "overrides-set", "USE-2")
            .fact("starts-at", starts_at)
            .fact("rows", rows.len() + stored.numbers.as_ref().map_or(0, PriceTable::count) + surcharges.len() + steps)
            .fact("by", who.name())
            .tell(turn);
        Ok(())
    })
}

/// The override rows in force at a moment.
pub fn get_overrides(turn: &Turn<'_>, caller: &Caller, auth_id: String, at: Instant) -> Result<Vec<PriceRow>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::PRICING_GET_OVERRIDES, &auth_id)?;
    let sets = Sets::load(turn, account)?;
    let Some(entry) = sets.in_force(at) else { return Ok(Vec::new()) };
    let set = loaded::override_rows(turn, account, entry)?;
    let mut shown = Vec::new();
    for (product, heading, chunk) in set.chunks() {
        let mut rows: Vec<PriceRow> = chunk
            .rows()
            .iter()
            .map(|row| show_row(product, heading, row, set.group(product, heading, row.prefix)))
            .collect();
        rows.sort_by(|one, other| one.prefix.cmp(&other.prefix));
        shown.extend(rows);
    }
    Ok(shown)
}

fn group(rows: &[PriceRow], catalogue: &Catalogue) -> Result<StoredOverrides, Error> {
    let mut prices: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut groups = BTreeMap::new();
    for ParsedRow { product, heading, row, group } in parse_rows(rows, catalogue)? {
        groups.extend(group.map(|group| (group_key(product, heading, row.prefix), group)));
        prices.entry(product::pair(product, heading)).or_default().push(row);
    }
    for rows in prices.values_mut() {
        rows.sort_unstable_by_key(|row| row.prefix);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].prefix == pair[1].prefix) {
            return Err(Error::RepeatedRow(pair[0].prefix.to_string()));
        }
    }
    Ok(StoredOverrides { v: 1, prices, groups, numbers: None, surcharges: None, tiers: None })
}

/// Tiers of the rows of a set. None: there are none.
fn own_tiers(turn: &Turn<'_>, given: &[RowTiers], stored: &StoredOverrides) -> Result<Option<TierTable>, Error> {
    let named = tiers::parse(given, SET_TABLES_MAX, &*loaded::catalogue(turn)?)?;
    let table = TierTable::of(named, "a row of this set", |(product, heading, prefix)| {
        let rows = stored.prices.get(&product::pair(product, heading));
        rows.and_then(|rows| rows.iter().find(|row| row.prefix == prefix)).map(|row| row.rate)
    })?;
    check_bytes(&table, tiers::FIELD, tiers::SET_BYTES_MAX, "together")?;
    Ok(Some(table).filter(|table| table.steps() > 0))
}

/// Whether no price at all was in force for the account up to now: then one for the past changes nothing that was priced.
fn nothing_was_in_force(turn: &Turn<'_>, account: AuthId, sets: &Sets) -> Result<bool, Fault> {
    let none_of_its_own = sets.sets.first().is_none_or(|first| first.starts_at > turn.now());
    let first = StoredVersions::load(turn)?.first_start(wallet::currency(turn, account)?);
    Ok(none_of_its_own && first.is_none_or(|first| first > turn.now()))
}

/// Takes a set back before it begins: what was in force before it stays in force.
pub fn withdraw_overrides(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    starts_at: Instant,
) -> Result<(), Error> {
    let command = access::command_on(turn, caller, functions::PRICING_WITHDRAW_OVERRIDES, &auth_id)?;
    command.once(turn, &starts_at, |turn, who, account| {
        let mut sets = Sets::load(turn, account)?;
        let Some(place) = sets.sets.iter().position(|set| set.starts_at == starts_at) else {
            return Err(Fault::not_found("set of price overrides").into());
        };
        if starts_at <= reached(turn)? {
            return Err(Error::AlreadyBegun(starts_at));
        }
        let withdrawn = sets.sets.remove(place);
        turn.remove(&withdrawn.key(account));
        turn.put(&Sets::key(account), &sets);
        feed::event(account, "overrides-withdrawn", "USE-2")
            .fact("starts-at", starts_at)
            .fact("by", who.name())
            .tell(turn);
        Ok(())
    })
}

/// The sets of an account that are kept, in order of their start.
pub fn list_overrides(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<OverrideSet>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::PRICING_LIST_OVERRIDES, &auth_id)?;
    let sets = Sets::load(turn, account)?;
    turn.prefetch(sets.sets.iter().map(|set| set.key(account)));
    let mut shown = Vec::with_capacity(sets.sets.len());
    for set in &sets.sets {
        let rows = u32::try_from(loaded::override_rows(turn, account, set)?.count()).expect("bounded when it was set");
        shown.push(OverrideSet { starts_at: set.starts_at, rows });
    }
    Ok(shown)
}

/// Takes out sets that would start at the new one's start or later, which it answers, and, where room is needed, those that can price nothing any more.
fn drop_replaced(
    turn: &mut Turn<'_>,
    account: AuthId,
    sets: &mut Sets,
    starts_at: Instant,
) -> Result<Vec<Instant>, Fault> {
    let mut replaced = Vec::new();
    while let Some(last) = sets.sets.pop_if(|last| last.starts_at >= starts_at) {
        turn.remove(&last.key(account));
        replaced.push(last.starts_at);
    }
    replaced.reverse();
    if sets.sets.len() >= SETS_MAX {
        let before = settled_before(turn)?;
        while sets.sets.len() >= SETS_MAX && sets.sets[1].starts_at <= before {
            let ended = sets.sets.remove(0);
            turn.remove(&ended.key(account));
        }
    }
    Ok(replaced)
}
