//! Weighing passwords: a hash takes tens of milliseconds of a core and tens of megabytes, so that only so many are made at once.

use super::answer::Failure;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Longest wait for a permit.
const PATIENCE: Duration = Duration::from_secs(2);
/// When to come again where none was free.
const AGAIN_SECONDS: u64 = 2;

/// Half as many permits as there are cores, and one at least: whoever logs in does not slow down usage, which needs the others.
pub(crate) struct Weighers(Arc<Semaphore>);

impl Default for Weighers {
    fn default() -> Weighers {
        Weighers::of(std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1)))
    }
}

/// The permission to weigh one password. It stays with the work, whatever becomes of whoever waits for it.
pub(crate) struct Permit {
    _held: OwnedSemaphorePermit,
}

impl Weighers {
    fn of(permits: usize) -> Weighers {
        Weighers(Arc::new(Semaphore::new(permits)))
    }

    /// A permit, within two seconds. To be asked for before a try is counted: whoever is turned away has used up none.
    pub(crate) async fn permit(&self) -> Result<Permit, Failure> {
        let busy = || Failure::unavailable("too many passwords are being checked, try again", AGAIN_SECONDS);
        match tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await {
            Ok(Ok(held)) => Ok(Permit { _held: held }),
            _ => Err(busy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attack 23.
    #[tokio::test]
    async fn who_finds_no_permit_within_two_seconds_is_told_when_to_come_again() {
        let weighers = Weighers::of(2);
        let (first, second) = (weighers.permit().await.expect("free"), weighers.permit().await.expect("free"));
        let started = std::time::Instant::now();
        let failure = weighers.permit().await.err().expect("none is free");
        assert_eq!((failure.status.as_u16(), failure.retry_after), (503, Some(2)));
        assert!(started.elapsed() >= PATIENCE);
        drop(first);
        let third = weighers.permit().await.expect("one is free again");
        drop((second, third));
    }
}
