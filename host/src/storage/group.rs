//! Changes of several commands, merged: what becomes durable at once, and what the lane sees above the durable state.

use super::records::{Changes, FeedLine, TimerLane};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Bytes that an element costs besides its text, so that many tiny changes count as well.
const ELEMENT_BYTES: usize = 64;

/// Disjoint spans of keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans(BTreeMap<String, String>);

impl Spans {
    /// Adds a span, joined with those that it touches.
    pub fn insert(&mut self, first: String, end: String) {
        let mut first = first;
        let mut end = end;
        // Disjoint spans are ordered by their ends as well: those that touch the new one are the last that begin by its end.
        while let Some((start, stop)) =
            self.0.range::<str, _>((Bound::Unbounded, Bound::Included(end.as_str()))).next_back()
        {
            if stop.as_str() < first.as_str() {
                break;
            }
            let (start, stop) = (start.clone(), stop.clone());
            self.0.remove(&start);
            first = first.min(start);
            end = end.max(stop);
        }
        self.0.insert(first, end);
    }

    /// Whether a key is in one of the spans.
    pub fn contains(&self, key: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        self.0
            .range::<str, _>((Bound::Unbounded, Bound::Included(key)))
            .next_back()
            .is_some_and(|(_, end)| key < end.as_str())
    }

    /// First and end of each span, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(first, end)| (first.as_str(), end.as_str()))
    }

    /// Whether there is no span.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left of a span without these spans, in order.
    pub fn gaps(&self, first: &str, end: &str) -> Vec<(String, String)> {
        let mut gaps = Vec::new();
        let mut from = first;
        for (start, stop) in self.iter() {
            if stop <= from {
                continue;
            }
            if start >= end {
                break;
            }
            if from < start {
                gaps.push((from.to_owned(), start.to_owned()));
            }
            from = stop;
        }
        if from < end {
            gaps.push((from.to_owned(), end.to_owned()));
        }
        gaps
    }
}

/// Changes of one or more commands in their order, merged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupChanges {
    /// Spans to remove before anything else.
    pub clears: Spans,
    /// Last value of each key, `None` where it was removed.
    pub entries: BTreeMap<String, Option<Arc<str>>>,
    /// Feed lines with their positions, increasing.
    pub lines: Vec<FeedLine>,
    /// Last state of each timer, `None` where it was taken back.
    pub timers: BTreeMap<String, Option<(TimerLane, i64)>>,
    /// Greatest moment of the commands.
    pub moment: i64,
    /// Whether the rules have been told how the store came to be.
    pub settles_beginning: bool,
    /// Number of commands in it.
    pub commands: usize,
    bytes: usize,
}

impl GroupChanges {
    /// Nothing but that the rules have been told how the store came to be.
    #[cfg(test)]
    pub(crate) fn settled() -> GroupChanges {
        GroupChanges { settles_beginning: true, ..GroupChanges::default() }
    }

    /// Adds the changes of one command. Its lines get positions from `next_position`, which moves on.
    pub fn add(&mut self, changes: Changes, moment: i64, next_position: &mut u64) {
        self.bytes += changes.bytes() + changes.elements() * ELEMENT_BYTES;
        for (first, end) in changes.clears {
            let inside: Vec<String> =
                self.entries.range::<str, _>(span(&first, &end)).map(|(key, _)| key.clone()).collect();
            for key in inside {
                self.entries.remove(&key);
            }
            self.clears.insert(first, end);
        }
        for key in changes.removes {
            self.entries.insert(key, None);
        }
        for (key, value) in changes.puts {
            self.entries.insert(key, Some(value));
        }
        for (topic, body) in changes.lines {
            self.lines.push(FeedLine { position: *next_position, topic: topic.into(), body: body.into() });
            *next_position += 1;
        }
        for key in changes.cancels {
            self.timers.insert(key, None);
        }
        for timer in changes.timers {
            self.timers.insert(timer.key, Some((timer.lane, timer.due)));
        }
        self.moment = self.moment.max(moment);
        self.commands += 1;
    }

    /// Whether no command is in it.
    pub fn is_empty(&self) -> bool {
        self.commands == 0
    }

    /// Roughly the memory it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// A span as the bounds of a map's range. An empty or reversed span becomes an empty range, where maps would panic.
pub(crate) fn span<'a>(first: &'a str, end: &'a str) -> (Bound<&'a str>, Bound<&'a str>) {
    (Bound::Included(first), Bound::Excluded(end.max(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(&str, &str)]) -> Spans {
        let mut spans = Spans::default();
        for (first, end) in list {
            spans.insert((*first).to_owned(), (*end).to_owned());
        }
        spans
    }

    fn listed(spans: &Spans) -> Vec<(&str, &str)> {
        spans.iter().collect()
    }

    #[test]
    fn spans_join_where_they_touch() {
        assert_eq!(listed(&spans(&[("d", "f"), ("a", "b")])), [("a", "b"), ("d", "f")]);
        assert_eq!(listed(&spans(&[("a", "c"), ("c", "d")])), [("a", "d")]);
        assert_eq!(listed(&spans(&[("c", "d"), ("a", "c")])), [("a", "d")]);
        assert_eq!(listed(&spans(&[("a", "b"), ("c", "d"), ("e", "f"), ("b", "e")])), [("a", "f")]);
        assert_eq!(listed(&spans(&[("a", "z"), ("c", "d")])), [("a", "z")]);
    }

    #[test]
    fn a_span_holds_its_first_key_and_not_its_end() {
        let spans = spans(&[("b", "d")]);
        assert_eq!(["a", "b", "c~", "d"].map(|key| spans.contains(key)), [false, true, true, false]);
    }

    #[test]
    fn gaps_are_what_is_left() {
        let gaps = |spans: Spans, first: &str, end: &str| {
            spans.gaps(first, end).into_iter().map(|(a, b)| format!("{a}-{b}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(gaps(spans(&[]), "a", "z"), "a-z");
        assert_eq!(gaps(spans(&[("b", "c"), ("x", "zz")]), "a", "z"), "a-b c-x");
        assert_eq!(gaps(spans(&[("a", "c")]), "b", "d"), "c-d");
        assert_eq!(gaps(spans(&[("a", "z")]), "b", "d"), "");
        assert_eq!(gaps(spans(&[]), "z", "a"), "");
    }

    #[test]
    fn a_later_clear_removes_earlier_puts_and_a_later_put_stands() {
        let mut group = GroupChanges::default();
        let mut position = 7;
        let put = |key: &str| Changes { puts: vec![(key.to_owned(), "1".into())], ..Changes::default() };
        group.add(put("b1"), 10, &mut position);
        group.add(put("c"), 20, &mut position);
        let clear = Changes {
            clears: vec![("b".into(), "c".into())],
            puts: vec![("b2".into(), "2".into())],
            lines: vec![("t".into(), "x".into())],
            ..Changes::default()
        };
        group.add(clear, 15, &mut position);
        let keys: Vec<&str> = group.entries.keys().map(String::as_str).collect();
        assert_eq!(keys, ["b2", "c"]);
        assert_eq!((group.moment, group.commands, position, group.lines[0].position), (20, 3, 8, 7));
    }
}
