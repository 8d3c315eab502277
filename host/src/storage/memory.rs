//! A store in memory: for tests, simulations, and programs that can lose everything.

use super::group::span;
use super::{
    Beginning, Checked, Direction, Durable, FeedLine, FeedSpan, GroupChanges, Snapshot, Source, StoreError, Timer,
    TimerLane, View, draw_store_name,
};
use crate::capability::Random;
use imbl::OrdMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// A store that lives as long as the program. Snapshots are free: the maps share what did not change.
pub struct Memory {
    state: Arc<RwLock<State>>,
}

#[derive(Clone)]
struct State {
    name: String,
    mark: String,
    entries: OrdMap<Arc<str>, Arc<str>>,
    feed: OrdMap<u64, FeedLine>,
    feed_by_topic: OrdMap<(Arc<str>, u64), ()>,
    timers: OrdMap<String, (TimerLane, i64)>,
    moment: i64,
    beginning: Option<Beginning>,
    /// 0: nobody has noted it.
    records: u32,
}

impl Memory {
    /// An empty store.
    pub fn create(random: &dyn Random) -> Self {
        Memory::with(draw_store_name(random), Beginning::Created)
    }

    /// An empty store of an installation of several, with the mark that tells it from the others.
    pub fn marked(random: &dyn Random, mark: &str) -> Self {
        let mut state = Memory::create(random).state();
        state.mark = mark.to_owned();
        Memory { state: Arc::new(RwLock::new(state)) }
    }

    fn with(name: String, beginning: Beginning) -> Self {
        let state = State {
            name,
            mark: String::new(),
            entries: OrdMap::new(),
            feed: OrdMap::new(),
            feed_by_topic: OrdMap::new(),
            timers: OrdMap::new(),
            moment: 0,
            beginning: Some(beginning),
            records: 0,
        };
        Memory { state: Arc::new(RwLock::new(state)) }
    }

    /// Another store with the same content and its own name, for trying things out: what happens in one is not seen in the other.
    pub fn fork(&self, random: &dyn Random) -> Self {
        let mut state = self.state();
        state.name = draw_store_name(random);
        if state.beginning != Some(Beginning::Created) {
            state.beginning = Some(Beginning::Copied);
        }
        Memory { state: Arc::new(RwLock::new(state)) }
    }

    /// This state, which stays as it is: a backup.
    pub fn backup_in_memory(&self) -> Self {
        Memory { state: Arc::new(RwLock::new(self.state())) }
    }

    /// The store that is installed of a backup: the same content, a name of its own, and the rules are told since when it knows nothing.
    pub fn restored(&self, random: &dyn Random) -> Self {
        let mut state = self.state();
        state.name = draw_store_name(random);
        state.beginning = Some(match state.beginning {
            Some(Beginning::Created) => Beginning::Created,
            Some(Beginning::Copied) => Beginning::Copied,
            Some(Beginning::Restored(earlier)) => Beginning::Restored(earlier.min(state.moment)),
            None => Beginning::Restored(state.moment),
        });
        Memory { state: Arc::new(RwLock::new(state)) }
    }

    fn state(&self) -> State {
        read(&self.state)
    }
}

