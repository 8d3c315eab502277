//! Prices of the model: which are in force when, what can be taken back, and what was quoted (USE-2, R87).
//!
//! Every version of the price book, and every set of overrides of an account, holds all prices at so many percent of those at first.

use crate::operation::MINUTE;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most sets of an account that are in force or to come.
const LIVE_SETS_MAX: usize = 20;

/// Voice at 0.60 a minute, SMS at 0.05 to numbers that begin with 1, at 0.07 to 1900, nothing else has a price: at 100 percent.
fn price(product: &str, number: &str, quantity: u32) -> Option<i64> {
    let quantity = i64::from(quantity);
    match product {
        _ if !number.starts_with('1') => None,
        "voice" => Some((quantity * 1000 + MINUTE - 1) / MINUTE * 600_000),
        "sms" if number.starts_with("1900") => Some(quantity * 70_000),
        "sms" => Some(quantity * 50_000),
        _ => None,
    }
}

/// What rides on use at 100 percent (USE-8): code, product, first digits, whether a unit of the price pays it or the event, and how much in
/// hundred-millionths. Of one code the longest prefix holds, and codes do not exclude one another.
const SURCHARGES: [(&str, &str, &str, bool, i64); 4] = [
    ("access", "voice", "", true, 1_200_000),
    ("call-fee", "voice", "", false, 500_050),
    ("carrier", "sms", "", true, 210_050),
    ("carrier", "sms", "1900", true, 333_500),
];

/// What use costs at so many percent, with what rides on it. Each surcharge is rounded by itself (R3).
pub(super) fn total(product: &str, number: &str, quantity: u32, percent: i64) -> Option<i64> {
    let of_use = price(product, number, quantity)? * percent / 100;
    if quantity == 0 {
        return Some(of_use);
    }
    let units = i64::from(if product == "voice" { quantity.div_ceil(60) } else { quantity });
    let matching = SURCHARGES.iter().filter(|row| row.1 == product && number.starts_with(row.2));
    let of_code: BTreeMap<&str, _> = matching.map(|row| (row.0, (row.3, row.4))).collect();
    let riding = of_code.values().map(|(by_unit, rate)| {
        let exact = rate * percent / 100 * if *by_unit { units } else { 1 };
        (exact + 500) / 1000 * 10
    });
    Some(of_use + riding.sum::<i64>())
}

/// The surcharges behind [`total`] at so many percent, in the form of the contract.
pub(crate) fn surcharges(percent: i64) -> Vec<Value> {
    let row = |(code, product, prefix, by_unit, rate): &(&str, &str, &str, bool, i64)| {
        let rate = rate * percent / 100;
        json!({"code": code, "words": code, "product": product, "heading": "outbound", "country": null, "group": null,
            "prefix": (!prefix.is_empty()).then_some(prefix), "basis": if *by_unit { "unit" } else { "event" },
            "rate": format!("0.{rate:08}")})
    };
    SURCHARGES.iter().map(row).collect()
}

/// All prices at so many percent.
#[derive(Clone, Debug)]
struct Sheet {
    number: u64,
    starts: i64,
    percent: i64,
}

/// What was published, and what accounts have of their own.
#[derive(Clone, Debug)]
pub struct Prices {
    /// Those that are, were or will be in force.
    versions: Vec<Sheet>,
    /// By the account that pays, in order of their start.
    own: BTreeMap<usize, Vec<Sheet>>,
    /// The latest moment of an event that was rated.
    latest: i64,
}

impl Default for Prices {
    fn default() -> Prices {
        Prices { versions: vec![Sheet { number: 1, starts: 0, percent: 100 }], own: BTreeMap::new(), latest: 0 }
    }
}

fn in_force(sheets: &[Sheet], at: i64) -> Option<&Sheet> {
    sheets.iter().filter(|sheet| sheet.starts <= at).max_by_key(|sheet| sheet.starts)
}

impl Prices {
    /// The percentage at which an account pays what begins at a moment.
    pub fn percent(&self, payer: usize, at: i64) -> Option<i64> {
        let own = self.own.get(&payer).and_then(|sets| in_force(sets, at));
        own.or(in_force(&self.versions, at)).map(|sheet| sheet.percent)
    }

    /// What an event costs, rated at its own moment or as it was quoted.
    pub fn rate(&mut self, payer: usize, event: (&str, &str, u32), at: i64, quoted: Option<i64>) -> Option<i64> {
        let (product, number, quantity) = event;
        let percent = quoted.or_else(|| self.percent(payer, at))?;
        let amount = total(product, number, quantity, percent)?;
        self.latest = self.latest.max(at);
        Some(amount)
    }

    /// What begins later than this has priced nothing.
    fn reached(&self, now: i64) -> i64 {
        self.latest.max(now)
    }

