//! The host as a library: opens a store, runs the rules on it, and drives what becomes due.
//!
//! Queries run on a snapshot of the durable state, as many at a time as there are instances. Commands run one after another in the
//! lane. When a call returns, everything that it wrote and read is safe on disk. Workers drive what the clock makes due; where runs
//! must repeat exactly, the caller drives it (see [`Drive`]).

use crate::capability::{Capabilities, CouponClaims, Doubt};
use crate::claims::{Here, claim_in};
use crate::clock::SimulatedClock;
use crate::columns;
use crate::contract::coupon_types::{ClaimOutcome, CouponClaim};
use crate::contract::exported::about::Class;
use crate::contract::exported::{accounts, usage};
use crate::contract::types;
use crate::driven::{Counts, Driver};
use crate::driver;
pub use crate::effects::EffectDoor;
use crate::engine::{AnyAnswer, CallError, Request, RulesRuntime};
use crate::inner::Inner;
pub use crate::inner::{HostError, Reader};
use crate::narrowed;
use crate::sequencer::{SequenceError, Sequencer, SequencerOptions};
use crate::storage::memory::Memory;
use crate::storage::sqlite::{Sqlite, SqliteOptions};
use crate::storage::{Checked, Durable, StoreError, View};
use crate::upgrade;
pub use crate::upgrade::Upgrade;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where entries are kept.
pub enum StoreChoice {
    /// Gone with the program.
    Memory,
    /// In one directory, made if it is not there.
    Sqlite(PathBuf),
    /// Any other.
    Own(Arc<dyn Durable>),
}

/// Who drives jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drive {
    /// This many threads.
    Workers(usize),
    /// Nobody, until [`Coinbox::drain`] or [`Coinbox::advance_to`] is called: then one after another, by moment, lane and key.
    ByHand,
}

/// Everything that a host is made of.
pub struct Options {
    /// The component, or native rules in tests.
    pub runtime: Arc<dyn RulesRuntime>,
    /// Storage.
    pub store: StoreChoice,
    /// What is lent to the rules.
    pub capabilities: Capabilities,
    /// The clock of `capabilities` again, if it is moved by hand.
    pub simulated_clock: Option<Arc<SimulatedClock>>,
    /// Who drives jobs.
    pub drive: Drive,
    /// Who carries out what jobs ask of the outside.
    pub effects: EffectDoor,
    /// The store that keeps the coupons, if that is another one: the home cell. None: this store.
    pub claims: Option<Arc<dyn CouponClaims>>,
    /// Tuning of the lane, and what happens when the store fails.
    pub sequencer: SequencerOptions,
}

/// A running host. Clones are the same host.
#[derive(Clone)]
pub struct Coinbox {
    inner: Arc<Inner>,
    simulated_clock: Option<Arc<SimulatedClock>>,
    drive: Drive,
    upgraded: Option<Upgrade>,
}

/// The host of the home cell: `Options::claims` of the other hosts in the same program.
impl CouponClaims for Coinbox {
    fn claim(&self, claim: &CouponClaim) -> ClaimOutcome {
        claim_in(&self.inner, claim)
    }
}

impl Coinbox {
    /// Opens or creates the store, keeps it as it is if these rules write a newer format than its own, tells the rules how it came to be if they do not know, and starts the workers.
    pub fn open(options: Options) -> anyhow::Result<Coinbox> {
        let random = &*options.capabilities.random;
        let durable: Arc<dyn Durable> = match options.store {
            StoreChoice::Memory => Arc::new(Memory::create(random)),
            StoreChoice::Sqlite(directory) => {
                Arc::new(Sqlite::open_or_create(&directory, random, SqliteOptions::default())?)
            }
            StoreChoice::Own(durable) => durable,
        };
        let mark = durable.mark();
        anyhow::ensure!(
            mark.len() <= 4 && mark.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
            "the mark of a store is 0 to 4 of A-Z and 0-9"
        );
        let upgraded = upgrade::prepare(&*durable, options.runtime.facts().record_version)?;
        upgraded.iter().for_each(Upgrade::tell);
        let sequencer = Sequencer::start(durable, options.sequencer)?;
        let inner = Arc::new_cyclic(|inner| Inner {
            runtime: options.runtime,
            capabilities: Arc::new(options.capabilities),
            sequencer,
            driver: Driver::default(),
            effects: options.effects,
            claims: options.claims.unwrap_or_else(|| Arc::new(Here(inner.clone()))),
        });
        inner.tell_beginning()?;
        if let Drive::Workers(count) = options.drive {
            driver::start_workers(&inner, count.max(1))?;
        }
        Ok(Coinbox { inner, simulated_clock: options.simulated_clock, drive: options.drive, upgraded })
    }

    /// What was kept when this open brought the store to a newer format. None: it had this format already.
    pub fn upgraded(&self) -> Option<&Upgrade> {
        self.upgraded.as_ref()
    }

