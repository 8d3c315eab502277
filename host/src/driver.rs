//! Drives jobs: `begin`, the work of the task, `finish`, as the rules ask for it. The driver decides nothing.
//!
//! A job that cannot be driven (a trap, a broken record) is put off and reported. It never delays another job. After the machine's
//! clock has jumped ahead, no job is begun until a person has confirmed the clock.

use crate::effects;
use crate::inner::{HostError, Inner, look};
use crate::sequencer::{Decision, TakenTimer};
use crate::storage::Changes;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, Weak, mpsc};
use std::time::{Duration, Instant};

/// How long a job that failed by a defect is left alone.
const PUT_OFF_MS: i64 = 30_000;
/// How often one job may answer `again` before others get their turn.
const AGAIN_MAX: u32 = 1_000;
/// How often jobs may become due at one moment of a clock that stands still.
const JOBS_PER_MOMENT_MAX: u64 = 10_000_000;
/// Threads that drive a job for a waiting customer, at most.
const FRONT_MAX: usize = 32;
/// Workers look at the clock at least this often: it may have been set by hand.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Starts threads that drive whatever becomes due.
pub(crate) fn start_workers(inner: &Arc<Inner>, count: usize) -> std::io::Result<()> {
    for number in 0..count {
        let weak = Arc::downgrade(inner);
        let timers = inner.sequencer.timers().clone();
        let work = move || {
            while !timers.is_closed() {
                let seen = timers.version();
                let Some(inner) = Weak::upgrade(&weak) else { return };
                if inner.halted().is_some() {
                    drop(inner);
                    timers.wait(seen, LOOK_AGAIN);
                    continue;
                }
                let now = inner.now();
                if let Some(taken) = timers.next_due(now) {
                    drive(&inner, taken);
                    continue;
                }
                drop(inner);
                let until_due = timers.earliest_due().map_or(LOOK_AGAIN, |due| {
                    Duration::from_millis(u64::try_from(due.saturating_sub(now)).unwrap_or(0)).min(LOOK_AGAIN)
                });
                timers.wait(seen, until_due.max(Duration::from_millis(1)));
            }
        };
        let thread = std::thread::Builder::new().name(format!("worker-{number}")).spawn(work)?;
        inner.driver.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
    }
    Ok(())
}

/// Drives everything due now on this thread, by moment, lane and key.
pub(crate) fn drain(inner: &Inner) -> Result<u64, HostError> {
    let mut driven = 0;
    if inner.halted().is_some() {
        return Ok(0);
    }
    while let Some(taken) = inner.sequencer.timers().take_earliest_until(inner.now()) {
        driven += 1;
        if driven > JOBS_PER_MOMENT_MAX {
            let job = taken.timer().key.clone();
            return Err(HostError::Endless { job, times: driven, moment: inner.now() });
        }
        drive(inner, taken);
    }
    Ok(driven)
}

/// Waits until the workers have nothing to do at this moment. Answers how many jobs they have driven meanwhile.
pub(crate) fn wait_until_idle(inner: &Inner) -> u64 {
    let timers = inner.sequencer.timers();
    let before = inner.driver.counts().jobs;
    loop {
        let seen = timers.version();
        let due = timers.earliest_due().is_some_and(|due| due <= inner.now());
        if timers.is_closed() || (timers.taken() == 0 && (!due || inner.halted().is_some())) {
            return inner.driver.counts().jobs - before;
        }
        timers.wait(seen, LOOK_AGAIN);
    }
}

