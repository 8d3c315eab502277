//! What a guest may ask of storage. Every refusal names the field and the limit.
//!
//! The engine checks these limits, and traps a guest that asks for more. Behind the engine nothing checks them again.

use super::records::{
    CHANGE_BYTES_MAX, CHANGE_ELEMENTS_MAX, Changes, GET_KEYS_MAX, KEY_BYTES_MAX, PAGE_ENTRIES_MAX, VALUE_BYTES_MAX,
};
use coinbox_forms::ascii;
use std::sync::Arc;

/// Which field of a request was out of its limits, and by how much.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("storage: {0}")]
pub struct LimitError(pub String);

/// Checks the keys of one `get-many`.
pub fn check_get(keys: &[&str]) -> Result<(), LimitError> {
    check_count(keys.len())?;
    keys.iter().enumerate().try_for_each(|(index, key)| check_key(key, || format!("keys[{index}]")))
}

fn check_count(keys: usize) -> Result<(), LimitError> {
    if keys > GET_KEYS_MAX {
        return Err(LimitError(format!("get-many asks for {keys} keys, at most {GET_KEYS_MAX} are allowed")));
    }
    Ok(())
}

/// The keys of one `get-many`, which come as one text with their lengths. Checked.
pub fn keys_of<'a>(text: &'a str, lengths: &[u32]) -> Result<Vec<&'a str>, LimitError> {
    check_count(lengths.len())?;
    let keys = split(text, lengths, "keys")?;
    check_get(&keys)?;
    Ok(keys)
}

/// The entries of one `stage`, which come as one text with the lengths of keys and values in turn. What they hold is checked by
/// [`Changes::check`].
pub fn puts_of(text: &str, lengths: &[u32]) -> Result<Vec<(String, Arc<str>)>, LimitError> {
    if lengths.len() > 2 * CHANGE_ELEMENTS_MAX {
        return Err(too_many_elements(lengths.len() / 2));
    }
    if !lengths.len().is_multiple_of(2) {
        return Err(LimitError(format!("puts has {} texts, keys and values come in pairs", lengths.len())));
    }
    let texts = split(text, lengths, "puts")?;
    Ok(texts.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].into())).collect())
}

fn too_many_elements(elements: usize) -> LimitError {
    LimitError(format!("changes have {elements} elements, at most {CHANGE_ELEMENTS_MAX} are allowed"))
}

/// Takes a text apart by the bytes of its parts.
fn split<'a>(text: &'a str, lengths: &[u32], field: &str) -> Result<Vec<&'a str>, LimitError> {
    let mut parts = Vec::with_capacity(lengths.len());
    let mut at = 0;
    for (index, length) in lengths.iter().enumerate() {
        let end = at + *length as usize;
        let Some(part) = text.get(at..end) else {
            let problem = match end {
                end if end > text.len() => format!("ends at byte {end}, the text has {}", text.len()),
                _ => format!("ends at byte {end}, inside a character"),
            };
            return Err(LimitError(format!("{field}.lengths[{index}] {problem}")));
        };
        parts.push(part);
        at = end;
    }
    if at < text.len() {
        return Err(LimitError(format!("{field}.lengths add up to {at} bytes, the text has {}", text.len())));
    }
    Ok(parts)
}

/// Checks span and limit of one `scan`.
pub fn check_scan(first: &str, end: &str, limit: u32) -> Result<(), LimitError> {
    check_bound(first, || "within.first".to_owned())?;
    check_bound(end, || "within.end".to_owned())?;
    check_limit(limit)
}

/// Checks topic and limit of one `read-feed`.
pub fn check_feed(topic: Option<&str>, limit: u32) -> Result<(), LimitError> {
    if let Some(topic) = topic {
        check_key(topic, || "topic".to_owned())?;
    }
    check_limit(limit)
}

fn check_limit(limit: u32) -> Result<(), LimitError> {
    if (1..=PAGE_ENTRIES_MAX).contains(&limit) {
        Ok(())
    } else {
        Err(LimitError(format!("limit is {limit}, it must be 1 to {PAGE_ENTRIES_MAX}")))
    }
}

fn check_key(key: &str, field: impl Fn() -> String) -> Result<(), LimitError> {
    if key.is_empty() {
        return Err(LimitError(format!("{} is empty, a key has 1 to {KEY_BYTES_MAX} bytes", field())));
    }
    check_bound(key, field)
}