    /// Publishes a version from now on or later. Answers whether it may be: what has begun at the same moment is not replaced.
    pub fn publish(&mut self, number: u64, percent: i64, starts: i64, now: i64) -> bool {
        let rival = self.versions.iter().position(|version| version.starts == starts);
        if rival.is_some() && starts <= self.reached(now) {
            return false;
        }
        rival.map(|rival| self.versions.remove(rival));
        self.versions.push(Sheet { number, starts, percent });
        true
    }

    /// The version that begins last.
    pub fn last(&self) -> u64 {
        self.versions.iter().max_by_key(|version| version.starts).map_or(0, |version| version.number)
    }

    /// Takes a version back. Answers whether it may be: it has not begun.
    pub fn withdraw(&mut self, number: u64, now: i64) -> bool {
        let reached = self.reached(now);
        let before = self.versions.len();
        self.versions.retain(|version| version.number != number || version.starts <= reached);
        self.versions.len() < before
    }

    /// Sets the prices of an account from now on or later: nothing of its own that was to begin then or later is left. Answers whether it may:
    /// not if one of those has priced something ahead of the clock.
    pub fn set_own(&mut self, payer: usize, percent: i64, starts: i64, now: i64) -> bool {
        let reached = self.reached(now);
        let sets = self.own.entry(payer).or_default();
        if sets.iter().any(|set| set.starts >= starts && set.starts > now && set.starts <= reached) {
            return false;
        }
        let kept: Vec<Sheet> = sets.iter().filter(|set| set.starts < starts).cloned().collect();
        let begun = kept.iter().filter(|set| set.starts <= now).count();
        if kept.len() - begun + usize::from(begun > 0) >= LIVE_SETS_MAX {
            return false;
        }
        *sets = kept;
        sets.push(Sheet { number: 0, starts, percent });
        true
    }

    /// When the last set of an account begins.
    pub fn last_own(&self, payer: usize) -> Option<i64> {
        self.own.get(&payer)?.last().map(|set| set.starts)
    }

    /// Takes the last set of an account back. Answers whether it may be.
    pub fn withdraw_own(&mut self, payer: usize, now: i64) -> bool {
        let reached = self.reached(now);
        self.own.get_mut(&payer).and_then(|sets| sets.pop_if(|set| set.starts > reached)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_begun_is_taken_back_or_replaced() {
        let mut prices = Prices::default();
        assert!(
            prices.publish(2, 50, 100, 10) && prices.publish(3, 200, 100, 10),
            "the third takes the place of the second"
        );
        assert_eq!((prices.percent(0, 99), prices.percent(0, 100), prices.last()), (Some(100), Some(200), 3));
        assert!(!prices.withdraw(2, 10) && !prices.withdraw(3, 100) && !prices.withdraw(1, 10));
        assert_eq!(prices.rate(0, ("sms", "1212", 2), 100, None), Some(208_400));
        assert!(!prices.withdraw(3, 10), "it has priced something ahead of the clock");
        assert!(!prices.publish(4, 50, 100, 10));
        assert!(prices.publish(4, 50, 101, 10) && prices.withdraw(4, 100));
    }

    #[test]
    fn what_rides_on_use_is_rounded_by_itself() {
        // 3 parts × 0.00105025 = 0.00315075, of 1900 3 × 0.0016675 = 0.0050025.
        assert_eq!(total("sms", "1212", 3, 50), Some(75_000 + 3_150));
        assert_eq!(total("sms", "1900", 3, 50), Some(105_000 + 5_000));
        // A minute 0.012, the call 0.0050005; nothing rides on nothing.
        assert_eq!(total("voice", "1212", 121, 100), Some(1_800_000 + 36_000 + 5_000));
        assert_eq!((total("voice", "1212", 0, 100), total("voice", "44", 60, 100)), (Some(0), None));
    }

    #[test]
    fn an_accounts_own_prices_go_first_and_a_quote_before_all() {
        let mut prices = Prices::default();
        assert!(prices.set_own(7, 150, 10, 10) && prices.set_own(7, 50, 20, 10));
        assert_eq!(
            (prices.percent(7, 9), prices.percent(7, 10), prices.percent(7, 20)),
            (Some(100), Some(150), Some(50))
        );
        assert_eq!(prices.percent(8, 20), Some(100));
        assert!(prices.withdraw_own(7, 19) && !prices.withdraw_own(7, 19));
        assert_eq!(prices.rate(7, ("voice", "1415", 61), 30, Some(200)), Some(2_458_000));
        assert_eq!(prices.rate(7, ("voice", "44", 61), 30, Some(200)), None);
        // What has priced something ahead of the clock is neither replaced nor taken back.
        assert!(prices.set_own(7, 150, 60, 40));
        assert_eq!(prices.rate(7, ("sms", "1212", 2), 65, None), Some(156_300));
        assert!(!prices.set_own(7, 50, 50, 41) && !prices.withdraw_own(7, 41));
        assert!(prices.set_own(7, 50, 61, 41) && prices.set_own(7, 50, 66, 41));
    }
}
