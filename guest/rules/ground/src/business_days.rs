//! Business days, UTC: what a refund is due by (CRD-12, R24).

use crate::calendar;
use crate::vocabulary::Instant;
use jiff::civil::{Date, Weekday};

/// Whether business is done on a date: neither a Saturday or Sunday nor a holiday (dates such as `2026-12-25`).
fn is_business_day(date: Date, holidays: &[String]) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    !weekend && !holidays.iter().any(|holiday| *holiday == date.to_string())
}

/// The business day that is `count` of them after a moment's day, counting from the day after it. None: the day itself.
pub fn after(moment: Instant, count: u32, holidays: &[String]) -> Date {
    let mut date = calendar::date(moment);
    let mut left = count;
    // Weekends and the longest list of holidays together put it off by less than this.
    for _ in 0..count.saturating_mul(2) + 2_000 {
        if left == 0 {
            break;
        }
        date = date.saturating_add(jiff::Span::new().days(1));
        if is_business_day(date, holidays) {
            left -= 1;
        }
    }
    date
}

/// The first moment at which something that is due on a date is overdue: the next midnight, UTC.
pub fn end_of(date: Date) -> Instant {
    calendar::start_of(date.saturating_add(jiff::Span::new().days(1)))
}

/// Reads a date in its only form, `2026-12-25`.
pub fn parse(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    (date.to_string() == text).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::DAY_MS;
    use jiff::civil::date;

    fn due(year: i16, month: i8, day: i8, count: u32, holidays: &[&str]) -> String {
        let holidays: Vec<String> = holidays.iter().map(|holiday| (*holiday).to_owned()).collect();
        let moment = calendar::start_of(date(year, month, day));
        let due = after(moment, count, &holidays);
        assert_eq!(after(moment + DAY_MS - 1, count, &holidays), due, "any moment of the day counts alike");
        due.to_string()
    }

    #[test]
    fn twenty_business_days_are_four_weeks() {
        // 2026-03-02 is a Monday.
        assert_eq!(due(2026, 3, 2, 20, &[]), "2026-03-30");
        assert_eq!(due(2026, 3, 6, 1, &[]), "2026-03-09", "after a Friday comes a Monday");
        for weekend in [7, 8] {
            assert_eq!(due(2026, 3, weekend, 1, &[]), "2026-03-09");
        }
        assert_eq!(due(2026, 3, 2, 0, &[]), "2026-03-02");
    }

    #[test]
    fn holidays_put_it_off_weekends_among_them_do_not() {
        assert_eq!(due(2026, 3, 2, 20, &["2026-03-30"]), "2026-03-31", "the due day itself");
        assert_eq!(due(2026, 3, 2, 20, &["2026-03-28", "2026-03-31"]), "2026-03-30", "a Saturday, and a later day");
        assert_eq!(due(2026, 12, 23, 3, &["2026-12-25", "2027-01-01"]), "2026-12-29");
        assert_eq!(due(2026, 12, 30, 2, &["2026-12-25", "2027-01-01"]), "2027-01-04", "into the next year");
    }

    #[test]
    fn it_ends_at_midnight_and_dates_have_one_form() {
        assert_eq!(end_of(date(2026, 12, 31)), calendar::start_of(date(2027, 1, 1)));
        assert_eq!(parse("2026-02-28"), Some(date(2026, 2, 28)));
        for bad in ["2026-02-29", "2026-2-28", "20260228", "2026-02-28T00:00", ""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
