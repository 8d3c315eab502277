//! Values that commands use again and again, so that they are not read from the store each time.

use crate::storage::Changes;
use std::collections::HashMap;
use std::sync::Arc;

/// Bytes that an entry costs besides its text.
const ENTRY_BYTES: usize = 96;

/// Always the newest sequenced value of some keys; never an absent one.
///
/// Two generations: what is used moves to the young one. When that has half of the budget, it becomes the old one, and the former old
/// one goes. Keys that are only written never enter: an event's dedupe key would drive out the wallets.
pub(super) struct HotEntries {
    young: HashMap<Box<str>, Arc<str>>,
    old: HashMap<Box<str>, Arc<str>>,
    young_bytes: usize,
    generation_bytes: usize,
    turn: u64,
}

impl HotEntries {
    pub(super) fn new(bytes: usize) -> Self {
        HotEntries { young: HashMap::new(), old: HashMap::new(), young_bytes: 0, generation_bytes: bytes / 2, turn: 0 }
    }

    /// Number of the command that runs.
    pub(super) fn turn(&self) -> u64 {
        self.turn
    }

    /// The command has ended: whoever still reads for it is refused.
    pub(super) fn end_turn(&mut self) {
        self.turn += 1;
    }

    pub(super) fn get(&mut self, key: &str) -> Option<Arc<str>> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert_young(key, value.clone());
        Some(value)
    }

    /// Remembers a value that was just read.
    pub(super) fn insert(&mut self, key: &str, value: Arc<str>) {
        self.old.remove(key);
        self.insert_young(key.into(), value);
    }

    fn insert_young(&mut self, key: Box<str>, value: Arc<str>) {
        let bytes = key.len() + value.len() + ENTRY_BYTES;
        if bytes > self.generation_bytes {
            self.forget(&key);
            return;
        }
        if self.young_bytes + bytes > self.generation_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
            // The key may have been in the young generation, which is the old one now.
            self.old.remove(&key);
        }
        let key_bytes = key.len() + ENTRY_BYTES;
        self.young_bytes += bytes;
        if let Some(before) = self.young.insert(key, value) {
            self.young_bytes -= key_bytes + before.len();
        }
    }

    fn forget(&mut self, key: &str) {
        if let Some(value) = self.young.remove(key) {
            self.young_bytes -= key.len() + value.len() + ENTRY_BYTES;
        }
        self.old.remove(key);
    }

    /// Follows the changes of a command.
    pub(super) fn apply(&mut self, changes: &Changes) {
        if !changes.clears.is_empty() {
            // Clears are for expired data: rare, so a pass over everything does not matter.
            let cleared =
                |key: &str| changes.clears.iter().any(|(first, end)| first.as_str() <= key && key < end.as_str());
            let young_bytes = &mut self.young_bytes;
            self.young.retain(|key, value| {
                let keep = !cleared(key);
                if !keep {
                    *young_bytes -= key.len() + value.len() + ENTRY_BYTES;
                }
                keep
            });
            self.old.retain(|key, _| !cleared(key));
        }
        for key in &changes.removes {
            self.forget(key);
        }
        for (key, value) in &changes.puts {
            if self.young.contains_key(key.as_str()) || self.old.contains_key(key.as_str()) {
                self.insert(key, value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(map: &HashMap<Box<str>, Arc<str>>) -> Vec<&str> {
        let mut keys: Vec<&str> = map.keys().map(|key| &**key).collect();
        keys.sort_unstable();
        keys
    }

    /// Room for two entries of one letter and one digit in each generation.
    fn small() -> HotEntries {
        HotEntries::new(4 * (ENTRY_BYTES + 2))
    }

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let mut hot = small();
        for key in ["a", "b", "c"] {
            hot.insert(key, "1".into());
        }
        assert_eq!((keys(&hot.old), keys(&hot.young)), (vec!["a", "b"], vec!["c"]));
        assert_eq!(hot.get("a").as_deref(), Some("1"));
        assert_eq!((keys(&hot.old), keys(&hot.young)), (vec!["b"], vec!["a", "c"]));
        hot.insert("d", "1".into());
        assert_eq!(hot.get("b"), None);
        assert_eq!((keys(&hot.old), keys(&hot.young)), (vec!["a", "c"], vec!["d"]));
        assert_eq!(hot.young_bytes, ENTRY_BYTES + 2);
    }

    #[test]
    fn a_changed_value_is_in_one_generation_only() {
        let mut hot = small();
        hot.insert("a", "1".into());
        hot.insert("b", "1".into());
        let put = |key: &str, value: &str| Changes { puts: vec![(key.into(), value.into())], ..Changes::default() };
        // Both generations turn while the key that turns them is changed.
        hot.apply(&put("a", "2"));
        assert_eq!((keys(&hot.old), keys(&hot.young)), (vec!["b"], vec!["a"]));
        hot.apply(&put("new", "1"));
        assert_eq!(hot.get("new"), None);
        hot.apply(&put("a", &"x".repeat(1000)));
        assert_eq!(hot.get("a"), None);
        assert_eq!(hot.young_bytes, 0);
    }

    #[test]
    fn removes_and_clears_forget() {
        let mut hot = HotEntries::new(1 << 20);
        for key in ["a", "b", "c", "d"] {
            hot.insert(key, "1".into());
        }
        hot.apply(&Changes { removes: vec!["a".into()], clears: vec![("b".into(), "d".into())], ..Changes::default() });
        assert_eq!(keys(&hot.young), ["d"]);
        assert_eq!(hot.young_bytes, ENTRY_BYTES + 2);
    }
}
