//! What a command sees: the durable state under everything that was sequenced before it.
//!
//! The layers are those of the moment when the command began. The flushing thread may make them durable meanwhile; then the store below
//! says the same as the layer above it, so that every read of one command still sees one state.

use super::groups::Layers;
use super::hot::HotEntries;
use crate::storage::{
    Direction, FeedBuilder, FeedLine, FeedSpan, GroupChanges, Page, PageBuilder, Source, StoreError, View, span,
};
use std::cmp::Ordering;
use std::iter::Peekable;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The newest sequenced state, for the length of one command.
pub(super) struct LaneView {
    names: Names,
    base: Arc<dyn Source>,
    layers: Layers,
    hot: Arc<Mutex<HotEntries>>,
    turn: u64,
}

/// What a store is called.
#[derive(Clone)]
pub(super) struct Names {
    /// Its name.
    pub(super) store: Arc<str>,
    /// What tells it from the others of an installation.
    pub(super) mark: Arc<str>,
}

impl LaneView {
    pub(super) fn new(
        names: Names,
        base: Arc<dyn Source>,
        layers: Layers,
        hot: Arc<Mutex<HotEntries>>,
        turn: u64,
    ) -> Self {
        LaneView { names, base, layers, hot, turn }
    }

    /// The layers, newest first.
    fn layers(&self) -> impl DoubleEndedIterator<Item = &GroupChanges> {
        std::iter::once(&*self.layers.growing).chain(self.layers.flushing.as_deref())
    }

    /// The hot values, as long as the command runs.
    fn hot(&self) -> Result<MutexGuard<'_, HotEntries>, StoreError> {
        let hot = self.hot.lock().unwrap_or_else(PoisonError::into_inner);
        if hot.turn() != self.turn {
            return Err(StoreError("a view of the lane was used after its command had ended".to_owned()));
        }
        Ok(hot)
    }

    /// What the layers say about a key: a value, that there is none, or nothing.
    fn layered(&self, key: &str) -> Option<Option<&Arc<str>>> {
        for layer in self.layers() {
            if let Some(entry) = layer.entries.get(key) {
                return Some(entry.as_ref());
            }
            if layer.clears.contains(key) {
                return Some(None);
            }
        }
        None
    }

    /// The parts of a span whose entries in the store are not cleared by a layer.
    fn uncleared(&self, first: &str, end: &str, direction: Direction) -> Vec<(String, String)> {
        let mut spans = vec![(first.to_owned(), end.to_owned())];
        for layer in self.layers().filter(|layer| !layer.clears.is_empty()) {
            spans = spans.iter().flat_map(|(first, end)| layer.clears.gaps(first, end)).collect();
        }
        if direction == Direction::Descending {
            spans.reverse();
        }
        spans
    }
}

impl View for LaneView {
    fn store_name(&self) -> String {
        self.names.store.to_string()
    }

    fn mark(&self) -> String {
        self.names.mark.to_string()
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Arc<str>>>, StoreError> {
        let mut hot = self.hot()?;
        let mut values: Vec<Option<Arc<str>>> = Vec::with_capacity(keys.len());
        let mut missed = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let value = hot.get(key).or_else(|| match self.layered(key) {
                Some(value) => value.cloned().inspect(|value| hot.insert(key, value.clone())),
                None => {
                    missed.push(index);
                    None
                }
            });
            values.push(value);
        }
        if !missed.is_empty() {
            let asked: Vec<&str> = missed.iter().map(|index| keys[*index]).collect();
            self.base.get(&asked, &mut |index, text| {
                let value: Arc<str> = text.into();
                hot.insert(asked[index], value.clone());
                values[missed[index]] = Some(value);
            })?;
        }
        Ok(values)
    }

