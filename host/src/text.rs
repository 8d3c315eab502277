//! Amounts and moments as people and wires write them.
//!
//! The contract counts millionths and milliseconds. Everything that a person types or reads is decimal text and RFC 3339. The conversion is
//! exact in both directions, and it is only here.

use jiff::Timestamp;

/// Micro-units in one unit of currency.
const MICROS: u64 = 1_000_000;

/// Digits of milliseconds, at least: a year, a date without hyphens, or seconds are no milliseconds. Those of 1973 have as many.
const MILLISECONDS_DIGITS: usize = 12;

/// Text that is no amount or no moment.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TextError {
    /// Not decimal text, more than six decimals, or out of range.
    #[error("`{0}` is not an amount such as 25.00: digits, at most 6 decimals, up to 9223372036854.775807")]
    Amount(String),
    /// Neither RFC 3339 nor milliseconds.
    #[error("`{0}` is not a moment such as 2026-01-31T12:00:00Z, or milliseconds since 1970 (12 digits or more)")]
    Moment(String),
    /// No duration.
    #[error("`{0}` is not a duration such as 90s, 15m, 12h, 30d: a whole number and one of ms, s, m, h, d")]
    Duration(String),
}

/// Micros of decimal text such as `25.00` or `-0.00001`.
///
/// ```
/// # use coinbox_host::text::micros;
/// assert_eq!(micros("25.00"), Ok(25_000_000));
/// assert!(micros("25,00").is_err());
/// ```
pub fn micros(text: &str) -> Result<i64, TextError> {
    let wrong = || TextError::Amount(shortened(text));
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 6 {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let fraction: u64 = format!("{fraction:0<6}").parse().map_err(|_| wrong())?;
    let magnitude = whole.checked_mul(MICROS).and_then(|whole| whole.checked_add(fraction)).ok_or_else(wrong)?;
    let signed = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    i64::try_from(signed).map_err(|_| wrong())
}

/// Exact decimal text with at least so many decimals, and more only where the amount has them.
fn decimals(micros: i64, least: usize) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let magnitude = micros.unsigned_abs();
    let fraction = format!("{:06}", magnitude % MICROS);
    match fraction.trim_end_matches('0').len().max(least) {
        0 => format!("{sign}{}", magnitude / MICROS),
        kept => format!("{sign}{}.{}", magnitude / MICROS, &fraction[..kept]),
    }
}

/// `25.00`, `-0.00345`: for people.
pub fn amount(micros: i64) -> String {
    decimals(micros, 2)
}

/// `25.00 USD`, `25 JPY`, `25.000 KWD`: for people, with the digits of the currency's smallest unit and its code (CRD-17).
pub fn amount_in(micros: i64, currency: &str) -> String {
    let least = coinbox_forms::currency::digits(currency).map_or(2, usize::from);
    format!("{} {currency}", decimals(micros, least))
}

/// `25.00000`: the form of the wire (ACC-13). Posted amounts have five decimals; should one ever have a sixth, it is shown.
pub fn amount_on_wire(micros: i64) -> String {
    decimals(micros, 5)
}

/// A moment in RFC 3339, UTC.
pub fn moment(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map_or_else(|_| format!("{at_ms} ms"), |moment| moment.to_string())
}

/// Day of a moment, UTC: `2026-01-31`.
pub fn day(at_ms: i64) -> String {
    moment(at_ms).split('T').next().unwrap_or_default().to_owned()
}

/// Milliseconds of RFC 3339 text with its offset, or of plain milliseconds: `0`, the beginning, or as many digits as those of 1973 and later
/// have. Parts of a millisecond are cut.
pub fn moment_ms(text: &str) -> Result<i64, TextError> {
    let wrong = || TextError::Moment(shortened(text));
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let fits = text == "0" || (MILLISECONDS_DIGITS..=20).contains(&text.len());
        return if fits { text.parse().map_err(|_| wrong()) } else { Err(wrong()) };
    }
    text.parse::<Timestamp>().map(|moment| moment.as_millisecond()).map_err(|_| wrong())
}

