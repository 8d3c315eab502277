//! What the calls of a host and its workers share: the rules, the capabilities and the lane.

use crate::capability::{Capabilities, CouponClaims, Doubt};
use crate::contract::exported::about::Class;
use crate::contract::exported::usage;
use crate::contract::exported::usage::{EventAnswer, Fate, Rejection};
use crate::contract::types;
use crate::driven::Driver;
use crate::effects::EffectDoor;
use crate::engine::{AnyAnswer, CallContext, CallError, CallOutcome, Request, RulesRuntime, RulesSlot};
use crate::sequencer::{Decision, LaneLocals, SequenceError, Sequencer};
use crate::storage::{Beginning, StoreError, View};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Weak};

/// Why a call has no answer of the rules.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The call itself: arguments, limits, a trap.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The lane: busy, stopping, the store failed.
    #[error(transparent)]
    Sequence(#[from] SequenceError),
    /// A query could not be given a state to read.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// Only simulated clocks are moved by hand.
    #[error(
        "the clock of this host is real and cannot be moved; start a new store with `coinbox serve --clock simulated --data DIR`"
    )]
    RealClock,
    /// A clock goes forward only.
    #[error(transparent)]
    Clock(#[from] crate::clock::ClockError),
    /// More became due at one moment than any rule asks for: a defect of the rules, stopped.
    #[error("job `{job}` was due again and again, {times} times at the moment {moment}")]
    Endless {
        /// The job.
        job: String,
        /// How often.
        times: u64,
        /// In milliseconds since 1970.
        moment: i64,
    },
}

/// Asks a host questions without keeping it open.
#[derive(Clone)]
pub struct Reader {
    inner: Weak<Inner>,
}

impl Reader {
    /// Of this host.
    pub(crate) fn of(inner: &Arc<Inner>) -> Reader {
        Reader { inner: Arc::downgrade(inner) }
    }

    /// Runs a query; an error also where the host is gone.
    pub fn query(&self, function: &str, arguments: &Value) -> Result<Value, String> {
        let inner = self.inner.upgrade().ok_or("the host is stopping")?;
        let answer = inner.query(|runtime, context| runtime.call(None, context, function, arguments));
        answer.map_err(|error| error.to_string())
    }
}

/// What calls and workers share.
pub(crate) struct Inner {
    pub(crate) runtime: Arc<dyn RulesRuntime>,
    pub(crate) capabilities: Arc<Capabilities>,
    pub(crate) sequencer: Sequencer,
    pub(crate) driver: Driver,
    pub(crate) effects: EffectDoor,
    pub(crate) claims: Arc<dyn CouponClaims>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.sequencer.timers().close();
        self.driver.join();
    }
}

impl Inner {
    pub(crate) fn now(&self) -> i64 {
        self.capabilities.clock.now().max(self.sequencer.moment_floor())
    }

    /// Why no job may be driven at present: what the clock makes due may not be due.
    pub(crate) fn halted(&self) -> Option<Doubt> {
        self.capabilities.clock.doubt().filter(Doubt::is_ahead)
    }

    pub(crate) fn class(&self, function: &str) -> Result<Class, CallError> {
        self.runtime.class(function).ok_or_else(|| CallError::NoSuchFunction(function.to_owned()))
    }

    pub(crate) fn query<T>(
        &self,
        run: impl FnOnce(&dyn RulesRuntime, CallContext<'_>) -> CallOutcome<T>,
    ) -> Result<T, HostError> {
        // The state first: what was committed after it must not be told a later moment than the call.
        let view: Arc<dyn View> = Arc::from(self.sequencer.snapshot()?);
        let context =
            CallContext { class: Class::Query, view: Some(view), capabilities: &self.capabilities, now: self.now() };
        Ok(run(&*self.runtime, context).answer?)
    }

    /// An effect: it acts on the outside, on this thread.
    pub(crate) fn effect(&self, function: &str, arguments: &Value) -> Result<Value, CallError> {
        self.runtime.call(None, self.outside_context(), function, arguments).answer
    }

    /// What an effect is called with.
    pub(crate) fn outside_context(&self) -> CallContext<'_> {
        CallContext { class: Class::Effect, view: None, capabilities: &self.capabilities, now: self.now() }
    }

    fn submit<T: Send + 'static>(
        &self,
        settles_beginning: bool,
        run: impl FnOnce(&dyn RulesRuntime, &mut RulesSlot, CallContext<'_>) -> CallOutcome<T> + Send + 'static,
    ) -> crate::sequencer::Answer<Result<T, CallError>> {
        self.submit_unless(settles_beginning, |_| false, run)
    }

