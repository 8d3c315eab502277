//! Rate limits: the rules say how many requests an account may make, this counts them (SEC-10, R41, R50).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Accounts that are remembered at once. All of them would have to ask within one second.
const ACCOUNTS_MAX: usize = 100_000;
/// A full bucket lasts this long.
const WINDOW: Duration = Duration::from_secs(1);

/// One bucket a main account: as many requests as the rate at once, refilled evenly.
///
/// A bucket is kept as one moment: when it will be full again. An account that asks for nothing is full and need not be remembered.
#[derive(Default)]
pub struct Buckets {
    full_at: Mutex<HashMap<String, Instant>>,
}

impl Buckets {
    /// Takes one request of `rate` a second, or says how long to wait for the next.
    pub fn take(&self, account: &str, rate: u32, now: Instant) -> Result<(), Duration> {
        let step = WINDOW / rate.max(1);
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.get(account).copied().unwrap_or(now).max(now);
        let next = full_at + step;
        let ahead = next.saturating_duration_since(now);
        if ahead > WINDOW {
            return Err(ahead - WINDOW);
        }
        if buckets.len() >= ACCOUNTS_MAX && !buckets.contains_key(account) {
            buckets.retain(|_, full_at| *full_at > now);
            if buckets.len() >= ACCOUNTS_MAX {
                // Whatever does this is no account over its limit: better too lenient for a second than without memory.
                buckets.clear();
            }
        }
        buckets.insert(account.to_owned(), next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_rate_at_once_and_then_evenly() {
        let (buckets, start) = (Buckets::default(), Instant::now());
        for _ in 0..20 {
            assert_eq!(buckets.take("MA1", 20, start), Ok(()));
        }
        assert_eq!(buckets.take("MA1", 20, start), Err(Duration::from_millis(50)));
        // Another account is not touched by it, and a refusal costs nothing.
        assert_eq!(buckets.take("MA2", 20, start), Ok(()));
        assert_eq!(buckets.take("MA1", 20, start + Duration::from_millis(49)), Err(Duration::from_millis(1)));
        assert_eq!(buckets.take("MA1", 20, start + Duration::from_millis(50)), Ok(()));
        assert!(buckets.take("MA1", 20, start + Duration::from_millis(50)).is_err());
        // After a quiet second it is full again.
        let later = start + Duration::from_secs(3);
        assert_eq!((0..25).filter(|_| buckets.take("MA1", 20, later).is_ok()).count(), 20);
    }

    #[test]
    fn the_memory_is_bounded() {
        let (buckets, start) = (Buckets::default(), Instant::now());
        for number in 0..ACCOUNTS_MAX + 10 {
            assert_eq!(buckets.take(&number.to_string(), 1, start), Ok(()));
        }
        assert_eq!(buckets.full_at.lock().expect("lock").len(), 10);
    }
}
