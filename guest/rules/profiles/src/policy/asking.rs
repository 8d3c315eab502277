//! When the outside is asked again about something that is not final (R11).

use super::record::Policy;
use coinbox_ground::vocabulary::{DAY_MS, Instant};

/// The outside may not ask to be asked again sooner than this.
const SOONEST_MS: Instant = 1_000;

impl Policy {
    /// The next moment to ask about something that was asked about `asked` times before: `asked_for` by the outside, within a second and a day from now, or
    /// else by the schedule of `ask_again_ms`, of which the last entry repeats. Asked no later than the first of `looks` that is still to come: what is open
    /// then is somebody's business from that moment on.
    pub fn ask_again(
        &self,
        now: Instant,
        asked: u32,
        asked_for: Option<Instant>,
        looks: impl IntoIterator<Item = Instant>,
    ) -> Instant {
        let due = match asked_for {
            Some(moment) => moment.clamp(now + SOONEST_MS, now + DAY_MS),
            None => now + self.wait(asked),
        };
        looks.into_iter().filter(|look| now < *look).fold(due, Instant::min)
    }

    fn wait(&self, asked: u32) -> Instant {
        let step = usize::try_from(asked).unwrap_or(usize::MAX);
        self.ask_again_ms.get(step).or(self.ask_again_ms.last()).copied().unwrap_or(DAY_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = 1_772_323_200_000;

    fn policy(ask_again_ms: &[Instant]) -> Policy {
        Policy { ask_again_ms: ask_again_ms.to_vec(), ..Policy::default() }
    }

    #[test]
    fn follows_the_schedule_and_repeats_its_last_entry() {
        let policy = policy(&[60_000, 300_000, 3_600_000]);
        let next = |asked| policy.ask_again(NOW, asked, None, []) - NOW;
        assert_eq!([0, 1, 2, 3, u32::MAX].map(next), [60_000, 300_000, 3_600_000, 3_600_000, 3_600_000]);
    }

    #[test]
    fn a_stored_policy_without_schedule_waits_a_day() {
        assert_eq!(policy(&[]).ask_again(NOW, 0, None, []), NOW + DAY_MS);
    }

    #[test]
    fn the_outside_chooses_within_a_second_and_a_day() {
        let policy = policy(&[60_000]);
        let next = |moment| policy.ask_again(NOW, 0, Some(moment), []) - NOW;
        assert_eq!(
            [0, NOW, NOW + 1_000, NOW + 90_000, NOW + DAY_MS, Instant::MAX].map(next),
            [1_000, 1_000, 1_000, 90_000, DAY_MS, DAY_MS]
        );
    }

    #[test]
    fn asks_no_later_than_the_first_look_to_come() {
        let policy = policy(&[60_000]);
        assert_eq!(policy.ask_again(NOW, 0, None, [NOW + 59_999, NOW + 30_000, NOW - 1]), NOW + 30_000);
        assert_eq!(policy.ask_again(NOW, 0, None, [NOW + 60_001, NOW]), NOW + 60_000);
        // Sooner than the outside may choose.
        assert_eq!(policy.ask_again(NOW, 0, Some(NOW + 90_000), [NOW + 1]), NOW + 1);
    }
}
