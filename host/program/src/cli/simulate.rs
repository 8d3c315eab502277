//! `coinbox simulate`: random histories of the real rules against an independent model, seed after seed.

use super::arguments::Simulate;
use super::show::{Output, Rows, Text};
use crate::config::Config;
use coinbox_host::capability::Random;
use coinbox_host::engine::RulesRuntime;
use coinbox_host::random::SystemRandom;
use coinbox_simulation::{DigestBook, Failure, Outcome, Seen};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Runs the command. A history that does not keep to the model is this command's failure.
pub(crate) fn run(config: &Config, output: &Output, arguments: &Simulate) -> anyhow::Result<()> {
    let rules: Arc<dyn RulesRuntime> = Arc::new(crate::open::load_engine_only(config)?);
    if arguments.three_years {
        return super::three_years::run(&rules, output, arguments);
    }
    let seed = arguments.seed.unwrap_or_else(drawn_seed);
    if arguments.seed.is_none() {
        output.note(&format!("from seed {seed}"));
    }
    if let Some(path) = &arguments.digests {
        // Said before hours of work, not after them.
        write_book(&DigestBook::default(), path)?;
    }
    if !arguments.only.is_empty() {
        let known = arguments.only.iter().all(|place| *place < arguments.operations);
        anyhow::ensure!(known, "--only: 0 to {}, or a higher --operations", arguments.operations - 1);
        return one(output, seed, coinbox_simulation::replay(&rules, seed, arguments.operations, &arguments.only));
    }
    let alone = arguments.seed.is_some() && arguments.duration.is_none();
    match arguments.seeds.or(alone.then_some(1)) {
        Some(1) if arguments.digests.is_none() => {
            one(output, seed, coinbox_simulation::run(&rules, seed, arguments.operations))
        }
        seeds => many(&rules, output, arguments, seed, seeds),
    }
}

fn write_book(book: &DigestBook, path: &Path) -> anyhow::Result<()> {
    book.write(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
}

/// Few enough digits to be typed again.
fn drawn_seed() -> u64 {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    u64::from_le_bytes(bytes) % RANDOM_SEEDS
}

fn one(output: &Output, seed: u64, outcome: Result<Outcome, Box<Failure>>) -> anyhow::Result<()> {
    let outcome = outcome.map_err(|failure| failed(output, &failure))?;
    let mut shown = shown(outcome.seen);
    shown["seed"] = seed.into();
    shown["digest"] = outcome.digests.whole().into();
    output.answer(&shown, table)
}

fn shown(seen: Seen) -> Value {
    json!({"operations": seen.operations, "payments": seen.paid, "declined": seen.declined, "events": seen.rated, "mails": seen.mails,
        "crashes": seen.crashes, "conflicts": seen.conflicts})
}

fn table(shown: &Value) -> Text {
    let fields = shown.as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Text::Table(Rows::of_fields(fields.map(|(name, value)| (name.as_str(), text(value))).collect()))
}

fn failed(output: &Output, failure: &Failure) -> anyhow::Error {
    if output.is_json() {
        let operations: Vec<Value> = failure
            .shortest
            .iter()
            .map(|(place, operation)| json!({"place": place, "operation": format!("{operation:?}")}))
            .collect();
        let shown = json!({"seed": failure.seed, "step": failure.step, "problem": failure.problem,
            "prefix": failure.prefix, "operations": operations, "shortest-problem": failure.shortest_problem});
        if let Err(error) = output.line(&shown.to_string()) {
            return error;
        }
    }
    anyhow::anyhow!("{failure}")
}

/// What several threads work on.
struct Work {
    rules: Arc<dyn RulesRuntime>,
    operations: usize,
    next: AtomicU64,
    /// Behind the last seed, where there is one.
    end: Option<u64>,
    until: Option<Instant>,
    stop: AtomicBool,
    seen: Mutex<(Seen, u64, Option<Box<Failure>>)>,
    book: DigestBook,
    bar: ProgressBar,
    started: Instant,
}

impl Work {
    fn run(&self) {
        while !self.stop.load(Ordering::SeqCst) && self.until.is_none_or(|until| Instant::now() < until) {
            let seed = self.next.fetch_add(1, Ordering::SeqCst);
            if self.end.is_some_and(|end| seed >= end) {
                return;
            }
            let outcome = coinbox_simulation::run(&self.rules, seed, self.operations);
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok(outcome) => {
                    seen.0.add(outcome.seen);
                    self.book.note_seed(seed, outcome.digests);
                    seen.1 += 1;
                    self.bar.inc(1);
                    self.bar.set_message(format!("{:.1} seeds/s", per_second(seen.1, self.started.elapsed())));
                }
                Err(failure) => {
                    // Of several that fail at once the first seed is the one to tell.
                    let earlier = seen.2.as_ref().is_some_and(|known| known.seed < failure.seed);
                    if !earlier {
                        seen.2 = Some(failure);
                    }
                    self.stop.store(true, Ordering::SeqCst);
                }
            }
        }
    }
}

fn per_second(seeds: u64, elapsed: Duration) -> f64 {
    seeds as f64 / elapsed.as_secs_f64().max(0.001)
}

fn many(
    rules: &Arc<dyn RulesRuntime>,
    output: &Output,
    arguments: &Simulate,
    seed: u64,
    seeds: Option<u64>,
) -> anyhow::Result<()> {
    let threads = arguments.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let duration = arguments.duration.as_deref().map(coinbox_host::text::duration_ms).transpose()?;
    let started = Instant::now();
    let until = duration.map(|ms| started + Duration::from_millis(ms.unsigned_abs()));
    let seeds = seeds.or(until.is_none().then_some(DEFAULT_SEEDS));
    let bar = match seeds {
        Some(seeds) => ProgressBar::new(seeds),
        None => ProgressBar::new_spinner(),
    };
    bar.set_style(ProgressStyle::with_template("{elapsed_precise} {wide_bar} {pos} {msg}")?);
    let work = Work {
        rules: rules.clone(),
        operations: arguments.operations,
        next: AtomicU64::new(seed),
        end: seeds.map(|seeds| seed.saturating_add(seeds)),
        until,
        stop: AtomicBool::new(false),
        seen: Mutex::default(),
        book: DigestBook::default(),
        bar,
        started,
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| work.run());
        }
    });
    work.bar.finish_and_clear();
    let (seen, done, failure) = work.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(failure) = failure {
        return Err(failed(output, &failure));
    }
    if let Some(path) = &arguments.digests {
        write_book(&work.book, path)?;
    }
    let mut shown = shown(seen);
    shown["seeds"] = done.into();
    shown["first-seed"] = seed.into();
    shown["seeds-per-second"] = json!((per_second(done, started.elapsed()) * 10.0).round() / 10.0);
    output.answer(&shown, table)
}

/// A seed that is drawn is below this.
const RANDOM_SEEDS: u64 = 1_000_000_000;
/// Seeds where neither a number nor a duration is given.
const DEFAULT_SEEDS: u64 = 100;
