//! Digests of what runs have left: two builds of the rules that do the same leave the same digests.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everything that a run has left, as lines.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Left {
    /// Name of the store, entries in order of key, timers in order of key.
    pub store: Vec<String>,
    /// The feed, in order.
    pub feed: Vec<String>,
    /// What was asked of the outside, in order, and of a conformance case what was answered.
    pub run: Vec<String>,
}

impl Left {
    /// The digest of each part.
    pub fn digests(&self) -> Digests {
        Digests { store: sha256(&self.store), feed: sha256(&self.feed), run: sha256(&self.run) }
    }

    /// Every line.
    pub fn lines(self) -> Vec<String> {
        [self.store, self.feed, self.run].concat()
    }
}

/// SHA-256 of each part of what a run has left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Digests {
    store: String,
    feed: String,
    run: String,
}

impl Digests {
    /// One digest of all parts.
    pub fn whole(&self) -> String {
        sha256(&[self.to_string()])
    }
}

/// In the form of a [`DigestBook`]: `store:… feed:… run:…`.
impl Display for Digests {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "store:{} feed:{} run:{}", self.store, self.feed, self.run)
    }
}

fn sha256(lines: &[String]) -> String {
    let mut digest = Sha256::new();
    for line in lines {
        // A line may hold the end of a line.
        digest.update((line.len() as u64).to_le_bytes());
        digest.update(line.as_bytes());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digests of many runs by name, whatever order they end in.
#[derive(Default, Debug)]
pub struct DigestBook(Mutex<BTreeMap<String, Digests>>);

impl DigestBook {
    /// Notes a run.
    pub fn note(&self, name: String, digests: Digests) {
        self.runs().insert(name, digests);
    }

    /// Notes the history of a seed.
    pub fn note_seed(&self, seed: u64, digests: Digests) {
        self.note(format!("simulation/{seed:04}"), digests);
    }

    /// Writes a line a run, in order of name: the name, a space, its digests.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let lines: String = self.runs().iter().map(|(name, digests)| format!("{name} {digests}\n")).collect();
        coinbox_host::private::write(path, lines.as_bytes())
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<String, Digests>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_a_digest_of_its_own() {
        let left = |store: &[&str], feed: &[&str]| {
            let lines = |part: &[&str]| part.iter().map(|line| (*line).to_owned()).collect();
            Left { store: lines(store), feed: lines(feed), run: Vec::new() }.digests()
        };
        let one = left(&["entry a 1"], &["feed 1 x: y"]);
        assert_eq!(one, left(&["entry a 1"], &["feed 1 x: y"]));
        let other = left(&["entry a 1"], &["feed 1 x: z"]);
        assert_eq!((&one.store, &one.run), (&other.store, &other.run));
        assert!(one.feed != other.feed && one.whole() != other.whole());
        assert_ne!(left(&["a", "b"], &[]), left(&["a\nb"], &[]), "where a line ends counts");
        assert_ne!(left(&["a"], &[]), left(&[], &["a"]), "so does the part that it is in");
        // Of no lines: SHA-256 of nothing.
        assert_eq!(one.run, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_book_is_in_order_of_name() {
        let book = DigestBook::default();
        let digests = Left::default().digests();
        book.note_seed(12, digests.clone());
        book.note_seed(3, digests.clone());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("digests");
        book.write(&path).expect("written");
        let written = std::fs::read_to_string(&path).expect("text");
        assert_eq!(written, format!("simulation/0003 {digests}\nsimulation/0012 {digests}\n"));
    }
}
