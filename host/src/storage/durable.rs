//! What a kind of storage provides, and the views that are made of it.

use super::group::GroupChanges;
use super::records::{Beginning, Checked, Direction, FeedLine, PAGE_BYTES_MAX, Page, StoreError, Timer, View};
use crate::capability::Random;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One store that keeps groups of changes.
///
/// One caller commits, any number read. After an error of [`commit`](Durable::commit) nothing may be committed any more: what
/// is on disk is unknown until the store is opened anew.
pub trait Durable: Send + Sync {
    /// 16 lower-case letters and digits.
    fn store_name(&self) -> String;

    /// What tells this store from the others of an installation, 0 to 4 of `A-Z` and `0-9`: empty in a store that stands alone.
    fn mark(&self) -> String {
        String::new()
    }

    /// How the store came to be, until a group settles it.
    fn beginning(&self) -> Result<Option<Beginning>, StoreError>;

    /// Moment of the last committed command, 0 in an empty store.
    fn moment(&self) -> Result<i64, StoreError>;

    /// Position of the newest feed line, 0 without one.
    fn last_position(&self) -> Result<u64, StoreError>;

    /// Every timer, in no order.
    fn timers(&self) -> Result<Vec<Timer>, StoreError>;

    /// Makes a group durable, all of it or nothing. When it returns, the group survives a loss of power (or, for memory, as much
    /// as memory does).
    fn commit(&self, group: &Arc<GroupChanges>) -> Result<(), StoreError>;

    /// The durable state, as it is now and stays for this view.
    fn snapshot(&self) -> Result<Box<dyn View>, StoreError>;

    /// The durable state as it is at each single read.
    fn newest(&self) -> Result<Arc<dyn Source>, StoreError>;

    /// Writes a copy of the durable state to a new file while the store is in use.
    fn backup(&self, to: &Path) -> Result<(), StoreError>;

    /// The format of the records (`record-version` of `about.describe`), as it was noted last. 1, that of version 0.1, where nobody has.
    fn record_version(&self) -> Result<u32, StoreError>;

    /// Notes the format that records are written in from now on. Not while anything is being committed.
    fn note_record_version(&self, version: u32) -> Result<(), StoreError>;

    /// Keeps the store as it is, before rules of a newer format write to it, and never in the place of anything. Answers where. `None`: this
    /// kind of storage ends with the program.
    fn keep_before_upgrade(&self) -> Result<Option<PathBuf>, StoreError>;

    /// Reads everything and compares it with its check values, as far as this kind of storage has them.
    fn check(&self) -> Result<Checked, StoreError>;
}

/// Which feed lines are asked for.
#[derive(Clone, Copy, Debug)]
pub struct FeedSpan<'a> {
    /// Only this topic.
    pub topic: Option<&'a str>,
    /// Lines behind this position.
    pub after: u64,
    /// Lines before this position.
    pub before: u64,
}

/// Raw reading: the part of a view that differs between kinds of storage. Each visitor answers whether it wants more.
pub trait Source: Send + Sync {
    /// Calls back for each of these keys that has a value, with its index, in any order.
    fn get(&self, keys: &[&str], found: &mut dyn FnMut(usize, &str)) -> Result<(), StoreError>;

    /// Entries of a span in order, until the visitor has enough.
    fn walk(
        &self,
        first: &str,
        end: &str,
        direction: Direction,
        visit: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Result<(), StoreError>;

    /// Feed lines, oldest first, until the visitor has enough.
    fn walk_feed(&self, span: FeedSpan<'_>, visit: &mut dyn FnMut(FeedLine) -> bool) -> Result<(), StoreError>;
}

/// A [`View`] over a source that does not change.
pub struct Snapshot<S> {
    name: String,
    mark: String,
    source: S,
}

impl<S: Source> Snapshot<S> {
    /// A view of this source, which must stay the same from now on.
    pub fn new(name: String, mark: String, source: S) -> Self {
        Snapshot { name, mark, source }
    }
}

impl<S: Source> View for Snapshot<S> {
    fn store_name(&self) -> String {
        self.name.clone()
    }

    fn mark(&self) -> String {
        self.mark.clone()
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Arc<str>>>, StoreError> {
        let mut values: Vec<Option<Arc<str>>> = vec![None; keys.len()];
        self.source.get(keys, &mut |index, value| values[index] = Some(value.into()))?;
        Ok(values)
    }

    fn scan(&self, first: &str, end: &str, direction: Direction, limit: u32) -> Result<Page, StoreError> {
        let mut page = PageBuilder::new(limit);
        self.source.walk(first, end, direction, &mut |key, value| page.offer(key, || value.into(), value.len()))?;
        Ok(page.done())
    }

    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Result<Vec<FeedLine>, StoreError> {
        let mut lines = FeedBuilder::new(limit);
        self.source.walk_feed(FeedSpan { topic, after, before: u64::MAX }, &mut |line| lines.offer(line))?;
        Ok(lines.done())
    }
}

/// Collects entries until a limit is reached.
pub(crate) struct PageBuilder {
    page: Page,
    limit: usize,
    bytes: usize,
}

impl PageBuilder {
    pub(crate) fn new(limit: u32) -> Self {
        PageBuilder { page: Page::default(), limit: limit as usize, bytes: 0 }
    }

    /// Takes the entry, or answers that there was no room for it.
    pub(crate) fn offer(&mut self, key: &str, value: impl FnOnce() -> Arc<str>, value_bytes: usize) -> bool {
        self.bytes += key.len() + value_bytes;
        let fits = self.bytes <= PAGE_BYTES_MAX || self.page.entries.is_empty();
        if self.page.entries.len() >= self.limit || !fits {
            self.page.more = true;
            return false;
        }
        self.page.entries.push((key.to_owned(), value()));
        true
    }

    pub(crate) fn done(self) -> Page {
        self.page
    }
}

/// Collects feed lines until a limit is reached.
pub(crate) struct FeedBuilder {
    lines: Vec<FeedLine>,
    limit: usize,
    bytes: usize,
}

impl FeedBuilder {
    pub(crate) fn new(limit: u32) -> Self {
        FeedBuilder { lines: Vec::new(), limit: limit as usize, bytes: 0 }
    }

    /// Takes the line if there is room for it, and answers whether there may be room for another one.
    pub(crate) fn offer(&mut self, line: FeedLine) -> bool {
        self.bytes += line.topic.len() + line.body.len();
        let fits = self.bytes <= PAGE_BYTES_MAX || self.lines.is_empty();
        if self.lines.len() < self.limit && fits {
            self.lines.push(line);
        }
        fits && self.lines.len() < self.limit
    }

    pub(crate) fn done(self) -> Vec<FeedLine> {
        self.lines
    }
}

/// Draws the name of a new store: 16 lower-case letters and digits.
pub fn draw_store_name(random: &dyn Random) -> String {
    const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // Eight bytes a letter: the letters that the remainder prefers, it prefers by one in 2^58.
    let mut bytes = [0; 128];
    random.fill(&mut bytes);
    bytes
        .chunks_exact(8)
        .map(|eight| {
            let number = eight.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            char::from(LETTERS[(number % 36) as usize])
        })
        .collect()
}
