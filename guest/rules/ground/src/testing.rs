//! A host in memory for unit tests: one state, seeded random bytes, a vault that anybody could open.

use crate::ids::AuthId;
use crate::kept::Kept;
use crate::port::{
    Admission, AdmissionRequest, Changes, Direction, FeedLine, Lane, Marked, Random, Storage, UnsealError, Vault,
    Weighed,
};
use crate::texts::Texts;
use crate::turn::{Lent, Turn};
use crate::vocabulary::{Caller, Credential, Instant, Operator, Principal};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The moment that tests begin at unless they say otherwise: 2026-03-01T00:00:00Z.
pub const START: Instant = 1_772_323_200_000;

/// One store with everything that a host lends.
#[derive(Default)]
pub struct Fake {
    entries: RefCell<BTreeMap<String, String>>,
    lines: RefCell<Vec<FeedLine>>,
    timers: RefCell<BTreeMap<String, (Lane, Instant)>>,
    seed: Cell<u64>,
    crossings: Cell<usize>,
    /// The calls of accounts that were counted.
    admitted: RefCell<Vec<AdmissionRequest>>,
    /// Until when every account is over its limit.
    over_limit: Cell<Option<Instant>>,
    /// Another name than that of tests.
    name: RefCell<Option<String>>,
    /// What tells it from the others of an installation.
    mark: RefCell<String>,
    kept: Kept,
}

impl Fake {
    /// An empty store.
    pub fn new() -> Fake {
        Fake::default()
    }

    /// Runs a command; `Ok` keeps its changes, `Err` drops them.
    pub fn command<T, E>(&self, now: Instant, run: impl FnOnce(&mut Turn<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut turn = Turn::new(self.lend(now));
        let answer = run(&mut turn)?;
        let changes = turn.into_changes();
        self.apply(&changes);
        Ok(answer)
    }

    /// Runs a query.
    pub fn query<T>(&self, now: Instant, run: impl FnOnce(&Turn<'_>) -> T) -> T {
        run(&Turn::new(self.lend(now)))
    }

    /// Gives the store a mark.
    pub fn set_mark(&self, mark: &str) {
        *self.mark.borrow_mut() = mark.to_owned();
    }

    /// Everything stored.
    pub fn dump(&self) -> BTreeMap<String, String> {
        self.entries.borrow().clone()
    }

    /// Stores an entry without a call.
    pub fn plant(&self, key: &str, value: &str) {
        self.entries.borrow_mut().insert(key.to_owned(), value.to_owned());
    }

    /// Puts these entries in the place of all others.
    pub fn replace(&self, entries: &BTreeMap<String, String>) {
        *self.entries.borrow_mut() = entries.clone();
    }

    /// What a restore does: these entries and timers in the place of all others, and another name.
    pub fn restore(&self, entries: &BTreeMap<String, String>, timers: &BTreeMap<String, (Lane, Instant)>, name: &str) {
        self.replace(entries);
        *self.timers.borrow_mut() = timers.clone();
        *self.name.borrow_mut() = Some(name.to_owned());
    }

    /// The feed.
    pub fn lines(&self) -> Vec<FeedLine> {
        self.lines.borrow().clone()
    }

    /// The timers that are set.
    pub fn timers(&self) -> BTreeMap<String, (Lane, Instant)> {
        self.timers.borrow().clone()
    }

    /// How often storage was asked so far.
    pub fn crossings(&self) -> usize {
        self.crossings.get()
    }

    /// The calls of accounts that were counted so far, refused ones too.
    pub fn admitted(&self) -> Vec<AdmissionRequest> {
        self.admitted.borrow().clone()
    }

    /// From now on every account is over its limit until this moment; none: no account is.
    pub fn set_over_limit(&self, until: Option<Instant>) {
        self.over_limit.set(until);
    }

    fn lend(&self, now: Instant) -> Lent<'_> {
        Lent { storage: self, vault: &OpenVault, random: self, admission: self, now, kept: &self.kept }
    }

    fn apply(&self, changes: &Changes) {
        let mut entries = self.entries.borrow_mut();
        let elements = changes.puts.len() / 2 + changes.removes.len() + changes.clears.len() + changes.lines.len();
        assert!(elements + changes.timers.len() + changes.cancels.len() <= 50_000, "too many changes");
        for (first, end) in &changes.clears {
            let keys: Vec<String> = entries.range(first.clone()..end.clone()).map(|(key, _)| key.clone()).collect();
            keys.iter().for_each(|key| {
                entries.remove(key);
            });
        }
        for key in &changes.removes {
            entries.remove(key);
        }
        for (key, value) in changes.puts.pairs() {
            assert!(crate::text::is_name(key, 512), "{key:?} is no key");
            assert!(value.len() <= 256 * 1024, "the value of {key} has {} bytes", value.len());
            assert!(serde_json::from_str::<serde_json::Value>(value).is_ok(), "{key} holds {value}");
            assert!(!changes.removes.iter().any(|removed| removed == key), "{key} is both written and removed");
            entries.insert(key.to_owned(), value.to_owned());
        }
        let mut lines = self.lines.borrow_mut();
        for (topic, body) in &changes.lines {
            let position = lines.len() as u64 + 1;
            lines.push(FeedLine { position, topic: topic.clone(), body: body.clone() });
        }
        let mut timers = self.timers.borrow_mut();
        for key in &changes.cancels {
            timers.remove(key);
        }
        for (key, lane, due) in &changes.timers {
            timers.insert(key.clone(), (*lane, *due));
        }
    }
}

impl Storage for Fake {
    fn store_name(&self) -> String {
        self.name.borrow().clone().unwrap_or_else(|| "teststoreabcdef0".to_owned())
    }

