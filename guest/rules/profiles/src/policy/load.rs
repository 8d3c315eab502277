//! The policy as it is kept, at [`KEY`]: what is changed is stored, and the rest takes its default when it is read.

use super::record::Policy;
use coinbox_ground::text::ascii;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// Key of the record.
pub const KEY: &str = "policy";

/// The stored form. Fields that an older version did not have take their default when it is read.
#[derive(Serialize, Deserialize)]
struct StoredPolicy {
    v: u32,
    policy: Map<String, Value>,
}

impl Record for StoredPolicy {
    const KIND: &'static str = "policy";
}

/// The parsed policy: the slot of this area in what outlives a turn.
#[derive(Default)]
struct PolicyCache {
    kept: RefCell<Option<(Rc<str>, Rc<Policy>)>>,
}

impl PolicyCache {
    /// The one of this instance.
    fn of(turn: &Turn<'_>) -> Rc<PolicyCache> {
        turn.kept().slot()
    }

    /// The policy of this text.
    fn policy(&self, text: &Rc<str>, parse: impl FnOnce() -> Result<Policy, Fault>) -> Result<Rc<Policy>, Fault> {
        if let Some((known, policy)) = &*self.kept.borrow()
            && ascii::are_same(known, text)
        {
            return Ok(policy.clone());
        }
        let policy = Rc::new(parse()?);
        *self.kept.borrow_mut() = Some((text.clone(), policy.clone()));
        Ok(policy)
    }
}

impl Policy {
    /// The policy in force. Parsed once per text, so that calls that follow one another share it.
    pub fn load(turn: &Turn<'_>) -> Result<Rc<Policy>, Fault> {
        let text = turn.text(KEY).unwrap_or_default();
        PolicyCache::of(turn).policy(&text, || match turn.get::<StoredPolicy>(KEY)? {
            Some(stored) => stored.over_defaults(),
            None => Ok(Policy::default()),
        })
    }
}

/// Choices that differ in new stores: older ones keep what they have (R89).
pub fn begin(turn: &mut Turn<'_>) {
    if turn.text(KEY).is_none() {
        let policy = Map::from_iter([("require-billing-address".to_owned(), Value::Bool(true))]);
        turn.put(KEY, &StoredPolicy { v: 1, policy });
    }
}

/// Puts a policy, which was checked, in force.
pub fn save(turn: &mut Turn<'_>, policy: &Policy) {
    turn.put(KEY, &StoredPolicy::of(policy));
}

impl StoredPolicy {
    fn of(policy: &Policy) -> StoredPolicy {
        match serde_json::to_value(policy) {
            Ok(Value::Object(policy)) => StoredPolicy { v: 1, policy },
            _ => unreachable!("a record is always written as an object"),
        }
    }

    fn over_defaults(self) -> Result<Policy, Fault> {
        let mut fields = StoredPolicy::of(&Policy::default()).policy;
        fields.extend(self.policy);
        serde_json::from_value(Value::Object(fields)).map_err(|error| {
            Fault::unreadable(vec![
                Fact::new("kind", StoredPolicy::KIND),
                Fact::new("key", KEY),
                Fact::new("cause", error),
            ])
        })
    }
}

/// The changed fields of the record with their new values, as the feed tells them.
pub fn changed_facts(before: &Policy, after: &Policy) -> Vec<Fact> {
    let before = StoredPolicy::of(before).policy;
    StoredPolicy::of(after)
        .policy
        .into_iter()
        .filter(|(name, value)| name != "version" && before.get(name) != Some(value))
        .map(|(name, value)| match value {
            Value::String(text) => Fact::new(&name, text),
            other => Fact::new(&name, other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START};

    #[test]
    fn a_record_of_fewer_fields_takes_defaults_for_the_rest() {
        let fake = Fake::new();
        fake.plant(KEY, r#"{"v":1,"policy":{"version":7,"trial-credits":"5000000"}}"#);
        let policy = fake.query(START, Policy::load).expect("readable");
        assert_eq!(*policy, Policy { version: 7, trial_credits: 5_000_000.into(), ..Policy::default() });
        fake.plant(KEY, r#"{"v":1,"policy":{"version":8,"tiral-credits":"5000000"}}"#);
        assert!(fake.query(START, Policy::load).is_err());
    }

    #[test]
    fn calls_share_the_parsed_policy_until_its_text_changes() {
        let fake = Fake::new();
        let first = fake.query(START, Policy::load).expect("defaults");
        let second = fake.query(START, Policy::load).expect("defaults");
        assert!(Rc::ptr_eq(&first, &second));
        fake.plant(KEY, r#"{"v":1,"policy":{"version":1}}"#);
        assert_eq!(fake.query(START, Policy::load).map(|policy| policy.version), Ok(1));
    }
}