/// A bound of a span may be empty: it is before every key.
fn check_bound(bound: &str, field: impl Fn() -> String) -> Result<(), LimitError> {
    if bound.len() > KEY_BYTES_MAX {
        return Err(LimitError(format!("{} has {} bytes, at most {KEY_BYTES_MAX} are allowed", field(), bound.len())));
    }
    // Every key of every call comes through here.
    if ascii::are_graphic(bound) {
        return Ok(());
    }
    let at = bound.bytes().position(|byte| !byte.is_ascii_graphic()).unwrap_or_default();
    Err(LimitError(format!(
        "{} holds the byte {:#04x} at {at}, keys are printable ASCII without space",
        field(),
        bound.as_bytes()[at]
    )))
}

fn check_value(value: &str, field: impl Fn() -> String) -> Result<(), LimitError> {
    if value.len() > VALUE_BYTES_MAX {
        return Err(LimitError(format!(
            "{} has {} bytes, at most {VALUE_BYTES_MAX} are allowed",
            field(),
            value.len()
        )));
    }
    // The standard library looks for a character at several bytes a step.
    match value.find('\0') {
        None => Ok(()),
        Some(at) => Err(LimitError(format!("{} holds the NUL character at {at}", field()))),
    }
}

/// Each key has the form of a key, and comes after the one before it.
fn check_keys<'a>(list: &str, part: &str, keys: impl Iterator<Item = &'a str>) -> Result<(), LimitError> {
    let mut before: Option<&str> = None;
    for (index, key) in keys.enumerate() {
        check_key(key, || format!("{list}[{index}]{part}"))?;
        check_order(list, part, index, before, key)?;
        before = Some(key);
    }
    Ok(())
}

fn check_order(list: &str, part: &str, index: usize, before: Option<&str>, key: &str) -> Result<(), LimitError> {
    match before {
        Some(before) if before == key => {
            Err(LimitError(format!("{list}[{index}]{part} names {key} a second time, each list names a key once")))
        }
        Some(before) if before > key => {
            Err(LimitError(format!("{list}[{index}]{part} {key} comes after {before}, each list is sorted by key")))
        }
        _ => Ok(()),
    }
}

/// Two sorted lists share no key.
fn check_apart<'a>(
    lists: (&str, &str),
    left: impl Iterator<Item = &'a str>,
    right: impl Iterator<Item = &'a str>,
) -> Result<(), LimitError> {
    let mut left = left.peekable();
    let mut right = right.peekable();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                return Err(LimitError(format!("{a} is in {} and in {}, a key is in one of them", lists.0, lists.1)));
            }
        }
    }
    Ok(())
}

impl Changes {
    /// Whether nothing at all would change.
    pub fn is_empty(&self) -> bool {
        self.elements() == 0
    }

    /// Number of elements over all lists.
    pub fn elements(&self) -> usize {
        self.puts.len()
            + self.removes.len()
            + self.clears.len()
            + self.lines.len()
            + self.timers.len()
            + self.cancels.len()
    }

    /// Bytes of all keys, values, topics and bodies.
    pub fn bytes(&self) -> usize {
        let puts: usize = self.puts.iter().map(|(key, value)| key.len() + value.len()).sum();
        let spans: usize = self.clears.iter().map(|(first, end)| first.len() + end.len()).sum();
        let lines: usize = self.lines.iter().map(|(topic, body)| topic.len() + body.len()).sum();
        let timers: usize = self.timers.iter().map(|timer| timer.key.len()).sum();
        let names: usize = self.removes.iter().chain(&self.cancels).map(String::len).sum();
        puts + spans + lines + timers + names
    }