    fn mark(&self) -> String {
        self.mark.borrow().clone()
    }

    fn get_many(&self, keys: &Texts) -> Texts {
        assert!(keys.len() <= 20_000, "too many keys");
        self.crossings.set(self.crossings.get() + 1);
        let entries = self.entries.borrow();
        keys.iter().map(|key| entries.get(key).map_or("", String::as_str)).collect()
    }

    fn scan(&self, first: &str, end: &str, direction: Direction, limit: u32) -> (Vec<(String, String)>, bool) {
        assert!((1..=10_000).contains(&limit), "limit {limit}");
        self.crossings.set(self.crossings.get() + 1);
        if first >= end {
            return (Vec::new(), false);
        }
        let entries = self.entries.borrow();
        let span = entries.range(first.to_owned()..end.to_owned()).map(|(key, value)| (key.clone(), value.clone()));
        let limit = limit as usize;
        let mut page: Vec<(String, String)> = match direction {
            Direction::Ascending => span.take(limit + 1).collect(),
            Direction::Descending => span.rev().take(limit + 1).collect(),
        };
        let more = page.len() > limit;
        page.truncate(limit);
        (page, more)
    }

    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Vec<FeedLine> {
        self.crossings.set(self.crossings.get() + 1);
        let lines = self.lines.borrow();
        let wanted = lines.iter().filter(|line| line.position > after && topic.is_none_or(|topic| line.topic == topic));
        wanted.take(limit as usize).cloned().collect()
    }
}

/// A vault that anybody could open: it only turns text around.
pub struct OpenVault;

impl Vault for OpenVault {
    fn seal(&self, purpose: &str, secret: &str) -> String {
        format!("sealed:{purpose}:{}", secret.chars().rev().collect::<String>())
    }

    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, UnsealError> {
        let opening = format!("sealed:{purpose}:");
        sealed.strip_prefix(&opening).map(|secret| secret.chars().rev().collect()).ok_or(UnsealError::NotOurs)
    }

    fn digest(&self, purpose: &str, input: &str) -> String {
        use sha2::{Digest, Sha256};
        crate::text::hex(&Sha256::digest(format!("{purpose}\n{input}")))[..43].to_owned()
    }

    fn mark(&self, purpose: &str, input: &str) -> String {
        format!("m1.open.{}", self.digest(purpose, input))
    }

    fn check(&self, purpose: &str, input: &str, mark: &str) -> Marked {
        if mark == self.mark(purpose, input) { Marked::Same } else { Marked::Differs }
    }

    fn hash_password(&self, password: &str) -> String {
        format!("hash:{password}")
    }

    fn verify_password(&self, password: &str, hash: &str) -> Weighed {
        match hash.split_once(':') {
            Some(("hash", kept)) if kept == password => Weighed::Matches,
            Some(("old-hash", kept)) if kept == password => Weighed::MatchesOutdated,
            _ => Weighed::Differs,
        }
    }
}

impl Admission for Fake {
    fn admit(&self, request: &AdmissionRequest) -> Option<i64> {
        self.admitted.borrow_mut().push(request.clone());
        self.over_limit.get()
    }
}

impl Random for Fake {
    /// SplitMix64 from seed 0: the same for every test.
    fn next(&self) -> u64 {
        self.seed.set(self.seed.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        let mut mixed = self.seed.get();
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

/// A small deterministic generator for tests that try many seeds: SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    /// 0 to `sides` - 1.
    pub fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// A caller with this proof.
pub fn caller(who: Principal) -> Caller {
    Caller { who, address: None, device: None, request: "test-request".to_owned(), idempotency_key: None, part: None }
}

/// An operator with these permissions only.
pub fn operator_with(permissions: &[&str]) -> Caller {
    let permissions = permissions.iter().map(|name| (*name).to_owned()).collect();
    caller(Principal::Operator(Operator { name: "olga".to_owned(), permissions }))
}

/// The holder of an API token.
pub fn holder(auth_id: &str, token: &str) -> Caller {
    caller(Principal::Token(Credential { auth_id: auth_id.to_owned(), token: token.to_owned() }))
}

/// Somebody without proof.
pub fn nobody() -> Caller {
    caller(Principal::Nobody)
}

/// Somebody with a session.
pub fn in_session(token: &str) -> Caller {
    caller(Principal::Session(token.to_owned()))
}

/// The same caller with an idempotency key.
pub fn keyed(mut caller: Caller, key: &str) -> Caller {
    caller.idempotency_key = Some(key.to_owned());
    caller
}

/// A main account's auth ID that ends with these letters.
pub fn main_id(ending: &str) -> AuthId {
    AuthId::parse(&format!("MA{ending:A>18}")).expect("upper-case letters and digits, at most 18")
}

/// A sub-account's auth ID that ends with these letters.
pub fn sub_id(ending: &str) -> AuthId {
    AuthId::parse(&format!("SA{ending:A>18}")).expect("upper-case letters and digits, at most 18")
}
