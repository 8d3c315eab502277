//! A few hundred short seeds of the simulation (see `coinbox_simulation`) on the rules as native code, which is fast and which a
//! deliberately broken rule can be tried in; and that on the component a seed is the same history, byte for byte.
//!
//! `COINBOX_SEED=17 cargo test --release -p coinbox-tests --test simulation` runs one seed, `17..2000` many, `COINBOX_RULES=component`
//! takes the component, `COINBOX_SHRINK=0` tells a failure as it was found, `COINBOX_DIGESTS=FILE` writes a line a seed: digests of what it has left, for
//! `scripts/gate.sh`.

use coinbox_host::engine::RulesRuntime;
use coinbox_simulation::{DigestBook, Seen};
use coinbox_tests::components;
use coinbox_tests::crash_world::lend;
use coinbox_tests::native::NativeRules;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

/// Seeds that are run.
const SEEDS: u64 = 300;
/// Operations of each.
const OPERATIONS: usize = 60;
/// No new seed is begun after this long on a busy machine, once the least number has been run.
const TIME: Duration = Duration::from_secs(45);
/// Seeds that are run however long they take.
const SEEDS_LEAST: u64 = 100;

fn native() -> Arc<dyn RulesRuntime> {
    Arc::new(NativeRules::new())
}

fn component() -> Arc<dyn RulesRuntime> {
    lend(components::warm_rules())
}

/// Rules that run as native code panic where the host dies: that is no news.
fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.to_string().contains("the host was killed") {
                loud(panic);
            }
        }));
    });
}

#[test]
fn short_seeds_keep_to_the_model() {
    let one = std::env::var("COINBOX_SEED").ok();
    let number = |text: &str| text.parse::<u64>().expect("COINBOX_SEED is a number, or two with .. between them");
    let (first, last) = match one.as_deref().map(|one| one.split_once("..").unwrap_or((one, one))) {
        Some((first, last)) => (number(first), number(last)),
        None => (1, SEEDS),
    };
    let shrinks = std::env::var_os("COINBOX_SHRINK").is_none_or(|shrink| shrink != "0");
    let rules = if std::env::var_os("COINBOX_RULES").is_some_and(|rules| rules == "component") {
        component()
    } else {
        native()
    };
    quietly();
    let (next, started) = (AtomicU64::new(first), Instant::now());
    let seen = Mutex::new((Seen::default(), 0_u64));
    let book = DigestBook::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed > last || (seed > SEEDS_LEAST && one.is_none() && started.elapsed() > TIME) {
                return;
            }
            let outcome = if shrinks {
                coinbox_simulation::run(&rules, seed, OPERATIONS)
            } else {
                coinbox_simulation::replay(&rules, seed, OPERATIONS, &(0..OPERATIONS).collect::<Vec<_>>())
            };
            match outcome {
                Ok(outcome) => {
                    book.note_seed(seed, outcome.digests);
                    let mut seen = seen.lock().expect("nobody panics while holding it");
                    seen.0.add(outcome.seen);
                    seen.1 += 1;
                }
                Err(failure) => {
                    next.store(last.saturating_add(1), Ordering::SeqCst);
                    panic!("{failure}");
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    let (seen, seeds) = seen.into_inner().expect("nobody panics while holding it");
    if let Some(wanted) = std::env::var_os("COINBOX_DIGESTS") {
        book.write(Path::new(&wanted)).unwrap_or_else(|error| panic!("{}: {error}", wanted.display()));
    }
    println!("{seeds} seeds in {:.1?}: {seen:?}", started.elapsed());
    // Histories in which nothing happens would prove nothing.
    let enough = seen.paid >= 2 * seeds && seen.declined >= seeds / 5 && seen.crashes >= seeds / 2;
    let ended = seen.debts >= seeds / 4 && seen.closed >= seeds / 4 && seen.refunds >= seeds / 4;
    let collected = seen.invoiced >= seeds / 10 && seen.lifted >= seeds / 60;
    let used = seen.conflicts >= seeds && seen.rated >= 8 * seeds && seen.restored >= seeds / 10;
    assert!(one.is_some() || (enough && ended && collected && used), "{seen:?}");
}

#[test]
fn on_the_component_a_seed_is_the_same_history() {
    quietly();
    let run = |rules: &Arc<dyn RulesRuntime>, seed| {
        coinbox_simulation::run(rules, seed, OPERATIONS).unwrap_or_else(|failure| panic!("{failure}"))
    };
    let (native, component) = (native(), component());
    for seed in 1001..1007 {
        assert_eq!(run(&component, seed), run(&native, seed), "seed {seed}: the same bytes");
    }
}
