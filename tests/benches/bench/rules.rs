//! The component against the same rules as native code: changes are handed over and thrown away.

use crate::figures::Rounds;
use crate::native::Native;
use crate::world::{self, Dice, Sources};
use anyhow::{Context, Result, ensure};
use coinbox_host::capability::{Capabilities, Random};
use coinbox_host::clock::SimulatedClock;
use coinbox_host::columns;
use coinbox_host::contract::exported::usage::{EventColumns, UsageEvent};
use coinbox_host::engine::RulesRuntime;
use coinbox_host::engine::{CallContext, Class, Engine, InstancePolicy, Limits, Options, RulesSlot};
use coinbox_host::storage::{Changes, Durable, View};
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
    Columns(EventColumns),
    /// Arguments in JSON form.
    Quote(Value),
}

impl Work {
    /// The same events in both forms.
    fn forms(events: Vec<UsageEvent>) -> Result<[(&'static str, Work); 2]> {
        let columns = columns::of(&events).context("few products")?;
        Ok([("as a list", Work::Batch(events)), ("as columns", Work::Columns(columns))])
    }
}

/// What one form of a call took, in µs: natively, and by way of running the component.
struct Measured {
    native: Rounds,
    guests: Vec<Rounds>,
}

impl Bench {
    fn native(&self, work: &Work, calls: u32) -> Result<f64> {
        let caller = world::operator_for("usage.record-events");
        let begun = Instant::now();
        for _ in 0..calls {
            match work {
                Work::Batch(events) => {
                    let (answer, changes) = self.native.record_events(&*self.view, &self.capabilities, &caller, events);
                    all_rated(answer.answers.len(), events.len(), &changes)?;
                }
                Work::Columns(columns) => {
                    let (answer, changes) =
                        self.native.record_columns(&*self.view, &self.capabilities, &caller, columns);
                    all_rated(answer.fates.len(), columns.used.len(), &changes)?;
                }
                Work::Quote(arguments) => {
                    let wanted = &arguments["event"];
                    let who = world::operator_for("usage.quote-event");
                    let quote = self.native.quote_event(&*self.view, &self.capabilities, &who, wanted);
                    ensure!(quote.get("amount").is_some(), "the rules have a price");
                }
            }
        }
        Ok(begun.elapsed().as_secs_f64() / f64::from(calls))
    }

    fn guest(&mut self, index: usize, work: &Work, calls: u32) -> Result<f64> {
        let caller = world::operator_for("usage.record-events");
        let guest = &mut self.guests[index];
        let begun = Instant::now();
        for _ in 0..calls {
            let class = if matches!(work, Work::Quote(_)) { Class::Query } else { Class::Command };
            let (view, now) = (Some(self.view.clone()), self.capabilities.clock.now());
            let context = CallContext { class, view, capabilities: &self.capabilities, now };
            let slot = Some(&mut guest.slot);
            match work {
                Work::Batch(events) => {
                    let outcome = guest.engine.record_events(slot, context, &caller, events);
                    let answer = outcome.answer?.ok().context("the rules accept the batch")?;
                    all_rated(answer.answers.len(), events.len(), &outcome.changes.context("changes")?)?;
                }
                Work::Columns(columns) => {
                    let outcome = guest.engine.record_columns(slot, context, &caller, columns);
                    let answer = outcome.answer?.ok().context("the rules accept the columns")?;
                    all_rated(answer.fates.len(), columns.used.len(), &outcome.changes.context("changes")?)?;
                }
                Work::Quote(arguments) => {
                    let answer = guest.engine.call(slot, context, "usage.quote-event", arguments);
                    ensure!(answer.answer?.get("ok").is_some(), "the rules have a price");
                }
            }
        }
        Ok(begun.elapsed().as_secs_f64() / f64::from(calls))
    }

