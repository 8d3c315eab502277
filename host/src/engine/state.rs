//! What the host holds for one call while the guest runs.

use super::context::CallContext;
use super::error::{CallError, Misuse};
use super::limits::Limits;
use crate::capability::{Capabilities, Instant};
use crate::contract::exported::about::Class;
use crate::storage::{Changes, View};
use std::sync::Arc;
use std::time::{Duration, Instant as Watch};
use wasmtime::ResourceLimiter;

/// Host side of one instance. What belongs to one call is set by [`CallState::begin`] and gone after [`CallState::end`].
pub(super) struct CallState {
    limits: Arc<Limits>,
    /// Size of the guest's memory, over all calls of the instance.
    memory_bytes: usize,
    call: Option<Call>,
}

/// One call.
struct Call {
    class: Class,
    view: Option<Arc<dyn View>>,
    capabilities: Capabilities,
    now: Instant,
    staged: Option<Changes>,
    begun: Watch,
    host_time: Duration,
    reports: u32,
    last_words: Option<String>,
    /// The first thing that ended the call; later ones only follow from it.
    fault: Option<CallError>,
}

/// What is left of a call.
pub(super) struct Ended {
    pub staged: Option<Changes>,
    pub last_words: Option<String>,
    pub fault: Option<CallError>,
}

impl CallState {
    pub(super) fn new(limits: Arc<Limits>) -> Self {
        CallState { limits, memory_bytes: 0, call: None }
    }

    pub(super) fn begin(&mut self, context: &CallContext<'_>) {
        self.call = Some(Call {
            class: context.class,
            view: context.view.clone(),
            capabilities: context.capabilities.clone(),
            now: context.now,
            staged: None,
            begun: Watch::now(),
            host_time: Duration::ZERO,
            reports: 0,
            last_words: None,
            fault: None,
        });
    }

    /// Ends the call. The view is let go of here: an idle instance must not hold a snapshot.
    pub(super) fn end(&mut self) -> Ended {
        let call = self.call.take().expect("a call that ends has begun");
        Ended { staged: call.staged, last_words: call.last_words, fault: call.fault }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    fn call(&mut self) -> &mut Call {
        self.call.as_mut().expect("imports are called during calls only")
    }

    /// Ends the call with this error.
    pub(super) fn fail(&mut self, error: impl Into<CallError>) -> wasmtime::Error {
        let error = error.into();
        let text = error.to_string();
        self.call().fault.get_or_insert(error);
        wasmtime::Error::msg(text)
    }

    /// Host work that the guest is not charged for.
    pub(super) fn timed<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let begun = Watch::now();
        let answer = work(self);
        self.call().host_time += begun.elapsed();
        answer
    }

    /// What is left of the guest's time.
    pub(super) fn time_left(&mut self) -> Option<Duration> {
        let limit = self.limits.guest_time;
        let call = self.call();
        let used = call.begun.elapsed().saturating_sub(call.host_time);
        limit.checked_sub(used).filter(|left| !left.is_zero())
    }

    /// The one moment of this call.
    pub(super) fn now(&mut self) -> Instant {
        self.call().now
    }

    pub(super) fn capabilities(&mut self) -> Capabilities {
        self.call().capabilities.clone()
    }

    /// The view, for a read.
    pub(super) fn view(&mut self, import: &'static str) -> wasmtime::Result<Arc<dyn View>> {
        let call = self.call();
        let misuse = match (&call.view, call.class) {
            (_, Class::Effect) | (None, _) => Misuse::StorageNotLent { import, class: call.class },
            (Some(_), _) if call.staged.is_some() => Misuse::StorageAfterStage { import },
            (Some(view), _) => return Ok(view.clone()),
        };
        Err(self.fail(misuse))
    }