/// Drives a job for somebody who waits: on a thread of its own, so that patience can end before the job does.
pub(crate) fn in_front(inner: &Arc<Inner>, job: &str, patience: Duration) -> Result<(), HostError> {
    let timers = inner.sequencer.timers();
    let until = Instant::now() + patience;
    if inner.halted().is_none()
        && let Some(taken) = timers.take(job)
    {
        if inner.driver.in_front.fetch_add(1, Ordering::SeqCst) < FRONT_MAX {
            let (done, wait) = mpsc::channel();
            let host = inner.clone();
            let thread = std::thread::Builder::new().name("front".to_owned()).spawn(move || {
                drive(&host, taken);
                host.driver.in_front.fetch_sub(1, Ordering::SeqCst);
                // The waiting side may have lost its patience.
                let _ = done.send(());
            });
            if thread.is_ok() {
                // Patience that ends is an answer too.
                let _ = wait.recv_timeout(patience);
                return Ok(());
            }
        }
        inner.driver.in_front.fetch_sub(1, Ordering::SeqCst);
    }
    // Somebody else drives it, or will: look until it stands still.
    let question = json!({"job": job});
    loop {
        let seen = timers.version();
        let answer = look(inner, &question)?;
        if answer != json!("working") {
            return Ok(());
        }
        let Some(left) = until.checked_duration_since(Instant::now()) else { return Ok(()) };
        timers.wait(seen, left.min(Duration::from_millis(100)));
    }
}

/// What a step of a job came to.
enum Step {
    Perform(Value),
    Again,
    Rest,
    /// The rules know no such job any more.
    Forget,
    /// Nothing can be done now.
    PutOff(String),
}

/// Drives one job until it rests.
fn drive(inner: &Inner, taken: TakenTimer) {
    inner.driver.jobs.fetch_add(1, Ordering::Relaxed);
    let job = taken.timer().key.clone();
    for _ in 0..AGAIN_MAX {
        let mut step = step(inner, "jobs.begin", json!({"job": job}));
        while let Step::Perform(task) = step {
            step = perform(inner, &job, task);
        }
        match step {
            Step::Again => {}
            Step::Rest | Step::Perform(_) => return,
            Step::Forget => {
                forget(inner, &job);
                return;
            }
            Step::PutOff(cause) => {
                inner.driver.put_off.fetch_add(1, Ordering::Relaxed);
                tracing::error!(job, cause, "a job cannot be driven and is put off");
                taken.postpone(inner.now().saturating_add(PUT_OFF_MS));
                return;
            }
        }
    }
}

fn perform(inner: &Inner, job: &str, task: Value) -> Step {
    inner.driver.performed.fetch_add(1, Ordering::Relaxed);
    let attempt = task.get("attempt").cloned().unwrap_or(Value::Null);
    let Inner { effects, runtime, capabilities, claims, .. } = inner;
    let done = match effects::perform(*effects, &**runtime, capabilities, claims, || inner.now(), &task) {
        Ok(done) => done,
        Err(error) => {
            inner.driver.lost.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(job, %error, "the answer of an effect was lost");
            json!({"lost": error.to_string()})
        }
    };
    match step(inner, "jobs.finish", json!({"job": job, "attempt": attempt, "done": done})) {
        // Somebody else has finished it, or a later attempt is under way: that one will.
        Step::Forget => Step::Rest,
        other => other,
    }
}

fn step(inner: &Inner, function: &str, arguments: Value) -> Step {
    let answer = match inner.submit_call(function.to_owned(), arguments).wait() {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Step::PutOff(error.to_string()),
        Err(error) => return Step::PutOff(error.to_string()),
    };
    if let Some(next) = answer.get("ok") {
        return match next {
            Value::String(word) if word == "again" => Step::Again,
            Value::String(_) => Step::Rest,
            perform => perform.get("perform").map_or_else(
                || Step::PutOff(format!("{function} answered {perform}")),
                |task| Step::Perform(task.clone()),
            ),
        };
    }
    match answer.get("err") {
        Some(Value::String(word)) if word == "no-such-job" => Step::Forget,
        Some(error) if error.get("stale-attempt").is_some() => Step::Rest,
        error => Step::PutOff(format!("{function} answered {}", error.unwrap_or(&answer))),
    }
}

/// Takes a timer back that the rules do not know.
fn forget(inner: &Inner, job: &str) {
    let changes = Changes { cancels: vec![job.to_owned()], ..Changes::default() };
    let moment = inner.now();
    let forgotten = inner.sequencer.submit(move |_, locals| {
        let moment = moment.max(locals.moment_floor());
        ((), Decision::keep(changes, moment))
    });
    if let Err(error) = forgotten.wait() {
        tracing::warn!(job, %error, "a timer of no job stays");
    }
}
