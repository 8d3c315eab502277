//! Random bytes: the operating system's, or a sequence that repeats with its seed.

use crate::capability::Random;
use rand::rngs::SysRng;
use rand::{Rng, SeedableRng, TryRng};
use rand_chacha::ChaCha20Rng;
use std::sync::{Mutex, PoisonError};

/// The operating system's source.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Tokens and nonces from a source that failed would be guessable: stopping is the safe answer.
        SysRng.try_fill_bytes(bytes).expect("the operating system's random source answers");
    }
}

/// A sequence that is the same for the same seed. For tests and demonstrations: whoever knows the seed knows every token.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    sequence: Mutex<ChaCha20Rng>,
}

impl SeededRandom {
    /// The sequence of a seed. Tests print the seed, so that a failure can be run again.
    pub fn new(seed: u64) -> SeededRandom {
        SeededRandom { seed, sequence: Mutex::new(ChaCha20Rng::seed_from_u64(seed)) }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.sequence.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(random: &dyn Random) -> [u8; 32] {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        bytes
    }

    #[test]
    fn same_seed_same_sequence() {
        let (one, two, other) = (SeededRandom::new(7), SeededRandom::new(7), SeededRandom::new(8));
        assert_eq!(one.seed(), 7);
        let first = take(&one);
        assert_eq!(first, take(&two));
        assert_ne!(first, take(&other));
        assert_ne!(first, take(&one), "the sequence goes on");
    }

    #[test]
    fn system_bytes_are_not_repeated() {
        assert_ne!(take(&SystemRandom), take(&SystemRandom));
    }
}
