//! What an account spends, as far as credit control asks: the average of a day.

use super::records::{SourceTotals, day_key};
use crate::charge_code::ChargeCode;
use coinbox_ground::calendar;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_profiles::profile;

/// Full local days that the average looks back.
const AVERAGE_DAYS: i32 = 30;

/// What an account spends a day (CRD-9): everything charged on the last 30 full days of its own time zone, or since the day it was
/// made, divided by these days, rounded up to whole smallest units once. Debits and corrections by the operator are no spending. None: no full day yet, or nothing spent.
pub fn average_daily_spend(turn: &Turn<'_>, account: AuthId) -> Result<Option<Money>, Fault> {
    let profile = profile::profile(turn, account)?;
    let zone = calendar::zone(&profile.timezone);
    let today = calendar::local_day(&zone, turn.now());
    let first = calendar::days_before(today, AVERAGE_DAYS).max(calendar::local_day(&zone, profile.created));
    let days = calendar::days_from_to(first, today) - 1;
    if days < 1 {
        return Ok(None);
    }
    let (from, end) = (day_key(account, first), day_key(account, today));
    let mut sum = Money::ZERO;
    for (_, totals) in turn.span::<SourceTotals>(&from, &end, 100)?.0 {
        for (code, part) in &totals.by {
            if !ChargeCode::parse(code).is_some_and(ChargeCode::is_adjustment) {
                sum = sum.plus(part.amount)?;
            }
        }
    }
    let smallest = profile.currency.smallest_micros();
    let per_unit = days * smallest;
    let units = sum.micros().div_euclid(per_unit) + i64::from(sum.micros().rem_euclid(per_unit) != 0);
    Ok((units > 0).then(|| Money::from_micros(units * smallest)))
}
