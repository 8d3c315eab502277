//! Counts the calls of accounts (SEC-10, R75): the rules say what the limit is and refuse, this says whether it is used up.

use crate::capability::{Admission, Instant};
use crate::contract::admission_types::{AdmissionRequest, RateClass};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// Buckets that are remembered at once. All of their holders would have to ask within one second.
const BUCKETS_MAX: usize = 100_000;
/// A full bucket lasts this long, in microseconds.
const WINDOW: i64 = 1_000_000;
/// Requests of a bucket whose further calls cost nothing.
const REQUESTS_MAX: usize = 4;
/// Calls that one request may take.
const CALLS_MAX: u8 = 64;

/// One bucket for each account and class, in a session for each holder: as many calls as the limit at once, refilled evenly.
#[derive(Default)]
pub struct Buckets {
    open: Mutex<HashMap<(String, u8), Bucket>>,
    /// Tells requests apart without keeping their names; nobody outside can make two of them look alike.
    names: RandomState,
}

/// A bucket is kept as one moment: when it will be full again. An account that asks for nothing is full and need not be remembered.
#[derive(Clone, Copy, Default)]
struct Bucket {
    /// In microseconds.
    full_at: i64,
    /// Its last requests, and how many more calls each of them may take.
    requests: [(u64, u8); REQUESTS_MAX],
    /// Which of them is replaced next.
    next: usize,
}

impl Bucket {
    /// Whether this call belongs to a request that was counted.
    fn belongs(&mut self, request: u64) -> bool {
        match self.requests.iter_mut().find(|(known, left)| *known == request && *left > 0) {
            Some((_, left)) => {
                *left -= 1;
                true
            }
            None => false,
        }
    }

    fn remember(&mut self, request: u64) {
        self.requests[self.next] = (request, CALLS_MAX - 1);
        self.next = (self.next + 1) % REQUESTS_MAX;
    }
}

impl Admission for Buckets {
    fn admit(&self, now: Instant, asked: &AdmissionRequest) -> Option<Instant> {
        let who = if asked.class == RateClass::Session { &asked.holder } else { &asked.main };
        let key = (who.clone(), asked.class as u8);
        let request = self.names.hash_one(&asked.request);
        let (now, step) = (now.saturating_mul(1000), WINDOW / i64::from(asked.per_second.max(1)));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bucket = open.get(&key).copied().unwrap_or_default();
        if bucket.belongs(request) {
            open.insert(key, bucket);
            return None;
        }
        // A clock that was set back keeps nobody waiting for longer than a full bucket.
        let next = bucket.full_at.clamp(now, now.saturating_add(WINDOW)).saturating_add(step.max(1));
        let ahead = next.saturating_sub(now);
        if ahead > WINDOW {
            let again = now.saturating_add(ahead - WINDOW);
            return Some(again.saturating_add(999) / 1000);
        }
        if open.len() >= BUCKETS_MAX && !open.contains_key(&key) {
            open.retain(|_, bucket| bucket.full_at > now);
            if open.len() >= BUCKETS_MAX {
                // Whatever does this is no account over its limit: better too lenient for a second than without memory.
                open.clear();
            }
        }
        bucket.full_at = next;
        bucket.remember(request);
        open.insert(key, bucket);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call of its own request.
    fn asked(main: &str, class: RateClass, per_second: u32, request: &str) -> AdmissionRequest {
        AdmissionRequest {
            main: main.to_owned(),
            holder: format!("{main}/1"),
            credential: main.to_owned(),
            class,
            per_second,
            request: request.to_owned(),
        }
    }

    /// How many of so many requests at one moment are admitted, and what the last one is answered.
    fn burst(buckets: &Buckets, now: Instant, count: usize, call: impl Fn(&str) -> AdmissionRequest) -> usize {
        (0..count).filter(|number| buckets.admit(now, &call(&format!("{now}-{number}"))).is_none()).count()
    }

    #[test]
    fn sec_10_a_bucket_gives_its_limit_at_once_and_then_evenly() {
        let buckets = Buckets::default();
        let one = |request: &str| asked("MA1", RateClass::Standard, 20, request);
        assert_eq!(burst(&buckets, 1000, 20, one), 20);
        assert_eq!(buckets.admit(1000, &one("21")), Some(1050));
        // A refusal costs nothing, and another account is not touched by it.
        assert_eq!(buckets.admit(1049, &one("21")), Some(1050));
        assert_eq!(buckets.admit(1000, &asked("MA2", RateClass::Standard, 20, "1")), None);
        assert_eq!(buckets.admit(1050, &one("21")), None);
        assert_eq!(buckets.admit(1050, &one("22")), Some(1100));
        // After a quiet second it is full again, and not fuller.
        assert_eq!(burst(&buckets, 9000, 25, one), 20);
    }

    #[test]
    fn sec_10_classes_are_apart_and_sessions_are_their_holders() {
        let buckets = Buckets::default();
        for class in [RateClass::Standard, RateClass::Lookup, RateClass::Message, RateClass::Session] {
            assert_eq!(burst(&buckets, 0, 3, |request| asked("MA1", class, 2, request)), 2, "{class:?}");
        }
        let other = AdmissionRequest { holder: "MA1/2".to_owned(), ..asked("MA1", RateClass::Session, 2, "other") };
        assert_eq!(buckets.admit(0, &other), None, "another member of the same account");
        let sub = AdmissionRequest { holder: "SA1".to_owned(), ..asked("MA1", RateClass::Standard, 2, "sub") };
        assert_eq!(buckets.admit(0, &sub), Some(500), "a sub-account shares the limit of its account");
    }

    #[test]
    fn calls_of_one_request_count_once_but_not_without_end() {
        let buckets = Buckets::default();
        let same = asked("MA1", RateClass::Standard, 2, "same");
        let admitted = (0..200).filter(|_| buckets.admit(0, &same).is_none()).count();
        assert_eq!(admitted, 2 * usize::from(CALLS_MAX));
        assert_eq!(buckets.admit(0, &same), Some(500));
    }

    #[test]
    fn high_limits_and_low_ones_are_exact() {
        let buckets = Buckets::default();
        assert_eq!(burst(&buckets, 0, 100_010, |request| asked("MA1", RateClass::Standard, 100_000, request)), 100_000);
        assert_eq!(burst(&buckets, 0, 3, |request| asked("MA2", RateClass::Standard, 1, request)), 1);
        assert_eq!(buckets.admit(0, &asked("MA2", RateClass::Standard, 1, "next")), Some(1000));
        // A limit of none is no limit that the rules have.
        assert_eq!(buckets.admit(0, &asked("MA3", RateClass::Standard, 0, "one")), None);
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_out() {
        let buckets = Buckets::default();
        let one = |request: &str| asked("MA1", RateClass::Standard, 20, request);
        assert_eq!(burst(&buckets, 86_400_000, 20, one), 20);
        assert_eq!(buckets.admit(0, &one("back")), Some(50));
    }

    #[test]
    fn the_memory_is_bounded() {
        let buckets = Buckets::default();
        for number in 0..BUCKETS_MAX + 10 {
            assert_eq!(buckets.admit(0, &asked(&number.to_string(), RateClass::Standard, 1, "one")), None);
        }
        assert_eq!(buckets.open.lock().expect("lock").len(), 10);
    }
}