/// Milliseconds of text such as `90s` or `30d`.
pub fn duration_ms(text: &str) -> Result<i64, TextError> {
    let wrong = || TextError::Duration(shortened(text));
    let end = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
    let unit: i64 = match &text[end..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    text[..end].parse::<i64>().ok().and_then(|count| count.checked_mul(unit)).ok_or_else(wrong)
}

/// A duration in the largest unit that is exact.
pub fn duration(ms: i64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = units.into_iter().find(|(length, _)| ms != 0 && ms % length == 0);
    unit.map_or_else(|| format!("{ms}ms"), |(length, name)| format!("{}{name}", ms / length))
}

/// A duration for people, in its largest unit, cut: `40 days`, `1 hour`.
pub fn rough_duration(ms: u64) -> String {
    let units = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second")];
    let (length, unit) = units.into_iter().find(|(length, _)| ms >= *length).unwrap_or((1, "millisecond"));
    let count = ms / length;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Whether a letter does something instead of being shown: it steers a terminal, begins a line, or turns the line round.
pub fn is_acting(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            // Direction: marks, embeddings, overrides, isolates.
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Separators of lines and paragraphs, annotations, tags, and what is not there to be seen.
            | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// At most 60 characters of a text, for a message.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_in_both_directions() {
        for (text, micros_expected) in [
            ("25.00", 25_000_000),
            ("25", 25_000_000),
            ("0.00001", 10),
            ("-5.5", -5_500_000),
            ("0.000001", 1),
            ("9223372036854.775807", i64::MAX),
            ("-9223372036854.775808", i64::MIN),
        ] {
            assert_eq!(micros(text), Ok(micros_expected), "{text}");
        }
        for text in
            ["", ".5", "5.", "1e3", "+1", "--1", "1.0000001", "1 000", "25,00", "9223372036854.775808", "NaN", "٣"]
        {
            assert_eq!(micros(text), Err(TextError::Amount(text.to_owned())), "{text}");
        }
        assert_eq!(amount(25_000_000), "25.00");
        assert_eq!(amount(-10), "-0.00001");
        assert_eq!(amount(i64::MIN), "-9223372036854.775808");
        assert_eq!(amount_in(25_000_000, "USD"), "25.00 USD");
        assert_eq!(amount_in(25_000_000, "JPY"), "25 JPY");
        assert_eq!(amount_in(-25_500_000, "JPY"), "-25.5 JPY");
        assert_eq!(amount_in(25_000_000, "KWD"), "25.000 KWD");
    }

    #[test]
    fn the_wire_has_five_decimals() {
        assert_eq!(amount_on_wire(0), "0.00000");
        assert_eq!(amount_on_wire(4_888_600), "4.88860");
        assert_eq!(amount_on_wire(-5_000_000), "-5.00000");
        assert_eq!(amount_on_wire(-10), "-0.00001");
        assert_eq!(amount_on_wire(1), "0.000001");
    }

    #[test]
    fn moments_are_rfc_3339_or_milliseconds() {
        assert_eq!(moment_ms("1970-01-01T00:00:01.5Z"), Ok(1_500));
        assert_eq!(moment_ms("2026-01-31T13:00:00+01:00"), moment_ms("2026-01-31T12:00:00Z"));
        assert_eq!(moment_ms("1767225600000"), Ok(1_767_225_600_000));
        assert_eq!(moment_ms("0"), Ok(0));
        assert_eq!(moment(1_767_225_600_000), "2026-01-01T00:00:00Z");
        assert_eq!(day(1_767_225_600_000), "2026-01-01");
        for text in [
            "",
            "-",
            "yesterday",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "99999999999999999999",
            "1.5",
            "2026",
            "20261001",
            "1767225600",
            "-1",
        ] {
            assert_eq!(moment_ms(text), Err(TextError::Moment(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn durations_name_their_unit() {
        assert_eq!(duration_ms("90s"), Ok(90_000));
        assert_eq!(duration_ms("30d"), Ok(2_592_000_000));
        for text in ["", "5", "d", "-5s", "1.5h", "5w", "99999999999999999999d"] {
            assert_eq!(duration_ms(text), Err(TextError::Duration(text.to_owned())), "{text}");
        }
    }
}