    /// Whether changes may be handed over now.
    pub(super) fn may_stage(&mut self) -> wasmtime::Result<()> {
        let call = self.call();
        let misuse = match call.class {
            Class::Query => Misuse::StageInQuery,
            Class::Effect => Misuse::StorageNotLent { import: "storage.stage", class: call.class },
            Class::Command if call.staged.is_some() => Misuse::StagedTwice,
            Class::Command => return Ok(()),
        };
        Err(self.fail(misuse))
    }

    pub(super) fn stage(&mut self, changes: Changes) {
        self.call().staged = Some(changes);
    }

    /// Whether this call may act on the outside.
    pub(super) fn may_act(&mut self, import: &'static str) -> wasmtime::Result<()> {
        match self.call().class {
            Class::Effect => Ok(()),
            class => Err(self.fail(Misuse::OutsideNotLent { import, class })),
        }
    }

    /// Whether calls are counted here: an effect has no caller.
    pub(super) fn may_count(&mut self) -> wasmtime::Result<()> {
        match self.call().class {
            Class::Query | Class::Command => Ok(()),
            class @ Class::Effect => Err(self.fail(Misuse::StorageNotLent { import: "admission.admit", class })),
        }
    }

    /// What takes long ends a command: all others wait for it.
    pub(super) fn may_take_long(&mut self, import: &'static str) -> wasmtime::Result<()> {
        match self.call().class {
            Class::Command => Err(self.fail(Misuse::SlowInCommand { import })),
            Class::Query | Class::Effect => Ok(()),
        }
    }

    /// Counts a report; false: this call has said enough.
    pub(super) fn may_report(&mut self, most: u32) -> bool {
        let call = self.call();
        call.reports += 1;
        call.reports <= most
    }

    pub(super) fn set_last_words(&mut self, text: &str) {
        self.call().last_words = Some(text.to_owned());
    }
}

/// Growth beyond a limit ends the call at once: a guest that sees it fail could answer otherwise than one in a new instance.
impl ResourceLimiter for CallState {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let limit_bytes = self.limits.memory_bytes;
        if desired > limit_bytes {
            return Err(self.fail(CallError::Memory { asked_bytes: desired, limit_bytes }));
        }
        self.memory_bytes = self.memory_bytes.max(desired);
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let limit = self.limits.table_elements;
        if desired > limit {
            return Err(self.fail(CallError::Table { asked: desired, limit }));
        }
        Ok(true)
    }

    #[expect(
        clippy::misnamed_getters,
        reason = "wasmtime means core instances; the limit of that name counts components"
    )]
    fn instances(&self) -> usize {
        self.limits.parts
    }

    fn tables(&self) -> usize {
        self.limits.parts
    }

    fn memories(&self) -> usize {
        self.limits.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn during_a_call(limits: Limits) -> CallState {
        let mut state = CallState::new(Arc::new(limits));
        let capabilities = super::super::nothing::capabilities();
        state.begin(&CallContext { class: Class::Command, view: None, capabilities: &capabilities, now: 0 });
        state
    }

    #[test]
    fn tables_and_memories_grow_to_their_limit_and_no_further() {
        let mut state = during_a_call(Limits { table_elements: 10, memory_bytes: 100, ..Limits::default() });
        assert!(state.table_growing(0, 10, None).unwrap());
        assert!(state.memory_growing(0, 100, None).unwrap());
        assert_eq!(state.memory_bytes(), 100);
        assert!(state.table_growing(10, 11, None).is_err());
        // The first fault is the one that counts.
        assert!(state.memory_growing(100, 101, None).is_err());
        assert_eq!(state.end().fault, Some(CallError::Table { asked: 11, limit: 10 }));
    }

    #[test]
    fn time_in_the_host_is_not_the_guest_s() {
        let mut state = during_a_call(Limits { guest_time: Duration::from_nanos(1), ..Limits::default() });
        while state.call().begun.elapsed() <= Duration::from_nanos(1) {}
        assert_eq!(state.time_left(), None);
        // As if an import had taken an hour.
        state.call().host_time = Duration::from_secs(3600);
        assert_eq!(state.time_left(), Some(Duration::from_nanos(1)));
    }
}
