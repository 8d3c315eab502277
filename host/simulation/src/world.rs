//! The world around a simulated host: what survives when the host dies, the host itself, and time.

use super::conflict::Conflicting;
use super::digests::Left;
use super::fuse::{Fuse, FusedRules, FusedStore, fused};
use super::machine::Machine;
use anyhow::{Context, Result, bail, ensure};
use coinbox_host::admission::Buckets;
use coinbox_host::capability::Capabilities;
use coinbox_host::clock::{GuardSettings, GuardedClock, SimulatedClock};
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::engine::RulesRuntime;
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::random::SeededRandom;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::storage::memory::Memory;
use coinbox_host::storage::sqlite::{Sqlite, SqliteOptions};
use coinbox_host::storage::{Direction, Durable, View};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::vault::{KeyRing, KeyVault};
use coinbox_mail::RecordingMailer;
use coinbox_operations::local::Local;
use coinbox_operations::metrics::Metrics;
use coinbox_operations::running::Running;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// How often one operation may be begun again after a crash: a crash is ordered once, so more is a defect.
const CRASHES_MAX: u32 = 10;
/// The moments that one advance may stop at.
const MOMENTS_MAX: u64 = 1_000_000;

/// Where a simulated store lies.
#[derive(Clone, Debug)]
pub enum Keeping {
    /// In memory, which survives a simulated crash.
    Memory,
    /// In an SQLite store in this directory.
    Sqlite(PathBuf),
}

/// Entries or lines of the feed that are read at once.
const PAGE: u32 = coinbox_host::storage::PAGE_ENTRIES_MAX;

/// Everything that outlives a host, and the host of now.
pub struct World {
    /// Moved by hand.
    pub clock: Arc<SimulatedClock>,
    /// What hosts read the time from: right, or wrong for a while.
    pub machine: Arc<Machine>,
    /// Keeps its book over every crash.
    pub gateway: Arc<Sandbox>,
    /// Keeps every mail.
    pub mailer: Arc<RecordingMailer>,
    /// Keeps every order to end calls.
    pub telephony: Arc<RecordingTelephony>,
    /// Keeps the numbers that are rented.
    pub stock: Arc<MemoryInventory>,
    /// Makes commands run twice.
    pub conflicts: Arc<Conflicting>,
    random: Arc<SeededRandom>,
    vault: Arc<KeyVault>,
    keeping: Keeping,
    /// One of the two, by the seed: what a simulation leaves does not depend on it.
    effects: EffectDoor,
    /// A store in memory is the same one after a crash.
    memory: Option<Arc<Memory>>,
    store: Option<Arc<dyn Durable>>,
    fuse: Arc<Fuse>,
    host: Option<Coinbox>,
    /// Places where the host died.
    pub crashes: Vec<String>,
}

impl World {
    /// A new world with an empty store, at a moment. The seed is that of the host's random bytes.
    pub fn new(runtime: Arc<dyn RulesRuntime>, keeping: Keeping, seed: u64, start: i64) -> Result<World> {
        let clock = Arc::new(SimulatedClock::new(start));
        let random = Arc::new(SeededRandom::new(seed));
        let ring = KeyRing::from_text(&format!("simulation:{}", "A".repeat(43)))?;
        let memory = matches!(keeping, Keeping::Memory).then(|| Arc::new(Memory::create(&*random)));
        let mut world = World {
            gateway: Arc::new(Sandbox::in_memory(clock.clone(), SandboxSettings::default())?),
            mailer: Arc::new(RecordingMailer::new()?),
            telephony: Arc::new(RecordingTelephony::new()),
            stock: Arc::new(MemoryInventory::new(clock.clone())),
            vault: Arc::new(KeyVault::new(ring, random.clone())),
            conflicts: Arc::new(Conflicting::new(runtime)),
            machine: Arc::new(Machine::new(clock.clone())),
            clock,
            random,
            keeping,
            effects: if seed.is_multiple_of(2) { EffectDoor::InsideCall } else { EffectDoor::default() },
            memory,
            store: None,
            fuse: Fuse::never(),
            host: None,
            crashes: Vec::new(),
        };
        world.open()?;
        Ok(world)
    }

