//! One turn of the rules: what it has read, what it will change.
//!
//! Reads go to the host's one state once a key; writes stay here until the turn has succeeded and the host is
//! handed all of them. A turn that fails is simply dropped: not one byte has changed.

use crate::kept::Kept;
use crate::port::{Changes, Direction, Lane, Random, Storage, Vault};
use crate::vocabulary::{Fact, Fault, Instant};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A stored record: JSON text that begins with its version, `{"v":1,…}`.
pub trait Record: Serialize + DeserializeOwned {
    /// What a person calls it, for messages.
    const KIND: &'static str;
}

/// What a turn needs of its host, and what outlives it.
#[derive(Clone, Copy)]
pub struct Lent<'host> {
    /// The one state.
    pub storage: &'host dyn Storage,
    /// Keys.
    pub vault: &'host dyn Vault,
    /// Random bytes.
    pub random: &'host dyn Random,
    /// The moment of the turn.
    pub now: Instant,
    /// Parsed records: immutable, so a warm instance may keep them.
    pub kept: &'host Kept,
}

/// One turn of the rules: an exported function from its start to its answer. What it has read, and what it will change.
pub struct Turn<'host> {
    lent: Lent<'host>,
    reads: RefCell<BTreeMap<String, Option<Rc<str>>>>,
    writes: BTreeMap<String, Option<Rc<str>>>,
    appended: Vec<(String, String)>,
    clears: Vec<(String, String)>,
    lines: Vec<(String, String)>,
    timers: BTreeMap<String, (Lane, Instant)>,
    cancels: BTreeSet<String>,
}

impl<'host> Turn<'host> {
    /// A turn that has read and changed nothing yet.
    pub fn new(lent: Lent<'host>) -> Turn<'host> {
        Turn {
            lent,
            reads: RefCell::default(),
            writes: BTreeMap::new(),
            appended: Vec::new(),
            clears: Vec::new(),
            lines: Vec::new(),
            timers: BTreeMap::new(),
            cancels: BTreeSet::new(),
        }
    }

    /// The moment of the turn.
    pub fn now(&self) -> Instant {
        self.lent.now
    }

    /// Name of the store.
    pub fn store_name(&self) -> String {
        self.lent.storage.store_name()
    }

    /// What tells the store from the others of an installation: empty in a store that stands alone.
    pub fn mark(&self) -> String {
        self.lent.storage.mark()
    }

    /// The host's keys.
    pub fn vault(&self) -> &'host dyn Vault {
        self.lent.vault
    }

    /// Eight random bytes.
    pub fn random(&self) -> u64 {
        self.lent.random.next()
    }

