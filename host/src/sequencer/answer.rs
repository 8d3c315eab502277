//! A command on its way: the code to run, its answer, and whoever waits for it.

use super::decision::{Decision, LaneLocals, SequenceError};
use crate::storage::View;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// The answer of a command: a future for asynchronous callers, [`Answer::wait`] for threads. Dropping it does not take the command back.
#[derive(Debug)]
pub struct Answer<T>(oneshot::Receiver<Result<T, SequenceError>>);

impl<T> Answer<T> {
    /// Blocks until the command is answered.
    ///
    /// # Panics
    ///
    /// Inside an asynchronous task, where the answer is to be awaited.
    pub fn wait(self) -> Result<T, SequenceError> {
        self.0.blocking_recv().unwrap_or(Err(SequenceError::Stopped))
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, SequenceError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|received| received.unwrap_or(Err(SequenceError::Stopped)))
    }
}

/// A command in the queue.
pub(super) trait Command: Send {
    /// Runs it; the answer is kept until it may be known.
    fn run(self: Box<Self>, view: &Arc<dyn View>, locals: &mut LaneLocals) -> (Decision, Box<dyn Held>);

    /// Answers it without running it.
    fn refuse(self: Box<Self>, error: SequenceError);
}

/// An answer that is held back.
pub(super) trait Held: Send {
    /// Gives the answer, or the reason why there is none.
    fn release(self: Box<Self>, outcome: Result<(), SequenceError>);
}

pub(super) struct Run<T, F> {
    run: F,
    answer: oneshot::Sender<Result<T, SequenceError>>,
}

struct Done<T> {
    result: Result<T, SequenceError>,
    answer: oneshot::Sender<Result<T, SequenceError>>,
}

impl<T, F> Run<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Arc<dyn View>, &mut LaneLocals) -> (T, Decision) + Send + 'static,
{
    pub(super) fn command(run: F) -> (Box<dyn Command>, Answer<T>) {
        let (answer, receiver) = oneshot::channel();
        (Box::new(Run { run, answer }), Answer(receiver))
    }
}

impl<T, F> Command for Run<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Arc<dyn View>, &mut LaneLocals) -> (T, Decision) + Send + 'static,
{
    fn run(self: Box<Self>, view: &Arc<dyn View>, locals: &mut LaneLocals) -> (Decision, Box<dyn Held>) {
        let Run { run, answer } = *self;
        let (result, decision) = match catch_unwind(AssertUnwindSafe(|| run(view, locals))) {
            Ok((value, decision)) => (Ok(value), decision),
            Err(panic) => {
                // Whatever was left half done in there is not used again.
                locals.clear();
                (Err(SequenceError::Panicked(panic_text(&*panic))), Decision::Discard)
            }
        };
        (decision, Box::new(Done { result, answer }))
    }

    fn refuse(self: Box<Self>, error: SequenceError) {
        // Nobody waits for it any more: then nobody needs to know.
        let _ = self.answer.send(Err(error));
    }
}

impl<T: Send> Held for Done<T> {
    fn release(self: Box<Self>, outcome: Result<(), SequenceError>) {
        let result = outcome.and(self.result);
        // Nobody waits for it any more: then nobody needs to know.
        let _ = self.answer.send(result);
    }
}

/// The text of a panic, where it has one.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".to_owned())
}