    fn scan(&self, first: &str, end: &str, direction: Direction, limit: u32) -> Result<Page, StoreError> {
        let _hot = self.hot()?;
        let mut page = PageBuilder::new(limit);
        let mut layered = Merged::new(&self.layers, first, end, direction).peekable();
        let mut room = true;
        for (first, end) in self.uncleared(first, end, direction) {
            self.base.walk(&first, &end, direction, &mut |key, value| {
                while room && let Some((above, entry)) = layered.next_if(|(above, _)| before(above, key, direction)) {
                    room = offer(&mut page, above, entry);
                }
                if room {
                    room = match layered.next_if(|(above, _)| *above == key) {
                        Some((_, entry)) => offer(&mut page, key, entry),
                        None => page.offer(key, || value.into(), value.len()),
                    };
                }
                room
            })?;
            if !room {
                break;
            }
        }
        while room && let Some((above, entry)) = layered.next() {
            room = offer(&mut page, above, entry);
        }
        Ok(page.done())
    }

    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Result<Vec<FeedLine>, StoreError> {
        let _hot = self.hot()?;
        let layered: Vec<&FeedLine> = self.layers().rev().flat_map(|layer| &layer.lines).collect();
        // What a layer holds may be in the store by now: there the store is not asked.
        let before = layered.first().map_or(u64::MAX, |line| line.position);
        let mut lines = FeedBuilder::new(limit);
        let mut room = true;
        if after < before {
            self.base.walk_feed(FeedSpan { topic, after, before }, &mut |line| {
                room = lines.offer(line);
                room
            })?;
        }
        let wanted = |line: &&FeedLine| line.position > after && topic.is_none_or(|topic| topic == &*line.topic);
        for line in layered.into_iter().filter(wanted) {
            if !room {
                break;
            }
            room = lines.offer(line.clone());
        }
        Ok(lines.done())
    }
}

/// Takes an entry of a layer into the page; a removed one takes no room.
fn offer(page: &mut PageBuilder, key: &str, entry: Option<&Arc<str>>) -> bool {
    match entry {
        Some(value) => page.offer(key, || value.clone(), value.len()),
        None => true,
    }
}

fn before(left: &str, right: &str, direction: Direction) -> bool {
    match direction {
        Direction::Ascending => left < right,
        Direction::Descending => left > right,
    }
}

type Entries<'a> = Box<dyn Iterator<Item = (&'a str, Option<&'a Arc<str>>)> + 'a>;

/// The entries of both layers in order, the newer one of each key.
struct Merged<'a> {
    growing: Peekable<Entries<'a>>,
    flushing: Peekable<Entries<'a>>,
    direction: Direction,
}

impl<'a> Merged<'a> {
    fn new(layers: &'a Layers, first: &str, end: &str, direction: Direction) -> Self {
        let entries = |layer: &'a GroupChanges| -> Entries<'a> {
            let range = layer.entries.range::<str, _>(span(first, end));
            let range = range.map(|(key, value)| (key.as_str(), value.as_ref()));
            match direction {
                Direction::Ascending => Box::new(range),
                Direction::Descending => Box::new(range.rev()),
            }
        };
        let growing = &layers.growing;
        let flushing: Entries<'a> = match &layers.flushing {
            Some(layer) => Box::new(entries(layer).filter(|(key, _)| !growing.clears.contains(key))),
            None => Box::new(std::iter::empty()),
        };
        Merged { growing: entries(growing).peekable(), flushing: flushing.peekable(), direction }
    }
}

impl<'a> Iterator for Merged<'a> {
    type Item = (&'a str, Option<&'a Arc<str>>);

    fn next(&mut self) -> Option<Self::Item> {
        let order = match (self.growing.peek(), self.flushing.peek()) {
            (Some((upper, _)), Some((lower, _))) => upper.cmp(lower),
            (_, None) => return self.growing.next(),
            (None, _) => return self.flushing.next(),
        };
        let order = if self.direction == Direction::Descending { order.reverse() } else { order };
        match order {
            Ordering::Less => self.growing.next(),
            Ordering::Greater => self.flushing.next(),
            Ordering::Equal => {
                self.flushing.next();
                self.growing.next()
            }
        }
    }
}
