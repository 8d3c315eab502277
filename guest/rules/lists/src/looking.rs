//! What lists say of a value.

use crate::addresses;
use crate::entries::{SHA1_DIGITS, beginnings, key_part, letters, suffixes};
use crate::error::Error;
use crate::known::KnownList;
use crate::passwords::base_forms;
use crate::records::{Now, OwnRecord, Ranges, Shard, own_prefix, shard_key, version_prefix};
use crate::sha1;
use crate::shown::{Answer, Entry, Status};
use coinbox_access::{self as access, functions};
use coinbox_ground::turn::{Turn, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};
use std::collections::BTreeSet;

/// The entry that decides about a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The entry.
    pub entry: String,
    /// Its note.
    pub note: String,
    /// Whether it says that the value is in the list.
    pub listed: bool,
    /// Whether it is the operator's own.
    pub own: bool,
}

/// Whether a domain is one of mailboxes that people have for themselves: the entry that says so (ACC-1).
pub fn personal_mail(turn: &Turn<'_>, domain: &str) -> Result<Option<String>, Fault> {
    Ok(listed(find(turn, KnownList::PersonalMail, &suffixes(domain))?).map(|found| found.entry))
}

/// Whether a domain is one of mailboxes that live for minutes: the entry that says so (ACC-1).
pub fn disposable_mail(turn: &Turn<'_>, domain: &str) -> Result<Option<String>, Fault> {
    Ok(listed(find(turn, KnownList::DisposableMail, &suffixes(domain))?).map(|found| found.entry))
}

/// Of which kind the network of an address is, if it is listed: `vpn`, `hosting` or `proxy` (ACC-2). An address without the form of one is not listed.
pub fn network(turn: &Turn<'_>, address: &str) -> Result<Option<String>, Fault> {
    let Some(address) = addresses::parse(address) else { return Ok(None) };
    Ok(listed(find_network(turn, address)?).map(|found| found.note))
}

/// Which of these words, given as [`base_forms`] of a password and of its parts, many people use (SEC-8).
pub fn common_words(turn: &Turn<'_>, words: &[String]) -> Result<BTreeSet<String>, Fault> {
    let list = KnownList::CommonPasswords;
    prepare(turn, list, words)?;
    let mut common = BTreeSet::new();
    for word in words {
        if listed(find(turn, list, std::slice::from_ref(word))?).is_some() {
            common.insert(word.clone());
        }
    }
    Ok(common)
}

/// Whether a password is known to have been stolen (SEC-8). Without such a list none is.
pub fn breached(turn: &Turn<'_>, password: &str) -> Result<bool, Fault> {
    Ok(listed(find(turn, KnownList::BreachedPasswords, &[stolen(password)])?).is_some())
}

/// Of which kind a number is that no code is sent to: `satellite`, `premium` or `shared-cost` (ACC-3).
pub fn prefix(turn: &Turn<'_>, number: &str) -> Result<Option<String>, Fault> {
    Ok(listed(find(turn, KnownList::Prefixes, &beginnings(number))?).map(|found| found.note))
}

/// The calling code of a number with its countries, separated by blanks (ACC-5).
pub fn calling_code(turn: &Turn<'_>, number: &str) -> Result<Option<(String, String)>, Fault> {
    Ok(listed(find(turn, KnownList::CallingCodes, &beginnings(number))?).map(|found| (found.entry, found.note)))
}

/// Whether a name is equal in letters to one that a person looks at first: the entry (ACC-5).
pub fn watched_name(turn: &Turn<'_>, name: &str) -> Result<Option<String>, Fault> {
    Ok(listed(find(turn, KnownList::WatchNames, &[letters(name)])?).map(|found| found.entry))
}

/// Whether a version of a list is in force.
pub fn is_in_force(turn: &Turn<'_>, list: KnownList) -> Result<bool, Fault> {
    Ok(Now::load(turn, list)?.current.is_some())
}

fn listed(found: Option<Found>) -> Option<Found> {
    found.filter(|found| found.listed)
}

fn stolen(password: &str) -> String {
    sha1::digest(password)[..SHA1_DIGITS].to_owned()
}

/// Reads what [`find`] needs for these entries, in two crossings.
fn prepare(turn: &Turn<'_>, list: KnownList, entries: &[String]) -> Result<(), Fault> {
    let now = Now::load(turn, list)?;
    let own = entries.iter().filter(|_| now.own > 0).map(|entry| own_key(list, entry));
    let current = now.current.iter().flat_map(|held| entries.iter().map(|entry| shard_key(list, held.version, entry)));
    turn.prefetch(own.chain(current));
    Ok(())
}

fn own_key(list: KnownList, entry: &str) -> String {
    format!("{}{}", own_prefix(list), key_part(entry))
}

