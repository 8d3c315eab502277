//! What chance decides, the same for the same seed on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A sequence of throws.
pub(crate) struct Dice(ChaCha20Rng);

impl Dice {
    /// The throws of a seed. They are not those of the host's random bytes.
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(ChaCha20Rng::seed_from_u64(seed ^ 0x5EED_0F0F_DA7A_0001))
    }

    /// 0 to `end`, excluded. The small preference of the remainder does not matter here.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end.max(1)
    }

    /// [`Dice::below`] as an amount.
    pub(crate) fn amount(&mut self, end: i64) -> i64 {
        i64::try_from(self.below(end.unsigned_abs())).unwrap_or(0)
    }

    /// True in so many of a hundred throws.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several, which must not be empty.
    pub(crate) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap_or(0)].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_throws_the_same_again() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            (0..5).map(|_| dice.below(1000)).collect::<Vec<u64>>()
        };
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
    }

    #[test]
    fn throws_keep_to_their_bounds() {
        let mut dice = Dice::new(3);
        for _ in 0..1000 {
            assert!(dice.below(6) < 6 && (0..6).contains(&dice.amount(6)));
            assert!([4, 5].contains(&dice.of(&[4, 5])));
            assert!(!dice.chance(0) && dice.chance(100));
        }
        assert_eq!(dice.below(0), 0);
        let sixes = (0..6000).filter(|_| dice.below(6) == 5).count();
        assert!((800..1200).contains(&sixes), "{sixes} of 6000");
    }
}