    fn open(&mut self) -> Result<()> {
        self.fuse = Fuse::never();
        let store: Arc<dyn Durable> = match (&self.keeping, &self.memory) {
            (Keeping::Sqlite(directory), _) => {
                Arc::new(Sqlite::open_or_create(directory, &*self.random, SqliteOptions::default())?)
            }
            (Keeping::Memory, Some(memory)) => memory.clone(),
            (Keeping::Memory, None) => bail!("a world in memory has a store"),
        };
        let mark = self.machine.mark();
        let guard = GuardedClock::after(store.moment()?, Some(&mark), self.machine.clone(), GuardSettings::default());
        let capabilities = Capabilities {
            clock: Arc::new(guard),
            random: self.random.clone(),
            vault: self.vault.clone(),
            admission: Arc::new(Buckets::default()),
            payment: self.gateway.clone(),
            email: self.mailer.clone(),
            telephony: self.telephony.clone(),
            inventory: self.stock.clone(),
        };
        let rules: Arc<dyn RulesRuntime> = self.conflicts.clone();
        self.host = Some(Coinbox::open(Options {
            runtime: Arc::new(FusedRules::new(rules, &self.fuse)),
            store: StoreChoice::Own(Arc::new(FusedStore::new(store.clone(), &self.fuse))),
            capabilities: fused(capabilities, &self.fuse),
            simulated_clock: Some(self.clock.clone()),
            drive: Drive::ByHand,
            effects: self.effects,
            claims: None,
            sequencer: SequencerOptions::default(),
        })?);
        self.store = Some(store);
        Ok(())
    }

    /// The host of now.
    pub fn host(&self) -> Result<&Coinbox> {
        self.host.as_ref().context("the host was lost while it was opened anew")
    }

    /// The store.
    pub fn store(&self) -> Result<&Arc<dyn Durable>> {
        self.store.as_ref().context("the store was lost while it was opened anew")
    }

    /// A link to the host, as commands have it.
    pub fn link(&self) -> Result<Local> {
        let host = Running::new(self.host()?.clone(), Arc::new(Metrics::new()));
        Ok(Local::new(host, "simulation".to_owned(), None))
    }

    /// The moment now.
    pub fn now(&self) -> i64 {
        coinbox_host::capability::Clock::now(&*self.clock)
    }

    /// The host dies so many moments of asking from now.
    pub fn order_crash(&self, moments: u64) {
        self.fuse.arm(moments);
    }

    /// Takes the order of a crash back.
    pub fn call_off_crash(&self) {
        self.fuse.arm(u64::MAX);
    }

    /// The next so many commands meet a conflict with what happens from now on.
    pub fn order_conflicts(&self, commands: u64) -> Result<()> {
        self.conflicts.conflict(&**self.store()?, commands);
        Ok(())
    }

    /// A backup of the store.
    pub fn back_up(&self) -> Result<Memory> {
        Ok(self.memory.as_ref().context("a simulated backup is of a store in memory")?.backup_in_memory())
    }

    /// The store is lost, and a backup of it is put in its place. The new host dies so many moments of asking from now, if it is to.
    pub fn restore(&mut self, backup: &Memory, crash: Option<u64>) -> Result<()> {
        self.store = None;
        self.host = None;
        self.memory = Some(Arc::new(backup.restored(&*self.random)));
        self.open()?;
        crash.into_iter().for_each(|moments| self.order_crash(moments));
        Ok(())
    }

    /// After a crash: a new process on the same store.
    fn reopen(&mut self) -> Result<()> {
        self.crashes.push(self.fuse.place());
        // Both threads of the old host have ended before the store is opened again.
        self.store = None;
        self.host = None;
        self.open()
    }

    /// Does something with the host until it was done without a crash.
    fn surviving<T>(&mut self, work: impl Fn(&World) -> Result<T>) -> Result<T> {
        for _ in 0..CRASHES_MAX {
            // Rules that run as native code panic where a component would be ended: that is the same death.
            let answer = catch_unwind(AssertUnwindSafe(|| work(self)));
            if self.fuse.is_blown() {
                self.reopen()?;
                continue;
            }
            match answer {
                Ok(answer) => return answer,
                Err(panic) => resume_unwind(panic),
            }
        }
        bail!("the host died again and again: {:?}", self.crashes)
    }

    /// One call by the operator, repeated after a crash under the same key. The answer with its `ok` or `err`.
    pub fn ask(&mut self, function: &str, key: Option<&str>, mut arguments: Value) -> Result<Value> {
        if coinbox_host::callable::takes_caller(function) {
            arguments["caller"] = self.caller(key)?;
        }
        self.surviving(|world| {
            world.host()?.call(function, &arguments).with_context(|| format!("{function} {arguments}"))
        })
    }