/// The entry that decides, of these that mean the value: the first own one, or else the first one of the version in force.
fn find(turn: &Turn<'_>, list: KnownList, entries: &[String]) -> Result<Option<Found>, Fault> {
    prepare(turn, list, entries)?;
    let now = Now::load(turn, list)?;
    if now.own > 0 {
        for entry in entries {
            if let Some(own) = turn.get::<OwnRecord>(&own_key(list, entry))?.filter(|own| own.entry == *entry) {
                return Ok(Some(Found { entry: own.entry, note: own.note, listed: own.listed, own: true }));
            }
        }
    }
    let Some(held) = now.current else { return Ok(None) };
    for entry in entries {
        if let Some(shard) = turn.get::<Shard>(&shard_key(list, held.version, entry))?
            && let Some(note) = shard.entries.get(entry)
        {
            return Ok(Some(Found { entry: entry.clone(), note: note.clone(), listed: true, own: false }));
        }
    }
    Ok(None)
}

/// Key of an own network.
pub(crate) fn own_network_key((first, fixed): (u128, u32)) -> String {
    format!("{}{}-{fixed:03}", own_prefix(KnownList::Networks), addresses::key(first))
}

/// As [`find`], for an address: own networks are looked up by each length, ranges by one descending scan.
fn find_network(turn: &Turn<'_>, address: u128) -> Result<Option<Found>, Fault> {
    let now = Now::load(turn, KnownList::Networks)?;
    if now.own > 0 {
        let keys: Vec<String> =
            (0..=128).rev().map(|fixed| own_network_key((addresses::network_of(address, fixed), fixed))).collect();
        turn.prefetch(keys.iter().cloned());
        for key in keys {
            if let Some(own) = turn.get::<OwnRecord>(&key)? {
                return Ok(Some(Found { entry: own.entry, note: own.note, listed: own.listed, own: true }));
            }
        }
    }
    let Some(held) = now.current else { return Ok(None) };
    let first = version_prefix(KnownList::Networks, held.version);
    let end = successor(&format!("{first}{}", addresses::key(address)));
    let (page, _) = turn.span_page_back::<Ranges>(&first, &end, 1)?;
    let Some((_, part)) = page.into_iter().next() else { return Ok(None) };
    let key = addresses::key(address);
    let place = part.ranges.partition_point(|(first, ..)| *first <= key);
    let found = place.checked_sub(1).map(|place| &part.ranges[place]).filter(|(_, last, _)| key <= *last);
    Ok(found.and_then(|(first, last, kind)| {
        let range = addresses::Range { first: addresses::of_key(first)?, last: addresses::of_key(last)? };
        Some(Found { entry: addresses::range_text(range), note: kind.clone(), listed: true, own: false })
    }))
}

/// How all lists stand.
pub fn status(turn: &Turn<'_>, caller: &Caller) -> Result<Vec<Status>, Error> {
    access::query(turn, caller, functions::LISTS_STATUS)?;
    let lists = KnownList::ALL.into_iter();
    Ok(lists.map(|name| Ok(Now::load(turn, name)?.show(name, turn.now()))).collect::<Result<_, Fault>>()?)
}

/// What a list says of a value.
pub fn look_up(turn: &Turn<'_>, caller: &Caller, name: KnownList, value: String) -> Result<Answer, Error> {
    access::query(turn, caller, functions::LISTS_LOOK_UP)?;
    let mut checks = Checks::new();
    checks.require((1..=1024).contains(&value.len()), "value", FieldRule::WrongForm, "1 to 1024 bytes");
    let address = addresses::parse(&value);
    if name == KnownList::Networks {
        checks.require(address.is_some(), "value", FieldRule::WrongForm, "a network address");
    }
    checks.done()?;
    let found = match name {
        KnownList::PersonalMail | KnownList::DisposableMail => {
            let domain = value.rsplit_once('@').map_or(value.as_str(), |(_, domain)| domain);
            find(turn, name, &suffixes(domain))?
        }
        KnownList::Networks => find_network(turn, address.unwrap_or_default())?,
        KnownList::CommonPasswords => find(turn, name, &base_forms(&value))?,
        KnownList::BreachedPasswords => find(turn, name, &[stolen(&value)])?,
        KnownList::Prefixes | KnownList::CallingCodes => find(turn, name, &beginnings(&value))?,
        KnownList::WatchNames => find(turn, name, &[letters(&value)])?,
    };
    Ok(Answer {
        listed: found.as_ref().is_some_and(|found| found.listed),
        own: found.as_ref().is_some_and(|found| found.own),
        entry: found.map(|found| Entry { entry: found.entry, note: found.note }),
    })
}
