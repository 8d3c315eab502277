//! Benchmarks: ratios, measured side by side in one run. Nothing is asserted about time.
//!
//! `make bench` runs all of them; words name some (`rules`, `host`, `hot`, `http`, `month`), `--rounds N` says how often (5), `--quick` makes each
//! round a tenth as long. `--build DIR` and `--month-build DIR` only build the store that rounds begin with; `--host-sqlite DIR` then serves it and measures
//! what it is told on standard input (`BATCH CLIENTS EVENTS HOT`): for profiling.
#![allow(missing_docs)]

mod figures;
mod floor;
mod host;
mod http;
mod month;
mod native;
mod people;
mod rules;
mod world;

use anyhow::{Context, Result};
use coinbox_host::engine::{Engine, Options};
use coinbox_host::storage::sqlite::{Sqlite, SqliteOptions};
use coinbox_tests::components;
use figures::Rounds;
use floor::Floor;
use host::{Host, Load};
use std::path::Path;
use std::sync::Arc;

struct Plan {
    words: Vec<String>,
    rounds: u32,
    shorter: usize,
}

impl Plan {
    fn wants(&self, word: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|wanted| wanted == word)
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut plan = Plan { words: Vec::new(), rounds: 5, shorter: 1 };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--host-sqlite" | "--host-memory" => {
                let directory = arguments.next().context("a directory")?;
                return host::serve(Path::new(&directory), argument == "--host-memory", components::rules());
            }
            "--build" => {
                let directory = arguments.next().context("a directory")?;
                let engine = Arc::new(Engine::load(components::rules(), &Options::default())?);
                let sources = world::build(engine, Path::new(&directory))?;
                return host::write_sources(Path::new(&directory), &sources);
            }
            "--month-build" => {
                let directory = arguments.next().context("a directory")?;
                let engine = Arc::new(Engine::load(components::rules(), &Options::default())?);
                return month::build(engine, Path::new(&directory), month::ACCOUNTS / plan.shorter);
            }
            "--month-native" | "--month-component" => {
                let directory = arguments.next().context("a directory")?;
                return month::serve(Path::new(&directory), argument == "--month-native", components::rules());
            }
            "--host-http" => {
                return http::serve(Path::new(&arguments.next().context("a directory")?), components::rules());
            }
            "--rounds" => plan.rounds = arguments.next().context("a number")?.parse()?,
            "--quick" => plan.shorter = 10,
            // What cargo adds by itself.
            "--bench" => {}
            word => plan.words.push(word.to_owned()),
        }
    }
    let scratch = tempfile::Builder::new().prefix("coinbox-bench").tempdir_in(components::repository("target"))?;
    println!("machine: {}", figures::machine());
    println!("{} rounds, interleaved; median (lowest–highest)", plan.rounds);
    if plan.wants("month") {
        month::run(components::rules(), scratch.path(), month::ACCOUNTS / plan.shorter, plan.rounds)?;
        if plan.words.len() == 1 {
            return Ok(());
        }
    }
    let base = scratch.path().join("base");
    let engine = Arc::new(Engine::load(components::rules(), &Options::default())?);
    let sources = world::build(engine, &base)?;
    host::write_sources(&base, &sources)?;
    println!("store: {} accounts, {} old events", world::ACCOUNTS, world::OLD_EVENTS);
    if plan.wants("rules") {
        rules::run(components::rules(), &Sqlite::open(&base, SqliteOptions::default())?, &sources, plan.rounds)?;
    }
    if plan.wants("host") || plan.wants("hot") {
        whole_host(&plan, scratch.path(), &base, &sources)?;
    }
    if plan.wants("http") {
        let directory = copy(scratch.path(), &base, "http", &sources)?;
        http::run(&directory, 20_000 / plan.shorter, plan.rounds)?;
    }
    Ok(())
}

fn copy(scratch: &Path, base: &Path, name: &str, sources: &world::Sources) -> Result<std::path::PathBuf> {
    let directory = scratch.join(name);
    world::copy_store(base, &directory)?;
    host::write_sources(&directory, sources)?;
    Ok(directory)
}

/// Events a second through the whole host, beside the floor and beside memory storage.
fn whole_host(plan: &Plan, scratch: &Path, base: &Path, sources: &world::Sources) -> Result<()> {
    let store = Sqlite::open(base, SqliteOptions::default())?;
    let capabilities = world::capabilities()?;
    let mut floor = Floor::open(&copy(scratch, base, "floor", sources)?, &store, &capabilities, sources)?;
    drop(store);
    let mut sqlite = Host::start(&copy(scratch, base, "sqlite", sources)?, false)?;
    let mut memory = Host::start(&copy(scratch, base, "memory", sources)?, true)?;
    let load = |batch, clients, events: usize, hot| Load { batch, clients, events: events / plan.shorter, hot };
    if plan.wants("host") {
        // Batch, clients, events; the floor's calls in a transaction and events in a call.
        let loads = [
            (load(1, 64, 16_000, false), 64, 1),
            (load(100, 8, 80_000, false), 1, 100),
            (load(1000, 4, 160_000, false), 1, 1000),
            (load(8000, 2, 160_000, false), 8, 1000),
        ];
        let mut figures: Vec<[Rounds; 4]> = loads.iter().map(|_| Default::default()).collect();
        for _ in 0..plan.rounds {
            for ((load, calls, events), [floors, hosts, alone, memories]) in loads.iter().zip(&mut figures) {
                floors.add(floor.run(*calls, *events, (load.events / calls / events).max(1))?);
                hosts.add(sqlite.run(*load)?);
                alone.add(sqlite.run(Load {
                    clients: 1,
                    events: load.events / if load.batch == 1 { 16 } else { 1 },
                    ..*load
                })?);
                memories.add(memory.run(*load)?);
            }
        }
        println!("\nrated events a second, durable, over {} accounts at random", world::ACCOUNTS);
        println!(
            "  {:<22}{:>24}{:>24}{:>20}{:>24}{:>24}",
            "batch × clients", "raw SQLite floor", "whole host", "of the floor", "host, one client", "host, memory"
        );
        for ((load, ..), [floors, hosts, alone, memories]) in loads.iter().zip(&figures) {
            let name = format!("{} × {}", load.batch, load.clients);
            println!("  {name:<22}{floors:>24}{hosts:>24}{:>20}{alone:>24}{memories:>24}", hosts.over(floors));
        }
    }
    if plan.wants("hot") {
        let loads = [load(1, 64, 16_000, false), load(1000, 4, 160_000, false)];
        let mut figures = [(Rounds::default(), Rounds::default()), (Rounds::default(), Rounds::default())];
        for _ in 0..plan.rounds {
            for (load, (spread, hot)) in loads.iter().zip(&mut figures) {
                spread.add(sqlite.run(*load)?);
                hot.add(sqlite.run(Load { hot: true, ..*load })?);
            }
        }
        println!(
            "\none parent with {} sub-accounts against {} accounts, events a second",
            world::HOT_SUBACCOUNTS,
            world::ACCOUNTS
        );
        println!("  {:<22}{:>24}{:>24}{:>20}", "batch × clients", "spread", "one hot wallet", "ratio");
        for (load, (spread, hot)) in loads.iter().zip(&figures) {
            let name = format!("{} × {}", load.batch, load.clients);
            println!("  {name:<22}{spread:>24}{hot:>24}{:>20}", hot.over(spread));
        }
    }
    println!(
        "\nmost resident memory, events of the load generator included: host on SQLite {:.0} MB, host in memory {:.0} MB",
        sqlite.resident_mb(),
        memory.resident_mb()
    );
    sqlite.stop()?;
    memory.stop()
}
