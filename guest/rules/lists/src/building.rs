//! A new version of a list: begun, written in parts, published as a whole.

use crate::ENTRIES_MAX;
use crate::addresses::{self, Range};
use crate::entries::{Kept, check_note, kept};
use crate::error::Error;
use crate::known::KnownList;
use crate::records::{Held, Now, Ranges, Shard, Source, shard_key, version_prefix};
use crate::shown::{Entry, Version};
use coinbox_access::{self as access, functions};
use coinbox_ground::feed;
use coinbox_ground::turn::{Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};
use std::collections::BTreeMap;

/// Most entries of a version.
const VERSION_MAX: u32 = 2_000_000;
/// Longest text of one part, in bytes: below what storage takes.
const SHARD_BYTES_MAX: usize = 250_000;
/// Ranges of one part.
const RANGES_PER_PART: usize = 256;

/// Begins a version; one that is still written is given up.
pub fn begin(turn: &mut Turn<'_>, caller: &Caller, name: KnownList, about: Source) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::LISTS_BEGIN)?;
    command.once(turn, &(name, &about), |turn, _, ()| {
        let mut checks = Checks::new();
        checks.text(&about.source, "about.source", 1, 300);
        checks.text(&about.edition, "about.edition", 0, 100);
        checks.require((0..=turn.now()).contains(&about.dated), "about.dated", FieldRule::TooLarge, "not after now");
        checks.text(&about.licence, "about.licence", 0, 500);
        checks.done()?;
        let mut now = Now::load(turn, name)?;
        if let Some(draft) = &now.draft {
            clear(turn, name, draft.version);
        }
        now.last += 1;
        let held =
            Held { version: now.last, about: about.clone(), entries: 0, begun: turn.now(), published: None, end: None };
        let shown = held.show(name);
        now.draft = Some(held);
        now.save(turn, name);
        Ok(shown)
    })
}

/// Adds entries to a version that is still written.
pub fn add(
    turn: &mut Turn<'_>,
    caller: &Caller,
    name: KnownList,
    version: u32,
    entries: Vec<Entry>,
) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::LISTS_ADD)?;
    command.once(turn, &(name, version, &entries), |turn, _, ()| {
        let checked = check(name, &entries)?;
        let mut now = Now::load(turn, name)?;
        let held = now.draft.as_mut().filter(|held| held.version == version).ok_or(Error::NoSuchDraft)?;
        let added = match name {
            KnownList::Networks => add_ranges(turn, held, checked)?,
            _ => add_texts(turn, name, version, checked)?,
        };
        held.entries = held.entries.saturating_add(added);
        let mut checks = Checks::new();
        checks.require(held.entries <= VERSION_MAX, "entries", FieldRule::TooMany, VERSION_MAX);
        checks.done()?;
        let shown = held.show(name);
        now.save(turn, name);
        Ok(shown)
    })
}

/// Checks entries with their notes.
fn check(name: KnownList, entries: &[Entry]) -> Result<Vec<(Kept, String)>, Fault> {
    let mut checks = Checks::new();
    checks.require(!entries.is_empty(), "entries", FieldRule::Missing, 1);
    checks.require(entries.len() <= ENTRIES_MAX, "entries", FieldRule::TooMany, ENTRIES_MAX);
    if entries.len() > ENTRIES_MAX {
        checks.done()?;
        return Ok(Vec::new());
    }
    let mut all = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        match kept(name, &entry.entry) {
            Ok(kept) => all.push((kept, entry.note.clone())),
            Err((rule, limit)) => checks.require(false, &format!("entries[{place}].entry"), rule, limit),
        }
        if let Err((rule, limit)) = check_note(name, &entry.note) {
            checks.require(false, &format!("entries[{place}].note"), rule, limit);
        }
    }
    checks.done()?;
    Ok(all)
}

/// Writes entries into their parts. Answers how many are new.
fn add_texts(turn: &mut Turn<'_>, name: KnownList, version: u32, all: Vec<(Kept, String)>) -> Result<u32, Fault> {
    let mut by_part: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (kept, note) in all {
        if let Kept::Text(entry) = kept {
            by_part.entry(shard_key(name, version, &entry)).or_default().push((entry, note));
        }
    }
    turn.prefetch(by_part.keys().cloned());
    let mut added = 0;
    for (key, entries) in by_part {
        let mut shard = turn.get::<Shard>(&key)?.unwrap_or(Shard { v: 1, entries: BTreeMap::new() });
        let before = shard.entries.len();
        for (entry, note) in entries {
            shard.entries.entry(entry).or_insert(note);
        }
        let new = shard.entries.len() - before;
        let bytes: usize = shard.entries.iter().map(|(entry, note)| entry.len() + note.len() + 6).sum();
        let mut checks = Checks::new();
        checks.require(bytes <= SHARD_BYTES_MAX, "entries", FieldRule::TooMany, "64 MB in all");
        checks.done()?;
        if new > 0 {
            turn.put(&key, &shard);
        }
        added += u32::try_from(new).unwrap_or(u32::MAX);
    }
    Ok(added)
}

/// Writes ranges behind those that are there. They come in order and do not overlap.
fn add_ranges(turn: &mut Turn<'_>, held: &mut Held, all: Vec<(Kept, String)>) -> Result<u32, Fault> {
    let mut end = held.end.as_deref().and_then(addresses::of_key);
    let mut parts: Vec<(Range, String)> = Vec::with_capacity(all.len());
    let mut checks = Checks::new();
    for (place, (kept, kind)) in all.into_iter().enumerate() {
        let Kept::Range(range) = kept else { continue };
        if end.is_some_and(|end| range.first <= end) {
            let limit = "behind the end of the entry before";
            checks.require(false, &format!("entries[{place}].entry"), FieldRule::WrongForm, limit);
            break;
        }
        end = Some(range.last);
        parts.push((range, kind));
    }
    checks.done()?;
    for part in parts.chunks(RANGES_PER_PART) {
        let ranges = part
            .iter()
            .map(|(range, kind)| (addresses::key(range.first), addresses::key(range.last), kind.clone()))
            .collect();
        let key = format!("{}{}", version_prefix(KnownList::Networks, held.version), addresses::key(part[0].0.first));
        turn.put(&key, &Ranges { v: 1, ranges });
    }
    held.end = end.map(addresses::key);
    Ok(u32::try_from(parts.len()).unwrap_or(u32::MAX))
}

/// Puts a version in the place of the one before.
pub fn publish(turn: &mut Turn<'_>, caller: &Caller, name: KnownList, version: u32) -> Result<Version, Error> {
    let command = access::command(turn, caller, functions::LISTS_PUBLISH)?;
    command.once(turn, &(name, version), |turn, who, ()| {
        let mut now = Now::load(turn, name)?;
        let mut held = now.draft.take().filter(|held| held.version == version).ok_or(Error::NoSuchDraft)?;
        held.published = Some(turn.now());
        held.end = None;
        if let Some(before) = now.current.take() {
            clear(turn, name, before.version);
        }
        let shown = held.show(name);
        feed::operator_event("list-published", "ACC-1")
            .fact("list", name.word())
            .fact("version", version)
            .fact("entries", held.entries)
            .fact("source", &held.about.source)
            .fact("edition", &held.about.edition)
            .fact("by", who.name())
            .tell(turn);
        now.current = Some(held);
        now.save(turn, name);
        Ok(shown)
    })
}

/// Takes a version away, as a span.
fn clear(turn: &mut Turn<'_>, name: KnownList, version: u32) {
    let prefix = version_prefix(name, version);
    let end = end_of_prefix(&prefix);
    turn.clear(prefix, end);
}
