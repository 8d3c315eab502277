//! Idempotency keys of the calls that one command line makes.

use coinbox_host::contract::types::RequestPart;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// SHA-256 of several texts, each told apart from the next, in hexadecimal.
pub fn digest_of(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One key for a whole command line. The same command line makes the same calls in the same order, so its repeat gets the same keys.
///
/// A command that is one request in several calls says what the whole is: then every call has the key itself and is a part of it, and
/// another whole under that key is refused. Of any other command the first call of a function has the key itself, further ones a
/// key that is made of it and that nobody types.
#[derive(Default)]
pub(crate) struct Keys {
    given: Option<String>,
    whole: Mutex<Option<String>>,
    used: Mutex<BTreeMap<String, u32>>,
}

impl Keys {
    /// From the given key, if there is one.
    pub(crate) fn new(given: Option<String>) -> Keys {
        Keys { given, ..Keys::default() }
    }

    /// Whether a key was given.
    pub(crate) fn are_given(&self) -> bool {
        self.given.is_some()
    }

    /// Says what the whole is, by its digest.
    pub(crate) fn is_whole(&self, digest: &str) {
        *self.whole.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest.to_owned());
    }

    /// The key for one part of the whole: its number says which, in whatever order the parts are sent.
    pub(crate) fn part(&self, number: u32) -> (Option<String>, Option<RequestPart>) {
        let whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match &self.given {
            None => (None, None),
            given => (given.clone(), whole.map(|whole| RequestPart { whole, number })),
        }
    }

    /// The key for the next call of a function.
    pub(crate) fn next(&self, function: &str) -> (Option<String>, Option<RequestPart>) {
        let Some(given) = self.given.as_ref() else { return (None, None) };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let count = used.entry(function.to_owned()).or_default();
        *count += 1;
        let whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match whole {
            Some(whole) => (Some(given.clone()), Some(RequestPart { whole, number: *count })),
            None if *count == 1 => (Some(given.clone()), None),
            None => (Some(format!("coinbox {}", digest_of(&[given.as_bytes(), &count.to_le_bytes()]))), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_serves_all_calls_of_a_command_line() {
        let given = "k".repeat(255);
        let keys = Keys::new(Some(given.clone()));
        let next = |function: &str| keys.next(function).0.expect("a key");
        let made = [next("a.b"), next("a.c"), next("a.b"), next("a.b")];
        assert_eq!(made[..2], [given.clone(), given.clone()]);
        // sec-05: what is made of a key is no key that somebody gives, and has its length whatever the key's.
        assert!(made[2..].iter().all(|key| key.starts_with("coinbox ") && key.len() == 72), "{made:?}");
        assert_ne!(made[2], made[3]);
        let again = Keys::new(Some(given));
        again.next("a.b");
        assert_eq!(again.next("a.b").0.as_ref(), Some(&made[2]), "a repeat makes the same keys");
        assert_eq!(Keys::new(None).next("a.b"), (None, None));
    }

    /// sec-05-one-key-for-two-usage-batches
    #[test]
    fn calls_of_one_request_are_parts_of_it() {
        let keys = Keys::new(Some("k".to_owned()));
        keys.is_whole("d");
        let part = |number| (Some("k".to_owned()), Some(RequestPart { whole: "d".to_owned(), number }));
        assert_eq!([keys.next("a.b"), keys.next("a.b"), keys.next("a.c")], [part(1), part(2), part(1)]);
        // Batches of a file go several at once: it is their place that names them.
        assert_eq!([keys.part(1002), keys.part(2)], [part(1002), part(2)]);
        assert_eq!(Keys::new(None).part(2), (None, None));
        assert_eq!(digest_of(&[b"a", b"bc"]).len(), 64);
        assert_ne!(digest_of(&[b"a", b"bc"]), digest_of(&[b"ab", b"c"]));
    }
}
