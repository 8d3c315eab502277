//! A rate: a price per minute, part or other unit, exact to 8 decimals, and the amount that a count of it comes to.

use crate::money::{MICROS_PER_POSTED_STEP, Money, MoneyOverflow};
use crate::text::{parse_signed, push_decimals, push_padded};
use std::fmt;

/// Decimals of a rate.
const RATE_DECIMALS: usize = 8;

/// One unit of currency in steps of a rate.
const RATE_STEPS_PER_UNIT: u64 = 100_000_000;

/// Steps of a rate in the last place of a posted amount.
const RATE_STEPS_PER_POSTED_STEP: u64 = 1000;

/// The highest rate: 1000 a minute or part.
pub const RATE_MAX: Rate = Rate(1000 * RATE_STEPS_PER_UNIT);

/// A price per minute or part: zero or more, exact to 8 decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rate(u64);

impl Rate {
    /// From the smallest steps that a rate has: hundred-millionths.
    pub fn from_steps(steps: u64) -> Rate {
        Rate(steps)
    }

    /// In hundred-millionths.
    pub fn steps(self) -> u64 {
        self.0
    }

    /// How often the rate over `per` gives an amount that was posted for it, if there is such a count.
    pub fn count_of(self, amount: Money, per: u64) -> Option<u64> {
        let steps = i128::from(amount.micros()) * i128::from(RATE_STEPS_PER_UNIT / 1_000_000) * i128::from(per);
        let rate = i128::from(self.0);
        let count = u64::try_from((steps + rate / 2).checked_div(rate)?).ok()?;
        (self.posted(count, per) == Ok(amount)).then_some(count)
    }

    /// Reads digits with at most 8 decimals, no sign, no exponent.
    pub fn parse(text: &str) -> Option<Rate> {
        if text.starts_with('-') {
            return None;
        }
        parse_signed(text, RATE_DECIMALS).and_then(|steps| u64::try_from(steps).ok()).map(Rate)
    }

    /// Appends the text that [`fmt::Display`] gives.
    pub fn append_to(self, text: &mut String) {
        push_padded(text, self.0 / RATE_STEPS_PER_UNIT, 1);
        push_decimals(text, (self.0 % RATE_STEPS_PER_UNIT) as u32);
    }

    /// `count` times the rate over `per`, rounded once, half away from zero at 5 decimals (R3). The same as
    /// [`Money::posted`] of the exact quotient, in whole numbers because this is the hottest sum there is.
    pub fn posted(self, count: u64, per: u64) -> Result<Money, MoneyOverflow> {
        let unit = product(per, RATE_STEPS_PER_POSTED_STEP).ok_or(MoneyOverflow)?;
        let steps = match product(self.0, count).and_then(|exact| exact.checked_add(unit / 2)) {
            Some(exact) => exact / unit,
            // Counts of bytes are large, and units of their price too.
            None => {
                let exact = u128::from(self.0) * u128::from(count) + u128::from(unit / 2);
                u64::try_from(exact / u128::from(unit)).map_err(|_| MoneyOverflow)?
            }
        };
        let micros =
            product(steps, MICROS_PER_POSTED_STEP.unsigned_abs()).and_then(|micros| i64::try_from(micros).ok());
        micros.map(Money::from_micros).ok_or(MoneyOverflow)
    }

    /// The same for a sum of counts at several rates, each count times [`Rate::steps`]: rounded once over all of them (USE-9).
    pub fn posted_sum(exact: u128, per: u64) -> Result<Money, MoneyOverflow> {
        let unit = u128::from(per) * u128::from(RATE_STEPS_PER_POSTED_STEP);
        let steps = exact.checked_add(unit / 2).and_then(|exact| exact.checked_div(unit)).ok_or(MoneyOverflow)?;
        let micros = i64::try_from(steps).ok().and_then(|steps| steps.checked_mul(MICROS_PER_POSTED_STEP));
        micros.map(Money::from_micros).ok_or(MoneyOverflow)
    }
}

/// The product if it fits. Most are so small that this is seen from their leading zeros: WebAssembly has no instruction that tells.
fn product(one: u64, other: u64) -> Option<u64> {
    if one.leading_zeros() + other.leading_zeros() >= 64 {
        return Some(one.wrapping_mul(other));
    }
    one.checked_mul(other)
}

/// Shortest exact decimal text: `0.0085`, `12`, `0`.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(24);
        self.append_to(&mut text);
        formatter.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_plain_decimals() {
        for (text, shown) in
            [("0.0085", "0.0085"), ("0.00850", "0.0085"), ("12", "12"), ("0", "0"), ("0.00000001", "0.00000001")]
        {
            assert_eq!(Rate::parse(text).map(|rate| rate.to_string()).as_deref(), Some(shown), "{text}");
        }
        for bad in ["", "-0", "-1", "1e-3", "0.000000001", ".5", "1.", "+1", " 1", "1 ", "0x1", "NaN", "1,5", "１"] {
            assert_eq!(Rate::parse(bad), None, "{bad:?}");
        }
    }
}