    /// [`Inner::submit`] for a command that is taken back, as if nobody had asked for it, where its answer stands on a moment that is in doubt.
    fn submit_unless<T: Send + 'static>(
        &self,
        settles_beginning: bool,
        stands_on_the_moment: impl FnOnce(&T) -> bool + Send + 'static,
        run: impl FnOnce(&dyn RulesRuntime, &mut RulesSlot, CallContext<'_>) -> CallOutcome<T> + Send + 'static,
    ) -> crate::sequencer::Answer<Result<T, CallError>> {
        let (runtime, capabilities) = (self.runtime.clone(), self.capabilities.clone());
        self.sequencer.submit(move |view, locals| {
            let now = capabilities.clock.now().max(locals.moment_floor());
            let context =
                CallContext { class: Class::Command, view: Some(view.clone()), capabilities: &capabilities, now };
            let outcome = run(&*runtime, slot(locals), context);
            if let Ok(answer) = &outcome.answer
                && stands_on_the_moment(answer)
                && let Some(doubt) = capabilities.clock.doubt()
            {
                return (Err(CallError::ClockInDoubt(doubt)), Decision::Discard);
            }
            let changes = outcome.changes.filter(|changes| !changes.is_empty() || settles_beginning);
            let decision = match (&outcome.answer, changes) {
                (Ok(_), Some(changes)) => Decision::Keep { changes, moment: now, settles_beginning },
                (Ok(_), None) | (Err(_), _) => Decision::Discard,
            };
            (outcome.answer, decision)
        })
    }

    pub(crate) fn submit_call(
        &self,
        function: String,
        arguments: Value,
    ) -> crate::sequencer::Answer<Result<Value, CallError>> {
        let counts_events = ["usage.record-events", "usage.record-columns"].contains(&function.as_str());
        self.submit_unless(
            false,
            move |answer| counts_events && rejects_for_time_in_json(answer),
            move |runtime, slot, context| runtime.call(Some(slot), context, &function, &arguments),
        )
    }

    pub(crate) fn submit_request(
        &self,
        request: Box<dyn Request>,
    ) -> crate::sequencer::Answer<Result<AnyAnswer, CallError>> {
        self.submit(false, move |runtime, slot, context| runtime.request(Some(slot), context, &*request))
    }

    pub(crate) fn submit_columns(
        &self,
        caller: types::Caller,
        columns: usage::EventColumns,
    ) -> crate::sequencer::Answer<Result<Result<usage::AnswerColumns, usage::UsageError>, CallError>> {
        self.submit_unless(false, rejects_for_time_in_columns, move |runtime, slot, context| {
            runtime.record_columns(Some(slot), context, &caller, &columns)
        })
    }

    pub(crate) fn submit_events(
        &self,
        caller: types::Caller,
        events: Vec<usage::UsageEvent>,
    ) -> crate::sequencer::Answer<Result<Result<usage::BatchAnswer, usage::UsageError>, CallError>> {
        self.submit_unless(false, rejects_for_time, move |runtime, slot, context| {
            runtime.record_events(Some(slot), context, &caller, &events)
        })
    }

    pub(crate) fn tell_beginning(&self) -> anyhow::Result<()> {
        let stored = self.sequencer.beginning()?;
        let settles = stored.is_some();
        let beginning = match stored {
            None => json!("again"),
            Some(Beginning::Created) => json!("created"),
            Some(Beginning::Copied) => json!("copied"),
            Some(Beginning::Restored(moment)) => json!({"restored": moment.to_string()}),
        };
        let arguments = json!({"beginning": beginning});
        let answer = self
            .submit(settles, move |runtime, slot, context| {
                runtime.call(Some(slot), context, "jobs.store-opened", &arguments)
            })
            .wait()??;
        anyhow::ensure!(answer.get("ok").is_some(), "the rules refuse this store: {answer}");
        Ok(())
    }
}

/// `jobs.look`.
pub(crate) fn look(inner: &Inner, arguments: &Value) -> Result<Value, HostError> {
    inner.query(|runtime, context| runtime.call(None, context, "jobs.look", arguments))
}

/// Whether an event was rejected only for when it happened. With a clock in doubt nobody knows whether that is so, and a sender does not
/// send again what was rejected.
fn rejects_for_time(answer: &Result<usage::BatchAnswer, usage::UsageError>) -> bool {
    let for_time = |fate: &EventAnswer| matches!(fate, EventAnswer::Rejected(Rejection::TooOld | Rejection::InFuture));
    answer.as_ref().is_ok_and(|batch| batch.answers.iter().any(for_time))
}

/// The same of answers as columns.
fn rejects_for_time_in_columns(answer: &Result<usage::AnswerColumns, usage::UsageError>) -> bool {
    let for_time = |fate: &Fate| matches!(fate, Fate::TooOld | Fate::InFuture);
    answer.as_ref().is_ok_and(|columns| columns.fates.iter().any(for_time))
}

/// The same of both in the JSON form of the contract.
fn rejects_for_time_in_json(answer: &Value) -> bool {
    let for_time = |fate: &Value| matches!(fate.as_str(), Some("too-old" | "in-future"));
    let any = |list: &str, fate: fn(&Value) -> &Value| {
        answer["ok"][list].as_array().is_some_and(|fates| fates.iter().map(fate).any(for_time))
    };
    any("answers", |answer| &answer["rejected"]) || any("fates", |fate| fate)
}

fn slot(locals: &mut LaneLocals) -> &mut RulesSlot {
    match locals.get_or_try_make(|| Ok::<_, Infallible>(RulesSlot::default())) {
        Ok(slot) => slot,
        Err(never) => match never {},
    }
}