    /// One call by name (`credits.recharge`), arguments and answer in the JSON form of the contract (see [`crate::json`]). Blocks.
    pub fn call(&self, function: &str, arguments: &Value) -> Result<Value, HostError> {
        let inner = &self.inner;
        let class = inner.class(function)?;
        let arguments = narrowed::lent(arguments, inner.runtime.permission(function));
        match class {
            Class::Query => inner.query(|runtime, context| runtime.call(None, context, function, &arguments)),
            Class::Command => Ok(inner.submit_call(function.to_owned(), arguments.into_owned()).wait()??),
            Class::Effect if is_for_jobs(function) => Err(not_callable(function)),
            Class::Effect => Ok(inner.effect(function, &arguments)?),
        }
    }

    /// [`Coinbox::call`] for asynchronous programs: a command waits without a thread.
    pub async fn call_async(&self, function: &str, mut arguments: Value) -> Result<Value, HostError> {
        let inner = &self.inner;
        let class = inner.class(function)?;
        narrowed::arguments(&mut arguments, inner.runtime.permission(function));
        match class {
            Class::Query | Class::Effect => {
                let (host, function) = (self.clone(), function.to_owned());
                on_blocking_thread(move || host.call(&function, &arguments)).await
            }
            Class::Command => Ok(inner.submit_call(function.to_owned(), arguments).await??),
        }
    }

    /// This caller as the function needs it: an operator without the permissions that it does not ask for. Every door does this; a host that keeps
    /// callers may do it once.
    pub fn caller_for(&self, function: &str, caller: &types::Caller) -> types::Caller {
        narrowed::caller(caller, self.inner.runtime.permission(function))
    }

    /// One call with the types of the contract: [`crate::typed`] has a method for each function. Blocks.
    pub(crate) fn request(&self, request: Box<dyn Request>) -> Result<AnyAnswer, HostError> {
        let inner = &self.inner;
        match inner.class(request.function())? {
            Class::Query => inner.query(|runtime, context| runtime.request(None, context, &*request)),
            Class::Command => Ok(inner.submit_request(request).wait()??),
            Class::Effect if is_for_jobs(request.function()) => Err(not_callable(request.function())),
            Class::Effect => Ok(inner.runtime.request(None, inner.outside_context(), &*request).answer?),
        }
    }

    /// [`Coinbox::request`] for asynchronous programs.
    pub(crate) async fn request_async(&self, request: Box<dyn Request>) -> Result<AnyAnswer, HostError> {
        let inner = &self.inner;
        match inner.class(request.function())? {
            Class::Query | Class::Effect => {
                let host = self.clone();
                on_blocking_thread(move || host.request(request)).await
            }
            Class::Command => Ok(inner.submit_request(request).await??),
        }
    }

    /// `usage.record-events`, without a detour through JSON. Blocks until the events are safe. They cross to the rules as columns, which is the same
    /// in a cheaper form.
    pub fn record_events(
        &self,
        caller: types::Caller,
        events: Vec<usage::UsageEvent>,
    ) -> Result<Result<usage::BatchAnswer, usage::UsageError>, HostError> {
        match columns::of(&events) {
            Some(columns) => Ok(self.record_columns(caller, columns)?.map(columns::answers)),
            None => Ok(self.inner.submit_events(self.counting(caller), events).wait()??),
        }
    }

    /// [`Coinbox::record_events`] for asynchronous programs.
    pub async fn record_events_async(
        &self,
        caller: types::Caller,
        events: Vec<usage::UsageEvent>,
    ) -> Result<Result<usage::BatchAnswer, usage::UsageError>, HostError> {
        match columns::of(&events) {
            Some(columns) => Ok(self.record_columns_async(caller, columns).await?.map(columns::answers)),
            None => Ok(self.inner.submit_events(self.counting(caller), events).await??),
        }
    }

    /// `usage.record-columns`, without a detour through JSON. Blocks until the events are safe.
    pub fn record_columns(
        &self,
        caller: types::Caller,
        columns: usage::EventColumns,
    ) -> Result<Result<usage::AnswerColumns, usage::UsageError>, HostError> {
        Ok(self.inner.submit_columns(self.counting(caller), columns).wait()??)
    }

    /// [`Coinbox::record_columns`] for asynchronous programs.
    pub async fn record_columns_async(
        &self,
        caller: types::Caller,
        columns: usage::EventColumns,
    ) -> Result<Result<usage::AnswerColumns, usage::UsageError>, HostError> {
        Ok(self.inner.submit_columns(self.counting(caller), columns).await??)
    }

    /// A caller as the recording of events needs him.
    fn counting(&self, caller: types::Caller) -> types::Caller {
        narrowed::owned(caller, self.inner.runtime.permission("usage.record-columns"))
    }

    /// `accounts.get`, without a detour through JSON.
    pub fn get_account(
        &self,
        caller: &types::Caller,
        auth_id: &str,
    ) -> Result<Result<accounts::Account, accounts::AccountError>, HostError> {
        let caller = self.caller_for("accounts.get", caller);
        self.inner.query(|runtime, context| runtime.get_account(None, context, &caller, auth_id))
    }

