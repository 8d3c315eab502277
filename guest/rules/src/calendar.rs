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

/// The date in a time zone of the IANA database, such as `2026-11-21` (R25: summaries and daily mails). Names that are not known count as UTC.
pub fn local_day(zone: &jiff::tz::TimeZone, at: Instant) -> Date {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| date(at), |moment| zone.to_datetime(moment).date())
}

/// A time zone by its name; UTC for a name that is not in the data inside.
pub fn zone(name: &str) -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get(name).unwrap_or(jiff::tz::TimeZone::UTC)
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
