//! Instances of the component: how many there may be, which are used again.

use super::error::CallError;
use super::limits::Limits;
use super::state::CallState;
use crate::contract::Rules;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use wasmtime::Store;
use wasmtime::component::Instance;

/// One instance with its memory.
pub(super) struct Warm {
    pub store: Store<CallState>,
    pub rules: Rules,
    pub instance: Instance,
    pub calls: u64,
    // Last, so that the memory is given back before the next instance may ask for one.
    permit: Permit,
}

impl Warm {
    pub(super) fn new(store: Store<CallState>, rules: Rules, instance: Instance, permit: Permit) -> Self {
        Warm { store, rules, instance, calls: 0, permit }
    }

    pub(super) fn belongs_to(&self, pool: &Arc<Pool>) -> bool {
        Arc::ptr_eq(&self.permit.0, pool)
    }
}

/// Counts living instances and keeps the idle ones.
pub(super) struct Pool {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    living: usize,
    idle: Vec<Warm>,
}

/// The right to have one instance.
pub(super) struct Permit(Arc<Pool>);

/// What a call gets.
pub(super) enum Taken {
    Idle(Box<Warm>),
    Permit(Permit),
}

impl Pool {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Pool { state: Mutex::default(), freed: Condvar::new() })
    }

    // A panic elsewhere leaves nothing half done behind this lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle instance, or the right to make one; waits while there are as many as there may be.
    pub(super) fn take(self: &Arc<Self>, limits: &Limits, fresh: bool) -> Result<Taken, CallError> {
        let until = Instant::now() + limits.instance_wait;
        let mut state = self.lock();
        loop {
            if let Some(warm) = state.idle.pop() {
                if !fresh {
                    return Ok(Taken::Idle(Box::new(warm)));
                }
                // Its permit is taken back below, outside the lock.
                drop(state);
                drop(warm);
                state = self.lock();
                continue;
            }
            if state.living < limits.instances {
                state.living += 1;
                return Ok(Taken::Permit(Permit(self.clone())));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(CallError::Busy { limit: limits.instances });
            }
            state = self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Keeps an instance for the next call.
    pub(super) fn keep(&self, limits: &Limits, warm: Warm) {
        let mut state = self.lock();
        if state.idle.len() < limits.idle_instances {
            state.idle.push(warm);
            drop(state);
            self.freed.notify_one();
        } else {
            drop(state);
            drop(warm);
        }
    }

    /// Instances alive, and those of them that are idle.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        (state.living, state.idle.len())
    }

    /// Lets go of all idle instances. They hold the pool that holds them, so an engine that ends has to ask.
    pub(super) fn clear(&self) {
        let idle = std::mem::take(&mut self.lock().idle);
        drop(idle);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.lock().living -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn as_many_instances_as_allowed_and_no_more() {
        let limits = Limits { instances: 1, instance_wait: Duration::ZERO, ..Limits::default() };
        let pool = Pool::new();
        let first = pool.take(&limits, false);
        assert!(matches!(first, Ok(Taken::Permit(_))));
        assert_eq!(pool.take(&limits, false).err(), Some(CallError::Busy { limit: 1 }));
        drop(first);
        assert!(pool.take(&limits, false).is_ok());
        assert_eq!(pool.counts(), (0, 0));
    }
}
