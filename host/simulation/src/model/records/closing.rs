//! A closing that has begun, and refunds with their business days (ACC-12, CRD-12, R23, R24).

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Business days until a refund is done: the default of the requirements. There are no holidays by default.
pub(crate) const BUSINESS_DAYS: u32 = 20;

/// A closing that has begun.
#[derive(Clone, Debug)]
pub(crate) struct Closing {
    pub(crate) begun: i64,
    /// From then on usage is rejected.
    pub(crate) ends: i64,
    /// The final invoice is made.
    pub(crate) invoiced: bool,
    /// The feed has told that something is owed.
    pub(crate) owing: bool,
}

/// How a refund stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefundState {
    /// Not sent, or without final answer.
    Open,
    /// Declined: a person decides.
    Failed,
    /// The gateway has given it back.
    Paid,
    /// The operator has.
    SettledOtherwise,
    /// The number is that of a refund of a history that was lost, which was never made.
    Never,
}

/// One refund.
#[derive(Clone, Debug)]
pub struct Refund {
    /// Number of the charge.
    pub charge: u32,
    /// Whole cents.
    pub amount: i64,
    /// How it stands.
    pub state: RefundState,
    /// How often it was sent under a key of its own.
    pub tries: u32,
    pub(in crate::model) overdue_at: i64,
    pub(in crate::model) overdue: bool,
}

/// The business day that is so many of them after a moment's day, counted from the next day.
pub(crate) fn business_day(at: i64, count: u32) -> Date {
    let mut date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let mut left = count;
    while left > 0 {
        date = date.saturating_add(1.day());
        left -= u32::from(!matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday));
    }
    date
}

/// The midnight at which a day is over, UTC.
pub(crate) fn midnight_after(date: Date) -> i64 {
    let next = date.saturating_add(1.day()).to_zoned(TimeZone::UTC);
    next.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refunds_are_due_after_twenty_business_days() {
        // 2026-03-02, a Monday; 2026-03-07, a Saturday.
        assert_eq!(business_day(1_772_409_600_000, 20).to_string(), "2026-03-30");
        assert_eq!(business_day(1_772_841_600_000, 20).to_string(), "2026-04-03");
        assert_eq!(midnight_after(business_day(1_772_409_600_000, 20)), 1_774_915_200_000);
    }
}
