//! Random groups: memory, SQLite and a naive model say the same.

use super::*;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A store as one would write it down first: three plain maps.
#[derive(Clone, Default, Debug, PartialEq)]
pub(crate) struct Model {
    pub(crate) entries: BTreeMap<String, Arc<str>>,
    pub(crate) feed: Vec<(String, String)>,
    pub(crate) timers: BTreeMap<String, (TimerLane, i64)>,
}

impl Model {
    pub(crate) fn apply(&mut self, changes: &Changes) {
        self.entries.retain(|key, _| !changes.clears.iter().any(|(first, end)| first <= key && key < end));
        for key in &changes.removes {
            self.entries.remove(key);
        }
        self.entries.extend(changes.puts.iter().cloned());
        self.feed.extend(changes.lines.iter().cloned());
        for key in &changes.cancels {
            self.timers.remove(key);
        }
        self.timers.extend(changes.timers.iter().map(|timer| (timer.key.clone(), (timer.lane, timer.due))));
    }

    fn scan(&self, question: &Question) -> Page {
        let inside = |key: &String| question.first <= *key && *key < question.end;
        let mut entries: Vec<_> = self
            .entries
            .iter()
            .filter(|(key, _)| inside(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if question.direction == Direction::Descending {
            entries.reverse();
        }
        let more = entries.len() > question.limit as usize;
        entries.truncate(question.limit as usize);
        Page { entries, more }
    }

    /// Everything that the view must answer.
    pub(crate) fn answers(&self, question: &Question) -> Answers {
        let lines = self.feed.iter().zip(1..).map(|((topic, body), position)| FeedLine {
            position,
            topic: topic.as_str().into(),
            body: body.as_str().into(),
        });
        let lines = lines.filter(|line| line.position > question.after);
        let lines = lines.filter(|line| question.topic.as_ref().is_none_or(|topic| **topic == *line.topic));
        Answers {
            values: question.keys.iter().map(|key| self.entries.get(key).cloned()).collect(),
            page: self.scan(question),
            all: self.scan(&Question { first: String::new(), end: "~".to_owned(), limit: 10_000, ..question.clone() }),
            lines: lines.take(question.limit as usize).collect(),
        }
    }
}

/// What one looks up in a view.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    keys: Vec<String>,
    first: String,
    end: String,
    direction: Direction,
    limit: u32,
    topic: Option<String>,
    after: u64,
}

/// What a view answers.
#[derive(Debug, PartialEq)]
pub(crate) struct Answers {
    values: Vec<Option<Arc<str>>>,
    page: Page,
    all: Page,
    lines: Vec<FeedLine>,
}

pub(crate) fn ask(view: &dyn View, question: &Question) -> Result<Answers, StoreError> {
    Ok(Answers {
        values: view.get_many(&question.keys.iter().map(String::as_str).collect::<Vec<_>>())?,
        page: view.scan(&question.first, &question.end, question.direction, question.limit)?,
        all: view.scan("", "~", question.direction, 10_000)?,
        lines: view.read_feed(question.topic.as_deref(), question.after, question.limit)?,
    })
}

fn key() -> impl Strategy<Value = String> {
    // Few enough to meet again; with prefixes of each other, and bounds between them.
    (0..6_u8, prop_oneof![Just(""), Just("/a"), Just("/b")]).prop_map(|(number, rest)| format!("k{number}{rest}"))
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    let direction = prop_oneof![Just(Direction::Ascending), Just(Direction::Descending)];
    let topic = prop_oneof![Just(None), Just(Some("t0".to_owned())), Just(Some("t1".to_owned()))];
    (vec(key(), 0..8), key(), key(), direction, 1..12_u32, topic, 0..20_u64).prop_map(
        |(keys, first, end, direction, limit, topic, after)| Question {
            keys,
            first,
            end,
            direction,
            limit,
            topic,
            after,
        },
    )
}

pub(crate) fn changes() -> impl Strategy<Value = Changes> {
    let entries = btree_map(key(), prop_oneof![3 => "[a-z]{1,3}".prop_map(Some), 1 => Just(None)], 0..6);
    let clears = btree_map(key(), key(), 0..2);
    let lines = vec((prop_oneof![Just("t0".to_owned()), Just("t1".to_owned())], "[a-z]{1,3}"), 0..3);
    let lane = prop_oneof![Just(TimerLane::Urgent), Just(TimerLane::Normal), Just(TimerLane::Bulk)];
    let timers = btree_map(key(), (lane, 0..9_i64), 0..3);
    (entries, clears, lines, timers, btree_set(key(), 0..2)).prop_map(|(entries, clears, lines, timers, cancels)| {
        let mut changes = Changes { lines, ..Changes::default() };
        for (key, value) in entries {
            match value {
                Some(value) => changes.puts.push((key, value.as_str().into())),
                None => changes.removes.push(key),
            }
        }
        changes.clears = clears.into_iter().filter(|(first, end)| first < end).collect();
        changes.cancels = cancels.into_iter().filter(|key| !timers.contains_key(key)).collect();
        changes.timers = timers.into_iter().map(|(key, (lane, due))| Timer { key, lane, due }).collect();
        changes
    })
}

/// The timers of a store as the model has them.
fn timers(store: &dyn Durable) -> BTreeMap<String, (TimerLane, i64)> {
    let timers = store.timers().expect("a sound store");
    timers.into_iter().map(|timer| (timer.key, (timer.lane, timer.due))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn memory_and_sqlite_agree_with_the_model(
        groups in vec((vec(changes(), 1..4), question()), 1..12),
    ) {
        let directory = tempfile::tempdir().expect("a directory");
        let memory = Memory::create(&Counting::default());
        let mut sqlite = create(directory.path());
        let mut model = Model::default();
        let mut position = 1;
        for (commands, question) in groups {
            let mut group = GroupChanges::default();
            for changes in commands {
                prop_assert_eq!(changes.check(), Ok(()));
                model.apply(&changes);
                group.add(changes, 1, &mut position);
            }
            let group = Arc::new(group);
            for store in [&memory as &dyn Durable, &sqlite] {
                store.commit(&group).expect("commits");
                let view = store.snapshot().expect("a snapshot");
                prop_assert_eq!(ask(&*view, &question).expect("answers"), model.answers(&question));
                prop_assert_eq!(timers(store), model.timers.clone());
                prop_assert_eq!(store.last_position(), Ok(model.feed.len() as u64));
                // sec-10: what was counted is what is there.
                prop_assert_eq!(store.check().expect("reads").missing, Vec::<String>::new());
            }
        }
        drop(sqlite);
        sqlite = open(directory.path());
        prop_assert_eq!(timers(&sqlite), model.timers.clone());
        let page = sqlite.snapshot().expect("a snapshot").scan("", "~", Direction::Ascending, 10_000).expect("scans");
        prop_assert_eq!(page.entries, model.entries.into_iter().collect::<Vec<_>>());
    }
}