    /// Checks form, order, sizes and that no key is in two lists that contradict each other.
    pub fn check(&self) -> Result<(), LimitError> {
        if self.elements() > CHANGE_ELEMENTS_MAX {
            return Err(too_many_elements(self.elements()));
        }
        let bytes = self.bytes();
        if bytes > CHANGE_BYTES_MAX {
            return Err(LimitError(format!("changes have {bytes} bytes, at most {CHANGE_BYTES_MAX} are allowed")));
        }
        check_keys("puts", ".key", self.puts.iter().map(|(key, _)| key.as_str()))?;
        for (index, (_, value)) in self.puts.iter().enumerate() {
            if value.is_empty() {
                return Err(LimitError(format!(
                    "puts[{index}].value is empty, a value has 1 to {VALUE_BYTES_MAX} bytes"
                )));
            }
            check_value(value, || format!("puts[{index}].value"))?;
        }
        check_keys("removes", "", self.removes.iter().map(String::as_str))?;
        check_apart(
            ("puts", "removes"),
            self.puts.iter().map(|(key, _)| key.as_str()),
            self.removes.iter().map(String::as_str),
        )?;
        self.check_clears()?;
        for (index, (topic, body)) in self.lines.iter().enumerate() {
            check_key(topic, || format!("lines[{index}].topic"))?;
            check_value(body, || format!("lines[{index}].body"))?;
        }
        check_keys("timers", ".key", self.timers.iter().map(|timer| timer.key.as_str()))?;
        check_keys("cancels", "", self.cancels.iter().map(String::as_str))?;
        check_apart(
            ("timers", "cancels"),
            self.timers.iter().map(|timer| timer.key.as_str()),
            self.cancels.iter().map(String::as_str),
        )
    }

