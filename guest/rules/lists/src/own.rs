//! The operator's own entries: additions and exceptions (ACC-1).

use crate::OWN_MAX;
use crate::addresses;
use crate::entries::{Kept, check_note, kept, key_part};
use crate::error::Error;
use crate::known::KnownList;
use crate::looking::own_network_key;
use crate::records::{Now, OwnRecord, own_prefix};
use crate::shown::{Own, OwnChoice, OwnPage, Status};
use coinbox_access::{self as access, functions};
use coinbox_ground::feed;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};

/// Most own entries of a list.
const ALL_MAX: u32 = 10_000;

/// Sets own entries.
pub fn set_own(turn: &mut Turn<'_>, caller: &Caller, name: KnownList, entries: Vec<Own>) -> Result<Status, Error> {
    let command = access::command(turn, caller, functions::LISTS_SET_OWN)?;
    command.once(turn, &(name, &entries), |turn, who, ()| {
        let checked = check(name, &entries)?;
        let mut now = Now::load(turn, name)?;
        turn.prefetch(checked.iter().map(|(key, _)| key.clone()));
        for ((key, entry), own) in checked.into_iter().zip(&entries) {
            let before = turn.get::<OwnRecord>(&key)?;
            let record = match own.choice {
                OwnChoice::AsPublished => None,
                choice => {
                    let listed = choice == OwnChoice::Listed;
                    Some(OwnRecord { v: 1, entry, note: own.note.clone(), listed })
                }
            };
            if before == record {
                continue;
            }
            now.own = now.own + u32::from(record.is_some()) - u32::from(before.is_some());
            tell(turn, name, own, who.name());
            match record {
                Some(record) => turn.put(&key, &record),
                None => turn.remove(&key),
            }
        }
        let mut checks = Checks::new();
        checks.require(now.own <= ALL_MAX, "entries", FieldRule::TooMany, ALL_MAX);
        checks.done()?;
        now.save(turn, name);
        Ok(now.show(name, turn.now()))
    })
}

/// Says in the feed what the operator has said. Passwords are in no feed.
fn tell(turn: &mut Turn<'_>, name: KnownList, own: &Own, by: &str) {
    let choice = match own.choice {
        OwnChoice::Listed => "listed",
        OwnChoice::Excepted => "excepted",
        OwnChoice::AsPublished => "as-published",
    };
    let secret = matches!(name, KnownList::CommonPasswords | KnownList::BreachedPasswords);
    feed::operator_event("list-entry-set", "ACC-1")
        .fact("list", name.word())
        .fact("entry", if secret { "not shown" } else { &own.entry })
        .fact("choice", choice)
        .fact("by", by)
        .tell(turn);
}

/// The key and the kept form of each entry.
fn check(name: KnownList, entries: &[Own]) -> Result<Vec<(String, String)>, Fault> {
    let mut checks = Checks::new();
    checks.require(!entries.is_empty(), "entries", FieldRule::Missing, 1);
    checks.require(entries.len() <= OWN_MAX, "entries", FieldRule::TooMany, OWN_MAX);
    let mut all: Vec<(String, String)> = Vec::new();
    for (place, own) in entries.iter().take(OWN_MAX).enumerate() {
        let field = format!("entries[{place}].entry");
        match own_form(name, &own.entry) {
            Ok((key, _)) if all.iter().any(|(other, _)| *other == key) => {
                checks.require(false, &field, FieldRule::NotAllowedTogether, "each entry once");
            }
            Ok(form) => all.push(form),
            Err((rule, limit)) => checks.require(false, &field, rule, limit),
        }
        let note = if own.choice == OwnChoice::Listed { check_note(name, &own.note) } else { empty(&own.note) };
        if let Err((rule, limit)) = note {
            checks.require(false, &format!("entries[{place}].note"), rule, limit);
        }
    }
    checks.done()?;
    Ok(all)
}

fn empty(note: &str) -> Result<(), (FieldRule, &'static str)> {
    if note.is_empty() { Ok(()) } else { Err((FieldRule::WrongForm, "empty")) }
}

/// The key of an own entry, and the form in which it is kept.
fn own_form(name: KnownList, entry: &str) -> Result<(String, String), (FieldRule, &'static str)> {
    if name == KnownList::Networks {
        let wrong = (FieldRule::WrongForm, "an address, or a network without host bits");
        let network = addresses::parse_network(entry).ok_or(wrong)?;
        return Ok((own_network_key(network), addresses::network_text(network)));
    }
    match kept(name, entry)? {
        Kept::Text(text) => Ok((format!("{}{}", own_prefix(name), key_part(&text)), text)),
        Kept::Range(_) | Kept::Nothing => Err((FieldRule::WrongForm, "an entry that a value can be equal to")),
    }
}

/// Own entries, a page of them.
pub fn list_own(
    turn: &Turn<'_>,
    caller: &Caller,
    name: KnownList,
    after: Option<String>,
    limit: u32,
) -> Result<OwnPage, Error> {
    access::query(turn, caller, functions::LISTS_LIST_OWN)?;
    let prefix = own_prefix(name);
    let mut checks = Checks::new();
    checks.page_limit(limit, 500);
    let holds = after.as_ref().is_none_or(|after| coinbox_ground::text::is_name(after, 300));
    checks.page_after(holds);
    checks.done()?;
    let first = after.map_or_else(|| prefix.clone(), |after| successor(&format!("{prefix}{after}")));
    let (page, more) = turn.span_page::<OwnRecord>(&first, &end_of_prefix(&prefix), limit)?;
    let next = page.last().filter(|_| more).map(|(key, _)| key[prefix.len()..].to_owned());
    let entries = page
        .into_iter()
        .map(|(_, own)| Own {
            entry: own.entry,
            note: own.note,
            choice: if own.listed { OwnChoice::Listed } else { OwnChoice::Excepted },
        })
        .collect();
    Ok(OwnPage { entries, next })
}
