//! What the gateway and the stock keep with a charge, a refund, an order or a release, unread, and give back after a restore (CRD-7).
//!
//! It is what the store would have to know if it had forgotten everything since its backup: what for, for which client's key, and what is
//! needed to write the record again. Numbers, words and digests; no secret and nothing of a person, because it leaves the store for good.

use crate::idempotency::Asked;
use crate::money::Money;
use crate::vocabulary::Fact;
use std::collections::BTreeMap;

/// The present form.
const VERSION: &str = "1";
/// Longest value that is read back.
const VALUE_CHARS_MAX: usize = 200;
/// Length of a digest in hexadecimal.
const DIGEST_CHARS: usize = 64;

/// Begins metadata: what for, and for which client's key.
pub fn of(purpose: &str, asked: Option<&Asked>) -> Vec<Fact> {
    let mut facts = vec![Fact::new("v", VERSION), Fact::new("purpose", purpose)];
    if let Some(asked) = asked {
        facts.push(Fact::new("function", &asked.function));
        facts.push(Fact::new("key", &asked.key));
        facts.push(Fact::new("request", &asked.args));
    }
    facts
}

/// Metadata that came back.
pub struct Metadata {
    values: BTreeMap<String, String>,
}

impl Metadata {
    /// Reads what came back. None: the outside does not keep it, or it is in no form that this version knows.
    pub fn read(facts: &[Fact]) -> Option<Metadata> {
        let fits = |fact: &&Fact| fact.value.chars().count() <= VALUE_CHARS_MAX;
        let values = facts.iter().filter(fits).map(|fact| (fact.name.clone(), fact.value.clone())).collect();
        let metadata = Metadata { values };
        (metadata.get("v") == Some(VERSION) && metadata.get("purpose").is_some()).then_some(metadata)
    }

    /// A value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// What it was for.
    pub fn purpose(&self) -> &str {
        self.get("purpose").unwrap_or_default()
    }

    /// An amount that is not below zero.
    pub fn amount(&self, name: &str) -> Option<Money> {
        let micros = self.get(name)?.parse().ok().filter(|micros| *micros >= 0)?;
        Some(Money::from_micros(micros))
    }

    /// For which client's key it was.
    pub fn asked(&self) -> Option<Asked> {
        let digest = |name| {
            self.get(name)
                .filter(|text| text.len() == DIGEST_CHARS && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
                .map(str::to_owned)
        };
        Some(Asked { function: self.get("function")?.to_owned(), key: digest("key")?, args: digest("request")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked { function: "credits.recharge".to_owned(), key: "a".repeat(64), args: "b".repeat(64) }
    }

    #[test]
    fn sec_02_what_was_asked_comes_back_in_any_order() {
        let mut facts = of("manual", Some(&asked()));
        facts.reverse();
        let metadata = Metadata::read(&facts).expect("metadata");
        assert_eq!((metadata.purpose(), metadata.asked()), ("manual", Some(asked())));
        let without = Metadata::read(&of("automatic", None)).expect("metadata");
        assert_eq!((without.purpose(), without.asked()), ("automatic", None));
    }

    #[test]
    fn sec_02_what_is_no_metadata_of_ours_is_not_read() {
        let longer = "c".repeat(201);
        for facts in [
            vec![],
            vec![Fact::new("order", "17")],
            vec![Fact::new("v", "2"), Fact::new("purpose", "manual")],
            vec![Fact::new("v", "1")],
            vec![Fact::new("v", "1"), Fact::new("purpose", longer)],
        ] {
            assert!(Metadata::read(&facts).is_none(), "{facts:?}");
        }
        let mut facts = of("manual", Some(&Asked { key: "short".to_owned(), ..asked() }));
        facts.push(Fact::new("amount", "-1"));
        let metadata = Metadata::read(&facts).expect("metadata");
        assert_eq!((metadata.asked(), metadata.amount("amount")), (None, None));
    }

    #[test]
    fn sec_02_metadata_holds_digests_only_and_fits_every_gateway() {
        let key = "a client's own key with a name in it: Jane";
        let facts = of("manual", Some(&asked()));
        assert!(facts.len() <= 20 && facts.iter().all(|fact| fact.name.len() <= 40 && fact.value.len() <= 200));
        assert!(facts.iter().all(|fact| !fact.value.contains(key)));
    }
}
