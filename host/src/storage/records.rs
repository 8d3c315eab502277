//! What storage keeps and answers, and what a call sees of it.

use std::sync::Arc;

/// Longest key in bytes.
pub const KEY_BYTES_MAX: usize = 512;
/// Longest value in bytes.
pub const VALUE_BYTES_MAX: usize = 256 * 1024;
/// Most keys of one `get_many`.
pub const GET_KEYS_MAX: usize = 20_000;
/// Most entries or lines of one page.
pub const PAGE_ENTRIES_MAX: u32 = 10_000;
/// Most bytes of one page.
pub const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most elements of one set of changes.
pub const CHANGE_ELEMENTS_MAX: usize = 50_000;
/// Most bytes of one set of changes.
pub const CHANGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The store is broken: the call ends, and where it happened while making changes safe, the host stops.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// What came of reading a whole store.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Checked {
    /// Rows that were read: entries, lines of the feed, timers.
    pub rows: u64,
    /// Those among them that have no check value: in memory, and in a store that an older version wrote.
    pub without_digest: u64,
    /// What is not as it was written, at most as many as are named.
    pub damage: Vec<String>,
    /// How many there are of these.
    pub damaged: u64,
    /// What is not there of what was written, or there and was not written: a sentence for each kind of record.
    pub missing: Vec<String>,
    /// Rows that were there when this store began to count them: what was lost before is not known.
    pub uncounted: u64,
}

impl Checked {
    /// Counts a damage, and names it while there is room.
    pub(crate) fn damaged(&mut self, named_max: usize, what: String) {
        self.damaged += 1;
        if self.damage.len() < named_max {
            self.damage.push(what);
        }
    }
}

/// Order of a scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// By key.
    Ascending,
    /// Reversed.
    Descending,
}

/// One page of a scan.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Page {
    /// Key and value, in order.
    pub entries: Vec<(String, Arc<str>)>,
    /// Whether the span holds more beyond the last entry.
    pub more: bool,
}

/// One committed line of the feed.
#[derive(Clone, PartialEq, Debug)]
pub struct FeedLine {
    /// Greater than every earlier line's.
    pub position: u64,
    /// Whom it concerns.
    pub topic: Arc<str>,
    /// JSON text.
    pub body: Arc<str>,
}

/// Queue of a timer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TimerLane {
    /// Served before `Normal`.
    Urgent,
    /// Served before `Bulk`.
    Normal,
    /// Work over many accounts.
    Bulk,
}

impl TimerLane {
    /// Every lane, the one that is served first in front.
    pub const ALL: [TimerLane; 3] = [TimerLane::Urgent, TimerLane::Normal, TimerLane::Bulk];
}

/// How a store came to be, as long as the rules have not been told (`jobs.store-opened`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beginning {
    /// Empty.
    Created,
    /// From a backup whose last command was at this moment, in milliseconds since 1970.
    Restored(i64),
    /// A copy for trying things out.
    Copied,
}

/// A call of `jobs.begin` that is asked for at a moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Timer {
    /// One timer a key.
    pub key: String,
    /// Queue.
    pub lane: TimerLane,
    /// Moment in milliseconds since 1970.
    pub due: i64,
}

/// Everything that one command changes. Clears come first, then removes and puts; a key is in at most one of puts and removes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// Entries to write.
    pub puts: Vec<(String, Arc<str>)>,
    /// Keys to remove.
    pub removes: Vec<String>,
    /// Spans to remove: first included, end excluded.
    pub clears: Vec<(String, String)>,
    /// Feed lines: topic and body.
    pub lines: Vec<(String, String)>,
    /// Timers to set or move.
    pub timers: Vec<Timer>,
    /// Timers to take back.
    pub cancels: Vec<String>,
}

/// One state of the store, as one call sees it. Cheap to make, not for keeping: a held view stops SQLite from recycling its log.
pub trait View: Send + Sync {
    /// Name of this store.
    fn store_name(&self) -> String;
    /// What tells this store from the others of an installation: empty in a store that stands alone.
    fn mark(&self) -> String {
        String::new()
    }
    /// The values of these keys, in the same order.
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Arc<str>>>, StoreError>;
    /// Entries of a span, at most `limit` and [`PAGE_BYTES_MAX`] (at least one entry if there is any).
    fn scan(&self, first: &str, end: &str, direction: Direction, limit: u32) -> Result<Page, StoreError>;
    /// Committed feed lines after a position, oldest first, at most `limit` and [`PAGE_BYTES_MAX`].
    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Result<Vec<FeedLine>, StoreError>;
}
