//! Numbers that are ordered and rented, seats, what each costs, and which rent is due (NUM-2 to NUM-4, INV-8, R20, R45, R82).

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A month of a seat.
pub(crate) const SEAT: i64 = 12_500_000;

/// Numbers that the stock has at first: number, type.
pub(crate) const STOCK: [(&str, &str); 8] = [
    ("12025550100", "local"),
    ("12025550101", "local"),
    ("12025550102", "local"),
    ("12025550103", "local"),
    ("18005550100", "toll-free"),
    ("18005550101", "toll-free"),
    ("18005550102", "toll-free"),
    ("12025550199", "mobile"),
];

/// Fee and rent of a type; mobile numbers have no price.
pub(crate) fn fees(kind: &str) -> Option<(i64, i64)> {
    match kind {
        "local" => Some((1_000_000, 2_500_000)),
        "toll-free" => Some((0, 7_777_770)),
        _ => None,
    }
}

/// The prices behind [`fees`] and [`SEAT`], in the form of the contract.
pub(crate) fn number_prices() -> Value {
    let row = |kind: &str, setup: &str, monthly: &str| json!({"country": "US", "kind": kind, "setup": setup, "monthly": monthly});
    json!({"rows": [row("local", "1", "2.5"), row("toll-free", "0", "7.77777")], "seat": "12.5"})
}

/// An offer of the stock in the form of the contract.
pub(crate) fn offer((number, kind): (&str, &str)) -> Value {
    json!({"number": number, "country": "US", "calling-code": "1", "kind": kind, "region": "", "city": "", "voice": true, "sms": true,
        "mms": false})
}

/// Days of a moment's month that are left, that of the moment included, and all of them.
fn days_left(at: i64) -> (i64, i64) {
    let date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let days = i64::from(date.days_in_month());
    (days - i64::from(date.day()) + 1, days)
}

pub(crate) fn month(at: i64) -> String {
    coinbox_host::text::day(at)[..7].to_owned()
}

/// R20, RW §9: by days, rounded once at 5 decimals, half up.
pub(crate) fn first_rent(monthly: i64, at: i64) -> i64 {
    let (left, days) = days_left(at);
    // In units of the fifth decimal, doubled to round at the half.
    let units = (2 * monthly * left / 10 + days) / (2 * days);
    units * 10
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) holder: String,
    pub(crate) setup: i64,
    pub(crate) monthly: i64,
    pub(crate) first: i64,
    pub(crate) at: i64,
    /// When the stock has carried it out, if that was before a restore.
    pub(crate) delivered: Option<i64>,
}

/// Numbers of an account, ordered and rented, its seats, and what falls due at a month's beginning.
#[derive(Clone, Debug, Default)]
pub struct Rents {
    pub(in crate::model) orders: BTreeMap<String, Order>,
    /// Numbers that a restore has brought back.
    pub recovered: BTreeSet<String>,
    /// By moment of delivery and number: the rent of a month, and who has it.
    pub(in crate::model) rented: BTreeMap<(i64, String), (i64, String)>,
    pub(in crate::model) seats: u32,
    /// Rent that the feed must tell: month, numbers in order of their rental.
    pub(in crate::model) due: Vec<(String, Vec<String>)>,
    /// Seats that the feed must tell: month, how many.
    pub(in crate::model) seats_due: Vec<(String, u32)>,
    /// Moments of warnings.
    pub(in crate::model) warned: Vec<i64>,
    pub(in crate::model) released_at: Option<i64>,
}

impl Rents {
    /// What open orders hold.
    pub fn held(&self) -> i64 {
        self.orders.values().map(|order| order.setup + order.first).sum()
    }

    /// Numbers that are rented, oldest rental first.
    pub fn numbers(&self) -> Vec<String> {
        self.rented.keys().map(|(_, number)| number.clone()).collect()
    }

    /// Whether an order of this number has no final answer.
    pub fn is_ordered(&self, number: &str) -> bool {
        self.orders.contains_key(number)
    }

    /// Numbers that are rented or ordered, and were not by this account then.
    pub(in crate::model) fn orders_since(&self, then: &Rents) -> Vec<String> {
        let now = self.numbers().into_iter().chain(self.orders.keys().cloned());
        now.filter(|number| !then.is_ordered(number) && !then.numbers().contains(number)).collect()
    }

    /// Whether nothing is ordered or rented.
    pub(in crate::model) fn is_idle(&self) -> bool {
        self.count() == 0
    }

    /// An order of a history that was lost has come back.
    pub(in crate::model) fn recover(&mut self, number: &str, holder: String, delivered: i64) -> Result<()> {
        let kind = STOCK.iter().find(|(known, _)| *known == number).map_or("", |(_, kind)| kind);
        let (setup, monthly) = fees(kind).context("it has no price")?;
        let (first, at) = (first_rent(monthly, delivered), delivered);
        let order = Order { holder, setup, monthly, first, at, delivered: Some(delivered) };
        ensure!(self.orders.insert(number.to_owned(), order).is_none(), "it is ordered already");
        self.recovered.insert(number.to_owned());
        Ok(())
    }

    /// How many are rented or ordered.
    pub(in crate::model) fn count(&self) -> usize {
        self.rented.len() + self.orders.len()
    }

    /// A month begins: what is held now owes it, seats not of an account that is over.
    pub(in crate::model) fn fall_due(&mut self, first: i64, over: bool) {
        let held: Vec<String> =
            self.rented.keys().filter(|(since, _)| *since < first).map(|(_, number)| number.clone()).collect();
        if !held.is_empty() {
            self.due.push((month(first), held));
        }
        if self.seats > 0 && !over {
            self.seats_due.push((month(first), self.seats));
        }
    }

    /// A number that goes at a moment owes no month that begins then or later.
    pub(in crate::model) fn owes_no_more_from(&mut self, moment: i64, number: &str) {
        let last = month(moment - 1);
        for (_, held) in self.due.iter_mut().filter(|(month, _)| *month > last) {
            held.retain(|held| held != number);
        }
        self.due.retain(|(_, held)| !held.is_empty());
    }

    /// What has fallen due and was never told.
    pub fn untold(&self) -> Option<String> {
        let rent = self.due.first().map(|due| format!("rent of {due:?}"));
        rent.or(self.seats_due.first().map(|due| format!("seats of {due:?}")))
    }

    pub(in crate::model) fn rent_of(&self, number: &str) -> i64 {
        self.rented.iter().find(|((_, rented), _)| rented == number).map_or(0, |(_, (rent, _))| *rent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_month_is_paid_by_days() {
        // 2026-11-18: 13 of 30 days of 1.00000, as the requirements work it out.
        assert_eq!(first_rent(1_000_000, 1_795_003_200_000), 433_330);
        // 2026-03-31T23:59:59Z: one of 31 days of 7.77777 is 0.2508958…
        assert_eq!(first_rent(7_777_770, 1_775_001_599_000), 250_900);
        // 2026-04-01: all of it.
        assert_eq!(first_rent(7_777_770, 1_775_001_600_000), 7_777_770);
    }
}
