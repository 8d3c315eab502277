//! The thread that makes groups durable.

use super::answer::panic_text;
use super::decision::{OnFailure, SequenceError};
use super::shared::Shared;
use crate::storage::StoreError;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Makes groups durable, one after another, until no command can come any more.
pub(super) fn flush_all(shared: &Shared, on_failure: Option<OnFailure>) {
    let mut on_failure = on_failure;
    while let Some((group, mut waiters)) = shared.groups.take() {
        let committed = catch_unwind(AssertUnwindSafe(|| shared.durable.commit(&group)));
        let committed =
            committed.unwrap_or_else(|panic| Err(StoreError(format!("commit panicked: {}", panic_text(&*panic)))));
        match committed {
            Ok(()) => {
                waiters.append(&mut shared.groups.flushed());
                // Before the answers: who has one finds the timers that it set.
                shared.timers.apply(&group.timers);
                for (held, outcome) in waiters {
                    held.release(outcome);
                }
            }
            Err(StoreError(text)) => {
                tracing::error!(error = %text, "making changes safe failed, nothing goes on");
                // It is the first one: after it no group is taken.
                shared.failure.set(&text);
                waiters.append(&mut shared.groups.abandon());
                shared.timers.close();
                for (held, _) in waiters {
                    held.release(Err(SequenceError::StoreFailed(text.clone())));
                }
                if let Some(tell) = on_failure.take() {
                    tell(&text);
                }
            }
        }
    }
}
