//! How numbers are written: the marks of a language, exact amounts, groups of three digits.

const MICROS: u64 = 1_000_000;

/// How numbers are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Marks {
    /// Between whole and fraction.
    pub decimal: String,
    /// Between groups of three digits.
    pub group: String,
}

/// Exact decimal text.
pub(crate) fn amount(micros: i128, least_decimals: usize, marks: &Marks) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let magnitude = micros.unsigned_abs();
    let fraction = format!("{:06}", magnitude % u128::from(MICROS));
    let kept = fraction.trim_end_matches('0').len().max(least_decimals);
    let whole = grouped(magnitude / u128::from(MICROS), marks);
    match kept {
        0 => format!("{sign}{whole}"),
        kept => format!("{sign}{whole}{}{}", marks.decimal, &fraction[..kept]),
    }
}

/// A whole number in groups of three.
pub(crate) fn grouped(number: u128, marks: &Marks) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push_str(&marks.group);
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        Marks { decimal: ".".to_owned(), group: ",".to_owned() }
    }

    #[test]
    fn amounts_are_exact_and_grouped() {
        for (micros, least, expected) in [
            (0, 5, "0.00000"),
            (10, 5, "0.00001"),
            (-10, 5, "-0.00001"),
            (1, 5, "0.000001"),
            (999_999_990, 5, "999.99999"),
            (1_000_000_000, 5, "1,000.00000"),
            (-1_234_567_891_230, 5, "-1,234,567.89123"),
            (25_000_000, 2, "25.00"),
            (25_500_000, 2, "25.50"),
            (25_123_450, 2, "25.12345"),
            (25_000_000, 0, "25"),
            (-1_250_500_000, 0, "-1,250.5"),
            (25_500_000, 3, "25.500"),
            (i128::from(i64::MAX), 2, "9,223,372,036,854.775807"),
            (i128::from(i64::MIN), 2, "-9,223,372,036,854.775808"),
        ] {
            assert_eq!(amount(micros, least, &marks()), expected, "{micros}");
        }
        let german = Marks { decimal: ",".to_owned(), group: ".".to_owned() };
        assert_eq!(amount(1_234_500_000, 5, &german), "1.234,50000");
        assert_eq!(grouped(u128::from(u64::MAX), &marks()), "18,446,744,073,709,551,615");
    }
}
