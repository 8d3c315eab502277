//! Room in the price book: what can price nothing any more, and imports that were cut off, go by themselves.

use crate::ahead::settled_before;
use crate::removing::take_away;
use crate::versions::{Entry, Standing, StoredVersions, VERSIONS_KEY};
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, Instant};

/// Most versions. A sheet a day takes about forty places: those of the usage window.
pub const VERSIONS_MAX: usize = 1000;
/// How many versions that are over are kept to be looked at, the newest ones.
const HISTORY_MAX: usize = 100;
/// Most imports at once: the one that was left alone for longest makes room.
const IMPORTS_MAX: usize = 20;
/// An import that was left alone so long was cut off.
const IMPORT_IDLE_MS: Instant = DAY_MS;
/// Versions that one clean-up retires, and removes: each says so in the feed.
const CLEANED_MAX: usize = 200;

/// Retires published versions whose successor began before everything that can still be priced. Answers whether there were any.
fn retire(turn: &mut Turn<'_>, stored: &mut StoredVersions) -> Result<bool, Fault> {
    let before = settled_before(turn)?;
    let starting = |entry: &Entry| Some((entry.currency, entry.in_force_from()?, entry.number));
    let mut published: Vec<(Currency, Instant, u32)> = stored.versions.iter().filter_map(starting).collect();
    published.sort_unstable();
    let mut retired = 0;
    for pair in published.windows(2) {
        let ((currency, starts_at, number), (next, until, _)) = (pair[0], pair[1]);
        if retired == CLEANED_MAX {
            break;
        }
        // Only a version of the same currency takes its place.
        if next != currency || until > before {
            continue;
        }
        let entry = stored.entry(number)?;
        if entry.standing == Standing::Plain {
            entry.standing = Standing::Retired;
            retired += 1;
            feed::operator_event("prices-retired", "USE-2")
                .fact("version", number)
                .fact("starts-at", starts_at)
                .fact("until", until)
                .tell(turn);
        }
    }
    Ok(retired > 0)
}

/// Removes the oldest versions that are over while there are more than so many. Answers whether there were any.
fn shorten(turn: &mut Turn<'_>, stored: &mut StoredVersions, kept: usize) -> bool {
    let over: Vec<Entry> = stored.versions.iter().filter(|entry| entry.is_over()).cloned().collect();
    let surplus = over.len().saturating_sub(kept).min(CLEANED_MAX);
    // Of those that were in force the first go first, so that what is left is without gaps.
    let mut by_age: Vec<&Entry> = over.iter().collect();
    by_age.sort_by_key(|entry| (entry.starts_at, entry.number));
    for entry in by_age.into_iter().take(surplus) {
        take_away(turn, stored, entry, "housekeeping");
    }
    surplus > 0
}

/// The daily clean-up.
pub fn clean(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let mut stored = StoredVersions::load(turn)?;
    let cut_off = turn.now() - IMPORT_IDLE_MS;
    let is_cut_off = |entry: &&Entry| matches!(entry.standing, Standing::Incomplete(touched) if touched <= cut_off);
    let idle: Vec<Entry> = stored.versions.iter().filter(is_cut_off).cloned().collect();
    for entry in &idle {
        take_away(turn, &mut stored, entry, "housekeeping");
    }
    let retired = retire(turn, &mut stored)?;
    let shortened = shorten(turn, &mut stored, HISTORY_MAX);
    if !idle.is_empty() || retired || shortened {
        turn.put(VERSIONS_KEY, &stored);
    }
    Ok(())
}

/// Makes room for one more version, where it can be made.
pub(super) fn make_room(turn: &mut Turn<'_>, stored: &mut StoredVersions) -> Result<(), Fault> {
    if stored.versions.len() < VERSIONS_MAX {
        return Ok(());
    }
    retire(turn, stored)?;
    let wanted = stored.versions.len() + 1 - VERSIONS_MAX;
    let over = stored.versions.iter().filter(|entry| entry.is_over()).count();
    shorten(turn, stored, over.saturating_sub(wanted));
    if stored.versions.len() < VERSIONS_MAX {
        return Ok(());
    }
    Err(Fault::problem("too-many-versions", vec![Fact::new("limit", VERSIONS_MAX)]))
}

/// Makes room for one more import.
pub(super) fn make_room_for_import(turn: &mut Turn<'_>, stored: &mut StoredVersions) {
    let touched = |entry: &Entry| match entry.standing {
        Standing::Incomplete(touched) => Some((touched, entry.number)),
        _ => None,
    };
    let mut imports: Vec<(Instant, u32)> = stored.versions.iter().filter_map(touched).collect();
    imports.sort_unstable();
    let surplus = (imports.len() + 1).saturating_sub(IMPORTS_MAX);
    for (_, number) in imports.into_iter().take(surplus) {
        if let Some(entry) = stored.versions.iter().find(|entry| entry.number == number).cloned() {
            take_away(turn, stored, &entry, "housekeeping");
        }
    }
}
