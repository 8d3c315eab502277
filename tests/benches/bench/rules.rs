//! The component against the same rules as native code: changes are handed over and thrown away.

use crate::figures::Rounds;
use crate::native::Native;
use crate::world::{self, Dice, Sources};
use anyhow::{Context, Result, ensure};
use coinbox_host::capability::{Capabilities, Random};
use coinbox_host::clock::SimulatedClock;
use coinbox_host::contract::exported::usage::UsageEvent;
use coinbox_host::engine::RulesRuntime;
use coinbox_host::engine::{CallContext, Class, Engine, InstancePolicy, Limits, Options, RulesSlot};
use coinbox_host::storage::{Durable, View};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// One way of running the component.
struct Guest {
    name: &'static str,
    engine: Engine,
    slot: RulesSlot,
}

fn guests(wasm: &[u8]) -> Result<Vec<Guest>> {
    let load = |name, instances, deadline| -> Result<Guest> {
        let limits = Limits { deadline, ..Limits::default() };
        let options = Options { limits, instances, ..Options::default() };
        Ok(Guest { name, engine: Engine::load(wasm, &options)?, slot: RulesSlot::default() })
    };
    Ok(vec![
        load("wasm warm, epochs", InstancePolicy::default(), true)?,
        load("wasm warm, no epochs", InstancePolicy::default(), false)?,
        load("wasm fresh, epochs", InstancePolicy::Fresh, true)?,
        load("wasm fresh, no epochs", InstancePolicy::Fresh, false)?,
    ])
}

struct Bench {
    view: Arc<dyn View>,
    capabilities: Capabilities,
    native: Native,
    guests: Vec<Guest>,
}

/// The same bytes at every call.
struct Always;

impl Random for Always {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// What one call does.
enum Work {
    Batch(Vec<UsageEvent>),
    /// Arguments in JSON form.
    Quote(Value),
}

impl Bench {
    fn native(&self, work: &Work, calls: u32) -> Result<f64> {
        let caller = world::operator();
        let begun = Instant::now();
        for _ in 0..calls {
            match work {
                Work::Batch(events) => {
                    let (answer, changes) = self.native.record_events(&*self.view, &self.capabilities, &caller, events);
                    ensure!(
                        answer.answers.len() == events.len() && changes.puts.len() > events.len(),
                        "all were rated"
                    );
                }
                Work::Quote(arguments) => {
                    let wanted = &arguments["event"];
                    let quote = self.native.quote_event(&*self.view, &self.capabilities, &caller, wanted);
                    ensure!(quote.get("amount").is_some(), "the rules have a price");
                }
            }
        }
        Ok(begun.elapsed().as_secs_f64() / f64::from(calls))
    }

    fn guest(&mut self, index: usize, work: &Work, calls: u32) -> Result<f64> {
        let caller = world::operator();
        let guest = &mut self.guests[index];
        let begun = Instant::now();
        for _ in 0..calls {
            let view = Some(self.view.clone());
            let now = self.capabilities.clock.now();
            match work {
                Work::Batch(events) => {
                    let context = CallContext { class: Class::Command, view, capabilities: &self.capabilities, now };
                    let outcome = guest.engine.record_events(Some(&mut guest.slot), context, &caller, events);
                    let answer = outcome.answer?.ok().context("the rules accept the batch")?;
                    let changes = outcome.changes.context("the batch changes something")?;
                    ensure!(
                        answer.answers.len() == events.len() && changes.puts.len() > events.len(),
                        "all were rated"
                    );
                }
                Work::Quote(arguments) => {
                    let context = CallContext { class: Class::Query, view, capabilities: &self.capabilities, now };
                    let answer = guest.engine.call(Some(&mut guest.slot), context, "usage.quote-event", arguments);
                    ensure!(answer.answer?.get("ok").is_some(), "the rules have a price");
                }
            }
        }
        Ok(begun.elapsed().as_secs_f64() / f64::from(calls))
    }