    /// What outlives the turn.
    pub fn kept(&self) -> &'host Kept {
        self.lent.kept
    }

    /// Reads several keys at once, so that later [`Turn::text`] and [`Turn::get`] need no crossing of their own.
    pub fn prefetch(&self, keys: impl IntoIterator<Item = String>) {
        self.fetch(&mut Vec::new(), keys);
    }

    /// What the host holds under these keys, in the same order, for large numbers of keys that are looked at once: nothing is
    /// remembered of them, and own writes are not seen. In the same crossing `others` are read as [`Turn::prefetch`] does.
    pub fn fetch(&self, keys: &mut Vec<String>, others: impl IntoIterator<Item = String>) -> Vec<Option<String>> {
        let mut reads = self.reads.borrow_mut();
        let mut others: Vec<String> =
            others.into_iter().filter(|key| !self.writes.contains_key(key) && !reads.contains_key(key)).collect();
        others.sort_unstable();
        others.dedup();
        let count = keys.len();
        keys.append(&mut others);
        let mut values = Vec::with_capacity(keys.len());
        for part in keys.chunks(20_000) {
            values.append(&mut self.lent.storage.get_many(part));
        }
        assert_eq!(values.len(), keys.len(), "storage answers every key once");
        for (key, value) in keys.drain(count..).zip(values.drain(count..)) {
            reads.insert(key, value.map(Rc::from));
        }
        values
    }

    /// The text under a key, own writes included.
    pub fn text(&self, key: &str) -> Option<Rc<str>> {
        if let Some(written) = self.writes.get(key) {
            return written.clone();
        }
        if let Some(read) = self.reads.borrow().get(key) {
            return read.clone();
        }
        let value: Option<Rc<str>> = self.lent.storage.get_many(&[key.to_owned()]).pop().flatten().map(Rc::from);
        self.reads.borrow_mut().insert(key.to_owned(), value.clone());
        value
    }

    /// The record under a key.
    pub fn get<R: Record>(&self, key: &str) -> Result<Option<R>, Fault> {
        self.text(key).map(|text| parse_record(|| key.to_owned(), &text)).transpose()
    }

    /// The record under a key that must be there because another record names it.
    pub fn need<R: Record>(&self, key: &str) -> Result<R, Fault> {
        self.get(key)?.ok_or_else(|| unreadable::<R>(key, "missing"))
    }

    /// Writes a record.
    pub fn put<R: Record>(&mut self, key: &str, record: &R) {
        let text = serde_json::to_string(record).expect("records have text keys and finite numbers only");
        self.put_text(key, text);
    }

    /// Writes text that is already JSON.
    pub fn put_text(&mut self, key: &str, text: String) {
        self.writes.insert(key.to_owned(), Some(Rc::from(text)));
    }

    /// Writes text under a key that this turn neither reads nor writes from here on: cheaper than [`Turn::put_text`] for many keys.
    pub fn append(&mut self, key: String, text: String) {
        if self.writes.contains_key(&key) {
            self.put_text(&key, text);
        } else {
            self.appended.push((key, text));
        }
    }

    /// Removes an entry.
    pub fn remove(&mut self, key: &str) {
        self.writes.insert(key.to_owned(), None);
    }

    /// Removes a whole span that this turn neither reads nor writes.
    pub fn clear(&mut self, first: String, end: String) {
        self.clears.push((first, end));
    }

    /// Appends a line to the feed.
    pub fn line(&mut self, topic: &str, body: String) {
        self.lines.push((topic.to_owned(), body));
    }

    /// Sets or moves a timer.
    pub fn timer(&mut self, key: &str, lane: Lane, due: Instant) {
        self.cancels.remove(key);
        self.timers.insert(key.to_owned(), (lane, due));
    }

    /// Whether this turn has set a timer with this key.
    pub fn has_set_timer(&self, key: &str) -> bool {
        self.timers.contains_key(key)
    }

    /// Takes a timer back.
    pub fn cancel(&mut self, key: &str) {
        self.timers.remove(key);
        self.cancels.insert(key.to_owned());
    }

    /// The records under keys that begin with `prefix`, in key order, own writes included. At most `limit` (10 000); the
    /// flag says whether there are more.
    pub fn list<R: Record>(&self, prefix: &str, limit: usize) -> Result<(Vec<(String, R)>, bool), Fault> {
        self.span(prefix, &end_of_prefix(prefix), limit)
    }

    /// The records from `first`, included, to `end`, excluded, as [`Turn::list`] answers them.
    pub fn span<R: Record>(&self, first: &str, end: &str, limit: usize) -> Result<(Vec<(String, R)>, bool), Fault> {
        let (texts, more) = self.span_text(first, end, limit);
        let records: Result<Vec<_>, Fault> = texts
            .into_iter()
            .map(|(key, text)| parse_record(|| key.clone(), &text).map(|record| (key, record)))
            .collect();
        Ok((records?, more))
    }

    /// The texts from `first`, included, to `end`, excluded, in key order, own writes included.
    pub fn span_text(&self, first: &str, end: &str, limit: usize) -> (Vec<(String, Rc<str>)>, bool) {
        if first >= end || limit == 0 {
            return (Vec::new(), false);
        }
        let mut merged: BTreeMap<String, Rc<str>> = BTreeMap::new();
        let mut from = first.to_owned();
        // Removed keys make a page shorter than asked for, so it may take several.
        loop {
            let asked = u32::try_from((limit - merged.len() + 1).min(10_000)).unwrap_or(10_000);
            let (entries, more) = self.lent.storage.scan(&from, end, Direction::Ascending, asked);
            let reached = if more { entries.last().map(|(key, _)| successor(key)) } else { None };
            let upto = reached.clone().unwrap_or_else(|| end.to_owned());
            for (key, text) in entries {
                if !self.writes.contains_key(&key) {
                    merged.insert(key, Rc::from(text));
                }
            }
            for (key, written) in self
                .writes
                .range::<str, _>((std::ops::Bound::Included(from.as_str()), std::ops::Bound::Excluded(upto.as_str())))
            {
                if let Some(text) = written {
                    merged.insert(key.clone(), text.clone());
                }
            }
            match reached {
                Some(next) if merged.len() <= limit => from = next,
                Some(_) | None => {
                    let over = merged.len() > limit || upto != end;
                    return (merged.into_iter().take(limit).collect(), over);
                }
            }
        }
    }

    /// One page of a span as the host gives it, which may hold fewer than `limit` of large records. Only for spans that this
    /// turn does not write.
    pub fn span_page<R: Record>(&self, first: &str, end: &str, limit: u32) -> Result<(Vec<(String, R)>, bool), Fault> {
        let (entries, more) = self.lent.storage.scan(first, end, Direction::Ascending, limit);
        let records: Result<Vec<_>, Fault> = entries
            .into_iter()
            .map(|(key, text)| parse_record(|| key.clone(), &text).map(|record| (key, record)))
            .collect();
        Ok((records?, more))
    }

    /// [`Turn::span_page`] from the end of the span backwards.
    pub fn span_page_back<R: Record>(
        &self,
        first: &str,
        end: &str,
        limit: u32,
    ) -> Result<(Vec<(String, R)>, bool), Fault> {
        let (entries, more) = self.lent.storage.scan(first, end, Direction::Descending, limit);
        let records: Result<Vec<_>, Fault> = entries
            .into_iter()
            .map(|(key, text)| parse_record(|| key.clone(), &text).map(|record| (key, record)))
            .collect();
        Ok((records?, more))
    }

    /// Committed feed lines.
    pub fn feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Vec<crate::port::FeedLine> {
        self.lent.storage.read_feed(topic, after, limit)
    }

    /// What the turn changes, in the contract's order.
    pub fn into_changes(mut self) -> Changes {
        let mut changes = Changes {
            clears: self.clears,
            lines: self.lines,
            timers: self.timers.into_iter().map(|(key, (lane, due))| (key, lane, due)).collect(),
            cancels: self.cancels.into_iter().collect(),
            ..Changes::default()
        };
        changes.clears.sort();
        for (key, written) in self.writes {
            match written {
                Some(text) => changes.puts.push((key, text.to_string())),
                None => changes.removes.push(key),
            }
        }
        if !self.appended.is_empty() {
            changes.puts.append(&mut self.appended);
            // Sorted runs one after another, which a stable sort merges.
            changes.puts.sort_by(|one, other| one.0.cmp(&other.0));
        }
        changes
    }
}

