//! One turn of the rules: what it has read, what it will change.
//!
//! Reads go to the host's one state once a key; writes stay here until the turn has succeeded and the host is
//! handed all of them. A turn that fails is simply dropped: not one byte has changed.

use crate::appended::Appended;
use crate::kept::Kept;
use crate::port::{Admission, Changes, Direction, Lane, Random, Storage, Vault};
use crate::texts::Texts;
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
    /// How often accounts have asked.
    pub admission: &'host dyn Admission,
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
    /// First bytes of the keys of `writes`.
    first_bytes: FirstBytes,
    appended: Appended,
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
            first_bytes: FirstBytes::default(),
            appended: Appended::default(),
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

    /// The host's count of calls.
    pub fn admission(&self) -> &'host dyn Admission {
        self.lent.admission
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
        self.fetch(&mut Texts::default(), keys);
    }

    /// What the host holds under these keys, in the same order, empty where that is nothing: for large numbers of keys that are looked at once.
    /// Nothing is remembered of them, and own writes are not seen. In the same crossing `others` are read as [`Turn::prefetch`] does; their keys
    /// and values stand behind the ones that were asked for.
    pub fn fetch(&self, keys: &mut Texts, others: impl IntoIterator<Item = String>) -> Texts {
        let mut reads = self.reads.borrow_mut();
        let mut others: Vec<String> =
            others.into_iter().filter(|key| !self.writes.contains_key(key) && !reads.contains_key(key)).collect();
        if !others.is_sorted() {
            others.sort_unstable();
        }
        others.dedup();
        let count = keys.len();
        others.iter().for_each(|key| keys.push(key));
        if keys.is_empty() {
            return Texts::default();
        }
        let values = self.get_many(keys);
        assert_eq!(values.len(), keys.len(), "storage answers every key once");
        for (key, value) in others.into_iter().zip(values.iter().skip(count)) {
            reads.insert(key, some(value));
        }
        values
    }

    /// In portions that the contract allows.
    fn get_many(&self, keys: &Texts) -> Texts {
        const KEYS_MAX: usize = 20_000;
        if keys.len() <= KEYS_MAX {
            return self.lent.storage.get_many(keys);
        }
        let (mut values, mut left) = (Texts::default(), keys.iter());
        while left.len() > 0 {
            let part: Texts = left.by_ref().take(KEYS_MAX).collect();
            self.lent.storage.get_many(&part).iter().for_each(|value| values.push(value));
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
        let value = self.lent.storage.get_many(&Texts::from_iter([key])).iter().next().and_then(some);
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
        self.first_bytes.add(key);
        self.writes.insert(key.to_owned(), Some(Rc::from(text)));
    }

    /// Writes text under a key that this turn neither reads nor writes from here on: cheaper than [`Turn::put_text`] for many keys.
    pub fn append(&mut self, key: &str, text: &str) {
        self.append_written(key, |all| all.push_str(text));
    }

    /// [`Turn::append`] of a text that is written here. It may only append.
    pub fn append_written(&mut self, key: &str, write: impl FnOnce(&mut String)) {
        if self.first_bytes.may_have(key) && self.writes.contains_key(key) {
            let mut text = String::new();
            write(&mut text);
            self.put_text(key, text);
        } else {
            self.appended.append(|all| all.push_str(key), write);
        }
    }

    /// [`Turn::append_written`] under a key that is written here too, behind a first part that is not empty.
    pub fn append_keyed(&mut self, prefix: &str, rest: impl FnOnce(&mut String), write: impl FnOnce(&mut String)) {
        let write_key = |text: &mut String| {
            text.push_str(prefix);
            rest(text);
        };
        if self.first_bytes.may_have(prefix) {
            let mut key = String::new();
            write_key(&mut key);
            self.append_written(&key, write);
        } else {
            self.appended.append(write_key, write);
        }
    }

    /// Makes room for entries that will be appended.
    pub fn expect_appended(&mut self, entries: usize, bytes: usize) {
        self.appended.reserve(entries, bytes);
    }

    /// Removes an entry.
    pub fn remove(&mut self, key: &str) {
        self.first_bytes.add(key);
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
    pub fn into_changes(self) -> Changes {
        let mut changes = Changes {
            clears: self.clears,
            lines: self.lines,
            timers: self.timers.into_iter().map(|(key, (lane, due))| (key, lane, due)).collect(),
            cancels: self.cancels.into_iter().collect(),
            ..Changes::default()
        };
        changes.clears.sort();
        changes.removes = self.writes.iter().filter(|(_, text)| text.is_none()).map(|(key, _)| key.clone()).collect();
        let puts = self.writes.iter().filter_map(|(key, text)| Some((key.as_str(), text.as_deref()?)));
        changes.puts = self.appended.with(puts);
        changes
    }
}

/// With which bytes some keys begin: most keys that are looked for among them begin with another one.
#[derive(Default)]
struct FirstBytes([u64; 2]);

impl FirstBytes {
    fn add(&mut self, key: &str) {
        let (word, bit) = FirstBytes::place(key);
        self.0[word] |= bit;
    }

    fn may_have(&self, key: &str) -> bool {
        let (word, bit) = FirstBytes::place(key);
        self.0[word] & bit != 0
    }

    /// Keys are ASCII; others share their places.
    fn place(key: &str) -> (usize, u64) {
        let byte = key.as_bytes().first().copied().unwrap_or(0);
        (usize::from(byte >> 6 & 1), 1 << (byte & 63))
    }
}

/// A value as storage answers it: no value is empty.
fn some(value: &str) -> Option<Rc<str>> {
    (!value.is_empty()).then(|| Rc::from(value))
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
        let lent = Lent { storage: &fake, vault: &OpenVault, random: &fake, admission: &fake, now: 0, kept: &kept };
        let mut turn = Turn::new(lent);
        turn.put_text("c", "1".to_owned());
        turn.put_text("a", "1".to_owned());
        for key in ["d", "b", "c", "a0123456789abcdefZ", "a0123456789abcdefB"] {
            turn.append(key, "2");
        }
        let changes = turn.into_changes();
        let puts: Vec<String> = changes.puts.pairs().map(|(key, text)| format!("{key}{text}")).collect();
        assert_eq!(puts, ["a1", "a0123456789abcdefB2", "a0123456789abcdefZ2", "b2", "c2", "d2"]);
    }
}
