//! The whole host in a process of its own, so that its memory is its own too: told what to do line by line.

use crate::figures::resident_mb;
use crate::world::{self, Dice, Sources, join_all};
use anyhow::{Context, Result, bail, ensure};
use coinbox_host::coinbox::{Coinbox, StoreChoice};
use coinbox_host::contract::exported::usage::{EventAnswer, UsageEvent};
use coinbox_host::engine::{Engine, Options};
use coinbox_host::storage::Durable;
use coinbox_host::storage::sqlite::{Sqlite, SqliteOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

/// Largest batch of one call; the host splits larger ones.
const CALL_EVENTS_MAX: usize = 1000;

/// One measurement.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// Events that a client sends at once.
    pub batch: usize,
    /// Clients that send one batch after another.
    pub clients: usize,
    /// Events in all.
    pub events: usize,
    /// Whether all are of one parent's sub-accounts.
    pub hot: bool,
}

/// The other process.
pub(crate) struct Host {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Host {
    /// Starts this program again over a store directory; with `memory` only its content is used.
    pub(crate) fn start(directory: &Path, memory: bool) -> Result<Host> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(if memory { "--host-memory" } else { "--host-sqlite" }).arg(directory);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().context("a pipe")?;
        let output = BufReader::new(child.stdout.take().context("a pipe")?);
        let mut host = Host { child, input, output };
        host.answer().context("the host did not start")?;
        Ok(host)
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(line.ends_with('\n'), "the host has ended");
        Ok(line.trim().to_owned())
    }

    /// Events a second.
    pub(crate) fn run(&mut self, load: Load) -> Result<f64> {
        writeln!(self.input, "{} {} {} {}", load.batch, load.clients, load.events, load.hot)?;
        Ok(self.answer()?.parse()?)
    }

    /// Most resident memory so far, in MB.
    pub(crate) fn resident_mb(&self) -> f64 {
        resident_mb(&self.child.id().to_string())
    }

    /// Ends it in order.
    pub(crate) fn stop(mut self) -> Result<()> {
        drop(self.input);
        ensure!(self.child.wait()?.success(), "the host failed");
        Ok(())
    }
}

/// What the other process does.
pub(crate) fn serve(directory: &Path, memory: bool, wasm: &[u8]) -> Result<()> {
    let cache = Some(coinbox_tests::components::repository("target/component/cache"));
    let engine = Arc::new(Engine::load(wasm, &Options { cache, ..Options::default() })?);
    let store = if memory {
        let base = Sqlite::open(directory, SqliteOptions::default())?;
        StoreChoice::Own(Arc::new(world::memory_copy(&*base.snapshot()?)?))
    } else {
        StoreChoice::Sqlite(directory.to_owned())
    };
    let host = world::open(engine, store)?;
    let sources = read_sources(directory)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    let mut dice = Dice::new(u64::try_from(world::now_ms())?);
    println!("ready");
    for line in std::io::stdin().lines() {
        let line = line?;
        let [batch, clients, events, hot] = line.split(' ').collect::<Vec<_>>()[..] else {
            bail!("four words: {line}")
        };
        let load =
            Load { batch: batch.parse()?, clients: clients.parse()?, events: events.parse()?, hot: hot.parse()? };
        let rate = runtime.block_on(measure(&host, load, &sources, &mut dice))?;
        println!("{rate}");
    }
    host.stop()?;
    Ok(())
}

async fn measure(host: &Coinbox, load: Load, sources: &Sources, dice: &mut Dice) -> Result<f64> {
    let sources = if load.hot { &sources.hot } else { &sources.spread };
    let now = world::now_ms();
    let rounds = (load.events / load.clients / load.batch).max(1);
    let mut work: Vec<Vec<Vec<UsageEvent>>> = (0..load.clients)
        .map(|_| (0..rounds).map(|_| (0..load.batch).map(|_| world::event(dice, sources, now)).collect()).collect())
        .collect();
    let begun = Instant::now();
    let clients = work.drain(..).map(|batches| {
        let host = host.clone();
        tokio::spawn(async move {
            for batch in batches {
                send(&host, batch).await?;
            }
            anyhow::Ok(())
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await??;
    }
    Ok((rounds * load.clients * load.batch) as f64 / begun.elapsed().as_secs_f64())
}

/// Sends one batch in calls of at most 1000 events, and waits until all of it is safe.
async fn send(host: &Coinbox, batch: Vec<UsageEvent>) -> Result<()> {
    let mut parts = Vec::new();
    let mut rest = batch;
    while rest.len() > CALL_EVENTS_MAX {
        let tail = rest.split_off(CALL_EVENTS_MAX);
        parts.push(rest);
        rest = tail;
    }
    parts.push(rest);
    let calls = parts.into_iter().map(|events| host.record_events_async(world::operator(), events)).collect();
    for answer in join_all(calls).await {
        let answer = answer?.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let rated = answer.answers.iter().filter(|answer| matches!(answer, EventAnswer::Rated(_))).count();
        ensure!(rated == answer.answers.len(), "every event is new and has a price: {:?}", answer.answers.first());
    }
    Ok(())
}

/// Notes who events are for beside the store.
pub(crate) fn write_sources(directory: &Path, sources: &Sources) -> Result<()> {
    std::fs::write(
        directory.join("sources.json"),
        serde_json::to_vec(&(&sources.spread, &sources.tokens, &sources.hot))?,
    )?;
    Ok(())
}

/// Reads what [`write_sources`] has noted.
pub(crate) fn read_sources(directory: &Path) -> Result<Sources> {
    let (spread, tokens, hot) = serde_json::from_slice(&std::fs::read(directory.join("sources.json"))?)?;
    Ok(Sources { spread, tokens, hot })
}
