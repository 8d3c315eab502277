//! The bounds of what is asked about reservations.

use crate::reservations::forms::Price;
use coinbox_ground::money::Money;
use coinbox_ground::product::ID_MAX;
use coinbox_ground::text::is_name;
use coinbox_ground::vocabulary::{Checks, DAY_MS, FieldRule, Instant};
use coinbox_pricing::{Catalogue, check_use};

/// Most items of one call.
pub const ITEMS_MAX: usize = 1000;

/// Longest reserved time.
pub const LASTS_MAX: Instant = 7 * DAY_MS;

pub(crate) fn check_count(checks: &mut Checks, count: usize, field: &str) {
    checks.require(count > 0, field, FieldRule::Missing, 1);
    checks.require(count <= ITEMS_MAX, field, FieldRule::TooMany, ITEMS_MAX);
}

pub(crate) fn check_name(checks: &mut Checks, field: &str, name: &str) {
    let limit = "1 to 255 printable ASCII characters without space";
    checks.require(is_name(name, ID_MAX), &format!("{field}.name"), FieldRule::WrongForm, limit);
}

pub(crate) fn check_item(
    checks: &mut Checks,
    catalogue: &Catalogue,
    field: &str,
    (name, price, lasts_ms): (&str, &Price, Instant),
) {
    check_name(checks, field, name);
    match price {
        Price::Rated(measure) => {
            let field = |name: &str| format!("{field}.price.rated.{name}");
            let (pair, used) = ((measure.product, measure.heading), (measure.number.as_str(), measure.quantity));
            check_use(checks, catalogue, pair, used, &field);
        }
        Price::Fixed(amount) => {
            checks.require(*amount >= 0, &format!("{field}.price.fixed.amount"), FieldRule::TooSmall, 0);
            let most = coinbox_profiles::policy::AMOUNT_MAX;
            let fits = Money::from_micros(*amount) <= most;
            checks.require(fits, &format!("{field}.price.fixed.amount"), FieldRule::TooLarge, most);
        }
    }
    checks.require(lasts_ms >= 0, &format!("{field}.lasts-ms"), FieldRule::TooSmall, 0);
    checks.require(lasts_ms <= LASTS_MAX, &format!("{field}.lasts-ms"), FieldRule::TooLarge, LASTS_MAX);
}

/// The least that will do is something, and no more than all.
pub(crate) fn check_least(checks: &mut Checks, field: &str, at_least: Option<u64>, price: &Price) {
    let Some(least) = at_least else { return };
    let all = match price {
        Price::Rated(measure) => u64::from(measure.quantity),
        Price::Fixed(amount) => amount.unsigned_abs(),
    };
    let field = format!("{field}.at-least");
    checks.require(least > 0, &field, FieldRule::TooSmall, 1);
    checks.require(least <= all, &field, FieldRule::TooLarge, all);
}