/// A copy of the state, which is cheap: the maps are shared until one side changes.
fn read(state: &RwLock<State>) -> State {
    state.read().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Durable for Memory {
    fn store_name(&self) -> String {
        self.state().name
    }

    fn mark(&self) -> String {
        self.state().mark
    }

    fn beginning(&self) -> Result<Option<Beginning>, StoreError> {
        Ok(self.state().beginning)
    }

    fn moment(&self) -> Result<i64, StoreError> {
        Ok(self.state().moment)
    }

    fn last_position(&self) -> Result<u64, StoreError> {
        Ok(self.state().feed.get_max().map_or(0, |(position, _)| *position))
    }

    fn timers(&self) -> Result<Vec<Timer>, StoreError> {
        let state = self.state();
        Ok(state.timers.iter().map(|(key, (lane, due))| Timer { key: key.clone(), lane: *lane, due: *due }).collect())
    }

    fn commit(&self, group: &Arc<GroupChanges>) -> Result<(), StoreError> {
        self.state.write().unwrap_or_else(PoisonError::into_inner).apply(group);
        Ok(())
    }

    fn snapshot(&self) -> Result<Box<dyn View>, StoreError> {
        let state = self.state();
        Ok(Box::new(Snapshot::new(state.name.clone(), state.mark.clone(), state)))
    }

    fn newest(&self) -> Result<Arc<dyn Source>, StoreError> {
        Ok(Arc::new(Newest(self.state.clone())))
    }

    fn backup(&self, _to: &Path) -> Result<(), StoreError> {
        Err(StoreError("a store in memory has no backup: serve with a data directory to keep anything".to_owned()))
    }

    fn record_version(&self) -> Result<u32, StoreError> {
        Ok(self.state().records.max(1))
    }

    fn note_record_version(&self, version: u32) -> Result<(), StoreError> {
        self.state.write().unwrap_or_else(PoisonError::into_inner).records = version;
        Ok(())
    }

    fn keep_before_upgrade(&self) -> Result<Option<PathBuf>, StoreError> {
        Ok(None)
    }

    fn check(&self) -> Result<Checked, StoreError> {
        let state = self.state();
        let rows = (state.entries.len() + state.feed.len() + state.timers.len()) as u64;
        Ok(Checked { rows, without_digest: rows, ..Checked::default() })
    }
}

impl State {
    fn apply(&mut self, group: &GroupChanges) {
        for (first, end) in group.clears.iter() {
            let inside: Vec<Arc<str>> =
                self.entries.range::<_, str>(span(first, end)).map(|(key, _)| key.clone()).collect();
            for key in inside {
                self.entries.remove(&key);
            }
        }
        for (key, value) in &group.entries {
            match value {
                Some(value) => drop(self.entries.insert(key.as_str().into(), value.clone())),
                None => drop(self.entries.remove(key.as_str())),
            }
        }
        for line in &group.lines {
            self.feed.insert(line.position, line.clone());
            self.feed_by_topic.insert((line.topic.clone(), line.position), ());
        }
        for (key, timer) in &group.timers {
            match timer {
                Some(timer) => drop(self.timers.insert(key.clone(), *timer)),
                None => drop(self.timers.remove(key.as_str())),
            }
        }
        self.moment = self.moment.max(group.moment);
        if group.settles_beginning {
            self.beginning = None;
        }
    }
}

impl Source for State {
    fn get(&self, keys: &[&str], found: &mut dyn FnMut(usize, &str)) -> Result<(), StoreError> {
        for (index, key) in keys.iter().enumerate() {
            if let Some(value) = self.entries.get(*key) {
                found(index, value);
            }
        }
        Ok(())
    }

    fn walk(
        &self,
        first: &str,
        end: &str,
        direction: Direction,
        visit: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Result<(), StoreError> {
        if first >= end {
            return Ok(());
        }
        let mut range = self.entries.range::<_, str>(span(first, end));
        let mut next = || match direction {
            Direction::Ascending => range.next(),
            Direction::Descending => range.next_back(),
        };
        while let Some((key, value)) = next() {
            if !visit(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn walk_feed(&self, span: FeedSpan<'_>, visit: &mut dyn FnMut(FeedLine) -> bool) -> Result<(), StoreError> {
        if span.after >= span.before {
            return Ok(());
        }
        match span.topic {
            None => {
                for (_, line) in self.feed.range((Bound::Excluded(span.after), Bound::Excluded(span.before))) {
                    if !visit(line.clone()) {
                        break;
                    }
                }
            }
            Some(topic) => {
                let topic: Arc<str> = topic.into();
                let from = (topic.clone(), span.after);
                let to = (topic, span.before);
                for ((_, position), ()) in self.feed_by_topic.range((Bound::Excluded(from), Bound::Excluded(to))) {
                    let line = self.feed.get(position).expect("every indexed line is in the feed");
                    if !visit(line.clone()) {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

struct Newest(Arc<RwLock<State>>);

impl Source for Newest {
    fn get(&self, keys: &[&str], found: &mut dyn FnMut(usize, &str)) -> Result<(), StoreError> {
        read(&self.0).get(keys, found)
    }

    fn walk(
        &self,
        first: &str,
        end: &str,
        direction: Direction,
        visit: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Result<(), StoreError> {
        read(&self.0).walk(first, end, direction, visit)
    }

    fn walk_feed(&self, span: FeedSpan<'_>, visit: &mut dyn FnMut(FeedLine) -> bool) -> Result<(), StoreError> {
        read(&self.0).walk_feed(span, visit)
    }
}
