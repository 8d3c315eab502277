//! One component, compiled, and the calls of it.

use super::context::CallContext;
use super::error::{CallError, LoadError};
use super::functions::{self, Functions};
use super::guest::{Guest, Verdict};
use super::instances::{Pool, Taken, Warm};
use super::limits::{InstancePolicy, Limits};
use super::rules::CallOutcome;
use super::slot::RulesSlot;
use super::state::{self, CallState};
use super::symbols::{self, Symbols};
use super::{cache, nothing, ticker};
use crate::contract::exported::about::Class;
use crate::contract::{Rules, RulesIndices};
use std::path::PathBuf;
use std::sync::Arc;
use wasmtime::component::{HasSelf, InstancePre, Linker};
use wasmtime::{Config, Enabled, OptLevel, PoolingAllocationConfig, Store, Trap, UpdateDeadline, WasmBacktrace};

/// How an engine is set up.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Bounds.
    pub limits: Limits,
    /// Whether instances are used again.
    pub instances: InstancePolicy,
    /// Directory for compiled code; `None`: compile at each start.
    pub cache: Option<PathBuf>,
    /// File with the names of the component's functions, as `make component` writes it; read when a trap has to be named.
    pub symbols: Option<PathBuf>,
}

/// One component, ready to be called from any thread.
pub struct Engine {
    engine: wasmtime::Engine,
    pre: InstancePre<CallState>,
    indices: RulesIndices,
    pub(super) functions: Functions,
    limits: Arc<Limits>,
    policy: InstancePolicy,
    pool: Arc<Pool>,
    symbols: Option<Symbols>,
}

impl Engine {
    /// Compiles a component, or takes it from the cache, checks it against the contract and asks it what it is.
    pub fn load(wasm: &[u8], options: &Options) -> Result<Engine, LoadError> {
        let limits = &options.limits;
        let engine = wasmtime_engine(limits)?;
        ticker::start(&engine).map_err(|error| LoadError::Engine(error.to_string()))?;
        let component = cache::load(&engine, wasm, options.cache.as_deref())
            .map_err(|error| LoadError::Compile(format!("{error:#}")))?;
        if let Some(other) = functions::contract_version(&engine, &component)
            && !functions::same_line(&other, crate::contract::VERSION)
        {
            return Err(LoadError::OtherContract { component: other });
        }

        let contract = |error: wasmtime::Error| LoadError::Contract(format!("{error:#}"));
        let mut linker = Linker::new(&engine);
        Rules::add_to_linker::<_, HasSelf<CallState>>(&mut linker, |state| state).map_err(contract)?;
        let pre = linker.instantiate_pre(&component).map_err(contract)?;
        let indices = RulesIndices::new(&pre).map_err(contract)?;

        let exported = functions::exported(&engine, &component);
        let nothing = crate::contract::exported::about::Facts {
            version: String::new(),
            contract: String::new(),
            time_zones: String::new(),
            record_version: 0,
            functions: Vec::new(),
            limits: Vec::new(),
            names: Vec::new(),
            shared: Vec::new(),
        };
        let mut engine = Engine {
            engine,
            pre,
            indices,
            functions: Functions::join(Default::default(), nothing)?,
            limits: Arc::new(limits.clone()),
            policy: options.instances,
            pool: Pool::new(),
            symbols: options.symbols.as_deref().map(|path| Symbols::of(wasm, path)),
        };
        let facts = engine.describe().map_err(LoadError::Describe)?;
        engine.functions = Functions::join(exported, facts)?;
        Ok(engine)
    }

