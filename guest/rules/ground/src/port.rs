//! What the rules ask of a host while they decide: one state to read, keys that never leave the host, random bytes, how often an account has asked.

use crate::texts::Texts;
use serde::{Deserialize, Serialize};

/// Ordered entries and the feed, as one turn sees them: one state, everything before some moment and nothing after.
///
/// A broken store does not answer: the host ends the call.
pub trait Storage {
    /// Name of this store, part of every key that leaves the system.
    fn store_name(&self) -> String;
    /// What tells this store from the others of an installation: empty in a store that stands alone.
    fn mark(&self) -> String;
    /// The values of these keys, in the same order; the empty text where there is no entry. At most 20 000.
    fn get_many(&self, keys: &Texts) -> Texts;
    /// Entries from `first`, included, to `end`, excluded; at most `limit` (1 to 10 000) and 4 MiB. The flag: the span holds more.
    fn scan(&self, first: &str, end: &str, direction: Direction, limit: u32) -> (Vec<(String, String)>, bool);
    /// Committed feed lines after a position, oldest first.
    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Vec<FeedLine>;
}

/// One committed line of the feed.
#[derive(Clone, PartialEq, Debug)]
pub struct FeedLine {
    /// Given by the host at commit.
    pub position: u64,
    /// Main account or `operator`.
    pub topic: String,
    /// JSON text.
    pub body: String,
}

/// Order of a scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// By key.
    Ascending,
    /// Reversed.
    Descending,
}

/// Keys that never leave the host.
pub trait Vault {
    /// Encrypts for one purpose.
    fn seal(&self, purpose: &str, secret: &str) -> String;
    /// The secret that `seal` was given.
    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, UnsealError>;
    /// A keyed digest, 43 characters.
    fn digest(&self, purpose: &str, input: &str) -> String;
    /// A keyed digest of the newest key, which it names: for what is only compared.
    fn mark(&self, purpose: &str, input: &str) -> String;
    /// Compares an input with a mark, in constant time.
    fn check(&self, purpose: &str, input: &str, mark: &str) -> Marked;
    /// Argon2id, as a PHC string: in queries and effects only.
    fn hash_password(&self, password: &str) -> String;
    /// Compares a password with a hash, in the same time whether or not they match: in queries and effects only.
    fn verify_password(&self, password: &str, hash: &str) -> Weighed;
}

/// What a comparison with a mark found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marked {
    /// The mark is of this input.
    Same,
    /// It is, and worth marking again: its key is no longer the newest.
    SameOutdated,
    /// It is not.
    Differs,
}

/// What a comparison of a password with a hash found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weighed {
    /// It is the password.
    Matches,
    /// It is, and worth hashing again: the stored cost is below today's.
    MatchesOutdated,
    /// It is not.
    Differs,
}

/// Why a sealed value cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnsealError {
    /// Altered, made for another purpose, or by another store.
    NotOurs,
    /// Its key was destroyed on purpose.
    KeyDestroyed,
}

/// Random bytes.
pub trait Random {
    /// Eight fresh random bytes.
    fn next(&self) -> u64;
}

/// How calls of accounts are counted: each class by itself (SEC-10).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateClass {
    /// Everything that has no class of its own.
    Standard,
    /// Number look-ups. No function has it yet (R41).
    Lookup,
    /// What the platform asks for each message and each call.
    Message,
    /// What a person does in a session.
    Session,
}

/// One call that wants to be counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdmissionRequest {
    /// The main account whose limit it is.
    pub main: String,
    /// Whose proof the caller brought.
    pub holder: String,
    /// Names the proof itself.
    pub credential: String,
    /// How it is counted.
    pub class: RateClass,
    /// Calls a second that are allowed.
    pub per_second: u32,
    /// The host's name of the request that the call belongs to.
    pub request: String,
}

/// Counts the calls of accounts.
pub trait Admission {
    /// Takes one call from the limit. None: it may go on. A moment: the limit is used up until then.
    fn admit(&self, request: &AdmissionRequest) -> Option<i64>;
}

/// Queue of a timer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lane {
    /// Before everything: hang-ups, charges that a running call waits for.
    Urgent,
    /// Charges and mails.
    Normal,
    /// Work over many accounts.
    Bulk,
}

/// Everything that one command changes, in the order that the contract asks for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// Entries to write, by key: key and value in turn.
    pub puts: Texts,
    /// Keys to remove.
    pub removes: Vec<String>,
    /// Spans to remove, first included, end excluded.
    pub clears: Vec<(String, String)>,
    /// Feed lines: topic and body.
    pub lines: Vec<(String, String)>,
    /// Timers to set: key, lane, due moment.
    pub timers: Vec<(String, Lane, i64)>,
    /// Timers to take back.
    pub cancels: Vec<String>,
}

impl Changes {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Changes::default()
    }
}
