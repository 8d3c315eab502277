//! The choices of the operator.

use crate::operation::{Choice, DAY, USD};

/// The choices of the operator that the model knows, with the defaults of the requirements.
#[derive(Clone, Debug)]
pub struct Policy {
    /// CRD-3.
    pub minimum: i64,
    /// CRD-3.
    pub maximum: i64,
    /// CRD-8.
    pub thresholds: Vec<i64>,
    /// CRD-6, percent of B.
    pub levels: Vec<u32>,
    /// R7.
    pub series_limit: u32,
    /// R8.
    pub failure_limit: u32,
    /// CRD-15: days after issue on which an unpaid invoice is charged again.
    pub dunning_days: Vec<u32>,
    /// INV-7: country, percent in millionths, whether whoever has a tax ID owes it himself.
    pub taxes: Vec<(&'static str, i64, bool)>,
    /// ACC-4.
    pub trial_credits: i64,
    /// ACC-6.
    pub trial_subaccounts: usize,
    /// ACC-6.
    pub trial_numbers: usize,
    /// R15.
    pub window: i64,
    /// R15.
    pub ahead: i64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            minimum: 25 * USD,
            maximum: 10_000 * USD,
            thresholds: vec![500 * USD, 250 * USD, 100 * USD, 10 * USD],
            levels: vec![75, 50, 25, 0],
            series_limit: 40,
            failure_limit: 5,
            dunning_days: vec![1, 3, 5, 7],
            taxes: Vec::new(),
            trial_credits: 10 * USD,
            trial_subaccounts: 1,
            trial_numbers: 1,
            window: 35 * DAY,
            ahead: 10 * 60_000,
        }
    }
}

impl Policy {
    /// Makes one change.
    pub fn choose(&mut self, choice: &Choice) {
        match choice {
            Choice::Thresholds(thresholds) => self.thresholds.clone_from(thresholds),
            Choice::Levels(levels) => self.levels.clone_from(levels),
            Choice::Minimum(minimum) => self.minimum = *minimum,
            Choice::SeriesLimit(limit) => self.series_limit = *limit,
            Choice::FailureLimit(limit) => self.failure_limit = *limit,
            Choice::Taxes(rates) => self.taxes.clone_from(rates),
            Choice::DunningDays(days) => self.dunning_days.clone_from(days),
        }
    }

    /// How many days after issue the attempt is made that follows so many failed ones: the first at issue.
    pub(super) fn days_of_attempt(&self, failed: usize) -> Option<i64> {
        failed.checked_sub(1).map_or(Some(0), |step| self.dunning_days.get(step).copied().map(i64::from))
    }
}