    /// `about.describe`, which uses no import: it is given nothing.
    fn describe(&self) -> Result<crate::contract::exported::about::Facts, CallError> {
        let capabilities = nothing::capabilities();
        let call = CallContext { class: Class::Query, view: None, capabilities: &capabilities, now: 0 };
        let describe = |guest: &mut Guest<'_>| {
            let answer = guest.rules.coinbox_billing_about().call_describe(&mut *guest.store)?;
            Ok(Verdict { answer, keep: false })
        };
        self.run(None, call, describe).answer
    }

    /// What can be called.
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// Instances alive, and those of them that are idle.
    pub fn instances(&self) -> (usize, usize) {
        self.pool.counts()
    }

    /// One call with the types of [`crate::contract`]. With a slot its instance is used and kept there, without one any idle instance.
    ///
    /// The closure calls one exported function, once.
    pub fn run<T>(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        call: impl FnOnce(&mut Guest<'_>) -> wasmtime::Result<Verdict<T>>,
    ) -> CallOutcome<T> {
        let mut slot = slot.map(RulesSlot::of::<Warm>);
        let kept = slot
            .as_mut()
            .and_then(|slot| slot.take())
            .filter(|warm| warm.belongs_to(&self.pool) && self.reusable(warm));
        let mut warm = match kept.map_or_else(|| self.instance(&context), Ok) {
            Ok(warm) => warm,
            Err(error) => return CallOutcome { answer: Err(error), changes: None },
        };

        warm.store.data_mut().begin(&context);
        warm.store.set_epoch_deadline(ticker::steps(self.limits.guest_time));
        let mut guest = Guest { store: &mut warm.store, rules: &warm.rules, instance: &warm.instance };
        let called = call(&mut guest);
        let ended = warm.store.data_mut().end();
        warm.calls += 1;

        match called {
            Ok(verdict) => {
                if self.reusable(&warm) {
                    match slot {
                        Some(slot) => *slot = Some(warm),
                        None => self.pool.keep(&self.limits, warm),
                    }
                }
                let changes = ended.staged.filter(|_| verdict.keep && context.class == Class::Command);
                CallOutcome { answer: Ok(verdict.answer), changes }
            }
            Err(error) => CallOutcome { answer: Err(self.explain(error, ended)), changes: None },
        }
    }

    fn reusable(&self, warm: &Warm) -> bool {
        match self.policy {
            InstancePolicy::Fresh => warm.calls == 0,
            // A single large call leaves a large memory behind: it is given back instead of kept for ever.
            InstancePolicy::Warm { calls } => {
                warm.calls < calls && warm.store.data().memory_bytes() <= self.limits.memory_bytes / 2
            }
        }
    }

    /// An idle instance or a new one.
    fn instance(&self, context: &CallContext<'_>) -> Result<Warm, CallError> {
        let permit = match self.pool.take(&self.limits, self.policy == InstancePolicy::Fresh)? {
            Taken::Idle(warm) => return Ok(*warm),
            Taken::Permit(permit) => permit,
        };
        let mut store = Store::new(&self.engine, CallState::new(self.limits.clone()));
        store.limiter(|state| state);
        store.set_hostcall_fuel(self.limits.handed_bytes);
        store.set_epoch_deadline(ticker::steps(self.limits.guest_time));
        store.epoch_deadline_callback(|mut store| {
            let state = store.data_mut();
            match state.time_left() {
                // Imports took the rest of the time.
                Some(left) => Ok(UpdateDeadline::Continue(ticker::steps(left))),
                None => {
                    let limit_ms = u64::try_from(state.limits().guest_time.as_millis()).unwrap_or(u64::MAX);
                    Err(state.fail(CallError::Deadline { limit_ms }))
                }
            }
        });
        // Starting up runs guest code too: it is part of the call that needs the instance.
        store.data_mut().begin(context);
        let made = self.pre.instantiate(&mut store).and_then(|instance| {
            let rules = self.indices.load(&mut store, &instance)?;
            Ok((instance, rules))
        });
        let ended = store.data_mut().end();
        match made {
            Ok((instance, rules)) => Ok(Warm::new(store, rules, instance, permit)),
            Err(error) => Err(ended.fault.unwrap_or_else(|| CallError::Instantiate(format!("{error:#}")))),
        }
    }

    /// What ended a call, from the most exact source that knows.
    fn explain(&self, error: wasmtime::Error, ended: state::Ended) -> CallError {
        if let Some(fault) = ended.fault {
            return fault;
        }
        let Some(trap) = error.downcast_ref::<Trap>() else {
            let text = format!("{error:#}");
            // wasmtime keeps the type of this error to itself.
            return if text.contains("fuel allocated for hostcalls has been exhausted") {
                CallError::Handed { limit_bytes: self.limits.handed_bytes }
            } else {
                CallError::Absurd(text)
            };
        };
        if *trap == Trap::StackOverflow {
            return CallError::Stack { limit_bytes: self.limits.stack_bytes };
        }
        let place =
            error.downcast_ref::<WasmBacktrace>().and_then(|trace| symbols::place(trace, self.symbols.as_ref()));
        CallError::Trap { message: ended.last_words.unwrap_or_else(|| trap.to_string()), place }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.pool.clear();
    }
}

/// With memory set aside for all instances where the system gives that much address space, otherwise memory by memory.
fn wasmtime_engine(limits: &Limits) -> Result<wasmtime::Engine, LoadError> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (instances, parts) = (count(limits.instances), count(limits.parts));
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(parts))
        .total_memories(instances)
        .total_tables(instances.saturating_mul(4))
        .max_core_instances_per_component(parts)
        .max_memories_per_component(1)
        .max_tables_per_component(4)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        // What a small call has touched is cleared by hand, which is cheaper than giving the pages back and faulting them in
        // again. The system says which pages those are where it can: a new instance then costs a third less.
        .linear_memory_keep_resident(256 * 1024)
        .pagemap_scan(Enabled::Auto)
        .table_keep_resident(64 * 1024);
    let mut config = configuration(limits);
    config.allocation_strategy(pool);
    wasmtime::Engine::new(&config).or_else(|error| {
        tracing::warn!(error = %format!("{error:#}"), "instances get their memory one by one, which is slower");
        wasmtime::Engine::new(&configuration(limits)).map_err(|error| LoadError::Engine(format!("{error:#}")))
    })
}

fn configuration(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // sec-08: the engine is built with its collector only because builds without it can be aborted; no component needs what it collects.
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .cranelift_opt_level(OptLevel::Speed)
        // Same bytes on every machine, whatever the processor makes of a NaN.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .epoch_interruption(limits.deadline)
        .max_wasm_stack(limits.stack_bytes);
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sec-08: the collector is built in, because builds without it can be aborted, and no component may use what it collects.
    #[test]
    fn sec_08_the_collector_is_there_and_refused() {
        // A module with one empty structure type.
        const STRUCTURE: &[u8] = b"\0asm\x01\0\0\0\x01\x03\x01\x5f\0";
        let mut config = Config::new();
        config.wasm_function_references(true).wasm_gc(true);
        let able = wasmtime::Engine::new(&config).expect("built with the cargo feature `gc`");
        wasmtime::Module::validate(&able, STRUCTURE).expect("a module of the collector's proposal");
        let ours = wasmtime::Engine::new(&configuration(&Limits::default())).expect("our own engine");
        assert!(wasmtime::Module::validate(&ours, STRUCTURE).is_err());
    }
}