    fn check_clears(&self) -> Result<(), LimitError> {
        let mut before: Option<&str> = None;
        for (index, (first, end)) in self.clears.iter().enumerate() {
            check_bound(first, || format!("clears[{index}].first"))?;
            check_bound(end, || format!("clears[{index}].end"))?;
            if first >= end {
                return Err(LimitError(format!(
                    "clears[{index}] from {first} to {end} is empty, first comes before end"
                )));
            }
            check_order("clears", ".first", index, before, first)?;
            before = Some(first);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Timer, TimerLane};

    fn put(key: &str, value: &str) -> (String, std::sync::Arc<str>) {
        (key.to_owned(), value.into())
    }

    fn text(result: Result<(), LimitError>) -> String {
        result.expect_err("must be refused").to_string()
    }

    #[test]
    fn every_limit_is_named_with_its_field() {
        let changes = |edit: &dyn Fn(&mut Changes)| {
            let mut changes = Changes::default();
            edit(&mut changes);
            changes.check()
        };
        let long = "k".repeat(513);
        let big = "v".repeat(VALUE_BYTES_MAX + 1);
        let timer = |key: &str| Timer { key: key.to_owned(), lane: TimerLane::Normal, due: 0 };
        let cases: Vec<(Result<(), LimitError>, String)> = vec![
            (changes(&|c| c.puts = vec![put("", "1")]), "puts[0].key is empty, a key has 1 to 512 bytes".into()),
            (changes(&|c| c.puts = vec![put(&long, "1")]), "puts[0].key has 513 bytes, at most 512 are allowed".into()),
            (
                changes(&|c| c.puts = vec![put("a b", "1")]),
                "puts[0].key holds the byte 0x20 at 1, keys are printable ASCII without space".into(),
            ),
            (
                changes(&|c| c.puts = vec![put("é", "1")]),
                "puts[0].key holds the byte 0xc3 at 0, keys are printable ASCII without space".into(),
            ),
            (
                changes(&|c| c.puts = vec![put("a", &big)]),
                "puts[0].value has 262145 bytes, at most 262144 are allowed".into(),
            ),
            (changes(&|c| c.puts = vec![put("a", "")]), "puts[0].value is empty, a value has 1 to 262144 bytes".into()),
            (changes(&|c| c.puts = vec![put("a", "x\0")]), "puts[0].value holds the NUL character at 1".into()),
            (
                changes(&|c| c.puts = vec![put("b", "1"), put("a", "1")]),
                "puts[1].key a comes after b, each list is sorted by key".into(),
            ),
            (
                changes(&|c| c.puts = vec![put("a", "1"), put("a", "2")]),
                "puts[1].key names a a second time, each list names a key once".into(),
            ),
            (
                changes(&|c| {
                    c.puts = vec![put("a", "1"), put("c", "1")];
                    c.removes = vec!["b".into(), "c".into()];
                }),
                "c is in puts and in removes, a key is in one of them".into(),
            ),
            (
                changes(&|c| c.removes = vec!["b".into(), "a".into()]),
                "removes[1] a comes after b, each list is sorted by key".into(),
            ),
            (
                changes(&|c| c.clears = vec![("a".into(), "a".into())]),
                "clears[0] from a to a is empty, first comes before end".into(),
            ),
            (
                changes(&|c| c.clears = vec![("b".into(), "c".into()), ("a".into(), "b".into())]),
                "clears[1].first a comes after b, each list is sorted by key".into(),
            ),
            (
                changes(&|c| c.lines = vec![("".into(), "1".into())]),
                "lines[0].topic is empty, a key has 1 to 512 bytes".into(),
            ),
            (
                changes(&|c| c.lines = vec![("t".into(), "\0".into())]),
                "lines[0].body holds the NUL character at 0".into(),
            ),
            (
                changes(&|c| c.timers = vec![timer("b"), timer("a")]),
                "timers[1].key a comes after b, each list is sorted by key".into(),
            ),
            (
                changes(&|c| {
                    c.timers = vec![timer("a")];
                    c.cancels = vec!["a".into()];
                }),
                "a is in timers and in cancels, a key is in one of them".into(),
            ),
            (
                changes(&|c| c.lines = vec![("t".into(), "1".into()); 50_001]),
                "changes have 50001 elements, at most 50000 are allowed".into(),
            ),
            (
                changes(&|c| c.lines = vec![("t".into(), "x".repeat(200_000)); 84]),
                "changes have 16800084 bytes, at most 16777216 are allowed".into(),
            ),
            (check_get(&vec!["k"; 20_001]), "get-many asks for 20001 keys, at most 20000 are allowed".into()),
            (
                check_get(&["k", "\n"]),
                "keys[1] holds the byte 0x0a at 0, keys are printable ASCII without space".into(),
            ),
            (check_scan("a", "b", 0), "limit is 0, it must be 1 to 10000".into()),
            (check_scan("a", "b", 10_001), "limit is 10001, it must be 1 to 10000".into()),
            (
                check_scan("a ", "b", 1),
                "within.first holds the byte 0x20 at 1, keys are printable ASCII without space".into(),
            ),
            (check_feed(Some(""), 1), "topic is empty, a key has 1 to 512 bytes".into()),
        ];
        for (result, expected) in cases {
            assert_eq!(text(result), format!("storage: {expected}"));
        }
    }

    #[test]
    fn a_text_is_taken_apart_by_lengths_that_fit_it() {
        assert_eq!(keys_of("abc", &[1, 2]), Ok(vec!["a", "bc"]));
        assert_eq!(keys_of("", &[]), Ok(vec![]));
        assert_eq!(puts_of("k\u{e4}l1", &[1, 2, 1, 1]), Ok(vec![put("k", "\u{e4}"), put("l", "1")]));
        let keys = |text, lengths: &[u32]| keys_of(text, lengths).expect_err("must be refused").0;
        assert_eq!(keys("abc", &[1, 1]), "keys.lengths add up to 2 bytes, the text has 3");
        assert_eq!(keys("abc", &[1, 3]), "keys.lengths[1] ends at byte 4, the text has 3");
        assert_eq!(keys("abc", &[u32::MAX, u32::MAX]), "keys.lengths[0] ends at byte 4294967295, the text has 3");
        assert_eq!(keys("", &[0; 20_001]), "get-many asks for 20001 keys, at most 20000 are allowed");
        assert_eq!(keys("", &[0]), "keys[0] is empty, a key has 1 to 512 bytes");
        let puts = |text, lengths: &[u32]| puts_of(text, lengths).expect_err("must be refused").0;
        assert_eq!(puts("k\u{e4}", &[1, 1, 1]), "puts has 3 texts, keys and values come in pairs");
        assert_eq!(puts("k\u{e4}", &[1, 1]), "puts.lengths[1] ends at byte 2, inside a character");
        assert_eq!(puts("", &[0; 100_002]), "changes have 50001 elements, at most 50000 are allowed");
    }

    #[test]
    fn the_largest_allowed_passes() {
        let changes = Changes {
            puts: vec![put(&"k".repeat(512), &"v".repeat(VALUE_BYTES_MAX))],
            lines: vec![("t".into(), String::new()); 49_999],
            ..Changes::default()
        };
        assert_eq!(changes.check(), Ok(()));
        assert_eq!(check_get(&vec!["k"; 20_000]), Ok(()));
        assert_eq!(check_scan("", "~", 10_000), Ok(()));
        assert_eq!(Changes::default().check(), Ok(()));
    }
}
