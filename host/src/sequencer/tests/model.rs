//! Random commands: what each one sees is the model's state, and what is durable is one of its earlier states.

use super::*;
use crate::storage::tests::create;
use crate::storage::tests::model::{Answers, Model, Question, ask, changes, question};
use proptest::collection::vec;
use proptest::prelude::*;

/// One command, and whether a group may become durable before it, in the middle of it, or not.
#[derive(Clone, Debug)]
struct Step {
    changes: Changes,
    question: Question,
    keep: bool,
    flush_before: bool,
    flush_within: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (changes(), question(), prop::bool::weighted(0.8), prop::bool::weighted(0.3), prop::bool::weighted(0.2)).prop_map(
        |(changes, question, keep, flush_before, flush_within)| Step {
            changes,
            question,
            keep,
            flush_before,
            flush_within,
        },
    )
}

/// Lets one group through if one is on its way, and waits until it is durable.
fn flush_one(gate: &Gate, sequenced: usize) -> usize {
    let durable: usize = gate.groups().iter().sum();
    if durable == sequenced {
        return durable;
    }
    let groups = gate.groups().len();
    gate.let_pass(1);
    gate.wait_for_groups(groups + 1)
}

fn run(store: Arc<dyn Durable>, hot_bytes: usize, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let gate = Gate::new(store);
    let options = SequencerOptions { hot_bytes, ..SequencerOptions::default() };
    let sequencer = Sequencer::start(gate.clone(), options).expect("starts");
    // The model after each command that was kept.
    let mut history = vec![Model::default()];
    let mut answers = Vec::new();
    for step in steps {
        let sequenced = history.len() - 1;
        if step.flush_before {
            let durable = flush_one(&gate, sequenced);
            let view = sequencer.snapshot().expect("a snapshot");
            let seen = ask(&*view, &step.question).expect("answers");
            prop_assert_eq!(seen, history[durable].answers(&step.question), "the durable state is that of a prefix");
        }
        let (tell, told) = channel::<(Answers, Answers)>();
        let keeps = step.keep && !step.changes.is_empty();
        let Step { changes, question, flush_within, .. } = step.clone();
        let inner = gate.clone();
        answers.push(sequencer.submit(move |view, _| {
            let first = ask(&**view, &question).expect("answers");
            if flush_within {
                flush_one(&inner, sequenced);
            }
            // Whatever became durable meanwhile: the same question has the same answer.
            let second = ask(&**view, &question).expect("answers");
            tell.send((first, second)).expect("the test waits");
            ((), if keeps { Decision::keep(changes, 1) } else { Decision::Discard })
        }));
        let (first, second) = told.recv().expect("the command runs");
        let now = &history[sequenced];
        prop_assert_eq!(&first, &now.answers(&step.question), "a command sees everything before it");
        prop_assert_eq!(&second, &first, "all reads of one command see one state");
        if keeps {
            let mut next = now.clone();
            next.apply(&step.changes);
            history.push(next);
        }
        // The lane may still be adding what it has run: the next flush must not overtake it.
        drain(&sequencer);
    }
    gate.open();
    for answer in answers {
        prop_assert_eq!(answer.wait(), Ok(()));
    }
    let page = sequencer.snapshot().expect("a snapshot").scan("", "~", crate::storage::Direction::Ascending, 10_000);
    let last = history.pop().expect("the empty model at least");
    prop_assert_eq!(page.expect("scans").entries, last.entries.into_iter().collect::<Vec<_>>());
    let timers: Vec<_> = std::iter::from_fn(|| {
        let taken = sequencer.timers().take_earliest_until(i64::MAX)?;
        let timer = taken.timer().clone();
        // Kept, so that it is not found again.
        std::mem::forget(taken);
        Some((timer.key, (timer.lane, timer.due)))
    })
    .collect();
    let mut expected: Vec<_> = last.timers.into_iter().collect();
    expected.sort_by_key(|(key, (lane, due))| (*due, *lane, key.clone()));
    prop_assert_eq!(timers, expected);
    prop_assert_eq!(sequencer.stop(), Ok(()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn commands_over_memory_see_the_model(steps in vec(step(), 1..24), hot_bytes in prop_oneof![Just(0_usize), Just(700), Just(1 << 20)]) {
        run(memory(), hot_bytes, steps)?;
    }

    #[test]
    fn commands_over_sqlite_see_the_model(steps in vec(step(), 1..24), hot_bytes in prop_oneof![Just(0_usize), Just(700), Just(1 << 20)]) {
        let directory = tempfile::tempdir().expect("a directory");
        run(Arc::new(create(directory.path())), hot_bytes, steps)?;
    }
}
