//! Whole cents (R4, R85).

/// Micros of a cent.
pub(super) const CENT: i64 = 10_000;

/// An amount in whole cents, half up (R4).
pub(super) fn in_cents(amount: i64) -> i64 {
    (amount + CENT / 2) / CENT * CENT
}

/// An amount in whole cents, half away from zero: what documents come to (R85).
pub(super) fn to_cents(amount: i64) -> i64 {
    amount.signum() * in_cents(amount.abs())
}
