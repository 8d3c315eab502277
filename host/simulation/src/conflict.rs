//! Commands that meet a conflict: run once on a state that is no longer the newest, their answer thrown away, then run again.
//!
//! The contract lets a host run a command outside its lane and repeat it when something that it read has changed
//! (`wit/storage.wit`). This host runs every command in the lane, so its conflicts are made here: nothing of the first run,
//! not even a trap, may show in the second.

use coinbox_host::contract::exported::about::Facts;
use coinbox_host::contract::exported::{accounts, usage};
use coinbox_host::contract::types;
use coinbox_host::engine::{CallContext, CallOutcome, Class, RulesRuntime, RulesSlot};
use coinbox_host::storage::{Durable, View};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A runtime whose next commands can be made to meet a conflict.
pub struct Conflicting {
    rules: Arc<dyn RulesRuntime>,
    /// The state that first runs see.
    stale: Mutex<Option<Arc<dyn View>>>,
    left: AtomicU64,
    met: AtomicU64,
}

impl Conflicting {
    /// In front of these rules.
    pub fn new(rules: Arc<dyn RulesRuntime>) -> Conflicting {
        Conflicting { rules, stale: Mutex::default(), left: AtomicU64::new(0), met: AtomicU64::new(0) }
    }

    /// The next so many commands run first on the store as it is now.
    pub fn conflict(&self, store: &dyn Durable, commands: u64) {
        let view = store.snapshot().ok().map(Arc::from);
        *self.stale.lock().unwrap_or_else(PoisonError::into_inner) = view;
        self.left.store(commands, Ordering::SeqCst);
    }

    /// Conflicts met so far.
    pub fn met(&self) -> u64 {
        self.met.load(Ordering::SeqCst)
    }

    /// The old state, if the next command is to meet a conflict.
    fn stale(&self) -> Option<Arc<dyn View>> {
        let mut stale = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            // Views are not for keeping.
            *stale = None;
            return None;
        }
        self.left.store(left - 1, Ordering::SeqCst);
        self.met.fetch_add(1, Ordering::SeqCst);
        stale.clone()
    }

    fn run<T>(
        &self,
        mut slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        call: impl Fn(Option<&mut RulesSlot>, CallContext<'_>) -> CallOutcome<T>,
    ) -> CallOutcome<T> {
        if context.class == Class::Command
            && let Some(stale) = self.stale()
        {
            let CallContext { class, capabilities, now, .. } = context;
            // Whatever it answers, and also if it traps.
            drop(call(slot.as_deref_mut(), CallContext { class, view: Some(stale), capabilities, now }));
        }
        call(slot, context)
    }
}

impl RulesRuntime for Conflicting {
    fn facts(&self) -> &Facts {
        self.rules.facts()
    }

    fn class(&self, function: &str) -> Option<Class> {
        self.rules.class(function)
    }

    fn call(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome {
        self.run(slot, context, |slot, context| self.rules.call(slot, context, function, arguments))
    }

    fn record_events(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        events: &[usage::UsageEvent],
    ) -> CallOutcome<Result<usage::BatchAnswer, usage::UsageError>> {
        self.run(slot, context, |slot, context| self.rules.record_events(slot, context, caller, events))
    }

    fn get_account(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        auth_id: &str,
    ) -> CallOutcome<Result<accounts::Account, accounts::AccountError>> {
        self.rules.get_account(slot, context, caller, auth_id)
    }

    fn authenticate(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
    ) -> CallOutcome<Result<accounts::RateLimits, accounts::AccountError>> {
        self.rules.authenticate(slot, context, caller)
    }
}