    /// One call that must be accepted: what is inside `ok`.
    pub fn ok(&mut self, function: &str, key: Option<&str>, arguments: Value) -> Result<Value> {
        let shown = arguments.to_string();
        let mut answer = self.ask(function, key, arguments)?;
        ensure!(answer.get("ok").is_some(), "{function} {shown} was refused: {answer}");
        Ok(answer["ok"].take())
    }

    fn caller(&self, key: Option<&str>) -> Result<Value> {
        let facts = self.host()?.facts();
        let permissions: Vec<&str> =
            facts.functions.iter().filter_map(|function| function.permission.as_deref()).collect();
        let who = json!({"operator": {"name": "simulation", "permissions": permissions}});
        Ok(json!({"who": who, "request": "simulation", "idempotency-key": key}))
    }

    /// Drives everything that is due now.
    pub fn drain(&mut self) -> Result<()> {
        self.surviving(|world| Ok(world.host()?.drain().map(drop)?))?;
        let put_off = self.host()?.driven().put_off;
        ensure!(put_off == 0, "a job could not be driven and was put off");
        Ok(())
    }

    /// Moves the clock on, stopping at every due moment. A host that dies on the way is opened at the moment of its death.
    pub fn advance_to(&mut self, moment: i64) -> Result<()> {
        for _ in 0..MOMENTS_MAX {
            self.drain()?;
            match self.host()?.sequencer().timers().earliest_until(moment) {
                Some(next) => self.clock.set(next.due.max(self.now()))?,
                None if self.now() < moment => self.clock.set(moment)?,
                None => return Ok(()),
            }
        }
        bail!("more than {MOMENTS_MAX} due moments before {}", coinbox_host::text::moment(moment))
    }

    /// Every stored byte, the timers and what the outside was asked, as lines.
    pub fn bytes(&self) -> Result<Vec<String>> {
        Ok(self.left()?.lines())
    }

    /// The same, part by part.
    pub fn left(&self) -> Result<Left> {
        let mut left = stored(&**self.store()?)?;
        left.run.extend(self.gateway.requests()?.iter().map(|request| {
            let amount = request.amount.map(|amount| amount.to_string()).unwrap_or_default();
            format!("gateway {} {} {} {amount} {}", request.at, request.call, request.subject, request.answer)
        }));
        left.run.extend(self.mailer.messages().iter().map(|message| format!("mail {message:?}")));
        left.run.extend(self.telephony.hang_ups().iter().map(|order| format!("hang-up {order:?}")));
        left.run.extend(self.stock.requests().iter().map(|request| format!("stock {request:?}")));
        Ok(left)
    }
}

/// Everything that a store holds: name, entries, timers, feed.
pub fn stored(store: &dyn Durable) -> Result<Left> {
    let view = store.snapshot()?;
    let mut left = Left { store: entry_lines(&*view)?, feed: feed_lines(&*view)?, run: Vec::new() };
    let mut timers: Vec<String> =
        store.timers()?.iter().map(|timer| format!("timer {} {:?} {}", timer.key, timer.lane, timer.due)).collect();
    timers.sort_unstable();
    left.store.append(&mut timers);
    Ok(left)
}

/// Entries and feed of a state, a line each.
pub(super) fn stored_lines(view: &dyn View) -> Result<Vec<String>> {
    Ok([entry_lines(view)?, feed_lines(view)?].concat())
}

fn entry_lines(view: &dyn View) -> Result<Vec<String>> {
    let mut lines = vec![format!("store {}", view.store_name())];
    let mut first = "!".to_owned();
    loop {
        let page = view.scan(&first, "\u{7f}", Direction::Ascending, PAGE)?;
        lines.extend(page.entries.iter().map(|(key, value)| format!("entry {key} {value}")));
        match page.entries.last() {
            Some((last, _)) if page.more => first = format!("{last}!"),
            _ => return Ok(lines),
        }
    }
}

fn feed_lines(view: &dyn View) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut after = 0;
    loop {
        let page = view.read_feed(None, after, PAGE)?;
        lines.extend(page.iter().map(|line| format!("feed {} {} {}", line.position, line.topic, line.body)));
        match page.last() {
            Some(last) => after = last.position,
            None => return Ok(lines),
        }
    }
}

/// The settings that say who sells: without it a new store charges nothing (R89).
pub(super) fn seller() -> [(&'static str, String); 3] {
    [
        ("seller.legal-name", "Simulated Telecom Ltd".to_owned()),
        ("seller.address-lines", "1 Example Road".to_owned()),
        ("seller.country", "NZ".to_owned()),
    ]
}