    /// `accounts.authenticate`, without a detour through JSON.
    pub fn authenticate(
        &self,
        caller: &types::Caller,
    ) -> Result<Result<accounts::RateLimits, accounts::AccountError>, HostError> {
        self.inner.query(|runtime, context| runtime.authenticate(None, context, caller))
    }

    /// Drives a job before all others and waits until it stands still, at most `patience`. Answers `jobs.look` in JSON form: null for
    /// an unknown job, `"working"` when the patience ends first.
    pub fn drive_in_front(&self, job: &str, patience: Duration) -> Result<Value, HostError> {
        driver::in_front(&self.inner, job, patience)?;
        self.call("jobs.look", &json!({"job": job}))
    }

    /// Drives everything that is due now. Answers how many jobs that were. With workers it waits until they are idle.
    pub fn drain(&self) -> Result<u64, HostError> {
        match self.drive {
            Drive::ByHand => driver::drain(&self.inner),
            Drive::Workers(_) => Ok(driver::wait_until_idle(&self.inner)),
        }
    }

    /// Moves a simulated clock from due moment to due moment, drives each, and ends at `moment`. Answers how many jobs that were.
    pub fn advance_to(&self, moment: i64) -> Result<u64, HostError> {
        let clock = self.simulated_clock.as_ref().ok_or(HostError::RealClock)?;
        let mut driven = self.drain()?;
        while let Some(next) = self.inner.sequencer.timers().earliest_until(moment) {
            let now = self.inner.now();
            clock.set(next.due.max(now))?;
            let here = self.drain()?;
            driven += here;
            // A job that was put off after a failure is not due by its own moment: it waits for the next one.
            if here == 0 && self.inner.now() == now {
                break;
            }
        }
        clock.set(moment)?;
        Ok(driven + self.drain()?)
    }

    /// The moment that the next call is told.
    pub fn now(&self) -> i64 {
        self.inner.now()
    }

    /// Copies the store to a new file while it is in use.
    pub fn backup(&self, to: &Path) -> Result<(), HostError> {
        Ok(self.inner.sequencer.backup(to)?)
    }

    /// Reads the whole store and compares each row with its check value.
    pub fn check_store(&self) -> Result<Checked, HostError> {
        Ok(self.inner.sequencer.check()?)
    }

    /// Whether calls are served and jobs are driven; otherwise why not.
    pub fn readiness(&self) -> Result<(), String> {
        if let Some(failure) = self.inner.sequencer.failure() {
            return Err(failure);
        }
        if self.inner.sequencer.timers().is_closed() {
            return Err("stopping".to_owned());
        }
        self.inner.halted().map_or(Ok(()), |doubt| Err(doubt.to_string()))
    }

    /// Why the clock is not believed at present. [`Coinbox::readiness`] tells it too where it keeps jobs from being driven.
    pub fn clock_doubt(&self) -> Option<Doubt> {
        self.inner.capabilities.clock.doubt()
    }

    /// Asks this host questions without keeping it open.
    pub fn reader(&self) -> Reader {
        Reader::of(&self.inner)
    }

    /// How many numbers of the stock cannot be used as they are listed.
    pub fn numbers_left_out(&self) -> u64 {
        self.inner.capabilities.inventory.left_out()
    }

    /// The rules that it runs, for a host beside it.
    pub fn runtime(&self) -> Arc<dyn RulesRuntime> {
        self.inner.runtime.clone()
    }

    /// What the rules say about themselves, and all functions with class and permission.
    pub fn facts(&self) -> &crate::contract::exported::about::Facts {
        self.inner.runtime.facts()
    }

    /// The lane, for measuring.
    pub fn sequencer(&self) -> &Sequencer {
        &self.inner.sequencer
    }

    /// What the workers have done, for measuring.
    pub fn driven(&self) -> Counts {
        self.inner.driver.counts()
    }

    /// The durable state as it is now, for checks.
    pub fn snapshot(&self) -> Result<Box<dyn View>, StoreError> {
        self.inner.sequencer.snapshot()
    }

    /// Takes no more work, ends the workers after their present jobs, and makes everything durable.
    pub fn stop(&self) -> Result<(), HostError> {
        self.inner.sequencer.timers().close();
        self.inner.driver.join();
        Ok(self.inner.sequencer.stop()?)
    }
}

/// Effects of jobs are part of the three steps that the driver takes. Others only look at the outside: anybody may call them.
fn is_for_jobs(function: &str) -> bool {
    function.starts_with("jobs.")
}

fn not_callable(function: &str) -> HostError {
    HostError::Call(CallError::NoSuchFunction(format!("{function}` (this effect is run by jobs only)")))
}

async fn on_blocking_thread<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    match tokio::task::spawn_blocking(run).await {
        Ok(answer) => answer,
        Err(panic) => Err(HostError::Sequence(SequenceError::Panicked(panic.to_string()))),
    }
}