    /// Both sides do the same work: same answer's size, same changes, byte for byte.
    fn check_equal(&mut self, events: &[UsageEvent]) -> Result<()> {
        let caller = world::operator();
        let (_, expected) = self.native.record_events(&*self.view, &self.capabilities, &caller, events);
        for guest in &mut self.guests {
            let (view, now) = (Some(self.view.clone()), self.capabilities.clock.now());
            let context = CallContext { class: Class::Command, view, capabilities: &self.capabilities, now };
            let outcome = guest.engine.record_events(Some(&mut guest.slot), context, &caller, events);
            outcome.answer?.ok().context("the rules accept the batch")?;
            let changes = outcome.changes.context("the batch changes something")?;
            ensure!(changes.puts == expected.puts, "{}: other entries than the native rules", guest.name);
            ensure!(changes.lines == expected.lines, "{}: other feed lines than the native rules", guest.name);
        }
        Ok(())
    }

    fn compare(&mut self, title: &str, work: &Work, events: f64, calls: u32, rounds: u32) -> Result<()> {
        let mut native = Rounds::default();
        let mut guests = vec![Rounds::default(); self.guests.len()];
        if let Work::Batch(events) = work {
            self.check_equal(events)?;
        }
        self.native(work, 1 + calls / 10)?;
        for index in 0..self.guests.len() {
            self.guest(index, work, 1 + calls / 10)?;
        }
        for _ in 0..rounds {
            native.add(self.native(work, calls)? * 1e6 / events);
            for (index, measured) in guests.iter_mut().enumerate() {
                measured.add(self.guest(index, work, calls)? * 1e6 / events);
            }
        }
        println!("\n{title}");
        println!("  {:<24}{:>26}{:>24}", "", "µs an event", "ratio to native");
        println!("  {:<24}{native:>26}", "native");
        for (guest, measured) in self.guests.iter().zip(&guests) {
            println!("  {:<24}{measured:>26}{:>24}", guest.name, measured.over(&native));
        }
        Ok(())
    }
}

/// Compares rating, single events and full batches.
pub fn run(wasm: &[u8], base: &dyn Durable, sources: &Sources, rounds: u32) -> Result<()> {
    let memory = world::memory_copy(&*base.snapshot()?)?;
    let now = world::now_ms();
    // Nothing that differs from call to call.
    let capabilities =
        Capabilities { clock: Arc::new(SimulatedClock::new(now)), random: Arc::new(Always), ..world::capabilities()? };
    let mut bench =
        Bench { view: Arc::from(memory.snapshot()?), capabilities, native: Native::default(), guests: guests(wasm)? };
    let mut dice = Dice::new(2);
    let batch = |count: usize, sources: &[String], dice: &mut Dice| {
        Work::Batch((0..count).map(|_| world::event(dice, sources, now)).collect())
    };
    let full = batch(1000, &sources.spread[..1000], &mut dice);
    bench.compare(
        "usage.record-events, 1000 events over 1000 accounts (changes thrown away)",
        &full,
        1000.0,
        20,
        rounds,
    )?;
    let hot = batch(1000, &sources.hot, &mut dice);
    bench.compare("usage.record-events, 1000 events of one parent's sub-accounts", &hot, 1000.0, 20, rounds)?;
    let single = batch(1, &sources.spread, &mut dice);
    bench.compare("usage.record-events, one event", &single, 1.0, 1000, rounds)?;
    let event = coinbox_host::json::to_value(&world::event(&mut dice, &sources.spread, now))?;
    let caller = coinbox_host::json::to_value(&world::operator())?;
    let quote = Work::Quote(json!({"caller": caller, "event": event}));
    bench.compare(
        "usage.quote-event (rating alone; arguments and answer in JSON on both sides)",
        &quote,
        1.0,
        1000,
        rounds,
    )?;
    Ok(())
}
