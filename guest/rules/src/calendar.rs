//! The UTC calendar: money time is UTC (R25).

use crate::vocabulary::{DAY_MS, Instant};
use jiff::civil::Date;

/// A cap's period (R22).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// UTC calendar day.
    Day,
    /// Week from Monday.
    Week,
    /// Calendar month.
    Month,
}

fn epoch() -> Date {
    jiff::civil::date(1970, 1, 1)
}

/// The UTC date of a moment. Moments outside the years 1 to 9999 count as the nearest date inside.
pub fn date(at: Instant) -> Date {
    let days = at.div_euclid(DAY_MS).clamp(-719_162, 2_932_896);
    epoch().saturating_add(jiff::Span::new().days(days))
}

/// 00:00 UTC of a date.
pub fn start_of(date: Date) -> Instant {
    let span = date.since((jiff::Unit::Day, epoch())).expect("whole days between dates");
    Instant::from(span.get_days()) * DAY_MS
}

/// `2026-11-21`.
pub fn day_name(at: Instant) -> String {
    date(at).to_string()
}

/// First moment of the period that holds `at`, and of the one after it.
pub fn bounds(period: Period, at: Instant) -> (Instant, Instant) {
    let day = date(at);
    let (first, next) = match period {
        Period::Day => (day, day.saturating_add(jiff::Span::new().days(1))),
        Period::Week => {
            let monday = day.saturating_sub(jiff::Span::new().days(day.weekday().to_monday_zero_offset()));
            (monday, monday.saturating_add(jiff::Span::new().days(7)))
        }
        Period::Month => {
            let first = day.first_of_month();
            (first, first.saturating_add(jiff::Span::new().months(1)))
        }
    };
    (start_of(first), start_of(next))
}

/// The first moment at which a card of this expiry can no longer be charged: the first of the month after. `None`: no such month.
pub fn card_expires(year: u16, month: u8) -> Option<Instant> {
    let first = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
    Some(start_of(first.saturating_add(jiff::Span::new().months(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_of_a_friday_in_a_leap_year() {
        let at = start_of(jiff::civil::date(2028, 2, 25)) + 1;
        let name = |moment| day_name(moment);
        assert_eq!(day_name(at), "2028-02-25");
        let (first, next) = bounds(Period::Week, at);
        assert_eq!((name(first), name(next)), ("2028-02-21".into(), "2028-02-28".into()));
        let (first, next) = bounds(Period::Month, at);
        assert_eq!((name(first), name(next)), ("2028-02-01".into(), "2028-03-01".into()));
        let (first, next) = bounds(Period::Day, at);
        assert_eq!((next - first, name(first)), (DAY_MS, "2028-02-25".into()));
        assert_eq!(card_expires(2027, 12), Some(start_of(jiff::civil::date(2028, 1, 1))));
        assert_eq!(card_expires(2027, 13), None);
        assert_eq!(day_name(-1), "1969-12-31");
    }
}
