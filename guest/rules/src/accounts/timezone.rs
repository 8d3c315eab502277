//! IANA time zone names that an account may be kept in (ACC-13).
//!
//! `timezones.txt` holds the names of the public tz database, zones and links, in byte order; its first line is the
//! release. Nothing here computes local times: only the names are known.

const DATA: &str = include_str!("timezones.txt");

/// Release of the tz database that the names come from.
pub fn release() -> &'static str {
    DATA.lines().next().unwrap_or_default()
}

/// Whether it is the name of a time zone, in exactly this spelling.
pub fn is_known(name: &str) -> bool {
    !name.is_empty() && DATA.lines().skip(1).any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_published_ones() {
        for known in ["Europe/Berlin", "UTC", "Asia/Kolkata", "US/Pacific", "America/Argentina/Buenos_Aires"] {
            assert!(is_known(known), "{known}");
        }
        for unknown in ["", "europe/berlin", "Europe/Berlin ", "Mars/Olympus", "2025b", "Europe/Berlin\nUTC"] {
            assert!(!is_known(unknown), "{unknown:?}");
        }
        assert_eq!(release(), "2025b");
        assert_eq!(DATA.lines().count(), 1 + 597);
    }
}
