//! Months of the UTC calendar.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The start of a moment's month, UTC.
pub fn month_of(at: i64) -> i64 {
    let date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    date.first_of_month().to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

/// The start of the next month after a moment, UTC.
pub fn next_month(at: i64) -> i64 {
    let date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let first = date.first_of_month().saturating_add(1.month());
    first.to_zoned(TimeZone::UTC).map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}