    /// Both sides and both forms do the same work: same changes, byte for byte.
    fn check_equal(&mut self, events: &[UsageEvent], columns: &EventColumns) -> Result<()> {
        let caller = world::operator_for("usage.record-events");
        let (_, expected) = self.native.record_events(&*self.view, &self.capabilities, &caller, events);
        let (_, native) = self.native.record_columns(&*self.view, &self.capabilities, &caller, columns);
        ensure!(native == expected, "native: columns change something else than a list");
        for guest in &mut self.guests {
            for as_columns in [false, true] {
                let (view, now) = (Some(self.view.clone()), self.capabilities.clock.now());
                let context = CallContext { class: Class::Command, view, capabilities: &self.capabilities, now };
                let slot = Some(&mut guest.slot);
                let changes = if as_columns {
                    let outcome = guest.engine.record_columns(slot, context, &caller, columns);
                    outcome.answer?.ok().context("the rules accept the columns")?;
                    outcome.changes
                } else {
                    let outcome = guest.engine.record_events(slot, context, &caller, events);
                    outcome.answer?.ok().context("the rules accept the batch")?;
                    outcome.changes
                };
                let changes = changes.context("the batch changes something")?;
                ensure!(changes.puts == expected.puts, "{}: other entries than the native rules", guest.name);
                ensure!(changes.lines == expected.lines, "{}: other feed lines than the native rules", guest.name);
            }
        }
        Ok(())
    }

    /// Measures all forms of a call in the same rounds, each natively and in the component.
    fn compare(&mut self, title: &str, forms: &[(&str, Work)], events: f64, calls: u32, rounds: u32) -> Result<()> {
        if let [(_, Work::Batch(events)), (_, Work::Columns(columns))] = forms {
            self.check_equal(events, columns)?;
        }
        let guests = self.guests.len();
        let none = || Measured { native: Rounds::default(), guests: vec![Rounds::default(); guests] };
        let mut measured: Vec<Measured> = forms.iter().map(|_| none()).collect();
        for (_, work) in forms {
            self.native(work, 1 + calls / 10)?;
            for index in 0..guests {
                self.guest(index, work, 1 + calls / 10)?;
            }
        }
        for _ in 0..rounds {
            for ((_, work), measured) in forms.iter().zip(&mut measured) {
                measured.native.add(self.native(work, calls)? * 1e6 / events);
                for (index, rounds) in measured.guests.iter_mut().enumerate() {
                    rounds.add(self.guest(index, work, calls)? * 1e6 / events);
                }
            }
        }
        println!("\n{title}");
        println!("  {:<24}{:<12}{:>26}{:>24}", "", "", "µs an event", "ratio to native");
        for ((form, _), measured) in forms.iter().zip(&measured) {
            println!("  {:<24}{form:<12}{:>26}", "native", measured.native);
        }
        for (index, guest) in self.guests.iter().enumerate() {
            for ((form, _), Measured { native, guests }) in forms.iter().zip(&measured) {
                let rounds = &guests[index];
                println!("  {:<24}{form:<12}{rounds:>26}{:>24}", guest.name, rounds.over(native));
            }
        }
        Ok(())
    }
}

fn all_rated(answers: usize, events: usize, changes: &Changes) -> Result<()> {
    ensure!(answers == events && changes.puts.len() > events, "all were rated");
    Ok(())
}

/// Compares rating, single events and full batches.
pub(crate) fn run(wasm: &[u8], base: &dyn Durable, sources: &Sources, rounds: u32) -> Result<()> {
    let memory = world::memory_copy(&*base.snapshot()?)?;
    let now = world::now_ms();
    // Nothing that differs from call to call.
    let capabilities =
        Capabilities { clock: Arc::new(SimulatedClock::new(now)), random: Arc::new(Always), ..world::capabilities()? };
    let mut bench =
        Bench { view: Arc::from(memory.snapshot()?), capabilities, native: Native::default(), guests: guests(wasm)? };
    let mut dice = Dice::new(2);
    let batch = |count: usize, sources: &[String], dice: &mut Dice| {
        Work::forms((0..count).map(|_| world::event(dice, sources, now)).collect())
    };
    let full = batch(1000, &sources.spread[..1000], &mut dice)?;
    bench.compare("usage events, 1000 over 1000 accounts (changes thrown away)", &full, 1000.0, 20, rounds)?;
    let hot = batch(1000, &sources.hot, &mut dice)?;
    bench.compare("usage events, 1000 of one parent's sub-accounts", &hot, 1000.0, 20, rounds)?;
    let single = batch(1, &sources.spread, &mut dice)?;
    bench.compare("usage events, one in a call", &single, 1.0, 1000, rounds)?;
    let event = coinbox_host::json::to_value(&world::event(&mut dice, &sources.spread, now))?;
    let caller = coinbox_host::json::to_value(&world::operator_for("usage.quote-event"))?;
    let quote = [("", Work::Quote(json!({"caller": caller, "event": event})))];
    bench.compare(
        "usage.quote-event (rating alone; arguments and answer in JSON on both sides)",
        &quote,
        1.0,
        1000,
        rounds,
    )?;
    Ok(())
}