/// The first key after every key that begins with `prefix`. Keys are ASCII, so the last byte can be raised.
pub fn end_of_prefix(prefix: &str) -> String {
    let mut end = prefix.to_owned();
    let last = end.pop().expect("a prefix is never empty");
    end.push(char::from_u32(u32::from(last) + 1).expect("ASCII has a next character"));
    end
}

/// The first key after this one.
pub fn successor(key: &str) -> String {
    // '!' is the lowest character of a key.
    format!("{key}!")
}

/// A record from its text; `key` names it where it cannot be read.
pub fn parse_record<R: Record>(key: impl FnOnce() -> String, text: &str) -> Result<R, Fault> {
    serde_json::from_str(text).map_err(|error| unreadable::<R>(&key(), &error.to_string()))
}

fn unreadable<R: Record>(key: &str, why: &str) -> Fault {
    Fault::unreadable(vec![Fact::new("kind", R::KIND), Fact::new("key", key), Fact::new("cause", why)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fake, OpenVault};

    #[test]
    fn what_is_appended_is_put_in_key_order_and_once() {
        let fake = Fake::new();
        let kept = Kept::new();
        let mut turn = Turn::new(Lent { storage: &fake, vault: &OpenVault, random: &fake, now: 0, kept: &kept });
        turn.put_text("c", "1".to_owned());
        turn.put_text("a", "1".to_owned());
        for key in ["d", "b", "c"] {
            turn.append(key.to_owned(), "2".to_owned());
        }
        let puts: Vec<String> = turn.into_changes().puts.into_iter().map(|(key, text)| key + &text).collect();
        assert_eq!(puts, ["a1", "b2", "c2", "d2"]);
    }
}
